"""Pictures of a funnel: horizontal steps, each percentage with its count beside it; groups side by side."""

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.funnel.answers import FunnelAnswer, StepAnswer
from analysis.funnel.sentences import fields_name, group_name, step_name
from analysis.words import t

Picture = alt.LayerChart | alt.FacetChart
BAR, LINE, EDGE, GROUP, HEAD, TEXT = 22, 18, 10, 34, 74, 13
APART = "\u2003"
"""Between a name and its figures; plain spaces fall together in a picture."""
PICKED = "step"
"""The chart's selection: the place of the step that was clicked."""
DRAWN_GROUPS = 6


def steps_chart(found: FunnelAnswer, lang: str, before: FunnelAnswer | None = None) -> Picture:
    """A bar per step: the share of those who entered, on the pale bar of all of them, its text above it.

    Args:
        found: The answer; somebody must have entered.
        lang: `en` or `ja`.
        before: The same funnel over the period before: an outline around its own share, with its count.
    """
    told_before = [None] * len(found.steps) if before is None else list(before.steps)
    rows = pd.DataFrame(
        [
            {**_row(place, step, lang), "place": place, "before": None if old is None else old.from_start or 0.0,
             "headed": _headed(place, step, old, lang)}
            for place, (step, old) in enumerate(zip(found.steps, told_before, strict=True), 1)
        ]
    )  # fmt: skip
    high = max(text.count("\n") for text in rows["headed"])
    rows["headed"] = ["\n" * (high - text.count("\n")) + text for text in rows["headed"]]  # close to its bar
    row = (high + 1) * LINE + BAR + EDGE
    base = alt.Chart(rows).encode(
        y=alt.Y("step:N", title=None, sort=list(rows["step"]), axis=None, scale=alt.Scale(padding=0))
    )
    pick = alt.selection_point(name=PICKED, fields=["place"], on="click", clear=False)
    whole = _bars(base, row, palette.GREY, opacity=0.15).encode(x=_share(lang, "whole:Q"))
    part = _bars(base, row, palette.BLUE).encode(x=_share(lang, "share:Q"))
    layers = [whole.add_params(pick), part]
    if before is not None:
        outline = _bars(base, row, palette.ORANGE, filled=False)
        layers.append(outline.encode(x=_share(lang, "before:Q")))
    told = base.mark_text(
        align="left",
        baseline="top",
        yOffset=-row / 2 + EDGE / 2 + 2,
        lineBreak="\n",
        lineHeight=LINE,
        fontSize=TEXT,
    )
    layers.append(told.encode(x=alt.datum(0), text="headed:N"))
    layers = [layer.encode(tooltip=_tips(lang)) for layer in layers]
    return alt.layer(*layers).properties(height=row * len(rows) + HEAD)


def _bars(base: alt.Chart, row: int, colour: str, *, opacity: float = 1, filled: bool = True) -> alt.Chart:
    """Bars at the foot of their rows, below the text; not filled, an outline."""
    bars: alt.Chart = base.mark_bar(
        height=BAR, yOffset=(row - BAR - EDGE) / 2, cursor="pointer", opacity=opacity,
        fill=colour if filled else "transparent", stroke=colour, strokeWidth=0 if filled else 2,
    )  # fmt: skip
    return bars


def _headed(place: int, step: StepAnswer, before: StepAnswer | None, lang: str) -> str:
    """What stands above a bar, in lines that fit a phone."""
    name, told = f"{place}. {step_name(step, lang)}", _share_told(step, lang)
    whole = f"{name}{APART}{told}"
    lines = [whole] if words.width(whole) <= words.PHONE else [*words.lines(name), told]
    if before is not None:
        share = words.percent(before.from_start, lang)
        lines.append(t("funnel.before", lang, share=share, n=words.number(before.units, lang)))
    return "\n".join(lines)


def _beside(name: str, told: str) -> str:
    """A name and its figures on one line; a name that is too long ends in dots, for its table has it in full."""
    room = words.PHONE - words.width(told) - 3
    while words.width(name) > room:
        name = name.removesuffix("…")[:-1] + "…"
    return f"{name}{APART}{told}"


def groups_chart(found: FunnelAnswer, lang: str) -> Picture:
    """The largest groups side by side at every step, by their own share of those who entered.

    Args:
        found: The answer, with groups.
        lang: `en` or `ja`.
    """
    drawn = found.groups[:DRAWN_GROUPS]
    shown = [group_name(group, lang) for group in drawn]
    rows = pd.DataFrame(
        [
            {"group": name, **_row(place, step, lang), "headed": _beside(name, _share_told(step, lang))}
            for name, group in zip(shown, drawn, strict=True)
            for place, step in enumerate(group.steps, 1)
        ]
    )
    names = list(dict.fromkeys(rows["step"]))
    high = max(len(words.lines(name)) for name in names) * LINE
    group = alt.Tooltip("group:N", title=fields_name(found.by))
    per_step = GROUP * len(shown) + high + EDGE
    rows["head"] = ["\n".join(words.lines(name)) for name in rows["step"]]
    base = alt.Chart(rows).encode(
        y=alt.Y("step:N", title=None, sort=names, axis=None, scale=alt.Scale(padding=0)),
        x=_share(lang, "share:Q"),
    )
    layers = []
    for nth, (name, colour) in enumerate(zip(shown, palette.SERIES, strict=False)):
        mine = base.transform_filter(alt.datum.group == name).encode(tooltip=[group, *_tips(lang)])
        middle = (nth + 0.5) * GROUP + high - per_step / 2
        layers.append(mine.mark_bar(height=GROUP - LINE - 4, yOffset=middle + LINE / 2, color=colour))
        text = mine.mark_text(align="left", baseline="bottom", yOffset=middle + 2, fontSize=TEXT)
        layers.append(text.encode(x=alt.datum(0), text="headed:N"))
    heads = base.transform_filter(alt.datum.group == shown[0]).mark_text(
        align="left",
        baseline="top",
        fontWeight="bold",
        yOffset=EDGE / 2 + 2 - per_step / 2,
        lineBreak="\n",
        lineHeight=LINE,
    )
    layers.append(heads.encode(x=alt.datum(0), text="head:N"))
    return alt.layer(*layers).properties(height=per_step * len(names) + HEAD)


def _row(place: int, step: StepAnswer, lang: str) -> dict[str, object]:
    return {
        "step": f"{place}. {step_name(step, lang)}",
        "share": step.from_start or 0.0,
        "whole": 1.0,
        "told": _share_told(step, lang),
        "units": step.units,
        "previous": words.percent(step.from_previous, lang),
        "p50": words.seconds(step.seconds("p50_s"), lang),
    }


def _share_told(step: StepAnswer, lang: str) -> str:
    share = words.percent(step.from_start, lang)
    told = t("funnel.share", lang, n=words.number(step.units, lang), share=share)
    return t("funnel.absent", lang) if step.absent else told


def _share(lang: str, column: str) -> alt.X:
    scale, axis = alt.Scale(domain=[0, 1]), alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    return alt.X(column, title=t("funnel.from_start", lang), scale=scale, axis=axis)


def _tips(lang: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("step:N", title=t("funnel.step", lang)),
        alt.Tooltip("units:Q", title=t("funnel.units", lang), format=","),
        alt.Tooltip("share:Q", title=t("funnel.from_start", lang), format=".1%"),
        alt.Tooltip("previous:N", title=t("funnel.from_previous", lang)),
        alt.Tooltip("p50:N", title=t("funnel.p50", lang)),
    ]
