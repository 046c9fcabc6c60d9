"""The planted values are exact: compared with plain simulations by NumPy that share nothing with the integrals."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_data.laws import sum_before
from sample_data.planted import planted
from sample_data.reading import Density, Hazard, Reading
from sample_data.truths import Truths, read_truths

SAMPLE: Truths = read_truths(Path(__file__).parents[2] / "sample_data" / "truths.toml")
N = 400_000


def simulate(reading: Reading, copy: str, limit: float) -> dict[str, float]:
    """Latent times thrown on a fine grid, the earliest wins."""
    rng = np.random.default_rng(7)
    grid = np.linspace(0, 12, 24_001)
    dismiss = first_passage(rng, grid, np.array([reading.dismiss.at(t) for t in grid]))
    leave = first_passage(rng, grid, np.array([reading.leave.at(t) for t in grid]))
    slow = rng.random(N) < reading.slow_share
    times = {}
    for kind in ("quick", "slow"):
        density = reading.readers[kind]
        bins = rng.choice(len(density.edges) - 1, N, p=np.diff(density.sums))
        low, high = np.array(density.edges)[bins], np.array(density.edges)[bins + 1]
        times[kind] = low + (high - low) * rng.random(N)
    tap = np.where(slow, times["slow"], times["quick"])
    tap = np.where(rng.random(N) < reading.interest[copy], tap, np.inf)
    first = np.minimum(np.minimum(tap, dismiss), leave)
    seen = first <= limit
    return {
        "tap": float(np.mean(seen & (first == tap))),
        "dismiss": float(np.mean(seen & (first == dismiss))),
        "leave": float(np.mean(seen & (first == leave))),
    }


def first_passage(rng: np.random.Generator, grid: np.ndarray, hazard: np.ndarray) -> np.ndarray:
    cumulative = np.concatenate([[0], np.cumsum((hazard[1:] + hazard[:-1]) / 2 * np.diff(grid))])
    drawn = rng.exponential(size=N)
    return np.where(drawn < cumulative[-1], np.interp(drawn, cumulative, grid), np.inf)


@pytest.mark.parametrize("copy", ["v1", "v2"])
@pytest.mark.parametrize("limit", [2.0, 4.0, 8.0])
def test_incidence_is_what_a_simulation_finds(copy, limit):
    reading = Reading.of(SAMPLE.popup)
    for cause, found in simulate(reading, copy, limit).items():
        exact = reading.incidence(cause, copy, limit)
        assert found == pytest.approx(exact, abs=4 * (exact * (1 - exact) / N) ** 0.5 + 2e-4)


@given(st.floats(0.05, 8.0), st.floats(2.5, 4.8))
def test_causes_and_staying_make_one(t, median):
    """P(tap) + P(dismiss) + P(leave) + P(nothing by t) = 1, nothing being S(t) times not having tapped."""
    reading = Reading.of(replace(SAMPLE.popup, tap_median_s=median))
    slow, interest = reading.slow_share, reading.interest["v2"]
    tapped = slow * reading.readers["slow"].before(t) + (1 - slow) * reading.readers["quick"].before(t)
    ended = sum(reading.incidence(cause, "v2", t) for cause in ("tap", "dismiss", "leave"))
    assert ended + reading.stays(t) * (1 - interest * tapped) == pytest.approx(1, abs=1e-9)


@given(st.floats(2.2, 4.8), st.floats(0.02, 0.2))
def test_the_planted_median_and_tap_rate_are_met(median, tapped):
    reading = Reading.of(replace(SAMPLE.popup, tap_median_s=median, tapped_v1=tapped))
    assert reading.incidence("tap", "v1", 8.0) == pytest.approx(tapped, rel=1e-9)
    assert reading.incidence("tap", "v1", median) == pytest.approx(tapped / 2, rel=1e-9)


@given(st.floats(0, 0.999))
def test_quantiles_undo_distributions(u):
    density = Density.of((0, 1, 2, 5), (1, 2, 3))
    assert density.before(density.quantile(u)) == pytest.approx(u, abs=1e-9)
    hazard = Hazard((0, 1, 3), (0.2, 0.0, 0.05))
    assert 1 - np.exp(-hazard.until(hazard.quantile(u))) == pytest.approx(u, abs=1e-9)


@pytest.mark.parametrize("limit", [3.0, 5.0, 9.0, 30.0])
def test_sums_of_waits_are_what_a_simulation_finds(limit):
    spans = ((1.5, 12.0), (0.7, 1.6), (0.6, 4.0), (0.7, 1.8))
    rng = np.random.default_rng(3)
    total = sum(low + (high - low) * rng.random(N) ** 2 for low, high in spans)
    exact = sum_before(spans, limit)
    assert np.mean(total <= limit) == pytest.approx(exact, abs=4 * (exact * (1 - exact) / N) ** 0.5 + 2e-4)


@pytest.mark.parametrize(("temperature", "times"), [("warm", 1.0), ("cold", 2.4)])
def test_latency_quantiles_are_what_a_simulation_finds(temperature, times):
    runs = 30 * times * np.exp(0.22 * np.random.default_rng(4).standard_normal(N))
    entries = [
        entry
        for entry in planted(SAMPLE)["latency"]
        if (entry["device"], entry["conversion"], entry["temperature"]) == ("Galaxy S7", "uint8", temperature)
    ]
    for entry in entries:
        assert np.quantile(runs, entry["quantile"]) == pytest.approx(entry["value_ms"], rel=0.01)
    assert len(entries) == 3


def test_the_sample_plants_what_its_readme_says():
    found = planted(SAMPLE)
    rate = {(r["experiment"], r["metric"], r["variant"]): round(100 * r["value"], 1) for r in found["rates"]}
    assert [rate["display-8s", "tapped", arm] for arm in ("control", "8s")] == [8.0, 15.9]
    assert [rate["display-8s", "dismissed", arm] for arm in ("control", "8s")] == [3.0, 3.1]
    assert [rate["copy-and-button", "barcode_listed", arm] for arm in ("none", "v1", "v2")] == [10, 18, 30]
    assert [rate["two-tactics", "barcode_listed", arm] for arm in ("control", "ui", "ml", "both")] == [
        10,
        16,
        30,
        36,
    ]
    assert [rate["hover-scan", "result", arm] for arm in ("photo", "hover")] == [31.7, 81.7]
    assert [rate["hover-scan", "fast_result", arm] for arm in ("photo", "hover")] == [3.5, 60.0]
    assert [rate["hover-scan", "sell_started", arm] for arm in ("photo", "hover")] == [3.8, 9.0]
    assert found["late_share_of_taps"] == pytest.approx(0.5, abs=1e-9)
    assert found["copy_ratio"] == pytest.approx(2.5)
    assert found["interaction"] == pytest.approx(0, abs=1e-12)
