"""What is new in a text that a gateway repeats whole at every hop."""

import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateways.history import Heard, Kind, latest, newest

PRESSED = st.text(alphabet="01*9#é ا", max_size=6)


def mac(text: str) -> bytes:
    return hmac.digest(b"key", text.encode(), "sha256")


def after(last: str, history: str) -> Heard:
    return newest(history, len(last), mac(last), mac)


@pytest.mark.parametrize("history", ["", "1", "1*2", "*"])
def test_without_a_hop_before_everything_is_the_first(history: str) -> None:
    assert newest(history, None, b"", mac) == Heard(Kind.FIRST)


@pytest.mark.parametrize(
    ("last", "history", "heard"),
    [
        pytest.param("", "", Heard(Kind.SAME), id="the first hop again"),
        pytest.param("1*2", "1*2", Heard(Kind.SAME), id="a later hop again"),
        pytest.param("", "1", Heard(Kind.SAID, "1"), id="the first answer"),
        pytest.param("1", "1*1", Heard(Kind.SAID, "1"), id="the same key once more"),
        pytest.param("1*0", "1*0*2", Heard(Kind.SAID, "2"), id="after a step back"),
        pytest.param("1", "1*5*6", Heard(Kind.SAID, "5*6"), id="a typed star inside"),
        pytest.param("1", "1**5", Heard(Kind.SAID, "*5"), id="a typed star in front"),
        pytest.param("", "*5", Heard(Kind.SAID, "*5"), id="a typed star in the first answer"),
        pytest.param("1", "1*", Heard(Kind.SAID, ""), id="an empty answer"),
        pytest.param("1", "1*2*3", Heard(Kind.SAID, "2*3"), id="a hop was lost on the way"),
        pytest.param("1*2", "1", Heard(Kind.REWOUND), id="shorter"),
        pytest.param("1*2", "", Heard(Kind.REWOUND), id="empty again"),
        pytest.param("1*2", "1*3", Heard(Kind.REWOUND), id="as long, but different"),
        pytest.param("1*2", "2*2*3", Heard(Kind.REWOUND), id="longer, but different"),
        pytest.param("1", "12", Heard(Kind.REWOUND), id="another first answer that begins alike"),
    ],
)
def test_new_is_what_follows_the_text_of_the_last_hop(last: str, history: str, heard: Heard) -> None:
    assert after(last, history) == heard


@given(first=PRESSED.filter(bool), more=st.lists(PRESSED, max_size=6))
def test_every_answer_is_heard_once_whatever_is_typed(first: str, more: list[str]) -> None:
    last, history = "", first
    assert after(last, history) == Heard(Kind.SAID, first)
    for typed in more:
        last, history = history, f"{history}*{typed}"
        assert after(last, history) == Heard(Kind.SAID, typed)
        assert after(history, history) == Heard(Kind.SAME)
        assert after(history, last) == Heard(Kind.REWOUND)


@given(last=PRESSED, history=PRESSED)
def test_nothing_is_heard_in_a_text_that_does_not_go_on_from_the_last(last: str, history: str) -> None:
    heard = after(last, history)
    if heard.kind is Kind.SAID:
        assert history in (last + heard.text, f"{last}*{heard.text}")
    else:
        assert (heard.kind is Kind.SAME) == (last == history)


@pytest.mark.parametrize(
    ("said", "dialled", "last", "seconds", "heard"),
    [
        pytest.param("", True, None, 0, Heard(Kind.FIRST), id="the dial"),
        pytest.param("1234", False, None, 0, Heard(Kind.FIRST), id="a session that begins with something else"),
        pytest.param("", True, "", 30, Heard(Kind.SAME), id="the dial again"),
        pytest.param("1", False, "", 0, Heard(Kind.SAID, "1"), id="the first key"),
        pytest.param("1", False, "1", 0.4, Heard(Kind.SAME), id="the same key sooner than anybody reads"),
        pytest.param("1", False, "1", 1, Heard(Kind.SAID, "1"), id="the same key later"),
        pytest.param("2", False, "1", 0.4, Heard(Kind.SAID, "2"), id="another key at once"),
    ],
)
def test_of_the_latest_input_only_what_cannot_be_an_answer_is_a_repetition(
    said: str, dialled: bool, last: str | None, seconds: float, heard: Heard
) -> None:
    seen = (None, b"") if last is None else (len(last), last.encode())
    assert latest(said, dialled, *seen, timedelta(seconds=seconds), str.encode) == heard
