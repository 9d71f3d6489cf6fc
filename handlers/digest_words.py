"""How digests name things: groups and places, how long something took, which way it goes."""

from datetime import datetime, timedelta

from flows.language import chain, pick
from handlers.desk import Desk
from handlers.figure import Arrow, Figure
from handlers.period import Kind, Period

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def groups(desk: Desk, language: str) -> dict[str, str]:
    """The first digit of a code → what the form calls its group."""
    tongues = chain(language)
    return {choice.name: pick(choice.labels, tongues) for choice in desk.forms["incident"].lists["group"]}


def place(desk: Desk, key: str, language: str) -> str:
    return desk.atlas.name(key, language) or desk.say("digest.nowhere", language)


def length(desk: Desk, took: timedelta, language: str) -> str:
    """In minutes, hours or days, whichever is short."""
    if took < 2 * HOUR:
        return desk.words.count("digest.minutes", round(took.total_seconds() / 60), chain(language))
    if took < 2 * DAY:
        return desk.words.count("digest.hours", round(took / HOUR), chain(language))
    return desk.words.count("digest.days", round(took / DAY), chain(language))


def with_arrow(desk: Desk, figure: Figure, arrow: Arrow | None, language: str) -> str:
    return f"{figure.text} ({desk.say(f'digest.{arrow}', language)})" if arrow else figure.text


def title(desk: Desk, period: Period, language: str, *, late: bool) -> str:
    until = local(desk, period.ends_at)
    key = "digest.daily" if period.kind is Kind.DAILY else "digest.weekly"
    said = desk.say(key, language, day=f"{until:%d/%m}", hour=f"{until:%H:%M}")
    return f"{said} {desk.say('digest.late', language)}" if late else said


def local(desk: Desk, moment: datetime) -> datetime:
    return moment.astimezone(desk.policy.timezone)
