"""The figures behind the page as rows of plain columns, the same in every language."""

import pandas as pd

from analysis import words
from analysis.outcomes import CAUSES
from analysis.time_to_tap.answers import Arm, Said, TapsAnswer
from analysis.time_to_tap.sentences import last_point, name_of, point_at
from analysis.words import t
from experiments.stats.effects import Estimate, NoEffect

_RISK_TIMES = 8
_RISK_STEPS_MS = (50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000)


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


def risk_table(found: TapsAnswer, lang: str) -> pd.DataFrame:
    """How many impressions of each arm were still watched at even times: what the curves stand on.

    Args:
        found: the answer.
        lang: en or ja.

    Returns:
        One row per arm with a curve, a column per time; empty cells beyond its last ms.
    """
    curves = [(arm, arm.curves) for arm in found.arms if not isinstance(arm.curves, NoEffect)]
    last = max((drawn.last_ms for _, drawn in curves), default=0)
    step = next((step for step in _RISK_STEPS_MS if step * _RISK_TIMES >= last), _RISK_STEPS_MS[-1])
    rows = []
    for arm, drawn in curves:
        row: dict[str, object] = {t("time_to_tap.risk", lang): name_of(found, arm.name, lang)}
        for ms in range(0, last + 1, step):
            near = max((point for point in drawn.points if point.ms <= ms), key=lambda point: point.ms)
            told = words.number(near.at_risk, lang) if ms <= drawn.last_ms else ""
            row[words.seconds(ms / 1000, lang)] = told
        rows.append(row)
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
