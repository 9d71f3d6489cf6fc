"""An SMS to the service in every shape in which Africa's Talking brings one."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Texted:
    """text: bytes for what is no UTF-8; spaced_date: `2026-01-31 08:00:00` instead of `2026-01-31T08:00:00Z`;
    without: the fields that are not there; bare_plus: the + of the number is not escaped, and arrives as a space."""

    sender: str
    text: str | bytes
    to: str = "21512"
    provider_id: str = field(default_factory=lambda: secrets.token_hex(16))
    spaced_date: bool = False
    without: frozenset[str] = frozenset()
    bare_plus: bool = False

    def body(self, network: str) -> bytes:
        """As it goes over the wire; the same each time, so that a second delivery is one."""
        fields: dict[str, str | bytes] = {
            "id": self.provider_id,
            "from": self.sender,
            "to": self.to,
            "text": self.text,
            "date": f"{datetime.now(UTC):{'%Y-%m-%d %H:%M:%S' if self.spaced_date else '%Y-%m-%dT%H:%M:%SZ'}}",
            "linkId": secrets.token_hex(10),
            "cost": "USD 0.0000",
            "networkCode": network,
        }
        kept = {name: value for name, value in fields.items() if name not in self.without}
        body = urlencode(kept)
        return (body.replace("from=%2B", "from=+") if self.bare_plus else body).encode()
