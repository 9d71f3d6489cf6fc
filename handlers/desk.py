"""What a handler works with: the open transaction, the keys, the forms, the places and the hour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from flows.form import Channel, Form
from flows.language import Words, chain
from flows.world import Limits, World
from handlers.atlas import Atlas
from handlers.period import NO_DIGESTS, Rhythm
from handlers.ways import Ways
from models.code import CodeBook
from models.keys import Keyring


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator of the service has settled; lengths of time as timedelta. dialogue: how long a question by SMS
    waits for its answer; late: how long after that an answer is still known for one; patience: after so long without an
    answer the teller is reminded; same_text: the same words again within it are no second report; echo: nor is there
    anybody to answer them within this; same_reply: within it a phone gets the same text same_reply_most times;
    parts_a_day: of SMS, alerts aside, that a phone gets within a day."""

    timezone: ZoneInfo
    limits: Limits
    service_code: str
    organisation: str
    help_number: str
    ways: Ways
    direct_dial: bool = False
    own_numbers: frozenset[str] = frozenset()
    session: timedelta = timedelta(minutes=5)
    dialogue: timedelta = timedelta(hours=12)
    late: timedelta = timedelta(hours=24)
    patience: timedelta = timedelta(minutes=30)
    same_text: timedelta = timedelta(minutes=5)
    echo: timedelta = timedelta(minutes=1)
    same_reply: timedelta = timedelta(minutes=30)
    same_reply_most: int = 10
    day: timedelta = timedelta(hours=24)
    parts_a_day: int = 150
    receipt_pause: timedelta = timedelta(seconds=10)
    resume: timedelta = timedelta(minutes=30)
    resume_member: timedelta = timedelta(days=7)
    rhythm: Rhythm = NO_DIGESTS
    writes_mail: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """One transaction's worth of everything; `now` is UTC; reach: gives the transaction, and may begin it."""

    reach: Callable[[], Session]
    keys: Keyring
    forms: Mapping[str, Form]
    words: Words
    atlas: Atlas
    codes: CodeBook
    policy: Policy
    now: datetime

    @property
    def db(self) -> Session:
        """Of whoever never asks for it nothing is written but the next step of the conversation."""
        return self.reach()

    def world(self, language: str, channel: Channel) -> World:
        return World(
            now=self.now.astimezone(self.policy.timezone),
            languages=chain(language),
            channel=channel,
            choices=self.atlas.choices,
            words=self.words,
            limits=self.policy.limits,
            whereabouts=self.atlas.whereabouts,
        )

    def say(self, key: str, language: str, **values: object) -> str:
        """The service's own words under that key, in the caller's language or the next in its chain."""
        return self.words.say(key, chain(language), **values)

    def say_with_help(self, key: str, language: str, **values: object) -> str:
        """As say, and then the number to call, where there is one."""
        return with_help(self.words, self.policy, key, chain(language), **values)


def with_help(words: Words, policy: Policy, key: str, languages: Sequence[str], **values: object) -> str:
    said = words.say(key, languages, **values)
    number = policy.help_number
    return f"{said} {words.say('help.line', languages, number=number)}" if number else said
