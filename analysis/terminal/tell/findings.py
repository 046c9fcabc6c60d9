"""What the doctor found, in words."""

from collections.abc import Mapping
from typing import Any

from analysis.terminal.screen import write
from analysis.words import t

Answer = Mapping[str, Any]


def doctor(answer: Answer, lang: str) -> None:
    """Tell every finding, the worst first, each with what to do."""
    order = ("fail", "warn", "ok")
    for finding in sorted(answer["findings"], key=lambda one: order.index(one["level"])):
        write(f"{t('terminal.level.' + finding['level'], lang)}  {finding['sentence']}")
        if finding["mend"]:
            write(f"      {t('terminal.mend', lang, mend=finding['mend'])}")
    write(t("terminal.healthy" if answer["healthy"] else "terminal.unhealthy", lang))
