"""The 5-step funnel on 10 M events: Kazasu against the best of ClickHouse's windowFunnel ways, in one run.

    python -m benchmarks.funnel [--events 10000000] [--keep FOLDER]

Two event mixes: every event is one of the funnel's five (5 of 5 names), and a quarter of them are (5 of 20). Kazasu
lands the events through its own door and reads the person-ordered table as it stores it; its answer has counts,
rates, step times and maturing units, and a second one a breakdown by device as well. ClickHouse (chdb) gets the same
integer keys and microseconds in a MergeTree ordered by key and time, merged to one part, and answers with counts
only: plain, WHERE event IN, aggregation in order, and the last two together. Two threads each. Both stay open in a
process of their own; after a round that warms them up they take turns, three rounds; medians, and the peak memory of
each process. The counts must be equal.

Kazasu also answers in strict and in any order: seconds per row that it reads, beside the ordered ones. Then it lands
1 % more events and answers again, which is shown beside the very first answer of its process; then both land 3.9 % more,
so that a twentieth is fresh and merged by neither, and take turns again.
"""

from benchmarks.funnel.comparing import run

__all__ = ["run"]
