"""Small logs and options for the general walk: drawn from a seed, fed in batches, compared with the reference."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from experiments.walk import NEVER
from experiments.walk.rules import Rules
from tests.experiments.reference_options import Found, Row, Rule, attempts, can_still_reach, chosen


@dataclass(frozen=True)
class OptionCase:
    """A rule, the rows of units 0, 1, …, the rows before which a new batch begins, and an end of observation."""

    rule: Rule
    units: tuple[tuple[Row, ...], ...]
    cuts: tuple[int, ...] = ()
    ends_later: int = 0


def option_case(seed: int, orders: tuple[str, ...] = ("ordered", "strict", "unordered")) -> OptionCase:
    """Few distinct times (ties), rows that match several steps or none, every option about every fourth time."""
    rng = random.Random(seed)
    n, span, order = rng.choice((1, 2, 3, 3, 4, 4)), rng.choice((0, 2, 5, 9, 14)), rng.choice(orders)
    within, steps = rng.randint(max(1, span // 2), span + 1), range(2, n + 1)
    windows = {k: rng.randint(1, within) for k in steps if rng.random() < 0.6} if rng.random() < 0.35 else {}
    gaps = {k: rng.randint(1, windows.get(k, 2)) for k in steps if rng.random() < 0.5}
    exclusions = (
        tuple(_between(rng, n) for _ in range(rng.randint(1, 2))) if n > 1 and rng.random() < 0.35 else ()
    )
    rule = Rule(
        n,
        within,
        order,
        first_only=rng.random() < 0.25,
        windows=windows,
        gaps=gaps if rng.random() < 0.35 else {},
        increasing=rng.random() < 0.2,
        exclusions=exclusions,
        drop=rng.random() < 0.5,
        hold=rng.random() < 0.25,
        occurrence=frozenset(k for k in range(1, n + 1) if rng.random() < 0.4)
        if rng.random() < 0.25
        else frozenset(),
        start_from=rng.choice((-99, -99, -99, 1)),
        start_to=rng.choice((99, 99, 99, 5)),
    )
    bare = rng.random() < 0.2
    rule = (
        Rule(n, within, order, start_from=rule.start_from, start_to=rule.start_to)
        if bare
        else _fitted(rng, rule)
    )
    units = tuple(
        _unit(rng, rule, span, tied=rng.random() < (0.3 if bare else 0.8)) for _ in range(rng.randint(1, 3))
    )
    total = sum(map(len, units))
    cuts = tuple(sorted(rng.randint(0, total) for _ in range(rng.randint(0, 3))))
    return OptionCase(rule, units, cuts, rng.randint(0, 2))


def _fitted(rng: random.Random, rule: Rule) -> Rule:
    """Optional steps and chains; and what an unordered funnel has no room for is left out."""
    n = rule.n
    chains = not rule.first_only and rng.random() < 0.3
    if rule.order == "unordered":
        bound = ((1, n),) * len(rule.exclusions)
        return replace(rule, windows={}, gaps={}, increasing=False, exclusions=bound, chains=chains)
    named = {step for pair in rule.exclusions for step in pair} | rule.occurrence
    optional = frozenset(k for k in range(2, n + 1) if k not in named and rng.random() < 0.6)
    return replace(rule, optional=optional if rng.random() < 0.5 else frozenset(), chains=chains)


def _between(rng: random.Random, n: int) -> tuple[int, int]:
    after = rng.randint(1, n - 1)
    return after, rng.randint(after + 1, n)


def _unit(rng: random.Random, rule: Rule, span: int, *, tied: bool) -> tuple[Row, ...]:
    several, other, rows, last = rng.choice((0, 0.1, 0.3)), rng.choice((0, 0.1, 0.3)), [], 0
    times = [rng.randint(0, span) for _ in range(rng.randint(1, 8))]
    for time in sorted(times if tied else set(times)):
        last = last % rule.n + 1 if rng.random() < 0.6 else rng.randint(1, rule.n)
        steps = {last} | {k for k in range(1, rule.n + 1) if rng.random() < several}
        steps = frozenset() if rng.random() < other else frozenset(steps)
        firsts = frozenset(k for k in rule.occurrence if k in steps or rng.random() < 0.05)
        excludes = frozenset(e for e in range(1, len(rule.exclusions) + 1) if rng.random() < 0.12)
        hold = rng.choice((None, 0, 0, 0, 0, 1, 1)) if rule.hold else None
        rows.append(Row(time, steps, rng.random() < 0.4, excludes, hold, firsts))
    return tuple(rows)


def rules(rule: Rule) -> Rules:
    """The reference's rule as the walk takes it."""
    numbered = range(1, rule.n + 1)
    return Rules(
        rule.n,
        rule.within,
        rule.order,
        first_only=rule.first_only,
        windows=tuple(rule.windows.get(k, rule.within) for k in numbered) if rule.windows else (),
        gaps=tuple(rule.gaps.get(k, 0) for k in numbered) if rule.gaps else (),
        increasing=rule.increasing,
        exclusions=rule.exclusions,
        drop=rule.drop,
        hold=rule.hold,
        starts=(rule.start_from, rule.start_to),
        optional=tuple(sorted(rule.optional)),
        chains=rule.chains,
    )


