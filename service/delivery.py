"""Sending what is due: claim, commit, hand to the gateway, and write down how it ended."""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from models import message as messages
from models.message import Claimed, Ending, MessageState
from service.database import transaction
from service.gateways.contract import SendResult, Verdict
from service.parts import Parts

logger = logging.getLogger(__name__)

BACK_OFF = (30, 60, 120, 300, 600, 1800)  # seconds before the next try after a temporary refusal; the last one stays
MOST_TRIES = 52  # about a day: time to pay the bill or to mend a sender's name
STATES = {
    Verdict.ACCEPTED: MessageState.ACCEPTED,
    Verdict.REFUSED: MessageState.FAILED,
    Verdict.UNKNOWN: MessageState.UNKNOWN,
}


def deliver(parts: Parts, *message_ids: int) -> None:
    """Send those of these messages that are due; equal texts go out in one request."""
    now = parts.now()
    with transaction(parts.engine) as db:
        claimed = messages.claim(db, parts.keys, message_ids, now)
    for gateway, text, by_number in _alike(claimed):
        for result in parts.gateways[gateway].send(text, list(by_number)):
            _record(parts, by_number[result.to], result, parts.now())


def _alike(claimed: Iterable[Claimed]) -> list[tuple[str, str, dict[str, Claimed]]]:
    """(gateway, text, number → message) for each request. Two messages to one phone never share one, since its
    answer is told apart by the number alone."""
    requests: dict[tuple[str, str, int], dict[str, Claimed]] = {}
    told: Counter[tuple[str, str, str]] = Counter()
    for each in claimed:
        again = told[each.gateway, each.text, each.phone]
        told[each.gateway, each.text, each.phone] += 1
        requests.setdefault((each.gateway, each.text, again), {})[each.phone] = each
    return [(gateway, text, by_number) for (gateway, text, _), by_number in requests.items()]


def _record(parts: Parts, sent: Claimed, result: SendResult, now: datetime) -> None:
    with transaction(parts.engine) as db:
        if result.verdict is Verdict.BUSY and sent.tries <= MOST_TRIES:
            wait = result.retry_after_seconds or BACK_OFF[min(sent.tries, len(BACK_OFF)) - 1]
            messages.put_back(db, sent.id, now + timedelta(seconds=wait), result.reason)
        else:
            state = STATES.get(result.verdict, MessageState.FAILED)
            ending = Ending(state, result.provider_id, result.reason, result.cost)
            messages.settle(db, sent.id, ending, sent.gateway, now)
    if result.verdict is not Verdict.ACCEPTED:
        logger.warning("message %d: %s (%s)", sent.id, result.verdict.value, result.reason)
