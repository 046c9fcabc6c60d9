"""The Bayesian reading, the beliefs and their quadrature, one fault at a time: known answers must notice each."""

import math

import numpy as np

from experiments.stats.beliefs import Beta, Normal
from experiments.stats.effects import Shift
from experiments.stats.samples import Count
from tests.faults.answers import code, ends, near, refuses, stories_of
from tests.faults.planting import Fault


def check_bayes(m):
    # Normal(1.2, .8²): P(> 0) = Φ(1.5); loss .8 (φ(1.5) − 1.5 Φ(−1.5)) = .8 · .0293067 (R 4.2.2: dnorm, pnorm)
    flat = m.of_shift(Shift(1.2, 0.64, 100, "relative", "delta"))
    ends(flat, 1.2 - 1.959964 * 0.8, 1.2 + 1.959964 * 0.8, 1e-6)
    near(flat.chance_better, 0.9331927987, 1e-9)
    near(flat.loss_shipping, 0.8 * 0.0293067, 1e-7)
    near(flat.loss_keeping, 1.2 + 0.8 * 0.0293067, 1e-7)
    assert (flat.scale, flat.method, flat.interval.level) == ("relative", "bayes_flat", 0.95)
    down = m.of_shift(Shift(1.2, 0.64, 100, "relative", "delta"), direction="down", level=0.9)
    near(down.chance_better, 0.0668072013, 1e-9)
    near(down.loss_keeping, flat.loss_shipping, 1e-15)
    ends(down, 1.2 - 1.6448536 * 0.8, 1.2 + 1.6448536 * 0.8, 1e-6)
    half = m.of_shift(Shift(3.0, 1.0, 100, "absolute", "welch"), Normal(1.0, 2.0))  # w = 4/5
    near(half.value, 2.6, 1e-12)
    near(half.interval.high - 2.6, 1.959964 * math.sqrt(0.8), 1e-6)
    assert half.method == "bayes_normal"
    far = m.of_shift(Shift(-1e300, 1e-300, 2, "absolute", "welch"))
    assert (far.chance_better, far.loss_keeping, far.loss_shipping) == (0.0, 0.0, 1e300)
    none = m.of_shift(Shift(0.0, 1.0, 2, "absolute", "welch"))
    near(none.chance_better, 0.5, 1e-15)
    near(none.loss_keeping, 0.3989422804, 1e-9)

    # exact sums in rational numbers (see test_bayes) for Beta(4, 8) against Beta(7, 7): 3 of 10 and 6 of 12, flat prior
    pair = m.of_counts(Count(10, 3), Count(12, 6))
    near(pair.chance_better, 0.815385650827836856, 1e-12)
    near(pair.loss_keeping, 0.185944721137883071, 1e-12)
    near(pair.loss_keeping - pair.loss_shipping, 1 / 2 - 1 / 3, 1e-12)
    ends(pair, -0.20330729423759, 0.5123241090803, 1e-9)
    assert m.of_counts(Count(10, 3), Count(12, 6), level=0.8).interval.low > pair.interval.low
    near(
        m.of_counts(Count(10, 3), Count(12, 6), direction="down").chance_better, 1 - pair.chance_better, 1e-12
    )
    near(m.of_counts(Count(1, 0), Count(1, 1)).chance_better, 5 / 6, 1e-12)
    stated = m.of_counts(Count(1, 0), Count(1, 1), Beta(2.0, 3.0))
    near(stated.value, 3 / 6 - 2 / 6, 1e-12)
    lonely = m.of_counts(Count(1, 1), Count(100_000, 0))
    assert -1 < lonely.interval.low < lonely.interval.high < 0
    apart = m.of_counts(Count(568_182_587, 568_182_587), Count(12_291_393, 34))
    near(apart.loss_shipping, -apart.value, 1e-12)
    sure = m.of_counts(Count(1, 1), Count(100_000, 0), level=0.999999)
    assert -1 < sure.interval.low < lonely.interval.low
    near(sure.interval.high, -math.sqrt(5e-7), 1.5e-5)  # P(Beta(2, 1) < x) = x²
    assert (
        code(m.of_counts(Count(0, 0), Count(3, 1)))
        == code(m.of_counts(Count(3, 1), Count(0, 0)))
        == "no_units"
    )

    # P(largest) = 1/4 + asin(ρ)/(2π) for three normals with one centre (Sheppard 1899)
    best = m.chances_best([Normal(7.0, 1.0), Normal(7.0, 0.3), Normal(7.0, 5.0)])
    near(best[0], 0.25 + math.asin(1 / math.sqrt(1.09 * 26)) / (2 * math.pi), 1e-12)
    near(sum(best), 1.0, 1e-12)
    two = [Normal(1.0, 3.0), Normal(0.0, 4.0)]
    near(m.chances_best(two)[0], 0.5792597094, 1e-9)  # Φ(1/5)
    near(m.chances_best(two, "down")[0], 1 - 0.5792597094, 1e-9)
    near(m.chances_best([Normal(0.0, 1.0), Normal(30.0, 1e-6)])[1], 1.0, 1e-12)
    near(m.chances_best([Normal(0.0, 1.0), Normal(1.7, 1e-6)])[0], 0.0445654628, 1e-9)
    shares = m.chances_best_share([Count(10, 3), Count(12, 6)])
    near(shares[1], pair.chance_better, 1e-12)
    near(m.chances_best_share([Count(10, 3), Count(12, 6)], direction="down")[1], shares[0], 1e-12)
    near(sum(m.chances_best_share([Count(10, 3), Count(12, 6), Count(9, 9)])), 1.0, 1e-12)
    near(m.chances_best_share([Count(9, 2)] * 4, Beta(2, 2))[3], 0.25, 1e-12)
    near(m.chances_best_share([Count(1, 0), Count(1, 1)], Beta(2, 3))[1], stated.chance_better, 1e-12)
    assert code(m.chances_best_share([Count(0, 0), Count(3, 1)])) == "no_units"
    refuses(
        (
            lambda: m.chances_best([Normal(0, 1)]),
            lambda: m.chances_best_share([Count(3, 1)]),
            lambda: m.of_shift(Shift(0.0, 1.0, 2, "absolute", "welch"), level=1.0),
            lambda: m.of_counts(Count(3, 1), Count(3, 1), level=0.0),
        )
    )


