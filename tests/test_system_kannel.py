"""Debian's Kannel, for real: an SMS becomes a report, the reply is on the phone, and its receipt is home."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fixtures_kannel import SECONDS, Kannels, kannel_is_here, running_kannel
from fixtures_service import COORDINATOR, TOKEN, Post
from sqlalchemy import select

from handlers.ways import Ways
from models import contact as contacts
from models.message import Direction, Message, MessageState
from models.report import Report
from service.database import reading, transaction
from service.gateways.contract import Verdict
from service.gateways.kannel import Kannel
from service.local_web import LocalWeb
from service.web import create_web

pytestmark = pytest.mark.system
PHONE = "+22236000077"


@dataclass
class Operator:
    """A post that is reached by Kannel alone."""

    post: Post
    kannel: Kannels

    def work_until(self, done: Callable[[], bool]) -> None:
        """Run what is asked for as it comes, until that is so."""
        deadline = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < deadline, (self.kannel.folder / "smsbox.log").read_text(errors="replace")[-3000:]
            self.post.work()
            time.sleep(0.05)

    def deliver(self, least: int) -> int:
        """Until at least so many SMS have gone out, and the receipt of each has come; how many they are."""
        self.work_until(lambda: len(self.outgoing()) >= least and not self.post.asked and self._all_arrived())
        return len(self.outgoing())

    def _all_arrived(self) -> bool:
        return all(each.state is MessageState.DELIVERED for each in self.outgoing())

    def outgoing(self) -> list[Message]:
        with reading(self.post.parts.engine) as db:
            return list(db.scalars(select(Message).where(Message.direction == Direction.OUT)))

    def reports(self) -> list[Report]:
        with reading(self.post.parts.engine) as db:
            return list(db.scalars(select(Report)))


@pytest.fixture
def operator(open_post: Callable[[str], Post], database_kind: str, tmp_path: Path) -> Iterator[Operator]:
    assert kannel_is_here(), "make test-system installs the packages kannel and kannel-extras"
    with LocalWeb() as web:
        hooks = f"{web.url}/hooks/kannel/{TOKEN}/"
        with running_kannel(tmp_path, hooks) as kannel:
            post = open_post("http://127.0.0.1:9")
            gateway = Kannel(kannel.url, "karakoro", "secret", "36000", hooks)
            policy = replace(post.parts.policy, ways=Ways({"": "kannel"}))
            post.parts = replace(post.parts, gateways={"kannel": gateway}, policy=policy)
            with web.serving(create_web(post.parts)):
                yield Operator(post, kannel)


def test_an_sms_by_the_fake_centre_is_a_report_and_its_reply_is_there(operator: Operator) -> None:
    told = operator.kannel.fakesmsc(f"{PHONE} 36000 text 12#1 Gogui")
    operator.work_until(lambda: "Ref " in told.read_text(errors="replace"))
    [report] = operator.reports()
    assert f"36000 {PHONE} text Ref {report.reference}" in told.read_text(errors="replace")
    assert operator.deliver(2) > 2
    assert COORDINATOR in told.read_text(errors="replace")


def test_arabic_comes_and_goes_and_nothing_but_our_reply_is_sent(operator: Operator) -> None:
    with operator.kannel.phones() as phones:
        phones.text(PHONE, "LANG AR")
        assert operator.deliver(1) == 1
        to, said = phones.receive()
        assert (to, said.isascii()) == (PHONE, False)
        phones.text(PHONE, "١٢#١ كوكي")
        more = operator.deliver(2) - 1
        [report] = operator.reports()
        received = [phones.receive() for _ in range(more)]
    assert any(to == PHONE and report.reference in text for to, text in received)


def test_what_could_not_be_stored_is_brought_again_and_counts_once(operator: Operator) -> None:
    with operator.kannel.phones() as phones:
        with transaction(operator.post.parts.engine) as db:
            contacts.lock(db, operator.post.parts.keys, PHONE, operator.post.parts.now())
            phones.text(PHONE, "12#1 Gogui")
            time.sleep(4)  # longer than anybody waits for that lock
        received = [phones.receive() for _ in range(operator.deliver(2))]
    [report] = operator.reports()
    assert [report.reference in text for to, text in received if to == PHONE] == [True]
    log = (operator.kannel.folder / "smsbox.log").read_text(errors="replace")
    assert "503" in log or "Retrying" in log


def test_a_long_text_arrives_in_parts_that_the_phone_joins(operator: Operator) -> None:
    gateway = operator.post.parts.gateways["kannel"]
    text = "mot " * 60 + "fin"
    with operator.kannel.phones() as phones:
        [result] = gateway.send(text, {PHONE: "1"})
        assert result.verdict is Verdict.ACCEPTED
        assert "".join(phones.receive()[1] for _ in range(2)) == text


def test_accents_and_signs_of_gsm7_arrive_as_they_are(operator: Operator) -> None:
    with operator.kannel.phones() as phones:
        operator.post.parts.gateways["kannel"].send("à Kéniéba: 5€ [x]", {PHONE: "1"})
        assert phones.receive() == (PHONE, "à Kéniéba: 5€ [x]")


def test_while_the_line_is_away_kannel_keeps_what_we_send(operator: Operator) -> None:
    gateway = operator.post.parts.gateways["kannel"]
    [result] = gateway.send("bonjour", {PHONE: "1"})
    assert (result.verdict, result.reason) == (Verdict.ACCEPTED, "202 3: Queued for later delivery")
    with operator.kannel.phones() as phones:
        assert phones.receive() == (PHONE, "bonjour")


def test_the_doctor_sees_a_wrong_password(operator: Operator) -> None:
    gateway = operator.post.parts.gateways["kannel"]
    assert gateway.account().well
    assert isinstance(gateway, Kannel)
    wrong = replace(gateway, password="wrong").account()
    assert (wrong.well, wrong.said) == (False, "HTTP 403 Authorization failed for sendsms")
