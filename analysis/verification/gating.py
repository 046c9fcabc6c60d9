"""The gate of models over the record: which runs are the candidate's, which the baseline's, and what they tell."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, field_validator

from analysis.verification.answers import NamedRun
from analysis.verification.asked import NARROWING
from analysis.verification.query import runs_on_record
from experiments.gating import Gate, Measurement, budget_of, gate
from experiments.stats.effects import Effect, Reason

if TYPE_CHECKING:
    from ingest import Store

Json = dict[str, object]
SELECTORS = (*NARROWING, "training_run", "tool_version", "run")
"""What a candidate or a baseline can be chosen by."""


class GateQuery(BaseModel):
    """Which runs want to be released, against which, within what.

    Args:
        candidate: what its runs tell: {"model": "v4", "conversion": "uint8"}.
        baseline: the same of what it is compared with; needed beside `margin`.
        budgets: QUANTITY[:STATISTIC]=NUMBER, for example latency_ms:p90=50.
        margin: the largest loss of accuracy that is borne, 0 to 1: 0.01 is a point.
        proven: whether a larger loss must be ruled out (95 %), not only unseen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: dict[str, str] = Field(min_length=1)
    baseline: dict[str, str] = Field(default_factory=dict)
    budgets: tuple[str, ...] = ()
    margin: float | None = Field(default=None, ge=0, lt=1)
    proven: bool = False

    @field_validator("candidate", "baseline")
    @classmethod
    def _known(cls, given: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(given) - set(SELECTORS))
        if unknown:
            raise ValueError(
                f"`{unknown[0]}` chooses no runs; must be one of {', '.join(SELECTORS)}; rename it."
            )
        return given


def ask_gate(store: "Store", query: GateQuery) -> Gate:
    """Hold the candidate's runs on record against the budgets and the baseline's.

    Args:
        store: an open store.
        query: which runs, within what.

    Raises:
        ValueError: no run on record is chosen by `candidate` or `baseline`, or there is nothing to hold against.
    """
    every, _ = runs_on_record(store)
    candidate = _chosen(every, "candidate", query.candidate)
    if query.margin is not None and not query.baseline:
        raise ValueError("`baseline` is empty beside `margin`; must choose runs; write conversion=float32.")
    baseline = _chosen(every, "baseline", query.baseline) if query.baseline else []
    return gate(
        _measured(candidate),
        _measured(baseline),
        [budget_of(text) for text in query.budgets],
        query.margin,
        proven=query.proven,
        failed=[
            f"{_place(one)}: {one.run.failure or 'no reason told'}"
            for one in candidate
            if one.run.status == "failed"
        ],
    )


def to_json(found: Gate) -> Json:
    """The gate's answer as plain JSON; docs/json/verification.md explains every key."""
    return {
        "passed": found.passed,
        "broken": [_reason(one) for one in found.broken],
        "kept": [_reason(one) for one in found.kept],
        "losses": [
            {
                "statistic": one.statistic,
                "dataset": one.dataset,
                "place": one.place,
                "baseline": one.baseline,
                "candidate": one.candidate,
                "interval": [one.effect.interval.low, one.effect.interval.high]
                if isinstance(one.effect, Effect)
                else None,
            }
            for one in found.losses
        ],
    }


def _reason(one: Reason) -> Json:
    return {"code": one.code, "sentence": one.sentence, "facts": dict(one.facts)}


def _chosen(every: Iterable[NamedRun], name: str, wanted: Mapping[str, str]) -> list[NamedRun]:
    found = [one for one in every if all(_told(one, key) == value for key, value in wanted.items())]
    if not found:
        told = ", ".join(f"{key}={value}" for key, value in wanted.items())
        raise ValueError(
            f"`{name}` is {told}; must choose runs on record; see them with: kazasu models export FILE"
        )
    return found


def _told(one: NamedRun, key: str) -> str | None:
    return one.name if key == "run" else getattr(one.run, key)


def _measured(runs: Iterable[NamedRun]) -> list[Measurement]:
    return [
        Measurement(one.name, _place(one), told.quantity, told.statistic, told.value, told.n, one.run.dataset)
        for one in runs
        for told in one.run.figures
    ]


def _place(one: NamedRun) -> str:
    run = one.run
    threads = None if run.threads is None else f"{run.threads} threads"
    told = [run.device, run.runtime, run.delegate, threads]
    return ", ".join(name for name in told if name) or one.name
