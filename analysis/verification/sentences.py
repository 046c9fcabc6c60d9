"""The answer in words of the reader's language: the finding, names of runs, accuracies with their losses."""

from analysis import words
from analysis.verification.answers import AccuracyFigure, NamedRun, VerificationAnswer
from analysis.words import t
from experiments.stats.effects import Effect

_TEN, _HUNDRED = 10.0, 100.0


def finding(found: VerificationAnswer, lang: str) -> str:
    """How many runs there are, the fastest of them, and what the conversions lose."""
    told = [
        t(
            "verification.finding",
            lang,
            runs=len(found.runs),
            models=len({one.run.model for one in found.runs}),
            devices=len({one.run.device for one in found.runs if one.run.device}),
        )
    ]
    if found.latencies:
        first = found.latencies[0]
        told.append(
            t(
                "verification.fastest",
                lang,
                run=name_of(first.source, lang),
                ms=ms_of(first.value, lang),
                statistic=found.statistic,
            )
        )
    lost = [one for one in found.accuracies if clearly_less(one)]
    compared = sum(isinstance(one.loss, Effect) for one in found.accuracies)
    if compared:
        told.append(t("verification.lost", lang, lost=len(lost), compared=compared))
    if found.failed:
        told.append(t("verification.failed_runs", lang, n=len(found.failed)))
    return " ".join(told)


def ms_of(value: float, lang: str) -> str:
    """A latency with as many digits as matter: 0.593 is "0.593 ms", 52.1 "52.1 ms", 2950 "2,950 ms"."""
    digits = 3 if value < 1 else 2 if value < _TEN else 1 if value < _HUNDRED else 0
    return t("unit.ms", lang, n=words.number(round(value, digits), lang, digits=digits))


def clearly_less(one: AccuracyFigure) -> bool:
    """Is it less accurate than in full precision, told from chance?"""
    return isinstance(one.loss, Effect) and one.loss.interval.high < 0


def name_of(one: NamedRun, lang: str) -> str:
    """A run by what it tells of itself."""
    run = one.run
    threads = None if run.threads is None else t("verification.threads", lang, n=run.threads)
    told = [run.model, run.conversion, run.runtime, run.device, run.delegate, threads]
    return " · ".join(name for name in told if name)


def place_of(one: NamedRun, lang: str) -> str:
    """Where and how a run's model ran, without the model."""
    run = one.run
    threads = None if run.threads is None else t("verification.threads", lang, n=run.threads)
    told = [run.device, run.delegate, run.runtime, threads]
    return " · ".join(name for name in told if name) or words.NOTHING


def accuracy_of(one: AccuracyFigure, lang: str) -> str:
    """An accuracy with its interval, if it has one."""
    value, interval = words.percent(one.value.value, lang, digits=1), one.value.interval
    if interval is None:
        return value
    ends = words.between(
        words.percent(interval.low, lang, digits=1), words.percent(interval.high, lang, digits=1), lang
    )
    return f"{value} ({ends})"


def loss_of(one: AccuracyFigure, lang: str) -> str:
    """What it loses against full precision, with its interval; why nothing can be said; a dash where it is that itself."""
    if one.against is None:
        return words.NOTHING
    if not isinstance(one.loss, Effect):
        return words.reason(one.loss, lang)
    ends = words.between(
        words.points(one.loss.interval.low, lang), words.points(one.loss.interval.high, lang), lang
    )
    sign = " ↓" if clearly_less(one) else ""
    return f"{words.points(one.loss.value, lang)}{sign} ({ends})"
