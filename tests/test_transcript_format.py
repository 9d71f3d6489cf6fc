"""The format of transcripts: what can be written down, and what is refused with its line."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.form import Channel
from service.blanks import Blanks, Unfilled
from service.transcript import BadTranscript, Fate, Mark, parse, pause, screen, written

HEADERS = "title: A test\nphone: +22370000011\nchannel: ussd\n"
WHOLE = """\
title: An officer, then a villager
phone: +22370000011
channel: ussd
now: 2026-03-02T21:30Z

# The first screen is French.
> *384*1234#
< Karakoro
  1 Signaler

  2 Suivre
> 1
< END Merci. Ref {ref}
= report {ref} operations S4 12 ML1101
= sms +22370000022 !!S4 Attaque
  ACK {ref}

phone: +22222000033
channel: sms
@ +5m
>
< Bonjour
! breaks off
"""
A_REFERENCE, ANOTHER = "572468", "123459"


def test_what_was_parsed_is_written_again_as_it_was() -> None:
    assert written(parse(WHOLE, "a.txt").entries) == WHOLE


def test_what_was_written_is_parsed_again_as_it_was() -> None:
    entries = parse(WHOLE.replace("> 1", ">1   ").replace("phone:", "phone:  "), "a.txt").entries
    assert parse(written(entries), "a.txt").entries == entries


def test_a_transcript_is_steps_of_phones_with_what_must_come_of_them() -> None:
    transcript = parse(WHOLE, "a.txt")
    dial, one, wait, nothing, fate = transcript.steps
    assert transcript.header("title") == "An officer, then a villager"
    assert transcript.begins == datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
    assert dial.expected[0].text == "Karakoro\n1 Signaler\n\n2 Suivre"
    assert (one.action.line, one.phone, one.channel) == (12, "+22370000011", Channel.USSD)
    assert [entry.text for entry in one.expects(Mark.KEEPS)] == [
        "report {ref} operations S4 12 ML1101",
        "sms +22370000022 !!S4 Attaque\nACK {ref}",
    ]
    assert (wait.action.mark, wait.phone, wait.channel) == (Mark.WAITS, "+22222000033", Channel.SMS)
    assert nothing.action.text == ""
    assert (fate.action.mark, fate.action.text) == (Mark.BEFALLS, Fate.BREAKS_OFF)


def test_a_setting_is_named_as_in_the_environment() -> None:
    assert parse("setting: direct_dial yes\n" + HEADERS, "a.txt").settings == {"DIRECT_DIAL": "yes"}


def test_without_a_time_a_conversation_begins_on_a_monday_morning() -> None:
    assert parse(HEADERS, "a.txt").begins.strftime("%A %H:%M") == "Monday 09:00"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        pytest.param("phone: +22370000011\n> 1\n", "a.txt:2: phone: and channel:", id="no channel"),
        pytest.param("tittle: A\n", "a.txt:1: there is no header tittle:", id="misspelt header"),
        pytest.param("channel: fax\n", "a.txt:1: expected ussd or sms", id="unknown channel"),
        pytest.param("phone: 70000011\n", "a.txt:1: expected a number", id="phone without country"),
        pytest.param("now: 2026-03-02T09:00\n", "a.txt:1: expected a time", id="time without zone"),
        pytest.param("now: tomorrow\n", "a.txt:1: expected a time", id="no time"),
        pytest.param("title:\n", "a.txt:1: title: is empty", id="empty title"),
        pytest.param("title: A\ntitle: B\n", "a.txt:2: title: stands once", id="two titles"),
        pytest.param(HEADERS + "> 1\nnow: 2026-03-02T09:00Z\n", "a.txt:5: now: stands once", id="late now"),
        pytest.param(
            "setting: hook_token x\n", "a.txt:1: expected one of direct_dial", id="not a setting to play with"
        ),
        pytest.param("setting: direct_dial perhaps\n", "a.txt:1: expected one of", id="no value of that setting"),
        pytest.param(HEADERS + "> 1\nsetting: direct_dial yes\n", "a.txt:5: setting: stands", id="late setting"),
        pytest.param(HEADERS + "< Hello\n", "a.txt:4: nobody has said", id="shown before anything was said"),
        pytest.param(HEADERS + "= report\n", "a.txt:4: nobody has said", id="kept before anything was said"),
        pytest.param(HEADERS + "  more\n", "a.txt:4: an indented line", id="nothing to go on with"),
        pytest.param(HEADERS + "@ +5m\n  more\n", "a.txt:5: an indented line", id="a pause has one line"),
        pytest.param(HEADERS + "@ 5m\n", "a.txt:4: expected a pause", id="pause without plus"),
        pytest.param(HEADERS + "! explodes\n", "a.txt:4: expected one of: hangs up,", id="what befalls no dial"),
        pytest.param(HEADERS + "% exercise\n", "a.txt:4: expected exercise, how long", id="no exercise"),
        pytest.param(HEADERS + "% exercise +4h\n", "a.txt:4: expected exercise, how", id="an exercise of nobody"),
        pytest.param(HEADERS + "% drill +4h +22370000011\n", "a.txt:4: expected exercise, how", id="another order"),
        pytest.param(HEADERS + "@ +5w\n", "a.txt:4: expected a pause", id="unknown unit"),
        pytest.param(HEADERS + "Hello\n", "a.txt:4: expected a header or one of", id="no mark"),
        pytest.param(HEADERS + "\tmore\n", "a.txt:4: expected a header or one of", id="tab"),
    ],
)
def test_what_is_not_a_transcript_is_refused_with_its_line(body: str, refusal: str) -> None:
    with pytest.raises(BadTranscript) as refused:
        parse(body, "a.txt")
    assert str(refused.value).startswith(refusal)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("+30s", timedelta(seconds=30)),
        ("+5m", timedelta(minutes=5)),
        ("+2h", timedelta(hours=2)),
        ("+1d", timedelta(days=1)),
    ],
)
def test_a_pause_has_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert pause(text) == length


def test_a_last_screen_is_marked() -> None:
    assert (screen("Merci", True), screen("Merci", False)) == ("END Merci", "Merci")


def test_a_blank_is_filled_at_first_sight_and_stays_the_same() -> None:
    blanks = Blanks()
    assert blanks.agree("Ref {ref}, suivi {ref}", f"Ref {A_REFERENCE}, suivi {A_REFERENCE}")
    assert blanks.fill("suivi {ref}") == f"suivi {A_REFERENCE}"
    assert not blanks.agree("Ref {ref}", f"Ref {ANOTHER}")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        pytest.param("Ref {ref}", "Ref 572465", id="wrong check digit"),
        pytest.param("Ref {ref}", "Ref 57246", id="too short"),
        pytest.param("{ref} {ref}", f"{A_REFERENCE} {ANOTHER}", id="one blank, two references"),
        pytest.param("{ref} {ref2}", f"{A_REFERENCE} {A_REFERENCE}", id="two blanks, one reference"),
        pytest.param("Ref {ref}.", f"Ref {A_REFERENCE}!", id="other text"),
    ],
)
def test_a_blank_takes_nothing_but_its_own_reference(expected: str, got: str) -> None:
    assert not Blanks().agree(expected, got)


def test_a_blank_that_nothing_has_filled_cannot_be_said() -> None:
    with pytest.raises(Unfilled, match="ref2"):
        Blanks().fill("suivi {ref2}")


def test_known_references_leave_blanks_and_other_numbers_stay() -> None:
    blanks, known = Blanks(), {A_REFERENCE, ANOTHER}
    assert blanks.leave(f"{A_REFERENCE} ou 572464 ou {ANOTHER}", known) == "{ref} ou 572464 ou {ref2}"
    assert blanks.leave(f"ACK {ANOTHER} +2237{A_REFERENCE}", known) == f"ACK {{ref2}} +2237{A_REFERENCE}"
