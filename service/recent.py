"""Dials as this process has just left them: the next hop of one need not look at what is known already."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from models.contact import Known
from models.conversation import Row, length

LASTS = timedelta(minutes=1)
MOST = 2000

Named = tuple[str, str]  # gateway and session key


@dataclass(frozen=True, slots=True)
class Left:
    """whose: the phone's pseudonym; known: since known_at, and perhaps not any more; row: as it lay in the database,
    what was said sealed; None while a hop goes on from it."""

    whose: bytes
    known: Known
    known_at: datetime
    row: Row | None

    def leads_to(self, history: str) -> bool:
        """Whether that text, all of it so far, is one answer more. With none more the hop is shown what stands, so it
        must be looked up; where it is several, another process has heard one of them."""
        if self.row is None:
            return False
        fresh = history[length(self.row) :]
        return bool(fresh) and "*" not in fresh[1:]


class Recent:
    """Of one process. Nothing of it may be taken for true: a step is kept only where the dial still stands as it was
    left, and whoever asks for the database finds it all as it was remembered, or begins anew."""

    def __init__(self) -> None:
        self._left: OrderedDict[Named, Left] = OrderedDict()
        self._lock = Lock()

    def leave(self, named: Named, left: Left | None, now: datetime) -> None:
        """None: nothing that is known of it will do for its next hop."""
        with self._lock:
            self._left.pop(named, None)
            if left is None:
                return
            self._left[named] = left
            oldest = next(iter(self._left))
            if len(self._left) > MOST or now - self._left[oldest].known_at > LASTS:
                del self._left[oldest]

    def take(self, named: Named, whose: bytes, now: datetime) -> Left | None:
        """Its row goes to one hop only: another that comes meanwhile, the same once more perhaps, has to look."""
        with self._lock:
            left = self._left.get(named)
            if left is None or left.whose != whose or not timedelta() <= now - left.known_at < LASTS:
                return None
            self._left[named] = replace(left, row=None)
            return left
