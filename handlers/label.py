"""A choice whose label is put together from what was reported: cut so that it stands on any screen."""

from handlers.turn import Talk

BESIDE = 24  # characters that the digit, back and more may take in any language
SHORTEST = 8


def label(talk: Talk, *words: str) -> str:
    """The words that are there, in order; the last ones go first."""
    most = max(talk.desk.policy.limits.ucs2 - BESIDE, SHORTEST)
    return " ".join(word for word in words if word)[:most].rstrip()