def columns(case: OptionCase) -> list[np.ndarray | None]:
    """keys, moments, masks, extra, codes; the last two only where an option asks for them."""
    n, told = case.rule.n, []
    for key, rows in enumerate(case.units):
        for r in rows:
            mask = sum(1 << (k - 1) for k in r.steps) | r.value << n
            extra = sum(1 << (k - 1) for k in r.firsts) | sum(1 << (n + e - 1) for e in r.excludes)
            told.append((key, r.time, mask, extra, -1 if r.hold is None else r.hold))
    keys, moments, masks, extra, codes = (np.array(column, np.int64) for column in zip(*told, strict=True))
    asked = case.rule.exclusions or case.rule.occurrence
    return [keys, moments, masks, extra if asked else None, codes if case.rule.hold else None]


def check_options(walk_class, case: OptionCase) -> None:
    """The walk and the reference say the same of every unit, and of nobody else."""
    walk, whole = walk_class(rules(case.rule)), columns(case)
    parts = []
    for a, b in pairwise([0, *case.cuts, len(whole[0])]):
        parts += walk.feed(*(None if column is None else column[a:b] for column in whole))
    parts += walk.finish()
    found: dict[int, list] = {key: [] for key in range(len(case.units))}
    for part in parts:
        for place, key in enumerate(part.key.tolist()):
            found[key].append((part, place))
    offset, excluded = 0, 0
    for key, rows in enumerate(map(list, case.units)):
        right = expected(rows, case.rule)
        excluded += sum(one == "excluded" for one, _ in right)
        entered = [(one, left) for one, left in right if isinstance(one, Found)]
        assert len(found[key]) == len(entered), (key, right)
        for (one, left), (part, place) in zip(entered, found[key], strict=True):
            _check_chain(case, left, one, part, place, offset)
        offset += len(rows)
    assert walk.excluded == excluded


def expected(rows: list[Row], rule: Rule) -> list[tuple[Found | str, list[Row]]]:
    """What the reference says of a unit: each chain, or "excluded", with the rows that were left for it."""
    if rule.chains:
        return attempts(rows, rule)
    one = chosen(rows, rule)
    return [] if one is None else [(one, rows)]


def _check_chain(case: OptionCase, rows: list[Row], right: Found, part, place: int, offset: int) -> None:
    rule, levels = case.rule, len(right.times)
    numbers = range(1, rule.n + 1) if rule.order == "unordered" else rule.required
    assert part.reach[place] == numbers[levels - 1]
    served = [number - 1 for number in numbers[:levels]]
    values = [int(v) - offset if v >= 0 else None for v in (part.first_value[place], part.last_value[place])]
    own = tuple(
        (step, int(part.rows[place, step - 1]) - offset)
        for step in sorted(rule.optional)
        if part.times[place, step - 1] != NEVER
    )
    steps = tuple(numbers[:levels])
    if rule.order == "unordered":
        assert part.served[place] == sum(1 << (step - 1) for step in right.steps)
        steps = right.steps
    assert right == Found(
        tuple(part.times[place, served].tolist()),
        tuple((part.rows[place, served] - offset).tolist()),
        *values,
        steps,
        own,
    )
    assert all(part.times[place, step - 1] == rows[row].time for step, row in own)
    until = max(row.time for row in rows) + case.ends_later
    still = replace(rule, first_only=rule.first_only or rule.chains)
    for level, step in enumerate(numbers, 1):
        growing = bool(part.maturing(step, rule.within, until)[place])
        assert growing == (level > levels and can_still_reach(rows, still, level, until)), (step, until)


