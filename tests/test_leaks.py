"""A week of reports, and then every place is searched in which a number or a text might lie: it is in none."""

import base64
import csv
import io
import itertools
import logging
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from fixtures_service import ADMIN, COMPLAINTS, COORDINATOR, MONDAY, OFFICER, PROTECTION, RELAY, VILLAGER, VILLAGER_2
from postgresql_server import Server
from redis import Redis
from sqlalchemy import func, select, text
from test_transcripts import postgresql_theatre, sqlite_theatre  # noqa: F401

from flows.form import Channel
from models import audit
from models.member import Member
from service.backup import back_up
from service.database import reading, transaction
from service.demo_data import members
from service.logs import CHATTY, MaskedLines
from service.player import NobodyAsked
from service.simulator.network import Outcome
from service.stage import LiveStage, Theatre
from service.stocking import load_roster
from service.transcript import Fate

STRANGERS = tuple(f"+2237655{number:04}" for number in range(40, 60))
PHONES = (OFFICER, RELAY, COORDINATOR, PROTECTION, COMPLAINTS, ADMIN, VILLAGER, VILLAGER_2, *STRANGERS)
WORDS = tuple(f"zorille{word}" for word in ("rouge", "verte", "noire", "grise", "bleue", "jaune"))
MAILS = {COORDINATOR: "zorille.nioro@coordination.example", ADMIN: "zorille.bamako@direction.example"}
DIAL = "*384*1234#"


def forms(phone: str) -> Iterator[bytes]:
    """What a number may look like where it has leaked."""
    bare = phone.removeprefix("+")
    for said in (bare, f"{bare[:3]} {bare[3:5]} {bare[5:7]} {bare[7:9]} {bare[9:]}"):
        yield said.encode()
        yield said.encode().hex().encode()
    yield from coded(bare)


