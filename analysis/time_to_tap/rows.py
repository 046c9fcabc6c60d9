"""The figures behind the page as rows of plain columns, the same in every language."""

import pandas as pd

from analysis import words
from analysis.outcomes import CAUSES
from analysis.time_to_tap.answers import Arm, Said, TapsAnswer
from analysis.time_to_tap.sentences import last_point, name_of, point_at
from analysis.words import t
from experiments.stats.effects import Estimate, NoEffect


def bin_rows(found: TapsAnswer) -> pd.DataFrame:
    """One row per arm and bin: endings, seconds watched, hazards, and the incidences at the bin's end."""
    return pd.DataFrame([row for arm in found.arms for row in _bins(arm)])


def outcome_table(found: TapsAnswer, lang: str) -> pd.DataFrame:
    """One row per arm in the reader's words: how its impressions ended, and what the silent ones could change."""
    rows = [
        {
            t("time_to_tap.col.arm", lang): name_of(found, arm.name, lang),
            t("time_to_tap.col.n", lang): words.number(arm.n, lang),
            **{
                t(f"time_to_tap.fate.{o.fate}", lang): f"{_share(o.share, lang)} ({o.n:,})"
                for o in arm.outcomes
            },
            t("time_to_tap.col.curve", lang): _at_the_end(arm, lang),
            t("time_to_tap.col.bounds", lang): _bounds(arm, lang),
        }
        for arm in found.arms
    ]
    return pd.DataFrame(rows)


def _share(said: Said, lang: str) -> str:
    return words.percent(said.value, lang) if isinstance(said, Estimate) else words.NOTHING


def _at_the_end(arm: Arm, lang: str) -> str:
    last = last_point(arm)
    return words.NOTHING if last is None else _share(last.tap, lang)


def _bounds(arm: Arm, lang: str) -> str:
    readings = () if isinstance(arm.curves, NoEffect) else arm.curves.readings
    bounds = next((reading.bounds for reading in reversed(readings) if reading.bounds is not None), None)
    if bounds is None:
        return words.NOTHING
    return words.between(words.percent(bounds[0], lang), words.percent(bounds[1], lang), lang)


def _bins(arm: Arm) -> list[dict[str, object]]:
    rows = []
    for entry in arm.bins:
        row: dict[str, object] = {"arm": arm.name, "from_ms": entry.from_ms, "to_ms": entry.to_ms}
        row |= {
            "tap": entry.tap,
            "dismiss": entry.dismiss,
            "leave": entry.leave,
            "watched_s": entry.watched_s,
        }
        point = point_at(arm, entry.to_ms)
        for cause in CAUSES:
            hazard = entry.hazard(cause)
            row[f"{cause}_per_s"] = hazard.value if isinstance(hazard, Estimate) else None
        for cause in CAUSES:
            row |= _said(f"{cause}_incidence", None if point is None else point.of(cause))
        rows.append(row)
    return rows


def _said(name: str, said: Said | None) -> dict[str, object]:
    if not isinstance(said, Estimate):
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    interval = said.interval
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return {name: said.value, f"{name}_low": low, f"{name}_high": high}
