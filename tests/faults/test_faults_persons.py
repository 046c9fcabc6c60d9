"""Faults planted in the sums over persons: loops over the same units must notice every one."""

from pathlib import Path

import numpy as np
import pytest

from experiments.stats.persons import curves, order, parts, passes, shares
from tests.experiments.stats.test_persons import (
    ARMS,
    Log,
    check_every_moment,
    check_one_moment,
    check_order,
    check_shares,
)
from tests.faults.planting import Fault, is_caught, load
from tests.faults.uncompiled import UNCOMPILED, patience

CASES = 60

PASSES = (
    Fault("_sorted", "waiting[at - 1] > one", "waiting[at - 1] < one"),
    Fault("_sorted", "waiting.sort()", "pass"),
    Fault("add_curves", "0 <= arm < count and", "0 <= arm <= count and"),
    Fault("add_curves", "-1 <= code < causes", "code < causes"),
    Fault("add_curves", "if ms[end] > limit:", "if ms[end] >= limit:"),
    Fault("add_curves", "((begin[arm] + limit) << 8) + 255", "((begin[arm] + limit) << 8)"),
    Fault("add_curves", "persons[arm] += 1", "persons[arm] += last - first"),
    Fault("add_curves", "squares[arm] += n * n", "squares[arm] += n"),
    Fault("add_curves", "a[:] = 0.0", "pass"),
    Fault("add_curves", "b += censored_slope[place]", "b += ended_slope[place]"),
    Fault("add_curves", "fresh[code] += jump[place]", "fresh[0] += jump[place]"),
    Fault("add_curves", "fresh[causes] += jump[place]", "pass"),
    Fault("add_curves", "now * now - was * was", "(now - was) ** 2"),
    Fault("add_curves", "now * b - was * was_b", "now * b - was * b"),
    Fault("add_curves", "now * (n - 1.0) - was * n", "(now - was) * n"),
    Fault("add_curves", "b * (n - 1.0) - was_b * n", "(b - was_b) * n"),
    Fault("add_curves", "1.0 - 2.0 * n", "-2.0 * n"),
    Fault("add_curves", "n -= 1.0", "pass"),
    Fault("add_moment", "-1 <= code < causes", "code < causes"),
    Fault("add_moment", "place, code = last, -1", "place = last"),
    Fault("add_moment", "min(begin[arm] + moment, last)", "begin[arm] + moment"),
    Fault("add_moment", "if place > at:", "if place >= at:"),
    Fault("add_moment", "+ rest[at, curve] * censored_slope[place]", ""),
    Fault("add_moment", "code == curve or curve == causes", "code == curve"),
    Fault("add_moment", "code == curve or curve == causes", "True"),
    Fault("add_moment", "if units[one] > 0:", "if True:"),
    Fault("add_moment", "told[one] * told[other]", "told[one] * told[one]"),
    Fault("add_moment", "told[one], units[one] = 0.0, 0", "units[one] = 0"),
    Fault("add_shares", "(members[end] & hits[end]) >> share & 1", "hits[end] >> share & 1"),
    Fault("add_shares", "persons[arm, share] += 1", "persons[arm, share] += n"),
    Fault("add_shares", "float(n) * n", "float(n)"),
    Fault("add_shares", "float(x) * x", "float(x)"),
    Fault("add_shares", "float(n) * x", "float(x) * x"),
    Fault("add_shares", "mine[arm, share, 0] = mine[arm, share, 1] = 0", "mine[arm, share, 0] = 0"),
)  # fmt: skip
PARTS = (
    Fault("parts_of", "[:-1]]) * each", "[:-1]])"),
    Fault("parts_of", "np.ones(1), np.cumprod(1 - ended * each)[:-1]", "np.cumprod(1 - ended * each)"),
    Fault("parts_of", "[table.events, ended]", "[table.events, table.censored]"),
    Fault("parts_of", "rest[:-1] = np.cumsum(gain[:0:-1], axis=0)[::-1]", "rest[:] = np.cumsum(gain[::-1], axis=0)[::-1]"),
    Fault("parts_of", "ended * each * survivors", "ended * each * each"),
    Fault("parts_of", "gain * each[:, None] -", "gain -"),
    Fault("parts_of", "past + rest * sums[:, None]", "past"),
    Fault("parts_of", "-rest * survivors[:, None] - past", "-rest * survivors[:, None]"),
    Fault("parts_of", "survivors - sums", "each - sums"),
    Fault("Grids.of", "table.limit_ms + 1", "tables[0].limit_ms + 1"),
)  # fmt: skip
CURVES = (
    Fault("PersonSquares.squares", "np.cumsum(self.steps[mine, many:], axis=0)", "self.steps[mine, many:]"),
    Fault("PersonSquares.squares", "nn + self.start[arm]", "nn"),
    Fault("PersonSquares.squares", "2 * ab + rest * bb", "ab + rest * bb"),
    Fault("PersonSquares.squares", "2 * an + 2 * rest * bn", "2 * an + rest * bn"),
    Fault("PersonSquares.squares", "- waiting * watched", ""),
    Fault("PersonSums.finish", "self._add(self._order.finish())", "pass"),
    Fault("MomentSums.finish", "self._add(self._order.finish())", "pass"),
    Fault("PersonMoment.common", "[one, other]", "[one, one]"),
)
SHARES = (
    Fault("PersonShare.rate", "- 2 * share * self.product", "- share * self.product"),
    Fault("PersonShare.rate", "share**2 * self.square_units", "share * self.square_units"),
    Fault("PersonShare.rate", "self.persons == self.count.n", "self.persons >= 1"),
    Fault("ShareSums.finish", "self._add(self._order.finish())", "pass"),
)
ORDER = (
    Fault("WholePersons.feed", "keys[1:] < keys[:-1]", "keys[1:] > keys[:-1]"),
    Fault("WholePersons.feed", " or (self._last is not None and keys[0] < self._last)", ""),
    Fault("WholePersons.feed", "np.searchsorted(given[0], self._last)", "given[0].size"),
    Fault("WholePersons.feed", "if self._held:", "if False:"),
    Fault("WholePersons.finish", "held, self._held = self._held, ()", "held = self._held[:1]"),
)
MODULES = {
    "passes": (passes, PASSES),
    "parts": (parts, PARTS),
    "curves": (curves, CURVES),
    "shares": (shares, SHARES),
    "order": (order, ORDER),
}


