"""What the demo's database holds when it is first served: the tables, the codes, the places, and a roster."""

import csv
from collections.abc import Mapping

from sqlalchemy import func, select

from flows.folding import fold
from models import roster as rosters
from models import schema
from models.member import Member
from service.database import transaction
from service.parts import ROOT, Parts, build
from service.settings import Settings
from service.stocking import stock_up

ROSTER = ROOT / "data" / "demo_roster.csv"


def prepare(settings: Settings) -> None:
    """Bring the database up to this release; what somebody has changed in it stays."""
    schema.upgrade(settings.database_url)
    parts = build(settings)
    stock_up(parts)
    _enrol(parts)
    parts.engine.dispose()


def members() -> list[Mapping[str, str]]:
    """The rows of the demo's roster, as in the CSV."""
    with ROSTER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _enrol(parts: Parts) -> None:
    with transaction(parts.engine) as db:
        if db.scalar(select(func.count()).select_from(Member)):
            return
        places = parts.desk(db).atlas.gazetteer
        rosters.import_roster(db.connection(), parts.keys, members(), places, replace=False, fold=fold)
