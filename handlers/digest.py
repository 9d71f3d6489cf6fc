"""A coordinator's day on a screen: how many new, open and verified, by group; small counts stay hidden."""

from collections import Counter
from datetime import timedelta

from handlers.digest_words import groups
from handlers.figure import Figure, single, total
from handlers.menu import hear_choice, show_page
from handlers.reading_room import scope
from handlers.turn import Position, State, Talk, Turn
from models import incident as incidents
from models.code import Compartment
from models.figures import FEEDBACK_GROUP
from models.incident import ENDED, IncidentState, Tally

LOOK_BACK = timedelta(days=30)
HOME = Position("home")


def _text(talk: Talk) -> str:
    local = talk.desk.now.astimezone(talk.desk.policy.timezone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    tallies = incidents.tally(talk.desk.db, scope(talk.desk, talk.caller.seat), talk.desk.now - LOOK_BACK, midnight)
    lines = [talk.say("digest.title", day=f"{local:%d/%m}"), _sums(talk, tallies)]
    return "\n".join([*lines, *_groups(talk, tallies)])


def _sums(talk: Talk, tallies: list[Tally]) -> str:
    new = total(_by_group(tallies).values())
    still_open = single(sum(each.count for each in tallies if each.state not in ENDED))
    verified = single(sum(each.count for each in tallies if each.new and each.state is IncidentState.VERIFIED))
    return talk.say("digest.sums", new=new.text, open=still_open.text, verified=verified.text)


def _by_group(tallies: list[Tally]) -> dict[str, Figure]:
    """Today's new ones by the first digit of the code."""
    new: Counter[str] = Counter()
    for each in tallies:
        if each.new:
            new[_group(each)] += each.count
    return {group: single(count) for group, count in sorted(new.items())}


def _groups(talk: Talk, tallies: list[Tally]) -> list[str]:
    """Under the names that the form gives its groups."""
    named = groups(talk.desk, talk.caller.language)
    return [f"{named.get(group, group)}: {figure.text}" for group, figure in _by_group(tallies).items()]


def _group(each: Tally) -> str:
    return FEEDBACK_GROUP if each.compartment is Compartment.FEEDBACK else (each.code or "")[:1]


def show(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("digest", state), _text(talk), ())


def hear(talk: Talk, state: State, said: str) -> Turn:
    return hear_choice(talk, Position("digest", state), _text(talk), (), said, back=HOME)
