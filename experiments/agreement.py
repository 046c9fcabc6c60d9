"""What the options of a funnel ask of each other: optional and absent steps, any order, groups by a step."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.funnel import Funnel


def agree(funnel: "Funnel") -> None:
    """Check that the options of a funnel go together.

    Args:
        funnel: The definition; every part of it is right by itself.

    Raises:
        ValueError: Two options do not go together.
    """
    _optional(funnel)
    _unordered(funnel)
    _absent(funnel)
    _by_a_step(funnel)


def _optional(funnel: "Funnel") -> None:
    """No chain waits for an optional step, so nothing else may."""
    optional = {k for k, step in enumerate(funnel.steps, 1) if step.optional}
    if 1 in optional:
        raise ValueError(
            f"`optional` stands on step 1, {funnel.steps[0].label}; must stand on a later step, for a chain starts "
            "with the first; take it away."
        )
    if any({one.after, one.before} & optional for one in funnel.exclusions):
        raise ValueError(
            "`exclusions` stand beside an optional step; must be after and before required ones; move them."
        )
    for k in sorted(optional):
        if funnel.steps[k - 1].occurrence != "any":
            raise ValueError(
                f"`occurrence` stands on step {k}, which is optional; must be 'any' there; take one away."
            )


def _unordered(funnel: "Funnel") -> None:
    """Where no step comes before another, nothing may ask for that."""
    n = len(funnel.steps)
    if funnel.order != "unordered":
        return
    if funnel.strictly_increasing or any(s.optional or s.within or s.at_least for s in funnel.steps):
        raise ValueError(
            "`order` is 'unordered', where no step comes before another; must have no `within`, `at_least` or "
            "`optional` on a step and no `strictly_increasing`; leave them out."
        )
    for one in funnel.exclusions:
        if (one.after, one.before) != (1, n):
            raise ValueError(
                f"`exclusions` has after = {one.after} and before = {one.before}; must be 1 and {n} in an "
                "unordered funnel, from the first event to the last; correct them."
            )


def _absent(funnel: "Funnel") -> None:
    """A step can be absent in a group only where units have one group each."""
    absent = {k for k, step in enumerate(funnel.steps, 1) if step.absent_in}
    if not absent:
        return
    if 1 in absent:
        raise ValueError(
            f"`absent_in` stands on step 1, {funnel.steps[0].label}; must stand on a later step, for every design "
            "starts with the first; move it."
        )
    groups = funnel.variant is not None or (funnel.breakdown is not None and len(funnel.breakdown.by) == 1)
    if not groups or (funnel.breakdown is not None and funnel.breakdown.several):
        raise ValueError(
            "`absent_in` names groups; must stand beside a `variant`, or a `breakdown` by one field with "
            "first_touch or last_touch; add one."
        )
    if funnel.order == "unordered" or funnel.count == "chains":
        raise ValueError(
            "`absent_in` is given; must be left out in an unordered funnel and where `count` is 'chains'; "
            "leave it out."
        )
    if any({one.after, one.before} & absent for one in funnel.exclusions):
        raise ValueError(
            "`exclusions` stand beside a step that is absent in a group; must be after and before steps that "
            "every group has; move them."
        )


def _by_a_step(funnel: "Funnel") -> None:
    """A unit can be in the group of a step only if its chains have that step."""
    by = funnel.breakdown
    if by is not None and by.several and funnel.count == "chains":
        raise ValueError(
            f"`attribution` is {by.attribution!r}; must be first_touch or last_touch where `count` is 'chains'; "
            "choose one of them."
        )
    step = None if by is None else by.step
    if step is None:
        return
    if step > len(funnel.steps):
        raise ValueError(
            f"`attribution` is 'step:{step}'; must be a step, 1 to {len(funnel.steps)}; correct the number."
        )
    if funnel.order == "unordered" or funnel.steps[step - 1].optional:
        raise ValueError(
            f"`attribution` is 'step:{step}'; must be a step that every chain which gets on has, so no optional "
            "one, and none of an unordered funnel; take first_touch, last_touch or all_events."
        )
