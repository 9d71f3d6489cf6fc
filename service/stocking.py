"""What every installation starts with: the codes, the routes and clocks, the P-codes and the border's places."""

import csv
from pathlib import Path

from flows.folding import fold
from flows.language import LANGUAGES
from handlers.desk import Desk
from models.roster import RosterAccount, import_roster
from models.roster_row import Rolls
from models.seed import seed
from service.database import transaction
from service.parts import ROOT, Parts

DATA = ROOT / "data"


def stock_up(parts: Parts) -> None:
    """Add what is missing; what an administrator has changed stays as it is."""
    with transaction(parts.engine) as db:
        seed(db, DATA, fold=fold)


def rolls(desk: Desk) -> Rolls:
    """What a roster is checked against."""
    return Rolls(desk.keys, desk.atlas.gazetteer, tuple(LANGUAGES), fold, desk.now)


def load_roster(parts: Parts, path: Path = DATA / "demo_roster.csv") -> RosterAccount:
    """Import a roster that is known to be good: the demo's."""
    with path.open(encoding="utf-8", newline="") as file, transaction(parts.engine) as db:
        return import_roster(db, rolls(parts.desk(db)), csv.DictReader(file))
