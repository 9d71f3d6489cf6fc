"""Who was promised what, by the simulator's own log; and what the service has of it."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models import contact as contacts
from models import reach
from models.alert import Alert
from models.message import Direction, Message, MessageState, open_text
from models.reach import Reach
from models.report import Report
from service.database import reading
from service.parts import Parts

REFERENCE = re.compile(r"\bRef (\d{6,8})\b")
SENT = (MessageState.ACCEPTED, MessageState.DELIVERED)
AGAIN = ":again"


@dataclass
class Log:
    """taken: (phone, text) → how often the simulator took it; promised: references on screens and in SMS; brought: the
    ids of the SMS that its phones sent."""

    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    promised: set[str] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)
    screens: int = 0

    @classmethod
    def read(cls, path: Path) -> "Log":
        log = cls()
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                log._add(json.loads(line))
        return log

    def _add(self, line: Mapping[str, Any]) -> None:
        if "shown" in line:
            self.screens += 1
            self.promised.update(REFERENCE.findall(line["shown"]))
        elif "texted" in line:
            self.brought.add(line["id"])
        else:
            self.taken[line["to"], line["text"]] += 1
            self.promised.update(REFERENCE.findall(line["text"]))


@dataclass
class Account:
    """losses: what was promised and is not, each told; figures: what was counted, in order; failed: alerts of which the
    service itself says that they have not arrived."""

    losses: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)


# A text for many alerts may be written while the account is drawn up. What had been due for longer would have been
# waited for.
A_MOMENT = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as the service knows it."""

    id: int
    phone: str
    text: str
    state: MessageState
    purpose: str
    given_up: bool


def pending(parts: Parts) -> int:
    """What the workers still have to do: messages that are due or in doubt, reports that nobody was told of."""
    now = parts.now()
    with reading(parts.engine) as db:
        return len(_left_behind(db, now)) + len(_unrouted(db)) + len(_in_doubt(db))


def reconcile(parts: Parts, log: Log, *, patient: bool) -> Account:
    """patient: it was waited for long enough that nothing may be in doubt any more."""
    account = Account()
    with reading(parts.engine) as db:
        filed = set(db.scalars(select(Report.reference)))
        sent = list(_sent(db, parts))
        _references(account, log, filed)
        _brought(db, account, log)
        _messages(account, log, sent)
        _duplicates(account, log, sent)
        _alerts(db, account, parts.now())
        account.losses += [f"message {each} was left behind" for each in _left_behind(db, parts.now() - A_MOMENT)]
        doubts = [f"message {each} is in doubt for ever" for each in _in_doubt(db)]
        account.losses += doubts if patient else []
        account.figures["messages still in doubt"] = len(doubts)
        account.losses += [f"report {each} was told to nobody" for each in _unrouted(db)]
    return account


def _references(account: Account, log: Log, filed: set[str]) -> None:
    account.figures |= {"screens shown": log.screens, "references promised": len(log.promised), "reports": len(filed)}
    account.losses += [f"reference {each} was shown, and there is no such report" for each in log.promised - filed]


def _brought(db: Session, account: Account, log: Log) -> None:
    kept = set(db.scalars(select(Message.provider_id).where(Message.direction == Direction.IN)))
    account.figures["SMS brought"] = len(log.brought)
    account.losses += [f"SMS {each} was brought, and is not kept" for each in log.brought - kept]


def _messages(account: Account, log: Log, sent: list[Sent]) -> None:
    """What the service says it has sent must have been taken."""
    states = Counter(each.state for each in sent)
    account.figures |= {f"SMS {state.value}": count for state, count in sorted(states.items())}
    told = Counter((each.phone, each.text) for each in sent if each.state in SENT)
    for (phone, text), count in told.items():
        if log.taken[phone, text] < count:
            missing = next(each.id for each in sent if (each.phone, each.text) == (phone, text))
            account.losses.append(f"message {missing} is said to be sent, and was never taken")


def _duplicates(account: Account, log: Log, sent: list[Sent]) -> None:
    """The same text twice on one phone is explained by a message whose end nobody knew."""
    written = defaultdict(list)
    for each in sent:
        written[each.phone, each.text].append(each)
    unknown = {each.purpose for each in sent if each.given_up}
    repeats = [each for each in sent if each.purpose.endswith(AGAIN)]
    explained = [each for each in repeats if each.purpose.removesuffix(AGAIN) in unknown]
    account.figures["repeats, each explained by an unknown"] = len(explained)
    account.losses += [f"message {each.id} repeats what was not in doubt" for each in repeats if each not in explained]
    for (phone, text), count in log.taken.items():
        extra = count - len(written[phone, text])
        if extra > 0:
            ids = [each.id for each in written[phone, text]]
            account.losses.append(f"a text was taken {extra} times more often than written, of messages {ids}")


def _alerts(db: Session, account: Account, now: datetime) -> None:
    """What the network has taken was looked for in its log already; a receipt may have found nobody at home."""
    alerts = list(db.execute(select(Alert.id, Alert.tell_at, Alert.ended_as)))
    reached = reach.of(db, [each.id for each in alerts])
    fates: Counter[str] = Counter()
    for alert in alerts:
        fate = _fate(reached.get(alert.id), alert.tell_at, alert.ended_as, now)
        fates[fate] += 1
        if fate == "never told":
            account.losses.append(f"alert {alert.id} was never told")
    account.figures |= {"alerts": len(alerts), **{f"alerts {fate}": count for fate, count in sorted(fates.items())}}


def _fate(reached: Reach | None, tell_at: datetime | None, ended_as: str | None, now: datetime) -> str:
    if reached is Reach.DELIVERED:
        return "delivered"
    if reached is Reach.UNDERWAY:
        return "taken by the network"
    if reached is Reach.LOST:
        return "visibly not delivered"
    if ended_as is not None:
        return "withdrawn"
    if tell_at is not None and tell_at > now:
        return "waiting for their hour"
    return "never told"


def _sent(db: Session, parts: Parts) -> Iterator[Sent]:
    numbers: dict[int, str] = {}
    query = select(Message).where(Message.direction == Direction.OUT, Message.body_enc.is_not(None))
    for message in db.scalars(query):
        contact_id = message.contact_id or 0
        if contact_id not in numbers:
            numbers[contact_id] = contacts.number(db, parts.keys, contact_id) or ""
        text = open_text(parts.keys, message.id, message.body_enc or b"")
        purpose, given_up = message.purpose_key or "", message.given_up_at is not None
        yield Sent(message.id, numbers[contact_id], text, message.state, purpose, given_up)


def _left_behind(db: Session, now: datetime) -> list[int]:
    due = Message.state == MessageState.DUE, Message.not_before_at <= now, Message.direction == Direction.OUT
    return list(db.scalars(select(Message.id).where(*due)))


def _in_doubt(db: Session) -> list[int]:
    """Handed over, or about to be, by somebody who may be gone."""
    unknown = and_(Message.state == MessageState.UNKNOWN, Message.given_up_at.is_(None))
    return list(db.scalars(select(Message.id).where(or_(unknown, Message.state == MessageState.CLAIMED))))


def _unrouted(db: Session) -> list[int]:
    waiting = Report.routed_at.is_(None), Report.partial.is_(False), Report.filed_at.is_not(None)
    return list(db.scalars(select(Report.id).where(*waiting)))
