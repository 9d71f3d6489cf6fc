"""An operator's line behind Kannel, over real HTTP: what it brings, what it takes, and how its receipts find home."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_service import COORDINATOR, TOKEN, VILLAGER, Post
from fixtures_simulator import Call, Listener, Reply
from fixtures_smtp import Mailbox
from sqlalchemy import select

from handlers.ways import Ways
from models.message import Direction, Message, MessageState, open_text
from models.report import Report
from service.database import reading
from service.gateways.contract import Account, SendResult, Verdict
from service.gateways.kannel import Kannel
from service.postman import Postman
from service.simulator.network import Outcome
from service.simulator.script import ReceiptPlan
from service.simulator.server import Simulator
from service.stocking import load_roster

PHONE, OTHER = "+22236000077", "+22241000001"
HOOKS = f"http://127.0.0.1:9/hooks/kannel/{TOKEN}/"  # nobody listens there


def kannel(url: str, *, joins: bool = True, seconds: float = 2.0) -> Kannel:
    return Kannel(url, "karakoro", "secret", "36000", HOOKS, joins, (seconds, seconds))


def one(url: str, text: str = "bonjour") -> SendResult:
    [result] = kannel(url).send(text, {PHONE: "4711"})
    return result


def takes(listener: Listener, status: int = 202, said: bytes = b"0: Accepted for delivery") -> None:
    listener.answer = lambda call: Reply(said, status)


def query(call: Call) -> dict[str, str]:
    return dict(Call("", "", call.path.partition("?")[2].encode(), {}).form)


@pytest.fixture
def line(open_post: Callable[[str], Post], simulator: Simulator) -> Post:
    """A post that reaches Mauritania by Kannel, and all others by Africa's Talking."""
    post = open_post(simulator.url)
    settings = replace(
        post.parts.settings, kannel_url=simulator.url, public_url="https://example.org", metrics_token=TOKEN
    )
    ways = Ways({"+222": "kannel", "": "africastalking"})
    gateways = {**post.parts.gateways, "kannel": kannel(simulator.url)}
    policy = replace(post.parts.policy, ways=ways)
    post.parts = replace(post.parts, settings=settings, gateways=gateways, policy=policy)
    return post


def bring(post: Post, name: str, **said: str) -> tuple[int, bytes]:
    answer = post.client.get(f"/hooks/kannel/{TOKEN}/{name}", query_string=said)
    return answer.status_code, answer.data


def outgoing(post: Post) -> dict[str, Message]:
    with reading(post.parts.engine) as db:
        found = db.scalars(select(Message).where(Message.direction == Direction.OUT))
        return {message.purpose_key or "": message for message in found}


@pytest.mark.parametrize(
    ("status", "said", "verdict", "reason"),
    [
        pytest.param(202, b"0: Accepted for delivery", Verdict.ACCEPTED, "202 0: Accepted for delivery", id="taken"),
        pytest.param(202, b"3: Queued for later delivery", Verdict.ACCEPTED, "202 3: Queued for later delivery",
                     id="queued"),
        pytest.param(400, b"Garbage 'to' field, rejected.", Verdict.REFUSED, "400 Garbage 'to' field, rejected.",
                     id="not a number"),
        pytest.param(403, b"Authorization failed for sendsms", Verdict.BUSY, "403 Authorization failed for sendsms",
                     id="a wrong password"),
        pytest.param(403, b"Not routable. Do not try again.", Verdict.REFUSED, "403 Not routable. Do not try again.",
                     id="no line leads there"),
        pytest.param(404, b"", Verdict.BUSY, "404", id="another server"),
        pytest.param(503, b"Temporal failure, try again later.", Verdict.BUSY,
                     "503 Temporal failure, try again later.", id="not now"),
        pytest.param(500, b"oops", Verdict.UNKNOWN, "500 oops", id="nobody knows"),
        pytest.param(302, b"", Verdict.UNKNOWN, "302", id="elsewhere"),
    ],
)  # fmt: skip
def test_every_answer_is_one_of_four_verdicts(
    listener: Listener, status: int, said: bytes, verdict: Verdict, reason: str
) -> None:
    takes(listener, status, said)
    result = one(listener.url)
    assert (result.to, result.verdict, result.reason, result.provider_id) == (PHONE, verdict, reason, "4711")


def test_the_request_is_what_the_guide_asks_for(listener: Listener) -> None:
    takes(listener)
    one(listener.url, "Blessé & 1+1")
    [call] = listener.calls
    assert call.path.startswith("/cgi-bin/sendsms?")
    assert query(call) == {
        "username": "karakoro",
        "password": "secret",
        "from": "36000",
        "to": PHONE,
        "text": "Blessé & 1+1",
        "charset": "UTF-8",
        "dlr-mask": "31",
        "dlr-url": f"{HOOKS}delivery?ref=4711&status=%d",
    }


