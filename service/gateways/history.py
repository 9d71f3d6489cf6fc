"""What is new in a text that a gateway repeats whole at every hop, known only by its length and its HMAC."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


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
