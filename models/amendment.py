"""An amendment: words of a report put right by whoever told it; what decides who is told of it stays."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from models import report_body
from models.keys import Keyring
from models.prepared import bare
from models.report import Report, answers


def amend(db: Session, keys: Keyring, report: Report, told: Mapping[str, str]) -> None:
    """Put these answers in the place of others; a body that has gone does not come back. Nobody is told anew."""
    before = answers(db, keys, report)
    if before:
        report_body.put(bare(db), keys, report.id, report.compartment, {**before, **told})
