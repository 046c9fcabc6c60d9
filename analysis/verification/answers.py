"""The nouns of the answer: runs with their latency, accuracies with what a conversion loses, and failures."""

from dataclasses import dataclass

from experiments.stats.effects import Effect, Estimate, NoEffect
from ingest.verification import Run


@dataclass(frozen=True, slots=True)
class NamedRun:
    """A run of the record, and its name there: file digest, line and place."""

    name: str
    run: Run


@dataclass(frozen=True, slots=True)
class LatencyFigure:
    """How long one inference took in a run.

    Args:
        source: the run.
        value: in ms, by the answer's statistic.
        n: inferences behind it; None if the tool does not say.
    """

    source: NamedRun
    value: float
    n: int | None


@dataclass(frozen=True, slots=True)
class AccuracyFigure:
    """How accurate a model was in a run.

    Args:
        source: the run.
        statistic: which accuracy: top1, map, …
        value: 0 to 1, with Wilson's interval; without one where no count of items is behind it.
        n: items behind it; None if the tool does not say.
        against: the run it is compared with: the same model, data set and statistic in full precision (or the conversion
            asked for); None if it is that one itself, or there is none.
        loss: value − that run's; a NoEffect where nothing can be said of it.
        paired: items that both told one by one, so that the loss is that of the same items; 0 where it is of two samples.
    """

    source: NamedRun
    statistic: str
    value: Estimate
    n: int | None
    against: NamedRun | None
    loss: Effect | NoEffect
    paired: int = 0


@dataclass(frozen=True, slots=True)
class VerificationAnswer:
    """What benchmark tools told of the runs that were asked for.

    Args:
        runs: every one of them, in order of model, conversion, device and delegate.
        statistic: the figure that latencies are compared by; None if no run tells a latency.
        latencies: runs that tell it, fastest first.
        untold: runs with a latency that do not tell this figure.
        accuracies: accuracies, by model and statistic, best first.
        failed: runs that came to nothing.
        statistics: every figure of latency that some run tells, the most frequent first.
        total: runs on record, asked for or not.
        data_version: version of the data.
        synthetic: whether anything of it, or any load, was declared synthetic.
        sql: the SQL that ran.
    """

    runs: tuple[NamedRun, ...]
    statistic: str | None
    latencies: tuple[LatencyFigure, ...]
    untold: int
    accuracies: tuple[AccuracyFigure, ...]
    failed: tuple[NamedRun, ...]
    statistics: tuple[str, ...]
    total: int
    sql: str
    data_version: str
    synthetic: bool
