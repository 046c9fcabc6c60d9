"""A store of its own with `kazasu` in front of it, and the real logs' place."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.terminal.processes import forked

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LOGS = Path(os.environ.get("KAZASU_REAL_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True, slots=True)
class Desk:
    """A store of its own with `kazasu` in front of it."""

    home: Path
    files: Path

    def __call__(self, *words: object) -> dict:
        """What a verb answers as JSON; names of files beside the mapping may be given bare."""
        beside = [self.files / str(word) if str(word).endswith(".toml") else word for word in words]
        told = forked("--home", self.home, *beside, "--json", cwd=Path.cwd(), env=os.environ)
        assert told.exit == 0, told.err
        return told.json

    def funnel(self, *steps: str, **settings: object) -> dict:
        """The answer to a funnel of these events, written to a file as people write it."""
        path = self.home.parent / "funnel.toml"
        where = settings.pop("where", {})
        by = settings.pop("by", None)
        lines = [f"{name} = {toml(value)}" for name, value in settings.items()]
        lines += ["[where]", *(f"{toml(name)} = {toml(value)}" for name, value in where.items())]
        lines += [line for step in steps for line in ("[[steps]]", f"event = {toml(step)}")]
        lines += [] if by is None else ["[breakdown]", f"by = [{toml(by)}]", "top = 200"]
        path.write_text("\n".join(lines), encoding="utf-8")
        return self("funnel", path)

    def units(self, *steps: str, **settings: object) -> list[int]:
        """How many units reached each step."""
        return [step["units"] for step in self.funnel(*steps, **settings)["steps"]]


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(inner)}" for name, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def landed(report: dict) -> tuple[int, int, int, int]:
    """(lines, landed, duplicates, rejected) of an ingest."""
    assert report["lines"] == report["landed"] + report["duplicates"] + report["rejected"]
    return report["lines"], report["landed"], report["duplicates"], report["rejected"]
