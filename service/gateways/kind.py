"""A kind of SMS gateway: what it needs to be told, how it is made, and how its callbacks are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Request

from service.gateways.contract import InboundSms, OptOut, Receipt, SmsGateway
from service.gateways.posted import fields
from service.settings import Settings

Fields = Mapping[str, str]
Told = InboundSms | Receipt | OptOut | None  # None: something that is of no use to us


def _posted(request: Request, settings: Settings) -> Fields:
    return fields(request.get_data())


@dataclass(frozen=True, slots=True)
class Kind:
    """needs: the settings without which it cannot work, named without the prefix; hears: for each of its hooks, what a
    callback tells (raises Unreadable); method, said: how it calls, and the fields of a callback (raises Unreadable,
    Untrusted); taken: the body that says so, where an empty one will not do."""

    name: str
    needs: tuple[str, ...]
    build: Callable[[Settings], SmsGateway]
    hears: Mapping[str, Callable[[Fields], Told]] = field(default_factory=dict)
    method: str = "POST"
    said: Callable[[Request, Settings], Fields] = _posted
    taken: str = ""
