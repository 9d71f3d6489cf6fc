"""How a text costs on the phone network: GSM-7 or UCS-2, how many septets, and how it is cut into parts."""

import re
import unicodedata

# 3GPP TS 23.038, default alphabet (0x00-0x7F without the escape at 0x1B) and its extension table.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"  # two septets each

SINGLE_SEPTETS, PART_SEPTETS = 160, 153
SINGLE_UNITS, PART_UNITS = 70, 67  # UTF-16 code units

_ALPHABET = frozenset(BASIC + EXTENDED)
_FOLDED = {
    "œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "°": "o", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    "ɛ": "e", "Ɛ": "E", "ɔ": "o", "Ɔ": "O", "ɲ": "ny", "Ɲ": "NY", "ŋ": "ng", "Ŋ": "NG",
    "ɓ": "b", "Ɓ": "B", "ɗ": "d", "Ɗ": "D", "ƴ": "y", "Ƴ": "Y", "\t": " ",
}  # fmt: skip


def septets(text: str) -> int | None:
    """Septets that the text takes, or None where it is not GSM-7 (a bare escape is not)."""
    if not _ALPHABET.issuperset(text):
        return None
    return len(text) + sum(map(text.count, EXTENDED))


def encoding(text: str) -> str:
    """The alphabet that carries the text, "GSM-7" or "UCS-2"; ValueError for a lone surrogate."""
    if septets(text) is not None:
        return "GSM-7"
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValueError("a lone surrogate cannot be sent")
    return "UCS-2"


def parts(text: str) -> tuple[str, ...]:
    """The text cut into SMS parts as networks count: 160 septets, else 153 a part; 70 UTF-16 units, else 67.

    Neither an extension pair nor a surrogate pair is ever split; ValueError for a lone surrogate.
    """
    if encoding(text) == "GSM-7":
        return _cut(text, [1 + (character in EXTENDED) for character in text], SINGLE_SEPTETS, PART_SEPTETS)
    return _cut(text, [1 + (character > "\uffff") for character in text], SINGLE_UNITS, PART_UNITS)


def _cut(text: str, costs: list[int], single: int, part: int) -> tuple[str, ...]:
    if sum(costs) <= single:
        return (text,)
    cut: list[str] = []
    start = used = 0
    for index, cost in enumerate(costs):
        if used + cost > part:
            cut.append(text[start:index])
            start, used = index, 0
        used += cost
    return (*cut, text[start:])


def apart(text: str) -> tuple[str, ...]:
    """The text as single SMS, each of which can be read alone: cut between words, and inside one only where it is
    longer than an SMS. For gateways behind which nobody joins the parts again."""
    texts: list[str] = []
    line = ""
    for piece in re.findall(r"\s+|\S+", text):
        if len(parts(line + piece)) == 1:
            line += piece
            continue
        *whole, line = _singles(piece.lstrip()) if not line.strip() else (line, *_singles(piece.lstrip()))
        texts += whole
    return tuple(each for each in (*map(str.rstrip, texts), line.rstrip()) if each) or ("",)


def _singles(word: str) -> tuple[str, ...]:
    """A word that may be longer than an SMS."""
    if len(parts(word)) == 1:
        return (word,)
    gsm7 = septets(word) is not None
    costs = [1 + (character in EXTENDED if gsm7 else character > "\uffff") for character in word]
    room = SINGLE_SEPTETS if gsm7 else SINGLE_UNITS
    return _cut(word, costs, 0, room)


def fold(text: str) -> str:
    """The text in GSM-7 letters where there are any; what has none, e.g. Arabic, stays as it is."""
    if septets(text) is not None:
        return text
    # Composed first: é as two code points is GSM-7 once it is one.
    return "".join(map(_fold_character, unicodedata.normalize("NFC", text)))


def _fold_character(character: str) -> str:
    if character in _ALPHABET:
        return character
    if character in _FOLDED:
        return _FOLDED[character]
    base = unicodedata.normalize("NFD", character)
    bare = "".join(part for part in base if not unicodedata.combining(part))
    return bare if bare and septets(bare) is not None else character


def fit(text: str) -> str:
    """The text folded where that saves a part, else as it is."""
    folded = fold(text)
    return folded if len(parts(folded)) < len(parts(text)) else text
