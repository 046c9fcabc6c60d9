"""MLPerf Mobile: the app's result.json, LoadGen's summary, and its detail log.

A single-stream run is told by its 90th percentile; the latency of an offline run is that of a whole batch, never of one item.
"""

from ingest.verification.loadgen import is_detail, is_summary, of_detail, of_summary
from ingest.verification.mobile_app import is_result, of_result
from ingest.verification.run import Malformed, Run


def recognises(text: str) -> bool:
    """Is this one of MLPerf's files?

    Args:
        text: the file.
    """
    return is_summary(text) or is_detail(text) or is_result(text)


def read(text: str, model: str | None = None) -> tuple[Run, ...]:
    """Every run of a file.

    Args:
        text: the file.
        model: what the benchmark is called, where the file does not say (LoadGen's files).

    Returns:
        The runs. One that LoadGen calls INVALID is "failed" with its reasons, and tells its figures all the same.

    Raises:
        Malformed: it is no whole file of that kind, or contradicts itself.
    """
    if is_result(text):
        return of_result(text)
    if not model:
        raise Malformed(1, "`model` is not told by such a file; must be given; add it with --set model=NAME.")
    return (of_summary(text, model) if is_summary(text) else of_detail(text, model),)
