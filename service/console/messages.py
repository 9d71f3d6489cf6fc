"""What was sent: when, by which gateway, in how many parts, at what cost, and what became of it; never a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from models import message as messages
from models import outlet as outlets
from models.member import Role
from models.message import MessageState
from models.tally import Sum, sums
from service.console.page import Page, render
from service.console.span import SPANS, span
from service.database import reading
from service.parts import Parts

MOST = 200
SENT_AS = tuple(state for state in MessageState if state is not MessageState.RECEIVED)


@dataclass(frozen=True, slots=True)
class Account:
    """What is counted of one gateway; price: by the setting, "" where there is none."""

    gateway: str
    by_state: Sequence[Sum]
    parts: int
    price: str


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("messages", __name__, url_prefix="/messages")

    @page.get("/")
    def show() -> Answer:
        state, days = _state(), span()
        with reading(parts.engine) as db:
            found = messages.newest(db, state, MOST)
            counted = sums(db, parts.now() - timedelta(days=days))
            paused = outlets.paused(db)
        return render(
            parts,
            "messages.html",
            messages=found,
            accounts=_accounts(parts, counted),
            paused=paused,
            states=SENT_AS,
            state=state,
            most=MOST,
            days=days,
            spans=SPANS,
        )

    return page


def _state() -> MessageState | None:
    asked = request.args.get("state", "")
    return MessageState(asked) if asked in set(SENT_AS) else None


def _accounts(parts: Parts, counted: Sequence[Sum]) -> list[Account]:
    accounts = []
    for gateway in sorted({each.gateway for each in counted}):
        mine = [each for each in counted if each.gateway == gateway]
        gone = sum(each.parts for each in mine if each.state in messages.GONE)
        accounts.append(Account(gateway, mine, gone, parts.settings.price(gone)))
    return accounts


PAGE = Page("messages", frozenset({Role.ADMIN}), blueprint)
