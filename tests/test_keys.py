"""What is sealed for one reader and one row opens for nobody else, and a keyring's errors tell no key."""

import base64
import re

import pytest

from models.keys import CannotOpen, Keyring, KeyringError, Purpose

PHONE = "+22370000011"
ABOUT = "report_body/123/answers"


@pytest.fixture
def text() -> str:
    return Keyring.generate()


@pytest.fixture
def keys(text: str) -> Keyring:
    return Keyring.parse(text)


def key_line(purpose: str, key_id: int, byte: bytes = b"k") -> str:
    return f"{purpose} {key_id} {base64.b64encode(byte * 32).decode()}\n"


def flipped(sealed: bytes, at: int) -> bytes:
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]


def test_what_was_sealed_opens_again(keys: Keyring) -> None:
    sealed = keys.seal(Purpose.OPERATIONS, "À Gogui, quatre hommes".encode(), ABOUT)
    assert keys.open(Purpose.OPERATIONS, sealed, ABOUT).decode() == "À Gogui, quatre hommes"
    assert b"Gogui" not in sealed


def test_answers_in_any_script_come_back_as_they_were(keys: Keyring) -> None:
    answers = {"place_other": "قوقي", "count": "4", "note": 'a "quoted" line\nand another'}
    sealed = keys.seal_json(Purpose.PROTECTION, answers, ABOUT)
    assert keys.open_json(Purpose.PROTECTION, sealed, ABOUT) == answers


def test_the_same_text_is_never_sealed_to_the_same_bytes(keys: Keyring) -> None:
    assert len({keys.seal(Purpose.MESSAGES, b"RAS", "message/1/body") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("purpose", "about"),
    [
        (Purpose.OPERATIONS, ABOUT),
        (Purpose.PSEA, "report_body/124/answers"),
        (Purpose.PSEA, "message/123/body"),
        (Purpose.PSEA, ""),
    ],
    ids=["another compartment", "another row", "another table", "no row"],
)
def test_what_is_sealed_for_one_row_is_closed_to(keys: Keyring, purpose: Purpose, about: str) -> None:
    sealed = keys.seal(Purpose.PSEA, b"what happened", ABOUT)
    with pytest.raises(CannotOpen):
        keys.open(purpose, sealed, about)


@pytest.mark.parametrize("at", [1, 13, -1], ids=["in the nonce", "in the text", "in the tag"])
def test_one_changed_bit_is_noticed(keys: Keyring, at: int) -> None:
    sealed = keys.seal(Purpose.PSEA, b"what happened", ABOUT)
    with pytest.raises(CannotOpen):
        keys.open(Purpose.PSEA, flipped(sealed, at % len(sealed)), ABOUT)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 12, b"\x01" * 20], ids=["0", "1", "12", "20 bytes"])
def test_a_fragment_does_not_open(keys: Keyring, sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        keys.open(Purpose.PSEA, sealed, ABOUT)


def test_another_installations_keys_open_nothing(keys: Keyring) -> None:
    sealed = keys.seal(Purpose.MEMBERS, b"Agent", "member/1/name")
    with pytest.raises(CannotOpen):
        Keyring.parse(Keyring.generate()).open(Purpose.MEMBERS, sealed, "member/1/name")


def test_a_new_key_seals_and_the_old_one_still_opens(text: str) -> None:
    before = Keyring.parse(text)
    after = Keyring.parse(key_line("psea", 2) + text)
    old = before.seal(Purpose.PSEA, b"before", ABOUT)
    new = after.seal(Purpose.PSEA, b"after", ABOUT)
    assert (old[0], new[0]) == (1, 2)
    assert (after.open(Purpose.PSEA, old, ABOUT), after.open(Purpose.PSEA, new, ABOUT)) == (b"before", b"after")
    with pytest.raises(CannotOpen, match="no such key for psea"):
        before.open(Purpose.PSEA, new, ABOUT)


def test_a_phone_keeps_its_pseudonym_when_keys_rotate(text: str) -> None:
    after = Keyring.parse(key_line("pseudonym", 2) + key_line("suppression", 2) + text)
    before = Keyring.parse(text)
    assert (after.pseudonym(PHONE), after.suppression(PHONE)) == (before.pseudonym(PHONE), before.suppression(PHONE))


def test_a_pseudonym_is_32_bytes_and_joins_no_other_list(keys: Keyring) -> None:
    names = {keys.pseudonym(PHONE), keys.suppression(PHONE), keys.mac(Purpose.AUDIT, PHONE.encode())}
    assert {len(name) for name in names} == {32}
    assert len(names) == 3
    assert keys.pseudonym(PHONE) == keys.pseudonym(PHONE) != keys.pseudonym("+22370000012")


def test_a_keyring_may_have_comments_and_empty_lines(text: str) -> None:
    assert Keyring.parse(f"# kept in the safe\n\n{text}\n").keys == Keyring.parse(text).keys


def test_neither_a_keyring_nor_its_log_line_shows_a_key(text: str) -> None:
    keys = Keyring.parse(text)
    secrets = [line.split()[2] for line in text.splitlines()]
    shown = f"{keys!r} {keys}"
    assert not any(secret in shown for secret in secrets)
    assert not any(repr(key)[2:-1] in shown for held in keys.keys.values() for key in held.values())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("psea 1", "line 1: expected a purpose"),
        ("numbres 1 c2VjcmV0", "line 1: expected a purpose"),
        ("psea 0 c2VjcmV0", "line 1: expected a purpose"),
        ("psea 256 c2VjcmV0", "line 1: expected a purpose"),
        ("psea one c2VjcmV0", "line 1: expected a purpose"),
        ("psea 1 c2VjcmV0", "line 1: expected 32 bytes"),
        ("psea 1 s*e*c*r*e*t", "line 1: expected 32 bytes"),
        (key_line("psea", 1).strip(), "line .*: key id 1 of psea is there twice"),
    ],
    ids=["no key", "misspelt", "id 0", "id 256", "id a word", "too short", "no base64", "an id twice"],
)
def test_a_wrong_line_is_named_without_its_key(text: str, wrong: str, message: str) -> None:
    with pytest.raises(KeyringError, match=message) as caught:
        Keyring.parse(f"{wrong}\n{text}")
    assert wrong.rsplit(maxsplit=1)[-1] not in str(caught.value) or len(wrong.split()) < 3


def test_missing_purposes_are_named(text: str) -> None:
    without = re.sub(r"^(psea|audit) .*\n", "", text, flags=re.MULTILINE)
    with pytest.raises(KeyringError, match=r"^no key for audit, psea$"):
        Keyring.parse(without)
