"""A real SMTP server on this machine, which keeps what it is given and refuses what a test wants it to refuse."""

import asyncio
import datetime as dt
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "karakoro", "a p@ss:word/of the tests"
SECONDS = 10.0
BYE = "BYE "


@dataclass
class Mailbox:
    """What came in; answers: how the next commands (MAIL, RCPT, DATA) end instead of well, "drop" = the line is cut
    when the whole letter has arrived, "BYE" before an answer = the line is closed after it."""

    url: str = ""
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    connections: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, command: str, *answers: str) -> None:
        self.answers.setdefault(command, []).extend(answers)

    def next(self, command: str) -> str:
        waiting = self.answers.get(command) or []
        return waiting.pop(0) if waiting else ""

    def keep(self, to: str, content: bytes) -> None:
        with self._changed:
            self.letters.append((to, cast(EmailMessage, message_from_bytes(content, policy=default))))
            self._changed.notify_all()

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for to, letter in self.letters if to == address]


class Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self._mailbox.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._mailbox.next("MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._mailbox.next("RCPT")
        if not answer:
            envelope.rcpt_tos.append(address)
        return said(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._mailbox.next("DATA")
        if answer in ("", "drop"):
            self._mailbox.keep(envelope.rcpt_tos[0], cast(bytes, envelope.content))
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
        return said(server, answer)


def said(server: SMTP, answer: str) -> str:
    """The answer; the line is closed once it has been written, where that is wanted."""
    if answer.startswith(BYE):
        assert server.transport is not None
        asyncio.get_running_loop().call_soon(server.transport.close)
    return answer.removeprefix(BYE) or "250 OK"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class Anywhere(Controller):
    """On a port that is free, which is known once it listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def open_mailbox() -> Iterator[Callable[..., Mailbox]]:
    """Starts a server with the options of aiosmtpd's."""
    started: list[Controller] = []

    def opener(scheme: str = "smtp+plain", host: str = "127.0.0.1", **options: Any) -> Mailbox:
        mailbox = Mailbox()
        controller = Anywhere(Handler(mailbox), hostname="127.0.0.1", port=0, **options)
        controller.start()
        started.append(controller)
        mailbox.url = f"{scheme}://{host}:{controller.port}"
        return mailbox

    yield opener
    for controller in started:
        controller.stop()


@pytest.fixture
def mailbox(open_mailbox: Callable[..., Mailbox]) -> Mailbox:
    return open_mailbox()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side for this machine, and the file by which others trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    private, public = tmp_path / "key.pem", tmp_path / "certificate.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
