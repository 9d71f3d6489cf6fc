"""How long a sitting lasts, as the operator has settled it."""

from datetime import timedelta

from models.sitting import Limits
from service.settings import Settings


def limits(settings: Settings) -> Limits:
    return Limits(idle=timedelta(minutes=settings.console_idle_minutes), whole=timedelta(hours=settings.console_hours))
