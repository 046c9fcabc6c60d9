"""The true values of what readouts estimate: closed forms and exact integrals, never of a sample."""

from collections.abc import Iterable
from math import exp
from statistics import NormalDist

from sample_data.designs import (
    CHECK_EXPERIMENT,
    CONTROLS,
    ONBOARDING,
    ONBOARDING_VARIANTS,
    Arm,
    fortnights,
)
from sample_data.estimands import Curve, Effect, FunnelRate, Latency, Planted, Rate, Temperature
from sample_data.laws import sum_before
from sample_data.reading import Cause, Reading
from sample_data.truths import Model, PhotoFlow, SellCheck, Span, Truths

_NORMAL = NormalDist()
_CURVE_S = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
_LISTING_METRICS = {
    "display-8s": ("tapped", "barcode_listed", "dismissed"),
    "copy-and-button": ("barcode_listed", "listed"),
    "two-tactics": ("barcode_listed", "listed"),
}
_CAUSES: tuple[Cause, ...] = ("tap", "dismiss", "leave")


def planted(truths: Truths) -> Planted:
    """Compute what a perfect readout would find.

    Args:
        truths: what is planted.

    Returns:
        Rates and effects per experiment, incidence curves of the display experiment, the 2x2 interaction
        (both - ui - ml + control, absolute), precision, latency quantiles and sell-check step rates.
    """
    reading = Reading.of(truths.popup)
    rates = [*_listing_rates(truths, reading), *_check_rates(truths.sell_check)]
    rate = {(r["experiment"], r["metric"], r["variant"]): r["value"] for r in rates}
    brought = {v: rate["copy-and-button", "barcode_listed", v] for v in ("none", "v1", "v2")}
    both, ui, ml, none = (rate["two-tactics", "barcode_listed", v] for v in ("both", "ui", "ml", "control"))
    old_effect = brought["v1"] - brought["none"]
    limits = {"short": truths.popup.short_s, "long": truths.popup.long_s}
    tap_by = {name: reading.incidence("tap", "v1", limit) for name, limit in limits.items()}
    return {
        "rates": rates,
        "effects": _effects(rates),
        "curves": list(_curves(truths, reading)),
        "late_share_of_taps": 1 - tap_by["short"] / tap_by["long"],
        "tap_median_s": truths.popup.tap_median_s,
        "copy_ratio": (brought["v2"] - brought["none"]) / old_effect if old_effect else None,
        "interaction": both - ui - ml + none,
        "precision": truths.model.precision,
        "latency": list(_latencies(truths.model)),
        "funnel": list(_funnel(truths.sell_check)),
        "mismatch": truths.mismatch.experiment,
    }


def _listing_rates(truths: Truths, reading: Reading) -> Iterable[Rate]:
    for fortnight in fortnights(truths.popup):
        experiment = fortnight.experiment
        for variant, arm in fortnight.arms.items():
            found = _of_arm(truths, reading, arm)
            for metric in _LISTING_METRICS[experiment]:
                yield {"experiment": experiment, "metric": metric, "variant": variant, "value": found[metric]}


def _of_arm(truths: Truths, reading: Reading, arm: Arm) -> dict[str, float]:
    """What an exposed seller does with the first item, by metric."""
    listing, limit = truths.listing, arm.display_s or 0.0
    tap = reading.incidence("tap", arm.copy, limit)
    unaided = listing.organic + (listing.ui_tactic if arm.ui_tactic else 0.0)
    barcode = unaided + tap * listing.scanned_after_tap
    logged = 1 - truths.popup.ending_missing
    return {
        "barcode_listed": barcode,
        "listed": barcode + (1 - barcode) * listing.manual,
        "tapped": tap * logged,
        "dismissed": reading.incidence("dismiss", arm.copy, limit) * logged,
    }


def _check_rates(truths: SellCheck) -> Iterable[Rate]:
    photo, hover = truths.photo, truths.hover
    reach = photo.photo_taken * photo.objects_detected * photo.object_tapped * photo.result_shown
    first = hover.object_focused * hover.result_shown
    found = {
        "photo": {
            "result": reach * sum_before(_photo_spans(photo), 30.0),
            "fast_result": reach * sum_before(_photo_spans(photo), 5.0),
            "sell_started": reach * photo.sell_started,
        },
        "hover": {
            "result": first * sum_before((hover.focus_s, hover.search_s), 30.0 - 0.02),
            "fast_result": first * sum_before((hover.focus_s, hover.search_s), 5.0 - 0.02),
            "sell_started": first * hover.sell_started,
        },
    }
    for variant, metrics in found.items():
        for metric, value in metrics.items():
            yield {"experiment": CHECK_EXPERIMENT, "metric": metric, "variant": variant, "value": value}


def _photo_spans(photo: PhotoFlow) -> tuple[Span, ...]:
    return (photo.photo_s, photo.detect_s, photo.tap_s, photo.search_s)


def _effects(rates: list[Rate]) -> list[Effect]:
    base = {
        (r["experiment"], r["metric"]): r["value"]
        for r in rates
        if r["variant"] == CONTROLS.get(r["experiment"], "control")
    }
    effects: list[Effect] = []
    for r in rates:
        control = base[r["experiment"], r["metric"]]
        if r["variant"] != CONTROLS.get(r["experiment"], "control"):
            absolute = r["value"] - control
            effects.append(
                {
                    "experiment": r["experiment"],
                    "metric": r["metric"],
                    "variant": r["variant"],
                    "absolute": absolute,
                    "relative": absolute / control,
                }
            )
    onboarding: Effect = {
        "experiment": ONBOARDING,
        "metric": "first_photo",
        "variant": ONBOARDING_VARIANTS[1],
        "absolute": 0.0,
        "relative": 0.0,
    }
    return [*effects, onboarding]


def _curves(truths: Truths, reading: Reading) -> Iterable[Curve]:
    display = fortnights(truths.popup)[0]
    for variant, arm in display.arms.items():
        for cause in _CAUSES:
            for at in _CURVE_S:
                if arm.display_s is not None and at <= arm.display_s:
                    value = reading.incidence(cause, arm.copy, at)
                    yield {
                        "experiment": display.experiment,
                        "variant": variant,
                        "cause": cause,
                        "at_s": at,
                        "value": value,
                    }


def _latencies(model: Model) -> Iterable[Latency]:
    """Quantiles of the log-normal law: median · exp(spread · z)."""
    runs: tuple[tuple[Temperature, float], ...] = (("warm", 1.0), ("cold", model.cold_times))
    for phone in model.phones:
        for conversion, median in (("uint8", phone.uint8_ms), ("float32", phone.float32_ms)):
            for temperature, times in runs:
                for quantile in (0.5, 0.9, 0.99):
                    yield {
                        "device": phone.device,
                        "delegate": phone.delegate,
                        "conversion": conversion,
                        "temperature": temperature,
                        "quantile": quantile,
                        "value_ms": median * times * exp(model.spread * _NORMAL.inv_cdf(quantile)),
                    }


def _funnel(truths: SellCheck) -> Iterable[FunnelRate]:
    photo, hover = truths.photo, truths.hover
    steps = {
        "photo": {
            "photo_taken": photo.photo_taken,
            "objects_detected": photo.objects_detected,
            "object_tapped": photo.object_tapped,
            "result_shown": photo.result_shown,
        },
        "hover": {"object_focused": hover.object_focused, "result_shown": hover.result_shown},
    }
    for variant, shares in steps.items():
        reached = 1.0
        for step, share in shares.items():
            reached *= share
            yield {"variant": variant, "step": step, "value": reached}
