"""LoadGen, the load generator of MLPerf: its summary and its detail log, one run each."""

from ingest.verification.loadgen.detail import is_detail, of_detail
from ingest.verification.loadgen.summary import is_summary, of_summary
from ingest.verification.loadgen.told import SCENARIOS, TOOL

__all__ = ["SCENARIOS", "TOOL", "is_detail", "is_summary", "of_detail", "of_summary"]
