"""Step times as rows: what a page shows as a table and offers as a file."""

import pandas as pd

from analysis import words
from analysis.timing.answers import Part, TimingAnswer
from analysis.timing.sentences import counted, group_name
from analysis.words import t

_FIGURES = ("mean_s", "p25_s", "p50_s", "p75_s", "p90_s")


def rows(found: TimingAnswer, lang: str) -> pd.DataFrame:
    """In words: everybody, then the groups, then the periods of entry."""
    named = [(t("timing.everybody", lang), found.everybody)]
    named += [(group_name(group, lang), group.part) for group in found.groups]
    named += [(words.moment(one.start, lang, zone=found.timezone) if found.by == "hour"
               else words.date(one.start, lang, zone=found.timezone), one.part) for one in found.periods]  # fmt: skip
    return pd.DataFrame([_line(name, part, found.unit, lang) for name, part in named])


def plain_rows(found: TimingAnswer) -> pd.DataFrame:
    """Every figure, a line per bin, group and period: plain names, seconds."""
    lines: list[dict[str, object]] = [
        {"what": "bin", "name": f"{one.from_s}", "to_s": one.to_s, "reached": one.units}
        for one in found.everybody.bins
    ]
    lines.append({"what": "all", "name": "", **_figures(found.everybody)})
    lines += [
        {"what": group.kind, "name": " · ".join(one or "" for one in group.by), **_figures(group.part)}
        for group in found.groups
    ]
    lines += [
        {"what": found.by, "name": one.start.isoformat(), **_figures(one.part)} for one in found.periods
    ]
    return pd.DataFrame(lines)


def _figures(part: Part) -> dict[str, object]:
    times = {name: None if part.time is None else getattr(part.time, name) for name in _FIGURES}
    counts = {
        "started": part.started,
        "reached": part.reached,
        "maturing": part.maturing,
        "lost": part.lost,
    }
    return {**counts, **times}


def _line(name: str, part: Part, unit: str, lang: str) -> dict[str, str]:
    times = {one: None if part.time is None else float(getattr(part.time, one)) for one in _FIGURES}
    return {
        t("timing.units", lang): name,
        t("timing.started", lang): counted(part.started, unit, lang),
        t("timing.reached", lang): counted(part.reached, unit, lang),
        t("timing.maturing", lang): words.number(part.maturing, lang),
        t("timing.lost", lang): words.number(part.lost, lang),
        **{t(f"timing.{one}", lang): words.seconds(value, lang) for one, value in times.items()},
    }
