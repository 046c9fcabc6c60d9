"""A real store for every story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import Store
from tests.journeys import store_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_in(tmp_path / "home") as opened:
        yield opened
