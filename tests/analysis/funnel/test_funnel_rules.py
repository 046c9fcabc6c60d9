"""Every option of a funnel is told on its page, and editing never leaves a question that cannot be asked."""

import pytest

from analysis import words
from analysis.funnel import FunnelQuery
from analysis.funnel.page.changes import removed
from analysis.funnel.rules import rules
from analysis.funnel.sentences import question
from experiments.funnel import Funnel

FULL = {
    "order": "strict", "within": "10m", "unit": "attempt", "from": "2026-04-01T00:00:00+09:00",
    "to": "2026-05-01T00:00:00+09:00", "observed_until": "2026-05-02T00:00:00+09:00", "where": {"platform": "android"},
    "steps": [{"event": "a"}, {"event": "b", "within": "30s", "at_least": "5s"}, {"event": "c", "occurrence": "first_ever"}],
    "exclusions": [{"event": "x", "after": 1, "before": 3, "where": {"kind": "y"}}, {"event": "z", "after": 2, "before": 3}],
    "strictly_increasing": True, "hold": ["item_id"], "reentry": "first",
}  # fmt: skip
SAYS = ("platform = android", "item_id", "x (kind = y)", "30", "5", "z")


@pytest.mark.parametrize("lang", words.LANGS)
def test_every_option_is_told(lang):
    query = FunnelQuery.model_validate(FULL)
    told = rules(query, lang)
    assert len(told) == 3 + 4 + 2 + 3
    assert all(any(word in one for one in told) for word in SAYS)
    assert question(query, lang) != question(
        FunnelQuery(steps=query.steps, within="10m", unit="attempt"), lang
    )
    assert rules(FunnelQuery.model_validate({"steps": [{"event": "a"}]}), lang) == []


def test_each_option_that_changes_the_walk_has_a_sentence():
    usual = FunnelQuery.model_validate({"steps": [{"event": "a"}, {"event": "b"}]})
    left = {"name", "order", "within", "unit", "timezone", "steps", "breakdown", "exclusions", "on_exclusion"}
    values = {"from_": FULL["from"], "to": FULL["to"], "observed_until": FULL["observed_until"], "where": FULL["where"],
              "strictly_increasing": True, "hold": ["item_id"], "reentry": "first", "count": "chains",
              "variant": {"experiment": "e"}, "cohort": "buyers"}  # fmt: skip
    assert set(Funnel.model_fields) == left | set(values)  # a new option needs its words
    for name, value in values.items():
        key = Funnel.model_fields[name].alias or name
        query = FunnelQuery.model_validate({**usual.model_dump(mode="json"), key: value})
        assert len(rules(query, "en")) == 1, name


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_removed_step_takes_its_exclusions_and_windows_with_it(place):
    body = FunnelQuery.model_validate(FULL).model_dump(mode="json")
    left = FunnelQuery.model_validate(removed(place)(body))
    assert len(left.steps) == 2
    assert [(one.event, one.after, one.before) for one in left.exclusions] == {
        0: [("z", 1, 2)], 1: [("x", 1, 2)], 2: []
    }[place]  # fmt: skip
