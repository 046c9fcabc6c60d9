"""The fault harness itself: it must refuse faults that are not there and notice checks that see nothing."""

from pathlib import Path

import pytest

from tests.faults.planting import Fault, is_caught, load, with_fault

SOURCE = '''
"""Half of a number."""

def half(x):
    """x / 2 as a float."""
    return x / 2  # halves

class Box:
    def half(self, x):
        return x / 2
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "halves.py"
    path.write_text(SOURCE)
    return path


def check(module) -> None:
    assert module.half(4) == 2


def test_the_untouched_copy_passes_and_a_fault_is_caught(source, tmp_path):
    check(load(source, tmp_path))
    assert is_caught(source, Fault("half", "return x / 2", "return x / 3"), check, tmp_path)


def test_a_fault_that_the_checks_do_not_look_at_survives(source, tmp_path):
    assert not is_caught(source, Fault("Box.half", "x / 2", "x / 3"), check, tmp_path)


def test_the_text_must_occur_once_where_it_is_meant():
    with pytest.raises(AssertionError, match="occurs 0 times"):
        with_fault(SOURCE, Fault("half", "x * 2", "x"))
    with pytest.raises(AssertionError, match="occurs 3 times"):
        with_fault(SOURCE, Fault("", "x / 2", "x"))
    with pytest.raises(AssertionError, match="0 definitions"):
        with_fault(SOURCE, Fault("third", "x", "y"))


def test_a_changed_comment_or_docstring_is_no_fault():
    with pytest.raises(AssertionError, match="only a comment or a docstring"):
        with_fault(SOURCE, Fault("half", "# halves", "# thirds"))
    with pytest.raises(AssertionError, match="only a comment or a docstring"):
        with_fault(SOURCE, Fault("half", "as a float", "as a number"))


def test_a_slip_of_the_author_is_not_counted_as_caught(source, tmp_path):
    with pytest.raises(NameError):
        is_caught(source, Fault("half", "return x / 2", "return y / 2"), check, tmp_path)
    with pytest.raises(SyntaxError):
        is_caught(source, Fault("half", "return x / 2", "return x /"), check, tmp_path)


def test_rewrites_reach_every_copy_and_must_occur(source, tmp_path):
    fault = Fault("half", "return x * 0.5", "return x * 0.4")
    assert is_caught(source, fault, check, tmp_path, rewrites=[("x / 2", "x * 0.5")])
    with pytest.raises(AssertionError, match="does not occur"):
        load(source, tmp_path, rewrites=[("numba", "")])
