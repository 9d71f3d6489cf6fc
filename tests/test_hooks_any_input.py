"""Whatever is sent to a hook, nothing breaks: no 5xx, no fault behind a kind sentence. `make fuzz` sends 100,000."""

from collections.abc import Iterator
from urllib.parse import quote_from_bytes, urlencode

import pytest
from fixtures_service import COORDINATOR, OFFICER, TOKEN, VILLAGER, Post
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import AnyConverter, Rule

from bench.fingers import ELSEWHERE, NONSENSE, TEXTS
from bench.verdict import Faults
from service import edge
from service.web import create_web

FIELDS = (
    *("sessionId", "phoneNumber", "serviceCode", "networkCode", "text", "status", "from", "to", "id", "date", "linkId"),
    *("failureReason", "senderId", "cost", "durationInMillis", "hopsCount", "input", "lastAppResponse", "errorMessage"),
    *("SessionID", "MSISDN", "MSC", "clean", "error", "msisdn", "message", "sender", "ts", "event", "payload", "state"),
)
NUMBERS = (
    *(OFFICER, COORDINATOR, VILLAGER, "22370000001", "70000001", "+22299999999", "+1", "+" + "9" * 40, "ORANGE", "123"),
    *("", " 22376123456", "٧٠٠٠٠٠٠١", "+223\u200e76123456", "tel:+22376123456", "+223 76 12 34 56", "\0", "é"),
)
STATUSES = ("Success", "Failed", "Incomplete", "Rejected", "AbsentSubscriber", "Teleported", "0", "-1")
SAID = st.one_of(
    st.sampled_from((*NUMBERS, *STATUSES, *TEXTS, *ELSEWHERE, *NONSENSE)),
    st.text(max_size=200),
    st.lists(st.sampled_from((*ELSEWHERE, "*", "#", "1", "0")), max_size=8).map("*".join),
)
FORMS = st.lists(st.tuples(st.sampled_from(FIELDS), SAID), max_size=12).map(
    lambda pairs: urlencode(pairs, errors="surrogatepass").encode()
)
RIGHT = {
    **dict.fromkeys(("phoneNumber", "from", "MSISDN", "msisdn", "sender"), VILLAGER),
    **dict.fromkeys(("sessionId", "SessionID", "id"), "S1"),
    "text": "1*2",
    "input": "1",
    "status": "Success",
    "serviceCode": "*384*1234#",
    "to": "20384",
}
NEARLY_RIGHT = st.dictionaries(st.sampled_from(FIELDS), SAID | st.none() | st.just("9" * 300), max_size=5).map(
    lambda odd: urlencode(
        {name: said for name, said in {**RIGHT, **odd}.items() if said is not None}, errors="surrogatepass"
    ).encode()
)
BODIES = st.one_of(
    NEARLY_RIGHT,
    NEARLY_RIGHT,
    NEARLY_RIGHT,
    FORMS,
    st.binary(max_size=300),
    st.binary(max_size=60).map(lambda b: b"text=" + b),
)
KINDS = st.sampled_from(
    ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/xml", "")
)


def hooks(app: Flask) -> list[tuple[str, str]]:
    """Every (method, address) under /hooks that the application knows."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/hooks/")]
    return sorted(pair for rule in rules for pair in _addresses(rule))


def _addresses(rule: Rule) -> Iterator[tuple[str, str]]:
    named = rule._converters["name"]
    assert isinstance(named, AnyConverter), rule
    stem = rule.rule.partition("<")[0]
    for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
        yield from ((method, f"{stem}{TOKEN}/{name}") for name in named.items)


@pytest.fixture
def faults() -> Iterator[Faults]:
    heard = Faults()
    edge.logger.addHandler(heard)
    yield heard
    edge.logger.removeHandler(heard)


def test_whatever_a_hook_is_sent_nothing_breaks(post: Post, faults: Faults) -> None:
    app = create_web(post.parts)
    known = hooks(app)
    assert {address.split("/")[2] for _, address in known} >= {"africastalking", "comviva"}
    client = app.test_client()

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(known), BODIES, BODIES | st.just(b""), KINDS)
    def send(hook: tuple[str, str], body: bytes, query: bytes, kind: str) -> None:
        faults.found.clear()
        method, address = hook
        if method == "GET":
            body, query = b"", body
        line = quote_from_bytes(query, safe="=&%+") if query else None
        answer = client.open(address, method=method, data=body, query_string=line, content_type=kind)
        assert answer.status_code < 500, (hook, body, query)
        assert "<" not in answer.text, (hook, body, query)
        if address.endswith("/ussd"):
            assert answer.status_code == 200
            assert answer.text.strip()
        assert not faults.found, faults.found

    send()


def test_a_body_beyond_all_measure_is_refused_at_the_edge(post: Post, faults: Faults) -> None:
    huge = b"text=" + b"1" * 200_000
    for method, address in hooks(create_web(post.parts)):
        answer = post.client.open(address, method=method, data=huge, content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500
    assert not faults.found
