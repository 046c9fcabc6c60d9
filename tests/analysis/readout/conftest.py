"""A real store for every story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as opened:
        yield opened
