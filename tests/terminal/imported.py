"""What a process of `kazasu` imports before and while it answers, imported once for all that are forked from here.

No store is opened and no verb is run here: whatever a forked process answers it has worked out itself.
"""

from importlib import import_module

import numba

MODULES = (
    "cli",
    "analysis.alerts",
    "analysis.funnel",
    "analysis.health",
    "analysis.members",
    "analysis.models",
    "analysis.readout",
    "analysis.spreadsheet",
    "analysis.terminal.doctor",
    "analysis.terminal.inside",
    "analysis.terminal.landing",
    "analysis.terminal.tell",
    "analysis.time_to_tap",
    "analysis.verbs",
    "analysis.words",
    "experiments.walk",
    "httpx",
    "ibis.backends.sql.compilers",
    "pandas",
    "pyarrow.parquet",
    "pytz",
    "rich.table",
    "scipy.special",
)

for module in MODULES:
    import_module(module)
numba.njit(lambda: 1)()  # the first function of a process makes numba import its compiler
