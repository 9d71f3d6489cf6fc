"""What has become of a report: asked by its reference, answered without its content."""

from flows.folding import digits
from handlers.anonymity import CODED
from handlers.exercising import about
from handlers.reading_room import OWN, Sight
from handlers.turn import Position, State, Talk, Turn
from models import incident as incidents
from models import report as reports
from models import ticket as tickets
from models.reference import is_reference
from models.ticket import Answer


def show(talk: Talk, state: State) -> Turn:
    return Turn(talk.say("follow.ask"), Position("follow"))


def hear(talk: Talk, state: State, said: str) -> Turn:
    return asked(talk, digits(said).strip())


def asked(talk: Talk, said: str) -> Turn:
    """By reference, or by reference and the code of an anonymous report."""
    coded = CODED.fullmatch(said)
    if coded is None or not is_reference(coded[1]):
        return Turn(answer(talk, said))
    return Turn(_by_code(talk, coded[1], coded[2]), durable=True)  # hanging up undoes no wrong try


def _by_code(talk: Talk, reference: str, code: str) -> str:
    found = reports.by_reference(talk.desk.db, reference)
    said = tickets.ask(talk.desk.db, talk.desk.keys, found.id, code) if found else Answer.WRONG
    if found is None or said is not Answer.RIGHT:
        return talk.say("anonymous.locked" if said is Answer.LOCKED else "anonymous.wrong")
    return about(talk, found, talk.say(f"follow.{incidents.progress(talk.desk.db, found)}", reference=found.reference))


def answer(talk: Talk, reference: str) -> str:
    """Only the phone that filed a report hears of it, and never of one in a guarded compartment: to
    everybody else the reference does not exist."""
    found = reports.by_reference(talk.desk.db, reference)
    mine = found is not None and found.contact_id == talk.caller.contact_id
    if found is None or not mine or OWN[found.compartment] < Sight.REFERENCE:
        return talk.say("follow.unknown", reference=reference[:8])
    return about(talk, found, talk.say(f"follow.{incidents.progress(talk.desk.db, found)}", reference=found.reference))
