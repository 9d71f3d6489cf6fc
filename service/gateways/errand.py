"""An errand: one request to a provider, and what its failing means for the SMS that it carried."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from service.gateways.contract import SendResult, Verdict

LOCAL = ("127.0.0.1", "localhost", "::1")
TIMEOUT_SECONDS = (3.05, 9.05)  # to connect, to wait for each piece of the answer; a job has a time limit of its own


def ask(method: str, url: str, timeout: tuple[float, float] = TIMEOUT_SECONDS, **said: Any) -> requests.Response:
    """Whatever is answered. No redirect is followed, with our secrets in hand. Raises requests.RequestException."""
    with requests.Session() as session:
        session.trust_env = urlsplit(url).hostname not in LOCAL  # a proxy does not know this machine
        return session.request(method, url, timeout=timeout, allow_redirects=False, **said)


SILENT = "no answer"  # how the reason begins where there was none


def one_by_one(recipients: Mapping[str, str], send: Callable[[str, str], SendResult]) -> list[SendResult]:
    """For providers that take a message for each recipient (E.164 → our reference). After one that found no answer the
    others are not tried: there is a limit to the time that a job may take."""
    results: list[SendResult] = []
    for to, ref in recipients.items():
        silent = bool(results) and results[-1].reason.startswith(SILENT)
        results.append(SendResult(to, Verdict.BUSY, ref, f"{SILENT} to another") if silent else send(to, ref))
    return results


def unanswered(to: str, ref: str, error: Exception) -> SendResult:
    return SendResult(to, broken(error), ref, f"{SILENT}: {type(error).__name__}")


def never_left(error: Exception) -> bool:
    """Whether no request can have gone out: nobody was reached, or it could not even be written."""
    if isinstance(error, requests.ConnectionError):
        cause = getattr(error.args[0] if error.args else None, "reason", None)
        return isinstance(cause, (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.ProxyError)) or (
            "CERTIFICATE_VERIFY_FAILED" in str(cause)
        )
    unsendable = (UnicodeEncodeError, requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)
    return isinstance(error, unsendable)


def broken(error: Exception) -> Verdict:
    """What a request that ended in an error means for what it carried."""
    return Verdict.BUSY if never_left(error) else Verdict.UNKNOWN
