"""Every format of benchmark tools that can be read: how it is recognised, and what reads it."""

from collections.abc import Callable

from ingest.verification.aihub import read as read_aihub
from ingest.verification.aihub import recognises as is_aihub
from ingest.verification.figures_csv import read as read_figures
from ingest.verification.figures_csv import recognises as is_figures
from ingest.verification.latency_script import read as read_script
from ingest.verification.latency_script import recognises as is_script
from ingest.verification.mlperf import read as read_mlperf
from ingest.verification.mlperf import recognises as is_mlperf
from ingest.verification.run import Run
from ingest.verification.tables import read as read_table
from ingest.verification.tables import recognises as is_table
from ingest.verification.tflite import read as read_tflite
from ingest.verification.tflite import recognises as is_tflite

Read = Callable[[str, str], tuple[Run, ...]]
"""(text, what the model is called where the file does not say) -> its runs."""

_FORMATS: tuple[tuple[Callable[[str], bool], Read], ...] = (
    (is_figures, lambda text, _: read_figures(text)),
    (is_table, lambda text, _: read_table(text)),
    (is_mlperf, read_mlperf),
    (is_aihub, read_aihub),
    (is_tflite, lambda text, _: read_tflite(text)),
    (is_script, lambda text, _: read_script(text)),
)


def format_of(text: str) -> Read | None:
    """What reads a file; None if nobody knows its format.

    Args:
        text: the file.
    """
    return next((read for recognises, read in _FORMATS if recognises(text)), None)
