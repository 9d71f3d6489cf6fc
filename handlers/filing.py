"""From answers to a report on disk: a draft from the first useful answer, the whole of it when it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flows.engine import value, values
from flows.form import Form, Kind
from flows.masking import mask
from flows.progress import Progress
from handlers import wording
from handlers.anonymity import is_anonymous, number_of
from handlers.desk import Desk
from handlers.turn import Position, Route, State, Talk, Turn
from models import alert as alerts
from models import contact
from models import draft as drafts
from models import incident as incidents
from models import report as reports
from models import ticket as tickets
from models.code import GUARDED, Compartment
from models.incident import Hand, IncidentState
from models.report import Facts, Origin, ReportState


@dataclass(frozen=True, slots=True)
class Drafted:
    """The state with its draft in it; opened: how many reports that took (0 or 1)."""

    state: State
    opened: int
    effects: tuple[Route, ...] = ()


def draft(talk: Talk, form: Form, state: State, progress: Progress) -> Drafted:
    """The state with its draft; one is opened when the first useful answer is there, and moves to other readers
    when the answers change whose it is."""
    compartment = talk.desk.codes.compartment(_code(talk, form, progress)) or Compartment.INTAKE
    if "draft" in state:
        return Drafted(_moved(talk, state, compartment), 0)
    if not _useful(form, progress):
        return Drafted(state, 0)
    return Drafted({**state, "draft": _open(talk, form, compartment, state)}, 1)


def _code(talk: Talk, form: Form, progress: Progress) -> str:
    """What it is about so far; a card may work it out instead of asking."""
    asked = progress.answers.get("code", "")
    if asked or not any(q.name == "code" and q.kind is Kind.CALCULATE for q in form.questions):
        return asked
    return value(form, progress, "code", talk.world)


def _moved(talk: Talk, state: State, compartment: Compartment) -> State:
    kept = state["draft"]
    if kept.get("filed") or kept["compartment"] == compartment:
        return state
    report = reports.move_draft(talk.desk.db, kept["id"], compartment, _teller(talk, compartment, state))
    if report.incident_id is not None:
        alerts.recall(talk.desk.db, report.incident_id)
    return {**state, "draft": {**kept, "compartment": compartment}}


def unfinished(at: Position | None) -> int | None:
    """The draft that somebody who stands there has begun and not sent."""
    kept = at.state.get("draft", {}) if at else {}
    return None if kept.get("filed") else kept.get("id")


def _useful(form: Form, progress: Progress) -> bool:
    told = (q for q in form.questions if q.kind is Kind.TEXT and progress.answers.get(q.name))
    return bool(progress.answers.get("code")) or any(told)


def _open(talk: Talk, form: Form, compartment: Compartment, state: State) -> dict[str, Any]:
    origin = Origin(
        conversation_id=talk.conversation_id,
        act_no=talk.acts + 1,
        channel=talk.channel.value,
        form_name=form.name,
        form_version=form.version,
        contact_id=_teller(talk, compartment, state),
    )
    opened = drafts.open_draft(talk.desk.db, compartment, origin, talk.desk.now)
    if is_anonymous(state):
        begun = datetime.fromisoformat(state["anonymous"])
        tickets.open_ticket(talk.desk.db, opened.id, talk.caller.contact_id, talk.conversation_id, begun)
    return {"id": opened.id, "reference": opened.reference, "compartment": compartment}


def _teller(talk: Talk, compartment: Compartment, state: State) -> int | None:
    """Guarded compartments keep no link to the phone, unless its holder said that we may write to it; an anonymous
    report never does."""
    linked = bool(state.get("write")) or compartment not in GUARDED
    return talk.caller.contact_id if linked and not is_anonymous(state) else None


def has_anything(talk: Talk, state: State) -> bool:
    """Whether there is something to file: a card may end with advice and nothing else."""
    form = talk.desk.forms[state["form"]]
    return bool(value(form, Progress.from_json(state["progress"]), "code", talk.world))


def file(talk: Talk, state: State) -> Turn:
    """File what the state holds. A form that ends without a code had nothing to report."""
    form = talk.desk.forms[state["form"]]
    progress = Progress.from_json(state["progress"])
    answers = values(form, progress, talk.world)
    code = answers.get("code", "")
    compartment = talk.desk.codes.compartment(code)
    if compartment is None:
        discard(talk, state)
        return Turn(talk.say("filed.nothing"))
    opened = 0 if "draft" in state else 1
    kept = state.get("draft") or _open(talk, form, compartment, state)
    facts = facts_of(talk.desk, form, answers, compartment, _teller(talk, compartment, state))
    facts = replace(facts, answers={**facts.answers, **wording.noted(state)})
    reports.complete(talk.desk.db, talk.desk.keys, kept["id"], facts, talk.desk.now)
    if is_anonymous(state):
        text = number_of(talk, state, kept["id"], kept["reference"])
        return Turn(text, opened=opened, durable=True, effects=(Route(kept["id"]),))
    if facts.place_id is not None and compartment is Compartment.OPERATIONS:
        contact.remember_place(talk.desk.db, talk.caller.contact_id, facts.place_id)
    text = _thanks(talk, facts, kept["reference"])
    return Turn(text, opened=opened, durable=True, effects=(Route(kept["id"]),))


def facts_of(
    desk: Desk, form: Form, answers: Mapping[str, str], compartment: Compartment, contact_id: int | None
) -> Facts:
    """What is filed of a form's final answers; without a code nobody knows how grave it is."""
    known = {q.name for q in form.questions if q.kind is not Kind.HIDDEN}
    free = {q.name for q in form.questions if q.kind is Kind.TEXT}
    place = desk.atlas.resolve(answers.get("place_key", ""))
    code = answers.get("code", "")
    grave = desk.codes.severity(code) if desk.codes.compartment(code) else 0
    happened = answers.get("happened_on")
    return Facts(
        compartment=compartment,
        code=code or None,
        severity=int(float(answers.get("severity") or grave)) if code else 0,
        area=place.pcode if place else None,
        area_version=place.pcode_version if place else None,
        place_id=place.place_id if place else None,
        happened_on=date.fromisoformat(happened) if happened else None,
        contact_id=contact_id,
        answers={name: mask(value) if name in free else value for name, value in answers.items() if name in known},
    )


