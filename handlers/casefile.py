"""One incident whole, as far as its reader may see it: reports, history, who was told; every look is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flows.form import Channel
from flows.recounting import recount
from handlers import caselist as lists
from handlers import merging, replying
from handlers.briefing import GRADES, UNKNOWN_SOURCE
from handlers.caselist import Line
from handlers.desk import Desk
from handlers.lifecycle import MOVES, Act
from handlers.reading_room import Reader, Sight, contents
from handlers.replying import Said, may_reply
from models import caselist
from models import incident as incidents
from models import likeness as likenesses
from models import member as members
from models import report as reports
from models.alert import Alert
from models.code import Compartment
from models.incident import History, IncidentState
from models.message import Message, MessageState
from models.report import Report

AT_ONCE = frozenset({Compartment.OPERATIONS, Compartment.FEEDBACK})  # read without being asked why


@dataclass(frozen=True, slots=True)
class Told:
    """One report. answers: question and answer, None where they are not (yet) open; source: the Admiralty letter, and
    who it is where that is a member; may_reply: whether its reporter may be written to."""

    report: Report
    sight: Sight
    answers: Sequence[tuple[str, str]] | None
    where: str
    grade: str
    member: str
    may_reply: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history; outcome: what came of it, where this line closes it or proposes to."""

    at: datetime
    via: str
    who: str
    before: IncidentState | None
    after: IncidentState
    proposes: IncidentState | None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Somebody who was told."""

    who: str
    level: int
    tries: int
    due_at: datetime
    acked_at: datetime | None
    ended_as: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """An SMS about it: an alert to a member (who), without its text; or a reply to the teller of the report of that
    reference (to), by whom, and with its text where that is open."""

    created_at: datetime
    state: MessageState
    parts: int
    cost: str
    gateway: str
    who: str
    to: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an incident stands, without what its reports say. acts: what may be done now, by this reader; count: of the
    reports that this reader knows of."""

    line: Line
    history: Sequence[Step]
    warned: Sequence[Warned]
    messages: Sequence[Sent]
    acts: Sequence[Act]
    count: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """closed: there are contents that are opened only for a reason. By their references: like, what it may be a
    duplicate of; into, what it is a duplicate of; parts, what it has gathered."""

    standing: Standing
    reports: Sequence[Told]
    closed: bool
    is_open: bool
    like: str
    into: str
    parts: Sequence[str]


def open_file(desk: Desk, reader: Reader, incident_id: int, language: str, *, asked: bool) -> CaseFile | None:
    """None where this reader may not know of it. asked: the reader has said why (reader.reason)."""
    line = lists.one(desk, reader, incident_id, language)
    if line is None:
        return None
    open_now = asked or line.about.compartment in AT_ONCE
    gathered = _gathered(desk, incident_id)
    told = [_told(desk, reader, each, language, open_now) for each in gathered]
    may_act = any(each.sight is Sight.CONTENTS for each in told)
    return CaseFile(
        standing=_stand(desk, reader, line, gathered, open_now),
        reports=[each for each in told if each.sight > Sight.NOTHING],
        closed=may_act and not open_now,
        is_open=may_act and open_now,
        like=_reference(desk, likenesses.proposed(desk.db, incident_id)) if may_act else "",
        into=_reference(desk, incidents.joined_to(desk.db, incident_id)),
        parts=merging.parts(desk, incident_id) if may_act else [],
    )


def look(desk: Desk, reader: Reader, incident_id: int, language: str, *, open_now: bool) -> Standing | None:
    """None where this reader may not know of it. Nothing is written down, since nothing that was reported is read;
    open_now: replies are shown with their words, to whoever has opened the file."""
    line = lists.one(desk, reader, incident_id, language)
    return _stand(desk, reader, line, _gathered(desk, incident_id), open_now) if line else None


