"""A coordinator's day on a screen: how many new, open and verified, by group; small counts stay hidden."""

from collections import Counter
from datetime import timedelta

from flows.language import chain, pick
from handlers.menu import hear_choice, show_page
from handlers.reading_room import scope
from handlers.turn import Position, State, Talk, Turn
from models import incident as incidents
from models.code import Compartment
from models.incident import ENDED, IncidentState, Tally

LOOK_BACK = timedelta(days=30)
FEWEST = 5  # a smaller count may point at somebody
FEEDBACK_GROUP = "8"
HOME = Position("home")


def masked(count: int) -> str:
    return f"<{FEWEST}" if 0 < count < FEWEST else str(count)


def _text(talk: Talk) -> str:
    local = talk.desk.now.astimezone(talk.desk.policy.timezone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    tallies = incidents.tally(talk.desk.db, scope(talk.desk, talk.caller.seat), talk.desk.now - LOOK_BACK, midnight)
    lines = [talk.say("digest.title", day=f"{local:%d/%m}"), _sums(talk, tallies)]
    return "\n".join([*lines, *_groups(talk, tallies)])


def _sums(talk: Talk, tallies: list[Tally]) -> str:
    new = sum(each.count for each in tallies if each.new)
    still_open = sum(each.count for each in tallies if each.state not in ENDED)
    verified = sum(each.count for each in tallies if each.new and each.state is IncidentState.VERIFIED)
    return talk.say("digest.sums", new=masked(new), open=masked(still_open), verified=masked(verified))


def _groups(talk: Talk, tallies: list[Tally]) -> list[str]:
    """Today's new ones by the first digit of the code, under the names that the form gives its groups."""
    new: Counter[str] = Counter()
    for each in tallies:
        if each.new:
            new[_group(each)] += each.count
    tongues = chain(talk.caller.language)
    named = {choice.name: pick(choice.labels, tongues) for choice in talk.desk.forms["incident"].lists["group"]}
    return [f"{named.get(group, group)}: {masked(count)}" for group, count in sorted(new.items())]


def _group(each: Tally) -> str:
    return FEEDBACK_GROUP if each.compartment is Compartment.FEEDBACK else (each.code or "")[:1]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("digest", state), _text(talk), ())


def hear(talk: Talk, state: State, said: str) -> Turn:
    return hear_choice(talk, Position("digest", state), _text(talk), (), said, back=HOME)
