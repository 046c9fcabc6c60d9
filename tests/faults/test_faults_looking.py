"""Faults planted in the ways of looking: known intervals, widths and refusals must notice every one."""

import experiments
from experiments.stats.effects import Shift
from experiments.stats.samples import Count, Moments
from experiments.stats.sequential import confidence_sequence, group
from experiments.stats.shifts import fixed
from tests.faults.answers import stories_of
from tests.faults.planting import Fault

SHIFT = Shift(0.02, 0.0001, 4000, "absolute", "wald")


def check_looking(m):
    arms = [{"key": "control", "weight": 2}, {"key": "a"}, {"key": "b"}]
    plan = experiments.Experiment.model_validate({"key": "x", "variants": arms})
    once = m.looking(plan, "control", "a", (100, 200))
    assert once.interval(SHIFT, 0.9) == fixed(SHIFT, 0.9)
    assert once.width(4000, 0.9) == 1.0
    free = plan.model_copy(update={"peeking": "sequence"})
    assert m.looking(free, "control", "a", (100,)).tuned_to == 3750  # three quarters of 5,000
    assert m.looking(free.model_copy(update={"planned_units": 800}), "control", "b", ()).tuned_to == 600
    tuned = m.looking(free.model_copy(update={"tuned_to": 1, "planned_units": 800}), "control", "b", ())
    assert tuned.tuned_to == 1
    assert tuned.interval(SHIFT, 0.9) == confidence_sequence.interval(SHIFT, 0.9, 1)
    assert tuned.width(4000, 0.9) == confidence_sequence.width(4000, 1, 0.9)
    grouped = plan.model_copy(update={"peeking": "group"})
    assert m.looking(grouped, "control", "a", (100,)).code == "looking.no_planned_end"
    planned = grouped.model_copy(update={"planned_units": 8000, "spending": "pocock"})
    assert m.looking(planned, "control", "a", (0, 0)).code == "no_units"
    looks = m.looking(planned, "control", "a", (0, 1500, 1500, 3000))
    assert looks.information == (0.25, 0.5)
    assert looks.interval(SHIFT, 0.9) == group.interval(SHIFT, 0.9, (0.25, 0.5), "pocock")
    assert looks.width(3000, 0.9) == group.width((0.25, 0.5), 0.9, "pocock")
    assert m.looking(planned, "control", "a", (3000, 6000, 6600)).information == (0.5, 1.1)
    assert m.looking(planned, "b", "a", (2000,)).information == (0.5,)
    assert not once.futile(SHIFT, 5.0, 0.9)
    small = Shift(0.002, 0.000004, 4000, "absolute", "wald")
    assert [tuned.futile(small, least, 0.9) for least in (0.05, 0.003, -0.05, -0.001)] == [
        True,
        False,
        True,
        False,
    ]
    clear = Shift(0.5, 0.0001, 4000, "absolute", "wald")
    assert not tuned.futile(clear, 5.0, 0.9)
    assert not tuned.futile(Shift(-0.5, 0.0001, 4000, "absolute", "wald"), -5.0, 0.9)
    for least in (0.012, 0.004, -0.012):
        assert looks.futile(small, least, 0.9) == group.futile(small, least, 0.9, (0.25, 0.5), "pocock")
    assert looks.futile(small, 0.012, 0.9)
    assert not looks.futile(small, 0.004, 0.9)
    assert m.too_early(Count(99, 40), Count(200, 100)).code == "too_early_to_look"
    assert m.too_early(Count(100, 40), Count(200, 100)) is None
    assert m.too_early(Moments(99, 1.0, 9.0), Moments(200, 1.0, 9.0)).code == "looking.too_early"
    assert m.too_early(Moments(200, 1.0, 9.0), Moments(99, 1.0, 9.0)).code == "looking.too_early"
    assert m.too_early(Moments(100, 1.0, 9.0), Moments(100, 1.0, 9.0)) is None


LOOKING = (
    Fault("Once.interval", "shifts.fixed(shift, level)", "shifts.fixed(shift)"),
    Fault("Once.width", "1.0", "2.0"),
    Fault("Anytime.interval", "self.tuned_to", "2 * self.tuned_to"),
    Fault("Anytime.width", "units, self.tuned_to", "self.tuned_to, units"),
    Fault("Scheduled.interval", "self.information, self.spending", 'self.information, "obrien_fleming"'),
    Fault("Once.futile", "False", "True"),
    Fault("Anytime.futile", "drawn.high < least", "drawn.low < least"),
    Fault("Anytime.futile", "and drawn.low <= 0", ""),
    Fault("Anytime.futile", "drawn.low > least", "drawn.high > least"),
    Fault("Anytime.futile", "and drawn.high >= 0", ""),
    Fault("Anytime.futile", "least > 0", "True"),
    Fault("Scheduled.futile", "shift, least, level", "shift, 3 * least, level"),
    Fault("Scheduled.width", "group.width(self.information,", "group.width(self.information[:1],"),
    Fault("looking", "experiment.tuning * pair", "experiment.tuning"),
    Fault("looking", "experiment.share_of(control, arm)", "experiment.share_of(experiment.control.key, arm)"),
    Fault("looking", "experiment.planned_units * pair", "experiment.planned_units"),
    Fault("looking", "units > 0", "units >= 0"),
    Fault("looking", "if not grown:", "if False:"),
    Fault("looking", "if share < 1", ""),
    Fault("looking", "grown[-1])", "1.0)"),
    Fault("looking", "experiment.planned_units is None", "False"),
    Fault(
        "looking",
        "Scheduled((*(share for share in grown[:-1] if share < 1), grown[-1])",
        "Scheduled((grown[-1],)",
    ),
    Fault("too_early", "min(control.n, treatment.n)", "control.n"),
    Fault("too_early", "min(control.n, treatment.n)", "treatment.n"),
    Fault("too_early", "fewest >= shares.LEAST_UNITS", "fewest > shares.LEAST_UNITS"),
    Fault("too_early", "shares.enough(control, treatment)", "None"),
)
SUITES = {"looking.py": (check_looking, LOOKING)}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
