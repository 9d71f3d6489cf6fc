"""One turn of a conversation: what is said, where the next input goes, and what must follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.form import Channel
from flows.world import World
from handlers.caller import Caller
from handlers.desk import Desk
from handlers.proof import Proof
from models.incident import Hand

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """A report is on disk and wants its readers."""

    report_id: int


@dataclass(frozen=True, slots=True)
class Deliver:
    """Messages are on disk and want sending."""

    message_ids: tuple[int, ...]


Effect = Route | Deliver


@dataclass(frozen=True, slots=True)
class Position:
    """Where a conversation stands: the handler whose turn it is, and that handler's state as JSON."""

    handler: str
    state: State = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """text: what the phone shows; at: where the next input goes (None = over); onward: show `at` now instead
    of `text`; said: hand this to `at` as if it had just been typed; opened: reports opened in this turn;
    durable: the phone is promised something, so the commit must reach the disk first;
    farewell: said even to a phone that wants to hear nothing more.
    """

    text: str = ""
    at: Position | None = None
    onward: bool = False
    said: str | None = None
    opened: int = 0
    durable: bool = False
    farewell: bool = False
    language: str | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def is_filed(self) -> bool:
        """Whether a report is on disk by this turn, and nothing more is asked about it."""
        return self.at is None and any(isinstance(effect, Route) for effect in self.effects)

    def after(self, earlier: "Turn") -> "Turn":
        """This turn, with what the turn before it in the same hop has already brought about."""
        return replace(
            self,
            opened=self.opened + earlier.opened,
            durable=self.durable or earlier.durable,
            language=self.language or earlier.language,
            effects=earlier.effects + self.effects,
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """Who is speaking, on what; conversation_id and acts (reports opened in it so far) make acts idempotent;
    proofs: PINs that this very hop has brought."""

    desk: Desk
    caller: Caller
    channel: Channel
    conversation_id: int
    acts: int
    proofs: tuple[Proof, ...] = ()

    def hand(self, via: str = "") -> Hand:
        """Who does what this hop or SMS does; via: another word for it than the channel's."""
        member_id = self.caller.seat.member_id if self.caller.seat else None
        return Hand(member_id, via or self.channel.value, self.caller.contact_id)

    @property
    def world(self) -> World:
        return self.desk.world(self.caller.language, self.channel)

    def say(self, key: str, **values: object) -> str:
        return self.desk.say(key, self.caller.language, **values)

    def say_with_help(self, key: str, **values: object) -> str:
        return self.desk.say_with_help(key, self.caller.language, **values)


def show(handler: str, state: State | None = None) -> Turn:
    """Let that handler speak now."""
    return Turn(at=Position(handler, state or {}), onward=True)
