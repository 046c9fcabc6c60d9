"""What the log did not say: events that stopped, that were never logged, and properties without numbers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from analysis.readout.asked import Asked
from analysis.readout.checks.saying import failed, note
from analysis.readout.query import Reading
from analysis.readout.query.arrivals import Arrivals
from analysis.readout.query.logged import Logged, nothing_at_all
from analysis.words import ZONE, listed
from experiments.metrics import Metric, Sample
from experiments.stats.effects import Check
from experiments.stats.lag import check_ingest_lag
from experiments.stats.samples import Count, Moments, Ratio
from experiments.stats.silence import Silence, Watched, at_least_active, silences

ALPHA = 0.0005
FEWEST_UNITS = 100
"""Below so many units an event that did not happen is no surprise."""
_FIRST_DAY = date(1970, 1, 1)


def logs(asked: Asked, reading: Reading, logged: Logged, arrived: Arrivals) -> tuple[Check, ...]:
    """Logs that arrive late, outages, events that the log does not have, and properties without numbers.

    Args:
        asked: the experiment and the end of observation.
        reading: what was read.
        logged: what the log has.
        arrived: how late events arrived.

    Returns:
        Failures where a zero would be a fake one; notes where it may be honest.
    """
    return (
        *_lags(arrived),
        *_outages(asked, reading),
        *_never(asked, reading, logged),
        *_unread(asked, logged),
    )


def _lags(arrived: Arrivals) -> Iterable[Check]:
    """One arm's logs later than another's, or so late that the youngest days are too low."""
    if len(arrived.lags) < 2:
        return
    found = check_ingest_lag(arrived.lags, arrived.waited_s, ALPHA)
    if isinstance(found, Check):
        yield found


def _outages(asked: Asked, reading: Reading) -> Iterable[Check]:
    metrics = [metric for metric in asked.experiment.metrics if metric.role != "exploratory"]
    for metric in metrics:
        days = {
            arm.key: {
                day: watched for day, sample, _ in arm.metrics[metric.key].by_day for watched in [_watched(sample)] if watched
            }
            for arm in reading.arms
        }  # fmt: skip
        for one in silences({key: own for key, own in days.items() if own}, ALPHA, len(metrics)):
            yield _outage(metric, one)


def _outage(metric: Metric, one: Silence) -> Check:
    first, last = ((_FIRST_DAY + timedelta(days=day)).isoformat() for day in (one.first, one.last))
    facts: dict[str, str | float] = {
        "metric": metric.key, "units": one.units, "first": first, "last": last, "expected": one.expected
    }  # fmt: skip
    told = f"{one.units:,} units first exposed from {first} to {last}"
    odd = f"at least {one.expected:,.0f} were to be expected (p = {one.p_value:.2g})"
    mend = (
        "the event was probably not logged then. Mend the log and land it again, or begin later with start."
    )
    if one.arm is None:
        sentence = f"{metric.key}: none of the {told} has it, where {odd}: {mend}"
        return failed("outage", sentence, one.p_value, "outage", **facts)
    sentence = f"{metric.key}: in {one.arm} none of the {told} has it, as others do, where {odd}: {mend}"
    return failed("outage_of_arm", sentence, one.p_value, "outage", **facts, arm=one.arm)


def _watched(sample: Sample) -> Watched | None:
    if isinstance(sample, Count):
        return Watched(sample.n, sample.hits, sample.hits == 0)
    if isinstance(sample, Moments):
        return _moments(sample.n, sample.mean, sample.deviations)
    if isinstance(sample, Ratio):
        return _moments(sample.n, sample.top_mean, sample.top_deviations)
    return None


def _moments(n: int, mean: float, deviations: float) -> Watched:
    return Watched(n, at_least_active(n, mean, deviations), mean == 0 and deviations == 0)


def _never(asked: Asked, reading: Reading, logged: Logged) -> Iterable[Check]:
    units = sum(arm.counted for arm in reading.arms)
    since = min((day for arm in reading.arms for day, *_ in arm.by_day), default=None)
    for metric in asked.experiment.metrics:
        event = metric.needs()[0].event
        if not logged.names or not nothing_at_all(reading, metric) or since is None:
            continue
        last, begun = logged.names.get(event), _FIRST_DAY + timedelta(days=since)
        if last is None:
            near = listed(get_close_matches(event, logged.names, 3, 0.6), "en") or "-"
            sentence = f"{metric.key}: the log has no event {event} at all; names near it: {near}. Correct the name, or log it."
            facts: dict[str, str | float] = {"metric": metric.key, "event": event, "near": near}
            code = "event_unknown"
        elif _day(last) < begun:
            day = _day(last).isoformat()
            sentence = (
                f"{metric.key}: {event} was last logged on {day}, before the first exposure. Mend the log."
            )
            facts, code = {"metric": metric.key, "event": event, "last": day}, "event_stopped"
        else:
            continue
        if metric.role == "success" and units >= FEWEST_UNITS:
            yield failed(code, sentence, None, code, **facts)
        else:
            yield note(code, sentence, **facts)


def _unread(asked: Asked, logged: Logged) -> Iterable[Check]:
    for metric in asked.experiment.metrics:
        for name, (events, missing) in logged.unread.get(metric.key, {}).items():
            if not missing:
                continue
            facts: dict[str, str | float] = {
                "metric": metric.key, "property": name, "events": events, "missing": missing
            }  # fmt: skip
            if missing == events and metric.role != "exploratory":
                sentence = f"{metric.key}: none of {events:,} events has a number in {name}: correct the name of the property."
                yield failed("no_numbers", sentence, None, "no_numbers", **facts)
            else:
                sentence = f"{metric.key}: {missing:,} of {events:,} events have no number in {name}; they add nothing."
                yield note("unread_numbers", sentence, **facts)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(ZONE)).date()
