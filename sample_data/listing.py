"""The barcode suggestion: one attempt to list one item, under one variant."""

from dataclasses import dataclass
from math import exp
from typing import Literal

from sample_data.designs import Arm, design_id
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.reading import Reading
from sample_data.trace import Trace
from sample_data.truths import Truths

Inclination = Literal["wrong", "organic", "ui", "popup", "none"]


@dataclass(frozen=True, slots=True)
class Sellers:
    """How sellers behave in a world; the same for every variant."""

    truths: Truths
    reading: Reading
    dice: Dice

    def draw(self) -> float:
        """A seller's lasting taste, from which an attempt's inclination follows."""
        return self.dice.unit()

    def item(self, trace: Trace, arm: Arm, taste: float, exposure: tuple[str, str] | None) -> None:
        """Note an attempt with a book, disc or game, or something the model takes for one.

        Args:
            trace: where the events go.
            arm: what the variant does.
            taste: the seller's lasting taste in [0, 1).
            exposure: experiment and variant to log at the decision point; None when logged before or lost.
        """
        dice, shown = self.dice, arm.display_s is not None
        inclined = self._inclination(arm, taste)
        answered = self._camera(trace, label="media")
        if exposure is not None:
            trace.note(answered, "experiment_exposed", experiment=exposure[0], variant=exposure[1])
        tapped_at = None
        now = answered + 0.02
        if shown:
            now, tapped_at = self._popup(trace, arm, answered + dice.between(0.004, 0.012), inclined)
        barcode = inclined == "organic" or (inclined == "ui" and arm.ui_tactic)
        if tapped_at is not None:
            barcode = dice.chance(self.truths.listing.scanned_after_tap)
        done = self._finish(trace, now, barcode=barcode)
        if shown and dice.chance(self.truths.model.verified):
            true_label = "other" if inclined == "wrong" else "media"
            trace.note(
                done + dice.between(2, 30),
                "label_confirmed",
                inference_id=f"f-{trace.token}",
                true_label=true_label,
            )

    def other_item(self, trace: Trace) -> None:
        """Note an attempt with an item that the model takes for nothing it knows: no suggestion."""
        self._finish(trace, self._camera(trace, label="other"), barcode=False)

    def _inclination(self, arm: Arm, taste: float) -> Inclination:
        """What this attempt is up to: the model was wrong, or the seller inclines to one way of listing."""
        dice, listing, right = self.dice, self.truths.listing, self.truths.model.precision
        if not dice.chance(right):
            return "wrong"
        drawn = taste if dice.chance(self.truths.popup.lasting_taste) else dice.unit()
        shares: dict[Inclination, float] = {
            "organic": listing.organic,
            "ui": listing.ui_tactic,
            "popup": self.reading.interest[arm.copy],
        }
        for name, share in shares.items():
            if drawn * right < share:
                return name
            drawn -= share / right
        return "none"

    def _camera(self, trace: Trace, *, label: str) -> float:
        """From the start to the model's answer; returns the seconds at which it came."""
        dice, person, model = self.dice, trace.person, self.truths.model
        opened = dice.early((1.0, 8.0))
        photo = opened + dice.early((1.0, 15.0))
        latency: float | str = self._latency(person, cold=(cold := dice.chance(model.cold)))
        trace.note(0, "listing_started")
        trace.note(opened, "camera_opened", flow="barcode")
        trace.note(photo, "photo_taken")
        answered = photo + float(latency) / 1000 + 0.004
        if dice.chance(self.truths.log.bad_values):
            latency = "timeout"
        trace.note(
            answered,
            "inference_completed",
            inference_id=f"f-{trace.token}",
            model="media-mobilenet-v3",
            model_version="3.1",
            conversion=person.conversion,
            delegate=person.phone.delegate,
            latency_ms=latency,
            cold=cold,
            label=label,
            score=round(1 - 0.45 * dice.unit() ** 3, 2),
        )
        return answered

    def _latency(self, person: Person, *, cold: bool) -> float:
        model = self.truths.model
        median = person.phone.uint8_ms if person.conversion == "uint8" else person.phone.float32_ms
        value = median * exp(model.spread * self.dice.normal())
        return round(value * (model.cold_times if cold else 1), 1)

    def _popup(
        self, trace: Trace, arm: Arm, shown: float, inclined: Inclination
    ) -> tuple[float, float | None]:
        """Show the suggestion and note how it ended; returns when, and when it was tapped."""
        dice, reading, limit = self.dice, self.reading, arm.display_s or 0.0
        impression = f"i-{trace.token}"
        trace.note(
            shown,
            "suggestion_shown",
            impression_id=impression,
            inference_id=f"f-{trace.token}",
            display_ms=round(limit * 1000),
            copy_id=arm.copy,
            design_id=design_id(arm.copy),
        )
        reader = reading.readers["slow" if trace.person.slow else "quick"]
        ends = {
            "suggestion_tapped": reader.quantile(dice.unit()) if inclined == "popup" else limit + 1,
            "suggestion_dismissed": reading.dismiss.quantile(dice.unit()),
            "suggestion_left": reading.leave.quantile(dice.unit()),
            "suggestion_expired": limit,
        }
        ending = min(ends, key=lambda name: ends[name])
        elapsed = min(round(ends[ending], 3), limit - 0.001) if ending != "suggestion_expired" else limit
        if not dice.chance(self.truths.popup.ending_missing):
            known = {"elapsed_ms": round(elapsed * 1000)} if trace.person.has_elapsed else {}
            trace.note(shown + elapsed, ending, impression_id=impression, **known)
        return shown + elapsed, shown + elapsed if ending == "suggestion_tapped" else None

    def _finish(self, trace: Trace, now: float, *, barcode: bool) -> float:
        """Complete the listing by barcode, by hand or not at all; returns the last second."""
        dice = self.dice
        if barcode:
            scanned = now + dice.early((2.0, 20.0))
            done = scanned + dice.early((15.0, 180.0))
            trace.note(scanned, "barcode_scanned")
            trace.note(done, "listing_completed", method="barcode")
            return done
        done = now + dice.early((60.0, 900.0))
        if dice.chance(self.truths.listing.manual):
            trace.note(done, "listing_completed", method="manual")
        return done
