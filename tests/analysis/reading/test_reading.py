"""What there is to read at the limits used, whose platform asks for longer, and first against later impressions."""

import json

import numpy as np
import pytest

from analysis.reading import ReadingQuery, answer, to_json
from analysis.reading.chart import turns_chart
from analysis.reading.rows import pace_table
from analysis.reading.sentences import finding, method, timeouts, turns, verdict
from analysis.verbs import run_verb
from experiments.reading import amount
from experiments.stats import proportions
from experiments.stats.clusters import Clusters, difference
from experiments.stats.effects import Effect, NoEffect
from experiments.stats.samples import Count
from tests.analysis.suggestions import exposed, impression, landed, much_later

COPIES = [
    {"copy_id": "a", "language": "en", "text": "Scan the barcode,\nsell it!", "button": "Use it", "button_style": "link"},
    {"copy_id": "a", "language": "ja", "text": "バーコードで、\n出品できます！"},
    {"copy_id": "a", "language": "fr", "text": "Scannez le code"},
]  # fmt: skip


def read(store, **asked):
    return answer(store, ReadingQuery(**asked))


def several(person, *taps, copy="a", limit=4000, every_s=100.0, **facts):
    """One person's impressions one after the other: tapped after so many ms, or None for standing to its limit."""
    return [
        line
        for nth, ms in enumerate(taps)
        for line in impression(person, "expired" if ms is None else "tap", limit if ms is None else ms,
                               after_s=nth * every_s, limit=limit, copy_id=copy, **facts)
    ]  # fmt: skip


def test_every_wording_tells_what_there_is_to_read_in_each_second(tmp_path):
    stories = [several("ann", 900, None), several("bob", None, limit=2000), several("cy", None, copy="new")]
    with landed(tmp_path, *stories, much_later()) as store:
        run_verb(store, "copy_add", {"body": {"copies": COPIES}, "who": "ann"})
        found = read(store)
    en, fr, ja = found.texts
    assert (en.copy.language, en.amount.characters, en.amount.words) == ("en", 25, 7)
    assert [(one.limit_ms, one.n, one.people) for one in en.paces] == [(2000, 1, 1), (4000, 2, 1)]
    assert [one.characters_per_s for one in en.paces] == [12.5, 6.25]
    assert [one.words_per_s for one in en.paces] == [3.5, 1.75]
    assert en.amount.needed_s == pytest.approx(7 * 60 / 238)
    assert [one.readable for one in en.paces] == [True, True]
    assert (ja.amount.characters, ja.amount.words) == (12, None)
    assert [one.words_per_s for one in ja.paces] == [None, None]
    assert [one.readable for one in ja.paces] == [False, True]
    assert isinstance(fr.amount.needed_s, NoEffect)
    assert [one.readable for one in fr.paces] == [None, None]
    assert fr.amount == amount("Scannez le code", "fr")
    assert found.without_text == (("new", None),)


def test_words_in_the_language_that_people_saw_are_read_alone(tmp_path):
    with landed(tmp_path, several("ann", 900, language="ja"), much_later()) as store:
        run_verb(store, "copy_add", {"body": {"copies": COPIES}, "who": "ann"})
        assert [one.copy.language for one in read(store).texts] == ["ja"]


def test_people_whose_platform_asks_for_longer_are_counted_once_at_their_first_impression(tmp_path):
    told = {"ann": 10_000, "bob": 4000, "cy": 3999, "dan": None, "eve": 4001}
    stories = [several(name, None, None, recommended_timeout_ms=ms) for name, ms in told.items()]
    late = several("fay", None, limit=2000, recommended_timeout_ms=3000)
    with landed(tmp_path, *stories, late, much_later()) as store:
        found = read(store)
        short = read(store, display_ms=2000)
    assert (found.timeouts.people, found.timeouts.known, found.timeouts.longer) == (6, 5, 3)
    assert found.timeouts.share == proportions.rate(Count(5, 3))
    assert [(one.limit_ms, one.known, one.longer) for one in found.timeouts_by_limit] == [
        (2000, 1, 1), (4000, 4, 2)
    ]  # fmt: skip
    assert (short.timeouts.known, short.timeouts.longer) == (1, 1)


