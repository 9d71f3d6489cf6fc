"""How firmly a hop holds its phone and its dial: with one look that locks nothing, until something needs more."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from models import contact as contacts
from models import conversation as conversations
from models.contact import Known
from models.conversation import Dial, Row, Said
from models.glance import Seen, glance, hold, peek
from service.database import AtOnce, Unsure, transaction
from service.parts import Parts
from service.recent import Left


class Changed(Exception):
    """Somebody else came first: what was seen no longer stands. Nothing has been written."""


class Grip:
    """known, dial: as they were seen; dial None: there is none yet.

    Most hops do no more than move on. For them a look is enough, since the one statement with which they end writes
    only if the dial still stands as it was seen. Whoever asks for the database gets a transaction in which the contact
    and then the conversation are locked and are what they were. firm: that transaction from the beginning. history: all
    the text so far, where it is known: a dial that this process has just left needs no look then.
    """

    def __init__(
        self, parts: Parts, gateway: str, session_key: str, phone: str, *, firm: bool, history: str = ""
    ) -> None:
        self.phone, self._named = phone, (gateway, session_key)
        self._parts, self._history = parts, history
        self._whose, self._known_at = parts.keys.pseudonym(phone), parts.now()
        self._left: Left | None = None
        self._stack = ExitStack()
        self.at_once = AtOnce(parts.engine)
        self._db: Session | None = None
        self._firm = firm

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.push(self)
            self.known, self.dial = (None if self._firm else self._remembered() or self._look()) or self._begin()
            undo.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.at_once.give_back()
        self._stack.__exit__(kind, error, at)
        left = self._left if kind is None else None
        self._parts.recent.leave(self._named, left, self._parts.now())

    def reach(self) -> Session:
        """The transaction, begun when it is first asked for. Raises Changed and Busy."""
        if self._db is None:
            held = hold(self._transaction(), self._parts.keys, self._named, self.phone, self._parts.now())
            if held != (self.known, self.dial):
                raise Changed
        return self._transaction()

    def begin(self, now: datetime, *, at_once: bool) -> Dial:
        """A new dial; at_once: its row is there before it has said anything, for reports to point at."""
        if not at_once:
            return conversations.unsaid(self.known.id, now)
        self.dial = conversations.begin(self._transaction(), *self._named, self.known.id, "ussd", now)
        return self.dial

    def keep(self, dial: Dial, said: Said, now: datetime, lasts: timedelta, *, same_phone: bool = True) -> None:
        """What this hop has come to; same_phone: and what is known of its phone has not changed by it. Raises Changed
        and Busy."""
        row = self._step(dial, said, now, lasts)
        if row is None:
            raise Changed
        self._left = Left(self._whose, self.known, self._known_at, row) if same_phone and said.handler else None

    def _remembered(self) -> Seen | None:
        """What this process has left and needs to look at again in part only, or not at all."""
        keys, now = self._parts.keys, self._parts.now()
        left = self._parts.recent.take(self._named, self._whose, now)
        if left is not None and not left.leads_to(self._history):
            left = self._peek(left)
        if left is None or left.row is None:
            return None
        self._left, self._known_at = left, left.known_at
        return left.known, conversations.as_dial(keys, left.row)

    def _peek(self, left: Left) -> Left | None:
        try:
            seen = self.at_once.look(lambda bare: peek(bare, self._named, left.known))
        except Unsure:
            return None
        return replace(left, known=seen[0], row=seen[1]) if seen else None

    def _look(self) -> Seen | None:
        keys, now = self._parts.keys, self._parts.now()
        try:
            return self.at_once.look(lambda bare: glance(bare, keys, self._named, self.phone, now))
        except Unsure:
            return None

    def _begin(self) -> tuple[Known, Dial | None]:
        known = contacts.lock(self._transaction(), self._parts.keys, self.phone, self._parts.now())
        return known, conversations.find(self._transaction(), self._parts.keys, *self._named)

    def _transaction(self) -> Session:
        if self._db is None:
            self.at_once.give_back()
            self._db = self._stack.enter_context(transaction(self._parts.engine))
        return self._db

    def _step(self, dial: Dial, said: Said, now: datetime, lasts: timedelta) -> Row | None:
        """Where the driver fails in between, it is found out with the rows locked whether the step was kept."""
        keys = self._parts.keys
        if self.dial is None:
            return conversations.add(self._transaction(), keys, self._named, dial, said, now, lasts)
        if self._db is not None:
            return conversations.save(self._db, keys, dial, said, now, lasts)
        try:
            return self.at_once.change(lambda bare: conversations.advance(bare, keys, dial, said, now, lasts))
        except Unsure:
            return None
