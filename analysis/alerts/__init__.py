"""Alerts: rules on the rate of a funnel's step, judged after each load, told by webhook and on the first page."""

from analysis.alerts.compute import AlertsAnswer, AlertsQuery, answer, to_json
from analysis.alerts.telling import after_load, alerting

__all__ = ["AlertsAnswer", "AlertsQuery", "after_load", "alerting", "answer", "to_json"]