def test_a_log_without_recommendations_says_what_to_log(tmp_path):
    with landed(tmp_path, several("ann", None), much_later()) as store:
        found = read(store)
    assert found.timeouts.code == "reading.no_timeouts"
    assert "recommended_timeout_ms" in found.timeouts.sentence


def test_turns_by_hand_and_the_change_within_the_same_people(tmp_path):
    stories = [
        several("ann", 500, None, 700, None, 900, None), several("bob", None, 1500),
        several("cy", 2500, None, None, 3000), several("dan", None),
    ]  # fmt: skip
    with landed(tmp_path, *stories, much_later()) as store:
        found = read(store)
    first, second, third, later = found.turns
    assert [(one.turn, one.n, one.people) for one in found.turns] == [
        (1, 4, 4),
        (2, 3, 3),
        (3, 2, 2),
        (4, 4, 2),
    ]
    assert (first.tapped, first.change) == (proportions.rate(Count(4, 2)), None)
    assert second.tapped == proportions.rate(Count(3, 1))

    def side(n, hits):
        return Clusters(np.array(n), np.array(hits))

    assert second.pairs == 3
    expected = difference(side([1, 1, 1], [1, 0, 1]), side([1, 1, 1], [0, 1, 0]))
    assert second.change.value == pytest.approx(expected.value)
    assert second.change.interval.low == pytest.approx(expected.interval.low)
    fourth = difference(side([1, 1], [1, 1]), side([3, 1], [1, 1]))
    assert later.pairs == 2
    assert later.change.value == pytest.approx(fourth.value)
    assert later.change.interval.high == pytest.approx(fourth.interval.high)
    at = {point.ms: point.value for point in first.points}
    assert (at[0], at[4000]) == (0, pytest.approx(0.5))
    assert [value for ms, value in at.items() if 600 <= ms < 2400] == pytest.approx([0.25] * 27)
    assert all(point.low is not None for point in second.points[1:])
    assert all(point.low is None for point in later.points)
    assert third.n == 2


def test_another_wording_or_display_time_is_no_repeat(tmp_path):
    stories = [
        several(f"p{k}", None) + impression(f"p{k}", "tap", 500, after_s=500, copy_id="b")
        + impression(f"p{k}", "tap", 500, after_s=900, copy_id="a", limit=9000)
        + impression(f"p{k}", "expired", 4000, after_s=1300, copy_id="a")
        for k in range(5)
    ]  # fmt: skip
    with landed(tmp_path, *stories, much_later()) as store:
        found = read(store)
        alone = read(store, copy_id="b")
    assert [(one.turn, one.n, one.tapped.value) for one in found.turns] == [(1, 5, 0), (4, 5, 0)]
    assert [(one.turn, one.pairs) for one in alone.turns] == [(2, 0)]  # nobody's first is among them
    assert alone.turns[0].change.code == "no_units"


def test_an_impression_that_may_still_stand_is_no_repeat_yet(tmp_path):
    open_one = impression("ann", None, after_s=100, copy_id="a")
    with landed(tmp_path, several("ann", None), open_one) as store:
        assert [one.turn for one in read(store).turns] == [1]


def test_a_quick_tap_does_not_count_before_the_slow_ones_could(tmp_path):
    stories = [several("ann", None), several("bob", None), several("cy", None)]
    late = impression("ann", "tap", 300, after_s=100, copy_id="a")
    with landed(tmp_path, *stories, late) as store:
        assert [one.turn for one in read(store).turns] == [1]
    (tmp_path / "later").mkdir()
    with landed(tmp_path / "later", *stories, late, much_later(seconds=104)) as store:
        assert [(one.turn, one.n) for one in read(store).turns] == [(1, 3), (2, 1)]


def test_one_person_alone_is_no_comparison(tmp_path):
    with landed(tmp_path, several("ann", 100, None, 100, None, None, None), much_later()) as store:
        found = read(store)
    assert [one.change if one.change is None else one.change.code for one in found.turns] == [
        None, "one_person", "one_person", "one_person"
    ]  # fmt: skip


def test_only_what_came_after_the_exposure_counts_in_an_experiment(tmp_path):
    stories = [exposed("ann", "x", after_s=50), several("ann", 700, 800), several("bob", 900)]
    with landed(tmp_path, *stories, much_later()) as store:
        found = read(store, experiment="display")
    assert [(one.turn, one.n) for one in found.turns] == [(2, 1)]


