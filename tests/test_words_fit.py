"""No catalogue breaks a screen: what stands on one whole fits it, in every complete language, at its widest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.gsm7 import fit, parts
from flows.language import COMPLETE, Words, chain
from flows.screen import fits
from flows.world import Limits
from handlers.lifecycle import Outcome

WORDS = Words.load(Path(__file__).parent.parent / "locale")
ON_PAGES = "console."  # in a browser, which has room
KEYS = sorted(key for key in WORDS.catalogues["fr"].texts if not key.startswith(ON_PAGES))
NAME, NUMBER = "M" * 20, "+22370000001"
VALUES = {
    "reference": "12345678",
    "organisation": NAME,
    "number": NUMBER,
    "name": NAME,
    "who": NAME,
    "place": NAME,
    "what": NAME,
    "grade": "B",
    "day": "31/12",
    "left": 3,
    "digits": "1234",
    "code": "*384*1234#",
    "hour": "23:59",
    "text": NAME,
    "word": "CLOSE",
    "names": NAME,
    "steps": NAME,
    "time": "59 min",
    "share": 100,
    "since": "31/12/2026 23:59",
    "until": "31/12/2026 23:59",
    "severity": 4,
    "n": 99,
    "days": 30,
    **dict.fromkeys(("new", "open", "verified"), 9999),
}
PAGED = ("text.",)  # read screen by screen
BY_MAIL = ("mail.",)
BY_SMS = ("alert.", "rollup.", "exercise.", "sms.", "posts.sms", "resume.invite", "doctor.test")
BY_SMS += ("language.unknown", "stop.", "intake.kept", "reply.")
WITH_HELP = (
    "filed.report",
    "filed.report_changed",
    "consent.refused",
    "error.unreadable",
    "error.busy",
    "error.failed",
)
PIECES = (
    "nav.",
    "hint.",
    "date.",
    "home.",
    "state.",
    "help.line",
)  # of screens that lay_out or a form's check measures


def said(key: str, tag: str) -> Iterator[str]:
    """The text of a key, as wide as it can become; {state} is each of the states."""
    help_line = WORDS.say("help.line", chain(tag), number=NUMBER)
    states = [WORDS.say(each, chain(tag)) for each in KEYS if each.startswith("state.")]
    came = [WORDS.say(f"outcome.{each}", chain(tag)) for each in Outcome]
    states += [f"{WORDS.say('state.closed', chain(tag))} ({each})" for each in came]
    if len(WORDS.catalogues[tag].texts[key]) > 1:
        yield from (WORDS.count(key, n, chain(tag)) for n in (0, 1, 2, 5, 12, 100))
        return
    for state in states:
        text = WORDS.say(key, chain(tag), state=state, **VALUES)
        yield f"{text} {help_line}" if key in WITH_HELP else text


@pytest.mark.parametrize("tag", COMPLETE)
@pytest.mark.parametrize("key", [key for key in KEYS if not key.startswith((*PAGED, *BY_SMS, *BY_MAIL, *PIECES))])
def test_what_stands_on_a_screen_fits_it_whole(key: str, tag: str) -> None:
    assert [text for text in said(key, tag) if not fits(text, Limits())] == []


@pytest.mark.parametrize("tag", COMPLETE)
@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith(BY_SMS)])
def test_what_is_sent_by_itself_is_at_most_two_parts(key: str, tag: str) -> None:
    assert [text for text in said(key, tag) if len(parts(fit(text))) > 2] == []


@pytest.mark.parametrize("tag", COMPLETE)
def test_how_a_case_ended_is_asked_in_one_sms_or_two_and_in_an_exercise_too(tag: str) -> None:
    keys = ("alert.exercise", "outcome.ask", *(f"outcome.{each}" for each in Outcome), "outcome.how")
    text = "\n".join(f"1 {next(said(key, tag))}" for key in keys)
    assert len(parts(fit(text))) <= (2 if tag == "ar" else 1)


@pytest.mark.parametrize("tag", COMPLETE)
@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith("home.") and "title" not in key])
def test_a_choice_of_home_fits_beside_any_title(key: str, tag: str) -> None:
    """With the way to the next page, which home has for every member."""
    more = WORDS.say("nav.more", chain(tag))
    for title in ("home.title", "home.title_member"):
        lines = [WORDS.say(title, chain(tag), **VALUES), f"1 {WORDS.say(key, chain(tag))}", f"9 {more}"]
        assert fits("\n".join(lines), Limits())


@pytest.mark.parametrize("tag", COMPLETE)
@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith("hint.explain.")])
def test_an_explanation_is_no_screen_of_its_own(key: str, tag: str) -> None:
    assert fits("\n".join([WORDS.say(key, chain(tag)), f"0 {WORDS.say('nav.back', chain(tag))}"]), Limits())
