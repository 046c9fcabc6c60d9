"""Alerts: judged with their interval, told once when the state changes, to a real webhook."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from pydantic import ValidationError
from streamlit.testing.v1 import AppTest

from analysis import words
from analysis.alerts import AlertsQuery, after_load, alerting, answer, to_json
from analysis.terminal.tell.landed import ingest
from analysis.verbs import run_verb
from experiments.alerting import AlertRule, judge
from ingest import Store, close_current
from tests.analysis.suggestions import event, landed

STEPS = {"within": "1m", "steps": [{"event": "camera_opened"}, {"event": "photo_taken"}]}
RULE = {"key": "photos", "funnel": STEPS, "step": 2, "threshold": 0.5, "over": "1h"}
HOUR = 3600


@pytest.fixture
def webhook():
    """A real server that keeps what it is told; it refuses as long as `closed` is set."""
    heard: list[dict] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if not server.closed:
                heard.append(body)
            self.send_response(503 if server.closed else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    server.closed = False
    server.heard = heard
    server.address = f"http://127.0.0.1:{server.server_port}/told"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def hour(nth, taken, people=100):
    """People who open the camera in one hour, the first `taken` of whom take a photo; ends a minute after the hour."""
    begin = nth * HOUR
    lines = [event("camera_opened", f"h{nth}p{k}", begin + k) for k in range(people)]
    lines += [event("photo_taken", f"h{nth}p{k}", begin + k + 5) for k in range(taken)]
    return [*lines, event("app_closed", "nobody", begin + HOUR + 60)]


def land_more(store: Store, folder, *stories) -> dict:
    log = folder / f"more{len(list(folder.glob('more*')))}.ndjson"
    log.write_text("".join(json.dumps(line) + "\n" for story in stories for line in story), "utf-8")
    return run_verb(store, "ingest", {"paths": [str(log)]})


def test_a_rate_that_falls_is_told_once_and_again_when_it_is_over(tmp_path, webhook):
    store = landed(tmp_path, hour(0, 70))
    store.records.add("alert_rule", "photos", {**RULE, "webhook": webhook.address}, "ann")
    assert after_load(store) == {"alerts": [], "alerts_problem": None}  # 70 % is fine
    fallen = land_more(store, tmp_path, hour(1, 20))
    assert [(one["state"], one["rate"], one["delivered"]) for one in fallen["alerts"]] == [
        ("alert", 0.2, True)
    ]
    assert [(one["key"], one["step"]) for one in alerting(store)] == [("photos", "photo_taken")]
    assert land_more(store, tmp_path, hour(2, 25))["alerts"] == []  # still so: nobody is told again
    mended = land_more(store, tmp_path, hour(3, 80))
    assert [one["state"] for one in mended["alerts"]] == ["quiet"]
    assert alerting(store) == []
    assert [(one["state"], one["entered"], one["reached"]) for one in webhook.heard] == [
        ("alert", 100, 20),
        ("quiet", 100, 80),
    ]
    store.close()


def test_noise_and_young_entries_page_nobody(tmp_path):
    # 9 of 20 is below one half, but so is chance; and the last minute's entries may still take their photo
    store = landed(
        tmp_path, hour(0, 9, people=20), [event("camera_opened", f"late{k}", HOUR + 30) for k in range(200)]
    )
    store.records.add("alert_rule", "photos", RULE, "ann")
    (one,) = answer(store, AlertsQuery()).rules
    assert (one.entered, one.reached, one.judgement.state) == (20, 9, "quiet")
    assert after_load(store) == {"alerts": [], "alerts_problem": None}
    store.close()


def test_a_webhook_that_was_away_is_told_after_the_next_load(tmp_path, webhook):
    store = landed(tmp_path, hour(0, 10))
    store.records.add("alert_rule", "photos", {**RULE, "webhook": webhook.address}, "ann")
    webhook.closed = True
    (first,) = after_load(store)["alerts"]
    assert (first["state"], first["delivered"]) == ("alert", False)
    assert "503" in first["problem"]
    assert alerting(store)  # the pages know at once
    webhook.closed = False
    (second,) = land_more(store, tmp_path, hour(1, 10))["alerts"]
    assert (second["state"], second["delivered"]) == ("alert", True)
    assert len(webhook.heard) == 1
    store.close()


def test_where_nobody_entered_the_state_stays_and_a_rule_taken_back_is_silent(tmp_path):
    store = landed(tmp_path, hour(0, 10))
    store.records.add("alert_rule", "photos", RULE, "ann")
    assert [one["state"] for one in after_load(store)["alerts"]] == ["alert"]
    assert land_more(store, tmp_path, [event("app_closed", "nobody", 9 * HOUR)])["alerts"] == []
    assert to_json(answer(store, AlertsQuery()))["alerts"][0]["state"] == "cannot_say"
    assert len(alerting(store)) == 1
    store.records.add("alert_rule", "photos", {"deleted": True}, "ann")
    assert alerting(store) == []
    store.close()


def test_a_rule_that_can_no_longer_be_asked_does_not_hide_the_others(tmp_path):
    store = landed(tmp_path, hour(0, 10))
    store.records.add("alert_rule", "broken", {"key": "broken", "step": 2}, "ann")
    store.records.add("alert_rule", "photos", RULE, "ann")
    found = answer(store, AlertsQuery())
    assert [key for key, _ in found.refused] == ["broken"]
    assert [one.rule.key for one in found.rules] == ["photos"]
    store.close()


@pytest.mark.parametrize("lang", words.LANGS)
def test_a_load_lands_whatever_becomes_of_the_alerts(tmp_path, capsys, lang):
    store = landed(tmp_path, hour(0, 70))
    store.records.add("alert_rule", "broken", {"key": "broken", "step": 2}, "ann")
    told = land_more(store, tmp_path, hour(1, 70))
    assert (told["landed"], told["alerts"]) == (171, [])
    assert told["alerts_problem"].startswith("broken: ")
    with (store.home / "records" / "alert_rule.ndjson").open("a", encoding="utf-8") as file:
        file.write("no record\n")
    told = land_more(store, tmp_path, hour(2, 70))
    store.close()
    assert told["landed"] == 171
    assert "alert_rule.ndjson" in told["alerts_problem"]
    ingest(told, lang)
    assert "alert_rule.ndjson" in capsys.readouterr().out


def test_above_is_the_other_side():
    rule = AlertRule.model_validate({**RULE, "side": "above", "threshold": 0.1})
    assert judge(rule, 1000, 200).state == "alert"
    assert judge(rule, 1000, 100).state == "quiet"
    assert judge(rule, 0, 0).state == "cannot_say"


@pytest.mark.parametrize("lang", words.LANGS)
def test_the_first_page_says_what_alerts_and_leads_to_its_funnel(tmp_path, monkeypatch, lang):
    store = landed(tmp_path, hour(0, 10))
    store.records.add("alert_rule", "photos", {**RULE, "name": "*Photos*"}, "ann")
    after_load(store)
    store.close()
    monkeypatch.setenv("KAZASU_HOME", str(tmp_path / "home"))

    def show():
        from analysis.home.page import render

        render()

    tab = AppTest.from_function(show, default_timeout=60)
    tab.query_params["lang"] = lang
    try:
        tab.run()
    finally:
        close_current()
    assert not tab.exception, tab.exception[0].message
    said = str([getattr(one, "label", "") or getattr(one, "value", "") for one in tab.main])
    assert words.percent(0.1, lang) in said
    assert "photo_taken" in said.replace("\\", "")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"step": 3}, "must be at most 2"),
        ({"step": 1}, "greater than or equal to 2"),
        ({"webhook": "ftp://x"}, "must be an http"),
        ({"over": "soon"}, "over"),
        ({"funnel": {**STEPS, "breakdown": {"by": ["device"]}}}, "`breakdown` is given"),
        ({"threshold": 1.0}, "less than 1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_a_sentence(wrong, sentence):
    with pytest.raises(ValidationError, match=sentence):
        AlertRule.model_validate({**RULE, **wrong})


def test_false_alarms_are_as_rare_as_the_level_says_and_a_real_fall_is_seen():
    """At the threshold itself one look in (1 - level) / 2 = 0.5 % alarms; a fall from 50 % to 40 % of 600 is seen."""
    rng = np.random.default_rng(20261122)
    rule, n, looks = AlertRule.model_validate(RULE), 600, 20_000

    def alarms(rate: float) -> float:
        hits, times = np.unique(rng.binomial(n, rate, looks), return_counts=True)
        states = [judge(rule, n, int(hit)).state == "alert" for hit in hits]
        return float(times[states].sum() / looks)

    error = np.sqrt(0.005 * 0.995 / looks)
    assert alarms(0.5) == pytest.approx(
        0.005, abs=3 * error + 0.001
    )  # counts are whole: the tail jumps by 0.001
    assert alarms(0.52) < 0.001
    assert alarms(0.4) > 0.98


@pytest.mark.parametrize("lang", words.LANGS)
def test_the_terminal_says_what_changed_and_that_a_webhook_was_away(tmp_path, webhook, capsys, lang):
    store = landed(tmp_path, hour(0, 70))
    store.records.add("alert_rule", "photos", {**RULE, "webhook": webhook.address}, "ann")
    webhook.closed = True
    ingest(land_more(store, tmp_path, hour(1, 20)), lang)
    ingest(land_more(store, tmp_path, hour(2, 90)), lang)
    store.close()
    said = capsys.readouterr().out
    assert words.percent(0.2, lang) in said
    assert words.percent(0.9, lang) in said
    assert said.count("503") == 2
