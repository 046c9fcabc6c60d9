"""What one line of benchmark_model's output tells, whatever the version and whatever a log writes before it."""

import re

_NUMBER = r"([^\s,\]]+)"
_LAST = r"(\S+)"
"""The last number of a line ends where the line does, so that a comma in it is not passed over."""
START = re.compile(r"\bSTARTING!")
BEGINS = re.compile(
    r"(?<![#\w])(?:Graph: \[|Num threads: \[|Log parameter values verbosely: \[)|Loading model from: "
)
"""What begins a run where nobody says STARTING!, as in an app's log."""
ECHO = re.compile(r"--graph[= ][\"']?([^\s\"'`\\]+)")
"""The command as it was typed, or as a script repeats it."""

ONCE: dict[str, re.Pattern[str]] = {
    "verbose": re.compile(r"Log parameter values verbosely: \[(\w+)\]"),
    "graph": re.compile(r"(?<![#\w])Graph: \[(.+?)\]"),
    "loaded": re.compile(r"(?:Loaded model|Loading model from:) (\S.*?)\s*$"),
    "threads": re.compile(rf"(?<![#\w])Num threads: \[{_NUMBER}\]"),
    "cpu_threads": re.compile(rf"#threads used for CPU inference: \[{_NUMBER}\]"),
    "size": re.compile(rf"input model file size \((\w+)\): {_LAST}"),
    "no_size": re.compile(r"Failed to get the input model file size"),
    "session": re.compile(r"Initialized session in ([^\s]+?) ?(ms|us|s)\b"),
    "timings": re.compile(
        rf"Inference timings in (\w+): Init: {_NUMBER}, First inference: {_NUMBER}, Warmup \(avg\): {_NUMBER}, "
        rf"Inference \(avg\): {_LAST}"
    ),
    "averages": re.compile(
        rf"Average inference timings in (\w+): Warmup: {_NUMBER}, Init: {_NUMBER}, (?:Inference|no stats): {_LAST}"
    ),
    "plain": re.compile(rf"Average inference timings in (\w+): {_NUMBER} ?, Warmup: {_NUMBER}"),
    "memory": re.compile(rf"memory footprint.*?\((\w+)\): init={_NUMBER}\s+overall={_LAST}", re.IGNORECASE),
    "peak": re.compile(rf"peak memory footprint \((\w+)\) via periodic monitoring: {_LAST}"),
    "note": re.compile(r"affects? memory footprint, the following"),
    "litert_init": re.compile(rf"Model initialization: +{_NUMBER} (\w+)"),
    "litert_first": re.compile(rf"(?:Warmup \(first\)|First inference): +{_NUMBER} (\w+)\s*$"),
    "litert_warm": re.compile(rf"Warmup \(avg\): +{_NUMBER} (\w+) \((\d+) runs\)"),
    "litert_mean": re.compile(rf"Inference \(avg\): +{_NUMBER} (\w+) \((\d+) runs\)"),
    "litert_min": re.compile(rf"Inference \(min\): +{_NUMBER} (\w+)"),
    "litert_max": re.compile(rf"Inference \(max\): +{_NUMBER} (\w+)"),
    "litert_std": re.compile(rf"Inference \(std\): +{_LAST}"),
    "litert_note": re.compile(r"^\W*Memory Usage:"),
    "litert_began": re.compile(rf"Init footprint: +{_NUMBER} (\w+)"),
    "litert_memory": re.compile(rf"Overall footprint: +{_NUMBER} (\w+)"),
    "litert_peak": re.compile(rf"Peak memory: +{_NUMBER} (\w+)"),
}
"""What a run tells once. Memory of the LiteRT wording stands alone in its line; all else may follow a log's prefix."""

ENDS = frozenset(
    {"timings", "averages", "plain", "litert_init", "litert_first", "litert_warm", "litert_mean"}
)
"""After these a run has measured; what comes is its memory, its profile, or another run."""
AFTERWARDS = frozenset(
    {"memory", "peak", "note"} | {name for name in ONCE if name.startswith("litert_")} - ENDS
)
"""What is told only when a run has measured."""
GLUED = re.compile(r"Overall\b.*$")
"""The first app for Android writes its memory without a space behind the average."""

TABLE = re.compile(
    r"(?:Timings \(\w+\)|Memory \(\w+\)|cpu w/ \d+ threads[^:]*|gpu[-(][^:]*|nnapi[^:]*|dsp w/ hexagon|coreml): +"
    r"(?:count=|failed)"
)
"""Lines of the profile of operators, and of the summary of all performance options: they repeat or take apart."""
COUNT = re.compile(r"\bcount=(\S+)(.*)$")
PAIR = re.compile(r"(\w+)=([^\s(]+)")
FIGURE = re.compile(
    r"timings in \w+|memory footprint[^:]*\([^:]*:(?! \[)|file size \(|Initialized session in|\bcount=|Model initialization:"
    r"|(?:Warmup|Inference) \(\w+\):|(?:Init|Overall) footprint: ",
    re.IGNORECASE,
)
"""A line that tells a figure."""
OWN = re.compile(rf"INFO:|ERROR:|Benchmarking failed|{FIGURE.pattern}", re.IGNORECASE)
"""A line of the tool: without its end it is cut."""
STEP = re.compile(r"INFO:|count=|Running benchmark|delegate|Loaded model|Graph: \[")
"""A line that shows the tool still at work."""
