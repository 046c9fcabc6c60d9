"""The views of one step: its rate over time, its seconds, the paths around it."""

from collections.abc import Callable

from analysis import page
from analysis.funnel.answers import FunnelAnswer
from analysis.funnel.compute import FunnelQuery
from analysis.why.page.around import paths as paths_around
from analysis.why.page.trend import trend as trend_of
from ingest import Store

Draw = Callable[[Store, FunnelQuery, int], None]


def trend(store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    """The rate of a step by the time of entry; the last step unless another is chosen."""
    _of_a_step(trend_of, store, asked, found)


def paths(store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    """What those who did not get to a step did; the last step unless another is chosen."""
    _of_a_step(paths_around, store, asked, found)


def _of_a_step(draw: Draw, store: Store, asked: FunnelQuery, found: FunnelAnswer) -> None:
    if len(asked.steps) == 1:
        page.empty("funnel.one_step")
    places = [str(place) for place in range(2, len(asked.steps) + 1)]
    chosen = page.choice("step", page.t("funnel.step"), places, default=places[-1],
                         show=lambda place: f"{place}. {found.steps[int(place) - 1].name}")  # fmt: skip
    draw(store, asked, int(chosen))
