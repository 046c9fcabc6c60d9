"""Faults planted where groups of different design are walked: generated logs must notice every one."""

from pathlib import Path

import pytest

import analysis.steps.designs
from tests.analysis.steps.test_designs import check, design_case
from tests.faults.planting import Fault, is_caught, load

SOURCE = Path(analysis.steps.designs.__file__)
FAULTS = (
    Fault("by_design", 'walk(every.model_copy(update={"exclusions": ()})) if funnel.exclusions else whole', "whole"),
    Fault("by_design", "absent_of[name] == absent", "absent_of[name] != absent"),
    Fault("by_design", "[not absent]", "[bool(absent)]"),
    Fault("by_design", "codes[place][mine]", "codes[mine]"),
    Fault("by_design", "len(entered.reach) - sum", "len(whole.reach) - sum"),
    Fault("by_design", "k in absent for k in range(1, n + 1)", "k in absent for k in range(n)"),
    Fault("_with", "at[one.before]", "one.before"),
    Fault("_with", "if k not in absent", "if True"),
    Fault("_widened", "[walked.reach]", "[walked.reach - 1]"),
    Fault("_widened", "to[walked.grows_to]", "walked.grows_to"),
    Fault("_widened", "times[:, k - 1] = walked.times[:, place - 1]", "times[:, place - 1] = walked.times[:, place - 1]"),
    Fault("_widened", "walked.maturing(place)", "walked.maturing(1)"),
    Fault("_widened", "max(one for one in required if one < k) - 1", "0"),
    Fault("_widened", "if not funnel.steps[k - 1].optional:", "if True:"),
    Fault("_passed", "one - 1 for one", "one for one"),
    Fault("_passed", "if one > step", "if one >= step"),
    Fault("_passed", "default=steps", "default=step"),
)  # fmt: skip


def checked(module) -> None:
    for seed in range(400):
        check(design_case(seed), module)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, checked, tmp_path)


def test_the_untouched_module_passes(tmp_path):
    checked(load(SOURCE, tmp_path))
