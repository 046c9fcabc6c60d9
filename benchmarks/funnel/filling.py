"""Making the events, landing them through Kazasu's own door, and giving ClickHouse the same keys and times."""

from importlib import import_module
from pathlib import Path

REFRESH_SHARE, TAIL_SHARE = 0.01, 0.039
PER_PERSON = 20

_EVENTS = """
COPY (
    SELECT printf('e%d', i) AS event_id, printf('step_%02d', hash(i * 7 + 1) % $names) AS event,
           make_timestamptz((1767225600000000 + (hash(i * 3 + 2) % 2592000) * 1000000 + i % 1000000)::BIGINT) AS ts,
           printf('user-%d', hash(i * 5 + 3) % $people) AS user_id,
           ['Pixel 4', 'Pixel 3', 'iPhone 11', 'iPhone 12', 'Galaxy S9'][1 + (hash(hash(i * 5 + 3) % $people) % 5)::INT] AS device
    FROM range($first, $last) AS r(i)
) TO '$target' (FORMAT parquet)
"""
MOST_LANDED = 20_000_000
"""More events than this are not landed line by line but written as compaction stores them."""
_STORED = """
INSERT INTO events_main (person_key, person, event_id, event, ts, user_id, device, load_id)
SELECT (hash(i * 5 + 3) % $people)::INTEGER AS person_key, printf('user-%d', hash(i * 5 + 3) % $people),
       printf('e%d', i), printf('step_%02d', hash(i * 7 + 1) % $names),
       make_timestamptz((1767225600000000 + (hash(i * 3 + 2) % 2592000) * 1000000 + i % 1000000)::BIGINT) AS ts,
       printf('user-%d', hash(i * 5 + 3) % $people),
       ['Pixel 4', 'Pixel 3', 'iPhone 11', 'iPhone 12', 'Galaxy S9'][1 + (hash(hash(i * 5 + 3) % $people) % 5)::INT], 1
FROM range($events) AS r(i) ORDER BY person_key, ts;
INSERT INTO person_keys (person, person_key) SELECT DISTINCT person, person_key FROM events_main;
INSERT INTO loads (load_id, digest, source, lines, landed, duplicates, rejected, first_ts, last_ts,
                   synthetic, complete, compacted)
SELECT 1, 'written', 'benchmark', count(*), count(*), 0, 0, min(ts), max(ts), TRUE, TRUE, TRUE FROM events_main;
CHECKPOINT
"""
_SAME_KEYS = """
COPY (SELECT person_key, epoch_us(ts)::UBIGINT AS t, event, device FROM events_main) TO '$target' (FORMAT parquet)
"""
_TAIL_KEYS = """
COPY (
    SELECT k.person_key, epoch_us(e.ts)::UBIGINT AS t, e.event, e.device
    FROM events_tail AS e JOIN (SELECT DISTINCT person, person_key FROM events_main) AS k ON k.person = e.user_id
) TO '$target' (FORMAT parquet)
"""
_TABLE = """
CREATE TABLE b.events (person_key Int32, t UInt64, event LowCardinality(String), device LowCardinality(String))
ENGINE = MergeTree ORDER BY (person_key, t)
"""


def fill_kazasu(place: Path, events: int, names: int) -> None:
    """Make the events, land them (or write them as they are stored), and write out the keys that they were given.

    Args:
        place: The folder of this mix.
        events: How many; a person has 20.
        names: How many different names they have.
    """
    from ingest import Store, load

    log = place / "events.parquet"
    if events > MOST_LANDED:
        with Store.open(place / "home") as store, store.cursor() as cursor:
            cursor.execute("SET preserve_insertion_order = TRUE")
            cursor.execute(filled(_STORED, names=names, people=events // PER_PERSON, events=events))
        with Store.open(place / "home") as store, store.cursor() as cursor:
            assert store.clustered()
            cursor.execute(filled(_SAME_KEYS, target=place / "keys.parquet"))
        return
    with Store.open(place / "home") as store, store.cursor() as cursor:
        cursor.execute(
            filled(_EVENTS, names=names, people=events // PER_PERSON, first=0, last=events, target=log)
        )
        report = load(store, log)
        assert (report.landed, store.clustered()) == (events, True), report
        cursor.execute(filled(_SAME_KEYS, target=place / "keys.parquet"))
    log.unlink()


def fill_clickhouse(place: Path) -> None:
    """Fill ClickHouse's table with the same keys and times, and merge it to one part."""
    session = import_module("chdb.session").Session(str(place / "clickhouse"))
    for sql in (
        "CREATE DATABASE b",
        _TABLE,
        _insert(place / "keys.parquet"),
        "OPTIMIZE TABLE b.events FINAL",
    ):
        session.query(sql)
    (place / "keys.parquet").unlink()


def add_tail_to_kazasu(store: object, place: Path, events: int, names: int, share: float) -> None:
    """Land so many more events of the same people, and write out the keys of all that is not merged yet.

    Args:
        store: The open store.
        place: The folder of this mix.
        events: How many were there before.
        names: How many different names they have.
        share: Of the events before.
    """
    from ingest import Store, load

    assert isinstance(store, Store)
    log, more = place / "tail.parquet", int(events * share)
    with store.cursor() as cursor:
        begin = store_size(store)
        facts = {"names": names, "people": events // PER_PERSON, "first": begin, "last": begin + more}
        cursor.execute(filled(_EVENTS, **facts, target=log))
    report = load(store, log)
    assert (report.landed, store.clustered()) == (more, False), report
    with store.cursor() as cursor:
        cursor.execute(filled(_TAIL_KEYS, target=place / "tail_keys.parquet"))
    log.unlink()


def add_tail_to_clickhouse(session: object, place: Path) -> None:
    """Insert the same events, as a part of their own."""
    session.query("SYSTEM STOP MERGES b.events")  # type: ignore[attr-defined]
    session.query(_insert(place / "tail_keys.parquet"))  # type: ignore[attr-defined]


def store_size(store: object) -> int:
    """How many events a store holds."""
    with store.cursor() as cursor:  # type: ignore[attr-defined]
        return int(cursor.execute("SELECT count(*) FROM events").fetchone()[0])


def filled(sql: str, **facts: object) -> str:
    """The statement with its $names replaced."""
    for name, value in facts.items():
        sql = sql.replace(f"${name}", str(value))
    return sql


def _insert(keys: Path) -> str:
    return f"INSERT INTO b.events SELECT person_key, t, event, device FROM file('{keys}')"
