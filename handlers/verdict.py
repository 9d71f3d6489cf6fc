"""NON and CLOS by SMS: at once for what is not grave; else it takes a second member, or the menu and a PIN."""

from flows.folding import digits, fold
from flows.language import COMPLETE
from handlers.exercising import drilled
from handlers.lifecycle import Act, Outcome, Refused, Unsaid, allowed, move, needs_proof, propose
from handlers.standing import standing
from handlers.turn import Position, State, Talk, Turn
from handlers.turn import show as go
from models import alert as alerts
from models import incident as incidents
from models.alert import Case
from models.incident import Incident, IncidentState

WORDS = {
    Outcome.RESPONSE: "1 reponse response استجابه تدخل تم",
    Outcome.TRANSFER: "2 transfere transfert transferred transfer احاله احيل",
    Outcome.INFORMATION: "3 information info pour for معلومات للعلم",
    Outcome.NOTHING: "4 sans nothing none بلا",
}
OUTCOMES = {fold(word): outcome for outcome, words in WORDS.items() for word in words.split()}
ASKING = "ending"  # where the answer to our question goes


def deny(talk: Talk, rest: str) -> Turn:
    return _decide(talk, Act.DENY, rest.split(), None)


def close(talk: Talk, rest: str) -> Turn:
    """An outcome may follow the reference: its first word, or its digit in the menu. Else it is asked for."""
    words = rest.split()
    said = fold(digits(words[1])) if len(words) > 1 else ""
    outcome = OUTCOMES.get(said)
    if said and outcome is None:
        case = _case(talk, words[0])
        if case is not None and allowed(case.state, Act.CLOSE):
            return _ask(case)
    return _decide(talk, Act.CLOSE, words, outcome)


def _ask(case: Case) -> Turn:
    return go(ASKING, {"incident": case.incident_id})


def show(talk: Talk, state: State) -> Turn:
    """What came of it, as a list, with both ways to answer."""
    case = _asked_about(talk, state)
    if case is None:
        return Turn(talk.say("ack.not_yours"))
    listed = [f"{key} {talk.say(f'outcome.{each}')}" for key, each in zip("1234", Outcome, strict=True)]
    reference = case.reference
    lines = talk.say("outcome.ask", reference=reference), *listed, talk.say("outcome.how", reference=reference)
    return Turn(_worded(talk, case, "\n".join(lines)), Position(ASKING, state))


def hear(talk: Talk, state: State, said: str) -> Turn:
    case, outcome = _asked_about(talk, state), _named(talk, said)
    if case is None or outcome is None:
        return show(talk, state)
    return _act(talk, Act.CLOSE, case, outcome)


def is_over(talk: Talk, at: Position, text: str) -> bool:
    """Whether nobody needs the answer any more: what is written now and names no outcome answers nothing."""
    if at.handler != ASKING or _named(talk, text) is not None:
        return False
    case = _asked_about(talk, at.state)
    said = case is not None and incidents.get(talk.desk.db, case.incident_id).outcome is not None
    return case is None or said or not allowed(case.state, Act.CLOSE)


def _asked_about(talk: Talk, state: State) -> Case | None:
    seat = talk.caller.seat
    return alerts.case(talk.desk.db, seat.member_id, int(state["incident"])) if seat else None


def names_outcome(word: str) -> bool:
    """word: folded."""
    return word in OUTCOMES


def _named(talk: Talk, text: str) -> Outcome | None:
    """The outcome, where the text is its digit, its word or its name and nothing more: "3 morts" is no third choice."""
    said = fold(digits(text)).strip(" .,;:!")
    labels = {fold(talk.desk.say(f"outcome.{each}", tag)): each for each in Outcome for tag in COMPLETE}
    return OUTCOMES.get(said) or labels.get(said)


def _decide(talk: Talk, act: Act, words: list[str], outcome: Outcome | None) -> Turn:
    """It works only on an incident that this member was alerted of."""
    if not words:
        return Turn(talk.say(f"sms.{act}"))
    case = _case(talk, words[0])
    if case is None:
        return Turn(talk.say("ack.not_yours"))
    return _act(talk, act, case, outcome)


def _case(talk: Talk, reference: str) -> Case | None:
    seat = talk.caller.seat
    return alerts.named_case(talk.desk.db, seat.member_id, digits(reference)) if seat else None


def _act(talk: Talk, act: Act, case: Case, outcome: Outcome | None) -> Turn:
    incident = incidents.lock(talk.desk.db, case.incident_id)
    try:
        if needs_proof(incident.severity, act) and not propose(talk.desk, incident, act, talk.hand(), outcome):
            text = talk.say("case.proposed", reference=case.reference, code=talk.desk.policy.service_code)
            return Turn(_worded(talk, case, text), durable=True)
        effects = move(talk.desk, incident, act, talk.hand(), outcome)
    except Unsaid:
        return _ask(case)
    except Refused as refused:
        key = "case.untaken" if refused.state is IncidentState.RECEIVED else "case.refused"
        return Turn(_stands(talk, key, case, incident))
    return Turn(_stands(talk, "case.done", case, incident), durable=True, effects=effects)


def _stands(talk: Talk, key: str, case: Case, incident: Incident) -> str:
    state = standing(talk.desk, talk.caller.language, incident.state, incident.outcome)
    return _worded(talk, case, talk.say(key, reference=case.reference, state=state))


def _worded(talk: Talk, case: Case, text: str) -> str:
    return drilled(talk, text, exercise=case.exercise)
