"""Six weeks of one world: everybody's attempts, as their phones noted them."""

from sample_data.designs import (
    CHECK_DAYS,
    CHECK_EXPERIMENT,
    CHECK_VARIANTS,
    LISTING_DAYS,
    ONBOARDING,
    ONBOARDING_VARIANTS,
    Fortnight,
    fortnights,
)
from sample_data.dice import Dice
from sample_data.listing import Sellers
from sample_data.people import Person, base36, people
from sample_data.price_check import Checkers
from sample_data.reading import Reading
from sample_data.trace import Trace, moments
from sample_data.truths import BadTruths, Truths

_DAY_MS = 86_400_000
_FIRST_TOKEN = 46_656
_SECOND_LOOK_S = 1_200.0


class Life:
    """The life of a world: who lives in it and how chance falls."""

    def __init__(self, truths: Truths, seed: int) -> None:
        self.truths, self.seed = truths, seed
        self._dice = Dice(seed, 3)
        self._start_ms = round(truths.world.start.timestamp() * 1000)
        self._tokens = _FIRST_TOKEN

    def traces(self) -> list[Trace]:
        """Live through the six weeks.

        Returns:
            Every attempt of everybody, one person after the other.
        """
        reading = Reading.of(self.truths.popup)
        self._check_shares(reading)
        plans = Dice(self.seed, 2)
        sellers = Sellers(self.truths, reading, Dice(self.seed, 4))
        checkers = Checkers(self.truths.sell_check, Dice(self.seed, 5))
        traces: list[Trace] = []
        for person in people(self.truths, reading.slow_share, Dice(self.seed, 1)):
            own: list[Trace] = []
            if person.sells:
                for fortnight in self._active(plans):
                    own += self._listings(person, fortnight, sellers, plans)
            if person.checks:
                own += self._checks(person, checkers, plans)
            traces += self._finished(person, own)
        return traces

    def _check_shares(self, reading: Reading) -> None:
        listing, model = self.truths.listing, self.truths.model
        inclined = listing.organic + listing.ui_tactic + max(reading.interest.values())
        if inclined > model.precision:
            raise BadTruths(
                f"`organic` + `ui_tactic` + interest in the pop-up is {inclined:.2f}; "
                f"must be at most `precision`, {model.precision}; plant fewer taps"
            )

    def _active(self, plans: Dice) -> list[Fortnight]:
        """The fortnights in which one seller lists something: at least one."""
        possible = fortnights(self.truths.popup)
        return [f for f in possible if plans.chance(self.truths.world.active)] or [
            possible[plans.whole(0, len(possible))]
        ]

    def _trace(self, person: Person, flow: str, offset_ms: int) -> Trace:
        self._tokens += 1
        return Trace(person, base36(self._tokens), flow, self._start_ms + offset_ms)

    def _listings(self, person: Person, fortnight: Fortnight, sellers: Sellers, plans: Dice) -> list[Trace]:
        """The items one seller lists in two weeks; the variant is logged at the first decision to suggest."""
        listing = self.truths.listing
        items = 1 + plans.which(listing.attempts)
        others = sum(plans.chance(listing.other_items) for _ in range(items))
        variant = list(fortnight.arms)[plans.whole(0, len(fortnight.arms))]
        taste = sellers.draw()
        exposure = self._exposure(person, fortnight.experiment, variant)
        twice = exposure is not None and self._dice.chance(self.truths.log.two_variants)
        traces = []
        for offset in moments(items + others, LISTING_DAYS, plans):
            trace = self._trace(person, "barcode", fortnight.first_day * _DAY_MS + offset)
            if plans.chance(others / (items + others)):
                sellers.other_item(trace)
                others -= 1
            else:
                sellers.item(trace, fortnight.arms[variant], taste, exposure)
                if twice and exposure is not None:
                    other = next(key for key in fortnight.arms if key != variant)
                    trace.note(
                        _SECOND_LOOK_S, "experiment_exposed", experiment=fortnight.experiment, variant=other
                    )
                exposure, twice, items = None, False, items - 1
            traces.append(trace)
        return traces

    def _checks(self, person: Person, checkers: Checkers, plans: Dice) -> list[Trace]:
        """The prices one person looks up in six weeks."""
        count = 1 + plans.which(self.truths.sell_check.attempts)
        variant = CHECK_VARIANTS[plans.whole(0, len(CHECK_VARIANTS))]
        exposure = self._exposure(person, CHECK_EXPERIMENT, variant)
        traces = []
        for offset in moments(count, CHECK_DAYS, plans):
            trace = self._trace(person, "sell-check", offset)
            if exposure is not None:
                trace.note(0, "experiment_exposed", experiment=exposure[0], variant=exposure[1])
                exposure = None
            if variant == "hover":
                checkers.hover(trace)
            else:
                checkers.photo(trace)
            traces.append(trace)
        return traces

    def _exposure(self, person: Person, experiment: str, variant: str) -> tuple[str, str] | None:
        """The exposure as logged, or None where the planted mismatch loses it."""
        planted = self.truths.mismatch
        lost = (
            (experiment, variant) == (planted.experiment, planted.variant)
            and person.phone.old
            and self._dice.chance(planted.lost_on_old_phones)
        )
        return None if lost else (experiment, variant)

    def _finished(self, person: Person, own: list[Trace]) -> list[Trace]:
        """In order of time, the newcomers' onboarding before all else and the logins where they belong."""
        own.sort(key=lambda trace: trace.start_ms)
        if own and person.new:
            variant = ONBOARDING_VARIANTS[self._dice.whole(0, len(ONBOARDING_VARIANTS))]
            exposure = self._exposure(person, ONBOARDING, variant)
            if exposure is not None:
                own[0].note(-2.0, "experiment_exposed", experiment=exposure[0], variant=exposure[1])
                own[0].events.insert(0, own[0].events.pop())
        for nth, trace in enumerate(own):
            trace.logged_in = person.login == "always" or (person.login == "later" and nth > 0)
        return own
