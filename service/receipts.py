"""What comes back about messages: receipts, kept even when they are early, and wishes to be left alone."""

from models import contact as contacts
from models import message as messages
from models.message import MessageState
from models.phone import parse_phone
from service.database import transaction
from service.gateways.contract import OptOut, Receipt, ReceiptState
from service.parts import Parts

STATES = {ReceiptState.DELIVERED: MessageState.DELIVERED, ReceiptState.FAILED: MessageState.FAILED}


def take(parts: Parts, gateway: str, receipt: Receipt) -> None:
    """A receipt may come twice, late, or before we know the message's id; a final state is never overwritten."""
    state = STATES.get(receipt.state)
    with transaction(parts.engine) as db:
        messages.keep_receipt(db, gateway, receipt.provider_id, receipt.raw, state, parts.now())


def opt_out(parts: Parts, wish: OptOut) -> None:
    phone = parse_phone(wish.phone)
    if phone is not None:
        with transaction(parts.engine) as db:
            contacts.stop(db, parts.keys, phone, "callback", parts.now())
