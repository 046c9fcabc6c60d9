"""The question to the verification platform's record."""

from pydantic import BaseModel, ConfigDict

NARROWING = ("tool", "model", "conversion", "runtime", "delegate", "device", "scenario", "dataset")
"""What runs can be narrowed to, one value each."""


class VerificationQuery(BaseModel):
    """Which runs on record, compared by which figure.

    Args:
        tool, model, conversion, runtime, delegate, device, scenario, dataset: keep only runs that tell this value.
        statistic: the figure of latency that runs are compared by; None takes the one that most of them tell.
        baseline: the conversion that losses of accuracy are measured against; None takes the full precision of each model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    tool: str | None = None
    model: str | None = None
    conversion: str | None = None
    runtime: str | None = None
    delegate: str | None = None
    device: str | None = None
    scenario: str | None = None
    dataset: str | None = None
    statistic: str | None = None
    baseline: str | None = None
