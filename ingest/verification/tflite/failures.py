"""What the tool, the runtime and the shell say when a run comes to nothing, and what only sounds like it."""

import re

_FAILED = re.compile(
    r"(?:^|[^\w])((?:ERROR|FATAL): .+|Failed to .+|Benchmarking failed.*|Aborted.*|Segmentation fault.*|Killed\b.*"
    r"|Bus error.*|Illegal instruction.*|terminate called .+|[Cc]ould not .+|Please specify the name of your .+)$"
)
_SOFT = re.compile(
    r"Error in cpuinfo|only supports static|not supported by GPU delegate|operations? will run on the"
    r"|Failed to get the input model file size|(?:open|load|unable).*(?:lib\w+\.so|OpenCL)|Operation is not supported"
    r"|tensor type/shape isn't compatible|Could not create \w+ delegate|delegate (?:is unsupported|isn't supported)"
)
"""After these the tool goes on, with less."""
_GIVEN_UP = re.compile(
    r"Benchmarking failed|\bAborted\b|Segmentation fault|\bKilled\b|Bus error|Illegal instruction"
)


def failure_of(line: str) -> str | None:
    """The failure that a line tells, in the tool's words; None if it tells none, or one after which it goes on.

    Args:
        line: without colours.
    """
    found = _FAILED.search(line)
    return None if found is None or _SOFT.search(line) else found.group(1).strip()


def is_end(failure: str) -> bool:
    """Does nothing come after such a failure?

    Args:
        failure: the tool's words.
    """
    return _GIVEN_UP.search(failure) is not None
