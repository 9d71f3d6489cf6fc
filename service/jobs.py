"""What the workers do: load by id, return early if it is done, act."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from handlers import abandon as abandoning
from handlers import doubt, erasing, reporter, rollup, routing, standstill, wiping
from handlers import ladder as climbing
from handlers import newcomers as newcoming
from handlers.desk import Desk
from models import audit, reach, sending, unfinished, untold
from models import bound as bounds
from models import erasure as erasures
from models import errand as errands
from models import incident as incidents
from models import ladder as ladders
from models import mail as mails
from models import message as messages
from models import outlet as outlets
from models import receipt as receipts
from models import report as reports
from models import ticket as tickets
from service import purge as purging
from service.database import reading, transaction
from service.delivery import deliver
from service.digests import digest
from service.errands import go_on
from service.exchange import follow_up
from service.mailing import mail
from service.parts import Parts

logger = logging.getLogger(__name__)

BATCH = 200
SEALED_AT_ONCE = 2000
OVERDUE = timedelta(seconds=4)  # older than this, and the queue has forgotten it
LATELY = timedelta(hours=1)
ERRANDS_KEPT = timedelta(days=1)
STRANDED = timedelta(seconds=75)  # nobody has gone on with it for so long: whoever did is gone
ABANDONED = timedelta(seconds=75)  # claimed this long ago, and whoever claimed it is gone: no job lasts so long
IN_FLIGHT = timedelta(minutes=2)  # so long after a receipt the answer to its send may still come


def route(parts: Parts, report_id: int) -> None:
    """Tell those who must know of a report."""
    with transaction(parts.engine) as db:
        routed = routing.route(parts.desk(db), report_id)
    if routed.nobody:
        logger.error("report %d: nobody to tell", report_id)
    follow_up(parts, routed.effects)


def abandon(parts: Parts, conversation_id: int) -> None:
    """See to what somebody has begun and left."""
    with transaction(parts.engine) as db:
        effects = abandoning.abandon(parts.desk(db), conversation_id)
    follow_up(parts, effects)


def ladder(parts: Parts) -> None:
    """Find whose time has come: members to be told, and incidents that nobody has moved."""
    now = parts.now()
    with reading(parts.engine) as db:
        members = untold.members_to_tell(db, now, BATCH)
        climbing_now = ladders.due(db, now, BATCH)
        unreached = reach.unreached(db, now, BATCH)
    for member_id in members:
        parts.enqueue("tell", member_id)
    for incident_id in climbing_now:
        parts.enqueue("climb", incident_id)
    for incident_id in unreached:
        parts.enqueue("hurry", incident_id)


def tell(parts: Parts, member_id: int) -> None:
    """Tell a member of what has waited for its time."""
    with transaction(parts.engine) as db:
        effects = rollup.gathered(parts.desk(db), member_id)
    follow_up(parts, effects)


def climb(parts: Parts, incident_id: int) -> None:
    """The next step of an incident's ladder."""
    _climb(parts, incident_id, climbing.climb)


def hurry(parts: Parts, incident_id: int) -> None:
    """The next step of a ladder of whose level nobody can be reached."""
    _climb(parts, incident_id, climbing.hurry)


def _climb(parts: Parts, incident_id: int, step: Callable[[Desk, int], climbing.Climbed]) -> None:
    with transaction(parts.engine) as db:
        climbed = step(parts.desk(db), incident_id)
    if climbed.nobody:
        logger.error("incident %d: nobody left to tell", incident_id)
    follow_up(parts, climbed.effects)


def newcomers(parts: Parts) -> None:
    """Find what nobody was there to be told of, and somebody is by now."""
    with reading(parts.engine) as db:
        waiting = newcoming.unheard(parts.desk(db))
    for incident_id in waiting:
        parts.enqueue("tell_newcomers", incident_id)


def tell_newcomers(parts: Parts, incident_id: int) -> None:
    """Tell of that incident whoever is there by now."""
    with transaction(parts.engine) as db:
        effects = newcoming.tell_newcomers(parts.desk(db), incident_id)
    follow_up(parts, effects)


def idle(parts: Parts) -> None:
    """Find what nobody has done anything about for days."""
    with reading(parts.engine) as db:
        since = parts.now() - timedelta(days=bounds.read(db).idle_days)
        waiting = incidents.idle(db, since, BATCH)
    for incident_id in waiting:
        parts.enqueue("tell_idle", incident_id)


def tell_idle(parts: Parts, incident_id: int) -> None:
    """Tell the reporters of that incident."""
    with transaction(parts.engine) as db:
        effects = reporter.tell_idle(parts.desk(db), incident_id)
    follow_up(parts, effects)


