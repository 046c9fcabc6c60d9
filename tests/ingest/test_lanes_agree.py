"""The fast lane vouches for no line that the exact lane refuses, and both read the same event from a line."""

import json
import os
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import schema
from ingest.event import Event
from ingest.store import Store
from ingest.strict_json import Refused

pytestmark = pytest.mark.slow
EVIDENCE = os.environ.get("HYPOTHESIS_PROFILE") == "evidence"

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["", "NaN", "[x", "{", "a,}", '":', "\\u0000", "１２", "2026-04-01T00:00:00Z"]),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_TIMES = st.one_of(
    st.builds(
        "{}-{}-{}{}{}:{}{}{}".format,
        st.sampled_from(["1969", "1970", "2026", "2199", "2200", "26"]),
        st.sampled_from(["02", "13", "2"]),
        st.sampled_from(["28", "30", "1"]),
        st.sampled_from(["T", " ", "t"]),
        st.sampled_from(["00", "23", "24", "7"]),
        st.sampled_from(["00", "59", "60"]),
        st.sampled_from(["", ":00", ":59.5", ":59.123456789", ":60", ":0"]),
        st.sampled_from(["Z", "+09:00", "-0330", "+15", "+16:00", "+09:60", "", " +09:00"]),
    ),
    st.integers(-5, 10**17),
    st.floats(0, 10**14),
    st.sampled_from(
        [
            "1775000000",
            "1775000000.5",
            "1775000000123",
            "1775000000123456",
            "1e9",
            " 5",
            "0x10",
            "1_000",
            True,
        ]
    ),
)


@st.composite
def _line(draw: st.DrawFn) -> bytes:
    """A line near the edge of the contract, sometimes bent by a stray character."""
    record = {
        "event": draw(st.sampled_from(["x", "表示", "0", "true", "", 5, None, {"a": 1}])),
        "ts": draw(_TIMES),
        draw(st.sampled_from(["user_id", "anonymous_id", "session_id"])): draw(_SCALARS),
        draw(st.sampled_from(["event_id", "seq", "device", "country", "sent_at"])): draw(_VALUES),
        "properties": draw(
            st.one_of(
                st.dictionaries(st.sampled_from(["latency_ms", "model", "k"]), _VALUES, max_size=3), _SCALARS
            )
        ),
    }
    text = json.dumps(
        record, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    )
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from([",", "}", "NaN", " ", "\\u0000", '"k":1,', *string.punctuation]))
            + text[at:]
        )
    return text.encode("utf-8", "surrogatepass")


def _exactly(line: bytes) -> Event | None:
    try:
        return Event.from_line(line)
    except Refused:
        return None


@given(st.lists(_line(), min_size=1, max_size=30))
@settings(max_examples=600 if EVIDENCE else 40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_fast_lane_is_never_laxer_and_reads_the_same(lines: list[bytes]):
    lines = [line for line in lines if b"\n" not in line and b"\r" not in line and line.strip()]
    for line, row in zip(lines, _fast(lines), strict=True):
        ok, event, micros, user, anonymous, seq, bad = row
        exact = _exactly(line)
        if not ok:
            continue  # the exact lane decides
        assert exact is not None, line
        assert event == exact.event
        assert (
            micros == round(exact.ts.timestamp() * 1_000_000) or abs(micros - exact.ts.timestamp() * 1e6) < 1
        )
        assert (user, anonymous) == (exact.user_id, exact.anonymous_id), line
        assert seq == (exact.seq if exact.seq is not None and abs(exact.seq) < 2**63 else seq)
        assert bad >= 0


def _fast(lines: list[bytes]) -> list[tuple]:
    if not lines:
        return []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.ndjson", Path(folder) / "out.parquet"
        source.write_bytes(b"\n".join(lines) + b"\n")
        with _STORE.cursor() as cursor:
            told = {"source": str(source), "target": str(target), "exact": False, "load_id": 1}
            cursor.execute(schema.statement("stage"), told).fetchall()
            return cursor.execute(
                "SELECT ok, event, epoch_us(ts_device), user_id, anonymous_id, seq, bad_values"
                " FROM read_parquet($target, file_row_number = true) ORDER BY file_row_number",
                {"target": str(target)},
            ).fetchall()


_HOME = tempfile.TemporaryDirectory()
_STORE = Store.open(Path(_HOME.name))


def test_most_plain_lines_stay_on_the_fast_lane():
    plain = [
        json.dumps({"event": "x", "ts": 1775000000 + n, "user_id": "u", "properties": {"k": n}}).encode()
        for n in range(20)
    ]
    assert all(row[0] for row in _fast(plain))
