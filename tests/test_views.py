"""Every way to see something of a report is walked, for every role, with a report of each compartment and area."""

import ast
import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixtures_console import House
from fixtures_service import (
    ADMIN,
    COMPLAINTS,
    COORDINATOR,
    COORDINATOR_ENGLISH,
    NATIONAL,
    OFFICER,
    PROTECTION,
    PSEA,
    RELAY,
    Post,
)
from sqlalchemy import select, update

from flows.form import Channel
from handlers import data_rights, follow, texting, verdict
from handlers.briefing import briefing
from handlers.caller import Caller, Seat
from handlers.conversation import converse
from handlers.keywords import Command, Keyword, obey
from handlers.reading_room import OWN, Reader, Sight, contents, most
from handlers.revealing import Revealed, reveal
from handlers.rollup import rollup_text, seen
from handlers.texting import Asked, Echo
from handlers.turn import Position, Talk
from handlers.views import VIEWS
from models import contact as contacts
from models import conversation as conversations
from models import draft as drafts
from models import member as members
from models import permission as permissions
from models import pin as pins
from models import report as reports
from models.alert import Alert
from models.audit import Audit
from models.code import Compartment
from models.incident import Incident
from models.member import Member, MemberPhone, Role
from models.permission import May
from models.report import Facts, Origin, Report
from service.app import create_app
from service.commands.readers import readers
from service.database import reading, transaction
from service.metrics import Figures
from service.queue import quick_connection
from service.simulator.server import Simulator
from service.web import create_web

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = "+22236000013"  # coordinates Guidimagha
AT_THE_POST = COORDINATOR_ENGLISH  # is given the post of Gogui here
PRIVACY = "+22370000024"
PIN = "2580"
READERS: dict[str, tuple[Role, frozenset[str]]] = {
    OFFICER: (Role.OFFICER, frozenset({"ML1101"})),
    RELAY: (Role.RELAY, frozenset({"ML1101"})),
    COORDINATOR: (Role.COORDINATOR, frozenset({"ML11"})),
    AT_THE_POST: (Role.COORDINATOR, frozenset({"ML11"})),
    ELSEWHERE: (Role.COORDINATOR, frozenset({"MR10"})),
    NATIONAL: (Role.COORDINATOR, frozenset({"ML"})),
    PROTECTION: (Role.PROTECTION, frozenset({"ML", "MR"})),
    COMPLAINTS: (Role.COMPLAINTS, frozenset({"ML", "MR"})),
    PSEA: (Role.PSEA, frozenset({"ML", "MR"})),
    PRIVACY: (Role.PRIVACY, frozenset({"ML", "MR"})),
    ADMIN: (Role.ADMIN, frozenset({"ML", "MR"})),
}
CODES = {
    Compartment.OPERATIONS: ("12", "13", "14"),  # one for each area, so that a list without references tells which
    Compartment.PROTECTION: ("33",) * 3,
    Compartment.FEEDBACK: ("83",) * 3,
    Compartment.COMPLAINTS: ("86",) * 3,
    Compartment.PSEA: ("88",) * 3,
    Compartment.PRIVACY: ("89",) * 3,
    Compartment.INTAKE: ("",) * 3,
}
AREAS = ("ML1101/gogui", "MR103/gouraye", "")


@dataclass(frozen=True)
class Filed:
    """One report; word: written in it, and nowhere else; teller: the phone that filed it."""

    report_id: int
    reference: str
    compartment: Compartment
    code: str
    short: str
    name: str
    area: str
    word: str
    teller: str

    def seen_in(self, text: str) -> Sight:
        if self.word in text:
            return Sight.CONTENTS
        lines = [line for line in text.splitlines() if self.reference in line]
        if self.short and any(name in line for line in lines for name in (self.short, self.name)):
            return Sight.FACTS
        if self.compartment is Compartment.OPERATIONS and (self.short in text or self.name in text):
            return Sight.FACTS
        return Sight.REFERENCE if lines else Sight.NOTHING

    def open_to(self, phone: str) -> Sight:
        """By the table; and by area; and what is said of a post is not for the post."""
        role, areas = READERS[phone]
        if self.area and not any(self.area.startswith(pcode) for pcode in areas):
            return Sight.NOTHING
        if phone == AT_THE_POST and self.code == "85" and self.area in ("ML1101", ""):
            return Sight.NOTHING
        return most(role, self.compartment)


