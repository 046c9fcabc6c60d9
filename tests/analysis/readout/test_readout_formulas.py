"""Every figure of a readout names the formula and the source that made it, for every kind and way of looking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.readout.captions import capped_in_words, formulas_in_words, plan_in_words, price_in_words
from analysis.readout.sentences import bound_in_words, outcome_in_words
from experiments.stats.effects import Effect
from ingest import Store
from tests.analysis.readout.readout_stories import conversion, land, plan, readout
from tests.journeys import store_in

EXPLORED = 'role = "exploratory"\n'
KINDS = (
    conversion(),
    conversion("scored", more='interval = "score"'),
    f'key = "spent"\n{EXPLORED}kind = "mean"\nevent = "purchase"\nproperty = "revenue"\ncap = "99%"',
    f'key = "each"\n{EXPLORED}kind = "ratio"\nevent = "purchase"\nproperty = "revenue"\nper = "suggestion_shown"',
    f'key = "median"\n{EXPLORED}kind = "quantile"\nevent = "purchase"\nproperty = "revenue"\nshare = 0.5',
    f'key = "by_3s"\n{EXPLORED}kind = "incidence"\nevent = "suggestion_tapped"\nwithin = "3s"',
    f'key = "lost"\n{EXPLORED}kind = "restricted_mean"\nevent = "suggestion_tapped"\nwithin = "3s"',
)
SCORED = 1


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    journeys = {}
    for one in range(320):
        arm, day = ("control", "b")[one % 2], 1 + one // 80
        at = f"2026-04-{day:02}T"
        ended = "tapped" if one // 2 % 3 == 0 else "dismissed"
        journeys[f"p{one}"] = [
            f"purchase 2026-03-{20 + day}T10:00:00 revenue={one % 7}",
            f"exposed to {arm} {at}10:00:00",
            f"shown {at}10:00:01 impression_id=i{one} display_ms=4000",
            f"{ended} {at}10:00:0{2 + one % 2} impression_id=i{one}",
            f"purchase {at}11:00:00 revenue={one % 11 + one % 7}",
        ]
    with store_in(Path(tmp_path_factory.mktemp("formulas")) / "home") as opened:
        land(opened, journeys)
        yield opened


@pytest.mark.parametrize("adjust", ["false", "true"])
@pytest.mark.parametrize("peeking", ["fixed", "sequence", "group"])
def test_every_figure_has_its_formula_in_both_languages(store: Store, peeking: str, adjust: str) -> None:
    of_one_look = peeking == "fixed" and adjust == "false"
    kinds = [kind for place, kind in enumerate(KINDS) if place != SCORED or of_one_look]
    more = f'peeking = "{peeking}"\nplanned_units = 400\nadjust = {adjust}'
    found = readout(store, plan(*kinds, more=more))
    for metric in found.metrics:
        effect = metric.effects[0]
        assert isinstance(effect.effect, Effect), (metric.key, effect.effect)
        for lang in ("en", "ja"):
            told = formulas_in_words(metric, lang)
            shown = 3 if isinstance(effect.relative, Effect) else 2
            assert len(told) == shown + (peeking != "fixed"), told
            assert not any("formula." in line for line in told)
        if adjust == "true" and metric.key in ("spent", "each"):
            assert any("slopes of Y" in line for line in formulas_in_words(metric, "en"))


def test_the_plan_and_its_price_stand_in_words(store: Store) -> None:
    more = 'peeking = "group"\nplanned_units = 400\nspending = "pocock"'
    found = readout(store, plan(conversion(), more=more), observed_until="2026-04-05T00:00:00+09:00")
    assert plan_in_words(found, "en") == (
        "a unit is a person · α = 0.05 over all success metrics · looked at daily, α spent as Pocock"
    )
    width = found.metrics[0].effects[0].width or 0
    units = (width**2 - 1) * 320
    days = -int(-units // 80)
    assert f"{-int(-units // 1)} more units, about {days} more days" in str(price_in_words(found, "en"))
    assert f"約 {days}日" in str(price_in_words(found, "ja"))
    once = readout(store, plan(conversion(), more="planned_units = 400"))
    assert price_in_words(once, "en") is None


def test_a_cap_is_said_where_there_is_one(store: Store) -> None:
    spent, tapped = (readout(store, plan(kind)).experiment.metrics[0] for kind in (KINDS[2], KINDS[0]))
    assert "99%" in str(capped_in_words(spent, "en"))
    assert capped_in_words(tapped, "ja") is None
    assert spent.subject == "purchase · revenue"


def test_a_guardrail_reads_as_held_or_not_shown_with_its_bound(store: Store) -> None:
    (down,) = (
        readout(store, plan(conversion("g", role="guardrail", more='direction = "down"\nmargin = 0.2')))
        .metrics[0]
        .effects
    )
    assert outcome_in_words(down, 0.05, "en") == "Within margin"
    assert bound_in_words(down, "en").endswith("(+20.00 pp)")
    tight = conversion("g", role="guardrail", more='direction = "up"\nmargin = 0.0001')
    (unshown,) = readout(store, plan(tight)).metrics[0].effects
    assert outcome_in_words(unshown, 0.05, "ja") == "許容範囲内と示せず"
    assert bound_in_words(unshown, "en").endswith("(−0.01 pp)")
