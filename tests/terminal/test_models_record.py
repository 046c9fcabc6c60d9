"""The verification platform's record as people type it: files in, a gate in CI, the record out and in elsewhere."""

from pathlib import Path

import pytest
from processes import Kazasu, environment, forked

FIGURES = (
    "model,conversion,device,delegate,quantity,statistic,value,n,dataset\n"
    "v3,float32,Pixel 3,cpu,latency_ms,p90,52.5,50,\n"
    "v3,float32,,,accuracy,top1,0.904,4000,shelf\n"
    "v3,uint8,Pixel 3,cpu,latency_ms,p90,30.5,50,\n"
    "v3,uint8,Pixel 4,cpu,latency_ms,p90,21.5,50,\n"
    "v3,uint8,Pixel 3,cpu,size_mb,,4.25,,\n"
    "v3,uint8,,,accuracy,top1,0.901,4000,shelf\n"
)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    (tmp_path / "bench").mkdir()
    file = tmp_path / "bench" / "figures.csv"
    file.write_text(FIGURES, "utf-8")
    return file


def test_figures_come_in_pass_a_gate_go_out_and_come_in_elsewhere(
    kazasu: Kazasu, bench: Path, tmp_path: Path
) -> None:
    told = kazasu("models", "import", bench)
    assert told.exit == 0, told.err
    assert "5 runs put on record, 0 of which failed" in told.out
    assert "on record already" in kazasu("models", "import", bench).out

    wants = ["models", "gate", "--candidate", "conversion=uint8", "--baseline", "conversion=float32"]
    opened = kazasu(*wants, "--budget", "latency_ms:p90=50", "--budget", "size_mb=10", "--margin", "0.01")
    assert opened.exit == 0, opened.err
    assert "The gate is open" in opened.out
    assert "30.5 at most (Pixel 3, cpu)" in opened.out
    assert "90.10% against 90.40%" in opened.out
    shut = kazasu(*wants, "--budget", "latency_ms:p90=25", "--margin", "0.01")
    assert shut.exit == 1
    assert "30.5 on Pixel 3, cpu, over the budget of 25" in shut.out
    proven = kazasu(*wants, "--margin", "0.01", "--proven", "--json")
    assert proven.exit == 1
    assert [one["code"] for one in proven.json["broken"]] == ["gate.loss_not_ruled_out"]
    unmeasured = kazasu(*wants, "--budget", "energy_mj=3", "--lang", "ja")
    assert unmeasured.exit == 1
    assert "energy_mj は計測されていない" in unmeasured.out

    assert kazasu("models", "export", "out.csv").exit == 0
    home = environment(tmp_path / "elsewhere")
    assert forked("models", "import", "out.csv", cwd=tmp_path, env=home).exit == 0
    assert forked("models", "export", "again.csv", cwd=tmp_path, env=home).exit == 0
    assert (tmp_path / "again.csv").read_text("utf-8") == (tmp_path / "out.csv").read_text("utf-8")
    assert "0 runs put on record" not in kazasu("models", "import", "out.csv").out
    kazasu("models", "export", "same.csv")
    assert (tmp_path / "same.csv").read_text("utf-8") == (tmp_path / "out.csv").read_text("utf-8")


def test_what_a_file_does_not_tell_can_be_added(kazasu: Kazasu, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("model,quantity,value\nv3,latency_ms,30\n", "utf-8")
    assert (
        kazasu("models", "import", "one.csv", "--set", "device=Pixel 4", "--set", "training_run=t7").exit == 0
    )
    kazasu("models", "export", "out.csv")
    assert "Pixel 4" in (tmp_path / "out.csv").read_text("utf-8")
    told = kazasu("models", "gate", "--candidate", "training_run=t7", "--budget", "latency_ms=50")
    assert told.exit == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "broken.csv"), "broken.csv: line 2: `value` is 'fast'; must be a finite number"),
        (("import", "nothing.txt"), "is of no known format"),
        (("import", "absent.csv"), "absent.csv"),
        (("import", "bench/figures.csv", "--set", "colour=red"), "`set` names 'colour'; must be one of"),
        (
            ("import", "bench/figures.csv", "--set", "conversion=int4"),
            "`conversion` is 'float32' in the file",
        ),
        (("gate", "--candidate", "model=v9", "--budget", "size_mb=1"), "`candidate` is model=v9"),
        (("gate", "--candidate", "colour=red", "--budget", "size_mb=1"), "`colour` chooses no runs"),
        (("gate", "--candidate", "model=v3"), "`budgets` is empty"),
        (("gate", "--candidate", "model=v3", "--margin", "0.1"), "`baseline` is empty"),
        (("gate", "--candidate", "model=v3", "--budget", "size"), "`budget` is 'size'"),
        (("export", "/nowhere/out.csv"), "is not usable"),
    ],
)
def test_what_cannot_be_done_is_bad_input(
    kazasu: Kazasu, bench: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "broken.csv").write_text("model,quantity,value\nv3,latency_ms,fast\n", "utf-8")
    (tmp_path / "nothing.txt").write_text("Dear diary\n", "utf-8")
    if words[0] == "gate":
        kazasu("models", "import", bench)
    told = kazasu("models", *words)
    assert told.exit == 2
    assert said in told.err


def test_a_folder_is_read_as_far_as_anybody_knows_its_files(
    kazasu: Kazasu, bench: Path, tmp_path: Path
) -> None:
    (tmp_path / "bench" / "LICENSE.txt").write_text("Permission is hereby granted\n", "utf-8")
    (tmp_path / "bench" / "cut.csv").write_text(FIGURES[:-4], "utf-8")
    told = kazasu("models", "import", "bench")
    assert told.exit == 2
    assert "LICENSE.txt is of no format known here; passed over." in told.out
    assert "5 runs put on record" in told.out
    assert "cut.csv: line 7: the last line has no end" in told.err