def coded(bare: str) -> Iterator[bytes]:
    """In base64 a run of bytes looks otherwise at each of three places."""
    for before in range(3):
        seen = base64.b64encode(b"\0" * before + bare.encode())
        yield seen[-(-8 * before // 6) : 8 * (before + len(bare)) // 6]


NEEDLES: Mapping[str, tuple[bytes, ...]] = {
    **{f"the number {phone}": tuple(forms(phone)) for phone in PHONES},
    **{f"the address {mail}": (mail.encode(), mail.encode().hex().encode(), *coded(mail)) for mail in MAILS.values()},
    **{f"the text {word}": (word.encode(), word.encode().hex().encode(), word[3:].encode()) for word in WORDS},
}


def found(haystack: bytes) -> list[str]:
    """What has leaked into these bytes."""
    low = haystack.lower()
    return [name for name, needles in NEEDLES.items() if any(n.lower() in low for n in needles)]


@pytest.mark.parametrize("phone", [OFFICER, STRANGERS[0]])
def test_the_search_finds_what_has_leaked_in_any_dress(phone: str) -> None:
    for dressed in (
        phone.encode(),
        f"tel:{phone}".encode(),
        base64.b64encode(b"x" + phone.encode()),
        base64.b64encode(b"xy" + phone.encode() + b"z"),
        phone.encode().hex().upper().encode(),
    ):
        assert f"the number {phone}" in found(b"before " + dressed + b" after")
    assert found(b"+22370999999 and 6f6e65") == []


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def house(kind: str, request: pytest.FixtureRequest) -> Theatre:
    theatre: Theatre = request.getfixturevalue(f"{kind}_theatre")
    return theatre


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What would be written if the service were told to be as talkative as it can be."""
    stream, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(stream)
    handler.setFormatter(MaskedLines(secrets=[]))
    loggers = {name: logging.getLogger(name) for name in ("", *CHATTY)}
    before = {name: logger.level for name, logger in loggers.items()}
    loggers[""].addHandler(handler)
    for name, logger in loggers.items():
        logger.setLevel(CHATTY.get(name, logging.DEBUG))
    yield stream
    loggers[""].removeHandler(handler)
    for name, logger in loggers.items():
        logger.setLevel(before[name])


def write_to(stage: LiveStage, path: Path) -> None:
    """Two members have an e-mail address from now on."""
    rows = [{**row, "email": MAILS.get(row["phone"], "")} for row in members()]
    with path.open("w", encoding="utf-8", newline="") as file:
        roster = csv.DictWriter(file, rows[0])
        roster.writeheader()
        roster.writerows(rows)
    assert load_roster(stage.parts, path).problems == []
    with reading(stage.parts.engine) as db:
        assert db.scalar(select(func.count(Member.email_enc))) == len(MAILS)


def live_a_week(stage: LiveStage) -> None:
    words, strangers = itertools.cycle(WORDS), itertools.cycle(STRANGERS)
    for _ in range(7):
        _a_day(stage, words, strangers)
        stage.wait(ADMIN, Channel.SMS, timedelta(hours=14))


def _a_day(stage: LiveStage, words: Iterator[str], strangers: Iterator[str]) -> None:
    def sms(phone: str, *said: str) -> None:
        for each in said:
            stage.say(phone, Channel.SMS, each)

    def dial(phone: str, *keys: str) -> None:
        for each in (DIAL, *keys):
            try:
                stage.say(phone, Channel.USSD, each)
            except NobodyAsked:
                return

    dial(OFFICER, "1", "12", "1", "1", "3", "1", "1")
    dial(OFFICER, "1", "21", "2")
    stage.befall(OFFICER, Channel.USSD, Fate.HANGS_UP)
    sms(next(strangers), "12#1 Gogui", f"SUIVI {secrets.randbelow(900_000) + 100_000}", "QUI")
    sms(next(strangers), f"vol de 12 vaches {next(words)} hier vers Diaguily", "1", "1", "2", "1", "1")
    sms(next(strangers), "87", "1", "1", f"un agent a pris mon argent {next(words)}")
    sms(next(strangers), "31", "1", "1", "1", f"{next(words)}", "2", "1")
    sms(next(strangers), f"RAPPEL {next(words)}", "1", "STOP", f"appelez le {VILLAGER} {next(words)}", "START")
    sms(next(strangers), "AVIS", "3", f"merci {next(words)}", "EFFACER", "1")
    sms(next(strangers), f"99#12#1 Gogui {next(words)}", "99#87", "1", "2", f"{next(words)}")
    sms(next(strangers), f"LANG AR {next(words)}", f"سرقة ماشية {next(words)}", f"\0{next(words)}", f"😀{next(words)}")
    sms(COORDINATOR, "ACK", "NON 123456", f"CLOS {next(words)}", f"ACK {next(words)}")
    sms(RELAY, "RAS", f"21#2#3 {next(words)}", "1", "1")
    dial(COORDINATOR, "3", "1", "1", "9999")
    dial(next(strangers), "1", "7", "5", "2", "1", "3", "1", "4", "1", "1")


def disturb(stage: LiveStage) -> None:
    """What goes wrong: gateways that talk, jobs that fail, callers who know no token."""
    parts, network = stage.parts, stage.network
    for outcome in (
        Outcome(http=500, body=f"cannot send to {VILLAGER}: {WORDS[0]}"),
        Outcome(http=401, body=f"who is {VILLAGER}?"),
        Outcome(body=f'{{"SMSMessageData": "{VILLAGER} {WORDS[1]}"}}'),
        Outcome(drop=True),
        Outcome(invalid_sender=True),
    ):
        network.script(outcome)
        stage.say(VILLAGER, Channel.SMS, f"AIDE {WORDS[2]}")
    stage.say(VILLAGER_2, Channel.SMS, f"72#2 Gogui {WORDS[3]}")
    with transaction(parts.engine) as db:
        db.execute(text("UPDATE report_body SET answers_enc = :junk"), {"junk": b"\x01junk of no key at all, but long"})
        db.execute(text("UPDATE report SET routed_at = NULL WHERE partial = :no"), {"no": False})
        audit.record(db, 0, "read_report", 1, "a look", parts.now())
    stage.wait(ADMIN, Channel.SMS, timedelta(minutes=20))


def pages(stage: LiveStage) -> bytes:
    """What strangers and operators are answered: errors, health, measures."""
    hooks = stage.hooks
    wrong = hooks.replace(hooks.rstrip("/").rpartition("/")[2], "x" * 32)
    said = {"from": VILLAGER, "text": WORDS[4], "phoneNumber": VILLAGER, "sessionId": VILLAGER}
    base = hooks.partition("/hooks/")[0]
    token = {"Authorization": f"Bearer {stage.parts.settings.metrics_token}"}
    answers = [
        requests.post(f"{wrong}sms", data=said, timeout=5),
        requests.post(f"{hooks}nothing/{VILLAGER}", data=said, timeout=5),
        requests.get(f"{hooks}sms", params=said, timeout=5),
        requests.post(f"{hooks}sms", data=str(said) * 3000, timeout=5),
        requests.put(f"{hooks}ussd", json=said, timeout=5),
        requests.get(f"{base}/{VILLAGER}/{WORDS[5]}", timeout=5),
        requests.get(f"{base}/healthz", timeout=5),
        requests.get(f"{base}/readyz", timeout=5),
        requests.get(f"{base}/metrics", headers=token, timeout=5),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 405, 200, 405, 404, 200, 200, 200]
    return b"\n".join(answer.content + repr(answer.headers).encode() for answer in answers)


def everything_in(redis: Redis) -> bytes:
    """Every key with its value, what RQ has packed unpacked."""
    seen = []
    for key in redis.scan_iter():
        match redis.type(key):
            case b"hash":
                seen += [part for pair in redis.hgetall(key).items() for part in pair]
            case b"list":
                seen += redis.lrange(key, 0, -1)
            case b"set":
                seen += redis.smembers(key)
            case b"zset":
                seen += redis.zrange(key, 0, -1)
            case b"stream":
                seen.append(repr(redis.xrange(key)).encode())
            case _:
                seen.append(redis.get(key) or b"")
        seen.append(key)
    return b"\n".join([*seen, *map(_unpacked, seen)])


def _unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return b""


def test_a_week_leaves_no_number_and_no_text_anywhere(
    kind: str, house: Theatre, log: io.StringIO, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with house.stage(MONDAY) as stage:
        write_to(stage, tmp_path / "roster.csv")
        live_a_week(stage)
        disturb(stage)
        assert len(stage.network.numbers()) > 20  # the network itself knows whom it brought what
        shown = pages(stage)
        back_up(stage.parts, tmp_path / "backup")
        for number in range(5):  # what waits when nobody works
            stage.parts.enqueue("route", number)
        stage.redis.config_set("rdbcompression", "no")
        stage.redis.save()
        rdb = Path(stage.redis.config_get("dir")["dir"]) / "dump.rdb"
        places = {
            "the database": database(kind, stage, request),
            "the log": log.getvalue().encode(),
            "the queue": everything_in(stage.redis),
            "the queue's file": rdb.read_bytes(),
            "pages": shown,
            "the backup": unzipped(tmp_path / "backup"),
        }
    assert "failed" in log.getvalue()
    leaks = {place: found(content) for place, content in places.items()}
    assert all(len(content) > 100 for content in places.values())
    assert leaks == {place: [] for place in places}


def database(kind: str, stage: LiveStage, request: pytest.FixtureRequest) -> bytes:
    """The raw file with its log, or a dump."""
    if kind == "sqlite":
        path = Path(stage.parts.engine.url.database or "")
        return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    server: Server = request.getfixturevalue("postgresql_server")
    return server.dump(str(stage.parts.engine.url.database))


def unzipped(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
