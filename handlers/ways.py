"""Which gateway a phone is reached by: the longest beginning of its number decides."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ways:
    """by_prefix: the beginning of an E.164 number, with its plus, → the name of a gateway; "" stands for all others."""

    by_prefix: Mapping[str, str]

    def to(self, phone: str) -> str:
        return self.by_prefix[max(filter(phone.startswith, self.by_prefix), key=len)]

    @property
    def gateways(self) -> tuple[str, ...]:
        """Each once, in the order in which they were named."""
        return tuple(dict.fromkeys(self.by_prefix.values()))
