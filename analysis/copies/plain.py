"""The gallery as plain JSON; docs/json/copies.md explains every key."""

from analysis.copies.answers import CopiesAnswer, Variant
from experiments.stats.effects import NoEffect, Reason
from experiments.stats.ranking import Comparison

Json = dict[str, object]


def to_json(found: CopiesAnswer) -> Json:
    """The answer as plain JSON: rates 0..1, intervals [low, high], null with a reason where it cannot say."""
    differs = found.display_differs
    return {
        "variants": [_variant(found, place, one) for place, one in enumerate(found.variants)],
        "comparisons": [_comparison(one) for one in found.comparisons],
        "ties": [list(group) for group in found.ties],
        "left_out": found.left_out,
        "display_differs": None if differs is None else {**_why(differs), "facts": dict(differs.facts)},
        "randomised": found.randomised,
        "experiment": found.experiment,
        "cannot_say": None if found.cannot_say is None else _why(found.cannot_say),
        "observed_until": None if found.observed_until is None else found.observed_until.isoformat(),
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _variant(found: CopiesAnswer, place: int, one: Variant) -> Json:
    said = one.rate
    interval = None if isinstance(said, NoEffect) else said.interval
    return {
        "arm": one.arm,
        "copy_id": one.copy_id,
        "design_id": one.design_id,
        "language": one.language,
        "n": one.n,
        "taps": one.taps,
        "rate": None if isinstance(said, NoEffect) else said.value,
        "interval": None if interval is None else [interval.low, interval.high],
        "no_effect": _why(said) if isinstance(said, NoEffect) else None,
        "ties": list(found.brackets(place)),
        "limits": [{"display_ms": limit, "n": n} for limit, n in one.limits],
        "mixed": one.mixed,
        "wordings": [copy.model_dump(mode="json") for copy in one.wordings],
    }


def _comparison(one: Comparison) -> Json:
    return {
        "better": one.better,
        "worse": one.worse,
        "difference": one.effect.value,
        "interval": [one.effect.interval.low, one.effect.interval.high],
        "level": one.effect.interval.level,
        "adjusted_p": one.adjusted_p,
        "apart": one.apart,
    }


def _why(said: NoEffect | Reason) -> Json:
    return {"code": said.code, "sentence": said.sentence}
