"""`kazasu --help` answers at once: it loads neither engine nor frames nor pages."""

import subprocess
import sys

import pytest
from processes import ROOT

HEAVY = {"pandas", "duckdb", "streamlit", "numpy", "pyarrow", "ibis", "httpx", "starlette", "numba"}


@pytest.mark.parametrize("words", [["--help"], ["ingest", "--help"], ["quarantine", "list", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['kazasu', *{words!r}]\n"
        "import cli\n"
        "try:\n    cli.main()\nexcept SystemExit as left:\n    assert left.code == 0\n"
        "sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()
