"""Africa's Talking calls these: check the token, read the form, act, answer in the words that it expects."""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from flows.language import DEFAULT
from handlers.desk import with_help
from service import receipts
from service.database import Busy
from service.exchange import answer_hop, take_sms
from service.gateways import africastalking as wire
from service.gateways.contract import Unreadable
from service.parts import Parts

logger = logging.getLogger(__name__)

GATEWAY = "africastalking"


@dataclass(frozen=True, slots=True)
class Answer:
    body: str = ""
    status: int = 200


Hook = Callable[[Parts, Mapping[str, str]], Answer]


def ussd(parts: Parts, form: Mapping[str, str]) -> Answer:
    screen = answer_hop(parts, GATEWAY, wire.read_ussd(form))
    return Answer(wire.render_ussd(screen.text, screen.ended))


def ussd_end(parts: Parts, form: Mapping[str, str]) -> Answer:
    wire.read_ussd_end(form)
    return Answer()


def sms(parts: Parts, form: Mapping[str, str]) -> Answer:
    take_sms(parts, GATEWAY, wire.read_sms(form))
    return Answer()


def delivery(parts: Parts, form: Mapping[str, str]) -> Answer:
    receipts.take(parts, GATEWAY, wire.read_delivery(form))
    return Answer()


def optout(parts: Parts, form: Mapping[str, str]) -> Answer:
    receipts.opt_out(parts, wire.read_optout(form))
    return Answer()


HOOKS: Mapping[str, Hook] = {
    "ussd": ussd,
    "ussd-end": ussd_end,
    "sms": sms,
    "delivery": delivery,
    "optout": optout,
}


def blueprint(parts: Parts) -> Blueprint:
    hooks = Blueprint("africastalking", __name__)

    @hooks.post("/hooks/africastalking/<token>/<name>")
    def hear(token: str, name: str) -> Response:
        if name not in HOOKS or not _known(parts, token):
            abort(404)
        answer = _answer(parts, name)
        return Response(answer.body, answer.status, mimetype="text/plain")

    return hooks


def _known(parts: Parts, token: str) -> bool:
    """Every token is compared, so that the time it takes tells nothing."""
    given = token.encode()
    return any([hmac.compare_digest(given, valid.encode()) for valid in parts.settings.hook_tokens])  # noqa: C419


def _answer(parts: Parts, name: str) -> Answer:
    """Whatever happens, a phone gets a sentence; what could not be stored is asked for again."""
    try:
        return HOOKS[name](parts, request.form)
    except (Unreadable, HTTPException) as error:
        logger.warning("hook %s: %s", name, error if isinstance(error, Unreadable) else error.code)
        return _sorry(parts, "error.unreadable") if name == "ussd" else Answer()
    except Busy:
        logger.warning("hook %s: the database is busy", name)
        return _sorry(parts, "error.busy") if name == "ussd" else Answer(status=503)
    except Exception:
        logger.exception("hook %s failed", name)
        return _sorry(parts, "error.failed") if name == "ussd" else Answer(status=503)


def _sorry(parts: Parts, key: str) -> Answer:
    text = with_help(parts.words, parts.policy, key, (DEFAULT,))
    return Answer(wire.render_ussd(text, True))
