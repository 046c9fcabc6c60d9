"""The question in the URL: widgets whose value is a plain query parameter, so that a link is the view.

Streamlit's own `bind="query-params"` writes the translated label into the URL; these write the value itself,
and the URL decides what the widget shows, so links, the back button and both languages agree.
"""

import base64
import json
import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st
from pydantic import BaseModel, ValidationError

from analysis.page.language import t
from analysis.page.layout import plain

ALL = "all"
Asked = TypeVar("Asked", bound=BaseModel)


def choice(
    key: str,
    label: str,
    options: Sequence[str],
    *,
    show: Callable[[str], str] | None = None,
    default: str | None = None,
    style: Literal["list", "segments"] = "list",
    tip: str | None = None,
) -> str:
    """One of several; `?key=option` in the URL unless it is the default.

    Args:
        key: the name in the URL, unique on the page.
        label: the visible label, translated.
        options: the values as they stand in the data and in the URL; `ALL` reads "All"; must not be empty.
        show: option -> visible text.
        default: the option if the URL names none; the first one if None.
        style: `list` is a drop-down, `segments` shows up to five options at once.
        tip: a tooltip.

    Returns:
        The chosen option; always one of `options`.
    """
    usual = options[0] if default is None or default not in options else default
    asked = st.query_params.get(key, usual)
    if asked not in options:
        _unknown(f"{key}={asked}")
        asked = usual
    st.session_state[_widget(key)] = asked
    if style == "segments":
        chosen = st.segmented_control(
            label, options, key=_widget(key), required=True, format_func=_shown(show), help=tip,
            on_change=_to_url, args=(key, usual), wrap=True,
        )  # fmt: skip
    else:
        chosen = st.selectbox(
            label, options, key=_widget(key), format_func=_shown(show), help=tip,
            on_change=_to_url, args=(key, usual),
        )  # fmt: skip
    return usual if chosen is None else chosen


def choices(
    key: str,
    label: str,
    options: Sequence[str],
    *,
    show: Callable[[str], str] | None = None,
    default: Sequence[str] = (),
    tip: str | None = None,
) -> list[str]:
    """Any number of several; `?key=a&key=b` in the URL unless they are the default.

    Args:
        key: the name in the URL, unique on the page.
        label: the visible label, translated.
        options: the values as they stand in the data and in the URL.
        show: option -> visible text.
        default: chosen if the URL names none.
        tip: a tooltip.

    Returns:
        The chosen options in the order of `options`.
    """
    usual = [option for option in options if option in default]
    asked = st.query_params.get_all(key) or usual
    strange = [value for value in asked if value not in options and value]
    if strange:
        _unknown(f"{key}={strange[0]}")
    known = [option for option in options if option in asked]
    st.session_state[_widget(key)] = known if known or not strange else usual
    chosen = st.multiselect(
        label, options, key=_widget(key), format_func=_shown(show), help=tip, placeholder=t("common.all"),
        on_change=_to_url, args=(key, usual),
    )  # fmt: skip
    return [option for option in options if option in chosen]


def amount(
    key: str, label: str, low: float, high: float, *, default: float, step: float, tip: str | None = None
) -> float:
    """A number in [low, high] on a slider; `?key=number` in the URL unless it is the default."""
    told = st.query_params.get(key, str(default))
    asked = _number(told)
    if asked is None:
        _unknown(f"{key}={told}")
        asked = default
    st.session_state[_widget(key)] = min(max(asked, low), high)
    return float(
        st.slider(
            label, low, high, step=step, key=_widget(key), help=tip, on_change=_to_url, args=(key, default)
        )
    )


def linked(model: type[Asked]) -> Asked | None:
    """The whole question of `?q=` (canonical JSON, base64url), or None if there is none or it is not one."""
    text = st.query_params.get("q")
    if not text:
        return None
    try:
        return model.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValidationError as wrong:
        _unknown("; ".join(error["msg"] for error in wrong.errors()[:3]))
    except ValueError:
        _unknown("q")
    return None


def link_text(query: BaseModel) -> str:
    """A whole question as `?q=` takes it: canonical JSON, base64url without padding."""
    body = json.dumps(
        query.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _widget(key: str) -> str:
    return f"asked.{key}"


def _shown(show: Callable[[str], str] | None) -> Callable[[str], str]:
    return lambda option: t("common.all") if option == ALL else (show or str)(option)


def _to_url(key: str, usual: object) -> None:
    chosen = st.session_state[_widget(key)]
    if chosen is None or chosen == usual:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen if isinstance(chosen, list) else str(chosen)


def _unknown(detail: str) -> None:
    st.warning(
        t("common.bad_link.body", detail=plain(detail)),
        title=t("common.bad_link"),
        icon=":material/link_off:",
    )
