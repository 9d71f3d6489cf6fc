"""What was understood of somebody's own words, in one SMS, for a yes: nothing else brings them to the police."""

from dataclasses import replace

from flows.asking import label
from flows.engine import begin, values
from flows.form import Form
from flows.progress import Progress
from handlers import filing, fill
from handlers.consent import yes_or_no
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn
from handlers.turn import show as go

TOLD = ("harm", "urgency")  # with what happened, how many and where


def _title(talk: Talk, state: State) -> str:
    form = talk.desk.forms[state["form"]]
    answers = values(form, Progress.from_json(state["progress"]), talk.world)
    code, language = answers.get("code", ""), talk.caller.language
    number = answers.get("animals") or answers.get("count", "")
    place = answers.get("place_other") or talk.desk.atlas.name(answers.get("place_key", ""), language)
    chosen = [_label(talk, form, name, answers.get(name, "")) for name in TOLD]
    said = [talk.desk.codes.short(code, language), number.removeprefix("0"), *chosen, place]
    return talk.say("readback.ask", what=", ".join(filter(None, said)))


def _label(talk: Talk, form: Form, name: str, value: str) -> str:
    choices = form.lists.get(name, ())
    found = next((choice for choice in choices if value and choice.name == value), None)
    return label(form, found.labels, found.short, {}, talk.world) if found else ""


def _items(talk: Talk, state: State) -> list[Item]:
    return [
        Item("1", talk.say("consent.yes"), Position("agreed", state)),
        Item("2", talk.say("consent.no"), Position("misread", state)),
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("readback", state), _title(talk, state), _items(talk, state), back=False)


def hear(talk: Talk, state: State, said: str) -> Turn:
    keyed = yes_or_no(talk, said) or said
    return hear_choice(talk, Position("readback", state), _title(talk, state), _items(talk, state), keyed)


def show_agreed(talk: Talk, state: State) -> Turn:
    """What is held back stays in the intake under its reference; what was confirmed is a report of its own."""
    if not state.get("held_back"):
        return filing.file(talk, state)
    progress = Progress.from_json(state["progress"])
    told = replace(progress, answers={name: value for name, value in progress.answers.items() if name != "message"})
    return filing.file(talk, {**{key: state[key] for key in state if key != "draft"}, "progress": told.to_json()})


def show_misread(talk: Talk, state: State) -> Turn:
    """All is asked from the beginning; the text stays where it is kept."""
    form = talk.desk.forms[state["form"]]
    kept = {key: value for key, value in state.items() if key not in ("read", "progress", "page", "tries")}
    return go("fill", {**kept, "progress": begin(form, fill.given(talk, state)).to_json()})
