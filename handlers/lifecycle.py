"""An incident's way from received to closed: which moves there are, who may make them, and what follows."""

from collections.abc import Mapping
from enum import StrEnum

from handlers.desk import Desk
from handlers.reporter import tell_reporters
from handlers.turn import Deliver
from models import alert as alerts
from models import incident as incidents
from models import ladder as ladders
from models import untold
from models.incident import FRESH, Hand, Incident
from models.incident import IncidentState as S


class Act(StrEnum):
    TAKE = "take"
    VERIFY = "verify"
    DENY = "deny"  # not confirmed
    REFUTE = "refute"  # false
    JOIN = "join"  # a duplicate of another incident
    SEPARATE = "separate"  # no duplicate after all
    START = "start"
    CLOSE = "close"


class Outcome(StrEnum):
    RESPONSE = "response"
    TRANSFER = "transfer"
    INFORMATION = "information"
    NOTHING = "nothing"


MOVES: Mapping[Act, tuple[tuple[S, ...], S]] = {
    Act.TAKE: ((S.RECEIVED,), S.TO_VERIFY),
    Act.VERIFY: ((*FRESH, S.UNCONFIRMED), S.VERIFIED),
    Act.DENY: ((*FRESH, S.VERIFIED), S.UNCONFIRMED),
    Act.REFUTE: ((*FRESH, S.UNCONFIRMED, S.VERIFIED), S.FALSE),
    Act.JOIN: ((*FRESH, S.UNCONFIRMED, S.VERIFIED), S.DUPLICATE),
    Act.SEPARATE: ((S.DUPLICATE,), S.TO_VERIFY),
    Act.START: ((S.VERIFIED, S.UNCONFIRMED), S.IN_PROGRESS),
    Act.CLOSE: ((S.TO_VERIFY, S.VERIFIED, S.UNCONFIRMED, S.FALSE, S.DUPLICATE, S.IN_PROGRESS), S.CLOSED),
}
GRAVE = 3  # from this severity on, an asserted caller id is not enough for what follows
PROVEN = frozenset({Act.VERIFY, Act.DENY, Act.REFUTE, Act.JOIN, Act.CLOSE})


class Refused(Exception):
    """The incident's state does not allow that."""

    def __init__(self, state: S) -> None:
        super().__init__(state.value)
        self.state = state


class Unsaid(Exception):
    """Nobody has said yet what came of it, and nothing is closed without that."""


def allowed(state: S, act: Act) -> bool:
    return state in MOVES[act][0]


def needs_proof(severity: int, act: Act) -> bool:
    """Whether it takes a PIN, the console or a second member."""
    return severity >= GRAVE and act in PROVEN


def take(desk: Desk, incident: Incident, hand: Hand) -> tuple[Deliver, ...]:
    """This member has the locked incident now; its state moves only where nobody had looked at it yet."""
    incident.owner_id = hand.member_id
    to = MOVES[Act.TAKE][1] if allowed(incident.state, Act.TAKE) else incident.state
    incidents.move(desk.db, incident, to, hand, desk.now)
    return tell_reporters(desk, incident, "seen", but=hand.member_id)


def move(desk: Desk, incident: Incident, act: Act, hand: Hand, outcome: Outcome | None = None) -> tuple[Deliver, ...]:
    """Move the locked incident; whoever moves it has answered for it, and nobody is chased any more. Raises Refused and
    Unsaid."""
    _check(incident, act, outcome)
    effects = take(desk, incident, hand) if incident.owner_id is None else ()
    incidents.move(desk.db, incident, MOVES[act][1], hand, desk.now)
    if hand.member_id is not None:
        alerts.answered(desk.db, incident.id, hand.member_id, desk.now)
    if incident.state not in FRESH:
        ladders.stop(desk.db, incident.id)
        untold.hush(desk.db, incident.id)
    if incident.state in incidents.ENDED:
        alerts.recall(desk.db, incident.id, incident.state.value)
    if act is not Act.CLOSE:
        incident.outcome = None
        return effects
    incident.outcome = outcome.value if outcome else incident.outcome
    return (*effects, *tell_reporters(desk, incident, "closed", but=hand.member_id))


def propose(desk: Desk, incident: Incident, act: Act, hand: Hand, outcome: Outcome | None = None) -> bool:
    """Whether another member has said the same before; else this one's word is noted, and the outcome for whoever
    agrees without naming one. Raises Refused and Unsaid."""
    _check(incident, act, outcome)
    to = MOVES[act][1]
    agreed = incidents.proposers(desk.db, incident, to)
    if hand.member_id not in agreed:
        incidents.propose(desk.db, incident, to, hand, desk.now)
    incident.outcome = outcome.value if outcome else incident.outcome
    return bool(agreed - {hand.member_id})


def _check(incident: Incident, act: Act, outcome: Outcome | None) -> None:
    if not allowed(incident.state, act):
        raise Refused(incident.state)
    if act is Act.CLOSE and outcome is None and incident.outcome is None:
        raise Unsaid
