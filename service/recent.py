"""Dials as this process has just left them: the next hop of one need not look at what is known already."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from models.contact import Known
from models.conversation import Row

LASTS = timedelta(minutes=1)
MOST = 2000

Named = tuple[str, str]  # gateway and session key


@dataclass(frozen=True, slots=True)
class Left:
    """whose: the phone's pseudonym; known: since known_at, and perhaps not any more; row: as it lies in the database,
    what was said sealed; length: of all the text that has been heard."""

    whose: bytes
    known: Known
    known_at: datetime
    row: Row
    length: int


class Recent:
    """Of one process. Nothing of it may be taken for true: a step is kept only where the dial still stands as it was
    left, and whoever asks for the database finds it all as it was remembered, or begins anew."""

    def __init__(self) -> None:
        self._left: OrderedDict[Named, Left] = OrderedDict()
        self._lock = Lock()

    def leave(self, named: Named, left: Left, now: datetime) -> None:
        with self._lock:
            self._left[named] = left
            oldest = next(iter(self._left))
            if len(self._left) > MOST or now - self._left[oldest].known_at > LASTS:
                del self._left[oldest]

    def take(self, named: Named, whose: bytes, length: int, now: datetime) -> Left | None:
        """What is to be left again after the next step; length: of the text that comes now. A hop that says nothing
        new is shown what stands, so it must be looked up, and so must a phone that nobody has looked up for long."""
        with self._lock:
            left = self._left.pop(named, None)
        fits = left and left.whose == whose and left.length < length and timedelta() <= now - left.known_at < LASTS
        return left if fits else None
