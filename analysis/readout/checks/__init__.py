"""What must hold before a result is read: splits, triggers, exclusions, doubtful results, maturity."""

from analysis.readout.asked import Asked
from analysis.readout.checks.logs import logs
from analysis.readout.checks.results import doubts
from analysis.readout.checks.splits import splits
from analysis.readout.checks.units import left_out, outside
from analysis.readout.checks.windows import maturing
from analysis.readout.query import Reading
from analysis.readout.query.arrivals import Arrivals
from analysis.readout.query.logged import Logged
from analysis.readout.query.places import Placed
from experiments.stats.effects import Check

__all__ = ["checks_of"]


def checks_of(
    asked: Asked, reading: Reading, placed: Placed | None, logged: Logged, arrived: Arrivals
) -> tuple[Check, ...]:
    """Every check of one reading, in the order in which they are read.

    Args:
        asked: the experiment and how its arms are found.
        reading: what was read.
        placed: where and when units were exposed; None for groups that were not assigned.
        logged: what the log has of the metrics' events.
        arrived: how late events arrived.

    Returns:
        Checks that failed or passed; notes (exclusions, maturity) always pass.
    """
    if not any(arm.exposed for arm in reading.arms):
        return outside(asked, reading)
    return (
        *splits(asked, reading.arms, placed),
        *left_out(asked, reading),
        *logs(asked, reading, logged, arrived),
        *doubts(asked, reading),
        *maturing(asked, reading.arms),
    )
