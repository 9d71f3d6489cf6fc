"""Bad input on the hooks: no 5xx, no HTML, no lost report."""

import pytest
from fixtures_service import COORDINATOR, OFFICER, TOKEN, VILLAGER, Post
from sqlalchemy import func, select

from models.message import Direction, Message
from models.report import Report
from service.database import reading
from service.simulator.server import Simulator

USSD = {"sessionId": "S1", "serviceCode": "*384*1234#", "phoneNumber": VILLAGER, "networkCode": "99999", "text": ""}
SMS = {"id": "I1", "from": VILLAGER, "to": "21512", "text": "12#1 Gogui"}


def count(post: Post, table: type[Report] | type[Message], *where: object) -> int:
    with reading(post.parts.engine) as db:
        return db.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]


def without(form: dict[str, str], field: str) -> dict[str, str]:
    return {name: value for name, value in form.items() if name != field}


@pytest.mark.parametrize("name", ["ussd", "ussd-end", "sms", "delivery", "optout"])
def test_a_wrong_token_is_a_page_that_is_not_there(post: Post, name: str) -> None:
    assert post.hook(name, USSD, token="wrong")[0] == 404
    assert post.hook(name, USSD, token=TOKEN + "x")[0] == 404


def test_a_hook_that_there_is_not_is_a_page_that_is_not_there(post: Post) -> None:
    assert post.hook("other", USSD)[0] == 404


@pytest.mark.parametrize("field", ["sessionId", "phoneNumber"])
def test_a_hop_without_what_it_needs_ends_with_a_sentence(post: Post, field: str) -> None:
    status, body = post.hook("ussd", without(USSD, field))
    assert status == 200
    assert body.startswith("END ")
    assert "<" not in body


@pytest.mark.parametrize("field", ["serviceCode", "networkCode", "text"])
def test_a_hop_without_what_it_can_do_without_is_answered(post: Post, field: str) -> None:
    assert post.hook("ussd", without(USSD, field))[1].startswith("CON ")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        pytest.param("sms", {}, id="an SMS of nothing"),
        pytest.param("sms", without(SMS, "from"), id="an SMS from nobody"),
        pytest.param("delivery", {"id": "x"}, id="a receipt without a status"),
        pytest.param("delivery", {"status": "Success"}, id="a receipt for nothing"),
        pytest.param("delivery", {"id": "x", "status": "Teleported"}, id="a receipt in unknown words"),
        pytest.param("optout", {}, id="nobody opts out"),
        pytest.param("ussd-end", {}, id="no dial ends"),
    ],
)
def test_junk_is_taken_so_that_it_does_not_come_again(post: Post, name: str, form: dict[str, str]) -> None:
    assert post.hook(name, form) == (200, "")


@pytest.mark.parametrize("field", ["id", "to"])
def test_an_sms_without_what_it_can_do_without_is_a_report(post: Post, field: str) -> None:
    assert post.hook("sms", without(SMS, field))[0] == 200
    assert count(post, Report) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"id=1&from=+22376123456&to=1&text=12%231+Gogui", id="a plus that became a space"),
        pytest.param(b"id=1&from=%2B22376123456&to=1&text=12%231%20Gogui%00", id="a NUL"),
        pytest.param(b"id=1&from=%2B22376123456&to=1&text=12%231%20Gogui&text=99", id="a field twice"),
        pytest.param(b"id=1&from=%2B22376123456&to=1&text=%D9%A1%D9%A2%23%D9%A1%20Gogui", id="Arabic-Indic digits"),
        pytest.param(b"id=1&from=%2B22376123456&to=1&text=12*1*Gogui&networkCode=00000", id="an unknown network"),
        pytest.param(b"id=1&from=%2B22376123456&to=1&text=12%231%20Gogu%EF%BF%BDi", id="a broken character"),
    ],
)
def test_an_sms_that_the_wire_has_mangled_is_a_report(post: Post, body: bytes) -> None:
    assert post.hook("sms", body)[0] == 200
    assert count(post, Report) == 1


