"""A small store in which the funnel page can be in every state, and the links that put it there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis import saved
from analysis.alerts import RULE
from analysis.funnel import FunnelQuery
from analysis.page import link_text
from experiments.alerting import AlertRule
from ingest import Store

START, DAYS = datetime(2026, 5, 1, tzinfo=UTC), 14
LONG = (
    "商品の状態を選択する画面を開いてから写真を追加するまでの手順",
    "出品する商品の説明文を入力してプレビューを確認した",
    "販売価格を入力した",
)
MANY = tuple(f"step_{place:02}" for place in range(1, 13))
PLAIN = ("camera_opened", "photo_taken", "result_shown")
YOUNG = ("trial_started", "trial_finished")
WEEK = {"from": "2026-05-08T00:00:00+09:00", "to": "2026-05-15T00:00:00+09:00", "timezone": "Asia/Tokyo"}


@dataclass(frozen=True)
class State:
    """A link, what the page then says in words of the catalogue, and a place to click first."""

    link: str
    says: str
    click: str = ""


def question(*events: str, **changed: object) -> str:
    """A funnel of these events as a link takes it."""
    return "q=" + link_text(
        FunnelQuery.model_validate({"within": "1h", "steps": [{"event": name} for name in events], **changed})
    )


def states() -> dict[str, State]:
    """Every state by name; the key of a sentence tells that the page got there."""
    base, week = question(*PLAIN), question(*PLAIN, **WEEK)
    return {
        "usual": State("", "funnel.largest_loss"),
        "little": State(question("rare_opened", "rare_done"), "funnel.finished"),
        "nobody": State(question("rare_done", "camera_opened", where={"platform": "none"}), "rare_done"),
        "one_step": State(question(PLAIN[0]), "funnel.add_step"),
        "many_steps": State(question(*MANY), "step_12"),
        "two_groups": State(question(*PLAIN, breakdown={"by": ["platform"]}), "ios"),
        "two_fields": State(question(*PLAIN, breakdown={"by": ["platform", "device"]}), "platform · device"),
        "long_names": State(question(*LONG, breakdown={"by": ["platform"]}), LONG[1]),
        "maturing": State(question(*YOUNG, within="7d") + "&step=2", "funnel.drop.maturing"),
        "broken": State("q=bm90IGpzb24", "common.bad_link"),
        "unknown": State(question("rocket_launched", "photo_taken"), "rocket_launched"),
        "compared": State(f"{week}&compare=1", "funnel.compare.steps"),
        "trend": State(f"{base}&view=trend", "trend.curve"),
        "time": State(f"{base}&view=time", "funnel.time.over"),
        "paths": State(f"{base}&view=paths&side=before&step=2", "why.side"),
        "table": State(f"{base}&view=table&compare=1", "funnel.from_previous"),
        "clicked": State(
            base,
            "funnel.drop.reached",
            "[data-testid=stVegaLiteChart] path[aria-roledescription=bar] >> nth=-1",
        ),
        "kept": State(base, "funnel.alerts.now", ".st-key-kept summary"),
        "asked": State(base, "funnel.or", ".st-key-funnel-open-1 button"),
    }


def filled(home: Path) -> None:
    """Land the log and write the records."""
    log = home / "log.ndjson"
    log.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in _events()), "utf-8")
    from ingest import load

    with Store.open(home) as store:
        load(store, [log])
        funnel = FunnelQuery.model_validate({"within": "1h", "steps": [{"event": name} for name in PLAIN]})
        saved.keep_view(store, "週次の確認", funnel, "ann")
        saved.annotate(store, "2026-05-06", "release 2.3", "ann")
        saved.annotate(store, "2026-05-07", "初夏のキャンペーンを開始しました", "bob")
        rule = {"key": "photos", "funnel": funnel.model_dump(mode="json", exclude_defaults=True), "step": 2,
                "threshold": 0.9, "over": "7d"}  # fmt: skip
        store.records.add(RULE, "photos", AlertRule.model_validate(rule).model_dump(mode="json"), "ann")


def _events() -> Iterator[dict[str, object]]:
    for nth in range(240):
        at = START + timedelta(days=nth % DAYS, minutes=nth)
        kept = nth % 7
        for flow in (PLAIN, LONG, MANY):
            got = min(len(flow), kept + 1) if flow is not MANY else max(12 - nth % 13, 1)
            yield from _journey(f"p{nth}", flow[:got], at, nth)
    yield from _journey("rare", ("rare_opened",), START, 1)
    end = START + timedelta(days=DAYS)
    for nth in range(12):
        yield from _journey(f"young{nth}", YOUNG[: 1 + nth % 2], end - timedelta(hours=nth), nth)


def _journey(person: str, events: tuple[str, ...], at: datetime, nth: int) -> Iterator[dict[str, object]]:
    for place, name in enumerate(events):
        yield {
            "event_id": f"{person}-{name}", "event": name, "user_id": person,
            "ts": (at + timedelta(seconds=place * (5 + nth % 9))).isoformat(),
            "platform": ("ios", "android")[nth % 2], "device": ("Pixel 4", "iPhone 8")[nth % 3 % 2],
        }  # fmt: skip
