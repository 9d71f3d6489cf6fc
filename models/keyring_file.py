"""Changing the keyring's text: a new key first opens and only later seals, so that no process meets one it lacks."""

import base64
import secrets
from collections.abc import Collection, Sequence

from models.keys import KEY_BYTES, Keyring, KeyringError, Purpose

# Their HMACs must stay the same for ever: another key, and nobody is known any more, nor what was sealed.
LASTING = frozenset({Purpose.PSEUDONYM, Purpose.SUPPRESSION, Purpose.AUDIT})
HIGHEST = 255


def prepared(keys: Keyring, purpose: Purpose) -> int | None:
    """The key that has been added and does not seal yet."""
    newest = max(keys.keys[purpose])
    return None if newest == keys.seals_with(purpose) else newest


def prepare(text: str, purposes: Collection[Purpose]) -> str:
    """With a new key for each of these purposes, which only opens so far. Raises KeyringError."""
    keys = Keyring.parse(text)
    for purpose in purposes:
        if purpose in LASTING:
            raise KeyringError(f"the key for {purpose} cannot be changed: what is known by it would be lost")
        if prepared(keys, purpose) is not None:
            raise KeyringError(f"key {prepared(keys, purpose)} of {purpose} is there and does not seal yet")
    added = [_line(purpose, max(keys.keys[purpose]) + 1) for purpose in purposes]
    return text.rstrip("\n") + "\n" + "".join(f"{line}\n" for line in added)


def _line(purpose: Purpose, key_id: int) -> str:
    if key_id > HIGHEST:
        raise KeyringError(f"{purpose} has had {HIGHEST} keys")
    return f"{purpose} {key_id} {base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def promote(text: str, purposes: Collection[Purpose]) -> str:
    """With the newest key of each of these purposes in front: it seals from now on. Raises KeyringError."""
    keys = Keyring.parse(text)
    lines = text.splitlines()
    for purpose in purposes:
        newest = prepared(keys, purpose)
        if newest is None:
            raise KeyringError(f"{purpose} has no new key to seal with")
        line = next(each for each in lines if _names(each, purpose, newest))
        first = next(number for number, each in enumerate(lines) if each.split()[:1] == [purpose.value])
        lines.remove(line)
        lines.insert(first, line)
    return _written(lines)


def remove(text: str, purpose: Purpose, key_id: int) -> str:
    """Without an old key, under which nothing may be left. Raises KeyringError."""
    keys = Keyring.parse(text)
    if purpose in LASTING or keys.seals_with(purpose) == key_id:
        raise KeyringError(f"key {key_id} of {purpose} is in use")
    if key_id not in keys.keys[purpose]:
        raise KeyringError(f"there is no key {key_id} of {purpose}")
    return _written([line for line in text.splitlines() if not _names(line, purpose, key_id)])


def _names(line: str, purpose: Purpose, key_id: int) -> bool:
    return line.split()[:2] == [purpose.value, str(key_id)]


def _written(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
