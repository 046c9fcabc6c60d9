"""Answers in words: every verb on every state of a store, in both languages, without a gap in a sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import logged

from analysis.terminal.tell import tell
from analysis.terminal.tell.pieces import bar, change, level, p_value, share
from analysis.verbs import run_verb
from ingest import Store

EXPERIMENT = {
    "key": "display-8s",
    "name": "Eight seconds",
    "variants": [
        {"key": "control", "payload": {"display_ms": 4000}},
        {"key": "8s", "payload": {"display_ms": 8000}},
    ],
    "metrics": [
        {"key": "tapped", "role": "success", "kind": "conversion", "event": "suggestion_tapped", "within": "10s"},
        {"key": "taps", "role": "exploratory", "kind": "mean", "event": "suggestion_tapped", "within": "10s"},
    ],
}  # fmt: skip
FUNNEL = {
    "name": "Pop-up",
    "within": "1m",
    "steps": [{"event": "photo_taken"}, {"event": "suggestion_shown", "where": {"display_ms": {"ge": 1000}}}],
    "breakdown": {"by": ["platform"]},
}
ARMS = {
    "within": "1m",
    "steps": [
        {"event": "photo_taken"},
        {"event": "suggestion_shown", "absent_in": ["8s"]},
        {"event": "label_confirmed"},
    ],
    "variant": {"experiment": "display-8s"},
}
COUNTS = [{"test": "words", "arm": arm, "n": 100, "x": x} for arm, x in (("a", 10), ("b", 30))]
QUESTIONS = [
    ("funnel", FUNNEL),
    ("funnel", {"within": "1m", "steps": [{"event": "never_logged"}]}),
    ("funnel", {**FUNNEL, "breakdown": {"by": ["platform", "device"], "attribution": "step:2", "top": 1}}),
    ("funnel", ARMS),
    ("taps", {}),
    ("taps", {"by": "platform"}),
    ("taps", {"experiment": "display-8s"}),
    ("readout", {"experiment": "display-8s"}),
    ("readout", {"experiment": "display-8s", "by": "display_ms"}),
    ("readout", {"table": COUNTS}),
    ("readout", {"table": [{"n": 0, "x": 0}, {"n": 5, "x": 0}]}),
    ("models", {}),
    ("quarantine_list", {}),
    ("quarantine_replay", {}),
    ("experiment_list", {}),
]


def exposed_log(folder: Path) -> Path:
    """Twelve people in two arms; every third taps; one inference each, some verified, some slow."""
    lines = []
    for n in range(12):
        who, arm, minute = f"u{n}", ("control", "8s")[n % 2], f"2026-04-01T10:{n:02d}"
        lines += [
            logged("experiment_exposed", f"{minute}:00Z", who, experiment="display-8s", variant=arm, platform="ios"),
            logged("photo_taken", f"{minute}:00Z", who, platform="ios"),
            logged("inference_completed", f"{minute}:01Z", who, inference_id=f"f{n}", model_version="1", label="media",
                   latency_ms=20 + 10 * n, cold=n == 0, device="Pixel 3", delegate="cpu", conversion="uint8"),
            logged("suggestion_shown", f"{minute}:01Z", who, impression_id=f"i{n}", inference_id=f"f{n}",
                   display_ms=4000 * (1 + n % 2), platform="ios"),
        ]  # fmt: skip
        if n % 3 == 0:
            lines.append(
                logged("suggestion_tapped", f"{minute}:03Z", who, impression_id=f"i{n}", elapsed_ms=2000)
            )
        if n % 2 == 0:
            lines.append(
                logged("label_confirmed", f"{minute}:09Z", who, inference_id=f"f{n}", true_label="media")
            )
    path = folder / "exposed.ndjson"
    path.write_text("\n".join([*lines, '{"event": "photo_taken"}']) + "\n", "utf-8")
    return path


@pytest.fixture(params=["empty", "a few lines", "an experiment"])
def store(request: pytest.FixtureRequest, home: Path, tmp_path: Path, popup_log: Path) -> Iterator[Store]:
    with Store.open(home) as opened:
        run_verb(opened, "experiment_add", {"body": EXPERIMENT, "who": "ann"})
        if request.param != "empty":
            log = popup_log if request.param == "a few lines" else exposed_log(tmp_path)
            run_verb(opened, "ingest", {"paths": [str(log)]})
        yield opened


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_answer_can_be_told_in_every_state(
    store: Store, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb, payload in QUESTIONS:
        answer = run_verb(store, verb, payload)
        assert "error" not in answer, answer
        tell(verb, answer, lang)
        told = "\n".join(line for line in capsys.readouterr().out.split("\n") if not line.startswith("    {"))
        assert told.strip(), verb
        for gap in ("{", "}", "None", "nan", "NoEffect("):
            assert gap not in told, (verb, told)


def test_figures_are_told_with_their_intervals() -> None:
    assert share(0.085, [0.0759, 0.095], "en") == "8.5% [7.6%, 9.5%]"
    assert share(None, None, "en") == "—"
    assert change(-0.0023, [-0.016, 0.011], "share", "en") == "−0.2 pp [−1.6, +1.1]"
    assert change(-0.0023, [-0.016, 0.011], "share", "ja") == "−0.2%ポイント [−1.6, +1.1]"
    assert change(1.5, [-0.5, 3.5], "number", "en") == "+1.5 [−0.5, +3.5]"
    assert level(2.25, [2, 2.5], "number", "en") == "2.25 [2, 2.5]"
    assert [p_value(p) for p in (None, 0.0004, 0.0491)] == ["—", "< 0.001", "0.049"]


def test_a_bar_is_as_long_as_its_figure() -> None:
    assert bar(32, 32) == "█" * 32
    assert bar(16, 32) == "█" * 16
    assert bar(1.5, 32) == "█▌"
    assert bar(0, 32) == ""
    assert bar(0, 0) == ""