def test_nobody_learns_where_nobody_learns_and_everybody_tires_where_everybody_does(tmp_path):
    rng = np.random.default_rng(8)
    tastes = rng.beta(2, 4, 800)
    stories = []
    for k, taste in enumerate(tastes):
        for group, fading in (("same", 1.0), ("tired", 0.5)):
            taps = [
                int(rng.integers(100, 3900)) if rng.random() < taste * fading ** (nth > 0) else None
                for nth in range(3)
            ]
            stories.append(several(f"{group}{k}", *taps, copy=group))
    with landed(tmp_path, *stories, much_later()) as store:
        same, tired = (read(store, copy_id=group) for group in ("same", "tired"))
    for turn in (1, 2):
        assert same.turns[turn].change.interval.contains(0)
        assert tired.turns[turn].change.interval.contains(-np.mean(tastes) / 2)
        assert tired.turns[turn].change.interval.high < 0
        assert isinstance(tired.turns[turn].change, Effect)


def test_the_answer_is_plain_json_and_an_empty_log_says_so(tmp_path):
    stories = [several("ann", 100, None, recommended_timeout_ms=9000), several("bob", None, None)]
    with landed(tmp_path, *stories, much_later()) as store:
        run_verb(store, "copy_add", {"body": {"copies": COPIES}, "who": "ann"})
        said = json.loads(json.dumps(to_json(read(store)), allow_nan=False))
        nothing = read(store, platform="none")
    assert said["timeouts"]["longer"] == 1
    assert said["texts"][0]["speed"].startswith("238 words a minute: Brysbaert")
    assert [one["turn"] for one in said["turns"]] == [1, 2]
    assert nothing.cannot_say.code == "taps.no_impressions"
    assert (nothing.turns, nothing.by_ms, nothing.texts) == ((), None, ())


def test_arms_of_other_questions_are_refused():
    with pytest.raises(ValueError, match="by"):
        ReadingQuery(by="copy_id")


def test_a_verdict_is_cautious_around_the_average(tmp_path):
    """Japanese at 357 characters a minute: 24 of them take 4.03 s."""
    text = {"copy_id": "a", "language": "ja", "text": "あ" * 24}
    for limit, said, word in (
        (3000, "no", "読み切れません"),
        (4000, "barely", "ぎりぎり"),
        (6000, "yes", "どの文言も"),
    ):
        folder = tmp_path / str(limit)
        folder.mkdir()
        with landed(folder, several("ann", None, limit=limit), much_later()) as store:
            run_verb(store, "copy_add", {"body": {"copies": [text]}, "who": "ann"})
            found = read(store)
        (one,) = found.texts
        assert verdict(one, one.paces[0]) == said
        assert word in finding(found, "ja")
        assert finding(found, "en") != finding(found, "ja")


def test_the_section_is_told_in_both_languages(tmp_path):
    stories = [
        several(f"p{k}", 500 if k % 3 else None, None, recommended_timeout_ms=9000 if k % 2 else 1)
        for k in range(60)
    ]
    short = [several(f"q{k}", None, limit=2000, recommended_timeout_ms=3000) for k in range(3)]
    with landed(tmp_path, *stories, *short, several("z", None), much_later()) as store:
        run_verb(store, "copy_add", {"body": {"copies": COPIES}, "who": "ann"})
        found, nothing = read(store), read(store, platform="none")
    assert "Of 63 people" in timeouts(found, "en")[0]
    assert "33 (52.4%" in timeouts(found, "en")[0]
    assert "ほか1人" in timeouts(found, "ja")[-1]
    assert len(timeouts(found, "en")) == 4
    assert any("less than the first time" in line and "60 people" in line for line in turns(found, "en"))
    assert any("減っています" in line for line in turns(found, "ja"))
    assert turns(nothing, "en") == [
        "Nobody saw the same suggestion twice, so nothing can be said about repeats."
    ]
    assert "kazasu copy add" in finding(nothing, "en")
    assert any("Brysbaert 2019" in line for line in method("en"))
    table = pace_table(found, "en")
    assert list(table["reading_verdict"]) == ["only just", "yes", "—", "—", "only just", "yes"]
    drawn = turns_chart(found, "ja").to_dict()
    assert len(drawn["layer"]) == 2
