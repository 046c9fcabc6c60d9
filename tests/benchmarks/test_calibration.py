"""docs/calibration.md is what its command makes, at a twentieth of the size; its array formulae are the production ones."""

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration import (
    adjusted,
    certificate,
    endings,
    fixed,
    looks,
    page,
    peeking,
    shares,
    streams,
    values,
)
from benchmarks.calibration.certificate import run
from benchmarks.calibration.page import Row
from benchmarks.calibration.study import Tally, Truth, Z
from experiments.stats import adjustment, differences, fieller, means, ratios
from experiments.stats import shares as production
from experiments.stats.effects import Effect
from experiments.stats.samples import Count, Moments, Quantile, Ratio, Regression
from experiments.stats.sequential import confidence_sequence, group
from experiments.stats.sequential.boundaries import efficacy

PAGE = Path(__file__).parents[2] / "docs/calibration.md"
N = np.array([150, 400])


@pytest.mark.slow
def test_every_figure_of_the_page_is_made_again():
    written = page.read(PAGE)
    again = {row.key: row for row in run(0.05, said=lambda _: None)}
    assert set(again) == set(written)
    apart = {}
    for key, (figure, error) in written.items():
        row = again[key]
        known = _error(row, figure)
        if abs(row.figure - figure) > 4 * math.hypot(error, known):
            apart[key] = (figure, row.figure)
    assert apart == {}


def _error(row, figure):
    """The second run's standard error, of a share from the page's larger run where that is larger."""
    if row.question == "Adjustment":
        return row.error
    return max(row.error, math.sqrt(max(figure * (1 - figure), 0.0) / row.draws))


def test_the_page_says_that_an_interval_of_one_look_fails_when_peeked_at():
    key = ("Type I under looks", "binomial 0.3", "interval of one look, absolute", "28 daily looks")
    figure, error = page.read(PAGE)[key]
    assert figure == pytest.approx(0.27, abs=0.01 + 4 * error)


def test_a_page_is_read_as_it_was_written(tmp_path):
    row = Row("Coverage", "w", "Welch", "200", 9, 0.94, 0.01, "", "94–96 %", "yes")
    page.written(tmp_path / "page.md", [row], "abc", "make it", 1.0)
    assert page.read(tmp_path / "page.md") == {row.key: (0.94, 0.01)}


def test_the_boundary_of_the_theory_is_that_of_the_code():
    units = 2 * np.array(looks.daily().units)
    variance = np.full(units.size, 0.25)
    half = confidence_sequence.half_widths(variance, units, 0.05, units[-1])
    assert half / 0.5 == pytest.approx(looks.mixture_boundary(units / units[-1], 0.05), rel=1e-12)


def test_shares_of_arrays_are_those_of_the_code():
    hits = np.array([[30, 90], [60, 200]])
    control, treatment = (streams.of_shares(one[None], N) for one in hits)
    samples = [[Count(int(n), int(h)) for n, h in zip(N, one, strict=True)] for one in hits]
    _same(control, treatment, samples, production.shift, production.relative_shift)
    assert not streams.of_shares(np.array([[24, 390]]), N).told.any()


def test_means_of_arrays_are_those_of_the_code():
    rng = np.random.default_rng(1)
    x = rng.lognormal(size=(2, 1, 400))
    arms = [streams.of_means(streams._summed((one, one * one), N), N) for one in x]
    samples = [[Moments.from_sums(int(n), one[0, :n].sum(), (one[0, :n] ** 2).sum()) for n in N] for one in x]
    _same(*arms, samples, means.shift, means.relative_shift)


def test_ratios_of_arrays_are_those_of_the_code():
    drawn = [values.pairs_of_unit(np.random.default_rng(seed), (1, 400)) for seed in (1, 2)]
    arms = [streams.of_ratios(streams._pairs(*pair, N), N) for pair in drawn]
    samples = [[Ratio.from_rows(top[0, :n], bottom[0, :n]) for n in N] for top, bottom in drawn]
    _same(*arms, samples, ratios.shift, ratios.relative_shift)


def test_adjusted_means_of_arrays_are_those_of_the_code():
    drawn = [adjusted.before_and_after(np.random.default_rng(seed), (1, 400)) for seed in (1, 2)]
    arms = streams.of_adjusted(*(streams._pairs(*pair, N) for pair in drawn), N)
    samples = [[Regression.from_rows(np.column_stack([y[0, :n], x[0, :n]])) for n in N] for y, x in drawn]
    _same(*arms, samples, adjustment.shift, adjustment.relative_shift)


def _same(control, treatment, samples, shift, relative_shift):
    absolute = streams.difference(control, treatment)
    relative = streams.relative_difference(control, treatment, Z)
    for look in range(N.size):
        pair = samples[0][look], samples[1][look]
        for (value, variance), told in ((absolute, shift(*pair)), (relative, relative_shift(*pair, 0.95))):
            assert value[0, look] == pytest.approx(told.value, rel=1e-9)
            assert variance[0, look] == pytest.approx(told.variance, rel=1e-9)
        value, variance = streams.logarithm(*relative)
        told = differences.logged(relative_shift(*pair, 0.95))
        assert value[0, look] == pytest.approx(told.value, rel=1e-9)
        assert variance[0, look] == pytest.approx(told.variance, rel=1e-9)


