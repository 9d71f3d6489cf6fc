"""What comes back about messages: receipts, kept even when they are early, and wishes to be left alone."""

from handlers import silence
from models import contact as contacts
from models import receipt as receipts
from models.base import new_id
from models.message import MessageState
from models.phone import parse_phone
from service.database import transaction
from service.exchange import follow_up
from service.gateways.contract import OptOut, Receipt, ReceiptState
from service.parts import Parts

LONGEST_REASON = 64
STATES = {ReceiptState.DELIVERED: MessageState.DELIVERED, ReceiptState.FAILED: MessageState.FAILED}


def take(parts: Parts, gateway: str, receipt: Receipt) -> None:
    """A receipt may come twice, late, or before we know the message's id; a final state is never overwritten."""
    phone = parse_phone(receipt.phone)
    with transaction(parts.engine) as db:
        kept = receipts.Receipt(
            id=new_id(),
            gateway=gateway,
            provider_id=receipt.provider_id,
            raw=receipt.raw,
            state=STATES.get(receipt.state),
            reason=f"{receipt.raw} {receipt.reason}".strip()[:LONGEST_REASON],
            contact_id=contacts.find(db, parts.keys, phone) if phone else None,
            at=parts.now(),
        )
        receipts.keep(db, kept)
    if receipt.opted_out:
        refused(parts, receipt.phone)


def opt_out(parts: Parts, wish: OptOut) -> None:
    _stop(parts, wish.phone, "callback")


def refused(parts: Parts, number: str) -> None:
    """The network will not bring anything to this phone: its holder has said so there."""
    _stop(parts, number, "gateway")


def _stop(parts: Parts, number: str, source: str) -> None:
    phone = parse_phone(number)
    if phone is None:
        return
    with transaction(parts.engine) as db:
        effects = silence.stop(parts.desk(db), phone, source)
    follow_up(parts, effects)
