"""One side from its attempts: who got how far, how fast, with how many actions and tries."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.milestones.answers import Difference, Milestone, Side
from analysis.milestones.query import NAMES, Attempts
from experiments.stats import proportions
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.multiplicity import holm
from experiments.stats.samples import Count

_US = 1e6
_RESULT = NAMES.index("result")
_QUANTILES = (0.25, 0.5, 0.75, 0.9)


def flow_side(name: str, attempts: Attempts, open_after_us: float) -> Side:
    """A flow as people used it: everybody who tried it.

    Args:
        name: the flow.
        attempts: its attempts; at least one.
        open_after_us: attempts that begin after it could still get a result after the end of observation.
    """
    return _side(name, (name,), [attempts], len(set(attempts.people)), open_after_us)


def exposed_side(name: str, exposed: pd.DataFrame, tried: dict[str, Attempts], open_after_us: float) -> Side:
    """An arm of an experiment: everybody exposed to it, with what they tried from then on.

    Args:
        name: the arm.
        exposed: its people: person, ts in microseconds.
        tried: attempts of each flow.
        open_after_us: see `flow_side`.
    """
    since = pd.Series(exposed["ts"].to_numpy(np.float64), index=exposed["person"].to_numpy(object))
    used: dict[str, Attempts] = {}
    for flow, attempts in tried.items():
        begins = since.reindex(attempts.people).to_numpy(np.float64)  # NaN for people of other arms
        mine = attempts.of(attempts.times[:, 0] >= begins)
        if len(mine.people):
            used[flow] = mine
    return _side(name, tuple(used), list(used.values()), len(exposed), open_after_us)


def differences(sides: Sequence[Side]) -> tuple[Difference, ...]:
    """Every arm against the first one: shares of all exposed people, Newcombe's interval, Holm over all of them.

    Args:
        sides: control, then the others.
    """
    found: list[tuple[str, str, Effect | NoEffect]] = []
    for other in sides[1:]:
        for mine, theirs in zip(sides[0].milestones, other.milestones, strict=True):
            counts = Count(sides[0].people, mine.people), Count(other.people, theirs.people)
            absent = mine.by_design or theirs.by_design
            effect = _absent(mine.name) if absent else proportions.difference(*counts)
            found.append((other.name, mine.name, effect))
    adjusted = iter(holm([effect.p_value for _, _, effect in found if isinstance(effect, Effect)]))
    return tuple(
        Difference(arm, milestone, effect, next(adjusted) if isinstance(effect, Effect) else None)
        for arm, milestone, effect in found
    )


def _absent(milestone: str) -> NoEffect:
    sentence = f"One of the flows has no step of its own for {milestone}; it is absent by design, nobody is lost there."
    return NoEffect("milestones_absent", sentence, (("milestone", milestone),))


def _side(
    name: str, flows: tuple[str, ...], parts: Sequence[Attempts], people: int, open_after_us: float
) -> Side:
    times = np.concatenate([part.times for part in parts]) if parts else np.empty((0, len(NAMES)))
    who = np.concatenate([part.people for part in parts]) if parts else np.empty(0, object)
    actions = np.concatenate([part.actions for part in parts]) if parts else np.empty(0, np.int64)
    got = ~np.isnan(times[:, _RESULT])
    firsts = _tries(who, times, got)
    return Side(
        name=name,
        flows=flows,
        people=people,
        attempts=len(times),
        milestones=tuple(
            _milestone(
                k, times, who, people, by_design=bool(parts) and all(NAMES[k] in p.absent for p in parts)
            )
            for k in range(len(NAMES))
        ),
        actions=float(actions[got].mean()) if got.any() else None,
        maturing=int((~got & (times[:, 0] > open_after_us)).sum()),
        tries=float(firsts.mean()) if len(firsts) else None,
        first_try=proportions.rate(Count(len(set(who)), int((firsts == 1).sum()))),
    )


def _milestone(
    k: int, times: NDArray[np.float64], who: NDArray[np.object_], people: int, *, by_design: bool
) -> Milestone:
    there = ~np.isnan(times[:, k])
    seconds = (times[there, k] - times[there, 0]) / _US
    reached = len(set(who[there]))
    p25, p50, p75, p90 = map(float, np.quantile(seconds, _QUANTILES)) if len(seconds) else (None,) * 4
    return Milestone(
        name=NAMES[k],
        by_design=by_design,
        attempts=len(seconds),
        share=len(seconds) / len(times) if len(times) else None,
        people=reached,
        reach=proportions.rate(Count(people, reached)),
        p25_s=p25,
        p50_s=p50,
        p75_s=p75,
        p90_s=p90,
        half_s=_half(seconds, len(times)),
    )


def _half(seconds: NDArray[np.float64], n: int) -> float | None:
    """The smallest time by which at least half of n had arrived; None if fewer than half ever did."""
    needed = (n + 1) // 2
    return float(np.sort(seconds)[needed - 1]) if 0 < needed <= len(seconds) else None


def _tries(who: NDArray[np.object_], times: NDArray[np.float64], got: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of each person who got a result: at which attempt first, counted from 1."""
    tried = pd.DataFrame({"who": who, "at": times[:, 0], "got": got}).sort_values("at", kind="stable")
    tried["nth"] = tried.groupby("who").cumcount() + 1
    return tried[tried["got"]].groupby("who")["nth"].min().to_numpy(np.int64)
