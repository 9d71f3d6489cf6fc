"""The outer edge of every hook: who knows the token is let in, and whatever happens a phone gets a sentence."""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from flows.language import DEFAULT, chain
from handlers.desk import with_help
from models import contact as contacts
from models.phone import parse_phone
from service.callers import Callers
from service.database import reading
from service.gateways.contract import Unreadable, Untrusted
from service.parts import Parts
from service.waiting import Busy

logger = logging.getLogger(__name__)

SAFE: Mapping[str, str] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
USSD = "ussd"  # the hook whose caller looks at a screen


@dataclass(frozen=True, slots=True)
class Answer:
    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Hook = Callable[[Parts, Mapping[str, str]], Answer]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one gateway calls us. name, hooks: `/hooks/<name>/<token>/<one of hooks>`; method: GET or POST; said: the
    fields of the callback (raises Unreadable, Untrusted). Of a gateway that brings hops: render: a screen, and whether
    it ends the dial, in the gateway's words; phone: whose hop it is (raises Unreadable)."""

    name: str
    hooks: Mapping[str, Hook]
    method: str
    said: Callable[[], Mapping[str, str]]
    render: Callable[[str, bool], Answer] = lambda text, end: Answer(text)
    phone: Callable[[Mapping[str, str]], str] = lambda form: ""


def blueprint(parts: Parts, dialect: Dialect) -> Blueprint:
    hooks = Blueprint(dialect.name, __name__)
    callers = Callers(parts.settings.hook_addresses, parts.settings.trusted_proxies)

    names = ", ".join(f'"{name}"' for name in dialect.hooks)

    @hooks.route(f"/hooks/{dialect.name}/<token>/<any({names}):name>", methods=[dialect.method])
    def hear(token: str, name: str) -> Response:
        allowed = callers.may_call(request.remote_addr, request.headers.get("X-Forwarded-For", ""))
        if not (_known(parts, token) and allowed):
            abort(404)
        answer = _answer(parts, dialect, name)
        return Response(answer.body, answer.status, {**SAFE, **answer.headers}, mimetype="text/plain")

    return hooks


def _known(parts: Parts, token: str) -> bool:
    """Every token is compared, so that the time it takes tells nothing."""
    given = token.encode()
    return any([hmac.compare_digest(given, valid.encode()) for valid in parts.settings.hook_tokens])  # noqa: C419


def _answer(parts: Parts, dialect: Dialect, name: str) -> Answer:
    """Whatever happens, a phone gets a sentence; what could not be stored is asked for again."""
    hook = f"{dialect.name}/{name}"
    try:
        return dialect.hooks[name](parts, dialect.said())
    except Untrusted as error:
        logger.error("hook %s: %s", hook, error)
        return Answer(status=401)
    except (Unreadable, HTTPException) as error:
        logger.warning("hook %s: %s", hook, error if isinstance(error, Unreadable) else error.code)
        return _sorry(parts, dialect, "error.unreadable") if name == USSD else Answer()
    except Busy:
        logger.warning("hook %s: the database is busy", hook)
        return _sorry(parts, dialect, "error.busy") if name == USSD else Answer(status=503)
    except Exception:
        logger.exception("hook %s failed", hook)
        return _sorry(parts, dialect, "error.failed") if name == USSD else Answer(status=503)


def _sorry(parts: Parts, dialect: Dialect, key: str) -> Answer:
    return dialect.render(with_help(parts.words, parts.policy, key, chain(_language(parts, dialect))), True)


def _language(parts: Parts, dialect: Dialect) -> str:
    """The caller's, if that can be read without waiting for whoever is in our way."""
    try:
        phone = dialect.phone(dialect.said())
        with reading(parts.engine) as db:
            return contacts.spoken(db, parts.keys, parse_phone(phone) or phone) or DEFAULT
    except (Unreadable, HTTPException, Busy, SQLAlchemyError):
        return DEFAULT
