"""The gallery on a real store: counted on fingers, ties as ties, hostile words shown as words."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.copies import CopiesQuery, answer, to_json
from analysis.copies.preview import STYLE, html_of
from analysis.copies.rows import variant_rows
from analysis.copies.sentences import finding, letter, letters, name_of, saw, to_fill_in, wording_for
from analysis.outcomes import Selection, outcomes
from analysis.terminal.files import read_question
from analysis.terminal.tell import tell
from analysis.verbs import run_verb
from experiments.copies import Copies, Copy
from tests.analysis.suggestions import exposed, impression, landed, much_later


def people(prefix, n, taps, **seen):
    """So many people with one impression each, the first `taps` of whom tapped."""
    return [
        line for k in range(n) for line in impression(f"{prefix}{k}", *(("tap", 900) if k < taps else ("expired", 4000)), **seen)
    ]  # fmt: skip


def in_arm(variant, n, taps, **seen):
    return [
        line for k in range(n)
        for line in (*exposed(f"{variant}{k}", variant),
                     *impression(f"{variant}{k}", *(("tap", 900) if k < taps else ("expired", 4000)), **seen))
    ]  # fmt: skip


def test_first_impressions_are_counted_by_words_design_and_language(tmp_path):
    stories = [
        people("a", 10, 4, copy_id="v1", design_id="link", language="ja"),
        people("b", 5, 1, copy_id="v1", design_id="link", language="en"),
        people("c", 4, 3, copy_id="v1", design_id="button", language="ja", limit=8000),
        impression("a0", "expired", 4000, after_s=60, copy_id="v9", design_id="link", language="ja"),
        impression("d", "tap", 100),
        much_later(),
    ]
    with landed(tmp_path, *stories) as store:
        found = answer(store, CopiesQuery())
        (reduced,) = (outcomes(store, Selection(by="copy_id"), found.observed_until),)
    told = [(v.copy_id, v.design_id, v.language, v.taps, v.n) for v in found.variants]
    assert told == [
        (None, None, None, 1, 1),
        ("v1", "button", "ja", 3, 4),
        ("v1", "link", "ja", 4, 10),
        ("v1", "link", "en", 1, 5),
    ]
    assert found.variants[1].limits == ((8000, 4),)
    assert sum(row.n for row in reduced.of("v1") if row.fate == "tap") == 4 + 1 + 3
    assert sum(row.n for row in reduced.of("v1")) == 19
    assert (found.randomised, found.left_out, found.cannot_say) == (False, 0, None)
    assert found.ties == ((0, 1, 2, 3),)
    assert len(found.comparisons) == 6
    assert name_of(found.variants[0], "en") == "(unknown)"
    assert name_of(found.variants[2], "en") == "v1 · link · ja"
    assert "4.0" in saw(found.variants[2], "ja")


def test_what_was_tapped_after_the_end_of_observation_has_not_happened_yet(tmp_path):
    with landed(tmp_path, people("a", 2, 1), much_later()) as store:
        early = answer(store, CopiesQuery.model_validate_json('{"observed_until": "2026-04-01T12:00:00.5Z"}'))
        late = answer(store, CopiesQuery())
    assert [(v.taps, v.n) for v in early.variants] == [(0, 2)]
    assert [(v.taps, v.n) for v in late.variants] == [(1, 2)]


def test_variants_of_an_experiment_are_told_apart_or_tied(tmp_path):
    stories = [
        in_arm("old", 300, 30, copy_id="v1", design_id="link"),
        in_arm("new", 300, 120, copy_id="v2", design_id="button"),
        in_arm("newer", 300, 126, copy_id="v3", design_id="button"),
        exposed("twice", "old"), exposed("twice", "new", after_s=5), impression("twice", "tap", 5, after_s=9, copy_id="v1"),
        impression("never", "tap", 5, copy_id="v1"),
        much_later(),
    ]  # fmt: skip
    with landed(tmp_path, *stories) as store:
        found = answer(store, CopiesQuery(experiment="display"))
        pooled = answer(store, CopiesQuery())
        reduced = outcomes(store, Selection(experiment="display"), found.observed_until)
    assert [(v.arm, v.copy_id, v.taps, v.n) for v in found.variants] == [
        ("newer", "v3", 126, 300), ("new", "v2", 120, 300), ("old", "v1", 30, 300),
    ]  # fmt: skip
    for one in found.variants:
        assert one.n == sum(row.n for row in reduced.of(one.arm))
        assert one.taps == sum(row.n for row in reduced.of(one.arm) if row.fate == "tap")
    assert found.ties == ((0, 1),)
    assert [letters(found, place) for place in range(3)] == ["A", "A", ""]
    assert found.randomised
    assert "not told apart from new" in finding(found, "en")
    assert "偶然の範囲" in finding(found, "ja")
    assert not pooled.randomised
    assert sum(one.n for one in pooled.variants) == 902


@pytest.mark.parametrize(
    ("stood", "told"),
    [
        ([[4000], [4000]], False),
        ([[4000], [8000]], True),
        ([[5000], [2000, 8000]], True),
        ([[4000], [None]], False),
    ],
)
def test_rates_under_different_display_times_are_not_read_as_those_of_words(tmp_path, capsys, stood, told):
    lines = [
        people(f"{place}{limit}", 40, 10 + place, copy_id=f"v{place}", limit=limit)
        for place, limits in enumerate(stood)
        for limit in limits
    ]
    with landed(tmp_path, *lines, much_later()) as store:
        tell("copies", run_verb(store, "copies", {}), "ja")
    assert ("表示時間がそろっていません" in capsys.readouterr().out) == told


def test_a_variant_without_words_is_left_out_where_the_plan_says_so(tmp_path):
    plan = {
        "key": "display",
        "variants": [
            {"key": "none", "control": True, "payload": {"suggestion": False}},
            {"key": "new", "payload": {"copy_id": "v2"}},
        ],
    }
    stories = [in_arm("none", 3, 1, copy_id="later"), in_arm("new", 3, 2, copy_id="v2"), much_later()]
    with landed(tmp_path, *stories) as store:
        before = answer(store, CopiesQuery(experiment="display"))
        run_verb(store, "experiment_add", {"body": plan, "who": "ann"})
        after = answer(store, CopiesQuery(experiment="display"))
    assert {one.arm for one in before.variants} == {"none", "new"}
    assert [one.arm for one in after.variants] == ["new"]
    assert "There is one variant, new" in finding(after, "en")


def test_an_arm_that_saw_several_words_says_so(tmp_path):
    stories = [
        in_arm("one", 5, 2, copy_id="v1"),
        exposed("x", "one"),
        impression("x", "tap", 9, copy_id="v2"),
        much_later(),
    ]
    with landed(tmp_path, *stories) as store:
        (one,) = answer(store, CopiesQuery(experiment="display")).variants
    assert (one.copy_id, one.mixed, one.n) == ("v1", 1, 6)


def test_words_on_record_stand_beside_what_people_saw(tmp_path):
    copies = [
        {"copy_id": "v1", "language": "ja", "text": "本ですか"},
        {"copy_id": "v1", "language": "en", "text": "A book?"},
        {"copy_id": "v1", "language": "ja", "text": "本ですか", "design_id": "button", "button": "はい",
         "button_style": "button"},
    ]  # fmt: skip
    stories = [
        people("a", 3, 1, copy_id="v1", design_id="button"),
        people("b", 3, 0, copy_id="v1", design_id="link", language="en-GB"),
        people("c", 3, 2, copy_id="v2"),
        much_later(),
    ]
    with landed(tmp_path, *stories) as store:
        run_verb(store, "copy_add", {"body": {"copies": copies}, "who": "ann"})
        found = answer(store, CopiesQuery())
    missing, button, link = found.variants
    assert wording_for(button, "ja").button == "はい"
    assert wording_for(button, "en").text == "A book?"
    assert wording_for(link, "ja").text == "A book?"
    assert wording_for(missing, "en") is None
    file = tmp_path / "copies.toml"
    file.write_text(to_fill_in(missing, "ja"), encoding="utf-8")
    (filled,) = Copies.model_validate(read_question(file)).copies
    assert (filled.copy_id, filled.language) == ("v2", "ja")


@given(st.text(min_size=1, max_size=40), st.text(max_size=10))
def test_the_file_to_fill_in_names_any_copy(tmp_path_factory, copy_id, design):
    from tests.analysis.copies.variants import variant

    one = variant(copy_id=copy_id, design_id=design or None)
    file = tmp_path_factory.mktemp("fill") / "copies.toml"
    file.write_text(to_fill_in(one, "en"), encoding="utf-8")
    (filled,) = read_question(file)["copies"]
    assert (filled["copy_id"], filled.get("design_id")) == (copy_id, design or None)


def test_forty_copies_are_ranked_and_json_is_plain(tmp_path):
    stories = [people(f"p{k}-", 6, k % 7, copy_id=f"copy {k:02d}") for k in range(40)]
    with landed(tmp_path, *stories, much_later()) as store:
        found = answer(store, CopiesQuery())
    rates = [one.taps / one.n for one in found.variants]
    assert len(rates) == 40
    assert rates == sorted(rates, reverse=True)
    assert len(found.comparisons) == 780
    told = json.loads(json.dumps(to_json(found), allow_nan=False))
    assert told["variants"][0]["interval"][1] == 1.0
    apart = {(one["better"], one["worse"]) for one in told["comparisons"] if one["apart"]}
    shared = [set(group) for group in told["ties"]]
    for one in told["comparisons"]:
        pair = (one["better"], one["worse"])
        assert (pair in apart) != any(set(pair) <= group for group in shared)
    assert len(variant_rows(found)) == 40
    assert "more" in finding(found, "en")


def test_nothing_is_said_kindly(tmp_path):
    with landed(tmp_path, much_later()) as store:
        found = answer(store, CopiesQuery())
    assert found.cannot_say.code == "taps.no_impressions"
    assert (found.variants, found.ties, to_json(found)["variants"]) == ((), (), [])


@pytest.mark.parametrize(("number", "told"), [(0, "A"), (25, "Z"), (26, "A1"), (53, "B2")])
def test_brackets_have_letters(number, told):
    assert letter(number) == told


class _Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</div></div><style>*{display:none}</style>",
    "&lt;b&gt; &amp; ' \" `",
    "<!-- -->\n<a href='javascript:x'>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_as_words(text):
    copy = Copy(
        copy_id=text, language="en", title=text, text=text, button=text, button_style="link", note=text
    )
    seen = _Seen()
    seen.feed(html_of(copy, text, shown_ms=4000, plays=1))
    assert set(seen.tags) == {"div", "span"}
    assert {name for name, _ in seen.attributes} <= {
        "class",
        "style",
        "role",
        "aria-label",
        "lang",
        "data-plays",
    }
    assert "".join(seen.words) == text * 3
    assert dict(seen.attributes)["data-plays"] == "1"


@given(st.text().filter(str.strip), st.text(), st.integers(0, 5), st.integers(1, 10**9) | st.none())
def test_whatever_is_written_is_read_back_verbatim(text, label, plays, shown_ms):
    copy = Copy.model_construct(copy_id="c", language="en", title="", text=text, button="", button_style="none",
                                design_id=None, note="")  # fmt: skip
    seen = _Seen()
    seen.feed(html_of(copy, label, shown_ms=shown_ms, plays=plays))
    seen.close()
    assert seen.tags == ["div", "div", "div"]
    assert "".join(seen.words) == text


def test_the_preview_stands_for_its_limit_then_fades_and_each_play_starts_it_again():
    copy = Copy(copy_id="c", language="ja", text="一\n二")
    still, first, second, third = (html_of(copy, "x", shown_ms=4000, plays=n) for n in range(4))
    assert "animation" not in still
    assert "kz-play" not in still
    assert all('style="animation-delay: 4000ms"' in one for one in (first, second, third))
    names = [re.search(r"kz-play-\d", one).group() for one in (first, second, third)]
    assert names[0] == names[2] != names[1]
    assert "一\n二" in first
    assert "kz-play" not in html_of(copy, "x", shown_ms=None, plays=3)
    assert "prefers-reduced-motion: reduce" in STYLE
    assert re.search(r"reduce\) \{\s*\.kz-play-0, \.kz-play-1 \{ animation: none; \}", STYLE)
    assert "url(" not in STYLE


def test_words_that_fill_a_screen_scroll_and_a_keyboard_reaches_them():
    short, long, tall = (
        html_of(Copy(copy_id="c", language="en", text=text), "x", shown_ms=None, plays=0)
        for text in ("a few words", "word " * 200, "line\n" * 20 + "end")
    )
    assert "tabindex" not in short
    assert all('class="kz-stage kz-tall" tabindex="0" role="group"' in one for one in (long, tall))
    assert re.search(r"\.kz-tall \{[^}]*overflow: auto", STYLE)


@pytest.mark.parametrize(("lang", "tied"), [("en", "tied: A"), ("ja", "同順位：A")])
def test_the_terminal_ranks_them_too(tmp_path, capsys, lang, tied):
    stories = [
        people("a", 9, 4, copy_id="v1"),
        people("b", 9, 5, copy_id="v2"),
        people("c", 400, 1, copy_id="v3"),
    ]
    with landed(tmp_path, *stories, much_later()) as store:
        tell("copies", run_verb(store, "copies", {}), lang)
        tell("copies", run_verb(store, "copies", {"platform": "none"}), lang)
    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith("1. v2")
    assert told[1].endswith(tied)
    assert told[2].startswith("2. v1")
    assert told[3].startswith("3. v3")
    assert tied not in told[3]
    assert len(told) == 5
