"""A picture of the paths: a Sankey diagram whose ribbons are as thick as the number of units that went that way."""

from dataclasses import dataclass

import altair as alt
import pandas as pd

from analysis import palette, words
from analysis.paths.answers import Link, Node, PathsAnswer
from analysis.words import t

HEIGHT, WIDTH, GAP = 360, 0.06, 0.05
_POINTS = 16
_Place = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands: from `low` to `high` in units; as high as it has units."""

    node: Node
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Where a link leaves its source and meets its target, in units; n thick at both ends."""

    link: Link
    start: float
    end: float


def layout(found: PathsAnswer) -> tuple[list[Box], list[Ribbon]]:
    """Stack the nodes of each level, and the links within them, largest first and without overlap."""
    gap = GAP * found.units
    boxes: dict[_Place, Box] = {}
    for level in range(found.depth + 1):
        low = 0.0
        for node in (one for one in found.nodes if one.level == level):
            boxes[level, node.event] = Box(node, low, low + node.n)
            low += node.n + gap
    leaves = {place: box.low for place, box in boxes.items()}
    meets = dict(leaves)
    ribbons = []
    for link in sorted(
        found.links,
        key=lambda one: (one.level, boxes[one.level + 1, one.target].low, boxes[one.level, one.source].low),
    ):
        source, target = (link.level, link.source), (link.level + 1, link.target)
        ribbons.append(Ribbon(link, leaves[source], meets[target]))
        leaves[source] += link.n
        meets[target] += link.n
    return list(boxes.values()), ribbons


def paths_chart(found: PathsAnswer, lang: str) -> alt.LayerChart | alt.FacetChart:
    """Nodes with names and counts, ribbons between them; what ends at a node has no ribbon."""
    boxes, ribbons = layout(found)
    nodes = pd.DataFrame(
        [{"x": box.node.level, "x2": box.node.level + WIDTH, "low": box.low, "high": box.high,
          "middle": (box.low + box.high) / 2, "event": _name(box.node.event, lang),
          "told": f"{_name(box.node.event, lang)} {words.number(box.node.n, lang)}"} for box in boxes],
        columns=["x", "x2", "low", "high", "middle", "event", "told"],
    )  # fmt: skip
    curves = pd.DataFrame(
        [row for nth, ribbon in enumerate(ribbons) for row in _curve(nth, ribbon, lang)],
        columns=["link", "x", "low", "high", "source", "target", "n"],
    )
    hidden = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    x, y = (
        alt.X("x:Q", axis=hidden, title=None),
        alt.Y("low:Q", axis=hidden, title=None, scale=alt.Scale(reverse=True)),
    )
    tips = [alt.Tooltip(f"{end}:N", title=t(f"paths.{end}", lang)) for end in ("source", "target")]
    flows = alt.Chart(curves).mark_area(color=palette.SKY, opacity=0.4).encode(
        x=x, y=y, y2="high:Q", detail="link:N", tooltip=[*tips, alt.Tooltip("n:N", title=t("paths.n", lang))]
    )  # fmt: skip
    blocks = alt.Chart(nodes).mark_rect(color=palette.BLUE).encode(
        x=x, x2="x2:Q", y=y, y2="high:Q", tooltip=alt.Tooltip("told:N", title=" ")
    )  # fmt: skip
    labels = alt.Chart(nodes).mark_text(align="left", dx=4, color=palette.GREY).encode(
        x="x2:Q", y=alt.Y("middle:Q", title=None), text="told:N"
    )  # fmt: skip
    return alt.layer(flows, blocks, labels).properties(height=HEIGHT)


def _curve(nth: int, ribbon: Ribbon, lang: str) -> list[dict[str, object]]:
    """The ribbon as points from its source to its target, easing at both ends."""
    link, rows = ribbon.link, []
    for point in range(_POINTS + 1):
        along = point / _POINTS
        low = ribbon.start + (ribbon.end - ribbon.start) * along * along * (3 - 2 * along)
        rows.append({"link": nth, "x": link.level + WIDTH + (1 - WIDTH) * along, "low": low, "high": low + link.n,
                     "source": _name(link.source, lang), "target": _name(link.target, lang),
                     "n": words.number(link.n, lang)})  # fmt: skip
    return rows


def _name(event: str | None, lang: str) -> str:
    return t("paths.rest", lang) if event is None else event
