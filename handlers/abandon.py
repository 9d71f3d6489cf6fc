"""Nobody goes on with what was begun: it is kept, its teller hears how to finish it, its readers what is known."""

from datetime import datetime

from flows.language import DEFAULT
from handlers import leaving, routing
from handlers.desk import Desk
from handlers.exercising import worded
from handlers.outbox import write
from handlers.turn import Deliver, Position
from models import contact as contacts
from models import exercise as exercises
from models import member as members
from models import unfinished
from models.report import Facts
from models.unfinished import Unfinished


def abandon(desk: Desk, conversation_id: int) -> tuple[Deliver, ...]:
    """The end of a dial, told once, twice or never, and the sweep all lead here: the outcome is the same.

    A phone that is dialling is asked first whether it goes on.
    """
    contact_id = unfinished.holder(desk.db, conversation_id)
    if contact_id is None:
        return ()
    contacts.hold(desk.db, contact_id)
    left = unfinished.find(desk.db, desk.keys, conversation_id)
    if left is None or unfinished.is_dialling(desk.db, contact_id, conversation_id, desk.now):
        return ()
    facts = leaving.keep(desk, Position(left.handler, left.state))
    if facts is None or not leaving.may_resume(desk, left):
        unfinished.let_go(desk.db, left.id)
    else:
        unfinished.mark_abandoned(desk.db, left.id, desk.now)
        _invite(desk, left)
    return routing.forewarn(desk, left.draft_id) if facts and _is_telling(desk, facts) else ()


def _invite(desk: Desk, left: Unfinished) -> None:
    member = members.of_contact(desk.db, left.contact_id, desk.now)
    if not leaving.window(desk.policy, left.channel, member=member is not None):
        return
    chosen = contacts.language(desk.db, left.contact_id)
    language = chosen or (member.language if member else DEFAULT)
    code = desk.policy.service_code
    text = desk.say("resume.invite", language, reference=left.state["draft"]["reference"], code=code)
    if member is not None and exercises.of_member(desk.db, member.id, desk.now) is not None:
        text = worded(desk, text, language)
    write(desk, left.contact_id, text, f"invite:{left.draft_id}", not_before=_later(desk))


def _later(desk: Desk) -> datetime:
    """An SMS in the seconds after a dial would pop up over its last screen."""
    return desk.now + desk.policy.receipt_pause


def _is_telling(desk: Desk, facts: Facts) -> bool:
    """Whether somebody could act on it: what it is, and where or by whom."""
    placed = bool(facts.area or facts.answers.get("place_other"))
    return bool(facts.answers.get("code")) and (
        placed or members.of_contact(desk.db, facts.contact_id, desk.now) is not None
    )
