"""What has become of a report: asked by its reference, answered without its content."""

from flows.folding import digits
from handlers.reading_room import OWN, Sight
from handlers.turn import Position, State, Talk, Turn
from models import incident as incidents
from models import report as reports


def show(talk: Talk, state: State) -> Turn:
    return Turn(talk.say("follow.ask"), Position("follow"))


def hear(talk: Talk, state: State, said: str) -> Turn:
    return Turn(answer(talk, digits(said).strip()))


def answer(talk: Talk, reference: str) -> str:
    """Only the phone that filed a report hears of it, and never of one in a guarded compartment: to
    everybody else the reference does not exist."""
    found = reports.by_reference(talk.desk.db, reference)
    mine = found is not None and found.contact_id == talk.caller.contact_id
    if found is None or not mine or OWN[found.compartment] < Sight.REFERENCE:
        return talk.say("follow.unknown", reference=reference[:8])
    return talk.say(f"follow.{incidents.progress(talk.desk.db, found)}", reference=found.reference)
