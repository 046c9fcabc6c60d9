"""What can be wrong inside an open store: balance, rejects, age, and the files its index points to."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analysis.ask import ask
from analysis.health import HealthAnswer, HealthQuery, answer
from analysis.terminal.machine import Finding
from ingest.landing import manifests
from ingest.schema import VERSION, unbound

if TYPE_CHECKING:
    from ingest import Store

MANY_REJECTS = 0.01
OLD, EARLY = timedelta(days=7), timedelta(minutes=5)


def examine_store(store: "Store", now: datetime) -> list[Finding]:
    """Look inside an open store.

    Args:
        store: the open store.
        now: the present, with its zone; given by whoever asks, since nothing here reads a clock.

    Returns:
        One finding per thing looked at.
    """
    health = answer(store, HealthQuery(samples=0))
    version = f"The schema is version {VERSION}, the data version {health.data_version}."
    found = [Finding("schema", "ok", version)]
    if not health.loads:
        mend = "Run `kazasu ingest FILES` or `kazasu demo`."
        return [*found, Finding("empty", "ok", "Nothing has landed yet.", mend)]
    return [*found, *_vanished(store), _balance(health), _rejects(health), _age(health.observed_until, now)]


def _vanished(store: "Store") -> list[Finding]:
    landed = {manifest.load_id for manifest in manifests(store.home)}
    rows = ask(store, unbound("loads").select("load_id", "source").order_by("load_id")).to_pylist()
    mend = "Restore landed/ from a backup; or `kazasu rebuild`, which forgets that load, and ingest it again."
    return [
        Finding(
            "vanished", "fail", f"The landed files of {row['source']} are gone; only the index has it.", mend
        )
        for row in rows
        if row["load_id"] not in landed
    ]


def _balance(health: HealthAnswer) -> Finding:
    if health.balanced:
        return Finding("balance", "ok", f"All {health.lines:,} lines are accounted for.")
    sentence = (
        f"{health.lines:,} lines came in, but {health.landed:,} landed + {health.duplicates:,} duplicates"
        f" + {health.rejected:,} rejected are accounted for."
    )
    return Finding("balance", "fail", sentence, "Run `kazasu rebuild`; if it stays, please report it.")


def _rejects(health: HealthAnswer) -> Finding:
    share = health.rejected / health.lines if health.lines else 0.0
    sentence = f"{health.rejected:,} of {health.lines:,} lines ({share:.2%}) are in quarantine."
    if share > MANY_REJECTS:
        mend = f"See `kazasu quarantine list`. {health.at_fault.sentence}"
        return Finding("rejects", "warn", sentence, mend)
    return Finding("rejects", "ok", sentence)


def _age(newest: datetime | None, now: datetime) -> Finding:
    if newest is None:
        mend = "See `kazasu quarantine list`."
        return Finding("age", "warn", "No line that landed became an event.", mend)
    stamp = newest.strftime("%Y-%m-%d %H:%M UTC")
    if newest > now + EARLY:
        mend = "Look at the senders' clocks on the health page; answers end at that time."
        return Finding("age", "warn", f"The newest event is from the future: {stamp}.", mend)
    days = (now - newest) // timedelta(days=1)
    sentence = f"The newest event is of {stamp}, {days:,} days ago."
    if now - newest > OLD:
        return Finding("age", "warn", sentence, "Ingest newer logs if the product is live.")
    return Finding("age", "ok", sentence)
