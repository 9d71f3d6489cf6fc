"""The keys: one for each purpose, so that what one reader may open stays closed to the next."""

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class Purpose(StrEnum):
    """What a key is for; the compartments' purposes bear the compartments' names."""

    PSEUDONYM = "pseudonym"
    SUPPRESSION = "suppression"
    NUMBERS = "numbers"
    MEMBERS = "members"
    SESSIONS = "sessions"
    MESSAGES = "messages"
    AUDIT = "audit"
    OPERATIONS = "operations"
    PROTECTION = "protection"
    FEEDBACK = "feedback"
    COMPLAINTS = "complaints"
    PSEA = "psea"
    PRIVACY = "privacy"
    INTAKE = "intake"


class KeyringError(ValueError):
    """The text of a keyring is not as it should be; the message names the line or the purpose, never a key."""


class CannotOpen(Exception):
    """The key is not here, or what was sealed is not what it claims to be."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """purpose → key id (1 to 255) → key; the first id of a purpose is the one that seals now."""

    keys: Mapping[Purpose, Mapping[int, bytes]] = field(repr=False)
    _ciphers: Mapping[Purpose, Mapping[int, AESGCM]] = field(init=False, repr=False, compare=False)
    _macs: Mapping[Purpose, hmac.HMAC] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Made ready once: to set up a key takes longer than to use it."""
        ciphers = {purpose: {n: AESGCM(key) for n, key in keys.items()} for purpose, keys in self.keys.items()}
        macs = {purpose: hmac.new(keys[min(keys)], digestmod="sha256") for purpose, keys in self.keys.items()}
        object.__setattr__(self, "_ciphers", ciphers)
        object.__setattr__(self, "_macs", macs)

    @staticmethod
    def generate() -> str:
        """A new keyring as text: one `purpose id base64` line for each purpose."""
        lines = (f"{purpose} 1 {base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}" for purpose in Purpose)
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `generate` wrote, with further lines for older keys. Raises KeyringError."""
        keys: dict[Purpose, dict[int, bytes]] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                purpose, key_id, key = _line(number, line)
                if key_id in keys.setdefault(purpose, {}):
                    raise KeyringError(f"line {number}: key id {key_id} of {purpose} is there twice")
                keys[purpose][key_id] = key
        missing = [purpose.value for purpose in Purpose if purpose not in keys]
        if missing:
            raise KeyringError(f"no key for {', '.join(missing)}")
        return cls(keys)

    def pseudonym(self, phone: str) -> bytes:
        """The name under which a phone (E.164) is known: 32 bytes that nobody can reverse without the key."""
        return self.mac(Purpose.PSEUDONYM, phone.encode())

    def suppression(self, phone: str) -> bytes:
        """As pseudonym, with another key, so that the two lists cannot be joined."""
        return self.mac(Purpose.SUPPRESSION, phone.encode())

    def mac(self, purpose: Purpose, data: bytes) -> bytes:
        """HMAC-SHA256 with the purpose's oldest key, that of the lowest id: it must stay the same for ever."""
        ready = self._macs[purpose].copy()
        ready.update(data)
        return ready.digest()

    def mark(self, purpose: Purpose, key_id: int, data: bytes) -> bytes:
        """As mac, with one certain key, which is known again by it."""
        return hmac.digest(self.keys[purpose][key_id], data, "sha256")

    def seals_with(self, purpose: Purpose) -> int:
        """The id of the key that seals now."""
        return next(iter(self.keys[purpose]))

    def seal(self, purpose: Purpose, plain: bytes, about: str) -> bytes:
        """AES-256-GCM: key id (1 byte), nonce (12), ciphertext. about: whose it is, such as
        `contact/7/number`; what is sealed for one row cannot be passed off as another's."""
        key_id, cipher = next(iter(self._ciphers[purpose].items()))
        nonce = os.urandom(NONCE_BYTES)
        return bytes([key_id]) + nonce + cipher.encrypt(nonce, plain, _bound(purpose, about))

    def open(self, purpose: Purpose, sealed: bytes, about: str) -> bytes:
        """The plain bytes. Raises CannotOpen."""
        cipher = self._ciphers[purpose].get(sealed[0]) if sealed else None
        if cipher is None:
            raise CannotOpen(f"no such key for {purpose}")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, _bound(purpose, about))
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise CannotOpen(f"not sealed with this key for {purpose}, or not for this row") from None

    def seal_json(self, purpose: Purpose, value: object, about: str) -> bytes:
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal(purpose, plain.encode(), about)

    def open_json(self, purpose: Purpose, sealed: bytes, about: str) -> Any:
        return json.loads(self.open(purpose, sealed, about))


def _bound(purpose: Purpose, about: str) -> bytes:
    return f"{purpose}:{about}".encode()


def _line(number: int, line: str) -> tuple[Purpose, int, bytes]:
    words = line.split()
    if len(words) != 3 or words[0] not in set(Purpose) or not words[1].isdigit() or not 0 < int(words[1]) < 256:
        raise KeyringError(f"line {number}: expected a purpose, a key id from 1 to 255 and a key in base64")
    try:
        key = base64.b64decode(words[2], validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyringError(f"line {number}: expected {KEY_BYTES} bytes in base64")
    return Purpose(words[0]), int(words[1]), key
