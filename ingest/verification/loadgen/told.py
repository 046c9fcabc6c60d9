"""What either of LoadGen's files tells of a run, and the run that comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.verification.run import Detail, Figure, Malformed, Quantity, Run

TOOL = "mlperf_mobile"
SCENARIOS = {
    "SingleStream": "single_stream",
    "MultiStream": "multi_stream",
    "Offline": "offline",
    "Server": "server",
}
_STATISTICS = ("min", "max", "mean", "p50", "p90", "p95", "p97", "p99", "p99.9")
"""What every LoadGen tells of latencies."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Told:
    """What a file tells.

    Args:
        line: where the run begins.
        scenario: one of `SCENARIOS`' values.
        times: statistic -> its line and ms.
        rate: items a second; None if not told.
        n: queries; None if not told.
        failure: why the run does not count; None if it does.
        details: what else.
    """

    line: int
    scenario: str
    times: Mapping[str, tuple[int, float]]
    rate: float | None
    n: int | None
    failure: str | None
    details: Mapping[str, Detail] = field(default_factory=dict)

    def run(self, model: str) -> Run:
        """The run, of a benchmark of that name.

        Raises:
            Malformed: a latency is missing or they contradict each other.
        """
        self._whole()
        quantity: Quantity = "batch_latency_ms" if self.scenario == "offline" else "latency_ms"
        figures = [Figure(quantity, name, value, self.n) for name, (_, value) in self.times.items()]
        if self.rate is not None:
            figures.append(Figure("throughput_per_s", "value", self.rate))
        return Run(
            line=self.line,
            tool=TOOL,
            model=model,
            status="ok" if self.failure is None else "failed",
            scenario=self.scenario,
            failure=self.failure,
            figures=tuple(figures),
            details=dict(self.details),
        )

    def _whole(self) -> None:
        """Every statistic is told; percentiles rise between the least and the largest; the mean lies between too."""
        missing = next((name for name in _STATISTICS if name not in self.times), None)
        if missing is not None:
            raise Malformed(
                self.line,
                f"`{missing}` of the latencies is missing; must be told; look for a line that is missing.",
            )
        percentiles = sorted(
            (name for name in self.times if name[0] == "p"), key=lambda name: float(name[1:])
        )
        for before, after in pairwise(["min", *percentiles, "max"]):
            line, value = self.times[after]
            if value < self.times[before][1]:
                raise Malformed(
                    line,
                    f"`{after}` of the latencies is {value:g} ms; must be at least {before}, {self.times[before][1]:g} ms; look "
                    "for a line that was changed.",
                )
        line, mean = self.times["mean"]
        least, largest = self.times["min"][1], self.times["max"][1]
        if not least * (1 - _ROUNDING) <= mean <= largest * (1 + _ROUNDING):
            raise Malformed(
                line,
                f"`mean` of the latencies is {mean:g} ms; must lie between {least:g} and {largest:g} ms; look for a "
                "line that was changed.",
            )


def statistic(percentile: str | None, extreme: str | None) -> str:
    """What a statistic is called here: "90.00" is p90, "99.90" p99.9, "Min" min."""
    return f"p{float(percentile):g}" if percentile is not None else str(extreme).lower()


def scenario_of(line: int, told: str) -> str:
    """A scenario as it is called here.

    Raises:
        Malformed: it is none of MLPerf's.
    """
    if told not in SCENARIOS:
        raise Malformed(
            line, f"`Scenario` is {told!r}; must be one of {', '.join(SCENARIOS)}; check the line."
        )
    return SCENARIOS[told]
