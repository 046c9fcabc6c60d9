"""What there is to read, as rows of a table."""

import pandas as pd

from analysis import words
from analysis.reading.answers import Pace, ReadingAnswer, Text
from analysis.reading.sentences import verdict
from analysis.words import t
from experiments.stats.effects import NoEffect


def pace_table(found: ReadingAnswer, lang: str) -> pd.DataFrame:
    """One row a wording, language and display limit."""
    return pd.DataFrame([_row(one, pace, lang) for one in found.texts for pace in one.paces])


def _row(one: Text, pace: Pace, lang: str) -> dict[str, object]:
    said, needed = verdict(one, pace), one.amount.needed_s
    return {
        "reading_wording": " · ".join(part for part in (one.copy.copy_id, one.design_id) if part),
        "reading_language": one.copy.language,
        "reading_shown": words.seconds(pace.limit_ms / 1000, lang),
        "reading_needed": words.NOTHING if isinstance(needed, NoEffect) else words.seconds(needed, lang),
        "reading_verdict": words.NOTHING if said is None else t(f"reading.verdict.{said}", lang),
        "reading_characters": words.number(one.amount.characters, lang),
        "reading_characters_per_s": words.number(pace.characters_per_s, lang),
        "reading_words": words.number(one.amount.words, lang),
        "reading_words_per_s": words.number(pace.words_per_s, lang),
        "reading_people": words.number(pace.people, lang),
    }