def _file(post: Post, number: int, compartment: Compartment, code: str, place: str) -> Filed:
    teller, word = f"+2237613{number:04d}", f"mot{number:03d}mot"
    with transaction(post.parts.engine) as db:
        desk = post.parts.desk(db)
        contact_id = contacts.lock(db, desk.keys, teller, desk.now).id
        dial = conversations.begin(db, "sms", str(contact_id), contact_id, "sms", desk.now)
        origin = Origin(dial.id, 1, "sms", "incident", "1", contact_id)
        opened = drafts.open_draft(db, compartment, origin, desk.now)
        row = desk.atlas.resolve(place)
        told = {"code": code, "place_key": place, "place_other": word, "message": word, "count": "3"}
        facts = Facts(
            compartment,
            4,
            told,
            code or None,
            row.pcode if row else None,
            row.pcode_version if row else None,
            row.place_id if row else None,
            contact_id=contact_id,
        )
        reports.complete(db, desk.keys, opened.id, facts, desk.now)
        short, name = (desk.codes.short(code, "fr"), desk.codes.name(code, "fr")) if code else ("", "")
    post.ask("route", opened.id)
    return Filed(opened.id, opened.reference, compartment, code, short, name, row.pcode if row else "", word, teller)


@dataclass(frozen=True)
class Scene:
    """A report of each compartment in each area, routed; everybody reads French, one coordinator has a post."""

    post: Post
    simulator: Simulator
    filed: list[Filed]

    def says(self, phone: str, *positions: Position) -> str:
        """What these handlers would say to that phone, wherever its menus lead."""
        with self.talk(phone) as talk:
            return "\n".join(converse(talk, position, None).text for position in positions)

    @contextmanager
    def talk(self, phone: str) -> Iterator[Talk]:
        with transaction(self.post.parts.engine) as db:
            desk = self.post.parts.desk(db)
            known = contacts.lock(db, desk.keys, phone, desk.now)
            row = desk.atlas.gazetteer.by_id(known.post_place_id)
            seat = Seat(known.member_id, known.role, 1, row.key if row else "") if known.member_id else None
            dial = conversations.begin(db, "walk", secrets.token_hex(8), known.id, "sms", desk.now)
            yield Talk(desk, Caller(known.id, phone, "fr", seat), Channel.SMS, dial.id, 0)

    def had(self, phone: str) -> str:
        return "\n".join(message.text for message in self.simulator.network.inbox(phone))

    def all(self, table: type[Alert] | type[Incident]) -> list[int]:
        with reading(self.post.parts.engine) as db:
            return list(db.scalars(select(table.id)))


@pytest.fixture
def scene(post: Post, simulator: Simulator) -> Scene:
    with transaction(post.parts.engine) as db:
        gogui = post.parts.desk(db).atlas.resolve("ML1101/gogui")
        assert gogui is not None
        contact_id = contacts.find(db, post.parts.keys, AT_THE_POST)
        mine = select(MemberPhone.member_id).where(MemberPhone.contact_id == contact_id).scalar_subquery()
        db.execute(update(Member).values(language="fr"))
        db.execute(update(Member).where(Member.id == mine).values(post_place_id=gogui.place_id))
    wanted = [(each, code, place) for each in Compartment for code, place in zip(CODES[each], AREAS, strict=True)]
    wanted += [(Compartment.FEEDBACK, "85", place) for place in AREAS]
    made = [_file(post, number, *each) for number, each in enumerate(wanted)]
    post.work()
    return Scene(post, simulator, made)