@pytest.mark.parametrize("text", [b"%ff%fe", b"%E9t%E9", b"%C0%80", b"%ED%A0%80", b"\xe9t\xe9 br\xfbl\xe9"])
def test_invalid_utf8_is_neither_an_error_nor_lost(post: Post, text: bytes) -> None:
    assert post.hook("sms", b"id=1&from=%2B22376123456&to=1&text=" + text)[0] == 200
    assert count(post, Message, Message.direction == Direction.IN) == 1


def test_the_query_string_says_nothing(post: Post) -> None:
    url = f"/hooks/africastalking/{TOKEN}/sms?text=12%231+Gogui&from=%2B22399999999"
    assert post.client.post(url, data={"id": "1", "from": VILLAGER, "to": "1", "text": "AIDE"}).status_code == 200
    assert count(post, Report) == 0


def test_a_body_of_a_megabyte_is_refused_in_the_hook_s_own_way(post: Post) -> None:
    large = {**USSD, "text": "1" * 1_000_000}
    assert post.hook("ussd", large)[1].startswith("END ")
    assert post.hook("sms", {**SMS, "text": "1" * 1_000_000}) == (200, "")


def test_hooks_are_not_pages_to_look_at(post: Post) -> None:
    assert post.client.get(f"/hooks/africastalking/{TOKEN}/ussd").status_code == 405


@pytest.mark.parametrize("sender", ["MTN", "21512", "Orange Mali"])
def test_what_no_phone_sent_is_kept_and_not_answered(post: Post, sender: str) -> None:
    assert post.hook("sms", {**SMS, "from": sender})[0] == 200
    assert count(post, Message, Message.direction == Direction.IN) == 1
    assert count(post, Message, Message.direction == Direction.OUT) == 0


def test_letters_where_a_digit_is_asked_ask_again_and_lose_nothing(post: Post) -> None:
    screen = post.dial(OFFICER, "1", "12", "bonjour")
    assert screen.startswith("CON ")
    assert "1 En cours" in screen


def test_arabic_indic_digits_are_digits(post: Post) -> None:
    assert "Quand" in post.dial(OFFICER, "١", "١٢")


def test_a_star_inside_an_answer_asks_again_where_digits_are_asked(post: Post) -> None:
    post.hop(OFFICER, "S9", "")
    post.hop(OFFICER, "S9", "1")
    assert "Que se passe-t-il" in post.hop(OFFICER, "S9", "1*2*2")


def test_the_same_request_again_gives_the_same_bytes_and_writes_nothing(post: Post) -> None:
    texts = ["", "1", "1*12", "1*12*1", "1*12*1*1", "1*12*1*1*3", "1*12*1*1*3*1", "1*12*1*1*3*1*1"]
    screens = [post.hop(OFFICER, "S7", text) for text in texts]
    assert screens[-1].startswith("END ")
    assert post.hop(OFFICER, "S7", texts[-1]) == screens[-1]
    assert count(post, Report) == 1


def test_a_shorter_text_shows_the_screen_again(post: Post) -> None:
    for text in ("", "1", "1*12"):
        screen = post.hop(OFFICER, "S8", text)
    assert post.hop(OFFICER, "S8", "1") == screen


def test_the_same_sms_twice_is_one_report_and_one_reply(post: Post) -> None:
    for _ in range(3):
        assert post.sms(VILLAGER, "12#1 Gogui", "same-id") == 200
    assert count(post, Report) == 1
    post.work()
    assert count(post, Message, Message.direction == Direction.OUT, Message.purpose_key.startswith("reply:")) == 1


def test_the_alert_of_an_sms_reaches_the_coordinator(post: Post, simulator: Simulator) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    texts = [message.text for message in simulator.network.inbox(COORDINATOR)]
    assert len(texts) == 1
    assert texts[0].startswith("!!S4 Attaque / tirs(12) Gogui ML1101 09:00")
