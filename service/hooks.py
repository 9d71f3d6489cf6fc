"""Africa's Talking calls these: read the form, act, answer in the words that it expects."""

from collections.abc import Mapping

from flask import Blueprint, request

from service import edge, receipts
from service.edge import Answer
from service.exchange import answer_hop, dial_ended, take_sms
from service.gateways import africastalking as wire
from service.gateways.posted import fields
from service.parts import Parts


def ussd(parts: Parts, form: Mapping[str, str]) -> Answer:
    screen = answer_hop(parts, wire.NAME, wire.read_ussd(form))
    return _render(screen.text, screen.ended)


def ussd_end(parts: Parts, form: Mapping[str, str]) -> Answer:
    dial_ended(parts, wire.NAME, wire.read_ussd_end(form))
    return Answer()


def sms(parts: Parts, form: Mapping[str, str]) -> Answer:
    take_sms(parts, wire.NAME, wire.read_sms(form))
    return Answer()


def delivery(parts: Parts, form: Mapping[str, str]) -> Answer:
    receipts.take(parts, wire.NAME, wire.read_delivery(form))
    return Answer()


def optout(parts: Parts, form: Mapping[str, str]) -> Answer:
    receipts.opt_out(parts, wire.read_optout(form))
    return Answer()


def _body() -> Mapping[str, str]:
    """Nothing else says anything: an address, with its query, is written down on its way."""
    return fields(request.get_data())


def _phone(form: Mapping[str, str]) -> str:
    return wire.read_ussd(form).phone


def _render(text: str, end: bool) -> Answer:
    return Answer(wire.render_ussd(text, end))


HOOKS: Mapping[str, edge.Hook] = {
    edge.USSD: ussd,
    "ussd-end": ussd_end,
    "sms": sms,
    "delivery": delivery,
    "optout": optout,
}


def blueprint(parts: Parts) -> Blueprint:
    return edge.blueprint(parts, edge.Dialect(wire.NAME, HOOKS, "POST", _body, _render, _phone))
