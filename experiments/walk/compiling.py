"""Compiling the walk, and keeping what was compiled for the next start."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and integers; it releases the interpreter and is kept for the next start.

    Returns:
        The compiled function. Its cache lies in NUMBA_CACHE_DIR, else beside this file, else in the user's
        cache folder; where none can be written it is compiled in every process: seconds, the same answers.
    """
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba finds no place for its cache
        return numba.njit(nogil=True)(function)
