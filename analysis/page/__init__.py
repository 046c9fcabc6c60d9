"""The pieces every page is made of: language, the question in the URL, guards, layout, the footer.

A page is guard clauses, then layout: the question from the URL, the answer or a kind sentence, the finding in
words, the picture, the rows and the SQL behind it. A room's page.py, in full:

    import pandas as pd
    import streamlit as st

    from analysis import page
    from analysis.ask import cached
    from analysis.funnel import FunnelQuery, answer
    from analysis.funnel.chart import steps_chart

    def render() -> None:
        \"\"\"The funnel page.\"\"\"
        page.header("funnel")                   # funnel.title and funnel.promise of the catalogue
        store = page.store()                    # stops kindly: no data, busy, broken
        flow = page.choice("flow", page.t("funnel.flow"), ["barcode", "sell-check"], show=flow_name)
        device = page.choice("device", page.t("funnel.device"), [page.ALL, *devices])
        found = page.answered(lambda: cached(store, FunnelQuery(...), answer))   # stops kindly if it fails
        page.synthetic_banner(found)
        page.finding(page.t("funnel.biggest_loss", before=..., after=..., lost=...))
        page.cards([(page.t("funnel.entered"), words.count(n, page.lang(), "person"), None)])
        page.chart(steps_chart(found, page.lang()), alt=page.t("funnel.alt", ...))
        page.footer(pd.DataFrame(...), found.sql, "funnel", found, percent=["rate"])

`choice`, `choices` and `amount` keep their value in the URL under plain names and untranslated values
(`?flow=sell-check&device=old`), so a link opens the same question in either language; `linked` reads a whole
query from `?q=`. Charts go into `page.side_by_side(2)`, filters into `page.side_by_side(4, at_least=160)`; both stack on a
phone. Text from the data goes through `page.plain` where Markdown is read.
"""

from analysis.page.guards import answered, empty, explain, store
from analysis.page.language import lang, switch_language, t, tell_browser
from analysis.page.layout import (
    cards,
    chart,
    decision_badge,
    finding,
    header,
    link,
    plain,
    room_pages,
    side_by_side,
    synthetic_banner,
)
from analysis.page.question import ALL, amount, choice, choices, link_text, linked
from analysis.page.tables import footer, table

__all__ = [
    "ALL",
    "amount",
    "answered",
    "cards",
    "chart",
    "choice",
    "choices",
    "decision_badge",
    "empty",
    "explain",
    "finding",
    "footer",
    "header",
    "lang",
    "link",
    "link_text",
    "linked",
    "plain",
    "room_pages",
    "side_by_side",
    "store",
    "switch_language",
    "synthetic_banner",
    "t",
    "table",
    "tell_browser",
]