def random_log(seed: int) -> Log:
    generator = np.random.default_rng(seed)
    causes = ("tap", "dismiss", "leave")[: int(generator.integers(1, 4))]
    n = int(generator.integers(0, 60))
    keys = np.sort(generator.integers(0, max(n // int(generator.choice([2, 5, 40])), 1), n))
    arms, codes = generator.integers(-1, ARMS + 1, n), generator.integers(-2, len(causes), n)
    limits = tuple(generator.integers(0, 13, ARMS).tolist())
    return Log(
        causes, limits, keys, arms, codes, generator.integers(0, 15, n), int(generator.integers(0, n + 1))
    )


@pytest.fixture
def check(monkeypatch):
    def put(name, planted) -> None:
        if name == "passes":
            for module, functions in ((curves, ("add_curves", "add_moment")), (shares, ("add_shares",))):
                for function in functions:
                    monkeypatch.setattr(module, function, getattr(planted, function))
        elif name == "parts":
            monkeypatch.setattr(curves, "Grids", planted.Grids)
        elif name == "order":
            monkeypatch.setattr(planted, "OrderBroken", order.OrderBroken)
            for module in (curves, shares):
                monkeypatch.setattr(module, "WholePersons", planted.WholePersons)

    def run(planted, name) -> None:
        put(name, planted)
        curve = planted if name == "curves" else curves
        share = planted if name == "shares" else shares
        whole = planted if name == "order" else order
        with patience(30):
            for cut in (1, 2, 3):
                check_order(whole.WholePersons(), cut)
            for seed in range(CASES):
                log, generator = random_log(seed), np.random.default_rng(seed)
                check_every_moment(log, curve.PersonSums(log.tables()))
                cause = (*log.causes, None)[int(generator.integers(0, len(log.causes) + 1))]
                ms = int(generator.integers(0, 15))
                check_one_moment(log, curve.MomentSums(log.tables(), cause, ms), cause, ms)
                members, hits = generator.integers(0, 4, (2, log.keys.size))
                rows = np.stack([log.keys % 8, log.arms, members, hits], axis=1).tolist()
                check_shares(sorted(rows), share.ShareSums(2, 2))

    return run


def rewrites(name):
    return UNCOMPILED if name == "passes" else ()


@pytest.mark.parametrize("name", MODULES)
def test_the_untouched_module_passes(name, check, tmp_path):
    source = Path(MODULES[name][0].__file__)
    check(load(source, tmp_path, rewrites=rewrites(name)), name)


@pytest.mark.parametrize(
    ("name", "fault"), [(name, fault) for name, (_, faults) in MODULES.items() for fault in faults], ids=str
)
def test_every_fault_is_caught(name, fault, check, tmp_path):
    source = Path(MODULES[name][0].__file__)
    assert is_caught(source, fault, lambda module: check(module, name), tmp_path, rewrites=rewrites(name))
