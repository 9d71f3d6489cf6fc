"""What a member has in hand: verify it, say that it is not so, work on it, close it with an outcome."""

from dataclasses import replace

from handlers import merging, pin
from handlers.exercising import drilled
from handlers.label import label
from handlers.lifecycle import Act, Outcome, Refused, allowed, move, needs_proof
from handlers.menu import Item, hear_choice, show_page
from handlers.numbering import numbers
from handlers.reading_room import Sight, most
from handlers.standing import standing
from handlers.turn import Effect, Position, State, Talk, Turn
from handlers.turn import show as go
from models import alert as alerts
from models import incident as incidents
from models.alert import Case
from models.incident import Hand

MOST = 20
ACTS = (("1", Act.VERIFY), ("2", Act.DENY), ("3", Act.REFUTE), ("4", Act.START), ("5", Act.CLOSE))
OUTCOMES = tuple(zip("1234", Outcome, strict=True))
HOME, CASES = Position("home"), Position("cases")


def line(talk: Talk, case: Case) -> str:
    """Reference, severity, and what and where as far as they stand in clear, for whoever may see the facts."""
    seat, word = talk.caller.seat, talk.say("alert.exercise") if case.exercise else ""
    if seat is None or most(seat.role, case.compartment) < Sight.FACTS:
        return label(talk, word, case.reference)
    language = talk.caller.language
    short = talk.desk.codes.short(case.code, language) if case.code else ""
    place = talk.desk.atlas.name(case.area or "", language)
    return label(talk, word, f"{case.reference} S{case.severity}", short, place)


def _items(talk: Talk) -> list[Item]:
    seat = talk.caller.seat
    held = alerts.in_hand(talk.desk.db, seat.member_id, MOST) if seat else []
    return [
        Item(key, line(talk, case), Position("case", {"incident": case.incident_id}))
        for key, case in zip(numbers(), held, strict=False)
    ]


def _title(talk: Talk, state: State, items: list[Item]) -> str:
    """What has just been done, `told`, stands above what is left to do."""
    title = talk.say("cases.title" if items else "cases.empty")
    return f"{state['told']}\n{title}" if "told" in state else title


def show(talk: Talk, state: State) -> Turn:
    items = _items(talk)
    return show_page(talk, Position("cases", state), _title(talk, state, items), items)


def hear(talk: Talk, state: State, said: str) -> Turn:
    items = _items(talk)
    return hear_choice(talk, Position("cases", state), _title(talk, state, items), items, said, back=HOME)


def _case(talk: Talk, state: State) -> Case | None:
    seat = talk.caller.seat
    return alerts.case(talk.desk.db, seat.member_id, int(state["incident"])) if seat else None


def _choices(talk: Talk, case: Case) -> list[Item]:
    """An act keeps its digit, whatever the others are."""
    about = {"incident": case.incident_id, "exercise": case.exercise}
    ways = [(key, act) for key, act in ACTS if allowed(case.state, act)]
    moves = [
        Item(key, talk.say(f"case.{act}"), Position("outcome" if act is Act.CLOSE else "decide", {**about, "act": act}))
        for key, act in ways
    ]
    return [*moves, *_merging(talk, case)]


def _merging(talk: Talk, case: Case) -> list[Item]:
    """Whether it is the same as another one, and what of it is not."""
    about = {"incident": case.incident_id}
    items = []
    if case.like and allowed(case.state, Act.JOIN):
        items.append(
            Item("6", talk.say("case.join", reference=case.like), Position("decide", {**about, "act": Act.JOIN}))
        )
        items.append(Item("7", talk.say("case.decline", reference=case.like), Position("decline", about)))
    if case.parts > 1:
        items.append(Item("8", talk.say("case.separate"), Position("parts", about)))
    return items


def _heading(talk: Talk, case: Case) -> str:
    return f"{line(talk, case)}: {standing(talk.desk, talk.caller.language, case.state, case.outcome)}"


def show_case(talk: Talk, state: State) -> Turn:
    case = _case(talk, state)
    if case is None:
        return go("cases")
    return show_page(talk, Position("case", state), _heading(talk, case), _choices(talk, case))


def hear_case(talk: Talk, state: State, said: str) -> Turn:
    case = _case(talk, state)
    if case is None:
        return go("cases")
    return hear_choice(talk, Position("case", state), _heading(talk, case), _choices(talk, case), said, back=CASES)


