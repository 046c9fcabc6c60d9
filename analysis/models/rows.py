"""The figures behind the page: plain rows for the CSV, and tables in the reader's words."""

import pandas as pd

from analysis import words
from analysis.models.answers import ModelsAnswer, Said
from analysis.models.sentences import ends_of, group_of, ms_of, precision_of, share_of
from analysis.words import t
from experiments.stats.effects import Estimate, NoEffect


def plain_rows(found: ModelsAnswer) -> pd.DataFrame:
    """Precision rows and latency rows under plain column names, the same in every language."""
    rows: list[dict[str, object]] = []
    for row in found.precision:
        said = row.precision
        rows.append(
            {"measure": "precision", **dict(zip(found.precision_by, row.group, strict=True)), "n": row.n}
        )
        if not isinstance(said, NoEffect):
            rows[-1] |= {"verified": said.verified, "unverified_share": said.unverified_share,
                         **_said("precision", said.estimate)}  # fmt: skip
    for timed in found.latency:
        group = dict(zip(found.latency_by, timed.group, strict=True))
        rows.append({"measure": "latency", **group, "temperature": timed.temperature, "n": timed.n})
        for share, said_ms in timed.quantiles:
            rows[-1] |= _said(f"p{share * 100:g}_ms", said_ms)
        for budget in timed.budgets:
            rows[-1] |= _said(f"within_{budget.ms:g}_ms", budget.within)
    return pd.DataFrame(rows)


def precision_table(found: ModelsAnswer, lang: str) -> pd.DataFrame:
    """One row per group: predictions, how many were confirmed, precision, and its bounds."""
    rows = []
    for row in found.precision:
        said = row.precision
        known = ("0", words.NOTHING, words.NOTHING) if isinstance(said, NoEffect) else (
            words.number(said.verified, lang),
            words.percent(said.unverified_share, lang),
            words.between(words.percent(said.lowest, lang), words.percent(said.highest, lang), lang),
        )  # fmt: skip
        rows.append(
            {
                t("models.group", lang): group_of(row.group, lang),
                t("models.predictions", lang): words.number(row.n, lang),
                t("models.verified", lang): known[0],
                t("models.unverified", lang): known[1],
                t("models.precision", lang): precision_of(said, lang),
                t("models.bounds", lang): known[2],
            }
        )
    return pd.DataFrame(rows)


def latency_table(found: ModelsAnswer, lang: str) -> pd.DataFrame:
    """One row per group and temperature: quantiles, and the share within each budget with its interval."""
    rows = []
    for row in found.latency:
        told = {
            t("models.group", lang): group_of(row.group, lang),
            t("models.temperature", lang): t(f"models.temperature.{row.temperature or 'unknown'}", lang),
            t("models.inferences", lang): words.number(row.n, lang),
            **{f"p{share * 100:g}": ms_of(said, lang) for share, said in row.quantiles},
        }
        for budget in row.budgets:
            name = t("models.within", lang, ms=budget.ms)
            interval = budget.within.interval if isinstance(budget.within, Estimate) else None
            told[name] = f"{share_of(budget.within, lang)} ({ends_of(interval, lang)})"
        rows.append(told)
    return pd.DataFrame(rows)


def _said(name: str, said: Said) -> dict[str, object]:
    if isinstance(said, NoEffect):
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    interval = said.interval
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return {name: said.value, f"{name}_low": low, f"{name}_high": high}
