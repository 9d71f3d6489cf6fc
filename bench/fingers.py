"""What may be typed at a screen: mostly what it offers, sometimes what fits elsewhere, sometimes nonsense."""

import random
import re

OFFERED = re.compile(r"(?:^|(?<= ))(\d{1,2})(?= \S)", re.MULTILINE)
CHOICE = re.compile(r"^(\d{1,2}) \S", re.MULTILINE)
NAVIGATION = ("0", "9")

ELSEWHERE = (
    *("12", "15", "21", "31", "34", "41", "51", "61", "71", "81", "86", "88", "89"),
    *("0", "1", "2", "14", "250", "999999", "00", "98", "0203", "3112", "1234", "4821"),
    *("Gogui", "Kobenni", "Nioro", "Troungoumbe", "كوبني", "123456", "100017"),
)
NONSENSE = (
    *("", " ", "*", "#", "**", "*1", "1*", "#1#", "1#2", "\0", "1\0", "\n", "\u200e1", "\u202e2"),
    *("abc", "é", "œuvre", "ߞߊߙߊ", "😀", "👍🏽 1", "١", "٢٣", "۴", "１", "²", "½", "-1", "1.5", "1e9", "+223", "'; --"),
    *("{reference}", "${code}", "%s", "<b>", "9" * 40, "x" * 161, "م" * 81, "😀" * 60, "mot " * 200),
)
TEXTS = ("RAS", "AIDE", "QUI", "12#1 Gogui", "SUIVI 123456", "ACK", "LANG AR", "bonjour", "١٢#١")


def press(chance: random.Random, screen: str) -> str:
    """One input for this screen."""
    offered = offered_by(screen)
    luck = chance.random()
    if offered and luck < 0.8:
        return chance.choice(offered)
    return chance.choice(ELSEWHERE if luck < 0.92 else NONSENSE)


def offered_by(screen: str) -> list[str]:
    return OFFERED.findall(screen)


def choices_of(screen: str) -> list[str]:
    """The choices that stand on a screen, back and more aside; a complaint may name one of them."""
    return sorted({*CHOICE.findall(screen)} - {*NAVIGATION})


def texted(chance: random.Random) -> str:
    """One SMS."""
    return chance.choice((*TEXTS, *NONSENSE, *ELSEWHERE))
