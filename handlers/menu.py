"""A menu of the service's own: a title, choices with their digits, paged like any other screen."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from flows.folding import digits, fold
from flows.form import Channel
from flows.screen import DoesNotFit, Page, laid_out, lay_out
from flows.showing import PATIENCE, with_reason
from flows.world import Limits
from handlers import exercising
from handlers.turn import Position, Talk, Turn

MORE, BACK = "9", "0"
FIXED = frozenset({"home", "language", "reading", "consent"})  # whose menus show nothing that anybody has typed
TRIES = "tries"  # in a state: wrong inputs in a row


@dataclass(frozen=True, slots=True)
class Item:
    """key: the digit to press; label: what the screen shows; to: where it leads."""

    key: str
    label: str
    to: Position


def pages(talk: Talk, title: str, items: Sequence[Item], *, back: bool, here: str = "") -> tuple[Page, ...]:
    """here: the handler whose menu it is."""
    for limits in (exercising.beside(talk, here), talk.desk.policy.limits):
        with suppress(DoesNotFit):
            return _laid(talk, limits, title, items, back=back, here=here)
    raise DoesNotFit(here)


def _laid(talk: Talk, limits: Limits, title: str, items: Sequence[Item], *, back: bool, here: str) -> tuple[Page, ...]:
    return (laid_out if here in FIXED else lay_out)(
        title,
        tuple([(item.key, item.label) for item in items]),
        limits=limits,
        back=talk.say("nav.back"),
        more=talk.say("nav.more"),
        rooted=not back,
    )


def show_page(talk: Talk, here: Position, title: str, items: Sequence[Item], *, back: bool = True) -> Turn:
    """The page of the menu that `here` names; an SMS gets the whole menu at once."""
    if talk.channel is Channel.SMS:
        lines = [title, *(f"{item.key} {item.label}" for item in items)]
        return Turn("\n".join(line for line in lines if line), here)
    all_pages = pages(talk, title, items, back=back, here=here.handler)
    page = min(int(here.state.get("page", 0)), len(all_pages) - 1)
    return Turn(all_pages[page].text, here)


def hear_choice(
    talk: Talk, here: Position, title: str, items: Sequence[Item], said: str, *, back: Position | None = None
) -> Turn:
    """Where what was typed leads: a choice on any page, more, back, or the same screen below the reason."""
    if chosen := choice(talk, items, said):
        return chosen
    typed = digits(said).strip()
    page = int(here.state.get("page", 0))
    last = len(pages(talk, title, items, back=back is not None, here=here.handler)) - 1
    if typed == MORE and page < last:
        return _turn_to(here, page + 1)
    if typed == BACK and page > 0:
        return _turn_to(here, page - 1)
    if typed == BACK and back is not None:
        return _go(back)
    return _ask_again(talk, here, title, items, back=back is not None)


def choice(talk: Talk, items: Sequence[Item], said: str) -> Turn | None:
    """Where it leads, if one of them was meant; on any page."""
    typed = digits(said).strip()
    return next((_go(item.to) for item in items if item.key == typed or _is_named(talk, item, said)), None)


def _is_named(talk: Talk, item: Item, said: str) -> bool:
    """Whoever writes may write the choice."""
    return talk.channel is Channel.SMS and fold(said) == fold(item.label)


def _turn_to(here: Position, page: int) -> Turn:
    return _go(Position(here.handler, {**here.state, "page": page}))


def _go(to: Position) -> Turn:
    """Patience begins anew at every screen."""
    return Turn(at=Position(to.handler, {key: value for key, value in to.state.items() if key != TRIES}), onward=True)


def _ask_again(talk: Talk, here: Position, title: str, items: Sequence[Item], *, back: bool) -> Turn:
    tries = int(here.state.get(TRIES, 0)) + 1
    turn = show_page(talk, Position(here.handler, {**here.state, TRIES: tries}), title, items, back=back)
    reasons = [talk.say(f"hint.{key}") for key in (("explain.digit",) if tries >= PATIENCE else ()) + ("digit",)]
    if talk.channel is Channel.SMS:
        return replace(turn, text=f"{reasons[0]}\n{turn.text}")
    return replace(turn, text=with_reason(turn.text, reasons, talk.world))
