"""A fresh service for one conversation: real hooks, a simulated network, and a clock that is moved by hand."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from redis import Redis

from flows.form import Channel
from handlers import exercising
from models import contact as contacts
from models import exercise as exercises
from models import member as members
from service import demo_data, demo_settings, redis_server
from service.clock import TASKS, Clock
from service.database import transaction
from service.exchange import follow_up
from service.jobs import JOBS
from service.local_web import LocalWeb
from service.parts import Parts, build
from service.player import Happened, NobodyAsked
from service.queue import Dispatcher, open_queue, quick_connection
from service.scratch import Beside, Databases, Files, database
from service.settings import PREFIX, Settings
from service.shelf import Shelf
from service.simulator import dialects
from service.simulator.dialects import Dialect, Dialled
from service.simulator.phone import Refused
from service.simulator.server import Simulator
from service.transcript import Drill, Fate, is_dial, screen
from service.web import create_web
from service.witness import Witness
from service.work import work_off

TEMPLATE = "prepared"
NO_MORE: Mapping[str, str] = {}
A_MOMENT = timedelta(seconds=1)  # what saying anything takes
STRIDE = timedelta(minutes=1)  # of the clock, and longer ones in a pause of hours
MOST_STRIDES = 60


class Theatre:
    """What the plays of one run share: a Redis, keys, and a prepared database that each gets a copy of."""

    def __init__(self, folder: Path, redis_url: str, databases: Databases) -> None:
        self._folder = folder
        self._redis_url = redis_url
        self._databases = databases
        self._shelf: Shelf | None = None  # forms and places are the same in every copy: read once

    @contextmanager
    def stage(
        self, begins: datetime, settings: Mapping[str, str] = NO_MORE, dialect: Dialect = Dialect.AFRICASTALKING
    ) -> Iterator["LiveStage"]:
        """A service that nobody has ever used, at that moment, with these settings (named without the prefix).

        dialect: how the phones' network brings what is keyed or texted; where it knows only one of the two, the other
        comes by Africa's Talking.
        """
        name = f"stage_{secrets.token_hex(4)}"
        with (
            database(self._databases, name, TEMPLATE) as url,
            Redis.from_url(self._redis_url) as redis,
            LocalWeb() as web,
        ):
            redis.flushall()
            token = secrets.token_urlsafe(24)
            hooks = f"{web.url}/hooks/africastalking/{token}/"
            with Simulator(hooks=hooks, at_once=True) as simulator:
                clock = HandClock(begins)
                more = {**dialects.settings(dialect, simulator.url, web.url), **settings}
                found = self.settings(url, token, simulator.url, more)
                parts = build(found, now=clock, shelf=self._shelf)
                self._shelf = parts.shelf
                try:
                    with web.serving(create_web(parts)):
                        yield LiveStage(parts, simulator, redis, clock, dialect, hooks)
                finally:
                    parts.engine.dispose()

    def settings(
        self, database_url: str, token: str = "", simulator_url: str = "", more: Mapping[str, str] = NO_MORE
    ) -> Settings:
        said = {
            "DATA_DIR": str(self._folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": self._redis_url,
            "HOOK_TOKEN": token,
            "AFRICASTALKING_URL": simulator_url,
            "DIGEST_DAILY": "off",  # a conversation is about itself, unless it says otherwise
            "DIGEST_WEEKLY": "off",
            **more,
        }
        environ = {f"{PREFIX}{name}": value for name, value in said.items()}
        return Settings.from_environment(demo_settings.settle(environ, 0))


@contextmanager
def theatre(database_url: str = "") -> Iterator[Theatre]:
    """Where plays can be held; database_url: a PostgreSQL to play on, "" = SQLite."""
    with TemporaryDirectory(prefix="karakoro-play-") as name:
        folder = Path(name)
        databases = Beside(database_url) if database_url else Files(folder)
        redis = redis_server.start(folder)
        try:
            house = Theatre(folder, redis_server.url(folder), databases)
            with database(databases, TEMPLATE) as url:
                demo_data.prepare(house.settings(url))
                yield house
        finally:
            redis.kill()
            redis.wait()


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def __call__(self) -> datetime:
        return self._moment

    def move(self, length: timedelta) -> None:
        self._moment += length


class LiveStage:
    """A running service, and the phones around it; hooks: the address below which they are."""

    def __init__(
        self, parts: Parts, simulator: Simulator, redis: Redis, clock: HandClock, dialect: Dialect, hooks: str
    ) -> None:
        self.parts, self.network, self.redis, self.hooks = parts, simulator.network, redis, hooks
        self._simulator = simulator
        self._dial = partial(dialects.dial, dialect, simulator.line)
        self._text = partial(dialects.text, dialect, simulator.line)
        self._service_code = parts.settings.service_code
        self._queue = open_queue(redis)
        self._now = clock
        self._jobs = {name: partial(self._work, parts, name) for name in JOBS}
        self._failed: list[str] = []
        self._clock = Clock(Dispatcher(quick_connection(parts.settings.redis_url)), TASKS, clock)
        self._witness = Witness(parts.engine, clock())
        self._dials: dict[str, Dialled] = {}
        self._broken: dict[str, Dialled] = {}
        self._read: dict[str, int] = {}

    def say(self, phone: str, channel: Channel, text: str) -> Happened:
        self._now.move(A_MOMENT)
        if channel is Channel.SMS:
            self._text(phone, text)
            return self._come_of_it(phone, channel, [])
        return self._come_of_it(phone, channel, [self._key(phone, text)])

    def befall(self, phone: str, channel: Channel, fate: Fate) -> Happened:
        found = (self._broken if fate is Fate.GOES_ON else self._dials).pop(phone, None)
        if found is None or found.ended:
            raise NobodyAsked("there is no such dial")
        match fate:
            case Fate.HANGS_UP:
                found.hang_up()
            case Fate.BREAKS_OFF:
                self._broken[phone] = found
            case Fate.GOES_ON:
                beside = self._dials.pop(phone, None)
                self._broken |= {phone: beside} if beside else {}
                self._dials[phone] = found
        return self._come_of_it(phone, channel, [])

    def order(self, phone: str, channel: Channel, order: Drill) -> Happened:
        self._now.move(A_MOMENT)
        with transaction(self.parts.engine) as db:
            desk = self.parts.desk(db)
            if order.members:
                phones = (contacts.find(db, desk.keys, each) for each in order.members)
                taking = {each.id for phone in phones if (each := members.of_contact(db, phone, desk.now))}
                _, effects = exercising.start(desk, taking, order.length)
            else:
                stopped = [exercising.stop(desk, each.exercise_id) for each in exercises.running(db, desk.now)]
                effects = tuple(effect for each in stopped for effect in each or ())
        if not effects:
            raise NobodyAsked("no such exercise")
        follow_up(self.parts, effects)
        return self._come_of_it(phone, channel, [])

    def wait(self, phone: str, channel: Channel, length: timedelta) -> Happened:
        stride = max(STRIDE, length / MOST_STRIDES)
        while length > timedelta():
            self._now.move(min(length, stride))
            length -= stride
            self._clock.tick()
            self._settle()
        return self._come_of_it(phone, channel, [])

    def skip(self, length: timedelta) -> None:
        """That much time is over, in which nobody's clock has ticked."""
        self._now.move(length)

    def references(self) -> set[str]:
        return self._witness.references()

    def _key(self, phone: str, text: str) -> str:
        """Dial, or press keys; the screen."""
        open_one = self._dials.get(phone)
        try:
            if is_dial(text):
                if open_one and not open_one.ended:
                    open_one.hang_up()
                self._dials[phone] = open_one = self._dial(phone, text, self._service_code)
                shown = open_one.start()
            elif open_one and not open_one.ended:
                shown = open_one.press(text)
            else:
                raise NobodyAsked("there is no dial open, so nobody asked for an answer")
        except Refused as error:
            return f"(the network ended the dial: {error})"
        return screen(shown.text, shown.ended)

    def _come_of_it(self, phone: str, channel: Channel, shown: Sequence[str]) -> Happened:
        self._settle()
        came = self._new_messages()
        mine = came.pop(phone, []) if channel is Channel.SMS else []
        sent = [f"sms {number} {text}" for number, texts in sorted(came.items()) for text in texts]
        failed, self._failed = self._failed, []
        return Happened([*shown, *mine], [*self._witness.look(), *sent, *failed])

    def _work(self, parts: Parts, name: str, *ids: int | str) -> None:
        """Run a job; one that fails is something that happened."""
        try:
            JOBS[name](parts, *ids)
        except Exception as error:
            self._failed.append(f"failed {name} ({type(error).__name__})")
            raise

    def _settle(self) -> None:
        """Until no job waits and no receipt is on its way; receipts make no jobs."""
        if not self._queue.is_empty():
            work_off(self.redis, self._jobs)
        self.network.settle()

    def _new_messages(self) -> dict[str, list[str]]:
        new: dict[str, list[str]] = {}
        for number in self.network.numbers():
            inbox = self.network.inbox(number)
            new[number] = [message.text for message in inbox[self._read.get(number, 0) :]]
            self._read[number] = len(inbox)
        return new
