"""One hop, one SMS: the transaction in which it is heard, answered and kept; ids are enqueued after it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flows.form import Channel
from flows.language import DEFAULT
from flows.masking import mask
from handlers import callback, dialling, leaving, resume, texting
from handlers.caller import Caller, Seat
from handlers.desk import Desk
from handlers.filing import unfinished
from handlers.outbox import write
from handlers.proof import Proof, Unproven
from handlers.turn import Deliver, Effect, Position, Route, Talk, Turn
from models import contact as contacts
from models import conversation as conversations
from models import message as messages
from models import unfinished as drafts
from models.phone import parse_phone
from models.restraint import FAREWELL, REPLY
from service.database import reading, transaction
from service.gateways.contract import InboundSms, Unreadable, UssdEnd, UssdRequest
from service.gateways.history import Heard, Kind, latest, newest
from service.grip import Changed, Grip
from service.parts import Parts

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Screen:
    text: str
    ended: bool


def answer_hop(parts: Parts, gateway: str, request: UssdRequest) -> Screen:
    """The screen for this hop. The same hop again gives the same screen and changes nothing. Raises Busy,
    and Unreadable for the session of another phone."""
    proofs: tuple[Proof, ...] = ()
    bare = _is_bare_dial(request)
    dials_too_often = bare and parts.brake.refuses_dial(_alias(parts, request.phone))
    phone, firm, changed = parse_phone(request.phone) or request.phone, bare, 0
    while True:
        try:
            with Grip(parts, gateway, request.session_key, phone, firm=firm, history=request.history or "") as grip:
                screen, effects = _answer_hop(parts, grip, request, proofs, dials_too_often)
        except Unproven as unproven:  # at most once for each PIN in the text
            proofs = (*proofs, unproven.prove())
        except Changed:  # twice at most: nobody comes before whoever has locked
            changed += 1
            firm = changed > 1
        else:
            follow_up(parts, effects)
            return screen


def _is_bare_dial(request: UssdRequest) -> bool:
    """Nothing was said yet, so nothing is lost with it. (Who dials with digits may be filing a report.)"""
    return request.history == "" or bool(request.new and not request.dialled)


def _alias(parts: Parts, phone: str) -> str:
    return parts.keys.pseudonym(parse_phone(phone) or phone).hex()


def _answer_hop(
    parts: Parts, grip: Grip, request: UssdRequest, proofs: tuple[Proof, ...], dials_too_often: bool
) -> tuple[Screen, tuple[Effect, ...]]:
    desk, known, dial = parts.desk_of(grip.reach, grip.known.edition), grip.known, grip.dial
    if dial is not None and dial.contact_id not in (None, known.id):
        raise Unreadable("this session is another phone's")
    heard = _heard(desk, request, dial)
    if dial is not None and (heard.kind is Kind.SAME or dial.ended):
        return Screen(conversations.reply(desk.keys, dial), dial.ended), ()
    caller = caller_of(desk, known, grip.phone)
    if dial is not None and dial.taken_over:
        return Screen(desk.say("dial.taken_over", caller.language), True), ()
    if dial is None and dials_too_often:
        return Screen(desk.say_with_help("error.busy", caller.language), True), ()
    dial = dial or grip.begin(desk.now, at_once=bool(_tokens(desk, request)))
    talk = Talk(desk, caller, Channel.USSD, dial.id, dial.acts, proofs)
    turn = _turn(talk, heard, _position(dial), _tokens(desk, request))
    leaving.let_go(desk, _position(dial), turn.at, turn.effects)
    said = _said(turn, turn.text, heard.text if request.history is None else request.history, turn.durable)
    grip.keep(dial, said, desk.now, desk.policy.session, same_phone=turn.language is None)
    return Screen(turn.text, turn.at is None), turn.effects


def _heard(desk: Desk, request: UssdRequest, dial: conversations.Dial | None) -> Heard:
    seen = (dial.text_length, dial.text_mac) if dial else (None, b"")
    mac = partial(conversations.mac, desk.keys)
    if request.history is None:
        since = desk.now - (dial.heard_at if dial else desk.now)
        return latest(request.latest or "", bool(request.new), *seen, since, mac)
    return newest(request.history, *seen, mac)


def _tokens(desk: Desk, request: UssdRequest) -> list[str]:
    """What was dialled after the service code, where that is taken for answers."""
    return [token for token in request.dialled.split("*") if token] if desk.policy.direct_dial else []


def _turn(talk: Talk, heard: Heard, at: Position | None, tokens: list[str]) -> Turn:
    if heard.kind is Kind.FIRST:
        return dialling.direct(talk, tokens)
    return dialling.answer(talk, heard.text if heard.kind is Kind.SAID else None, at)


def _position(dial: conversations.Dial) -> Position | None:
    return Position(dial.handler, dial.state) if dial.handler else None


def _said(turn: Turn, reply: str, history: str, durable: bool) -> conversations.Said:
    return conversations.Said(
        handler=turn.at.handler if turn.at else "",
        state=turn.at.state if turn.at else {},
        reply=reply,
        history=history,
        opened=turn.opened,
        durable=durable,
        draft_id=unfinished(turn.at),
    )


def caller_of(desk: Desk, known: contacts.Known, phone: str) -> Caller:
    """Who speaks from a phone that is known."""
    places = desk.atlas.gazetteer
    post, last = places.by_id(known.post_place_id), places.by_id(known.last_place_id)
    seat = None
    if known.member_id is not None and known.role is not None:
        seat = Seat(known.member_id, known.role, known.level, post.key if post else "", known.drills)
    language = known.language or known.member_language or DEFAULT
    return Caller(known.id, phone, language, seat, last.key if last else "", known.new)


def take_sms(parts: Parts, gateway: str, sms: InboundSms) -> None:
    """Keep an SMS and what it asks for; the answer is a message like any other. Raises Busy."""
    sender = parse_phone(sms.sender)
    if sender is None or _is_ours(parts, sms, sender):
        _keep_only(parts, gateway, sms)
        return
    with transaction(parts.engine) as db:
        known = contacts.lock(db, parts.keys, sender, parts.now())
        desk = parts.desk(db, known.edition)
        heard_at = messages.last_heard(db, desk.keys, known.id, sms.text, desk.now - desk.policy.same_text)
        inbound = messages.receive(
            db, desk.keys, gateway, sms.provider_id, known.id, mask(sms.text), desk.now, heard=sms.text
        )
        if inbound is None:
            return
        effects = _converse_by_sms(desk, known, sender, Texted(inbound, sms.text, heard_at))
    follow_up(parts, effects)


def _is_ours(parts: Parts, sms: InboundSms, sender: str) -> bool:
    """From one of our own numbers, in whatever form, or from the very number that it was sent to."""
    return sender in parts.policy.own_numbers or sender == parse_phone(sms.to)


@dataclass(frozen=True, slots=True)
class Texted:
    """An SMS that is kept; heard_at: when the same phone sent the very same text before, a moment ago."""

    message_id: int
    text: str
    heard_at: datetime | None


def _converse_by_sms(desk: Desk, known: contacts.Known, sender: str, sms: Texted) -> tuple[Effect, ...]:
    dial = conversations.find(db := desk.db, desk.keys, "sms", str(known.id))
    dial = dial or conversations.begin(db, "sms", str(known.id), known.id, "sms", desk.now)
    talk = Talk(desk, caller_of(desk, known, sender), Channel.SMS, dial.id, dial.acts)
    turn = texting.answer(talk, sms.text, _asked(desk, dial), _echo(desk, sms))
    leaving.set_aside(desk, known.id, callback.beneath(_position(dial)), turn, dial.heard_at)
    conversations.save(db, desk.keys, dial, _said(turn, "", "", durable=True), desk.now, desk.policy.dialogue)
    text = "\n".join(filter(None, [turn.text, resume.reminder(talk) if turn.is_filed else ""]))
    if not text:
        return turn.effects
    purpose = f"{FAREWELL if turn.farewell else REPLY}{sms.message_id}"
    reply = write(desk, known.id, text, purpose, even_if_stopped=turn.farewell)
    return (*turn.effects, Deliver((reply,))) if reply else turn.effects


def _asked(desk: Desk, dial: conversations.Dial) -> texting.Asked:
    """What was asked in this exchange, if that was not too long ago."""
    over = desk.now - dial.expires_at if dial.expires_at is not None else timedelta()
    if over <= timedelta():
        return texting.Asked(_position(dial))
    return texting.Asked(late=_position(dial) is not None and over <= desk.policy.late)


def _echo(desk: Desk, sms: Texted) -> texting.Echo:
    if sms.heard_at is None:
        return texting.Echo()
    return texting.Echo(True, at_once=desk.now - sms.heard_at < desk.policy.echo)


def dial_ended(parts: Parts, gateway: str, end: UssdEnd) -> None:
    """A hint that somebody was interrupted; where it never comes, the sweep finds the same."""
    if end.completed:
        return
    with reading(parts.engine) as db:
        conversation_id = drafts.dial_with_draft(db, gateway, end.session_key)
    if conversation_id is not None:
        parts.enqueue("abandon", conversation_id)


def _keep_only(parts: Parts, gateway: str, sms: InboundSms) -> None:
    """From a short code, a name or ourselves: kept, never answered, since an answer could go round for ever."""
    with transaction(parts.engine) as db:
        messages.receive(db, parts.keys, gateway, sms.provider_id, None, mask(sms.text), parts.now(), heard=sms.text)
    logger.info("kept an SMS that no phone sent")


def follow_up(parts: Parts, effects: tuple[Effect, ...]) -> None:
    """After the commit, and only then: what the workers must do, by id."""
    for effect in effects:
        match effect:
            case Route(report_id):
                parts.enqueue("route", report_id)
            case Deliver(message_ids):
                parts.enqueue("deliver", *message_ids)
