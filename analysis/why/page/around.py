"""What people did around a step, and what goes with getting further."""

import pandas as pd
import streamlit as st

from analysis import page, words
from analysis.ask import cached
from analysis.drivers import DriversQuery
from analysis.drivers import answer as drivers_answer
from analysis.drivers.answers import Driver
from analysis.funnel import FunnelQuery
from analysis.paths import PathsAnswer, PathsQuery
from analysis.paths import answer as paths_answer
from analysis.paths.chart import paths_chart
from ingest import Store

SIDES = ("after", "between", "before")
DEPTHS = ("1", "2", "3", "4", "5")
TOPS = ("4", "6", "10")


def paths(store: Store, asked: FunnelQuery, step: int) -> None:
    """What those who did not reach the step did next, before, or what the others did on the way to it.

    Args:
        store: the open store.
        asked: the funnel.
        step: the step that was not reached.
    """
    cell = page.side_by_side(3, at_least=160)
    with cell():
        side = page.choice("side", page.t("why.side"), SIDES, show=lambda name: page.t(f"why.side.{name}"))
    with cell():
        depth = page.choice("depth", page.t("why.depth"), DEPTHS, default="3")
    with cell():
        top = page.choice("top", page.t("why.top"), TOPS, default="6")
    query = PathsQuery.model_validate(
        {
            "funnel": asked,
            "step": asked.last_required(step),
            "side": side,
            "depth": int(depth),
            "top": int(top),
        }
    )
    found = page.answered(lambda: cached(store, query, paths_answer))
    if found.cannot_say is not None:
        page.explain(found.cannot_say)
    else:
        page.finding(_first(found))
        if found.links:
            page.chart(
                paths_chart(found, page.lang()),
                alt=page.t("why.paths.alt", n=words.number(found.units, page.lang())),
            )
    page.footer(_links(found), found.sql, "why-next", found)


def drivers(store: Store, asked: FunnelQuery, step: int) -> None:
    """Events and properties that go with reaching the step.

    Args:
        store: the open store.
        asked: the funnel.
        step: the step that counts as conversion.
    """
    query = DriversQuery(funnel=asked, step=step)
    found = page.answered(lambda: cached(store, query, drivers_answer))
    if found.cannot_say is not None:
        page.explain(found.cannot_say)
    elif not found.drivers:
        page.finding(page.t("why.with.none", n=found.tests))
    else:
        st.warning(words.reason(found.caution, page.lang()), icon=":material/link:")
        page.table(
            pd.DataFrame([_driver(one) for one in found.drivers]),
            alt=page.t("why.with.alt", n=len(found.drivers)),
        )
    rows = pd.DataFrame(
        [
            {
                "kind": one.kind, "field": one.field, "value": one.value, "n": one.present.n, "converted": one.present.hits,
                "others_n": one.absent.n, "others_converted": one.absent.hits, "odds_ratio": one.odds.value,
                "odds_low": one.odds.interval.low, "odds_high": one.odds.interval.high, "adjusted_p": one.adjusted_p,
            }
            for one in found.drivers
        ]
    )  # fmt: skip
    page.footer(rows, found.sql, "why-with", found)


def _first(found: PathsAnswer) -> str:
    lang = page.lang()
    firsts = [node for node in found.nodes if node.level == 1 and node.event is not None]
    ended = sum(node.ended for node in found.nodes if node.level == 0)
    facts = {"n": words.number(found.units, lang), "ended": words.number(ended, lang), "step": found.name}
    if not firsts:
        return page.t("why.paths.ended", **facts)
    return page.t("why.paths.first", event=firsts[0].event, first=words.number(firsts[0].n, lang), **facts)


def _links(found: PathsAnswer) -> pd.DataFrame:
    rest = page.t("paths.rest")
    return pd.DataFrame(
        [
            {"level": one.level, "source": one.source or rest, "target": one.target or rest, "n": one.n}
            for one in found.links
        ]
    )


def _driver(one: Driver) -> dict[str, str]:
    lang, interval = page.lang(), one.odds.interval
    name = one.field if one.value is None else f"{one.field} = {one.value}"
    rates = [
        words.percent(count.hits / count.n, lang) if count.n else words.NOTHING
        for count in (one.present, one.absent)
    ]
    low, high = (words.number(end, lang, digits=2) for end in (interval.low, interval.high))
    return {
        page.t("why.with.what"): name,
        page.t("why.with.present"): f"{rates[0]} · {words.number(one.present.n, lang)}",
        page.t("why.with.absent"): f"{rates[1]} · {words.number(one.absent.n, lang)}",
        page.t(
            "why.with.odds"
        ): f"{words.number(one.odds.value, lang, digits=2)} ({words.between(low, high, lang)})",
    }
