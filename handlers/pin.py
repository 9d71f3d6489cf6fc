"""The PIN of a member: asked once a dial, before what an asserted phone number alone may not do."""

import re

from flows.folding import digits
from handlers.exercising import drilled
from handlers.menu import BACK
from handlers.proof import Proof, Unproven
from handlers.turn import Position, State, Talk, Turn
from models import conversation as conversations
from models import pin as pins
from models.pin import Pin

SHAPE = re.compile(r"\d{4,6}")


def is_proven(talk: Talk) -> bool:
    return conversations.is_proven(talk.desk.db, talk.conversation_id)


def show(talk: Talk, state: State) -> Turn:
    """state: `then` and `back`, the positions to go on to, as [handler, state]; `exercise`: whether what it is asked
    for is part of one."""
    seat = talk.caller.seat
    return _ask(talk, state, pins.of(talk.desk.db, seat.member_id)) if seat else Turn(at=Position("home"), onward=True)


def hear(talk: Talk, state: State, said: str) -> Turn:
    seat, typed = talk.caller.seat, digits(said).strip()
    if seat is None or not SHAPE.fullmatch(typed):
        back = Position(*state["back"]) if typed == BACK else Position("pin", state)
        return Turn(at=back, onward=True)
    kept = pins.of(talk.desk.db, seat.member_id)
    if not kept.hashed or kept.locked:
        return _ask(talk, state, kept)
    proofs = [proof for proof in talk.proofs if (proof.hashed, proof.typed) == (kept.hashed, typed)]
    if not proofs:
        raise Unproven(kept.hashed, typed)
    return _count(talk, state, seat.member_id, proofs[0])


def _count(talk: Talk, state: State, member_id: int, proof: Proof) -> Turn:
    """The commit is durable either way: hanging up undoes no wrong try."""
    kept = pins.lock(talk.desk.db, member_id)
    if kept.locked or kept.hashed != proof.hashed:
        return _ask(talk, state, kept)
    if not proof.holds:
        after = pins.count_wrong(talk.desk.db, member_id, kept, talk.desk.now)
        return _ask(talk, state, after, wrong=True)
    pins.count_right(talk.desk.db, member_id, kept)
    conversations.prove(talk.desk.db, talk.conversation_id, talk.desk.now)
    return Turn(at=Position(*state["then"]), onward=True, durable=True)


def _ask(talk: Talk, state: State, kept: Pin, *, wrong: bool = False) -> Turn:
    if not kept.hashed:
        return Turn(talk.say("pin.none"))
    if kept.locked:
        return Turn(talk.say("pin.locked"), durable=True)
    asked = talk.say("pin.wrong", left=kept.left) if wrong else talk.say("pin.ask")
    asked = drilled(talk, asked, exercise=bool(state.get("exercise")))
    return Turn(f"{asked}\n{BACK} {talk.say('nav.back')}", Position("pin", state), durable=wrong)
