"""What comes back about messages: receipts, kept even when they are early, and wishes to be left alone."""

from models import contact as contacts
from models import receipt as receipts
from models.base import new_id
from models.message import MessageState
from models.phone import parse_phone
from service.database import transaction
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


def opt_out(parts: Parts, wish: OptOut) -> None:
    phone = parse_phone(wish.phone)
    if phone is not None:
        with transaction(parts.engine) as db:
            contacts.stop(db, parts.keys, phone, "callback", parts.now())
