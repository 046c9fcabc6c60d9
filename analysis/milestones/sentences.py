"""Differently shaped flows in words."""

from analysis import words
from analysis.milestones.answers import Difference, Milestone, MilestonesAnswer, Side
from analysis.words import t
from experiments.stats.effects import Effect, NoEffect

RESULT = "result"


def milestone_name(name: str, lang: str) -> str:
    """A milestone by name."""
    return t(f"milestones.{name}", lang)


def told_share(found: MilestonesAnswer, one: Milestone, lang: str) -> tuple[float | None, str]:
    """Who reached it, as a share and in words: of attempts, or of exposed people with an experiment."""
    if found.experiment is None:
        return one.share, t("milestones.share", lang, share=words.percent(one.share, lang),
                            n=words.count(one.attempts, lang, "attempt"))  # fmt: skip
    share = None if isinstance(one.reach, NoEffect) else one.reach.value
    return share, t(
        "milestones.share", lang, share=words.percent(share, lang), n=words.count(one.people, lang, "person")
    )


def finding(found: MilestonesAnswer, lang: str) -> str:
    """Who got a result: every flow's share, or what the first other arm changed."""
    for one in found.differences:
        if one.milestone == RESULT and isinstance(one.effect, Effect):
            facts = {"arm": one.arm, "control": found.control, "effect": effect(one, lang)}
            return t("milestones.finding.experiment", lang, **facts)
    said = ", ".join(
        t("milestones.finding.side", lang, side=side.name, share=told_share(found, result_of(side), lang)[1])
        for side in found.sides
    )
    return t("milestones.finding.flows", lang, within=words.seconds(found.within_s, lang), sides=said)


def effect(one: Difference, lang: str) -> str:
    """A difference in words: percentage points with interval and the adjusted p-value; or why there is none."""
    if isinstance(one.effect, NoEffect):
        return words.reason(one.effect, lang)
    interval = one.effect.interval
    low, high = (words.points(end, lang) for end in (interval.low, interval.high))
    return t("milestones.effect", lang, value=words.points(one.effect.value, lang), low=low, high=high,
             p=words.p_value(one.p_adjusted if one.p_adjusted is not None else 1.0))  # fmt: skip


def result_of(side: Side) -> Milestone:
    """The last milestone of a side."""
    return side.milestones[-1]


def notes(found: MilestonesAnswer, lang: str) -> list[str]:
    """How it is counted, and what was left out or may still change."""
    told = [
        t(f"milestones.note.{name}", lang) for name in ("order", "absent", "half", "actions", "conditional")
    ]
    told.append(t("milestones.note.people" if found.experiment else "milestones.note.attempts", lang))
    growing = sum(side.maturing for side in found.sides)
    left_out = (
        ("maturing", growing, "attempt"),
        ("untold", found.untold, "attempt"),
        ("several", found.several_arms, "person"),
    )
    told += [
        t(f"milestones.note.{name}", lang, n=words.count(n, lang, unit)) for name, n, unit in left_out if n
    ]
    return told
