"""What a text would cost as SMS, told before it is sent: parts, alphabet, and which of its characters are dear."""

from collections import Counter
from dataclasses import dataclass

from flows.gsm7 import EXTENDED, PART_SEPTETS, PART_UNITS, SINGLE_SEPTETS, SINGLE_UNITS, encoding, fit, parts, septets


@dataclass(frozen=True, slots=True)
class Dear:
    """A character that costs more than one place. units: what each takes of a part; spoils: it is the reason why the
    text needs UCS-2, which holds less than half in a part."""

    character: str
    times: int
    units: int
    spoils: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """sent: the text as it would go out; parts: as the network cuts it; used, room: septets of GSM-7 or units of UCS-2
    in the last part; saved: parts that folding letters saves."""

    sent: str
    alphabet: str
    parts: tuple[str, ...]
    used: int
    room: int
    saved: int
    dear: tuple[Dear, ...]


def cost(text: str) -> Cost:
    """Raises ValueError for what cannot be sent: half a character."""
    sent = fit(text)
    cut, gsm7 = parts(sent), encoding(sent) == "GSM-7"
    one, many = (SINGLE_SEPTETS, PART_SEPTETS) if gsm7 else (SINGLE_UNITS, PART_UNITS)
    return Cost(
        sent=sent,
        alphabet=encoding(sent),
        parts=cut,
        used=sum(_units(character, gsm7) for character in cut[-1]),
        room=one if len(cut) == 1 else many,
        saved=len(parts(text)) - len(cut),
        dear=tuple(_dear(sent, gsm7)),
    )


def _units(character: str, gsm7: bool) -> int:
    return 1 + (character in EXTENDED if gsm7 else character > "\uffff")


def _dear(text: str, gsm7: bool) -> list[Dear]:
    counted = Counter(text)
    found = [Dear(each, times, _units(each, gsm7), septets(each) is None) for each, times in counted.items()]
    return [each for each in found if each.units > 1 or each.spoils]
