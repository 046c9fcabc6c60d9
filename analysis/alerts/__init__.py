"""Alerts: rules on the rate of a funnel's step, judged after each load, told by webhook and on the first page."""

from analysis.alerts.compute import RULE, AlertsAnswer, AlertsQuery, Judged, answer, to_json
from analysis.alerts.telling import after_load, alerting

__all__ = ["RULE", "AlertsAnswer", "AlertsQuery", "Judged", "after_load", "alerting", "answer", "to_json"]
