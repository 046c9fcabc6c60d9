"""The gallery, one fault at a time: variants counted from rows, and words shown as words."""

from pathlib import Path

import pytest

from experiments.copies import Copy
from experiments.design import Experiment
from tests.faults.planting import Fault, is_caught, load

ROOM = Path(__file__).parents[2] / "analysis" / "copies"
COMPUTE, PREVIEW = ROOM / "compute.py", ROOM / "preview.py"
REWRITES = {
    COMPUTE: [('Path(__file__).with_name("variants.sql")', f"Path({str(ROOM / 'variants.sql')!r})")],
    PREVIEW: [("Path(__file__).with_name('preview.css')", f"Path({str(ROOM / 'preview.css')!r})")],
}
NAMES = ("arm", "copy_id", "design_id", "language", "limit_ms", "n", "taps")


def check_compute(m):
    rows = [
        dict(zip(NAMES, row, strict=True))
        for row in (
            ("x", "v1", "d", "ja", 4000, 5, 2),
            ("x", "v1", "d", "ja", 8000, 6, 3),
            ("x", "v1", "d", "en", None, 2, 1),
            ("y", "v1", "e", "en", 4000, 3, 3),
            ("y", "v1", "d", "en", 4000, 4, 0),
        )
    ]
    copies = [Copy(copy_id="v1", language=lang, text="t") for lang in ("en", "ja")]
    x, y = m._variants(rows, copies, by_arm=True)
    assert (x.arm, x.copy_id, x.design_id, x.language, x.n, x.taps, x.mixed) == (
        "x",
        "v1",
        "d",
        None,
        13,
        6,
        0,
    )
    assert x.limits == ((8000, 6), (4000, 5))
    assert (x.rate.value, x.rate.n, len(x.wordings)) == (6 / 13, 13, 2)
    assert (y.arm, y.design_id, y.language, y.n, y.taps, y.mixed) == ("y", "d", "en", 7, 3, 3)
    assert [copy.language for copy in y.wordings] == ["en"]
    apart = {
        one.design_id + one.language: (one.arm, one.n, one.taps)
        for one in m._variants(rows, (), by_arm=False)
    }
    assert apart == {"dja": (None, 11, 5), "den": (None, 6, 1), "een": (None, 3, 3)}
    given = [{"key": "control"}, {"key": "b", "payload": {"copy_id": "v1"}}]
    assert m._arms_with_words(Experiment.model_validate({"key": "k", "variants": given})) == {"b"}
    given[1]["payload"] = {}
    assert m._arms_with_words(Experiment.model_validate({"key": "k", "variants": given})) == {"control", "b"}
    with pytest.raises(ValueError, match="swap"):
        m.CopiesQuery.model_validate_json('{"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}')


def check_preview(m):
    copy = Copy(copy_id="c", language="ja", title="<i>", text="a\n<b>", button='"<u>', button_style="link")
    still = m.html_of(copy, '"<l>', shown_ms=4000, plays=0)
    assert "&lt;i&gt;" in still
    assert "a\n&lt;b&gt;" in still
    assert 'class="kz-as-link">&quot;&lt;u&gt;</span>' in still
    assert 'aria-label="&quot;&lt;l&gt;"' in still
    assert 'lang="ja"' in still
    assert "animation" not in still
    assert "kz-play" not in still
    first, second = (m.html_of(copy, "l", shown_ms=4000, plays=n) for n in (1, 2))
    assert "kz-play-1" in first
    assert "kz-play-0" in second
    assert "animation-delay: 4000ms" in first
    assert 'data-plays="2"' in second
    assert "kz-play" not in m.html_of(copy, "l", shown_ms=None, plays=1)
    assert "animation-delay: 600000ms" in m.html_of(copy, "l", shown_ms=10**9, plays=1)
    bare = m.html_of(Copy(copy_id="c", language="en", text="t"), "l", shown_ms=None, plays=0)
    assert "kz-line" not in bare
    assert "kz-title" not in bare
    assert "kz-tall" not in bare
    for text, tall in (("x\n" * 13 + "x", False), ("x\n" * 14 + "x", True), ("x" * 400, True)):
        framed = m.html_of(Copy(copy_id="c", language="en", text=text), "l", shown_ms=None, plays=0)
        assert ('kz-tall" tabindex="0"' in framed) == tall


CASES = [
    *((COMPUTE, check_compute, fault) for fault in (
        Fault("_variants", "if by_arm else", "if not by_arm else"),
        Fault("_variants", '(row["arm"], (None, None, None))', "(None, (None, None, None))"),
        Fault("_variant", 'seen[copy_id, design_id] += row["n"]', "seen[copy_id, design_id] += 1"),
        Fault("_variant", 'sum(row["taps"] for row in rows)', 'sum(row["n"] for row in rows)'),
        Fault("_variant", "seen.most_common(1)[0]", "seen.most_common()[-1]"),
        Fault("_variant", "if len(languages) == 1 else None", ""),
        Fault("_variant", "mixed=n - most", "mixed=most"),
        Fault("_variant", 'limits[row["limit_ms"]] += row["n"]', 'limits[row["limit_ms"]] -= row["n"]'),
        Fault("_variant", 'if row["limit_ms"] is not None', "if True"),
        Fault("_variant", "Count(n, taps)", "Count(n, n - taps)"),
        Fault("_variant", "copy_id, design_id, language),", "copy_id, design_id, None),"),
        Fault("_arms_with_words", "is not None", "is None"),
        Fault("_arms_with_words", "return given or", "return"),
        Fault("_seen", 'row["language"]', "None"),
        Fault("CopiesQuery", "self.from_ >= self.to", "self.from_ > self.to"),
    )),
    *((PREVIEW, check_preview, fault) for fault in (
        Fault("html_of", "{escape(text)}", "{text}"),
        Fault("html_of", "{escape(copy.button)}", "{copy.button}"),
        Fault("html_of", "{escape(label)}", "{label}"),
        Fault("html_of", '("text", copy.text)', '("text", copy.title)'),
        Fault("html_of", "plays > 0 and", ""),
        Fault("html_of", "and shown_ms is not None", ""),
        Fault("html_of", "plays % 2", "0"),
        Fault("html_of", "min(max(shown_ms or 0, 0), _LONGEST_MS)", "(shown_ms or 0)"),
        Fault("html_of", "min(max(shown_ms or 0, 0), _LONGEST_MS)", "_LONGEST_MS"),
        Fault("html_of", "        if text\n", ""),
        Fault("html_of", "if copy.button:", "if True:"),
        Fault("html_of", "kz-as-{copy.button_style}", "kz-as-button"),
        Fault("html_of", "{escape(copy.language)}", "en"),
        Fault("html_of", "lines > _TALL_LINES", "lines >= _TALL_LINES"),
        Fault("html_of", "1 + len(line) // _LINE", "1"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("source", "check", "fault"), CASES, ids=[str(case[2]) for case in CASES])
def test_every_fault_is_caught(source, check, fault, tmp_path):
    assert is_caught(source, fault, check, tmp_path, REWRITES[source])


def test_the_untouched_modules_pass(tmp_path):
    check_compute(load(COMPUTE, tmp_path, rewrites=REWRITES[COMPUTE]))
    check_preview(load(PREVIEW, tmp_path, rewrites=REWRITES[PREVIEW]))