def _follow(scene: Scene, phone: str) -> str:
    with scene.talk(phone) as talk:
        told = [follow.answer(talk, each.reference) for each in scene.filed]
    return "\n".join(text for text in told if "inconnue" not in text)


def _mine(scene: Scene, phone: str) -> str:
    ones = [Position("mine_one", {"reference": each.reference}) for each in scene.filed]
    return scene.says(phone, Position("mine"), *ones)


def _texting(scene: Scene, phone: str) -> str:
    with scene.talk(phone) as talk:
        told = [texting.answer(talk, each.reference, Asked(), Echo()).text for each in scene.filed]
        told.append(texting.answer(talk, "ALERTE 12", Asked(), Echo(heard=True)).text)
    return "\n".join(text for text in told if "inconnue" not in text)


def _inbox(scene: Scene, phone: str) -> str:
    ones = [Position("alert", {"alert": alert_id}) for alert_id in scene.all(Alert)]
    return scene.says(phone, Position("inbox"), *ones)


def _near(scene: Scene, phone: str) -> str:
    ones = [Position("near_one", {"incident": incident_id}) for incident_id in scene.all(Incident)]
    return scene.says(phone, Position("near"), *ones)


def _cases(scene: Scene, phone: str) -> str:
    ones = [Position("case", {"incident": incident_id}) for incident_id in scene.all(Incident)]
    return scene.says(phone, Position("cases"), *ones)


def _ack(scene: Scene, phone: str) -> str:
    with scene.talk(phone) as talk:
        texts = [obey(talk, Command(Keyword.ACK, each.reference)).text for each in scene.filed]
    return "\n".join(texts)


def _verdict(scene: Scene, phone: str) -> str:
    with scene.talk(phone) as talk:
        texts = [verdict.deny(talk, each.reference).text for each in scene.filed]
        asked = [verdict.close(talk, f"{each.reference} nonsense") for each in scene.filed]
        texts += [verdict.show(talk, turn.at.state).text if turn.at else turn.text for turn in asked]
    return "\n".join(texts)


def _rolled_up(scene: Scene, phone: str) -> str:
    with scene.talk(phone) as talk:
        desk, seat = talk.desk, talk.caller.seat
        assert seat is not None
        recipient = members.recipients(desk.db, [seat.member_id], desk.now)[0]
        _, areas = READERS[phone]
        cases = [desk.db.get_one(Incident, incident_id) for incident_id in scene.all(Incident)]
        here = [
            case for case in cases if not case.area or case.area.startswith(tuple(areas))
        ]  # routing has seen to that
        told = [seen(desk, briefing(desk, case), recipient) for case in here]
        return rollup_text(desk, [each for each in told if each], 0, "fr", exercise=False)


def _digested(scene: Scene, phone: str) -> str:
    """Everybody who gets any digest has it by the morning of a day later."""
    for _ in range(26):
        scene.post.watch.move(hours=1)
        scene.post.ask("digest")
        scene.post.work()
    return _heard(scene, phone)


def _heard(scene: Scene, phone: str) -> str:
    """The SMS that are no alerts."""
    return "\n".join(text for text in scene.had(phone).splitlines() if "ACK" not in text)


def _contents(scene: Scene, phone: str) -> str:
    with transaction(scene.post.parts.engine) as db:
        desk = scene.post.parts.desk(db)
        reader = Reader.of(desk, phone, "a walk")
        told = [contents(desk, reader, report) for report in db.scalars(select(Report))]
    return "\n".join(str(answers) for answers in told if answers is not None)


def _listed(scene: Scene, phone: str) -> str:
    """But for the clear columns, which are anybody's who may use the command line."""
    parts = scene.post.parts
    with transaction(parts.engine) as db:
        who = Reader.of(parts.desk(db), phone, "a walk")
        pins.give(db, who.member_id, pins.hash_of(PIN), parts.now())
    asked = ["reports", "list", "--json", "--as", phone, "--reason", "a walk"]
    rows = create_app(scene.post.parts).test_cli_runner().invoke(args=asked, input=f"{PIN}\n").stdout.splitlines()
    assert rows
    return "\n".join(str(json.loads(row).get("answers", "")) for row in rows)


