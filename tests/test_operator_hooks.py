"""An operator's gateway that sends the latest input only: the same conversation, under other words."""

import secrets
from urllib.parse import urlencode

import pytest
from fixtures_service import OFFICER, TOKEN, VILLAGER, Post
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.conversation import Conversation
from models.report import Report
from service.database import reading
from service.gateways import comviva
from service.gateways.contract import UssdEnd

CODE = "384*1234"
HOP = {"SessionID": "70001", "MSISDN": VILLAGER.lstrip("+"), "MSC": "22370000", "input": CODE}
FILING = ("1", "12", "1", "1", "3", "1", "1")


def get(post: Post, name: str, query: dict[str, str] | bytes, token: str = TOKEN) -> TestResponse:
    said = urlencode(query) if isinstance(query, dict) else query.decode()
    return post.client.get(f"/hooks/comviva/{token}/{name}", query_string=said)


class Phone:
    """A dial; a second passes before every key, as it does for people."""

    def __init__(self, post: Post, phone: str = OFFICER, session: str = "") -> None:
        self.post = post
        self.phone = phone.lstrip("+")
        self.session = session or secrets.token_hex(8)
        self.ended = False

    def hop(self, said: str) -> str:
        query = {"SessionID": self.session, "MSISDN": self.phone, "MSC": "1", "input": said, "userid": "u"}
        answer = get(self.post, "ussd", query)
        assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
        assert answer.headers["Cache-Control"] == "no-store"
        self.ended = {"FC": False, "FB": True}[answer.headers["Freeflow"]]
        return answer.text

    def press(self, *keys: str) -> str:
        for key in keys:
            self.post.watch.move(seconds=1)
            screen = self.hop(key)
        return screen

    def dial(self, *keys: str) -> str:
        return self.press(CODE, *keys)


def reports(post: Post) -> int:
    with reading(post.parts.engine) as db:
        return db.scalar(select(func.count()).select_from(Report)) or 0


def test_a_report_is_filed_with_the_latest_input_only(post: Post) -> None:
    phone = Phone(post)
    screen = phone.dial(*FILING)
    assert phone.ended
    assert screen.startswith("Ref ")
    assert reports(post) == 1


def test_the_screens_are_those_of_the_other_gateway_without_its_prefix(post: Post) -> None:
    assert post.dial(OFFICER, "1", "9") == f"CON {Phone(post).dial('1', '9')}"


@pytest.mark.parametrize("dialled", ["384*1234", "3841234", "*384*1234#"])
def test_the_service_code_is_known_with_and_without_its_signs(post: Post, dialled: str) -> None:
    phone = Phone(post)
    first = phone.hop(dialled)
    assert phone.hop(dialled) == first


def test_a_first_hop_without_the_service_code_begins_all_the_same(post: Post) -> None:
    assert Phone(post).press("1234") == Phone(post).dial()


def test_the_same_key_pressed_twice_is_two_answers(post: Post) -> None:
    phone = Phone(post)
    first = phone.dial("1", "12", "1")
    assert phone.press("1") != first


def test_the_same_key_again_before_anybody_can_have_read_the_screen_is_the_network(post: Post) -> None:
    phone = Phone(post)
    screen = phone.dial("1", "12", "1")
    assert phone.hop("1") == screen


def test_a_dial_that_is_over_answers_what_it_ended_with(post: Post) -> None:
    phone = Phone(post)
    last = phone.dial(*FILING)
    assert phone.press("1", "1", CODE) == last
    assert phone.ended
    assert reports(post) == 1


def test_a_session_of_one_phone_shows_nothing_to_another(post: Post) -> None:
    reference = Phone(post, OFFICER, "70009").dial(*FILING)
    other = Phone(post, VILLAGER, "70009")
    assert other.dial().startswith("Le reseau a mal transmis.")
    assert other.ended
    assert reference not in other.dial()


@pytest.mark.parametrize("name", ["ussd", "clean", "sms"])
def test_a_wrong_token_or_name_is_a_page_that_is_not_there(post: Post, name: str) -> None:
    assert get(post, name, HOP, token=TOKEN + "x").status_code == 404
    assert get(post, "sms", HOP).status_code == 404


def test_nobody_posts_here(post: Post) -> None:
    assert post.client.post(f"/hooks/comviva/{TOKEN}/ussd", data=HOP).status_code == 405


@pytest.mark.parametrize("missing", ["SessionID", "MSISDN"])
def test_a_hop_without_what_it_needs_ends_with_a_sentence(post: Post, missing: str) -> None:
    answer = get(post, "ussd", {name: value for name, value in HOP.items() if name != missing})
    assert (answer.status_code, answer.headers["Freeflow"]) == (200, "FB")
    assert answer.text
    assert "<" not in answer.text


@pytest.mark.parametrize("missing", ["MSC", "input"])
def test_a_hop_without_what_it_can_do_without_is_answered(post: Post, missing: str) -> None:
    answer = get(post, "ussd", {name: value for name, value in HOP.items() if name != missing})
    assert answer.headers["Freeflow"] == "FC"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"input=%ff%fe", id="bytes that are no UTF-8"),
        pytest.param("input=\u0661".encode(), id="Arabic digits that nobody escaped"),
        pytest.param(b"input=1%00", id="a NUL"),
        pytest.param(b"input=1&input=2&MSISDN=22370000099", id="a field twice"),
        pytest.param(b"input=" + b"1" * 5000, id="five thousand digits"),
        pytest.param(b"input=%2A%23", id="a star and a hash"),
        pytest.param(b"input=384*1234", id="the code once more"),
        pytest.param(b"input=1&" + b"&".join(b"a%d=1" % n for n in range(100)), id="a hundred fields"),
    ],
)
def test_a_query_that_the_wire_has_mangled_gets_a_screen(post: Post, said: bytes) -> None:
    base = b"SessionID=70002&MSISDN=22376123456&"
    get(post, "ussd", base + b"input=384*1234")
    answer = get(post, "ussd", base + said)
    assert answer.status_code == 200
    assert answer.headers["Freeflow"] in ("FC", "FB")
    assert "<" not in answer.text


def test_a_clean_up_is_taken_whatever_it_says(post: Post) -> None:
    ended = {"clean": "clean-session", "error": "522", "msisdn": HOP["MSISDN"], "SessionID": "70001"}
    for query in (ended, {**ended, "error": "?"}, {}, {"SessionID": "70001"}):
        answer = get(post, "clean", query)
        assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize(("error", "completed"), [("", True), ("0", True), ("522", False), ("?", False)])
def test_an_error_says_that_a_dial_did_not_end_by_itself(error: str, completed: bool) -> None:
    query = {"clean": "clean-session", "error": error, "msisdn": "22376123456", "SessionID": "70001"}
    assert comviva.read_end(query) == UssdEnd("70001", "+22376123456", completed)


def test_a_conversation_is_kept_under_its_gateway(post: Post) -> None:
    Phone(post).dial()
    with reading(post.parts.engine) as db:
        assert db.scalars(select(Conversation.gateway)).all() == ["comviva"]