BAYES = (
    Fault("of_shift", "(prior.sd / both) ** 2 *", "(prior.sd / both) *"),
    Fault("of_shift", "(prior.sd / both) ** 2 *", "(sd / both) ** 2 *"),
    Fault("of_shift", "sd *= prior.sd / both", "sd *= 1"),
    Fault("of_shift", "half = z_of(level) * sd", "half = z_of(0.95) * sd"),
    Fault("of_shift", 'if direction == "up"', "if True"),
    Fault("of_shift", "loss_shipping=bad[1]", "loss_shipping=good[1]"),
    Fault("of_shift", "scale=shift.scale", 'scale="absolute"'),
    Fault("of_shift", '"bayes_flat" if prior is None', '"bayes_flat" if True'),
    Fault("of_counts", "control.n == 0 or treatment.n == 0", "control.n == 0"),
    Fault("of_counts", "_updated(treatment, prior)", "_updated(treatment, _FLAT)"),
    Fault("of_counts", "_exceeds(t, c), _exceeds(c, t)", "_exceeds(c, t), _exceeds(t, c)"),
    Fault("of_counts", "(1, 1 + level)", "(1, 2 - level)"),
    Fault("of_counts", "t.mean - c.mean", "t.mean"),
    Fault("of_counts", "good[0], bad[1], good[1]", "good[0], good[1], bad[1]"),
    Fault("of_counts", 'if direction == "up"', "if True"),
    Fault("chances_best", '1.0 if direction == "up" else -1.0', "1.0"),
    Fault(
        "chances_best",
        "/ sd) for gap, sd in others]\n        density",
        ") for gap, sd in others]\n        density",
    ),
    Fault("chances_best", "gap + arm.sd * points", "gap + points"),
    Fault("chances_best", "(marks * sd - gap) / arm.sd", "marks * sd / arm.sd"),
    Fault("chances_best", "math.sqrt(2 * math.pi)", "math.sqrt(2)"),
    Fault("chances_best", "if j != i", "if j > i"),
    Fault("chances_best_share", "beaten[:i] + beaten[i + 1 :]", "beaten"),
    Fault("chances_best_share", 'if direction == "up"', "if True"),
    Fault("chances_best_share", "_updated(arm, prior)", "_updated(arm, _FLAT)"),
    Fault("chances_best_share", "== 0:", "< 0:"),
    Fault("_above_zero", "math.sqrt(2)) / 2", "math.sqrt(2))"),
    Fault("_above_zero", "- abs(z) * tail", "- z * tail"),
    Fault("_above_zero", "- abs(z) * tail", ""),
    Fault("_above_zero", "mean + beyond", "mean"),
    Fault("_above_zero", "if z > 0", "if z < 0"),
    Fault("_updated", "arm.n - arm.hits", "arm.n"),
    Fault("_updated", "+ prior.hits", "+ 1"),
    Fault("_exceeds", "width * below", "below"),
    Fault("_exceeds", ", _FLAT.marks()", ""),
    Fault("_exceeds", "one.above(points)", "other.above(points)"),
    Fault("_exceeds", "expit(points) * expit(-points)", "expit(points)"),
    Fault("_quantile", "expit(points) + d", "expit(points) - d"),
    Fault("_quantile", "below)) - doubled / 2", "below)) - doubled"),
    Fault("_quantile", "else (-1.0, 1.0)", "else (near[0], near[0])"),
    Fault("_require_arms", "arms < 2", "arms < 1"),
)


