"""The answer as plain JSON; docs/json/verification.md explains every key."""

from analysis.verification.answers import AccuracyFigure, LatencyFigure, NamedRun, VerificationAnswer
from experiments.stats.effects import NoEffect

Json = dict[str, object]
LINEAGE = (
    "tool", "model", "conversion", "runtime", "delegate", "device", "os_version", "threads", "training_run", "scenario",
    "dataset", "tool_version", "measured_at",
)  # fmt: skip


def to_json(found: VerificationAnswer) -> Json:
    """The answer as plain JSON: latencies in ms, accuracies 0..1, intervals [low, high]; null where nobody told it."""
    return {
        "total": found.total,
        "statistic": found.statistic,
        "statistics": list(found.statistics),
        "runs": [_run(one) for one in found.runs],
        "latencies": [_latency(one) for one in found.latencies],
        "untold": found.untold,
        "accuracies": [_accuracy(one) for one in found.accuracies],
        "failed": [one.name for one in found.failed],
        "data_version": found.data_version,
        "synthetic": found.synthetic,
    }


def _run(one: NamedRun) -> Json:
    run = one.run
    return {
        "run": one.name,
        **{name: getattr(run, name) for name in LINEAGE},
        "status": run.status,
        "failure": run.failure,
        "figures": [
            {"quantity": told.quantity, "statistic": told.statistic, "value": told.value, "n": told.n}
            for told in run.figures
        ],
        "details": dict(run.details),
        "source": run.source,
        "digest": run.digest,
        "line": run.line,
    }


def _latency(one: LatencyFigure) -> Json:
    return {"run": one.source.name, "ms": one.value, "n": one.n}


def _accuracy(one: AccuracyFigure) -> Json:
    interval = one.value.interval
    loss: Json = {"value": None, "interval": None, "p": None, "why": None}
    if isinstance(one.loss, NoEffect):
        loss["why"] = None if one.against is None else {"code": one.loss.code, "sentence": one.loss.sentence}
    else:
        loss |= {
            "value": one.loss.value,
            "interval": [one.loss.interval.low, one.loss.interval.high],
            "p": one.loss.p_value,
        }
    return {
        "run": one.source.name,
        "statistic": one.statistic,
        "value": one.value.value,
        "interval": None if interval is None else [interval.low, interval.high],
        "n": one.n,
        "against": None if one.against is None else one.against.name,
        "loss": loss,
        "paired": one.paired,
    }