def _held(scene: Scene, phone: str) -> str:
    told = []
    with transaction(scene.post.parts.engine) as db:
        desk = scene.post.parts.desk(db)
        reader = Reader.of(desk, phone, "a walk")
        for each in scene.filed:
            with suppress(data_rights.NotDone):
                told.append(str(data_rights.held(desk, data_rights.subject(desk, reader, each.teller, "walk"))))
    return "\n".join(told)


def _revealed(scene: Scene, phone: str) -> str:
    """With the permission: a number at most, and only of what the member may read."""
    with transaction(scene.post.parts.engine) as db:
        desk = scene.post.parts.desk(db)
        reader = Reader.of(desk, phone, "a walk through everything")
        permissions.give(db, reader.member_id, May.REVEAL)
        shown = {report.reference: reveal(desk, reader, report) for report in db.scalars(select(Report))}
    shut = {each.reference for each in scene.filed if each.open_to(phone) < Sight.CONTENTS}
    assert not {reference for reference, number in shown.items() if isinstance(number, Revealed)} & shut
    return str([number for number in shown.values() if isinstance(number, Revealed)])


def _measured(scene: Scene, _phone: str) -> str:
    parts = scene.post.parts
    return str(list(Figures(parts.engine, quick_connection(parts.settings.redis_url), parts.now).collect()))


def _files(scene: Scene) -> list[str]:
    return [f"incidents/{each.reference}" for each in scene.filed]


def _renewed(scene: Scene) -> list[str]:
    return [f"{each}/live/{part}" for each in _files(scene) for part in ("top", "side")]


def _console(scene: Scene, phone: str, *pages: str) -> str:
    """What that member's browser shows, a line for each row of a list; whoever cannot sign in sees nothing."""
    house = House(scene.post, create_web(scene.post.parts))
    scene.post.watch.move(seconds=30)  # a one-time code works once
    if not house.may_sign_in(phone):
        return ""
    browser = house.signed_in(phone)
    told = [
        browser.send(f"/console/{page}", {"reason": "a walk"})
        if page.endswith("/open")
        else browser.get(f"/console/{page}")
        for page in pages
    ]
    return "\n".join(_row(answer.text) for answer in told if answer.status_code == 200)


def _exported(scene: Scene, phone: str) -> str:
    """The CSV that the console makes for that member."""
    house = House(scene.post, create_web(scene.post.parts))
    scene.post.watch.move(seconds=30)
    if not house.may_sign_in(phone):
        return ""
    browser = house.signed_in(phone)
    browser.get("/console/errands/")
    page = browser.send("/console/errands/reports").headers["Location"]
    scene.post.work()
    return browser.get(f"{page}/reports.csv").get_data(as_text=True)


def _row(page: str) -> str:
    """A list's row, or a card of the board, on one line."""
    flat = re.sub(r"\s+", " ", page)
    return re.sub(r"</tr>|</li>", "\n", flat)


