"""Every gateway that only brings SMS and receipts calls these: read the callback by its kind, and act."""

from collections.abc import Callable, Iterator

from flask import Blueprint, request

from service import edge, receipts
from service.edge import Answer
from service.exchange import take_sms
from service.gateways.contract import InboundSms, OptOut, Receipt
from service.gateways.kind import Fields, Kind, Told
from service.gateways.kinds import KINDS
from service.parts import Parts


def blueprints(parts: Parts) -> Iterator[Blueprint]:
    """Only of those that the routes name: nobody else has anything to tell."""
    for name in parts.gateways:
        kind = KINDS[name]
        if kind.hears:
            hooks = {hook: _hook(kind, read) for hook, read in kind.hears.items()}
            yield edge.blueprint(parts, edge.Dialect(name, hooks, kind.method, _said(parts, kind)))


def _said(parts: Parts, kind: Kind) -> Callable[[], Fields]:
    return lambda: kind.said(request, parts.settings)


def _hook(kind: Kind, read: Callable[[Fields], Told]) -> edge.Hook:
    def hear(parts: Parts, form: Fields) -> Answer:
        _act(parts, kind.name, read(form))
        return Answer(kind.taken)

    return hear


def _act(parts: Parts, gateway: str, told: Told) -> None:
    match told:
        case InboundSms():
            take_sms(parts, gateway, told)
        case Receipt():
            receipts.take(parts, gateway, told)
        case OptOut():
            receipts.opt_out(parts, told)
