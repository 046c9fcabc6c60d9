"""The mapping: a small TOML file that says how the rows of a foreign log become events."""

from ingest.formats.mapping.model import Mapping, read_mapping
from ingest.formats.mapping.sentences import MappingError

__all__ = ["Mapping", "MappingError", "read_mapping"]
