"""How two spellings of a word are found to be the same: case, accents, letter variants and digits aside."""

import re
import unicodedata

# Letters that no decomposition reduces.
_LATIN = {
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "ɛ": "e",
    "ɔ": "o",
    "ɲ": "ny",
    "ŋ": "ng",
    "ɓ": "b",
    "ɗ": "d",
    "ƴ": "y",
}
# ؤ and ئ lose their hamza by decomposition, and so do أ إ آ; a bare hamza is as often left out as written.
_ARABIC = {"ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ے": "ي", "ء": "", "ـ": "", "گ": "ك", "ڭ": "ك"}
# Apostrophes vanish, since N'Beiket, N Beiket and NBeiket are one place and l'eau is written "leau" in haste;
# hyphens become spaces, since Nioro-du-Sahel is three words and people write it with spaces.
_APOSTROPHES = dict.fromkeys("'’‘ʼʾʿ`´′", "")
_HYPHENS = dict.fromkeys("-–—‑−‐_/", " ")
_PUNCTUATION = dict.fromkeys('.,;:!?"()[]«»“”…،؛؟', " ")
_DIGITS = {chr(start + value): str(value) for start in (0x0660, 0x06F0) for value in range(10)}

_FOLDED = str.maketrans({**_LATIN, **_ARABIC, **_APOSTROPHES, **_HYPHENS, **_PUNCTUATION, **_DIGITS})
_ASCII_DIGITS = str.maketrans(_DIGITS)
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # zero width, bidi, soft hyphen
_UNSEEN = re.compile(f"[{_MARKS}{_INVISIBLE}]")


def fold(text: str) -> str:
    """The text as it is compared with names, labels and words; never shown to anybody."""
    if text.isascii():
        return " ".join(text.lower().translate(_FOLDED).split())
    # Apostrophes first: NFKD would make a space of ´, and so two words of one.
    plain = unicodedata.normalize("NFKD", text.translate(_FOLDED)).casefold()
    return " ".join(_UNSEEN.sub("", plain).translate(_FOLDED).split())


def digits(text: str) -> str:
    """The text with all digits written 0-9 and without characters that nobody sees; else unchanged."""
    return text if text.isascii() else re.sub(f"[{_INVISIBLE}]", "", text).translate(_ASCII_DIGITS)
