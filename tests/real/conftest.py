"""The real logs, landed once each through the terminal by the mapping files that lie here."""

from collections.abc import Callable

import pytest

from tests.real.desk import HERE, LOGS, Desk


@pytest.fixture(scope="session")
def desk_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Desk]:
    """A desk for one folder of the real logs; the test is skipped where the logs are not present."""

    def open_desk(name: str) -> Desk:
        if not (LOGS / name).is_dir():
            pytest.skip(f"`KAZASU_REAL_DATA` is {LOGS}; must hold {name}/; get the real logs to run this")
        return Desk(tmp_path_factory.mktemp(name) / "home", HERE / name)

    return open_desk
