"""The phone that tries a form: beside the others on their page, for whoever may publish forms and has begun it."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request

from flows.language import LANGUAGES
from service import trial as trials
from service.console import forms
from service.console.page import tongue
from service.console.visitor import present
from service.parts import Parts
from service.trial import Trial

MOST_KEYS = 500
FOR_EVERYBODY = ("incident", "feedback")  # to other forms only members come


def add_to(page: Blueprint, parts: Parts) -> None:
    """The address that the page's script asks for each screen; all that was keyed comes along, as a gateway has it."""

    @page.post("/trial")
    def trial() -> Mapping[str, Any]:
        form = request.form
        found = _found(parts, form.get("trial", ""))
        if found is None:
            return {"text": tongue(parts).phone("trial.closed"), "ended": True}
        language, said = form.get("language", ""), form.getlist("said")
        if language not in found.form.languages or len(said) > MOST_KEYS:
            abort(400)
        screen = trials.hop(parts, found, form.get("number", ""), language, said)
        return {"text": screen.text, "ended": screen.ended}


def on_page(parts: Parts, language: str) -> Mapping[str, Any]:
    """What the phones' page must know of the trial that its address names; trial None: there is none, or it is over."""
    ticket = request.args.get("trial", "")
    found = _found(parts, ticket) if ticket else None
    if found is None:
        return {"trial": None, "trial_over": bool(ticket)}
    tags = found.form.languages
    return {
        "trial": found,
        "trial_over": False,
        "ticket": ticket,
        "for_members": found.form.name not in FOR_EVERYBODY,
        "tongues": [(tag, LANGUAGES[tag].name) for tag in tags],
        "tongue": language if language in tags else tags[0],
    }


def _found(parts: Parts, ticket: str) -> Trial | None:
    """Whoever may not upload a form tries none either."""
    seated = present()
    if seated is None or seated.role not in forms.PAGE.roles:
        abort(403)
    return trials.find(parts, ticket, seated.member_id)
