"""An operator's own USSD gateway calls these; it sends the latest input only, and everything in the query."""

from collections.abc import Mapping

from flask import Blueprint, request

from service import edge
from service.edge import Answer
from service.exchange import answer_hop, dial_ended
from service.gateways import comviva as wire
from service.gateways.posted import fields
from service.parts import Parts


def ussd(parts: Parts, query: Mapping[str, str]) -> Answer:
    screen = answer_hop(parts, wire.NAME, wire.read_ussd(query, parts.settings.service_code))
    return _render(screen.text, screen.ended)


def clean(parts: Parts, query: Mapping[str, str]) -> Answer:
    dial_ended(parts, wire.NAME, wire.read_end(query))
    return Answer()


def _render(text: str, end: bool) -> Answer:
    return Answer(text, headers=wire.headers(end))


HOOKS: Mapping[str, edge.Hook] = {edge.USSD: ussd, "clean": clean}


def blueprint(parts: Parts) -> Blueprint:
    def phone(query: Mapping[str, str]) -> str:
        return wire.read_ussd(query, parts.settings.service_code).phone

    dialect = edge.Dialect(wire.NAME, HOOKS, "GET", lambda: fields(request.query_string), _render, phone)
    return edge.blueprint(parts, dialect)
