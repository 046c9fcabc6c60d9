"""The sell-check by photo and the hover-scan: one attempt to learn what an item sells for."""

from dataclasses import dataclass

from sample_data.dice import Dice
from sample_data.trace import Trace
from sample_data.truths import SellCheck

_TELEMETRY_SHARE = 0.04
_PRICE_STEP = 100


@dataclass(frozen=True, slots=True)
class Checkers:
    """How people look up prices in a world."""

    truths: SellCheck
    dice: Dice

    def photo(self, trace: Trace) -> None:
        """Note one sell-check by photo; people drop out at every step, most of them before the photo."""
        law, dice = self.truths.photo, self.dice
        trace.note(0, "camera_opened", flow="sell-check")
        if not dice.chance(law.photo_taken):
            return
        now = dice.early(law.photo_s)
        trace.note(now, "photo_taken")
        if not dice.chance(law.objects_detected):
            return
        now += dice.early(law.detect_s)
        trace.note(now, "objects_detected")
        if not dice.chance(law.object_tapped):
            return
        now += dice.early(law.tap_s)
        trace.note(now, "object_tapped")
        if dice.chance(law.result_shown):
            searched = dice.early(law.search_s)
            self._result(trace, now + searched, searched)
            self._sell(trace, now + searched, law.sell_started)

    def hover(self, trace: Trace) -> None:
        """Note one hover-scan: an object comes into focus, its price appears, another may follow."""
        law, dice = self.truths.hover, self.dice
        trace.note(0, "camera_opened", flow="hover")
        focused = dice.early(law.focus_s)
        end = dice.between(3.0, 9.0)
        if dice.chance(law.object_focused):
            trace.note(focused, "object_focused")
            end = self._search(trace, focused + 0.02, law.result_shown)
            if end > focused + 0.02:
                if dice.chance(law.object_switched):
                    end += dice.between(0.5, 4.0)
                    trace.note(end, "object_switched")
                    end = self._search(trace, end + 0.02, law.result_shown)
                self._sell(trace, end, law.sell_started)
        if dice.chance(_TELEMETRY_SHARE):
            self._frames(trace, end)

    def _search(self, trace: Trace, asked: float, found: float) -> float:
        """Send a feature vector, show the price it brings; returns when that came, else when asked."""
        dice = self.dice
        trace.note(asked, "search_requested", payload_bytes=dice.whole(20, 33) * 128)
        if not dice.chance(found):
            return asked
        searched = dice.early(self.truths.hover.search_s)
        self._result(trace, asked + searched, searched)
        return asked + searched

    def _result(self, trace: Trace, at: float, searched: float) -> None:
        low = _PRICE_STEP * self.dice.whole(3, 60)
        high = low + _PRICE_STEP * self.dice.whole(1, 20)
        trace.note(at, "result_shown", latency_ms=round(searched * 1000), price_low=low, price_high=high)

    def _sell(self, trace: Trace, now: float, share: float) -> None:
        if self.dice.chance(share):
            trace.note(now + self.dice.early((2.0, 90.0)), "sell_started")

    def _frames(self, trace: Trace, end: float) -> None:
        """One line a second of what the camera pipeline did: 30 frames come, late ones are dropped."""
        for second in range(1, int(end) + 1):
            dropped = self.dice.whole(4, 14)
            nodes = {"detect": {"p50_ms": self.dice.whole(24, 40), "p95_ms": self.dice.whole(41, 70)}}
            trace.note(
                second, "frames_summary", frames_in=30, frames_out=30 - dropped, dropped=dropped, nodes=nodes
            )
        trace.events.sort(key=lambda noted: noted.ms)
