"""Why suggestions were not taken: each lost attempt has one cause."""

import pandas as pd

from analysis import page, words
from analysis.ask import cached
from analysis.funnel import FunnelQuery
from analysis.losses import LossesAnswer, LossesQuery, answer
from analysis.losses.answers import LossRow
from analysis.losses.chart import causes_chart
from experiments.stats.effects import NoEffect
from ingest import Store

SPLITS = ("device", "delegate", "conversion", "model_version", "platform")
LIMITS = ("33", "50", "100", "1000")


def suggestions(store: Store, _asked: FunnelQuery, _step: int) -> None:
    """The causes of lost suggestion attempts, overall and by group.

    Args:
        store: the open store.
        _asked: not used; the attempts are those of the suggestion flow.
        _step: not used.
    """
    cell = page.side_by_side(2, at_least=160)
    with cell():
        by = page.choice("by", page.t("why.losses.by"), SPLITS, show=lambda name: page.t(f"models.{name}"))
    with cell():
        limit = page.choice("limit", page.t("why.losses.limit"), LIMITS, default="50",
                            show=lambda ms: words.milliseconds(float(ms), page.lang()))  # fmt: skip
    query = LossesQuery.model_validate({"by": (by,), "too_slow_ms": float(limit)})
    found = page.answered(lambda: cached(store, query, answer))
    share = found.overall.causes[0].share
    if isinstance(share, NoEffect):
        page.explain(share)
    else:
        page.finding(_finding(found.overall))
        page.chart(causes_chart(found.overall, page.lang()), alt=page.t("why.losses.alt"))
        page.table(_table(found), alt=page.t("why.losses.table.alt"))
    page.footer(_rows(found), found.sql, "why-suggestions", found, percent=["share", "low", "high"])


def _finding(row: LossRow) -> str:
    lang = page.lang()
    largest = max(row.causes, key=lambda cause: cause.n)
    return page.t(
        "why.losses.finding",
        cause=page.t(f"losses.cause.{largest.name}"),
        share=words.percent(largest.n / row.lost, lang),
        lost=words.number(row.lost, lang),
        attempts=words.number(row.attempts, lang),
    )


def _table(found: LossesAnswer) -> pd.DataFrame:
    lang = page.lang()
    lines = []
    for row in found.groups:
        line = {page.t(f"models.{found.by[0]}"): row.group[0] or words.NOTHING,
                page.t("why.losses.attempts"): words.number(row.attempts, lang),
                page.t("why.losses.lost"): words.number(row.lost, lang)}  # fmt: skip
        for cause in row.causes:
            share = words.percent(cause.n / row.lost, lang) if row.lost else words.NOTHING
            line[page.t(f"losses.cause.{cause.name}")] = f"{share} · {words.number(cause.n, lang)}"
        lines.append(line)
    return pd.DataFrame(lines)


def _rows(found: LossesAnswer) -> pd.DataFrame:
    lines = []
    for group, row in [("all", found.overall), *((str(row.group[0]), row) for row in found.groups)]:
        for cause in row.causes:
            known = None if isinstance(cause.share, NoEffect) else cause.share
            ends = None if known is None else known.interval
            lines.append(
                {
                    "group": group, "attempts": row.attempts, "tapped": row.tapped, "lost": row.lost, "open": row.open,
                    "ending_unknown": row.ending_unknown, "cause": cause.name, "n": cause.n,
                    "share": None if known is None else known.value, "low": None if ends is None else ends.low,
                    "high": None if ends is None else ends.high,
                }
            )  # fmt: skip
    return pd.DataFrame(lines)
