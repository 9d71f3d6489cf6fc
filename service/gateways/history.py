"""What is new in a hop, whether a gateway repeats all that was typed or sends the latest input only; what came
before it is known by its length and its HMAC."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

READING = timedelta(seconds=1)  # nobody reads a screen and answers it in less


class Kind(StrEnum):
    FIRST = "first"  # nothing was heard before
    SAME = "same"  # the very text of last time: the network repeats itself
    SAID = "said"  # something was typed
    REWOUND = "rewound"  # shorter than before, or another text: show the screen again


@dataclass(frozen=True, slots=True)
class Heard:
    """text: what was typed; only where something was SAID."""

    kind: Kind
    text: str = ""


def newest(history: str, last_length: int | None, last_mac: bytes, mac: Callable[[str], bytes]) -> Heard:
    """Compare a history with the last one. last_length None: there was none.

    One `*` is the gateway's own, between the answers; any other was typed, and survives.
    """
    if last_length is None:
        return Heard(Kind.FIRST)
    known, fresh = history[:last_length], history[last_length:]
    if len(known) < last_length or not hmac.compare_digest(mac(known), last_mac):
        return Heard(Kind.REWOUND)
    if not fresh:
        return Heard(Kind.SAME)
    if not known:
        return Heard(Kind.SAID, fresh)
    return Heard(Kind.SAID, fresh[1:]) if fresh.startswith("*") else Heard(Kind.REWOUND)


def latest(
    said: str, dialled: bool, last_length: int | None, last_mac: bytes, since: timedelta, mac: Callable[[str], bytes]
) -> Heard:
    """Of a gateway that sends nothing else. last_length None: it is the first; 0: nothing was typed since the dial.

    A dial that is repeated, and the same key again before its screen can have been read, are the network's doing.
    Later than that the same key was pressed twice, as far as anybody can tell.
    """
    if last_length is None:
        return Heard(Kind.FIRST)
    if dialled and not last_length:
        return Heard(Kind.SAME)
    if last_length and since < READING and hmac.compare_digest(mac(said), last_mac):
        return Heard(Kind.SAME)
    return Heard(Kind.SAID, said)
