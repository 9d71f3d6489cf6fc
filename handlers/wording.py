"""Which wording somebody has been told or has said yes to: a number that changes when the words do."""

import hashlib
from collections.abc import Mapping
from typing import Any

from flows.language import COMPLETE
from handlers.desk import Desk
from handlers.turn import State, Talk
from models import consent as consents
from models.code import Compartment

WORDINGS = {"told": ("text.who",), "asked": ("consent.ask", "consent.write"), "called": ("callback.ask",)}
NOTED = "consent_wording"  # among the sealed answers


def version(desk: Desk, what: str) -> str:
    """Of all languages together: whoever changes a word in one of them asks everybody again."""
    catalogues = desk.words.catalogues
    words = [text for tag in COMPLETE for key in WORDINGS[what] for text in catalogues[tag].texts[key]]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def said_yes(talk: Talk, state: State) -> dict[str, Any]:
    """The state with what was said yes to, in which language and when."""
    stamp = f"{version(talk.desk, 'asked')} {talk.caller.language} {talk.desk.now.isoformat(timespec='seconds')}"
    return {**state, "consent": stamp}


def noted(state: State) -> Mapping[str, str]:
    """The same, as it is sealed with the report: a table of consents would say who has told something guarded."""
    return {NOTED: str(state["consent"])} if "consent" in state else {}


def tell(talk: Talk) -> None:
    """Who reads what has just been told in full to this phone."""
    consents.give(
        talk.desk.db,
        talk.caller.contact_id,
        Compartment.OPERATIONS,
        version(talk.desk, "told"),
        talk.caller.language,
        talk.desk.now,
    )


def has_changed(talk: Talk) -> bool:
    """Whether this phone knows another wording than today's; a new phone learns where to find today's."""
    known = consents.versions(talk.desk.db, talk.caller.contact_id, Compartment.OPERATIONS)
    if version(talk.desk, "told") in known:
        return False
    tell(talk)
    return bool(known)
