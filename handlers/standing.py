"""How a case stands, in a word or two: for members; whoever has reported it hears what the reporter's words say."""

from handlers.desk import Desk
from models.incident import IncidentState


def standing(desk: Desk, language: str, state: IncidentState, outcome: str | None) -> str:
    """The state, and what came of it where it is closed: an outcome that is only proposed is none yet."""
    word = desk.say(f"state.{state}", language)
    if state is not IncidentState.CLOSED or outcome is None:
        return word
    return f"{word} ({desk.say(f'outcome.{outcome}', language)})"