def _stand(desk: Desk, reader: Reader, line: Line, gathered: Sequence[Report], open_now: bool) -> Standing:
    names: dict[int, str] = {}
    incident_id = line.about.incident_id
    sights = [reader.sight(desk, each) for each in gathered]
    replies = [
        _reply(desk, names, each, said)
        for each in gathered
        for said in replying.said(desk, reader, each, open_now=open_now)
    ]
    may_act = Sight.CONTENTS in sights
    return Standing(
        line=line,
        history=_history(desk, names, line),
        warned=[_warned(desk, names, each) for each in caselist.alerts_on(desk.db, incident_id)],
        messages=sorted([*_alerts(desk, names, incident_id), *replies], key=lambda sent: sent.created_at),
        acts=[act for act, (before, _) in MOVES.items() if line.about.state in before] if may_act else [],
        count=sum(sight > Sight.NOTHING for sight in sights),
    )


def _gathered(desk: Desk, incident_id: int) -> list[Report]:
    return [each for one in incidents.family(desk.db, incident_id) for each in reports.of_incident(desk.db, one)]


def _told(desk: Desk, reader: Reader, report: Report, language: str, open_now: bool) -> Told:
    sight = reader.sight(desk, report)
    found = contents(desk, reader, report) if open_now else None
    form = desk.forms.get(report.form_name)
    world = desk.world(language, Channel.SMS)
    answers = recount(form, found, world) if form and found is not None else list((found or {}).items())
    member = members.of_contact(desk.db, report.contact_id, desk.now)
    whole = sight is Sight.CONTENTS
    place = desk.atlas.gazetteer.by_id(report.place_id) if whole else None
    return Told(
        report=report,
        sight=sight,
        answers=answers if found is not None else None,
        where=desk.atlas.name(place.key if place else report.area or "", language),
        grade=GRADES.get(member.role, UNKNOWN_SOURCE) if member else UNKNOWN_SOURCE,
        member=members.name(desk.db, desk.keys, member.id) if member and whole else "",
        may_reply=whole and may_reply(desk, report),
    )


def _reference(desk: Desk, incident_id: int | None) -> str:
    return incidents.reference(desk.db, incident_id) if incident_id is not None else ""


def _history(desk: Desk, names: dict[int, str], line: Line) -> list[Step]:
    """The last one who closed it, or proposed to, has said what stands there as its outcome."""
    steps = [_step(desk, names, each) for each in caselist.history(desk.db, line.about.incident_id)]
    closing = [at for at, step in enumerate(steps) if _closes(step)]
    if closing:
        steps[closing[-1]] = replace(steps[closing[-1]], outcome=line.about.outcome)
    return steps


def _closes(step: Step) -> bool:
    came = step.after if step.after is not step.before else None
    return IncidentState.CLOSED in (step.proposes, came)


def _step(desk: Desk, names: dict[int, str], each: History) -> Step:
    return Step(each.at, each.via, _name(desk, names, each.member_id), each.from_state, each.to_state, each.proposes)


def _warned(desk: Desk, names: dict[int, str], each: Alert) -> Warned:
    who = _name(desk, names, each.member_id)
    return Warned(who, each.level, each.tries, each.due_at, each.acked_at, each.ended_as)


def _alerts(desk: Desk, names: dict[int, str], incident_id: int) -> list[Sent]:
    return [_sent(row, _name(desk, names, whom)) for whom, row in caselist.messages_on(desk.db, incident_id)]


def _reply(desk: Desk, names: dict[int, str], report: Report, said: Said) -> Sent:
    return replace(_sent(said.message, _name(desk, names, said.by)), to=report.reference, text=said.text)


def _sent(row: Message, who: str) -> Sent:
    return Sent(row.created_at, row.state, row.parts, row.cost or "", row.gateway, who)


def _name(desk: Desk, names: dict[int, str], member_id: int | None) -> str:
    if member_id is None:
        return ""
    if member_id not in names:
        names[member_id] = members.name(desk.db, desk.keys, member_id)
    return names[member_id]
