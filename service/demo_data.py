"""What the demo's database holds when it is first served: the tables, the codes, the places, and a roster."""

import csv
from collections.abc import Mapping

from sqlalchemy import func, select

from models import pin as pins
from models import schema
from models.member import Member
from service.console import demo_account
from service.database import reading, transaction
from service.parts import ROOT, Parts, build
from service.settings import Settings
from service.stocking import load_roster, stock_up

ROSTER = ROOT / "data" / "demo_roster.csv"
PIN = "2580"


def prepare(settings: Settings) -> None:
    """Bring the database up to this release; what somebody has changed in it stays."""
    schema.upgrade(settings.database_url)
    parts = build(settings)
    stock_up(parts)
    _enrol(parts)
    demo_account.give(parts)
    parts.engine.dispose()


def members() -> list[Mapping[str, str]]:
    """The rows of the demo's roster, as in the CSV."""
    with ROSTER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _enrol(parts: Parts) -> None:
    """Only onto an empty roster: whoever was suspended in the demo stays so."""
    with reading(parts.engine) as db:
        enrolled = db.scalar(select(func.count()).select_from(Member))
    if not enrolled:
        load_roster(parts, ROSTER)
        _give_pins(parts)


def _give_pins(parts: Parts) -> None:
    """One that everybody may know, so in the demo alone."""
    if not parts.settings.demo:
        return
    hashed = pins.hash_of(PIN)
    with transaction(parts.engine) as db:
        for member_id in db.scalars(select(Member.id)).all():
            pins.give(db, member_id, hashed, parts.now())
