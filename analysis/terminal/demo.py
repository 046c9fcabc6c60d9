"""The demo: land the synthetic sample, put its experiments and copies on record, and tell the story that is in it."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.terminal.dispatch import perform
from analysis.terminal.files import BadInput, read_question, writer
from analysis.terminal.screen import say
from analysis.terminal.story import CHAPTERS, Asking

if TYPE_CHECKING:
    from analysis.verbs import Progress

Answer = Mapping[str, Any]


class Refused(RuntimeError):
    """A verb of the demo was refused; carries its answer."""

    def __init__(self, answer: dict[str, object]) -> None:
        super().__init__(str(answer))
        self.answer = answer


def demo(home: Path | None, *, progress: "Progress | None") -> dict[str, object]:
    """Land the sample and find its story.

    Args:
        home: the folder of the store; None means KAZASU_HOME or `.kazasu`.
        progress: called while logs are landing.

    Returns:
        `{"synthetic", "landed", "chapters": [{"key", "command", "facts"}]}`; or a verb's refusal.

    Raises:
        BadInput: the store holds logs that are not synthetic, which the sample must not be mixed with.
    """
    folder = sample_folder()
    manifest = tomllib.loads((folder / "MANIFEST.toml").read_text("utf-8"))

    def ask(verb: str, payload: Mapping[str, object], progress: "Progress | None" = None) -> Answer:
        answer = perform(home, verb, payload, say=say, progress=progress)
        if "error" in answer:
            raise Refused(answer)
        return answer

    try:
        _refuse_real_logs(ask("health", {"samples": 0}))
        landed = _land(ask, folder, manifest, progress)
        asking = Asking(ask, folder, landed)
        chapters = [
            {"key": chapter.key, "command": chapter.command, "facts": chapter.facts(asking)}
            for chapter in CHAPTERS
        ]
    except Refused as refused:
        return refused.answer
    return {"synthetic": True, "landed": landed, "chapters": chapters}


def sample_folder() -> Path:
    """The folder of the sample, wherever Kazasu is installed."""
    import sample_data

    return Path(sample_data.__file__).parent


def _refuse_real_logs(health: Answer) -> None:
    real = [load["source"] for load in health["loads"] if not load["synthetic"]]
    if real:
        raise BadInput(
            f"`--home` holds {real[0]}, which is not synthetic; must be another folder for the demo; "
            "run: kazasu --home DIR demo"
        )


def _land(
    ask: Callable[..., Answer], folder: Path, manifest: Answer, progress: "Progress | None"
) -> dict[str, object]:
    ask("ingest", {"paths": [str(folder / file["path"]) for file in manifest["files"]]}, progress)
    for name in manifest["experiments"]:
        ask("experiment_add", {"body": read_question(folder / name), "who": writer()})
    for file in sorted((folder / "copies").glob("*.toml")):
        ask("copy_add", {"body": read_question(file), "who": writer()})
    ask("models_import", {"paths": [str(folder / name) for name in manifest["bench"]], "who": writer()})
    health = ask("health", {"samples": 0})
    return {name: health[name] for name in ("lines", "landed", "duplicates", "rejected")}
