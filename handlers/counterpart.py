"""The directory of posts on both banks: who stands in it may ask another to be called back. No number is shown."""

from datetime import timedelta

from handlers.caller import Seat
from handlers.label import label
from handlers.menu import Item, hear_choice, show_page
from handlers.numbering import numbers
from handlers.outbox import write
from handlers.turn import Deliver, Position, State, Talk, Turn
from handlers.turn import show as go
from models import member as members
from models import message as messages
from models.member import Listing

PAUSE = timedelta(hours=1)
LEAVE = "8"  # on whichever page, beside the posts
WIDEST_NAME = 30  # beside the words of a screen
HOME, POSTS = Position("home"), Position("posts")


def _others(talk: Talk, seat: Seat) -> list[Listing]:
    """Those across the border first."""
    atlas = talk.desk.atlas
    home = atlas.resolve(seat.post)

    def near_last(each: Listing) -> tuple[bool, str]:
        row = atlas.gazetteer.by_id(each.post_place_id)
        return (row is not None and home is not None and row.country == home.country, row.key if row else "")

    listed = members.directory(talk.desk.db, talk.desk.keys, talk.desk.now)
    return sorted((each for each in listed if each.member_id != seat.member_id), key=near_last)


def _name(each: Listing) -> str:
    return each.name[:WIDEST_NAME].rstrip()


def _line(talk: Talk, each: Listing) -> str:
    row = talk.desk.atlas.gazetteer.by_id(each.post_place_id)
    place = talk.desk.atlas.name(row.key, talk.caller.language) if row else ""
    return label(talk, place, f"({row.country})" if row else "")


def _menu(talk: Talk, seat: Seat) -> tuple[str, list[Item]]:
    """Only who is listed sees who else is."""
    if not members.is_listed(talk.desk.db, seat.member_id):
        return talk.say("posts.join_title"), [Item("1", talk.say("posts.join"), Position("list_me", {"listed": True}))]
    keys = (key for key in numbers() if key != LEAVE)
    items = [
        Item(key, _line(talk, each), Position("post", {"member": each.member_id}))
        for key, each in zip(keys, _others(talk, seat), strict=False)
    ]
    leave = Item(LEAVE, talk.say("posts.leave"), Position("list_me", {"listed": False}))
    return talk.say("posts.title" if items else "posts.empty"), [*items, leave]


def show(talk: Talk, state: State) -> Turn:
    seat = talk.caller.seat
    return show_page(talk, Position("posts", state), *_menu(talk, seat)) if seat else go("home")


def hear(talk: Talk, state: State, said: str) -> Turn:
    seat = talk.caller.seat
    return hear_choice(talk, Position("posts", state), *_menu(talk, seat), said, back=HOME) if seat else go("home")


def show_list_me(talk: Talk, state: State) -> Turn:
    seat = talk.caller.seat
    if seat is None:
        return go("home")
    members.list_in_directory(talk.desk.db, seat.member_id, bool(state["listed"]))
    return Turn(at=POSTS, onward=True, durable=True)


def _chosen(talk: Talk, state: State) -> Listing | None:
    """The post that was chosen, as long as both are listed."""
    seat = talk.caller.seat
    if seat is None or not members.is_listed(talk.desk.db, seat.member_id):
        return None
    return next((each for each in _others(talk, seat) if each.member_id == state["member"]), None)


def _asking(talk: Talk, each: Listing) -> tuple[str, list[Item]]:
    items = [Item("1", talk.say("posts.ask"), Position("call_me", {"member": each.member_id}))]
    return f"{each.name}\n{_line(talk, each)}", items


def show_post(talk: Talk, state: State) -> Turn:
    each = _chosen(talk, state)
    return show_page(talk, Position("post", state), *_asking(talk, each)) if each else go("posts")


def hear_post(talk: Talk, state: State, said: str) -> Turn:
    each = _chosen(talk, state)
    here = Position("post", state)
    return hear_choice(talk, here, *_asking(talk, each), said, back=POSTS) if each else go("posts")


def show_call_me(talk: Talk, state: State) -> Turn:
    """One SMS with the asker's name, post and number; at most one a pair and hour."""
    seat, each = talk.caller.seat, _chosen(talk, state)
    if seat is None or each is None:
        return go("posts")
    hour = int(talk.desk.now.timestamp() // PAUSE.total_seconds())
    pair = f"callback:{seat.member_id}:{each.member_id}"
    contacts = members.phones(talk.desk.db, each.member_id)
    lately = [f"{pair}:{n}:{contact_id}" for n in (hour - 1, hour) for contact_id in contacts]
    if messages.was_written(talk.desk.db, lately, talk.desk.now - PAUSE):
        return Turn(talk.say("posts.already", name=_name(each)))
    text = _text(talk, seat, each)
    written = [write(talk.desk, contact_id, text, f"{pair}:{hour}:{contact_id}") for contact_id in contacts]
    ids = tuple(message_id for message_id in written if message_id)
    if not ids:
        return Turn(talk.say("posts.unreachable", name=_name(each)))
    return Turn(talk.say("posts.asked", name=_name(each)), durable=True, effects=(Deliver(ids),))


def _text(talk: Talk, seat: Seat, each: Listing) -> str:
    desk = talk.desk
    name = members.name(desk.db, desk.keys, seat.member_id)
    place = desk.atlas.name(seat.post, each.language)
    return desk.say("posts.sms", each.language, name=name, place=place, number=talk.caller.phone)
