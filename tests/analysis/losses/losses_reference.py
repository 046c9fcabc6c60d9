"""Random suggestion attempts as raw lines, and the rules of their losses as a person would apply them."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

ENDING = {"tap": "suggestion_tapped", "dismiss": "suggestion_dismissed", "leave": "suggestion_left",
          "expired": "suggestion_expired"}  # fmt: skip


def random_lines(seed, attempts=400):
    """Raw lines in which everything that the causes depend on varies, and is missing now and then."""
    rng = random.Random(seed)
    start = datetime(2026, 4, 6, tzinfo=UTC)
    for n in range(attempts):
        at = start + timedelta(minutes=rng.randrange(600))
        base = {
            "user_id": f"u{rng.randrange(60)}",
            "attempt_id": f"a{n}",
            "device": rng.choice(["p", "q", None]),
        }
        told = [("listing_started", 0, {}), ("photo_taken", rng.choice([2, 2.96]), {})]
        for shot in range(rng.choice([0, 1, 1, 1, 2])):
            second, key = 3 + 10 * shot, f"{n}-{shot}"
            latency = rng.choice([10, 49, 50, 51, 400, None])
            label = rng.choice(["book", "book", "other"])
            told.append(("inference_completed", second, {"inference_id": f"f{key}", "label": label,
                                                         "latency_ms": latency,
                                                         "delegate": rng.choice(["cpu", "gpu"])}))  # fmt: skip
            if rng.random() < 0.4:
                told.append(("label_confirmed", 60, {"inference_id": f"f{key}",
                                                     "true_label": rng.choice(["book", "book", "other"])}))  # fmt: skip
            if label == "book" and rng.random() < 0.8:
                shown = {"impression_id": f"i{key}", "inference_id": f"f{key}", "display_ms": 4000}
                told.append(("suggestion_shown", second + 1, shown))
                ending = rng.choice([*ENDING, "expired", "leave", None])
                if ending is not None:
                    ms = 4000 if ending == "expired" else 1500
                    told.append((ENDING[ending], second + 3, {"impression_id": f"i{key}", "elapsed_ms": ms}))
        if rng.random() < 0.15:
            told = [one for one in told if one[0] != "photo_taken"]
        for place, (event, second, properties) in enumerate(told):
            yield {"event": event, "ts": (at + timedelta(seconds=second)).isoformat(), **base,
                   "event_id": f"{n:04}-{place:02}",
                   "properties": {k: v for k, v in properties.items() if v is not None}}  # fmt: skip


def waited(events, judged):
    """Milliseconds to the answer: as logged, else since the photo; -1 where neither is known."""
    if "latency_ms" in judged:
        return judged["latency_ms"]
    photos = [datetime.fromisoformat(e["ts"]) for e in events if e["event"] == "photo_taken"]
    (at,) = (datetime.fromisoformat(e["ts"]) for e in events if e["event"] == "inference_completed"
             and e["properties"]["inference_id"] == judged["inference_id"])  # fmt: skip
    return (at - photos[0]) / timedelta(milliseconds=1) if photos else -1


def slow_reading(lines, until):
    """The rules as a person would apply them to the lines of one attempt after another; shares no code."""
    by_attempt, truth = {}, {}
    for line in lines:
        by_attempt.setdefault(line["attempt_id"], []).append(line)
        if line["event"] == "label_confirmed":
            truth[line["properties"]["inference_id"]] = line["properties"]["true_label"]
    found = Counter()
    for events in by_attempt.values():
        named = {e["event"]: e for e in events}  # the last of each name
        answers = {
            e["properties"]["inference_id"]: e["properties"]
            for e in events
            if e["event"] == "inference_completed"
        }
        shown = [e["properties"] for e in events if e["event"] == "suggestion_shown"]
        if "photo_taken" not in named and not answers and not shown:
            continue
        ends = {e["properties"]["impression_id"]: e["event"] for e in events if e["event"] in ENDING.values()}
        judged = answers[shown[-1]["inference_id"]] if shown else (list(answers.values()) or [None])[-1]
        true = judged and truth.get(judged["inference_id"])
        late = judged is not None and waited(events, judged) > 50
        device = events[0]["device"]
        if "suggestion_tapped" in ends.values():
            fate = "tapped"
        elif min(
            datetime.fromisoformat(e["ts"]) for e in events if e["event"] != "label_confirmed"
        ) > until - timedelta(minutes=30):
            fate = "open"
        elif shown and true not in (None, judged["label"]):
            fate = "wrong_item"
        elif shown and late:
            fate = "too_slow"
        elif shown:
            fate = {"suggestion_expired": "ignored", "suggestion_dismissed": "dismissed", "suggestion_left": "left",
                    None: "ending_unknown"}[ends.get(shown[-1]["impression_id"])]  # fmt: skip
        elif judged and judged["label"] == "book":
            fate = "too_slow" if late else "held_back"
        else:
            fate = "nothing_to_suggest" if judged and true == judged["label"] else "never_fired"
        found[(device, judged["delegate"] if judged else None), fate] += 1
    return found
