"""Faults planted where sides are counted from attempts: the figures of a small story must notice every one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import analysis.milestones.sides
from analysis.milestones.query import Attempts
from experiments.stats.effects import Effect, NoEffect
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(analysis.milestones.sides.__file__)
SECOND = 1_000_000.0
FAULTS = (
    Fault("flow_side", "len(set(attempts.people))", "len(attempts.people)"),
    Fault("exposed_side", "attempts.times[:, 0] >= begins", "attempts.times[:, 0] > begins"),
    Fault("exposed_side", ">= begins", ">= 0 * begins"),
    Fault("exposed_side", "len(exposed), open_after_us", "len(used), open_after_us"),
    Fault("differences", "mine.by_design or theirs.by_design", "mine.by_design and theirs.by_design"),
    Fault("differences", "Count(sides[0].people, mine.people)", "Count(sides[0].attempts, mine.attempts)"),
    Fault("differences", "holm([", "tuple(["),
    Fault("_side", "float(actions[got].mean())", "float(actions.mean())"),
    Fault("_side", "~got & (times[:, 0] > open_after_us)", "times[:, 0] > open_after_us"),
    Fault("_side", "times[:, 0] > open_after_us", "times[:, 0] >= open_after_us"),
    Fault("_side", "all(NAMES[k] in p.absent for p in parts)", "any(NAMES[k] in p.absent for p in parts)"),
    Fault("_side", "int((firsts == 1).sum())", "len(firsts)"),
    Fault("_milestone", "len(set(who[there]))", "len(who[there])"),
    Fault("_milestone", "times[there, k] - times[there, 0]", "times[there, k] - times[there, k - 1]"),
    Fault("_milestone", "len(seconds) / len(times)", "len(seconds) / people"),
    Fault("_half", "(n + 1) // 2", "n // 2"),
    Fault("_half", "np.sort(seconds)", "np.sort(-seconds)"),
    Fault("_tries", 'tried[tried["got"]]', "tried"),
    Fault("_tries", '["nth"].min()', '["nth"].max()'),
    Fault("_tries", '.sort_values("at", kind="stable")', ""),
)


def attempts(*rows, absent=()) -> Attempts:
    """Attempts of (person, actions, seconds of intent, recognised, chosen, result; None if not reached)."""
    times = np.array([[np.nan if at is None else at * SECOND for at in times] for _, _, *times in rows])
    return Attempts(
        np.array([row[0] for row in rows], object),
        times,
        np.array([row[1] for row in rows]),
        frozenset(absent),
    )


PHOTO = attempts(
    ("ann", 4, 0, 2, 4, 9),
    ("ann", 2, 50, 51, 53, 54),
    ("ben", 2, 40, 41, 43, 47),
    ("ben", 1, 10, 13, None, None),
    ("cid", 0, 90, None, None, None),
)
HOVER = attempts(("dan", 0, 20, 21, 21, 22), ("eve", 1, 20, 24, 24, None), absent={"chosen"})


def check(m) -> None:
    photo = m.flow_side("photo", PHOTO, 10 * SECOND)
    assert (photo.people, photo.attempts, photo.actions) == (3, 5, 8 / 3)
    assert photo.maturing == 1  # begun after, not at, the tenth second, and without a result
    assert (photo.tries, photo.first_try.value) == (1.5, 1 / 3)
    assert [(one.attempts, one.people) for one in photo.milestones] == [(5, 3), (4, 2), (3, 2), (3, 2)]
    assert photo.milestones[3].share == 3 / 5
    assert (photo.milestones[3].p50_s, photo.milestones[3].half_s, photo.milestones[1].half_s) == (7, 9, 2)
    exposed = pd.DataFrame({"person": ["ann", "cid", "fay"], "ts": [50 * SECOND, 91 * SECOND, 0.0]})
    arm = m.exposed_side("photo", exposed, {"photo": PHOTO, "hover": HOVER}, 1e15)
    assert (arm.people, arm.attempts, arm.flows) == (3, 1, ("photo",))
    both = pd.DataFrame({"person": ["ann", "dan", "eve"], "ts": [0.0, 0.0, 0.0]})
    mixed = m.exposed_side("mixed", both, {"photo": PHOTO, "hover": HOVER}, 1e15)
    assert not mixed.milestones[2].by_design
    hover = m.flow_side("hover", HOVER, 1e15)
    effects = {one.milestone: one for one in m.differences((photo, hover))}
    assert isinstance(effects["chosen"].effect, NoEffect)
    assert isinstance(effects["result"].effect, Effect)
    assert effects["result"].effect.value == pytest.approx(1 / 2 - 2 / 3)
    assert effects["recognised"].p_adjusted > effects["recognised"].effect.p_value


def test_the_untouched_module_passes(tmp_path):
    check(load(SOURCE, tmp_path))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, check, tmp_path)
