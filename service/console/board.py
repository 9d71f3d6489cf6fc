"""The alerts board: what stands and was told to somebody, with its clocks; it renews itself."""

from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answer

from handlers import caselist
from handlers.caselist import Line
from handlers.reading_room import Reader
from service.console.page import READERS, Page, render
from service.console.visitor import visitor
from service.database import reading
from service.parts import Parts

EVERY_SECONDS = 4


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("board", __name__, url_prefix="/board")

    @page.get("/")
    def show() -> Answer:
        return render(parts, "board.html", every=EVERY_SECONDS, **_split(_lines(parts)))

    @page.get("/live")
    def live() -> Answer:
        """The same without what stands around it; what has not changed since the last time is not sent again."""
        return unless_known(render(parts, "_board.html", **_split(_lines(parts))))

    return page


def _lines(parts: Parts) -> list[Line]:
    with reading(parts.engine) as db:
        desk = parts.desk(db)
        return caselist.board(desk, Reader.seated(desk, visitor().member_id, ""), g.language)


def _split(lines: list[Line]) -> dict[str, Any]:
    return {
        "free": [line for line in lines if line.about.owner_id is None],
        "taken": [line for line in lines if line.about.owner_id is not None],
    }


def unless_known(response: Response) -> Answer:
    response.add_etag()
    return response.make_conditional(request)


PAGE = Page("board", READERS, blueprint)