# In this order: what is taken or denied changes what is seen afterwards, and who hears of it by SMS.
WALKS: dict[str, Callable[[Scene, str], str]] = {
    "handlers.telling": Scene.had,
    "handlers.rollup": _rolled_up,
    "handlers.follow": _follow,
    "handlers.mine": _mine,
    "handlers.texting": _texting,
    "handlers.near": _near,
    "handlers.digesting": _digested,
    "handlers.digest": lambda scene, phone: scene.says(phone, Position("digest")),
    "handlers.inbox": _inbox,
    "handlers.keywords": _ack,
    "handlers.cases": _cases,
    "handlers.verdict": _verdict,
    "handlers.acknowledge": _heard,
    "handlers.reporter": _heard,
    "handlers.reading_room": _contents,
    "handlers.caselist": lambda scene, phone: _console(scene, phone, "board/", "incidents/?state=all"),
    "handlers.reportlist": lambda scene, phone: _console(scene, phone, "reports/?kind=all"),
    "service.console.reports": lambda scene, phone: _console(scene, phone, "reports/?kind=filed&area=M"),
    "handlers.casefile": lambda scene, phone: _console(scene, phone, *_files(scene), *_renewed(scene)),
    "service.console.incidents": lambda scene, phone: _console(
        scene, phone, *(f"{each}/open" for each in _files(scene))
    ),
    "service.console.map": lambda scene, phone: _console(scene, phone, "map/?days=90", "map/?days=90&view=whole"),
    "service.console.charts": lambda scene, phone: _console(scene, phone, "charts/?days=90"),
    "handlers.clear_columns": _exported,
    "service.console.errands": _exported,
    "service.commands.reports": _listed,
    "handlers.data_rights": _held,
    "handlers.revealing": _revealed,
    "service.metrics": _measured,
}


def test_no_way_shows_anybody_more_than_the_table_allows(scene: Scene) -> None:
    assert set(WALKS) == {way.module for way in VIEWS}
    too_much = []
    for module, walk in WALKS.items():
        shows = next(way.shows for way in VIEWS if way.module == module)
        for phone, (role, _) in READERS.items():
            text = walk(scene, phone)
            scene.post.work()
            for each in scene.filed:
                if each.seen_in(text) > min(shows, each.open_to(phone)):
                    too_much.append((module, role.value, phone, each.compartment.value, each.code, each.area))
    assert too_much == []


def test_whoever_may_read_the_contents_does_and_is_written_down(scene: Scene) -> None:
    for walk in (_contents, _listed):
        for phone in READERS:
            text = walk(scene, phone)
            read = {each.reference for each in scene.filed if each.seen_in(text) is Sight.CONTENTS}
            assert read == {each.reference for each in scene.filed if each.open_to(phone) is Sight.CONTENTS}
    with reading(scene.post.parts.engine) as db:
        assert set(db.scalars(select(Audit.act))) == {"read_report", "pin_made"}  # the second by the walk itself


def test_alerts_reach_those_who_may_see_the_facts(scene: Scene) -> None:
    """The walk would not notice if nobody were told anything."""
    for phone, compartment, area, sight in (
        (COORDINATOR, Compartment.OPERATIONS, "ML1101", Sight.CONTENTS),
        (ELSEWHERE, Compartment.OPERATIONS, "MR103", Sight.CONTENTS),
        (PROTECTION, Compartment.PROTECTION, "MR103", Sight.REFERENCE),
        (PSEA, Compartment.PSEA, "", Sight.REFERENCE),
        (ADMIN, Compartment.INTAKE, "ML1101", Sight.REFERENCE),
    ):
        each = next(f for f in scene.filed if (f.compartment, f.area) == (compartment, area))
        assert each.seen_in(scene.had(phone)) == sight, (phone, compartment)


def test_a_complaint_about_a_post_goes_past_the_post_to_the_other_coordinator(scene: Scene) -> None:
    about = next(each for each in scene.filed if (each.code, each.area) == ("85", "ML1101"))
    assert about.reference in scene.had(COORDINATOR)
    assert about.reference not in scene.had(AT_THE_POST)
    idea = next(each for each in scene.filed if (each.code, each.area) == ("83", "ML1101"))
    assert idea.reference in scene.had(AT_THE_POST)


def test_a_phone_sees_of_its_own_reports_what_the_table_says(scene: Scene) -> None:
    for each in scene.filed:
        own = "\n".join(walk(scene, each.teller) for walk in (_follow, _mine))
        assert each.seen_in(own) == OWN[each.compartment], each
        others = [other for other in scene.filed if other is not each]
        assert all(other.seen_in(own) is Sight.NOTHING for other in others if other.reference not in own)
        assert not any(other.reference in own for other in others)


