"""What a text costs is told before it is sent, as the network would count it."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import smsutil
from fixtures_service import VILLAGER, Post
from hypothesis import given
from hypothesis import strategies as st
from test_commands import run

from flows.sms_cost import Dear, cost
from service.simulator.script import Outcome
from service.simulator.server import Simulator

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x1b"), max_size=400)


@given(texts)
def test_parts_and_room_are_those_of_an_independent_counter(text: str) -> None:
    told = cost(text)
    oracle = smsutil.split(told.sent)
    assert len(told.parts) == max(1, len(oracle.parts))
    assert 0 <= told.used <= told.room
    assert told.saved >= 0


@pytest.mark.parametrize(
    ("text", "alphabet", "parts", "left", "dear"),
    [
        pytest.param("a" * 160, "GSM-7", 1, 0, (), id="full"),
        pytest.param("a" * 161, "GSM-7", 2, 145, (), id="one too many"),
        pytest.param("prix: 5€ [x]", "GSM-7", 1, 145, (Dear("€", 1, 2, False), Dear("[", 1, 2, False),
                     Dear("]", 1, 2, False)), id="two places each"),
        pytest.param("Reçu", "UCS-2", 1, 66, (Dear("ç", 1, 1, True),), id="one letter spoils it, and nothing is saved"),
        pytest.param("سلام 😀", "UCS-2", 1, 63, (Dear("س", 1, 1, True), Dear("ل", 1, 1, True), Dear("ا", 1, 1, True),
                     Dear("م", 1, 1, True), Dear("😀", 1, 2, True)), id="Arabic and a pair"),
    ],
)  # fmt: skip
def test_the_dear_characters_are_named(text: str, alphabet: str, parts: int, left: int, dear: tuple[Dear, ...]) -> None:
    told = cost(text)
    assert (told.alphabet, len(told.parts), told.room - told.used, told.dear) == (alphabet, parts, left, dear)


def test_letters_are_folded_only_where_that_saves_a_part() -> None:
    folded = cost("ç" + "a" * 100)
    assert (folded.sent[0], folded.saved, folded.alphabet) == ("c", 1, "GSM-7")
    assert cost("ç" + "a" * 60).sent[0] == "ç"


def test_half_a_character_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        cost("\ud83d")


def test_the_command_tells_parts_price_and_why(post: Post) -> None:
    post.parts = replace(post.parts, settings=replace(post.parts.settings, part_price=(Decimal("15.5"), "XOF")))
    told = run(post, "sms", "preview", "Prix 5€ " + "a" * 160)
    assert told.exit_code == 0
    first, *lines = told.output.splitlines()
    assert first == "2 parts of GSM-7, 137 left in the last, 31.0 XOF"
    assert lines[0].startswith("1/2 Prix 5€ aaa")
    assert lines[-1] == "€ x1: 2 places each"
    assert run(post, "sms", "preview", "Reçu").output.splitlines()[-1] == (
        "ç x1: 1 place each; not in GSM-7, so every part holds less than half"
    )
    assert run(post, "sms", "preview", "--apart", "a" * 155 + " dernier mot").output.splitlines()[1:] == [
        "1/2 " + "a" * 155,
        "2/2 dernier mot",
    ]


def test_what_became_of_each_sms_is_listed_without_its_text_or_its_phone(post: Post, simulator: Simulator) -> None:
    simulator.network.script(Outcome(http=429, retry_after="30"))
    post.sms(VILLAGER, "AIDE")
    post.work()
    post.watch.move(seconds=31)
    post.ask("sweep")
    post.work()
    told = run(post, "sms", "list", "--state", "accepted")
    [row] = [json.loads(line) for line in told.output.splitlines()]
    assert (row["tries"], row["state"], row["gateway"], row["cost"]) == (2, "accepted", "africastalking", "USD 0.0079")
    assert VILLAGER[1:] not in told.output
    assert run(post, "sms", "list", "--state", "failed").output == ""
