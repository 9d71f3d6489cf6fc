"""Hands e-mail to an SMTP server, and tells in our words what became of it. Addresses are in nothing that it says."""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from service.gateways.contract import Account, Verdict

TIMEOUT_SECONDS = 10.0
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
GOES_ON = 354


class Unreachable(Exception):
    """No server there, or not one that lets us in; the message is what is known of why."""


@dataclass(frozen=True, slots=True)
class Posted:
    """How it ended; reason: the server's code, or what failed: never its words, which may repeat an address."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Postman:
    """url: smtp:// (STARTTLS, always), smtps://, or smtp+plain:// on this machine; sender: an address."""

    url: str = field(repr=False)
    sender: str
    name: str

    @contextmanager
    def round(self) -> Iterator["Round"]:
        """One connection for as many letters as there are. Raises Unreachable."""
        line = _connect(self.url)
        try:
            yield Round(self, line)
        finally:
            _hang_up(line)

    def account(self) -> Account:
        """Whether the server lets us in."""
        try:
            with self.round():
                return Account(True, "lets us in")
        except Unreachable as error:
            return Account(False, str(error))

    def letter(self, mail_id: int, address: str, told: Mapping[str, str], written_at: datetime) -> EmailMessage:
        """The same mail has the same Message-ID whenever it is sent, so that a repetition can be known as one.
        Raises ValueError for an address that cannot be one."""
        domain = self.sender.rpartition("@")[2]
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(self.name, addr_spec=self.sender)
        letter["To"] = Address(addr_spec=address)
        letter["Subject"] = told["subject"]
        letter["Date"] = format_datetime(written_at)
        letter["Message-ID"] = f"<{mail_id:x}@{domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(told["plain"], cte="quoted-printable")
        if "html" in told:
            letter.add_alternative(told["html"], subtype="html", cte="quoted-printable")
        if "csv" in told:
            table, kind = told["csv"].encode(), {"charset": "utf-8"}
            letter.add_attachment(table, maintype="text", subtype="csv", filename=told["file"], params=kind)
        letter["Content-Language"] = told["language"]  # last: what begins so moves into the first part
        return letter


@dataclass(slots=True)
class Round:
    """A connection; broken: it is no use any more."""

    postman: Postman
    line: smtplib.SMTP
    broken: bool = False

    def post(self, mail_id: int, address: str, told: Mapping[str, str], written_at: datetime) -> Posted:
        """Hand over one letter. What is on its way when the line breaks may have arrived: unknown."""
        try:
            letter = self.postman.letter(mail_id, address, told, written_at)
        except (ValueError, IndexError, MessageError):  # what the standard library makes of an address that is none
            return Posted(Verdict.REFUSED, "not an e-mail address")
        if not address.isascii():
            return Posted(Verdict.REFUSED, "not an ASCII address")
        try:
            return self._envelope(address) or self._data(letter.as_bytes())
        except (smtplib.SMTPException, OSError) as error:
            self.broken = True
            return Posted(Verdict.BUSY, type(error).__name__)

    def _envelope(self, address: str) -> Posted | None:
        """None when the server is ready for the letter. A sender that it does not like is for us to mend."""
        code, _ = self.line.mail(self.postman.sender)
        if code != 250:
            return self._refused(Verdict.BUSY, "sender", code)
        code, _ = self.line.rcpt(address)
        if code not in (250, 251):
            return self._refused(_judge(code), "recipient", code)
        code, _ = self.line.docmd("DATA")
        return None if code == GOES_ON else self._refused(_judge(code), "data", code)

    def _data(self, letter: bytes) -> Posted:
        try:
            self.line.send(re.sub(rb"(?m)^\.", b"..", letter) + b"\r\n.\r\n")
            code, _ = self.line.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.broken = True
            return Posted(Verdict.UNKNOWN, type(error).__name__)
        return Posted(Verdict.ACCEPTED, str(code)) if code == 250 else self._refused(_judge(code), "data", code)

    def _refused(self, verdict: Verdict, what: str, code: int) -> Posted:
        """421 and no code at all: the server is closing the line. One that hangs up on a refusal has refused."""
        if code in (421, -1):
            self.broken = True
            return Posted(Verdict.BUSY, f"{what} {code}")
        try:
            self.line.rset()
        except (smtplib.SMTPException, OSError):
            self.broken = True
        return Posted(verdict, f"{what} {code}")


def _judge(code: int) -> Verdict:
    """5xx is for good, and 4xx for now."""
    return Verdict.REFUSED if 500 <= code < 600 else Verdict.BUSY


def _connect(url: str) -> smtplib.SMTP:
    try:
        line = _open(url)
        try:
            _sign_in(line, url)
        except BaseException:
            line.close()
            raise
    except smtplib.SMTPAuthenticationError as error:
        raise Unreachable(f"does not accept user and password ({error.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise Unreachable("offers no encryption, or no sign-in that we know") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(type(error).__name__) from None
    return line


def _open(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)


def _sign_in(line: smtplib.SMTP, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "smtp":
        line.starttls(context=ssl.create_default_context())
    line.ehlo_or_helo_if_needed()
    if parts.username:
        line.login(unquote(parts.username), unquote(parts.password or ""))


def _hang_up(line: smtplib.SMTP) -> None:
    try:
        line.quit()
    except (smtplib.SMTPException, OSError):
        line.close()
