"""The officers' field cards: every shipped form whose name begins with `card_`."""

from flows.language import chain, pick
from handlers.menu import Item, hear_choice, show_page
from handlers.turn import Position, State, Talk, Turn


def _items(talk: Talk) -> list[Item]:
    forms = sorted((form for form in talk.desk.forms.values() if form.name.startswith("card_")), key=lambda f: f.name)
    tongues = chain(talk.caller.language)
    return [
        Item(str(n), pick(form.title, tongues), Position("fill", {"form": form.name}))
        for n, form in enumerate(forms, start=1)
    ]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("cards", state), talk.say("cards.title"), _items(talk))


def hear(talk: Talk, state: State, said: str) -> Turn:
    here = Position("cards", state)
    return hear_choice(talk, here, talk.say("cards.title"), _items(talk), said, back=Position("home"))
