"""Handing a letter to a mail server: for good, for now, or nobody can tell; and never in clear across a network."""

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from fixtures_smtp import PASSWORD, USER, Mailbox, authenticate

from service.gateways.contract import Verdict
from service.postman import Posted, Postman, Unreachable

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOLD = {
    "language": "fr",
    "subject": "Karakoro: Bilan",
    "plain": ".\n.. une ligne qui commence par un point\n" + "é" * 2000,
    "html": "<p>.</p>",
    "csv": "a,b\r\n",
    "file": "a.csv",
}


def post(mailbox: Mailbox, address: str = "someone@example.org") -> Posted:
    with Postman(mailbox.url, "digest@karakoro.example", "Karakoro").round() as line:
        return line.post(7, address, TOLD, NOON)


def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    assert post(mailbox) == Posted(Verdict.ACCEPTED, "250")
    ((to, letter),) = mailbox.letters
    assert to == "someone@example.org"
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == TOLD["plain"]
    assert letter["Message-ID"] == "<7@karakoro.example>"
    assert letter["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"


@pytest.mark.parametrize(
    ("command", "answer", "verdict", "reason"),
    [
        pytest.param("RCPT", "550 no such user", Verdict.REFUSED, "recipient 550", id="nobody of that name"),
        pytest.param("RCPT", "553 bad name", Verdict.REFUSED, "recipient 553", id="a name that is none"),
        pytest.param("RCPT", "450 greylisted", Verdict.BUSY, "recipient 450", id="come again"),
        pytest.param("RCPT", "452 full", Verdict.BUSY, "recipient 452", id="mailbox full"),
        pytest.param("MAIL", "550 who are you", Verdict.BUSY, "sender 550", id="our sender: for us to mend"),
        pytest.param("MAIL", "451 later", Verdict.BUSY, "sender 451", id="not now"),
        pytest.param("DATA", "554 spam", Verdict.REFUSED, "data 554", id="refused after all of it"),
        pytest.param("DATA", "451 disk", Verdict.BUSY, "data 451", id="not now after all of it"),
        pytest.param("RCPT", "421 closing", Verdict.BUSY, "recipient 421", id="the server goes away"),
        pytest.param("RCPT", "BYE 550 no", Verdict.REFUSED, "recipient 550", id="nobody, and the line is closed"),
        pytest.param("DATA", "BYE 554 spam", Verdict.REFUSED, "data 554", id="refused, and the line is closed"),
        pytest.param("DATA", "BYE 451 disk", Verdict.BUSY, "data 451", id="not now, and the line is closed"),
        pytest.param("DATA", "drop", Verdict.UNKNOWN, "SMTPServerDisconnected", id="the line breaks after all of it"),
    ],
)
def test_every_answer_is_one_of_four(
    mailbox: Mailbox, command: str, answer: str, verdict: Verdict, reason: str
) -> None:
    mailbox.answer(command, answer)
    assert post(mailbox) == Posted(verdict, reason)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("nobody", id="without a host"),
        pytest.param("a@b@c", id="two hosts"),
        pytest.param("a@example.org\r\nBcc: b@example.org", id="another header"),
        pytest.param("<a@example.org>, b@example.org", id="two people"),
        pytest.param("é@example.org", id="letters that the server does not know"),
        pytest.param("@", id="nothing"),
    ],
)
def test_what_is_no_address_is_refused_here(mailbox: Mailbox, address: str) -> None:
    assert post(mailbox, address).verdict is Verdict.REFUSED
    assert mailbox.letters == []


def test_one_that_is_refused_does_not_keep_the_next_from_going(mailbox: Mailbox) -> None:
    mailbox.answer("RCPT", "550 no", "450 later")
    with Postman(mailbox.url, "digest@karakoro.example", "Karakoro").round() as line:
        verdicts = [line.post(n, f"{n}@example.org", TOLD, NOON).verdict for n in range(4)]
    assert verdicts == [Verdict.REFUSED, Verdict.BUSY, Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert mailbox.connections == 1


@pytest.fixture
def trusted(certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A certificate that this process trusts."""
    context, path = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


def signed_in(url: str) -> str:
    return url.replace("://", f"://{USER}:{quote(PASSWORD, safe='')}@")


def test_starttls_and_a_sign_in(open_mailbox: Callable[..., Mailbox], trusted: ssl.SSLContext) -> None:
    mailbox = open_mailbox(
        "smtp", tls_context=trusted, require_starttls=True, authenticator=authenticate, auth_required=True
    )
    mailbox.url = signed_in(mailbox.url)
    assert post(mailbox).verdict is Verdict.ACCEPTED


def test_tls_from_the_first_byte(open_mailbox: Callable[..., Mailbox], trusted: ssl.SSLContext) -> None:
    mailbox = open_mailbox("smtps", ssl_context=trusted)
    assert post(mailbox).verdict is Verdict.ACCEPTED


def test_a_server_without_encryption_is_told_nothing(open_mailbox: Callable[..., Mailbox]) -> None:
    mailbox = open_mailbox("smtp")
    with pytest.raises(Unreachable, match="no encryption"):
        post(mailbox)
    assert mailbox.letters == []


def test_a_certificate_that_nobody_trusts_is_not_trusted(
    open_mailbox: Callable[..., Mailbox], certificate: tuple[ssl.SSLContext, Path]
) -> None:
    mailbox = open_mailbox("smtp", tls_context=certificate[0])
    with pytest.raises(Unreachable, match="SSLCertVerificationError"):
        post(mailbox)


def test_a_wrong_password_is_said_without_saying_it(
    open_mailbox: Callable[..., Mailbox], trusted: ssl.SSLContext
) -> None:
    mailbox = open_mailbox("smtp", tls_context=trusted, authenticator=authenticate, auth_required=True)
    postman = Postman(mailbox.url.replace("://", f"://{USER}:wrong@"), "digest@karakoro.example", "Karakoro")
    account = postman.account()
    assert (account.well, account.said) == (False, "does not accept user and password (535)")
    assert "wrong" not in repr(postman)


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    account = Postman("smtp+plain://127.0.0.1:9", "digest@karakoro.example", "Karakoro").account()
    assert (account.well, account.said) == (False, "ConnectionRefusedError")