def test_what_gsm7_has_no_letters_for_goes_as_ucs2(listener: Listener) -> None:
    takes(listener)
    one(listener.url, "سلام")
    assert query(listener.calls[0])["coding"] == "2"


def test_an_answer_that_does_not_come_leaves_the_end_unknown_and_the_others_untried(simulator: Simulator) -> None:
    simulator.network.script(Outcome(hang_seconds=1.0))
    first, second = kannel(simulator.url, seconds=0.3).send("bonjour", {PHONE: "1", OTHER: "2"})
    assert (first.verdict, first.reason) == (Verdict.UNKNOWN, "no answer: ReadTimeout")
    assert (second.verdict, second.reason) == (Verdict.BUSY, "no answer to another")
    assert len(simulator.network.requests) == 1


def test_what_never_left_can_be_sent_again() -> None:
    assert one("http://127.0.0.1:9").verdict is Verdict.BUSY


def test_a_number_in_what_it_says_is_not_told(listener: Listener) -> None:
    takes(listener, 400, f"Bad number {PHONE}".encode())
    assert one(listener.url).reason == "400 Bad number …"


def test_where_nobody_joins_parts_each_is_an_sms_cut_between_words(simulator: Simulator) -> None:
    text = " ".join(["mot"] * 60)
    [result] = kannel(simulator.url, joins=False).send(text, {PHONE: "4711"})
    texts = [message.text for message in simulator.network.inbox(PHONE)]
    assert (result.verdict, len(texts), " ".join(texts)) == (Verdict.ACCEPTED, 2, text)
    assert all(len(each) <= 160 for each in texts)
    assert ["dlr-url" in request["form"] for request in simulator.network.requests] == [False, True]


def test_a_part_that_fails_after_another_was_taken_leaves_the_end_unknown(listener: Listener) -> None:
    replies = [Reply(b"0: Accepted for delivery", 202), Reply(b"Temporal failure, try again later.", 503)]
    listener.answer = lambda call: replies.pop(0)
    [result] = kannel(listener.url, joins=False).send("mot " * 60, {PHONE: "4711"})
    assert result.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("status", "said", "account"),
    [
        pytest.param(400, b"Missing receiver number, rejected", Account(True, "lets us in"), id="let in"),
        pytest.param(403, b"Authorization failed for sendsms",
                     Account(False, "HTTP 403 Authorization failed for sendsms"), id="not let in"),
        pytest.param(404, b"", Account(False, "HTTP 404"), id="another server"),
    ],
)  # fmt: skip
def test_the_doctor_asks_without_sending_anything(
    listener: Listener, status: int, said: bytes, account: Account
) -> None:
    takes(listener, status, said)
    assert kannel(listener.url).account() == account
    assert "to" not in query(listener.calls[0])


def test_an_sms_becomes_a_report_and_is_answered_with_nothing_but_an_sms(line: Post, simulator: Simulator) -> None:
    said = {"id": "3f2a", "from": PHONE, "to": "36000", "text": "12#1 Gogui"}
    assert bring(line, "sms", **said) == (200, b"")
    assert bring(line, "sms", **said) == (200, b"")
    line.work()
    with reading(line.parts.engine) as db:
        assert len(db.scalars(select(Report)).all()) == 1
    [reply] = simulator.network.inbox(PHONE)
    assert reply.text.startswith("Ref ")
    assert {request["path"] for request in simulator.network.requests} == {"/cgi-bin/sendsms", "/version1/messaging"}
    assert len(simulator.network.inbox(COORDINATOR)) == 1


def test_what_comes_in_utf16_is_read_as_such(line: Post) -> None:
    """As Debian's Kannel brings it: the bytes of UTF-16 in an address."""
    said = "id=1&from=%2B22236000077&to=36000&text=%063%06D%06'%06E&charset=UTF-16BE"
    assert line.client.get(f"/hooks/kannel/{TOKEN}/sms", query_string=said).status_code == 200
    with reading(line.parts.engine) as db:
        message = db.scalars(select(Message).where(Message.direction == Direction.IN)).one()
        assert open_text(line.parts.keys, message.id, message.body_enc or b"") == "سلام"


@pytest.mark.parametrize("bare", ["22236000077", " 22236000077", "+22236000077"])
def test_a_number_may_come_without_its_plus(line: Post, simulator: Simulator, bare: str) -> None:
    bring(line, "sms", id="1", **{"from": bare}, text="AIDE")
    line.work()
    assert len(simulator.network.inbox(PHONE)) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        pytest.param("1", MessageState.DELIVERED, id="on the phone"),
        pytest.param("2", MessageState.FAILED, id="not on the phone"),
        pytest.param("4", MessageState.ACCEPTED, id="buffered"),
        pytest.param("8", MessageState.ACCEPTED, id="with the centre"),
        pytest.param("16", MessageState.FAILED, id="refused by the centre"),
        pytest.param("34", MessageState.FAILED, id="expired"),
        pytest.param("99", MessageState.ACCEPTED, id="a word nobody knows"),
    ],
)
def test_a_receipt_finds_its_message_by_our_reference(line: Post, status: str, state: MessageState) -> None:
    bring(line, "sms", id="1", **{"from": PHONE}, text="AIDE")
    line.work()
    [reply] = outgoing(line).values()
    assert bring(line, "delivery", ref=reply.client_ref, status="8") == (200, b"")
    assert bring(line, "delivery", ref=reply.client_ref, status=status) == (200, b"")
    [reply] = outgoing(line).values()
    assert reply.state is state