def _thanks(talk: Talk, facts: Facts, reference: str) -> str:
    """Where nothing has happened, nobody needs to be told to stay safe."""
    calm = facts.compartment is Compartment.FEEDBACK or facts.severity == 0
    kind = "guarded" if facts.compartment in GUARDED else "feedback" if calm else "report"
    say = talk.say_with_help if kind == "report" else talk.say
    changed = kind == "report" and talk.caller.seat is None and wording.has_changed(talk)
    return say("filed.report_changed" if changed else f"filed.{kind}", reference=reference)


def discard(talk: Talk, state: State) -> None:
    """The teller thought better of it: the draft goes, its reference is never given again."""
    if "draft" in state:
        withdraw(talk.desk, state["draft"]["id"])


def withdraw(desk: Desk, report_id: int) -> None:
    """What was told goes, and with it whatever the first readers had been told of it."""
    report = reports.withdraw(desk.db, report_id, desk.now)
    if report.state is ReportState.WITHDRAWN and report.incident_id is not None:
        alerts.recall(desk.db, report.incident_id)
        incident = incidents.lock(desk.db, report.incident_id)
        incidents.move(desk.db, incident, IncidentState.FALSE, Hand(None, "withdrawn"), desk.now)


def keep_text(talk: Talk, text: str, name: str, state: State) -> Drafted:
    """A text that nobody has classified yet: filed in `intake`, and the form of that name goes on to ask what it
    is. state: what else is known of it."""
    form = talk.desk.forms[name]
    kept = _open(talk, form, Compartment.INTAKE, state)
    facts = Facts(
        compartment=Compartment.INTAKE,
        severity=0,
        contact_id=_teller(talk, Compartment.INTAKE, state),
        answers={"text": mask(text)},
    )
    reports.complete(talk.desk.db, talk.desk.keys, kept["id"], facts, talk.desk.now)
    return Drafted({**state, "form": form.name, "draft": {**kept, "filed": True}}, 1, (Route(kept["id"]),))
