"""The Sankey diagram: every ribbon fits its boxes, nothing overlaps, and the pictures can be drawn."""

import itertools
import json

import pytest

from analysis.losses import LossesQuery
from analysis.losses import answer as losses
from analysis.losses.chart import causes_chart
from analysis.paths.chart import layout, paths_chart
from analysis.segments.chart import excess_chart
from tests.analysis.losses.losses_reference import random_lines
from tests.analysis.paths.test_paths import SHORT, ask, random_people
from tests.analysis.segments.test_segments import END, people
from tests.analysis.segments.test_segments import ask as segments
from tests.analysis.suggestions import landed
from tests.journeys import journeys


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with journeys(tmp_path_factory.mktemp("chart"), random_people(5)) as store:
        yield ask(store, funnel=SHORT, depth=3, top=3)


def test_ribbons_fill_their_boxes_without_overlap(found):
    boxes, ribbons = layout(found)
    for box in boxes:
        node = box.node
        out = sorted(
            (r.start, r.start + r.link.n)
            for r in ribbons
            if (r.link.level, r.link.source) == (node.level, node.event)
        )
        into = sorted(
            (r.end, r.end + r.link.n)
            for r in ribbons
            if (r.link.level + 1, r.link.target) == (node.level, node.event)
        )
        for spans, n in ((out, node.n - node.ended if out else 0), (into, node.n if node.level else 0)):
            assert sum(high - low for low, high in spans) == n
            assert all(box.low <= low and high <= box.high for low, high in spans)
            assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    for level in range(found.depth + 1):
        spans = [(box.low, box.high) for box in boxes if box.node.level == level]
        assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_pictures_show_what_was_found(found, tmp_path, lang):
    drawn = paths_chart(found, lang).to_dict()["datasets"].values()
    assert sorted(len(rows) for rows in drawn) == sorted([len(found.nodes), 17 * len(found.links)])
    with journeys(tmp_path / "s", people("p", 40, 10) | people("q", 60, 50) | END) as store:
        told = segments(store)
        rows = max(excess_chart(told, lang).to_dict()["datasets"].values(), key=lambda rows: len(rows[0]))
        assert [row["excess"] for row in rows] == [one.excess.value for one in told.segments]
    lines = [{k: v for k, v in line.items() if v is not None} for line in random_lines(2)]
    with landed(tmp_path, lines) as store:
        row = losses(store, LossesQuery(by=())).overall
    (bars,) = causes_chart(row, lang).to_dict()["datasets"].values()
    assert [bar["share"] for bar in bars] == [cause.share.value for cause in row.causes]
    json.dumps(bars, allow_nan=False)
