"""NON and CLOS by SMS: at once for what is not grave; else it takes a second member, or the menu and a PIN."""

from flows.folding import digits, fold
from handlers.exercising import drilled
from handlers.lifecycle import Act, Outcome, Refused, move, needs_proof, propose
from handlers.turn import Talk, Turn
from models import alert as alerts
from models import incident as incidents
from models.alert import Case
from models.incident import IncidentState

WORDS = {
    Outcome.RESPONSE: "1 reponse response استجابه تدخل تم",
    Outcome.TRANSFER: "2 transfere transfert transferred transfer احاله احيل",
    Outcome.INFORMATION: "3 information info pour for معلومات للعلم",
    Outcome.NOTHING: "4 sans nothing none بلا",
}
OUTCOMES = {fold(word): outcome for outcome, words in WORDS.items() for word in words.split()}


def deny(talk: Talk, rest: str) -> Turn:
    return _decide(talk, Act.DENY, rest.split(), None)


def close(talk: Talk, rest: str) -> Turn:
    """An outcome may follow the reference: its first word, or its digit in the menu."""
    words = rest.split()
    said = fold(digits(words[1])) if len(words) > 1 else ""
    outcome = OUTCOMES.get(said)
    if said and outcome is None:
        text = talk.say("outcome.unknown", reference=digits(words[0]))
        return Turn(_worded(talk, _case(talk, words[0]), text))
    return _decide(talk, Act.CLOSE, words, outcome)


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
    except Refused as refused:
        key = "case.untaken" if refused.state is IncidentState.RECEIVED else "case.refused"
        text = talk.say(key, reference=case.reference, state=talk.say(f"state.{refused.state}"))
        return Turn(_worded(talk, case, text))
    state = talk.say(f"state.{incident.state}")
    text = talk.say("case.done", reference=case.reference, state=state)
    return Turn(_worded(talk, case, text), durable=True, effects=effects)


def _worded(talk: Talk, case: Case | None, text: str) -> str:
    return drilled(talk, text, exercise=case is not None and case.exercise)
