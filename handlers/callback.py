"""Call me back: the sender agrees that one member sees the number, and hears which one before agreeing."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from handlers.anonymity import is_anonymous
from handlers.consent import yes_or_no
from handlers.menu import Item, hear_choice, show_page
from handlers.outbox import write
from handlers.turn import Deliver, Position, State, Talk, Turn
from handlers.wording import version
from models import audit
from models import consent as consents
from models import member as members
from models import message as messages
from models import route as routes
from models.code import GUARDED, Compartment
from models.member import Recipient, Role
from models.phone import country

SCOPE = "callback"
PAUSE = timedelta(hours=1)
GRAVEST = 4
COORDINATORS: tuple[Role, ...] = (Role.COORDINATOR,)
ASKED = "callback"  # in a state: whom, and where the phone stood before


def ask(talk: Talk, at: Position | None) -> Turn:
    """What was being told meanwhile waits. What is told in confidence, and may not be written to, is not called
    either: whoever answers would know."""
    roles = COORDINATORS
    guarded = at is not None and (_compartment(talk, at) in GUARDED or is_anonymous(at.state))
    if at is not None and guarded:
        if not at.state.get("write"):
            return Turn(talk.say_with_help("callback.guarded"), at)
        roles = tuple(rule.role for rule in routes.matching(talk.desk.db, _compartment(talk, at), GRAVEST))
    chosen = _choose(talk, roles)
    if chosen is None:
        return Turn(talk.say_with_help("callback.nobody"), at)
    if _asked_lately(talk):
        return Turn(talk.say("callback.already"), at)
    member, area = chosen
    asked = {"member": member.member_id, "role": roles[0], "area": "" if guarded else area}
    before = {"handler": at.handler} if at else {}
    state = {**(at.state if at else {}), ASKED: {**asked, **before}}
    return Turn(at=Position("callback", state), onward=True)


def _compartment(talk: Talk, at: Position | None) -> Compartment:
    """Of what is being told there."""
    answers = at.state.get("progress", {}).get("answers", {}) if at else {}
    drafted = at.state.get("draft", {}).get("compartment") if at else None
    told = talk.desk.codes.compartment(answers.get("code", ""))
    return told or (Compartment(drafted) if drafted else Compartment.OPERATIONS)


def _choose(talk: Talk, roles: Sequence[Role]) -> tuple[Recipient, str] | None:
    """The nearest one who can be told, who speaks the sender's language if there is a choice, and the area."""
    for areas in _widening(talk):
        found = members.holding(talk.desk.db, roles, areas, talk.desk.now)
        if found:
            strange = [each.language != talk.caller.language for each in found]
            nearest = min(zip((each.level for each in found), strange, range(len(found)), strict=True))
            return found[nearest[2]], areas[0]
    return None


def _widening(talk: Talk) -> Iterator[list[str]]:
    """The post, else where the phone reported from last, its region, its country; else the country of its number."""
    seat = talk.caller.seat
    row = talk.desk.atlas.resolve((seat.post if seat else "") or talk.caller.last)
    if row is not None:
        yield from ([area] for area in (row.district, row.region, row.country) if area)
    else:
        home = country(talk.caller.phone)
        yield from ([area] for area in talk.desk.atlas.gazetteer.countries if area == home)


def _asked_lately(talk: Talk) -> bool:
    slots = [_purpose(talk, hour) for hour in (_hour(talk) - 1, _hour(talk))]
    return messages.was_written(talk.desk.db, slots, talk.desk.now - PAUSE)


def _hour(talk: Talk) -> int:
    return int(talk.desk.now.timestamp() // PAUSE.total_seconds())


def _purpose(talk: Talk, hour: int) -> str:
    return f"rappel:{talk.caller.contact_id}:{hour}"


def _who(talk: Talk, state: State) -> str:
    asked = state[ASKED]
    area = talk.desk.atlas.name(asked["area"], talk.caller.language)
    return " ".join(filter(None, [talk.say(f"role.{asked['role']}"), area]))


def _menu(talk: Talk, state: State) -> tuple[str, list[Item]]:
    items = [
        Item(key, talk.say(word), Position("called", {**state, "said": key == "1"}))
        for key, word in (("1", "consent.yes"), ("2", "consent.no"))
    ]
    return talk.say("callback.ask", who=_who(talk, state)), items


def show(talk: Talk, state: State) -> Turn:
    title, items = _menu(talk, state)
    return show_page(talk, Position("callback", state), title, items, back=False)


def hear(talk: Talk, state: State, said: str) -> Turn:
    title, items = _menu(talk, state)
    return hear_choice(talk, Position("callback", state), title, items, yes_or_no(talk, said) or said)


def show_called(talk: Talk, state: State) -> Turn:
    """One SMS with the number, to one phone; who was shown it stands in the audit."""
    at = beneath(Position("callback", state))
    if not state["said"]:
        return Turn(talk.say("callback.not_shown"), at)
    desk, asked = talk.desk, state[ASKED]
    found = members.recipients(desk.db, [int(asked["member"])], desk.now)
    if not found:
        return Turn(talk.say_with_help("callback.nobody"), at)
    member, caller = found[0], talk.caller
    consents.give(desk.db, caller.contact_id, SCOPE, version(desk, "called"), caller.language, desk.now)
    audit.record(desk.db, member.member_id, "number_shown", _shown(talk, state), "RAPPEL", desk.now)
    place = desk.atlas.name(asked["area"], member.language)
    number = f"{caller.phone} ({place})" if place else caller.phone
    text = desk.say("sms.callback", member.language, number=number)
    message_id = write(desk, member.contact_ids[0], text, _purpose(talk, _hour(talk)))
    if message_id is None:
        return Turn(talk.say("callback.already"), at, durable=True)
    done = talk.say("callback.done", who=_who(talk, state))
    return Turn(done, at, durable=True, effects=(Deliver((message_id,)),))


def _shown(talk: Talk, state: State) -> int:
    """Whose number: the phone's, or, where it tells something in confidence, only the report's."""
    draft = state.get("draft", {}).get("id")
    return draft if draft and state[ASKED]["role"] not in COORDINATORS else talk.caller.contact_id


def beneath(at: Position | None) -> Position | None:
    """Where the phone stood when it asked to be called."""
    if at is None or ASKED not in at.state:
        return at
    handler = at.state[ASKED].get("handler", "")
    ours = (ASKED, "said", "page", "tries")
    state: dict[str, Any] = {key: value for key, value in at.state.items() if key not in ours}
    return Position(handler, state) if handler else None
