"""The tracking plan: what one event is, which of its properties become typed columns, and which names are telemetry."""

from dataclasses import dataclass
from typing import Literal

from ingest.tracking_plan import PLAN, EventPlan

ColumnType = Literal["VARCHAR", "DOUBLE", "BOOLEAN"]

MAX_LINE_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_ID_LENGTH = 512
MAX_NAME_LENGTH = 200
FIRST_YEAR, LAST_YEAR = 1970, 2199

TEXT_FIELDS = (
    "event_id",
    "event",
    "user_id",
    "anonymous_id",
    "session_id",
    "attempt_id",
    "platform",
    "os_version",
    "app_version",
    "device",
)
TIME_FIELDS = ("ts", "sent_at", "received_at")
FIELDS = (*TEXT_FIELDS, *TIME_FIELDS, "seq", "properties")

BACKGROUND = frozenset(name for name, plan in PLAN.items() if plan.background)
"""Telemetry that stands between steps without being anything a user did; strict funnels look through it."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """A property that is stored as a typed column of its own."""

    name: str
    type: ColumnType
    meaning: str


PROMOTED = (
    Promoted("inference_id", "VARCHAR", "one run of the on-device model"),
    Promoted("model", "VARCHAR", "the model's name"),
    Promoted("model_version", "VARCHAR", "the model's version"),
    Promoted("conversion", "VARCHAR", "how the weights were converted: float32, float16, uint8, …"),
    Promoted("delegate", "VARCHAR", "what ran it: cpu, gpu, xnnpack, nnapi, coreml"),
    Promoted("latency_ms", "DOUBLE", "milliseconds from input to answer"),
    Promoted("cold", "BOOLEAN", "the first run after loading the model"),
    Promoted("label", "VARCHAR", "what the model said"),
    Promoted("score", "DOUBLE", "how sure the model was, 0 to 1"),
    Promoted("impression_id", "VARCHAR", "one showing of a suggestion"),
    Promoted("display_ms", "DOUBLE", "how long the suggestion may stand, in milliseconds"),
    Promoted("copy_id", "VARCHAR", "which words were shown"),
    Promoted("design_id", "VARCHAR", "which look was shown"),
    Promoted("elapsed_ms", "DOUBLE", "milliseconds since shown, on the device's monotonic clock"),
    Promoted("method", "VARCHAR", "how the listing was filled in"),
    Promoted("true_label", "VARCHAR", "what it really was, once somebody confirmed it"),
    Promoted("price_low", "DOUBLE", "lower end of the price range shown"),
    Promoted("price_high", "DOUBLE", "upper end of the price range shown"),
    Promoted("payload_bytes", "DOUBLE", "bytes sent to the server"),
    Promoted("experiment", "VARCHAR", "the experiment a unit was exposed to"),
    Promoted("variant", "VARCHAR", "the variant it was given"),
)

__all__ = ["BACKGROUND", "FIELDS", "PLAN", "PROMOTED", "EventPlan", "Promoted"]
