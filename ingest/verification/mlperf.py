"""MLPerf Mobile: the app's result.json, LoadGen's summary and its detail log.

A single-stream run is told by its 90th percentile; the latency of an offline run is that of the whole batch, never of one item.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ingest.verification.names import model_of
from ingest.verification.printed import MS, converted, number
from ingest.verification.run import Detail, Figure, Malformed, Quantity, Run

TOOL = "mlperf_mobile"
_SCENARIOS = {"SingleStream": "single_stream", "Offline": "offline", "MultiStream": "multi_stream", "Server": "server"}
_SUMMARY = "MLPerf Results Summary"
_DETAIL = ":::MLLOG"
_PERCENTILE = re.compile(r"^(\d+\.\d+) percentile latency \((\w+)\) *: *(\S+)\s*$")
_EXTREME = re.compile(r"^(Min|Max|Mean) latency \((\w+)\) *: *(\S+)\s*$")
_KEY = re.compile(r"^ *([A-Za-z][\w /.@]*?)(?: \((\w+)\))? *: *(.*?)\s*$")
