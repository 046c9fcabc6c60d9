"""What pages and the terminal say: sentences from one catalogue; numbers, dates and seconds as words. No clock, no screen."""

from analysis.words.figures import (
    NOTHING,
    ZONE,
    between,
    compact,
    count,
    date,
    listed,
    milliseconds,
    moment,
    number,
    percent,
    points,
    seconds,
)
from analysis.words.lines import PHONE, lines, width
from analysis.words.sentences import LANGS, Lang, catalogue, has, p_value, preferred, reason, t

__all__ = [
    "LANGS",
    "NOTHING",
    "PHONE",
    "ZONE",
    "Lang",
    "between",
    "catalogue",
    "compact",
    "count",
    "date",
    "has",
    "lines",
    "listed",
    "milliseconds",
    "moment",
    "number",
    "p_value",
    "percent",
    "points",
    "preferred",
    "reason",
    "seconds",
    "t",
    "width",
]
