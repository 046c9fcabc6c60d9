"""Which events the shipped flows log, with the properties each carries; other names are kept just the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventPlan:
    """One event of the plan: the flow it belongs to, the properties expected on it, and whether it is telemetry."""

    flow: str
    properties: tuple[str, ...] = ()
    background: bool = False


_INFERENCE = (
    "inference_id",
    "model",
    "model_version",
    "conversion",
    "delegate",
    "latency_ms",
    "cold",
    "label",
    "score",
)
_SHOWN = (
    "impression_id",
    "inference_id",
    "display_ms",
    "copy_id",
    "design_id",
    "language",  # of the words shown, for example ja
    "recommended_timeout_ms",  # what the platform's accessibility settings recommend for this user
)
_FRAMES = ("frames_in", "frames_out", "dropped", "nodes")

PLAN: dict[str, EventPlan] = {
    "listing_started": EventPlan("barcode"),
    "camera_opened": EventPlan("any"),
    "photo_taken": EventPlan("any"),
    "inference_completed": EventPlan("barcode", _INFERENCE),
    "suggestion_shown": EventPlan("barcode", _SHOWN),
    "suggestion_tapped": EventPlan("barcode", ("impression_id", "elapsed_ms")),
    "suggestion_dismissed": EventPlan("barcode", ("impression_id", "elapsed_ms")),
    "suggestion_left": EventPlan("barcode", ("impression_id", "elapsed_ms")),
    "suggestion_expired": EventPlan("barcode", ("impression_id", "elapsed_ms")),
    "barcode_scanned": EventPlan("barcode"),
    "listing_completed": EventPlan("barcode", ("method",)),
    "label_confirmed": EventPlan("barcode", ("inference_id", "true_label")),
    "objects_detected": EventPlan("sell-check"),
    "object_tapped": EventPlan("sell-check"),
    "result_shown": EventPlan("sell-check", ("latency_ms", "price_low", "price_high")),
    "frames_summary": EventPlan("hover", _FRAMES, background=True),
    "object_focused": EventPlan("hover"),
    "search_requested": EventPlan("hover", ("payload_bytes",)),
    "object_switched": EventPlan("hover"),
    "sell_started": EventPlan("hover"),
    "experiment_exposed": EventPlan("any", ("experiment", "variant"), background=True),
}
