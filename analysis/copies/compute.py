"""The question of the gallery, and its answer: each person's first impression, by words, design and language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from analysis.ask import ask, sql_of
from analysis.copies.answers import CopiesAnswer, Variant
from analysis.on_record import experiment_on_record
from analysis.wordings import copies_on_record, languages_of
from experiments.copies import Copy
from experiments.design import Experiment
from experiments.stats import proportions
from experiments.stats.effects import NoEffect, Reason
from experiments.stats.ranking import ranking
from experiments.stats.samples import Count

if TYPE_CHECKING:
    from ingest import Store

MOST = 60
ALIKE = 0.05
"""Variants that share their display limits but for this part of their people stood equally long."""
Row = Mapping[str, Any]
Seen = tuple[str | None, str | None, str | None]
_SQL = Path(__file__).with_name("variants.sql").read_text(encoding="utf-8")


class CopiesQuery(BaseModel):
    """Which suggestions.

    Args:
        experiment: Key of an experiment: its variants are compared, from the exposure on.
        platform: Keep only this one.
        from, to: Keep impressions shown in [from, to).
        observed_until: End of observation; None means the latest event of the store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    experiment: str | None = None
    platform: str | None = None
    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    observed_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(f"`from` is {self.from_}; must be before `to` ({self.to}); swap the two.")
        return self


def answer(store: "Store", query: CopiesQuery) -> CopiesAnswer:
    """Say how often every variant of the suggestions was tapped, best first, and which are not told apart.

    Rates are of first impressions, one a person, so that people are independent. Outside an experiment the people of
    two variants may differ in other ways too; a longer display time alone brings more taps.

    Args:
        store: An open store.
        query: Which suggestions.

    Raises:
        ValueError: A record breaks a rule that holds now.
    """
    until = query.observed_until or store.observed_until()
    declared = experiment_on_record(store, query.experiment)
    start = None if declared is None else declared.start
    asked = query.model_dump(by_alias=True) | {"observed_until": until, "exposed_from": start}
    rows = [] if until is None else ask(store, _SQL, asked).to_pylist()
    if declared is not None:
        known = _arms_with_words(declared)
        rows = [row for row in rows if row["arm"] in known]
    every = _variants(rows, copies_on_record(store), by_arm=query.experiment is not None)
    largest = sorted(every, key=lambda one: -one.n)[:MOST]
    shown = tuple(sorted(largest, key=lambda one: (-one.taps / one.n, -one.n)))
    ranked = ranking([Count(one.n, one.taps) for one in shown])
    return CopiesAnswer(
        variants=shown,
        comparisons=ranked.comparisons,
        ties=ranked.ties,
        left_out=len(every) - len(shown),
        display_differs=_display_differs(shown),
        randomised=query.experiment is not None,
        experiment=query.experiment,
        cannot_say=None if shown else _nothing(),
        observed_until=until,
        sql=sql_of(_SQL, asked),
        data_version=store.data_version(),
        synthetic=store.synthetic(),
    )


def _display_differs(shown: Sequence[Variant]) -> Reason | None:
    spread = [one.stood for one in shown if one.limits]
    limits = {limit for one in spread for limit in one}
    apart = max(
        (
            sum(abs(one.get(k, 0) - other.get(k, 0)) for k in limits) / 2
            for one, other in combinations(spread, 2)
        ),
        default=0.0,
    )
    if apart <= ALIKE:
        return None
    return Reason(
        "copies.display_differs",
        "These variants did not stand equally long (each card says how long). A longer display alone brings more taps, so a "
        "higher rate need not be due to the words or the design.",
    )


def _arms_with_words(declared: Experiment) -> set[str]:
    """Its variants; only those that were given words, where it says of some which words they were given."""
    given = {variant.key for variant in declared.variants if variant.payload.get("copy_id") is not None}
    return given or {variant.key for variant in declared.variants}


def _variants(rows: Sequence[Row], copies: Sequence[Copy], *, by_arm: bool) -> list[Variant]:
    grouped: dict[tuple[str | None, Seen], list[Row]] = {}
    for row in rows:
        key = (row["arm"], (None, None, None)) if by_arm else (None, _seen(row))
        grouped.setdefault(key, []).append(row)
    return [_variant(arm, mine, copies) for (arm, _), mine in grouped.items()]


def _variant(arm: str | None, rows: Sequence[Row], copies: Sequence[Copy]) -> Variant:
    seen: Counter[tuple[str | None, str | None]] = Counter()
    languages: Counter[str | None] = Counter()
    limits: Counter[int] = Counter()
    for row in rows:
        copy_id, design_id, language = _seen(row)
        seen[copy_id, design_id] += row["n"]
        languages[language] += row["n"]
        if row["limit_ms"] is not None:
            limits[row["limit_ms"]] += row["n"]
    (copy_id, design_id), most = seen.most_common(1)[0]
    language = next(iter(languages)) if len(languages) == 1 else None
    n, taps = seen.total(), sum(row["taps"] for row in rows)
    return Variant(
        arm=arm,
        copy_id=copy_id,
        design_id=design_id,
        language=language,
        n=n,
        taps=taps,
        rate=proportions.rate(Count(n, taps)),
        limits=tuple(limits.most_common()),
        mixed=n - most,
        wordings=languages_of(copies, copy_id, design_id, language),
    )


def _seen(row: Row) -> Seen:
    return row["copy_id"], row["design_id"], row["language"]


def _nothing() -> NoEffect:
    return NoEffect("taps.no_impressions", "No suggestion was shown under these conditions.")
