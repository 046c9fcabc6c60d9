"""The figures behind the page: plain rows for the CSV, and tables in the reader's words."""

import pandas as pd

from analysis import words
from analysis.verification.answers import VerificationAnswer
from analysis.verification.plain import LINEAGE
from analysis.verification.reference import reference_rows
from analysis.verification.sentences import accuracy_of, loss_of, ms_of, place_of
from analysis.words import t

SHOWN = 200


def plain_rows(found: VerificationAnswer) -> pd.DataFrame:
    """A figure a row under plain column names, the same in every language; what can be imported again is the export."""
    rows = [
        {
            "run": one.name,
            **{name: getattr(one.run, name) for name in LINEAGE},
            "status": one.run.status,
            "quantity": told.quantity,
            "statistic": told.statistic,
            "value": told.value,
            "n": told.n,
            "source": one.run.source,
            "line": one.run.line,
        }
        for one in found.runs
        for told in one.run.figures
    ]
    return pd.DataFrame(rows)


def latency_table(found: VerificationAnswer, lang: str) -> pd.DataFrame:
    """The fastest runs first: what ran where, its latency, size, memory and energy."""
    rows = []
    for one in found.latencies[:SHOWN]:
        run = one.source.run
        rows.append(
            {
                t("verification.model", lang): run.model,
                t("verification.conversion", lang): run.conversion or words.NOTHING,
                t("verification.place", lang): place_of(one.source, lang),
                t("verification.latency", lang, statistic=found.statistic): ms_of(one.value, lang),
                t("verification.size", lang): _told(run.figure("size_mb", "value"), lang),
                t("verification.energy", lang): _told(run.figure("energy_mj", "mean"), lang),
                t("verification.tool", lang): run.tool,
            }
        )
    return pd.DataFrame(rows)


def accuracy_table(found: VerificationAnswer, lang: str) -> pd.DataFrame:
    """Each accuracy with its interval, and what it loses against full precision."""
    return pd.DataFrame(
        [
            {
                t("verification.model", lang): one.source.run.model,
                t("verification.conversion", lang): one.source.run.conversion
                or one.source.run.runtime
                or words.NOTHING,
                t("verification.place", lang): place_of(one.source, lang),
                t("verification.accuracy", lang): f"{one.statistic} {accuracy_of(one, lang)}",
                t("verification.items", lang): words.number(one.n, lang),
                t("verification.loss", lang): loss_of(one, lang),
            }
            for one in found.accuracies[:SHOWN]
        ]
    )


def failure_table(found: VerificationAnswer, lang: str) -> pd.DataFrame:
    """Runs that came to nothing, and why."""
    return pd.DataFrame(
        [
            {
                t("verification.model", lang): one.run.model,
                t("verification.place", lang): place_of(one, lang),
                t("verification.why", lang): one.run.failure or words.NOTHING,
            }
            for one in found.failed[:SHOWN]
        ]
    )


def reference_table(lang: str) -> pd.DataFrame:
    """What others told, in words, with their sources."""
    return pd.DataFrame(
        [
            {
                t("verification.told", lang): t(f"reference.{row.key}", lang),
                t("verification.source", lang): row.source,
            }
            for row in reference_rows()
        ]
    )


def _told(value: float | None, lang: str) -> str:
    return words.number(value, lang, digits=1)