def doubted(parts: Parts, message_id: int) -> None:
    """Expect no receipt any more for a message that may have gone out."""
    with transaction(parts.engine) as db:
        effects = doubt.give_up(parts.desk(db), message_id)
    follow_up(parts, effects)


def standing_still(parts: Parts, gateway: str) -> None:
    """Tell the administrator of an empty account."""
    with transaction(parts.engine) as db:
        effects = standstill.tell(parts.desk(db), gateway)
    follow_up(parts, effects)


def forget(parts: Parts) -> None:
    """Find the anonymous reports whose tellers are to be forgotten by now, and the phones that asked for it; each gets
    a job of its own."""
    with transaction(parts.engine) as db:
        due = tickets.due(db, parts.now(), BATCH)
        leaving = erasures.due(db, parts.now(), BATCH)
    for report_id in due.wipe:
        parts.enqueue("wipe", report_id)
    for report_id in due.empty:
        parts.enqueue("empty_vault", report_id)
    for contact_id in leaving:
        parts.enqueue("erase", contact_id)


def wipe(parts: Parts, report_id: int) -> None:
    """Nothing leads from that report to its teller any more."""
    with transaction(parts.engine) as db:
        wiping.wipe(parts.desk(db), report_id)


def erase(parts: Parts, contact_id: int) -> None:
    """Forget a phone that has asked for it."""
    with transaction(parts.engine) as db:
        erasing.erase(parts.desk(db), contact_id)


def empty_vault(parts: Parts, report_id: int) -> None:
    """Nobody is answered about that report any more."""
    with transaction(parts.engine) as db:
        wiping.empty_vault(parts.desk(db), report_id)


def purge(parts: Parts) -> None:
    """Take away what has been kept for long enough."""
    for rule, gone in purging.purge(parts):
        logger.info("purged %d of %s %s", gone, rule.kept.value, rule.compartment)


def sweep(parts: Parts) -> None:
    """Find what the queue forgot, or was never told: reports that nobody routed, messages that are due, claims
    without an end, conversations that broke off. Each gets a job of its own: one that fails keeps no other waiting."""
    now = parts.now()
    _join_receipts(parts, now)
    with transaction(parts.engine) as db:
        waiting = reports.unrouted(db, now - OVERDUE, BATCH)
        sending.give_up_claims(db, now - ABANDONED)
        mails.give_up_claims(db, now - ABANDONED)
        broken_off = unfinished.forgotten(db, now, now - parts.policy.patience, BATCH)
        due = messages.due(db, now, now - OVERDUE, BATCH)
        due_mails = mails.due(db, now, now - OVERDUE, BATCH)
        doubtful = sending.doubtful(db, now - parts.settings.receipt_wait, BATCH)
        errands.forget(db, now - ERRANDS_KEPT)
        stranded = errands.stranded(db, now - STRANDED, BATCH)
        untold = [outlet.gateway for outlet in outlets.paused(db) if outlet.told_at is None]
    for report_id in waiting:
        parts.enqueue("route", report_id)
    if due:
        parts.enqueue("deliver", *due)
    if due_mails:
        parts.enqueue("mail", *due_mails)
    for conversation_id in broken_off:
        parts.enqueue("abandon", conversation_id)
    for message_id in doubtful:
        parts.enqueue("doubted", message_id)
    for errand_id in stranded:
        parts.enqueue("errand", errand_id)
    for gateway in untold:
        parts.enqueue("standstill", gateway)


def _join_receipts(parts: Parts, now: datetime) -> None:
    with transaction(parts.engine) as db:
        receipts.join_orphans(db, now - LATELY)
        receipts.join_strays(db, now - LATELY, now - IN_FLIGHT)


def seal(parts: Parts) -> None:
    """Put a seal on what the audit has gained."""
    with transaction(parts.engine) as db:
        audit.seal(db, parts.keys, parts.now(), SEALED_AT_ONCE)


JOBS: Mapping[str, Callable[..., None]] = {
    "route": route,
    "deliver": deliver,
    "mail": mail,
    "digest": digest,
    "abandon": abandon,
    "ladder": ladder,
    "tell": tell,
    "climb": climb,
    "hurry": hurry,
    "newcomers": newcomers,
    "tell_newcomers": tell_newcomers,
    "idle": idle,
    "tell_idle": tell_idle,
    "seal": seal,
    "forget": forget,
    "purge": purge,
    "wipe": wipe,
    "empty_vault": empty_vault,
    "erase": erase,
    "doubted": doubted,
    "errand": go_on,
    "standstill": standing_still,
    "sweep": sweep,
}
