"""Differently shaped flows as rows: the page's tables and the file."""

import pandas as pd

from analysis import words
from analysis.milestones.answers import MilestonesAnswer, Side
from analysis.milestones.sentences import effect, milestone_name, result_of, told_share
from analysis.words import t
from experiments.stats.effects import Effect, Estimate


def side_table(found: MilestonesAnswer, lang: str) -> pd.DataFrame:
    """A line per side: people, attempts, result, seconds, actions and tries."""
    return pd.DataFrame([_line(found, side, lang) for side in found.sides])


def difference_table(found: MilestonesAnswer, lang: str) -> pd.DataFrame:
    """A line per arm and milestone: the difference against control."""
    return pd.DataFrame(
        [
            {
                t("milestones.side", lang): one.arm,
                t("milestones.milestone", lang): milestone_name(one.milestone, lang),
                t("milestones.difference", lang): effect(one, lang),
            }
            for one in found.differences
        ]
    )


def plain_rows(found: MilestonesAnswer) -> pd.DataFrame:
    """Every figure, a line per side and milestone: plain names, shares 0..1, seconds."""
    effects = {(one.arm, one.milestone): one for one in found.differences}
    lines = []
    for side in found.sides:
        for one in side.milestones:
            known = one.reach if isinstance(one.reach, Estimate) else None
            ends = None if known is None else known.interval
            against = effects.get((side.name, one.name))
            moved = against.effect if against is not None and isinstance(against.effect, Effect) else None
            lines.append(
                {
                    "side": side.name, "people": side.people, "attempts": side.attempts, "milestone": one.name,
                    "by_design": one.by_design, "attempts_reached": one.attempts, "share": one.share,
                    "people_reached": one.people, "reach": None if known is None else known.value,
                    "reach_low": None if ends is None else ends.low, "reach_high": None if ends is None else ends.high,
                    "p25_s": one.p25_s, "p50_s": one.p50_s, "p75_s": one.p75_s, "p90_s": one.p90_s, "half_s": one.half_s,
                    "difference": None if moved is None else moved.value,
                    "difference_low": None if moved is None else moved.interval.low,
                    "difference_high": None if moved is None else moved.interval.high,
                    "p_adjusted": None if against is None else against.p_adjusted,
                }
            )  # fmt: skip
    return pd.DataFrame(lines)


def _line(found: MilestonesAnswer, side: Side, lang: str) -> dict[str, str]:
    result = result_of(side)
    first = side.first_try.value if isinstance(side.first_try, Estimate) else None
    return {
        t("milestones.side", lang): side.name,
        t("milestones.people", lang): words.count(side.people, lang, "person"),
        t("milestones.attempts", lang): words.count(side.attempts, lang, "attempt"),
        t("milestones.result", lang): told_share(found, result, lang)[1],
        t("milestones.p50", lang): words.seconds(result.p50_s, lang),
        t("milestones.half", lang): words.seconds(result.half_s, lang),
        t("milestones.actions", lang): words.number(side.actions, lang, digits=1),
        t("milestones.tries", lang): words.number(side.tries, lang, digits=2),
        t("milestones.first_try", lang): words.percent(first, lang),
    }
