"""What is held about one phone, counted and dated: for whoever asks what that is."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.consent import Consent
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message

MOST = 1000  # reports of one phone that are listed


def of_contact(db: Session, contact_id: int) -> dict[str, Any]:
    contact = db.get_one(Contact, contact_id)
    consents = db.scalars(select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.at))
    return {
        "language": contact.language,
        "known_since": contact.created_at.isoformat(),
        "messages": _count(db, Message, contact_id),
        "conversations": _count(db, Conversation, contact_id),
        "consents": [
            {"scope": each.scope, "wording": each.version, "language": each.language, "at": each.at.isoformat()}
            for each in consents
            if each.scope == "operations"
        ],
    }


def _count(db: Session, table: type[Message] | type[Conversation], contact_id: int) -> int:
    return db.scalar(select(func.count()).select_from(table).where(table.contact_id == contact_id)) or 0
