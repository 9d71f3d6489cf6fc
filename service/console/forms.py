"""Forms: what is in use, an XLSForm uploaded and looked at, published, and taken back."""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from flows.form import Form
from models import audit, published
from models.member import Role
from models.published import PublishedForm, Source, Version
from service import trial
from service.console.page import Page, has_phones, render
from service.console.visitor import visitor
from service.database import reading, transaction
from service.form_file import Tried, try_out
from service.parts import Parts


@dataclass(frozen=True, slots=True)
class InUse:
    """A form as phones show it now; version_of: the upload that it is, None = as it is shipped."""

    form: Form
    version_of: PublishedForm | None


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("forms", __name__, url_prefix="/forms")

    @page.get("/")
    def show() -> Answer:
        return _list(parts)

    @page.post("/upload")
    def upload() -> Answer:
        sent = request.files.get("file")
        name, content = (sent.filename or "", sent.read()) if sent is not None else ("", b"")
        tried = try_out(name, content, parts.words, parts.policy.limits, parts.shelf.forms)
        if tried.form is None:
            return _list(parts, 400, tried=tried)
        source = Source(tried.form.name, tried.form.version, Path(name).suffix.lower(), content)
        try:
            with transaction(parts.engine) as db:
                form_id = published.keep(db, source, visitor().member_id, parts.now())
                audit.record(db, visitor().member_id, "form_uploaded", form_id, tried.form.name, parts.now())
        except Version as known:
            return _list(parts, 400, tried=tried, known=str(known))
        return _list(parts, tried=tried, form_id=form_id)

    @page.post("/<int:form_id>/publish")
    def publish(form_id: int) -> Answer:
        with transaction(parts.engine) as db:
            if not published.publish(db, form_id, parts.now()):
                abort(404)
            audit.record(db, visitor().member_id, "form_published", form_id, "from now on", parts.now())
        return redirect(url_for("console.forms.show"), 303)

    @page.post("/<int:form_id>/try")
    def try_it(form_id: int) -> Answer:
        """On the phones' page, where there is one, and for whoever asked."""
        if not has_phones():
            abort(404)
        with transaction(parts.engine) as db:
            ticket = trial.begin(parts, db, form_id, visitor().member_id)
            if ticket is None:
                abort(404)
            audit.record(db, visitor().member_id, "form_tried", form_id, "on a phone of the page", parts.now())
        return redirect(url_for("phone.show", trial=ticket), 303)

    @page.post("/<int:form_id>/discard")
    def discard(form_id: int) -> Answer:
        with transaction(parts.engine) as db:
            name = published.discard(db, form_id)
            if name is None:
                abort(404)
            audit.record(db, visitor().member_id, "form_discarded", form_id, name, parts.now())
        return redirect(url_for("console.forms.show"), 303)

    @page.post("/<name>/back")
    def back(name: str) -> Answer:
        with transaction(parts.engine) as db:
            if not published.go_back(db, name, parts.now()):
                abort(404)
            audit.record(db, visitor().member_id, "form_taken_back", 0, name[:64], parts.now())
        return redirect(url_for("console.forms.show"), 303)

    return page


def _list(
    parts: Parts, status: int = 200, tried: Tried | None = None, form_id: int | None = None, known: str = ""
) -> Answer:
    with reading(parts.engine) as db:
        forms = parts.desk(db).forms
        newest = {each.name: each for each in published.in_use(db)}
        uploads = published.every(db)
    in_use = [InUse(form, newest.get(name)) for name, form in sorted(forms.items())]
    return render(
        parts,
        "forms.html",
        status,
        in_use=in_use,
        uploads=uploads,
        newest={each.id for each in newest.values()},
        tried=tried,
        form_id=form_id,
        known=known,
    )


PAGE = Page("forms", frozenset({Role.ADMIN}), blueprint)