def check_beliefs(m):
    girls = m.Beta(
        438.0, 544.0
    )  # 437 of 980 births (Gelman et al. 2013, §2.4); R 4.2.2: pbeta(.45, 438, 544)
    log_odds = np.log(np.array([0.45]) / 0.55)
    near(float(girls.below(log_odds)[0]), 0.599663591649694256, 1e-12)
    near(float(girls.above(log_odds)[0]), 1 - 0.599663591649694256, 1e-12)
    near(float(girls.density(log_odds)[0]), 6.02118282278791103, 1e-9)  # dbeta(.45, 438, 544) · .45 · .55
    near(girls.mean, 438 / 982, 1e-15)
    near(girls.variance, 438 * 544 / 982**2 / 983, 1e-15)
    for belief in (girls, m.Beta(1.0, 1.0), m.Beta(0.1, 3.0), m.Beta(1e9, 2.0)):
        points, weights = m.quadrature(belief.marks())
        near(float(np.sum(weights * belief.density(points))), 1.0, 1e-11)
        near(float(np.sum(weights * belief.density(points) / (1 + np.exp(-points)))), belief.mean, 1e-11)
        assert float(belief.below(belief.marks()[:1])[0]) < 1e-13
        assert float(belief.above(belief.marks()[-1:])[0]) < 1e-13
    tail = m.Beta(1.0, 1.0).below(np.array([-50.0]))  # 1/(1 + e⁵⁰), not 0
    near(float(tail[0]) * 1e22, 1.9287498479639, 1e-9)
    near(float(m.Beta(1.0, 1.0).below(np.array([1.0]))[0]), 1 / (1 + math.exp(-1)), 1e-14)
    points, weights = m.quadrature(np.array([1.0, 0.0, 0.5]))
    near(float(np.sum(weights * points**60)), 1 / 61, 1e-14)
    assert len(points) == 64
    steps = m.normal_marks()
    assert steps.tolist() == (-steps[::-1]).tolist()
    points, weights = m.quadrature(steps)
    near(float(np.sum(weights * points**2 * np.exp(-(points**2) / 2))), math.sqrt(2 * math.pi), 1e-12)
    refuses(
        (
            lambda: m.Normal(math.nan, 1.0),
            lambda: m.Normal(0.0, 0.0),
            lambda: m.Normal(0.0, math.inf),
            lambda: m.Beta(0.05, 1.0),
            lambda: m.Beta(1.0, math.inf),
        )
    )


