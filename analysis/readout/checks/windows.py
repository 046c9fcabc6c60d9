"""How many units have been watched for a metric's whole window."""

from collections.abc import Iterable, Sequence

from analysis.readout.asked import Asked
from analysis.readout.checks.saying import note
from analysis.readout.query import Arm
from experiments.stats.effects import Check


def maturing(asked: Asked, arms: Sequence[Arm]) -> Iterable[Check]:
    """A note for every metric some of whose units still wait."""
    for metric in asked.experiment.metrics:
        sampled = [arm.metrics[metric.key] for arm in arms]
        triggered, matured = sum(one.triggered for one in sampled), sum(one.matured for one in sampled)
        if matured < triggered:
            sentence = (
                f"{metric.key}: {matured:,} of {triggered:,} units have been watched for the whole window "
                f"({metric.within}); the others wait, in every arm alike."
            )
            yield note(
                "maturing",
                sentence,
                metric=metric.key,
                matured=matured,
                triggered=triggered,
                within=str(metric.within),
            )
