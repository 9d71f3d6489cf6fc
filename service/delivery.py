"""Sending what is due: claim, commit, hand to the gateway, and write down how it ended."""

import logging
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.alert_text import dated
from models import outlet as outlets
from models import restraint, sending
from models.message import MessageState
from models.restraint import Held
from models.sending import Claimed, Ending
from service.database import reading, transaction
from service.gateways.contract import SendResult, Verdict
from service.parts import Parts
from service.receipts import refused
from service.waiting import Busy

logger = logging.getLogger(__name__)

BACK_OFF = (30, 60, 120, 300, 600, 1800)  # seconds before the next try after a temporary refusal; the last one stays
MOST_TRIES = 52  # about a day: time to mend a sender's name
LONGEST_NAP_SECONDS = 2.0  # of a job; whatever has to wait for longer is found by the sweep
PATIENCE_SECONDS = 5.0  # of one job with a gateway that takes only so many a second; then others have their turn
WRITES = 3  # tries to write down how it ended: nobody else knows
STATES = {
    Verdict.ACCEPTED: MessageState.ACCEPTED,
    Verdict.REFUSED: MessageState.FAILED,
    Verdict.UNKNOWN: MessageState.UNKNOWN,
}


def deliver(parts: Parts, *message_ids: int) -> None:
    """Send those of these messages that are due, as fast as their gateways may be fed; equal texts go out in one
    request. What one job has no time for becomes another job, or is found by the sweep."""
    until = time.monotonic() + PATIENCE_SECONDS
    _hold_back(parts, message_ids)
    left: Sequence[int] = message_ids
    while left:
        claimed, allotted = _claim(parts, left, parts.now())
        _send(parts, claimed, allotted.probed)
        left = allotted.later
        if left and allotted.wait and not _waited(parts, left, allotted.wait, until):
            return


def _waited(parts: Parts, left: Sequence[int], room_at: datetime, until: float) -> bool:
    """Whether there is room now for those that are left; until: monotonic, the end of this job's patience."""
    seconds = (room_at - parts.now()).total_seconds()
    if seconds > LONGEST_NAP_SECONDS:
        with transaction(parts.engine) as db:
            sending.postpone(db, left, room_at)
        return False
    if time.monotonic() + seconds > until:
        parts.enqueue("deliver", *left)
        return False
    time.sleep(max(0.0, seconds))
    return True


def _hold_back(parts: Parts, message_ids: Sequence[int]) -> None:
    """Answers that are too many are held, and nothing else ever is."""
    with reading(parts.engine) as db:
        replies = restraint.fresh_replies(db, message_ids)
    too_many = parts.brake.too_fast(replies)
    if too_many:
        logger.warning("%d answers held: %s", len(too_many), Held.RATE.value)
        with transaction(parts.engine) as db:
            restraint.hold(db, too_many, Held.RATE)


def _claim(parts: Parts, message_ids: Sequence[int], now: datetime) -> tuple[list[Claimed], outlets.Allotted]:
    with transaction(parts.engine) as db:
        allotted = outlets.allot(db, sending.waiting(db, message_ids, now), parts.settings.rates, now)
        claimed = sending.claim(db, parts.keys, allotted.now, now)
        return [_dated(parts, _housed(parts, db, each)) for each in claimed], allotted


def _housed(parts: Parts, db: Session, message: Claimed) -> Claimed:
    """By the gateway of today, where the settings know that of yesterday no more."""
    if message.gateway in parts.gateways:
        return message
    gateway = parts.policy.ways.to(message.phone)
    sending.move(db, message.id, gateway)
    return replace(message, gateway=gateway)


def _dated(parts: Parts, message: Claimed) -> Claimed:
    """An alert tells an hour: where the line was down until another day, or a restored service was let go, it says
    which day that was."""
    if message.alert_at is None:
        return message
    text = dated(message.text, message.alert_at, message.at, parts.policy.timezone)
    return replace(message, text=text)


def _send(parts: Parts, claimed: Iterable[Claimed], probed: Collection[str]) -> None:
    """Hand them over, request by request; what follows an empty account stays here."""
    paused = set[str]()
    for gateway, text, by_number in _alike(claimed):
        if gateway in paused:
            _keep(parts, by_number.values())
            continue
        ours = _going(parts, by_number)
        results = parts.gateways[gateway].send(text, {to: each.client_ref for to, each in ours.items()}) if ours else []
        _record(parts, ours, results)
        if any(result.broke for result in results):
            paused.add(gateway)
            _pause(parts, gateway, next(result.reason for result in results if result.broke))
        elif gateway in probed and any(result.verdict is Verdict.ACCEPTED for result in results):
            _resume(parts, gateway)


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


def _going(parts: Parts, by_number: dict[str, Claimed]) -> dict[str, Claimed]:
    """Those that are still ours to send, now that they are noted as handed over."""
    claimed_at = next(iter(by_number.values())).at
    with transaction(parts.engine) as db:
        ours = sending.going(db, [each.id for each in by_number.values()], claimed_at, parts.now())
    return {to: each for to, each in by_number.items() if each.id in ours}


def _keep(parts: Parts, unsent: Iterable[Claimed]) -> None:
    with transaction(parts.engine) as db:
        sending.put_back(db, [each.id for each in unsent], parts.now(), "gateway paused")


def _record(parts: Parts, sent: dict[str, Claimed], results: Sequence[SendResult]) -> None:
    for tries in range(1, WRITES + 1):
        try:
            with transaction(parts.engine) as db:
                for result in results:
                    _settle(db, sent[result.to], result, parts.now())
            break
        except Busy:
            if tries == WRITES:
                raise
    for result in results:
        if result.opted_out:
            refused(parts, result.to)
        if result.verdict is not Verdict.ACCEPTED:
            logger.warning("message %d: %s (%s)", sent[result.to].id, result.verdict.value, result.reason)


def _settle(db: Session, sent: Claimed, result: SendResult, now: datetime) -> None:
    """An empty account is no reason to give a message up, however often that is tried."""
    if result.verdict is Verdict.BUSY and (sent.tries <= MOST_TRIES or result.broke):
        wait = result.retry_after_seconds or BACK_OFF[min(sent.tries, len(BACK_OFF)) - 1]
        soon = outlets.PROBE_EVERY if result.broke else timedelta(seconds=wait)
        sending.put_back(db, [sent.id], now + soon, result.reason)
        return
    state = STATES.get(result.verdict, MessageState.FAILED)
    sending.settle(db, sent.id, Ending(state, result.provider_id, result.reason, result.cost), sent.gateway, now)


def _pause(parts: Parts, gateway: str, reason: str) -> None:
    with transaction(parts.engine) as db:
        begun = outlets.pause(db, gateway, reason, parts.now())
    if begun:
        logger.error("gateway %s: the account is empty (%s); what is to be sent waits", gateway, reason)
        parts.enqueue("standstill", gateway)


def _resume(parts: Parts, gateway: str) -> None:
    """The sweep brings what has waited."""
    with transaction(parts.engine) as db:
        again = outlets.resume(db, gateway)
    if again:
        logger.warning("gateway %s: it takes SMS again", gateway)
