"""Being forgotten: EFFACER, or a choice on the screen, and a second yes. The person goes, what was told stays."""

from handlers.desk import Desk
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from models import contact as contacts
from models import erasure as erasures
from models import traces

HOME = Position("home")


def _title(talk: Talk) -> str:
    return talk.say("erase.ask_member" if talk.caller.seat else "erase.ask")


def _items(talk: Talk) -> list[Item]:
    return [
        Item("1", talk.say("erase.yes"), Position("erased", {"said": True})),
        Item("2", talk.say("consent.no"), Position("erased", {"said": False})),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("erase", state), _title(talk), _items(talk), back=False)


def hear(talk: Talk, state: State, said: str) -> Turn:
    return hear_choice(talk, Position("erase", state), _title(talk), _items(talk), said)


def show_erased(talk: Talk, state: State) -> Turn:
    """On yes, what was told is nobody's from this moment; a member stays on the roster."""
    if not state["said"]:
        return Turn(talk.say("erase.not"))
    erasures.ask(talk.desk.db, talk.caller.contact_id, talk.channel.value, talk.desk.now)
    return Turn(talk.say("erase.done_member" if talk.caller.seat else "erase.done"), durable=True, farewell=True)


def erase(desk: Desk, contact_id: int) -> None:
    """What is left to do ten minutes later. An answer that has not left yet is waited for, a day at most."""
    contacts.hold(desk.db, contact_id)
    asked_at = erasures.asked_at(desk.db, contact_id)
    if asked_at is None:
        return
    if traces.is_unsent(desk.db, contact_id) and asked_at > desk.now - erasures.AT_LAST:
        return
    erasures.unlink(desk.db, contact_id)
    traces.wipe_phone(desk.db, contact_id)
    erasures.done(desk.db, contact_id)
    if not traces.is_member(desk.db, contact_id):
        traces.forget_contact(desk.db, contact_id, desk.now)
