"""lifelines' Aalen–Johansen on arrays in memory; runs by itself, in an environment with a pandas that lifelines can use.

    .venv-peers/bin/python benchmarks/lifelines_peer.py ARRAYS.npz

Prints one JSON object: its version, the seconds, and the incidence of every cause at the end. Ties are jittered, as
lifelines does unasked where two causes meet; every time is a millisecond later here, so that none is jittered below 0.
"""

import json
import sys
import time
import warnings

import lifelines
import numpy as np


def main(path: str) -> None:
    """Fit every cause of one arm.

    Args:
        path: An .npz with `ms` (elapsed milliseconds) and `cause` (0 censored, 1.. causes).
    """
    given = np.load(path)
    ms, cause = given["ms"], given["cause"]
    warnings.simplefilter("ignore")
    begin, ends = time.perf_counter(), []
    for name in range(1, int(cause.max()) + 1):
        fitted = lifelines.AalenJohansenFitter(seed=1).fit(ms + 1, cause, event_of_interest=name)
        ends.append(float(fitted.cumulative_density_.iloc[-1, 0]))
    seconds = time.perf_counter() - begin
    print(json.dumps({"version": lifelines.__version__, "seconds": seconds, "ends": ends}))


if __name__ == "__main__":
    main(sys.argv[1])
