"""What somebody's input means at the question on the screen: answers, a narrower list, or a complaint."""

from collections.abc import Iterator, Sequence

from flows import answer
from flows.answer import Complaint, Heard, Keyed
from flows.asking import days, is_written_out
from flows.choosing import above, find, keyed
from flows.folding import digits
from flows.form import Form, Kind, Question
from flows.hop import Handoff, Hop, Meant
from flows.naming import alike
from flows.standing import other
from flows.world import World

OFFERED_MAX = 8  # choices that share a name, keyed 1 to 8


def understand(hop: Hop, said: str) -> Meant:
    """What the input means as an answer; back and more are not among the answers."""
    question = hop.question
    if _is_nothing(question, said):
        return _skip(question)
    if question.kind is Kind.SELECT_ONE:
        return _select_one(hop, said)
    heard = _hear(hop, question, said)
    if heard.typing or heard.complaint:
        return Meant(complaint=heard.complaint, typing=heard.typing)
    return Meant({question.name: heard.value})


def _is_nothing(question: Question, said: str) -> bool:
    """Nothing was typed; a bare 0 as an optional text says as much."""
    typed = digits(said).strip()
    return not typed or (typed == "0" and question.kind is Kind.TEXT and not question.required)


def _skip(question: Question) -> Meant:
    if question.required and not question.default:
        return Meant(complaint=Complaint.REQUIRED)
    return Meant({question.name: question.default})


def _hear(hop: Hop, question: Question, said: str) -> Heard:
    if question.kind is Kind.INTEGER:
        return answer.integer(said)
    if question.kind is Kind.DATE:
        return answer.day(said, hop.world.now.date(), days(hop.world), typing=hop.progress.typing)
    if question.kind is Kind.SELECT_MULTIPLE:
        return answer.select_multiple(said, hop.choices)
    return answer.text(said)


def _select_one(hop: Hop, said: str) -> Meant:
    typed = digits(said).strip()
    heard = answer.select_one(typed, hop.choices)
    if heard.value:
        return choose(hop, heard.value, typed)
    if typed.isdecimal():
        return _straight(hop, typed) or Meant(offered=heard.candidates, complaint=_unknown(hop))
    return by_name(hop, said)


def choose(hop: Hop, name: str, typed: str = "") -> Meant:
    """The choice of that name; where it leads to another form, a code typed in full goes there too."""
    form, question, known = hop.form, hop.question, hop.standing.known
    choice = find(form, question, name, known, hop.world)
    if choice is None:
        return Meant(complaint=Complaint.DIGIT)
    if choice.form and choice.form != form.name:
        in_full = bool(typed) and typed == choice.code != choice.key
        return Meant(handoff=Handoff(choice.form, typed if in_full else None))
    return Meant({question.name: name}, besides=above(form, question, choice, known, hop.world))


def by_name(hop: Hop, said: str) -> Meant:
    """A typed name: taken where it is exactly one choice's, offered where it is several's or nearly one's,
    kept as typed where the form has a question for what is not in the list.
    """
    every = keyed(hop.form, hop.question, hop.standing.known, hop.world)
    heard = answer.select_one(said, every)
    value = heard.value or ("" if heard.candidates else _spotted(said, every, hop.world))
    if value:
        return choose(hop, value)
    near = heard.candidates[:OFFERED_MAX] or alike(said, every)
    if near and near != hop.progress.offered:
        return Meant(offered=near)
    return _as_typed(hop, said) or Meant(complaint=_unknown(hop))


def _spotted(said: str, every: Sequence[Keyed], world: World) -> str:
    """The place whose very name stands in it beside no more than a particle: "a Gogui"."""
    seen = world.whereabouts.spot(said)
    known = {choice.name for _, choice in every}
    return seen.keys[0] if seen and seen.exact and len(seen.keys) == 1 and seen.keys[0] in known else ""


def _unknown(hop: Hop) -> Complaint:
    """A digit is asked for where there are digits to choose among, else a name."""
    return Complaint.DIGIT if is_written_out(len(hop.choices), hop.world) else Complaint.NAME


def _as_typed(hop: Hop, said: str) -> Meant | None:
    """What is not in the list, for the text question NAME_other that XLSForms have for it."""
    name = other(hop.question)
    if not any(question.name == name and question.kind is Kind.TEXT for question in hop.form.questions):
        return None
    heard = answer.text(said)
    return Meant({hop.question.name: "", name: heard.value}) if heard.value else None


def _straight(hop: Hop, typed: str) -> Meant | None:
    """Digits that are no key here but the code of a choice further on, which says what is chosen here."""
    form, here = hop.form, hop.question.name
    unasked = {**hop.standing.known, here: ""}
    for later, column in _later(form, hop.question):
        for _, choice in keyed(form, later, unasked, hop.world):
            if choice.code != typed or not choice.columns.get(column):
                continue
            if choice.form and choice.form != form.name:
                return Meant(handoff=Handoff(choice.form, typed))
            besides = above(form, later, choice, unasked, hop.world)
            return Meant({here: choice.columns[column], later.name: choice.name}, besides=besides)
    return _through(hop, typed)


def _later(form: Form, question: Question) -> Iterator[tuple[Question, str]]:
    """The questions further on that this one narrows, and the column by which it does."""
    for later in form.questions[form.questions.index(question) + 1 :]:
        equalities = later.choice_filter.equalities if later.choice_filter else {}
        if later.kind is Kind.SELECT_ONE:
            yield from ((later, column) for column, name in equalities.items() if name == question.name)


def _through(hop: Hop, typed: str) -> Meant | None:
    """Two digits of which the first chooses another form are for that form."""
    for key, choice in hop.choices:
        if choice.form and len(typed) == 2 and typed[0] == key:
            return Meant(handoff=Handoff(choice.form, typed))
    return None
