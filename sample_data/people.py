"""Who uses the app: phone, model, habits, and what their app forgets to log."""

from dataclasses import dataclass
from typing import Literal

from sample_data.dice import Dice
from sample_data.truths import Phone, Truths

Login = Literal["always", "later", "never"]
_LOGINS: tuple[Login, ...] = ("later", "never", "always")
_DAY_MS = 86_400_000
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Person:
    """One user, as far as the log can tell."""

    name: str
    phone: Phone
    conversion: Literal["uint8", "float32"]
    app_version: str
    slow: bool
    sells: bool
    checks: bool
    new: bool
    login: Login
    skew_ms: int
    stamps: bool
    has_ids: bool
    has_elapsed: bool


def base36(number: int) -> str:
    """A number in digits and letters, the way ids are logged."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _LETTERS[digit] + digits
        if number == 0:
            return digits


def people(truths: Truths, slow_share: float, dice: Dice) -> list[Person]:
    """Throw the population.

    Args:
        truths: what is planted.
        slow_share: the share of users who read slowly.
        dice: the stage's chance.

    Returns:
        `world.users` persons; every one sells or checks prices.
    """
    names = _names(truths.world.users, dice)
    return [_person(name, truths, slow_share, dice) for name in names]


def _names(count: int, dice: Dice) -> list[str]:
    """Different ids in no order of joining."""
    taken: dict[str, None] = {}
    while len(taken) < count:
        taken[f"u{base36(dice.whole(46_656, 1_679_616))}"] = None
    return list(taken)


def _person(name: str, truths: Truths, slow_share: float, dice: Dice) -> Person:
    world, model, log = truths.world, truths.model, truths.log
    phone = model.phones[dice.which([phone.share for phone in model.phones])]
    float32 = dice.chance(model.float32)
    sells = dice.chance(world.sellers)
    login: Login = ("later", "never", "always")[
        dice.which(
            [log.anonymous_first, log.anonymous_always, 1 - log.anonymous_first - log.anonymous_always]
        )
    ]
    skewed = dice.chance(log.skewed)
    return Person(
        name=name,
        phone=phone,
        conversion="float32" if float32 else "uint8",
        app_version="5.2.0" if float32 else "5.4.1",
        slow=dice.chance(slow_share),
        sells=sells,
        checks=not sells or dice.chance(max(0.0, (world.checkers - (1 - world.sellers)) / world.sellers)),
        new=dice.chance(world.new_users),
        login=login,
        skew_ms=_skew(dice) if skewed else 0,
        stamps=skewed or dice.chance(log.stamped),
        has_ids=not dice.chance(log.no_ids),
        has_elapsed=not dice.chance(log.no_elapsed),
    )


def _skew(dice: Dice) -> int:
    """A clock that is wrong by five minutes to three days, before or after."""
    size = dice.early((300_000, 3 * _DAY_MS))
    return int(size if dice.chance(0.5) else -size)