def options_of(case: OptionCase) -> set[str]:
    """Which options and circumstances a case shows."""
    rule = case.rule
    cuts_inside = set(case.cuts) - set(np.cumsum([len(rows) for rows in case.units]).tolist()) - {0}
    given = {
        rule.order: True,
        "reentry first": rule.first_only,
        "step window": bool(rule.windows),
        "gap": bool(rule.gaps),
        "strictly increasing": rule.increasing,
        "drop": bool(rule.exclusions) and rule.drop,
        "end_attempt": bool(rule.exclusions) and not rule.drop,
        "hold": rule.hold,
        "occurrence": bool(rule.occurrence),
        "from": rule.start_from > 0,
        "to": rule.start_to < 99,
        "optional": bool(rule.optional),
        "chains": rule.chains,
        "tie group": any(
            a.time == b.time and a.steps and b.steps for u in case.units for a, b in pairwise(u)
        ),
        "other rows": any(not row.steps for rows in case.units for row in rows),
        "cut inside a unit": bool(cuts_inside),
    }
    return {name for name, shown in given.items() if shown}


def coverage(cases: list[OptionCase]) -> tuple[Counter[str], Counter[tuple[str, str]], float]:
    """Cases per option, cases per pair of options, and the share of units (of those that enter) that reach step 2."""
    single, pairs, entered, second = Counter(), Counter(), 0, 0
    for case in cases:
        shown = sorted(options_of(case))
        single.update(shown)
        pairs.update(combinations(shown, 2))
        for rows in case.units if case.rule.n > 1 else ():
            found = chosen(list(rows), case.rule)
            entered += isinstance(found, Found)
            second += isinstance(found, Found) and found.times[1:] != ()
    return single, pairs, second / entered


def held(text: str, **rule: object) -> OptionCase:
    """One unit from "a0.1 x2": letter, time and, after the point, the held value; x is exclusion 1."""
    rows = []
    for word in text.split():
        time, _, code = word[1:].partition(".")
        steps = frozenset() if word[0] == "x" else frozenset({ord(word[0]) - 96})
        excludes = frozenset({1}) if word[0] == "x" else frozenset()
        rows.append(Row(int(time), steps, excludes=excludes, hold=int(code) if code else None))
    return OptionCase(Rule(**{"n": 3, "within": 100, "hold": True, **rule}), (tuple(rows),))


RARE = (
    held("a0.1 a1.2 b2.1 b2.2"),
    held("a0.2 a1.1 b2.1 b2.2"),
    held("a0.1 a0.2 b1.2 b2.1 c3.1 c3.2"),
    held("a0.2 a0.1 b1.1 b1.2"),
    held("a0.1 x1 b2.1", exclusions=((1, 2),)),
    held("a0.1 x1.2 b2.1", exclusions=((1, 2),)),
    held("a0.1 x1 b2.1", exclusions=((1, 2),), drop=False),
)
"""Ties between held values, and exclusions that lack the value: too rare to wait for."""


def told(text: str, **rule: object) -> OptionCase:
    """One unit from "a0 bc1 x2": the steps it matches, and the time; x is exclusion 1."""
    rows = []
    for word in text.split():
        name = word.rstrip("0123456789")
        steps = frozenset(ord(letter) - 96 for letter in name if letter != "x")
        excludes = frozenset({1} if "x" in name else ())
        rows.append(Row(int(word[len(name) :]), steps, excludes=excludes))
    return OptionCase(Rule(**{"n": 4, "within": 100, **rule}), (tuple(rows),))


RARE_ORDERS = (
    told("a0 bc1 bc2 bc3 d4", order="strict"),
    held("a0.1 a1.2 b2.1 b2.2", n=2, order="unordered"),
    held("a0.2 a1.1 b2.1 b2.2", n=2, order="unordered"),
    told("a0 b1 b5 c6", n=3, windows={3: 2}),
    told("a0 x1 b2", n=3, drop=False, optional=frozenset({2}), exclusions=((1, 3),)),
    told("a0 b1 x2 c3", n=4, drop=False, optional=frozenset({3}), exclusions=((2, 4),)),
)
"""Repeats that both stay and lead on, ties between held values, exclusions before optional steps: rare, too."""


def check_hopes(walk_class) -> None:
    """Steps 2 and 4 required, 3 optional at least 4 after 2, observed until 6 or 7: can step 3 still come by 10?"""
    for until, may in ((5, True), (6, False)):
        walk = walk_class(Rules(4, 10, optional=(3,), gaps=(0, 0, 4, 1)))
        walk.feed(np.array([0]), np.array([0]), np.array([1]))
        (part,) = walk.finish()
        assert bool(part.maturing(3, 10, until)[0]) == may
        assert bool(part.maturing(2, 10, until)[0])
