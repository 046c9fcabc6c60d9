"""The page of time to tap in states that the sample does not have, and its pictures."""

import pytest
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.time_to_tap import TapsQuery, answer
from analysis.time_to_tap.chart import endings_chart, extent, histogram_chart, incidence_chart
from analysis.time_to_tap.rows import bin_rows, outcome_table, risk_table
from ingest import close_current
from tests.analysis.suggestions import exposed, impression, landed, much_later


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """Land stories in the store that the page opens."""

    def land(*stories):
        landed(tmp_path, *stories).close()
        monkeypatch.setenv("KAZASU_HOME", str(tmp_path / "home"))

    yield land
    close_current()


def page(lang="en", **question):
    def show():
        from analysis.time_to_tap.page import render

        render()

    tab = AppTest.from_function(show, default_timeout=60)
    for key, value in {"lang": lang, **question}.items():
        tab.query_params[key] = value
    tab.run()
    assert not tab.exception, tab.exception[0].message
    return tab


def written(tab):
    kinds = (tab.header, tab.subheader, tab.markdown, tab.info, tab.warning, tab.metric)
    return "\n".join(f"{getattr(one, 'label', '')} {one.value}" for kind in kinds for one in kind)


def read(tab):
    """What a reader sees: Markdown's escapes are gone."""
    return written(tab).replace("\\", "")


def two_arms():
    short = [exposed(f"c{n}", "control") + impression(f"c{n}", "tap" if n < 4 else "expired", 1500 if n < 4 else 4000,
                                                      after_s=1) for n in range(12)]  # fmt: skip
    long = [exposed(f"t{n}", "8s") + impression(f"t{n}", "tap" if n < 6 else "expired", 1000 + 1000 * n if n < 6 else 8000,
                                                after_s=1, limit=8000) for n in range(12)]  # fmt: skip
    return [*short, *long, much_later()]


@pytest.mark.parametrize("lang", words.LANGS)
def test_a_log_without_times_says_so_and_shows_the_shares(at_home, lang):
    at_home(*(impression(f"p{n}", "tap" if n < 3 else "expired", 0, elapsed=False, limit=30_000) for n in range(10)),
            much_later())  # fmt: skip
    said = read(page(lang))
    assert words.t("reason.taps.no_times", lang, untimed=3, endings=3) in said
    assert "30.0%" in said


def test_the_headline_and_the_differences_stand_above_the_pictures(at_home):
    at_home(*two_arms())
    said = read(page(arms="display", at="2.0"))
    assert "8s: with 8.0 s on screen, 33.3% of the taps came after 4.0 s" in said
    assert "Randomised experiment" in said
    assert "8s against control" in said
    assert "by 2.0 s, 16.7% have tapped" in said


def test_groups_that_were_not_assigned_are_called_observational(at_home):
    at_home(*two_arms())
    said = read(page(arms="display_ms"))
    assert "Observational" in said
    assert "Not randomised: not necessarily an effect" in said


def test_a_copy_named_like_markdown_stays_text(at_home):
    at_home(
        impression("a", "tap", 900, copy_id="[x](http://evil)"),
        impression("b", "tap", 900, copy_id="v2"),
        much_later(),
    )
    assert "[x](http://evil)" not in written(page(arms="copy_id"))


def test_filters_that_leave_nothing_say_so_kindly(at_home):
    at_home(impression("a", "tap", 900, platform="ios", copy_id="v1"),
            impression("b", "tap", 900, platform="android", copy_id="v2"), much_later())  # fmt: skip
    assert "No suggestion was shown under these conditions" in read(page(platform="ios", copy_id="v2"))


@pytest.mark.parametrize("lang", words.LANGS)
def test_pictures_and_tables_hold_what_the_answer_holds(tmp_path, lang):
    found = answer(landed(tmp_path, *two_arms()), TapsQuery(experiment="display"))
    curves = incidence_chart(found, lang).to_dict()
    points = max(curves["datasets"].values(), key=len)
    assert len(points) == sum(len(arm.curves.points) for arm in found.arms)
    assert {point["arm"] for point in points} == {"control", "8s"}
    for arm in found.arms:
        for measure in ("histogram", "hazard"):
            bars = max(
                histogram_chart(arm, lang, measure, extent(found, measure)).to_dict()["datasets"].values(),
                key=len,
            )
            assert sum(bar["n"] for bar in bars) == sum(b.tap + b.dismiss + b.leave for b in arm.bins)
        assert endings_chart(arm, lang).to_dict()["datasets"]
    assert bin_rows(found)["tap"].sum() == 10
    assert len(outcome_table(found, lang)) == 2


def test_the_risk_table_counts_who_is_still_watched(tmp_path):
    """Control: 4 of 12 tap at 1.5 s, the rest is watched to 4 s. 8s: taps at 1, 2, 3, 4, 5, 6 s."""
    with landed(tmp_path, *two_arms()) as store:
        found = answer(store, TapsQuery(experiment="display"))
    table = risk_table(found, "en").set_index(words.t("time_to_tap.risk", "en"))
    at = lambda s: words.seconds(s, "en")  # noqa: E731
    assert list(table.loc["control", [at(0), at(1), at(2), at(4), at(5)]]) == ["12", "12", "8", "8", ""]
    assert list(table.loc["8s", [at(0), at(1), at(2), at(4), at(5), at(8)]]) == [
        "12",
        "12",
        "11",
        "9",
        "8",
        "6",
    ]


@pytest.mark.parametrize("lang", words.LANGS)
def test_arms_of_different_limits_are_told_apart_before_and_after_the_shorter_one(at_home, lang):
    at_home(*two_arms())
    told = read(page(lang, arms="display"))
    assert {"en": "do not visibly differ until 4.0 s", "ja": "4.0秒までは目立った差がありません"}[
        lang
    ] in told
    assert {"en": "After it, only 8s still stood", "ja": "8sだけで"}[lang] in told
    assert {"en": "the last second of 8.0 s", "ja": "8.0秒のうち最後の1秒"}[lang] in told
