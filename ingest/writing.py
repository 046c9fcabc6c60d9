"""One writer at a time, and a count that tells readers whether anybody wrote meanwhile."""

import threading


class Writing:
    """The store's writing lock, to be held with `with` around every change of the index; the holder may nest it."""

    def __init__(self) -> None:
        """Nobody writes yet."""
        self._lock = threading.RLock()
        self._depth = 0
        self._turn = 0

    def turn(self) -> int | None:
        """Return a number that stays the same as long as nobody writes; None while somebody does."""
        turn = self._turn
        return None if turn % 2 else turn

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1
        if self._depth == 1:
            self._turn += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._turn += 1
        self._lock.release()
