"""Nothing leads from an anonymous report to its teller any more: texts, replies and links go, the report stays."""

from handlers.desk import Desk
from models import contact as contacts
from models import ticket as tickets
from models import traces
from models.ticket import Ticket


def wipe(desk: Desk, report_id: int) -> None:
    """Any number of times. What is still to be sent, the code perhaps, is waited for, a day at most."""
    contact_id = _contact_of(tickets.find(desk.db, report_id))
    if contact_id is not None:
        contacts.hold(desk.db, contact_id)
    ticket = tickets.lock(desk.db, report_id)
    if ticket is None or ticket.wiped_at is not None or ticket.contact_id is None:
        return
    if traces.is_waiting(desk.db, ticket.contact_id, ticket.begun_at) and not tickets.is_late(ticket, desk.now):
        return
    traces.wipe_messages(desk.db, ticket.contact_id, ticket.begun_at)
    _forget(desk, ticket, ticket.contact_id)


def _contact_of(ticket: Ticket | None) -> int | None:
    return ticket.contact_id if ticket else None


def _forget(desk: Desk, ticket: Ticket, contact_id: int) -> None:
    conversation_id, begun = ticket.conversation_id, ticket.begun_at
    ticket.wiped_at, ticket.contact_id, ticket.conversation_id = desk.now, None, None
    desk.db.flush()
    if conversation_id is not None:
        traces.wipe_conversation(desk.db, ticket.report_id, conversation_id, begun)
    if ticket.vault_until is None:
        traces.drop_contact(desk.db, contact_id, begun)


def empty_vault(desk: Desk, report_id: int) -> None:
    """The 72 hours are over: whom to answer is forgotten, and what was answered."""
    contact_id = tickets.sealed_contact(desk.db, desk.keys, report_id)
    if contact_id is not None:
        contacts.hold(desk.db, contact_id)
    ticket = tickets.lock(desk.db, report_id)
    if ticket is None or ticket.vault_until is None or ticket.vault_until > desk.now:
        return
    ticket.vault_enc = ticket.vault_until = None
    desk.db.flush()
    traces.wipe_answers(desk.db, report_id, contact_id)
    if contact_id is not None and ticket.wiped_at is not None:
        traces.drop_contact(desk.db, contact_id, ticket.begun_at)
