"""A list in words."""

from collections.abc import Mapping

from analysis import words
from analysis.words import t


def sentence(place: int, name: str, outcome: str, outcomes: Mapping[str, int], lang: str) -> str:
    """How many units a list has, and what became of the others that got as far.

    Args:
        place: the step, from 1.
        name: what it is called.
        outcome: reached | dropped | maturing.
        outcomes: units by outcome.
        lang: `en` or `ja`.
    """
    counts = {one: words.number(n, lang) for one, n in outcomes.items()}
    if place == 1:
        return t("members.entered", lang, step=name, n=counts["reached"])
    before = words.number(sum(outcomes.values()), lang)
    return t(f"members.{outcome}", lang, step=name, before=before, **counts)