BELIEFS = (
    Fault("Normal.__post_init__", "not math.isfinite(self.mean)", "False"),
    Fault("Normal.__post_init__", "0 < self.sd", "0 <= self.sd"),
    Fault("Normal.__post_init__", "self.sd < math.inf", "self.sd <= math.inf"),
    Fault("Beta.__post_init__", "0.1 <= value", "0.0 <= value"),
    Fault("Beta.__post_init__", "value < math.inf", "value <= math.inf"),
    Fault("Beta.mean", "(self.hits + self.misses)", "self.misses"),
    Fault("Beta.variance", "+ 1)", ")"),
    Fault("Beta.density", "np.expm1(away)", "np.exp(away)"),
    Fault("Beta.density", "np.expm1(-away)", "np.expm1(away)"),
    Fault("Beta.density", "self.misses / n", "self.mean"),
    Fault("Beta.density", "self.mean * self.misses", "self.hits * self.misses"),
    Fault("Beta.density", "+ rest[2]", ""),
    Fault("Beta.density", "- HALF_LOG_TURN", ""),
    Fault("Beta.density", "-self.hits *", "-self.misses *"),
    Fault("Beta.below", "1 - high", "high"),
    Fault(
        "Beta.below",
        "np.where(log_odds < 0, low, 1 - high)",
        "1 - betainc(self.misses, self.hits, expit(-log_odds))",
    ),
    Fault("Beta.above", "(-log_odds)", "(log_odds)"),
    Fault("Beta.above", "Beta(self.misses, self.hits)", "Beta(self.hits, self.misses)"),
    Fault("Beta.marks", "digamma(self.hits) - digamma(self.misses)", "digamma(self.hits)"),
    Fault("Beta.marks", "_REACH / one", "0.0"),
    Fault("Beta.marks", "centre + right", "centre + left"),
    Fault("quadrature", "(edges[1:] - edges[:-1]) / 2", "(edges[1:] - edges[:-1])"),
    Fault("quadrature", "np.unique(marks)", "marks"),
    Fault("normal_marks", "-steps[::-1]", "-steps"),
    Fault("_spread", "* 1.5", "* 500.0"),
    Fault("_legendre", "leggauss(_NODES)", "leggauss(_NODES // 4)"),
)


def check_stirling(m):
    # mpmath 1.3.0, 40 digits: loggamma(x) − (x − ½) log x + x − log(2π)/2
    x = np.array([1e-3, 1.0, 30.0, 49.0, 51.0, 1000.0, 1e300])
    expected = np.array(
        [
            2.5422704679670946,
            0.081061466795327258,
            0.0027776749297526936,
            0.0017006566641960617,
            0.0016339659899078577,
            8.3333330555556349e-5,
            0.0,
        ]
    )
    assert np.abs(m.remainder(x) - expected).max() < 2e-13
    near(float(m.remainder(np.array(60.0))) * 60, 0.0833325617896207959, 1e-14)
    near(m.HALF_LOG_TURN, 0.9189385332046727, 1e-15)


STIRLING = (
    Fault("remainder", "1 / 12 -", "1 / 12 +"),
    Fault("remainder", "1 / 1260 -", "1 / 1260 +"),
    Fault("remainder", "(1 / 1260 - square / 1680) * square", "0"),
    Fault("remainder", "square / 1680", "100 * square"),
    Fault("remainder", "* square) / y", ") / y"),
    Fault("remainder", "(z - 0.5) * np.log(z)", "z * np.log(z)"),
    Fault("remainder", "+ z - HALF_LOG_TURN", "+ z"),
    Fault("remainder", "+ z - HALF_LOG_TURN", "- HALF_LOG_TURN"),
    Fault("remainder", "np.where(large, 1.0, x)", "np.where(large, x, 1.0)"),
    Fault("remainder", "x >= _SERIES_FROM", "x >= 1.0"),
    Fault("remainder", "(1 / y) ** 2", "1 / y"),
)


SUITES = {
    "stats/bayes.py": (check_bayes, BAYES),
    "stats/beliefs.py": (check_beliefs, BELIEFS),
    "stats/stirling.py": (check_stirling, STIRLING),
}

test_the_untouched_formulae_pass, test_every_planted_fault_is_caught = stories_of(SUITES)
