"""Faults planted in the merge of two stored orders: generated orders must notice every one."""

from pathlib import Path

import pytest

from experiments.walk import merging
from tests.experiments.merge_cases import check_broken_order, check_merge, merge_case
from tests.faults.planting import Fault, is_caught, load
from tests.faults.uncompiled import UNCOMPILED, patience

SOURCE = Path(merging.__file__)
FAULTS = (
    Fault("_woven", "few_keys[at] < key or", "few_keys[at] <= key or"),
    Fault("_woven", "few_keys[at] < key or", "False or"),
    Fault("_woven", "few_moments[at] < now)", "few_moments[at] <= now)"),
    Fault("_woven", "few_keys[at] == key and few_moments[at] < now", "few_moments[at] < now"),
    Fault("_woven", "few_keys[at] == key and few_moments[at] == now", "few_moments[at] == now"),
    Fault("_woven", "few_keys[at] == key and few_moments[at] == now", "few_keys[at] == key"),
    Fault("_woven", "few_keys[at] == key and few_moments[at] == now", "False"),
    Fault("_woven", "while at < few", "if at < few"),
    Fault("_woven", "many + at - begun", "many + at"),
    Fault("_woven", "many + at - begun", "at - begun"),
    Fault("_woven", "and gone[key]", "and not gone[key]"),
    Fault("_woven", "0 <= key < known and gone[key]", "False"),
    Fault("_woven", "0 <= key < known and", ""),
    Fault("_woven", "order[placed] = row\n        placed += 1", "order[placed] = row"),
    Fault("_woven", "            at += 1\n", "            at += 2\n"),
    Fault("Merge.__init__", "np.bool_), 0", "np.bool_), 1"),
    Fault("Merge.feed", "placed, self._at = _woven", "placed, _ = _woven"),
    Fault("Merge.feed", "return order[:placed]", "return order"),
    Fault("Merge.feed", "return order[:placed]", "return order[:placed][::-1]"),
)  # fmt: skip


def checked(module) -> None:
    with patience(60):
        for seed in range(1500):
            check_merge(module, merge_case(seed))
            check_broken_order(module, merge_case(seed, ordered=False))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_is_caught(fault, tmp_path):
    assert is_caught(SOURCE, fault, checked, tmp_path, rewrites=UNCOMPILED)


def test_the_untouched_module_passes(tmp_path):
    checked(load(SOURCE, tmp_path, rewrites=UNCOMPILED))
