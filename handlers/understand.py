"""What somebody has told in a text of his own: a code, a matter for a guarded desk, or words to be read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.engine import begin, propose
from flows.form import Form, Kind
from flows.progress import Progress
from flows.proposal import SURE, Proposal
from flows.reader import Reading, read
from flows.sentence import Told, has_more, listen
from flows.word import Word, words_of
from handlers import fill
from handlers.anonymity import is_anonymous
from handlers.conversation import converse
from handlers.filing import keep_text
from handlers.turn import Position, State, Talk, Turn
from models.code import GUARDED, Compartment

INCIDENT, FEEDBACK = "incident", "feedback"
GROUP = "group"  # words for a whole group say no more than that a guarded desk may be meant
STRICTEST = (Compartment.PSEA, Compartment.COMPLAINTS, Compartment.PROTECTION)  # where words speak for several
OWN_WORDS = ("text", "message")  # the questions that keep what was written


@dataclass(frozen=True, slots=True)
class Confided:
    """A code that only a guarded desk may read, in its form."""

    form: str
    code: str


def told(talk: Talk, text: str, state: State, name: str = INCIDENT) -> Turn:
    """A text that answers nothing we have asked. Complaint and protection words win over every other reading; next
    comes a code; anything else is kept where only the programme reads it, until its sender says yes to what was
    understood. state: what else is known of it; name: of the form that asks where nothing was understood."""
    coded, confided = _coded(talk, text, state), confidence(talk, text)
    if coded is not None and (confided is None or _is_guarded(talk, coded.state)):
        return converse(talk, coded, None)
    return _in_confidence(talk, text, state, confided) if confided else _kept(talk, text, state, name)


def confides(talk: Talk, at: Position, text: str) -> bool:
    """Whether what was written as an answer is a matter for a guarded desk, and the question was another's."""
    return at.handler == "fill" and not _is_guarded(talk, at.state) and confidence(talk, text) is not None


def _is_guarded(talk: Talk, state: State) -> bool:
    code = state.get("progress", {}).get("answers", {}).get("code", "")
    return talk.desk.codes.compartment(code) in GUARDED


def _coded(talk: Talk, text: str, state: State) -> Position | None:
    """A one-line report in any form that reads it, `12#1 Gogui` or `86`."""
    for name in (INCIDENT, FEEDBACK):
        form = talk.desk.forms[name]
        reading = read(form, text, talk.world)
        if reading.proposals:
            progress = propose(form, begin(form, _given(talk, reading, state)), reading.proposals, talk.world)
            return Position("fill", {**state, "form": name, "progress": progress.to_json()})
    return None


def _given(talk: Talk, reading: Reading | Told, state: State) -> dict[str, str]:
    """A member whose text names no place means the post; a villager is asked, and whoever is not to be known."""
    if is_anonymous(state):
        return {**fill.given(talk, state), "area": reading.area}
    at_post = talk.caller.seat is not None and talk.caller.seat.post and "place" not in reading.proposals
    return {**fill.given(talk), "at_post": "yes" if at_post else "", "area": reading.area}


def _readings(talk: Talk, words: Sequence[Word], state: State) -> dict[str, Told]:
    """What each form hears in it. Where the writer may well be decides between namesakes: it is read back."""
    given = fill.given(talk, state)
    near = [given[name] for name in ("post", "last") if given.get(name)]
    forms = [talk.desk.forms[name] for name in (INCIDENT, FEEDBACK)]
    return {
        form.name: listen(form, words, talk.world, near, [other for other in forms if other is not form])
        for form in forms
    }


def confidence(talk: Talk, text: str) -> Confided | None:
    """The guarded desk that the text speaks to, if any; of several the one that the fewest may read."""
    spoken: dict[Compartment, tuple[int, Confided]] = {}
    for name, reading in _readings(talk, words_of(text), {}).items():
        for heard in reading.heard.get("code", ()):
            desk = talk.desk.codes.compartment(heard.choice)
            said = len(heard.spots)
            if desk in GUARDED and said > spoken.get(desk, (0, None))[0]:
                spoken[desk] = said, Confided(name, heard.choice)
    return next((spoken[desk][1] for desk in STRICTEST if desk in spoken), None)


def _in_confidence(talk: Talk, text: str, state: State, confided: Confided) -> Turn:
    """Consent first, and nothing is kept before it; no word of the text is ever shown again."""
    form = talk.desk.forms[confided.form]
    reading = _readings(talk, words_of(text), state)[confided.form]
    proposals = {**_places_and_numbers(form, reading), "code": Proposal(confided.code)}
    progress = propose(form, begin(form, _given(talk, reading, state)), proposals, talk.world)
    heard = {"form": form.name, "progress": _with_words(form, progress, text).to_json(), "overheard": True}
    return converse(talk, Position("fill", {**state, **heard}), None)


def _places_and_numbers(form: Form, reading: Told) -> dict[str, Proposal]:
    """Of what is told in confidence only what the form would ask anyway, and only where it is sure."""
    sure = {name: proposal for name, proposal in reading.proposals.items() if proposal.confidence >= SURE}
    return {name: proposal for name, proposal in sure.items() if name in ("place", "persons")}


def _with_words(form: Form, progress: Progress, text: str) -> Progress:
    """All of it, at whatever length: it was written before anybody asked for less."""
    for question in form.questions:
        if question.kind is Kind.TEXT and question.name in OWN_WORDS:
            progress = progress.with_answer(question.name, text)
    return progress


def _kept(talk: Talk, text: str, state: State, name: str) -> Turn:
    """In the intake, under a reference; then what was understood, or the first thing that was not."""
    words = words_of(text)
    readings = _readings(talk, words, state)
    form = talk.desk.forms[_form_of(readings, name)]
    reading = readings[form.name]
    kept = keep_text(talk, text, form.name, state)
    proposals = {name: proposal for name, proposal in reading.proposals.items() if name != GROUP}
    progress = propose(form, begin(form, _given(talk, reading, state)), proposals, talk.world)
    if form.name == FEEDBACK and "code" in progress.answers:
        progress = _with_words(form, progress, text)
    understood = {"progress": progress.to_json(), **_to_confirm(proposals), **_held_back(talk, words, readings, form)}
    asked = converse(talk, Position("fill", {**kept.state, **understood}), None)
    reference = talk.say("intake.kept", reference=kept.state["draft"]["reference"])
    first = Turn(opened=kept.opened, durable=True, effects=kept.effects)
    return replace(asked, text=f"{reference}\n{asked.text}").after(first)


def _to_confirm(proposals: Mapping[str, Proposal]) -> dict[str, bool]:
    return {"read": True} if proposals else {}


def _held_back(talk: Talk, words: Sequence[Word], readings: Mapping[str, Told], form: Form) -> dict[str, bool]:
    """Whatever was not read in a text, or may be about somebody in danger or those in uniform, might be a complaint in
    words that nobody thought of. So the text stays where it is, and only what was confirmed goes to the readers."""
    forms = [talk.desk.forms[name] for name in (INCIDENT, FEEDBACK)]
    doubtful = readings[INCIDENT].heard.get(GROUP) or has_more(forms, words, readings[form.name])
    return {"held_back": True} if doubtful else {}


def _form_of(readings: Mapping[str, Told], name: str) -> str:
    """What happened comes before thanks and questions, unless it is only mentioned."""
    if name == FEEDBACK:
        return name
    heard = {form: reading.heard.get("code", ()) for form, reading in readings.items()}
    for strong in (True, False):
        for form in (INCIDENT, FEEDBACK):
            if any(each.weak is not strong for each in heard[form]):
                return form
    return name
