"""What the page of time to tap asks: which arms, narrowed to what, which impressions."""

from typing import get_args

from analysis import page, words
from analysis.choices import Choices
from analysis.outcomes import Impressions, Split
from analysis.time_to_tap.compute import TapsQuery

TOGETHER = "together"
BINS_MS = ("250", "500", "1000")


def question(offered: Choices) -> TapsQuery:
    """The question as the reader has put it together; every part stands in the address."""
    splits = [TOGETHER, *offered.experiments, *get_args(Split)]
    cell = page.side_by_side(3, at_least=160)
    with cell():
        arms = page.choice("arms", page.t("time_to_tap.arms"), splits, show=_split_name,
                           default=offered.display_experiment or TOGETHER)  # fmt: skip
    narrowed = {}
    for name, values in offered.narrowing:
        with cell():
            chosen = page.choice(name, page.t(f"time_to_tap.{name}"), [page.ALL, *values])
        narrowed[name] = None if chosen == page.ALL else chosen
    with cell():
        kept = page.choice("impressions", page.t("time_to_tap.impressions"), get_args(Impressions), style="segments",
                           show=lambda kind: page.t(f"time_to_tap.impressions.{kind}"),
                           tip=page.t("time_to_tap.impressions.tip"))  # fmt: skip
    with cell():
        width = page.choice("bin_ms", page.t("time_to_tap.bin"), BINS_MS, style="segments", default="500",
                            show=lambda ms: words.seconds(int(ms) / 1000, page.lang()))  # fmt: skip
    asked = {"experiment": arms} if arms in offered.experiments else {"by": arms} if arms != TOGETHER else {}
    return TapsQuery.model_validate({**asked, **narrowed, "impressions": kept, "bin_ms": int(width)})


def _split_name(split: str) -> str:
    known = split == TOGETHER or split in get_args(Split)
    return (
        page.t(f"time_to_tap.split.{split}") if known else page.t("time_to_tap.split.experiment", key=split)
    )
