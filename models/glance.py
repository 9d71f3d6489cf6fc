"""What a hop must know of its phone and its dial before anything else, in one statement."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.contact import Contact, Known, known
from models.conversation import CELLS, NAMED, TABLE, Conversation, Dial, Row, as_dial
from models.keys import Keyring
from models.prepared import Bare, Prepared, bare

WHO = known()
BOTH = WHO.add_columns(*CELLS).join(TABLE, TABLE.c.contact_id == Contact.id).where(*NAMED)
GLANCE, HOLD = Prepared(BOTH), Prepared(BOTH.with_for_update(of=(Contact, Conversation)))
SPLIT = len(WHO.selected_columns)
ITSELF = select(Contact.language, Contact.last_place_id, *CELLS).join(TABLE, TABLE.c.contact_id == Contact.id)
PEEK = Prepared(ITSELF.where(Contact.id == bindparam("whose"), *NAMED))

Seen = tuple[Known, Dial]


def glance(at: Bare, keys: Keyring, named: tuple[str, str], phone: str, now: datetime) -> Seen | None:
    """Locks nothing. named: gateway and session key. None where that phone has no such conversation: it has just been
    dialled, or it is another phone's."""
    return _seen(GLANCE, at, keys, named, phone, now)


def peek(at: Bare, named: tuple[str, str], known: Known) -> tuple[Known, Row] | None:
    """Of a phone that has been looked at a moment ago: what its dial may have changed since, wherever it was heard."""
    gateway, session_key = named
    row = PEEK.first(at, {"at": gateway, "key": session_key, "whose": known.id})
    return (replace(known, language=row[0], last_place_id=row[1]), row[2:]) if row else None


def hold(db: Session, keys: Keyring, named: tuple[str, str], phone: str, now: datetime) -> Seen | None:
    """The same, with the contact locked and then the conversation: as both are when they are."""
    return _seen(HOLD, bare(db), keys, named, phone, now)


def _seen(
    statement: Prepared, at: Bare, keys: Keyring, named: tuple[str, str], phone: str, now: datetime
) -> Seen | None:
    gateway, session_key = named
    row = statement.first(at, {"at": gateway, "key": session_key, "whose": keys.pseudonym(phone), "now": now})
    return (Known(*row[:SPLIT]), as_dial(keys, row[SPLIT:])) if row else None
