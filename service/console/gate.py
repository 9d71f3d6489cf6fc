"""The gate of the console: who is let in to which page, and that a form came from a page of ours."""

import hmac
import secrets
from typing import Any

from flask import Response, abort, current_app, g, redirect, request
from werkzeug.wrappers import Response as Answer

from flows.language import COMPLETE, DEFAULT
from models import member as members
from models import sitting as sittings
from models.keys import Purpose
from models.sitting import SEEN_EVERY
from service.console.headers import secure
from service.console.limits import limits
from service.console.visitor import Visitor
from service.database import reading, transaction
from service.parts import Parts
from service.waiting import Busy

# Whoever has not signed in yet sees these, and nothing else.
OPEN = frozenset(
    {"console.static", "console.sign_in.ask", "console.sign_in.enter", "console.enrol.show", "console.enrol.enrol"}
)
LARGEST_FILE = 4 * 1024 * 1024  # of those who have signed in
LIVE = "X-Live"  # the header of a page that renews itself
LANGUAGE = "karakoro_language"
KEPT_LANGUAGE_SECONDS = 365 * 24 * 3600


class Gate:
    """Stands before and behind every page, of the console and of the phones beside it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._secure = not parts.settings.demo
        prefix = "__Host-" if self._secure else ""
        self.sitting_cookie, self._guest_cookie = f"{prefix}karakoro", f"{prefix}karakoro_guest"
        self._limits = limits(parts.settings)

    def enter(self) -> Answer | None:
        """Before the page: who is it, and may they."""
        g.language = self._language(DEFAULT)
        if request.endpoint == "console.static":
            return None
        self._recognise()
        if g.visitor is not None:
            request.max_content_length = LARGEST_FILE
        self._check_form()
        if g.visitor is None and request.endpoint not in OPEN:
            return self._ask_to_sign_in()
        if g.visitor is not None:
            self._check_role(g.visitor)
        return None

    def enter_without_account(self) -> None:
        """Before a page that is there for everybody on this machine, whether or not they have signed in: the phones."""
        g.language = self._language(DEFAULT)
        self._recognise()
        self._check_form()

    def leave(self, response: Response) -> Response:
        """Behind the page: cookies and headers."""
        if request.args.get("lang") in COMPLETE:
            self._set(response, LANGUAGE, g.language, KEPT_LANGUAGE_SECONDS)
        if "new_guest" in g:
            self._set(response, self._guest_cookie, g.new_guest, None)
        return secure(response, https=self._secure)

    def seat(self, response: Answer, token: str) -> Answer:
        """From now on this browser has that sitting."""
        self._set(response, self.sitting_cookie, token, None)
        return response

    def unseat(self, response: Answer) -> Answer:
        response.delete_cookie(self.sitting_cookie, secure=self._secure, httponly=True, samesite="Strict")
        return response

    def _set(self, response: Answer, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(name, value, max_age=seconds, secure=self._secure, httponly=True, samesite="Strict")

    def _language(self, usual: str) -> str:
        """What was asked for, else what was chosen before, else the usual one."""
        for said in (request.args.get("lang", ""), request.cookies.get(LANGUAGE, "")):
            if said in COMPLETE:
                return said
        return usual if usual in COMPLETE else DEFAULT

    def _recognise(self) -> None:
        token = request.cookies.get(self.sitting_cookie, "")
        g.visitor = self._visitor(token) if token else None
        if g.visitor is None:
            self._take_guest()
            return
        g.language = self._language(g.visitor.language)
        g.form_token = self._form_token(token)

    def _visitor(self, token: str) -> Visitor | None:
        parts = self._parts
        with reading(parts.engine) as db:
            found = sittings.find(db, token, self._limits, parts.now())
            if found is None:
                return None
            g.visitor_name = members.name(db, parts.keys, found.member_id)
        if LIVE not in request.headers and parts.now() - found.seen_at >= SEEN_EVERY:
            self._note_use(token)
        return Visitor(found.member_id, found.role, found.language, found.post_place_id, token)

    def _note_use(self, token: str) -> None:
        try:
            with transaction(self._parts.engine) as db:
                sittings.see(db, token, self._parts.now())
        except Busy:
            return  # the next request will note it

    def _take_guest(self) -> None:
        guest = request.cookies.get(self._guest_cookie, "")
        if not guest:
            guest = g.new_guest = secrets.token_urlsafe(24)
        g.form_token = self._form_token(guest)

    def _form_token(self, token: str) -> str:
        return self._parts.keys.mac(Purpose.SESSIONS, f"console/form/{token}".encode()).hex()

    def _check_form(self) -> None:
        """Whatever is sent must come from a page that we gave to this browser."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        given = request.headers.get("X-Form-Token") or request.form.get("form_token", "")
        elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if elsewhere or not hmac.compare_digest(given.encode(), g.form_token.encode()):
            abort(403)

    def _ask_to_sign_in(self) -> Answer:
        if LIVE in request.headers:
            return Response("", 401)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
        query = {"next": wanted} if wanted and wanted != "/console/" else {}
        return redirect(self._address("console.sign_in.ask", **query), 303)

    def _address(self, endpoint: str, **values: Any) -> str:
        return current_app.url_for(endpoint, **values)

    def _check_role(self, visitor: Visitor) -> None:
        for page in current_app.extensions["karakoro.console"]:
            if request.blueprint == f"console.{page.name}" and visitor.role not in page.roles:
                abort(403)
