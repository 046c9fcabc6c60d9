"""What a metric measures, as a heading: its key, what counts, and from when to when."""

from analysis.words.sentences import t

ANY_EVENT = "*"
_UNITS = {"m": "min"}


def heading(
    key: str, kind: str, event: str, anchor: str, within: str | None, delay: str | None, lang: str
) -> str:
    """A metric's heading.

    Args:
        key, kind, event: as the plan declares them.
        anchor: where the window begins, `exposure` or `impression`.
        within, delay: durations of the plan, such as "10s"; None where there is none.
        lang: `en` or `ja`.

    Returns:
        Such as "tapped · share of units with suggestion_tapped, within 10 s of the first impression".
    """
    window = {(False, True): "within", (True, True): "later", (True, False): "later_open"}.get(
        (delay is not None, within is not None), "open"
    )
    return t(
        "readout.metric",
        lang,
        key=key,
        what=t(
            f"readout.kind.{kind}", lang, event=t("readout.any_event", lang) if event == ANY_EVENT else event
        ),
        window=t(
            f"readout.window.{window}",
            lang,
            anchor=t(f"readout.from.{anchor}", lang),
            within=_lasting(within, lang),
            delay=_lasting(delay, lang),
        ),
    )


def _lasting(duration: str | None, lang: str) -> str:
    """A duration of a plan, its unit in the reader's language: "10s" is "10 s" or "10秒"."""
    if duration is None:
        return ""
    amount_of = duration.rstrip("mshd ")
    unit = duration.removeprefix(amount_of).strip()
    return t(f"unit.{_UNITS.get(unit, unit)}", lang, n=amount_of)
