"""One query, one answer: every lost suggestion attempt is put down to exactly one cause."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from analysis.losses.answers import CAUSES, Cause, Group, LossesAnswer, LossRow
from analysis.losses.query import Column, Fates, fates
from analysis.steps.cohorts import on_record
from experiments.stats.effects import Estimate, NoEffect
from experiments.stats.proportions import rate
from experiments.stats.samples import Count

if TYPE_CHECKING:
    from ingest import Store

MOST_GROUPS = 50
_NONE_LOST = NoEffect("losses_none", "No suggestion attempt was lost here, so there are no shares of causes.")
_NONE_ENDED = NoEffect(
    "losses_none_ended", "No suggestion attempt has ended here, so there is no share of lost ones."
)


class LossesQuery(BaseModel):
    """Which suggestion attempts, split how, and from when on an answer is too slow.

    Args:
        by: Columns to split by, together.
        too_slow_ms: An answer that took longer is too slow; one that took exactly as long is not.
        start: The event that opens an attempt of the surface.
        chance: The event after which the model could have fired.
        labels: Predictions that call for a suggestion; None: those that were ever shown as one.
        without_suggestion: "experiment/variant" keys of arms that show nothing by design.
        attempts: "all", or each person's "first", so that attempts are independent as the intervals assume.
        platform, device, os_version, app_version, model_version, conversion, delegate: Keep only this value.
        cohort: Keep attempts of the persons in this saved list.
        from, to: Keep attempts that began in [from, to).
        observed_until: End of observation; None means the latest event of the store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, protected_namespaces=())

    by: tuple[Column, ...] = Field(default=("device", "delegate", "conversion"), max_length=4)
    too_slow_ms: PositiveFloat = Field(default=50.0, allow_inf_nan=False)
    start: str = "listing_started"
    chance: str = "photo_taken"
    labels: tuple[str, ...] | None = None
    without_suggestion: tuple[str, ...] = ()
    attempts: Literal["all", "first"] = "all"
    platform: str | None = None
    device: str | None = None
    os_version: str | None = None
    app_version: str | None = None
    model_version: str | None = None
    conversion: str | None = None
    delegate: str | None = None
    cohort: str | None = None
    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    observed_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise ValueError(f"`from` is {self.from_}; must be before `to` ({self.to}); swap the two.")
        return self


def answer(store: "Store", query: LossesQuery) -> LossesAnswer:
    """Put every lost suggestion attempt down to exactly one cause.

    An attempt counts if the model had a chance: it holds `start` and `chance`, or an inference, or a suggestion. It
    is won if any of its suggestions was tapped. A lost one is judged by its last suggestion and the inference which
    that names (else by its last inference), and the first cause on the suggestion's way decides:

    1. never_fired: nothing was shown, and the model gave no answer that calls for a suggestion; unless a person
       confirmed that its silence was right.
    2. wrong_item: shown, and the confirmed label is not the predicted one.
    3. too_slow: the answer took longer than `too_slow_ms` (the logged latency, else the time since `chance`), whether
       shown or not.
    4. ignored, dismissed, left: shown in time, and it expired, was closed, or the screen was left.

    Shares are of the lost attempts, with Wilson's intervals. With attempts = "all" one person may stand in several
    attempts and the intervals are too narrow; "first" keeps one each. Unconfirmed answers count as right, so
    wrong_item is a lower bound, and never_fired, which includes silences that nobody confirmed, an upper one.

    Args:
        store: An open store.
        query: Which attempts, split how.

    Returns:
        The answer; shares are a NoEffect where nothing was lost.

    Raises:
        ValueError: There is no such cohort.
    """
    on_record(store, query.cohort)
    facts = store.facts()
    until = query.observed_until or facts.observed_until
    asked = query.model_dump(by_alias=True) | {"observed_until": until}
    asked |= {name: list(asked[name]) for name in ("by", "without_suggestion")}
    asked["labels"] = None if query.labels is None else list(query.labels)
    found = Fates({}, "") if until is None else fates(store, asked)
    ranked = sorted(found.groups.items(), key=lambda item: (-_attempts(item[1]), _by_name(item[0])))
    return LossesAnswer(
        by=query.by,
        too_slow_ms=query.too_slow_ms,
        overall=_row((), sum((Counter(n) for n in found.groups.values()), Counter())),
        groups=tuple(_row(group, n) for group, n in ranked[:MOST_GROUPS]) if query.by else (),
        groups_left_out=max(len(ranked) - MOST_GROUPS, 0),
        observed_until=until,
        sql=found.sql,
        data_version=facts.data_version,
        synthetic=facts.synthetic,
    )


def _row(group: Group, n: Mapping[str, int]) -> LossRow:
    tapped, lost = n.get("tapped", 0), sum(n.get(cause, 0) for cause in CAUSES)
    return LossRow(
        group=group,
        attempts=_attempts(n),
        tapped=tapped,
        lost=lost,
        open=n.get("open", 0),
        ending_unknown=n.get("ending_unknown", 0),
        lost_share=_share(lost, tapped + lost) or _NONE_ENDED,
        causes=tuple(Cause(one, n.get(one, 0), _share(n.get(one, 0), lost) or _NONE_LOST) for one in CAUSES),
        held_back=n.get("held_back", 0),
        nothing_to_suggest=n.get("nothing_to_suggest", 0),
    )


def _attempts(n: Mapping[str, int]) -> int:
    return sum(n.get(fate, 0) for fate in ("tapped", "open", "ending_unknown", *CAUSES))


def _share(hits: int, n: int) -> Estimate | NoEffect | None:
    return rate(Count(n, hits)) if n else None


def _by_name(group: Group) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in group)
