"""A PIN that was typed, compared with the one that is kept: slow by design, so with no lock held."""

from dataclasses import dataclass, field

from models import pin as pins


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether what was typed is the PIN with that hash."""

    hashed: str = field(repr=False)
    typed: str = field(repr=False)
    holds: bool


class Unproven(Exception):
    """A PIN is to be compared: give up this transaction, compare, and begin the hop anew with the proof."""

    def __init__(self, hashed: str, typed: str) -> None:
        super().__init__("a PIN is to be compared")
        self._hashed, self._typed = hashed, typed

    def prove(self) -> Proof:
        return Proof(self._hashed, self._typed, pins.matches(self._hashed, self._typed))
