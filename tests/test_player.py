"""The player, on a stage where everything that happens is made up."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from flows.form import Channel
from service.player import Happened, NobodyAsked, play, record
from service.transcript import BadTranscript, Drill, Fate, parse, written

REFERENCE = "572468"
WRITTEN = """\
title: A dial
phone: +22370000011
channel: ussd

> *384*1234#
< Quoi ?
  1 Signaler
# The note stays where it is.
> 1
< END Ref {ref}
= report {ref} operations S4 12 ML1101
= sms +22370000022 Ref {ref}

phone: +22370000022
channel: sms
@ +15m
< Ref {ref}
> suivi {ref}
< Ref {ref} : recue.
"""


@dataclass
class MadeUpStage:
    """Gives one answer after the other, and remembers what was asked of it."""

    answers: list[Happened]
    asked: list[str] = field(default_factory=list)

    def say(self, phone: str, channel: Channel, text: str) -> Happened:
        return self._next(f"{phone} {channel} {text}")

    def befall(self, phone: str, channel: Channel, fate: Fate) -> Happened:
        return self._next(f"{phone} {channel} {fate.value}")

    def wait(self, phone: str, channel: Channel, length: timedelta) -> Happened:
        return self._next(f"{phone} {channel} {length}")

    def order(self, phone: str, channel: Channel, order: Drill) -> Happened:
        return self._next(f"exercise of {', '.join(order.members)} for {order.length}")

    def references(self) -> set[str]:
        return {REFERENCE}

    def _next(self, asked: str) -> Happened:
        if not self.answers:
            raise NobodyAsked("there is no dial open")
        self.asked.append(asked)
        return self.answers.pop(0)


def as_written(**changed: Happened) -> MadeUpStage:
    """changed: `third=…` replaces the third answer by another."""
    kept = [f"report {REFERENCE} operations S4 12 ML1101", f"sms +22370000022 Ref {REFERENCE}"]
    answers = {
        "first": Happened(["Quoi ? \n1 Signaler"], []),
        "second": Happened([f"END Ref {REFERENCE}"], kept),
        "third": Happened([f"Ref {REFERENCE}"], []),
        "fourth": Happened([f"Ref {REFERENCE} : recue."], []),
    }
    return MadeUpStage(list((answers | changed).values()))


def test_what_goes_as_it_is_written_has_no_difference() -> None:
    stage = as_written()
    assert play(parse(WRITTEN, "a.txt"), stage) is None
    assert stage.asked == [
        "+22370000011 ussd *384*1234#",
        "+22370000011 ussd 1",
        "+22370000022 sms 0:15:00",
        f"+22370000022 sms suivi {REFERENCE}",
    ]


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        pytest.param(
            as_written(first=Happened(["Quoi ?\n2 Suivre"], [])),
            "a.txt:6: a difference\n  expected:\n    < Quoi ?\n      1 Signaler\n  got:\n    < Quoi ?\n      2 Suivre",
            id="another screen",
        ),
        pytest.param(
            as_written(third=Happened([], [])),
            f"a.txt:17: a difference\n  expected:\n    < Ref {REFERENCE}\n  got:\n    nothing",
            id="an SMS that does not come",
        ),
        pytest.param(
            as_written(fourth=Happened([f"Ref {REFERENCE} : recue."], ["sms +22370000033 Bonjour"])),
            "a.txt:18: a difference\n  expected:\n    nothing\n  got:\n    = sms +22370000033 Bonjour",
            id="an SMS that nobody wrote down",
        ),
        pytest.param(
            as_written(fourth=Happened(["Ref 123459 : recue."], [])),
            f"a.txt:19: a difference\n  expected:\n    < Ref {REFERENCE} : recue.\n  got:\n    < Ref 123459 : recue.",
            id="another reference",
        ),
    ],
)
def test_the_first_difference_is_told_with_its_place_and_both_sides(stage: MadeUpStage, told: str) -> None:
    assert str(play(parse(WRITTEN, "a.txt"), stage)) == told


def test_a_blank_that_nothing_has_filled_is_told_with_its_place() -> None:
    transcript = parse(WRITTEN.replace("suivi {ref}", "suivi {ref2}"), "a.txt")
    with pytest.raises(BadTranscript, match=r"^a\.txt:18: no reference has been seen for \{ref2\}$"):
        play(transcript, as_written())


def test_an_answer_to_nobody_is_told_with_its_place() -> None:
    with pytest.raises(BadTranscript, match=r"^a\.txt:5: there is no dial open$"):
        play(parse(WRITTEN, "a.txt"), MadeUpStage([]))


def test_what_befalls_a_dial_is_let_happen() -> None:
    stage = MadeUpStage([Happened(["Quoi ?"], []), Happened([], [])])
    transcript = parse("phone: +22370000011\nchannel: ussd\n> *1#\n< Quoi ?\n! hangs up\n", "a.txt")
    assert play(transcript, stage) is None
    assert stage.asked[-1] == "+22370000011 ussd hangs up"


def test_an_exercise_is_begun_and_stopped() -> None:
    stage = MadeUpStage([Happened([], []), Happened([], [])])
    text = "phone: +22370000011\nchannel: sms\n% exercise +4h +22370000001 +22370000011\n% exercise stops\n"
    assert play(parse(text, "a.txt"), stage) is None
    assert stage.asked == ["exercise of +22370000001, +22370000011 for 4:00:00", "exercise of  for 0:00:00"]


def test_a_recording_holds_what_happened_and_keeps_notes_and_headers() -> None:
    only_said = "".join(f"{line}\n" for line in WRITTEN.splitlines() if line[:2] not in ("< ", "= ", "  "))
    assert written(record(parse(only_said, "a.txt"), as_written())) == WRITTEN
