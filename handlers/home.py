"""The first screen: what this phone can do here, by who holds it."""

from flows.folding import digits
from handlers.menu import Item, hear_choice, show_page
from handlers.numbering import numbers
from handlers.turn import Position, State, Talk, Turn
from models.member import Role

REPORT = ("home.report", Position("fill", {"form": "incident"}))
FEEDBACK = ("home.feedback", Position("fill", {"form": "feedback"}))
FOLLOW = ("home.follow", Position("follow"))
WHO = ("home.who", Position("privacy"))
LANGUAGE = ("home.language", Position("language"))
CARDS = ("home.cards", Position("cards"))
ZERO = ("home.zero", Position("fill", {"form": "zero_report"}))
ALERTS = ("home.alerts", Position("inbox"))
CASES = ("home.cases", Position("cases"))
DIGEST = ("home.digest", Position("digest"))
NEAR = ("home.near", Position("near"))
MINE = ("home.mine", Position("mine"))
POSTS = ("home.posts", Position("posts"))

NAMELESS = "99"

# The way to other languages is always the fifth: it belongs on the first screen.
COMMUNITY = (REPORT, FEEDBACK, FOLLOW, WHO, LANGUAGE)
BY_ROLE = {
    Role.OFFICER: (REPORT, CARDS, ZERO, NEAR, LANGUAGE, MINE, POSTS, FEEDBACK, WHO),
    Role.RELAY: (REPORT, ZERO, FEEDBACK, FOLLOW, LANGUAGE, WHO),
    Role.COORDINATOR: (ALERTS, REPORT, CASES, DIGEST, LANGUAGE, ZERO, FEEDBACK, FOLLOW, POSTS, WHO),
}
DESK = (ALERTS, REPORT, CASES, FEEDBACK, LANGUAGE, FOLLOW, WHO)  # protection, complaints, psea, privacy, admin


def _items(talk: Talk) -> list[Item]:
    """Without a post nobody has a counterpart; every other item keeps its digit."""
    seat = talk.caller.seat
    offered = BY_ROLE.get(seat.role, DESK) if seat else COMMUNITY
    items = [(digit, key, to) for digit, (key, to) in zip(numbers(), offered, strict=False)]
    return [Item(digit, talk.say(key), to) for digit, key, to in items if key != "home.posts" or (seat and seat.post)]


def _title(talk: Talk) -> str:
    seat = talk.caller.seat
    if seat is None:
        return talk.say("home.title", organisation=talk.desk.policy.organisation)
    place = talk.desk.atlas.name(seat.post, talk.caller.language)
    return talk.say("home.title_member", place=place).strip()


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("home", state), _title(talk), _items(talk), back=False)


def hear(talk: Talk, state: State, said: str) -> Turn:
    """`99` goes straight to telling without a number, as it does by SMS."""
    hidden = [Item(NAMELESS, "", Position("anonymous"))] if digits(said).strip() == NAMELESS else []
    return hear_choice(talk, Position("home", state), _title(talk), [*_items(talk), *hidden], said)
