"""What a text may have meant: proposed by a reader, checked by the engine like anything keyed in."""

from dataclasses import dataclass

SURE = 0.9  # from here on an answer is taken without asking


@dataclass(frozen=True, slots=True)
class Proposal:
    """value: a choice's name, or the words as typed; confidence: 0 to 1."""

    value: str
    confidence: float = 1.0
