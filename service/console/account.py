"""The visitor's own page: who they are here, and where else they have signed in."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as Answer

from models import audit
from models import member as members
from models import sitting as sittings
from service.console.limits import limits
from service.console.page import EVERYBODY, Page, render
from service.console.visitor import visitor
from service.database import reading, transaction
from service.parts import Parts


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("account", __name__, url_prefix="/account")

    @page.get("/")
    def show() -> Answer:
        me = visitor()
        with reading(parts.engine) as db:
            desk = parts.desk(db)
            areas = [desk.atlas.name(pcode, me.language) or pcode for pcode in sorted(members.areas(db, me.member_id))]
            open_ones = sittings.open_ones(db, me.member_id, limits(parts.settings), parts.now())
        return render(parts, "account.html", areas=areas, sittings=open_ones, mine=sittings.mac(me.token))

    @page.post("/end-others")
    def end_others() -> Answer:
        me = visitor()
        with transaction(parts.engine) as db:
            sittings.end_all(db, me.member_id, parts.now(), but=me.token)
            audit.record(db, me.member_id, "sittings_ended", me.member_id, "all others", parts.now())
        return redirect(url_for("console.account.show"), 303)

    return page


PAGE = Page("account", EVERYBODY, blueprint, in_menu=False)
