"""How a check of the readout says what it found."""

from experiments.stats.effects import Check, Reason


def note(code: str, sentence: str, **facts: str | float) -> Check:
    """Something to know that is no fault."""
    return Check(code, passed=True, reason=Reason(f"readout.{code}", sentence, tuple(facts.items())))


def failed(code: str, sentence: str, p_value: float | None, key: str, **facts: str | float) -> Check:
    """A fault: results are folded away.

    Args:
        code: the reason's code after "readout.".
        sentence: the reason in English.
        p_value: of the check, None for one without.
        key: the check's name.
        facts: the values in the sentence.
    """
    told = facts if p_value is None else {**facts, "p_value": p_value}
    return Check(
        key, passed=False, reason=Reason(f"readout.{code}", sentence, tuple(told.items())), p_value=p_value
    )
