"""A page of the console: what it is called in the menu, for whom it is there, and how its templates are filled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request
from markupsafe import Markup

from flows.form import Labels
from flows.language import COMPLETE, LANGUAGES, chain, pick
from models.member import Role
from service.console.assets import address
from service.console.faults import Faults
from service.console.visitor import present
from service.parts import Parts

READERS = frozenset(
    {Role.COORDINATOR, Role.PROTECTION, Role.COMPLAINTS, Role.PSEA, Role.PRIVACY, Role.ADMIN}
)  # who may have an account at all
EVERYBODY: frozenset[Role] = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Page:
    """name: of its blueprint and, as `console.nav.<name>`, in the menu; roles: for all others it is not there;
    blueprint: makes its routes, all of which those roles alone may call."""

    name: str
    roles: frozenset[Role]
    blueprint: Callable[[Parts], Blueprint]
    in_menu: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    name: str
    address: str
    here: bool


class Tongue:
    """The page's own words, in the language of whoever looks at it."""

    def __init__(self, parts: Parts, language: str) -> None:
        self._parts = parts
        self.tag = language
        self.rtl = LANGUAGES[language].rtl
        self._chain = chain(language)

    def __call__(self, key: str, **values: object) -> str:
        return self._parts.words.say(f"console.{key}", self._chain, **values)

    def phone(self, key: str, **values: object) -> str:
        """What phones call it."""
        return self._parts.words.say(key, self._chain, **values)

    def count(self, key: str, n: int, **values: object) -> str:
        return self._parts.words.count(f"console.{key}", n, self._chain, **values)

    def fault(self, message: str) -> str | None:
        """What a check of a file has to say; None where these are not our words."""
        faults: Faults = current_app.extensions["karakoro.faults"]
        return faults.say(message, self.tag)

    def via(self, way: str) -> str:
        """By what way something was done: a phone's channel, the console, or a job of the service's own."""
        return self(f"via.{way}") if self._parts.words.knows(f"console.via.{way}") else way

    def purpose(self, key: str | None) -> str:
        """What a message is for; a word for it that is not known stays as it is."""
        kind = (key or "").partition(":")[0]
        return self(f"purpose.{kind}") if self._parts.words.knows(f"console.purpose.{kind}") else kind or "–"

    def label(self, labels: Labels) -> str:
        """What a form calls something."""
        return pick(labels, self._chain)

    def moment(self, at: datetime) -> str:
        """Day and hour where the service is at home."""
        return f"{at.astimezone(self._parts.settings.timezone):%d/%m %H:%M}"

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(self._parts.settings.timezone):%d/%m/%Y}"


def tongue(parts: Parts) -> Tongue:
    return Tongue(parts, g.language)


def render(parts: Parts, template: str, status: int = 200, **values: Any) -> Response:
    """The page from `templates/console/<template>`; what every page shows is there without being named."""
    return make_response(render_template(f"console/{template}", **_common(parts), **values), status)


def _common(parts: Parts) -> Mapping[str, Any]:
    seated = present()
    return {
        "t": tongue(parts),
        "languages": [(tag, LANGUAGES[tag].name) for tag in COMPLETE],
        "asset": address,
        "form_field": _form_field,
        "visitor": seated,
        "visitor_name": g.get("visitor_name", ""),
        "menu": _menu(seated.role) if seated else (),
        "demo": parts.settings.demo,
        "has_phones": has_phones(),
        "now": parts.now(),
        "here": request.path,
    }


def has_phones() -> bool:
    """Whether there are phones in the browser, on which nothing is real."""
    return "phone" in current_app.blueprints


def _form_field() -> Markup:
    """What a form must bring along to be taken: it shows that a page of ours sent it."""
    return Markup('<input type="hidden" name="form_token" value="{}">').format(g.form_token)


def start_of(role: Role) -> str:
    """Where that role begins: the first line of its menu."""
    entries = _menu(role)
    return entries[0].address if entries else "/console/account/"


def _menu(role: Role) -> list[Entry]:
    pages: tuple[Page, ...] = current_app.extensions["karakoro.console"]
    return [
        Entry(page.name, f"/console/{page.name}/", request.path.startswith(f"/console/{page.name}/"))
        for page in pages
        if page.in_menu and role in page.roles
    ]