def test_a_receipt_settles_what_broke_off_since_our_reference_is_known(line: Post, simulator: Simulator) -> None:
    line.parts = replace(line.parts, gateways={**line.parts.gateways, "kannel": kannel(simulator.url, seconds=0.3)})
    bring(line, "sms", id="1", **{"from": PHONE}, text="AIDE")
    simulator.network.script(Outcome(hang_seconds=0.6))
    line.work()
    [reply] = outgoing(line).values()
    assert reply.state is MessageState.UNKNOWN
    bring(line, "delivery", ref=reply.client_ref, status="1")
    [reply] = outgoing(line).values()
    assert reply.state is MessageState.DELIVERED


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("sms", {"from": PHONE}, id="no text"),
        pytest.param("sms", {"text": "AIDE"}, id="nobody"),
        pytest.param("delivery", {"status": "1"}, id="no reference"),
        pytest.param("delivery", {"ref": "1"}, id="no status"),
        pytest.param("delivery", {"ref": "1", "status": "1"}, id="a reference that there is not"),
    ],
)
def test_junk_is_taken_so_that_it_does_not_come_again(line: Post, name: str, said: dict[str, str]) -> None:
    assert bring(line, name, **said) == (200, b"")
    assert outgoing(line) == {}


def test_without_the_token_there_is_no_such_page(line: Post) -> None:
    assert line.client.get("/hooks/kannel/wrong/sms", query_string={"from": PHONE, "text": "AIDE"}).status_code == 404
    assert line.client.post(f"/hooks/kannel/{TOKEN}/sms").status_code == 405


def test_a_gateway_that_no_number_goes_by_has_no_hooks(post: Post) -> None:
    assert post.client.get(f"/hooks/kannel/{TOKEN}/sms", query_string={"from": PHONE, "text": "x"}).status_code == 404


def test_of_an_empty_account_the_administrator_hears_by_the_other_gateway(line: Post, simulator: Simulator) -> None:
    """The demo's administrator has a phone that Africa's Talking reaches, which is what has stopped."""
    line.sms(VILLAGER, "AIDE")
    simulator.network.script(Outcome(status_code=405, number=VILLAGER))
    line.work()
    [told] = [message for purpose, message in outgoing(line).items() if purpose.startswith("standstill:")]
    assert (told.gateway, told.state) == ("kannel", MessageState.ACCEPTED)
    [text] = [message.text for message in simulator.network.inbox("+22370000099")]
    assert text == "Karakoro: compte africastalking vide. Les SMS par africastalking attendent. Rechargez le compte."
    for _ in range(3):
        line.watch.move(seconds=61)
        line.ask("sweep")
        line.work()
    assert len(simulator.network.inbox("+22370000099")) == 1


def test_the_simulated_line_brings_receipts_to_where_we_ask(simulator: Simulator, listener: Listener) -> None:
    simulator.network.script(Outcome(receipts=(ReceiptPlan("Buffered"), ReceiptPlan("Success"))))
    hooks = f"{listener.url}/hooks/kannel/{TOKEN}/"
    replace(kannel(simulator.url), hooks=hooks).send("bonjour", {PHONE: "4711"})
    assert simulator.network.settle()
    assert sorted(query(call)["status"] for call in listener.calls) == ["1", "4"]
    assert {query(call)["ref"] for call in listener.calls} == {"4711"}


def test_of_an_empty_account_the_administrator_hears_by_e_mail_too(
    post: Post, simulator: Simulator, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Where Africa's Talking is the only gateway, it is the only way left."""
    roster = tmp_path / "roster.csv"
    head = "name,phone,role,language,area,level,post,email"
    roster.write_text(f"{head}\nAwa,+22370000098,admin,en,ML11,1,,awa@example.org\n", encoding="utf-8")
    load_roster(post.parts, roster)
    postman = Postman(mailbox.url, "alarm@karakoro.example", "Karakoro")
    post.parts = replace(post.parts, policy=replace(post.parts.policy, writes_mail=True), postman=postman)
    post.sms(VILLAGER, "AIDE")
    simulator.network.script(Outcome(status_code=405, number=VILLAGER))
    post.work()
    post.watch.move(seconds=6)
    post.ask("sweep")
    post.work()
    [letter] = mailbox.to("awa@example.org")
    assert letter["Subject"] == "Karakoro: account africastalking is empty"