def _outcome_title(talk: Talk, state: State) -> str:
    return drilled(talk, talk.say("outcome.title"), exercise=bool(state.get("exercise")))


def _outcomes(talk: Talk, state: State) -> list[Item]:
    about = {"incident": state["incident"], "act": Act.CLOSE}
    return [
        Item(key, talk.say(f"outcome.{each}"), Position("decide", {**about, "outcome": each})) for key, each in OUTCOMES
    ]


def show_outcome(talk: Talk, state: State) -> Turn:
    return show_page(talk, Position("outcome", state), _outcome_title(talk, state), _outcomes(talk, state))


def hear_outcome(talk: Talk, state: State, said: str) -> Turn:
    here, back = Position("outcome", state), Position("case", {"incident": state["incident"]})
    return hear_choice(talk, here, _outcome_title(talk, state), _outcomes(talk, state), said, back=back)


def show_decide(talk: Talk, state: State) -> Turn:
    """Do it, or ask for the PIN first."""
    seat, case, act = talk.caller.seat, _case(talk, state), Act(state["act"])
    if seat is None or case is None:
        return go("cases")
    proof = needs_proof(case.severity, act)
    if proof and not pin.is_proven(talk):
        back = ["case", {"incident": case.incident_id}]
        return go("pin", {"then": ["decide", dict(state)], "back": back, "exercise": case.exercise})
    outcome = Outcome(state["outcome"]) if "outcome" in state else None
    hand = talk.hand(f"{talk.channel}_pin" if proof else "")
    try:
        effects = _do(talk, case, act, hand, outcome)
    except Refused:
        return go("cases", {"told": _told(talk, "case.refused", case)})
    return replace(go("cases", {"told": _told(talk, "case.done", case)}), durable=True, effects=effects)


def _do(talk: Talk, case: Case, act: Act, hand: Hand, outcome: Outcome | None) -> tuple[Effect, ...]:
    if act is Act.JOIN:
        return merging.join(talk.desk, case.incident_id, hand)
    return move(talk.desk, incidents.lock(talk.desk.db, case.incident_id), act, hand, outcome)


def _told(talk: Talk, key: str, case: Case) -> str:
    """How it stands now."""
    after = incidents.get(talk.desk.db, case.incident_id)
    state = standing(talk.desk, talk.caller.language, after.state, after.outcome)
    text = talk.say(key, reference=case.reference, state=state)
    return drilled(talk, text, exercise=case.exercise)


def show_decline(talk: Talk, state: State) -> Turn:
    case = _case(talk, state)
    if case is not None:
        merging.decline(talk.desk, case.incident_id)
    return replace(go("case", {"incident": state["incident"]}), durable=True)


def _parts(talk: Talk, case: Case) -> list[Item]:
    """The references that it has gathered, but for the one it goes by."""
    others = merging.parts(talk.desk, case.incident_id)
    return [
        Item(key, reference, Position("separate", {"incident": case.incident_id, "part": reference}))
        for key, reference in zip(numbers(), others[:MOST], strict=False)
    ]


def _parts_title(talk: Talk, case: Case) -> str:
    return drilled(talk, talk.say("separate.title"), exercise=case.exercise)


def show_parts(talk: Talk, state: State) -> Turn:
    case = _case(talk, state)
    if case is None:
        return go("cases")
    return show_page(talk, Position("parts", state), _parts_title(talk, case), _parts(talk, case))


def hear_parts(talk: Talk, state: State, said: str) -> Turn:
    case = _case(talk, state)
    if case is None:
        return go("cases")
    here, back = Position("parts", state), Position("case", {"incident": case.incident_id})
    return hear_choice(talk, here, _parts_title(talk, case), _parts(talk, case), said, back=back)


def show_separate(talk: Talk, state: State) -> Turn:
    case, part = _case(talk, state), str(state["part"])
    if case is None:
        return go("cases")
    try:
        effects = merging.separate(talk.desk, case.incident_id, part, talk.hand())
    except Refused:
        return go("cases", {"told": _told(talk, "case.refused", case)})
    told = drilled(talk, talk.say("case.separated", reference=part), exercise=case.exercise)
    return replace(go("cases", {"told": told}), durable=True, effects=effects)