def test_an_administrator_who_stands_in_hears_the_facts_and_no_word(post: Post, simulator: Simulator) -> None:
    with transaction(post.parts.engine) as db:
        db.execute(update(Member).where(Member.role == Role.COORDINATOR).values(active_until=post.watch()))
    filed = [
        _file(post, 1, Compartment.OPERATIONS, "12", "ML1101/gogui"),
        _file(post, 2, Compartment.FEEDBACK, "83", "ML1101/gogui"),
    ]
    post.work()
    texts = "\n".join(message.text for message in simulator.network.inbox(ADMIN))
    assert [each.seen_in(texts) for each in filed] == [Sight.FACTS, Sight.REFERENCE]
    assert "Nioro ML1101 09:00" in texts


def test_the_page_says_what_the_table_says() -> None:
    page = (ROOT / "docs" / "who_reads.md").read_text(encoding="utf-8")
    assert page.endswith("\n\n" + CliRunner().invoke(readers).output)


# What moves reports on, writes them down or counts them, and shows nobody anything.
PLUMBING = {
    "handlers.abandon": "keeps what was begun; its SMS names the reference to the phone that began it",
    "handlers.briefing": "puts together what telling, rollup and inbox narrow to what each may see",
    "handlers.casework": "moves states; its SMS name the reference",
    "handlers.counting": "counts, and files what stands for a threshold",
    "handlers.dialling": "ends other dials",
    "handlers.doubt": "sends to the same phone again what it was sent",
    "handlers.exercising": "tells its own members that an exercise begins and ends",
    "handlers.filing": "writes",
    "handlers.imagined": "a report that nobody has filed",
    "handlers.ladder": "hands on to telling; tells the administrator a reference",
    "handlers.leaving": "writes",
    "handlers.lifecycle": "moves states",
    "handlers.merging": "joins and separates; the references are shown by those who ask",
    "handlers.plan": "who would be told of a report that nobody has filed",
    "handlers.newcomers": "hands on to telling",
    "handlers.rerouting": "hands on to routing",
    "handlers.replying": "sends what a coordinator wrote, with the reference; casefile shows it again",
    "handlers.resume": "goes on with a draft of this very phone",
    "handlers.routing": "hands on to telling",
    "handlers.rung": "chooses whom to tell, of those whom the reading room admits",
    "handlers.standing": "words for a state, for those who show it",
    "handlers.turn": "names what a phone says of its own hand",
    "service.errands": "ids within the asker's scope, handed to clear_columns",
    "service.commands.contacts": "a number alone, by handlers.revealing",
    "service.exchange": "looks for the draft of this very dial",
    "service.jobs": "ids only",
    "service.witness": "the clear columns, for transcripts",
}
OPENING = {
    "models.report",
    "models.incident",
    "models.alert",
    "models.unfinished",
    "models.caselist",
    "models.reportlist",
    "models.export",
    "models.spots",
}
ANSWERS = {"handlers.reading_room", "handlers.briefing"}  # briefing: what an alert is made of, and then narrowed
SCOPES = {"handlers.reading_room"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ("handlers", "service"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _calls(tree: ast.Module) -> set[str]:
    """What is called, by its last two names."""
    called = (ast.unparse(node.func).split(".") for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {".".join(names[-2:]) for names in called}


def test_whatever_opens_reports_is_a_way_that_is_walked_or_shows_nothing() -> None:
    opening = {name for name, tree in _modules() if _imports(tree) & OPENING}
    assert opening == {way.module for way in VIEWS if way.module in opening} | PLUMBING.keys()


def test_answers_and_scopes_are_opened_in_the_reading_room() -> None:
    assert {name for name, tree in _modules() if "reports.answers" in _calls(tree)} == ANSWERS
    assert {name for name, tree in _modules() if "Scope" in _calls(tree)} == SCOPES
    texts = {"open_text", "messages.open_text", "ReportBody"}
    assert {name for name, tree in _modules() if _calls(tree) & texts} == {"handlers.doubt", "handlers.replying"}
