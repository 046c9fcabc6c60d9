"""Planted copies of compiled modules: loaded without the compiler, and stopped when they do not come to an end."""

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

UNCOMPILED = [("from experiments.walk.compiling import compiled", "def compiled(function): return function")]


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """What is inside fails when it takes longer; whole numbers may wrap around, as compiled ones do."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)  # again when it is tried once more
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(*_: object) -> None:
    raise AssertionError("the walk does not come to an end")
