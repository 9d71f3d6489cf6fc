"""Sending e-mail that is due: claim one, commit, hand it over, write down how it ended; then the next."""

import logging
from datetime import timedelta

from models import mail as mails
from models.mail import Claimed
from models.message import MessageState
from service.database import transaction
from service.gateways.contract import Verdict
from service.parts import Parts
from service.postman import Posted, Round, Unreachable

logger = logging.getLogger(__name__)

BACK_OFF = (60, 300, 900, 1800)  # seconds before the next try after a temporary refusal; the last one stays
STALE = timedelta(days=1)  # after which yesterday's digest is nothing that anybody waits for
STATES = {
    Verdict.ACCEPTED: MessageState.ACCEPTED,
    Verdict.REFUSED: MessageState.FAILED,
    Verdict.UNKNOWN: MessageState.UNKNOWN,
}


def mail(parts: Parts, *mail_ids: int) -> None:
    """Send those of these that are due, over one connection; one is claimed at a time, so that whoever dies here
    leaves one in doubt at most."""
    if parts.postman is None:
        return
    try:
        with parts.postman.round() as line:
            for mail_id in mail_ids:
                _send(parts, line, mail_id)
                if line.broken:
                    return  # the sweep brings the others
    except Unreachable as error:
        logger.warning("the mail server: %s", error)
        _put_off(parts, mail_ids, str(error))


def _send(parts: Parts, line: Round, mail_id: int) -> None:
    claimed = _claim(parts, mail_id)
    if claimed is not None:
        posted = line.post(claimed.id, claimed.address, claimed.letter, claimed.created_at)
        _record(parts, claimed, posted)


def _claim(parts: Parts, mail_id: int) -> Claimed | None:
    with transaction(parts.engine) as db:
        return mails.claim(db, parts.keys, mail_id, parts.now())


def _put_off(parts: Parts, mail_ids: tuple[int, ...], reason: str) -> None:
    for mail_id in mail_ids:
        claimed = _claim(parts, mail_id)
        if claimed is not None:
            _record(parts, claimed, Posted(Verdict.BUSY, reason[:64]))


def _record(parts: Parts, sent: Claimed, posted: Posted) -> None:
    now = parts.now()
    with transaction(parts.engine) as db:
        if posted.verdict is Verdict.BUSY and now - sent.created_at < STALE:
            wait = timedelta(seconds=BACK_OFF[min(sent.tries, len(BACK_OFF)) - 1])
            mails.put_back(db, sent.id, now + wait, posted.reason)
        else:
            mails.settle(db, sent.id, STATES.get(posted.verdict, MessageState.FAILED), posted.reason, now)
    if posted.verdict is not Verdict.ACCEPTED:
        logger.warning("e-mail %d: %s (%s)", sent.id, posted.verdict.value, posted.reason)