def test_boundaries_of_arrays_are_those_of_the_code():
    """Few units, so that Student's quantiles and the bounds of ratios tell: what is ever beyond is what the code excludes."""
    rng, n = np.random.default_rng(5), np.array([6, 9, 14])
    x = rng.lognormal(1.0, 1.5, size=(2, 50, 14))
    arms = [streams.of_means(streams._summed((one, one * one), n), n) for one in (x[0], 5 * x[1])]
    samples = [
        [[Moments.from_sums(int(k), one[:k].sum(), (one[:k] ** 2).sum()) for k in n] for one in arm]
        for arm in (x[0], 5 * x[1])
    ]
    information, stream = (0.1, 0.25, 0.75), streams.streams()[3]
    absolute = peeking._seen(*streams.difference(*arms), streams.freedom(*arms, n))
    relative = peeking._relative(stream, absolute, *arms)
    assert stream.way == "mean"
    for spending in ("obrien_fleming", "pocock"):
        boundary, found = np.array(efficacy(information, 0.05, spending)), ([], [])
        for control, treatment in zip(*samples, strict=True):
            told = ([], [])
            for look in range(n.size):
                draw = partial(group.interval, information=information[: look + 1], spending=spending)
                plain = draw(means.shift(control[look], treatment[look]), 0.95)
                ratio = fieller.of_means(control[look], treatment[look], 0.95, draw)
                told[0].append(not plain.interval.contains(0))
                told[1].append(isinstance(ratio, Effect) and not ratio.interval.contains(0))
            for found_of, told_of in zip(found, told, strict=True):
                found_of.append(any(told_of))
        assert absolute.beyond(boundary).tolist() == found[0]
        assert relative.beyond(boundary).tolist() == found[1]
        assert 5 < sum(found[1]) < sum(found[0]) < 45


def test_values_of_users_are_summed_as_rows_are():
    drawn = np.random.default_rng(3).normal(size=(30, 5))
    cuts = np.sort(drawn, axis=None)[20:120:7]
    rows = Quantile.from_rows(np.repeat(np.arange(30), 5), drawn.ravel(), cuts)
    assert endings.summed(drawn, cuts) == rows


@pytest.mark.parametrize(
    ("drawn", "truths"),
    [
        (values.zero_inflated, values.zero_inflated_truths),
        (values.amounts_of_user, values.amounts_truths),
    ],
)
def test_worlds_have_the_moments_that_they_say(drawn, truths):
    x = drawn(np.random.default_rng(4), (1, 400_000))
    (told,) = truths(0.1)
    assert x.mean() == pytest.approx(told.control, rel=0.02)
    assert x.var() == pytest.approx(told.control_variance, rel=0.1)
    assert told.relative == pytest.approx(0.1)


def test_a_user_has_a_fifth_of_hits_that_resemble_each_other():
    chances, hits = shares.hits_of_user(0.2), np.arange(6)
    assert chances @ hits == pytest.approx(1.0)
    variance = chances @ (hits / 5) ** 2 - 0.04
    assert variance == pytest.approx(shares.clustered_truths(0.0)[0].control_variance)


def test_power_of_a_ratio_nears_that_of_a_difference_for_a_small_effect():
    truth = Truth(1.0, 1.01, 1.0, 1.0)
    assert truth.power(100_000, "ratio") == pytest.approx(truth.power(100_000, "unpooled"), abs=0.01)
    none = Truth(1.0, 1.0, 1.0, 1.0)
    assert none.power(100_000, "ratio") == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize(
    ("fewest", "said", "inside", "met"),
    [
        (50.0, 10_000, 9_400, "yes"),
        (50.0, 10_000, 9_300, "no"),
        (50.0, 10_000, 9_700, "no: errs on the safe side"),
        (50.0, 5_000, 4_600, "no"),
        (5.0, 10_000, 9_250, "yes"),
        (5.0, 10_000, 9_200, "no"),
        (5.0, 1_000, 500, "yes"),
    ],
)
def test_an_interval_that_is_too_narrow_is_seen(fewest, said, inside, met):
    tally = Tally("w", "Welch", "page", "", 200, 10_000, fewest, 0.8, said, inside, 0)
    assert fixed._coverage(tally).met == met
    other = Tally("w", "Welch", "page", "cap", 200, 10_000, fewest, 0.8, said, inside, 0)
    assert fixed._coverage(other).met in ("yes", "no: cap")


@pytest.mark.parametrize(("rejected", "met"), [(500, "yes"), (570, "no"), (430, "no: errs on the safe side")])
def test_a_wrong_error_is_seen(rejected, met):
    tally = Tally("w", "Welch", "page", "", 2_000, 10_000, 50.0, 0.8, 10_000, 9_500, rejected)
    assert fixed._type_one(tally).met == met


@pytest.mark.parametrize(
    ("rejected", "met"), [(8_000, "yes"), (7_600, "no"), (8_400, "no: errs on the safe side")]
)
def test_power_beside_theory_is_seen(rejected, met):
    tally = Tally("w", "Welch", "page", "", 2_000, 10_000, 50.0, 0.8, 10_000, 9_500, rejected)
    assert fixed._power(tally).met == met


def test_make_evidence_says_how_many_figures_hold(tmp_path, monkeypatch):
    told = [
        Row("Coverage", "w", way, "200", 9, 0.9, 0.01, "", "94–96 %", met)
        for way, met in (("a", "yes"), ("b", "no"), ("c", "no: cap"))
    ]
    monkeypatch.setattr(certificate, "run", lambda *_: told)
    (row,) = certificate.summary(1.0, tmp_path / "calibration.md")
    assert row == {"question": "Coverage", "figures": 3, "hold": 1, "hold otherwise": 1, "met": False}
    assert "1 of them unmet" in (tmp_path / "calibration.md").read_text("utf-8")


def test_looks_begin_at_a_hundred_units_and_come_with_every_percent():
    units = np.array(looks.every_percent().units)
    assert (units[0], units[-1]) == (100, looks.UNITS)
    assert (np.diff(units) >= 1).all()
    assert (np.diff(units) <= np.maximum(np.ceil(0.01 * units[:-1]), 1)).all()
    assert len(looks.daily().units) == 28
