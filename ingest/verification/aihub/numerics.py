"""AI Hub's numerics.yaml: how accurate a model was on each device, precision and runtime, beside torch."""

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.verification.aihub.nodes import Place
from ingest.verification.aihub.perf import TOOL
from ingest.verification.run import Figure, Malformed, Run

_STATISTICS = {
    "classification accuracy": "top1",
    "mean average precision": "map",
    "map": "map",
    "mean intersection over union": "miou",
    "mean iou": "miou",
}
_WHOLES = {"%": 100.0, "": 1.0, "ratio": 1.0}


@dataclass(frozen=True, slots=True)
class _Metric:
    """One accuracy of a model: its name, data set, how many samples, and what makes up the whole."""

    model: str
    named: str
    dataset: str | None
    samples: int
    whole: float

    def run(self, value: Place, runtime: str, device: str | None, conversion: str | None) -> Run:
        """The run that told a value."""
        share = value.number() / self.whole
        if share > 1:
            raise Malformed(
                value.line,
                f"`{value.name}` is {value.text()}; must be at most {self.whole:g}; check its unit.",
            )
        statistic = _STATISTICS.get(self.named.lower(), self.named.lower().replace(" ", "_"))
        return Run(
            line=value.line,
            tool=TOOL,
            model=self.model,
            conversion=conversion,
            runtime=runtime,
            device=device,
            dataset=self.dataset,
            figures=(Figure("accuracy", statistic, share, self.samples),),
            details={"metric": self.named},
        )


def accuracies(file: Place, model: str) -> Iterable[Run]:
    """The accuracies of a numerics.yaml: torch first, then every device, precision and runtime.

    Args:
        file: the document.
        model: what the model is called: the file does not say.

    Raises:
        Malformed: something such files tell is missing, or no share.
    """
    for told in file.member("metrics").items():
        metric = _metric(told, model)
        yield metric.run(told.member("partial_torch_metric"), "torch", None, None)
        devices = told.members().get("device_metric")
        for device in [] if devices is None else devices.members().values():
            for precision in device.members().values():
                for runtime in precision.members().values():
                    value = runtime.member("partial_metric")
                    yield metric.run(value, runtime.name, device.name, precision.name)


def _metric(told: Place, model: str) -> _Metric:
    unit, n = told.member("metric_unit"), told.member("num_partial_samples")
    whole = _WHOLES.get(unit.text() or "")
    if whole is None:
        raise Malformed(unit.line, f"`metric_unit` is {unit.text()!r}; must be % or nothing; check the line.")
    if n.number() != int(n.number()) or n.number() == 0:
        raise Malformed(
            n.line, f"`num_partial_samples` is {n.text()!r}; must be a whole number above 0; check the line."
        )
    named = (told.member("metric_name").text() or "").strip()
    return _Metric(model, named, told.member("dataset_name").text(), int(n.number()), whole)
