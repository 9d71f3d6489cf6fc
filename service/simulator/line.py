"""The way from the simulated network to the hooks of a service on this machine."""

import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

import requests

from service.simulator.loopback import loopback
from service.simulator.texted import Texted

HOP_SECONDS = 10.0  # the network gives the service this long
RETRIES = 12 * 60  # every minute for twelve hours


@dataclass(frozen=True, slots=True)
class Line:
    """retry_seconds, tries: how often an SMS is brought again until it is taken; hop_seconds: the longest that a
    screen may take; end_events_after: when a dial has ended, so many seconds later its end is told, once for each.
    """

    hooks: str
    retry_seconds: float = 60.0
    tries: int = RETRIES
    hop_seconds: float = HOP_SECONDS
    end_events_after: tuple[float, ...] = ()
    network: str = "99999"

    def __post_init__(self) -> None:
        loopback(self.hooks)

    def to(self, hooks: str) -> Self:
        """The same line to the hooks of another gateway: `/hooks/comviva/`."""
        return replace(self, hooks=re.sub(r"/hooks/[^/]+/", hooks, self.hooks))

    def post(
        self, name: str, form: Mapping[str, str] | bytes, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Call a hook; bytes: the body as it goes over the wire, for what no well-behaved client would send."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        with requests.Session() as session:
            session.trust_env = False  # a proxy would lead away from this machine
            return session.post(
                f"{self.hooks.rstrip('/')}/{name}",
                data=body,
                headers={"Content-Type": "application/x-www-form-urlencoded", **(headers or {})},
                timeout=self.hop_seconds,
                allow_redirects=False,
            )

    def get(self, name: str, query: Mapping[str, str] | bytes) -> requests.Response:
        """Call a hook that reads its address; bytes: as post()."""
        said = query.decode("latin-1") if isinstance(query, bytes) else urlencode(query)
        with requests.Session() as session:
            session.trust_env = False
            address = f"{self.hooks.rstrip('/')}/{name}?{said}"
            return session.get(address, timeout=self.hop_seconds, allow_redirects=False)

    def sms(self, sender: str, text: str, *, to: str = "21512", provider_id: str = "", wait: bool = True) -> int:
        """Bring an SMS to the service until it answers 200; the last status, 0 = none.

        wait False: only the first try is waited for, the others are made in the background.
        """
        return self.bring(Texted(sender, text, to=to, provider_id=provider_id or secrets.token_hex(16)), wait=wait)

    def bring(self, texted: Texted, *, wait: bool = True) -> int:
        """As sms(), for an SMS of any shape."""
        body = texted.body(self.network)
        status = self._try(body)
        if status == 200 or wait:
            return self._again(body, status)
        threading.Thread(target=self._again, args=(body, status), name="retry", daemon=True).start()
        return status

    def _again(self, body: bytes, status: int) -> int:
        for _ in range(self.tries - 1):
            if status == 200:
                break
            time.sleep(self.retry_seconds)
            status = self._try(body)
        return status

    def _try(self, body: bytes) -> int:
        try:
            return self.post("sms", body).status_code
        except requests.RequestException:
            return 0
