"""The funnel walk, slow and obvious: write down every chain of a unit, sort them by the rule, take the first.

Shares no code and no idea with the kernel. Times are integers, steps are 1-based, a row is (time, steps it
matches, whether it carries a value); rows are numbered by their place.
"""

from dataclasses import dataclass

Row = tuple[int, frozenset[int], bool]


@dataclass(frozen=True)
class Chosen:
    reach: int
    times: tuple[int, ...]
    rows: tuple[int, ...]
    latest_start: int
    first_value: int | None
    last_value: int | None


def chains(rows: list[Row], n: int, within: int):
    """Every chain as the rows that serve steps 1..k: no row twice, time never falls, all in the window."""
    unfinished = [(place,) for place, (_, steps, _) in enumerate(rows) if 1 in steps]
    while unfinished:
        chain = unfinished.pop()
        yield chain
        if len(chain) == n:
            continue
        for place, (time, steps, _) in enumerate(rows):
            first, latest = rows[chain[0]][0], rows[chain[-1]][0]
            if place not in chain and len(chain) + 1 in steps and latest <= time <= first + within:
                unfinished.append((*chain, place))


def chosen(rows: list[Row], n: int, within: int) -> Chosen | None:
    """The chain of the rule; None if the unit never enters."""

    def by_the_rule(chain):
        times = [rows[place][0] for place in chain]
        return -len(chain), times[-1], -times[0], times, chain

    found = sorted(chains(rows, n, within), key=by_the_rule)
    if not found:
        return None
    valued = [place for place, (_, steps, value) in enumerate(rows) if steps and value]
    return Chosen(
        reach=len(found[0]),
        times=tuple(rows[place][0] for place in found[0]),
        rows=found[0],
        latest_start=max(time for time, steps, _ in rows if 1 in steps),
        first_value=min(valued, default=None),
        last_value=max(valued, default=None),
    )


def maturing(rows: list[Row], n: int, within: int, step: int, observed_until: int) -> bool:
    """Not reached, yet reached if just after the end of observation every later step happened."""
    now = chosen(rows, n, within)
    if now is None or now.reach >= step:
        return False
    future = [(observed_until + 1, frozenset({later}), False) for later in range(2, n + 1)]
    then = chosen([*rows, *future], n, within)
    return then is not None and then.reach >= step
