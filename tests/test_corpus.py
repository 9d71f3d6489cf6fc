"""Messages as people write them go the whole way: through the hook, through whatever is asked, to what is stored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures_service import OFFICER, RELAY, Post
from sqlalchemy import select

from models import contact, report
from models.alert import Alert
from models.code import GUARDED, Compartment
from models.member import Member, Role
from models.message import Direction, Message, open_text
from models.report import Report, ReportState
from service.database import reading, transaction

FILE = Path(__file__).parent / "corpus" / "sms.txt"
COLUMNS = 10
PRECISE, MOST_ASKED = 0.97, 1 / 3
MOST_ANSWERS = 8
PROTECTING = {Role.PROTECTION, Role.COMPLAINTS, Role.PSEA, Role.ADMIN}
READ_BACK = "C'est bien ca ?"
CONSENT = "Seule une personne de confiance"
FILED = "Bien recu"


@dataclass(frozen=True)
class Row:
    number: int
    language: str
    sender: str
    sort: str
    codes: frozenset[str]
    places: frozenset[str]
    count: str
    when: str
    asked: str
    compartments: frozenset[str]
    text: str


def _rows() -> Iterator[Row]:
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            language, sender, sort, codes, places, count, when, asked, where, text = line.split(" | ", COLUMNS - 1)
            kept = [frozenset(each.split("|")) - {"-"} for each in (codes, places, where)]
            yield Row(number, language, sender, sort, kept[0], kept[1], count, when, asked, kept[2], text)


ROWS = tuple(_rows())


@dataclass(frozen=True)
class Kept:
    """What lies in the database because of a message; told: the roles of those who were alerted."""

    compartment: Compartment
    answers: dict[str, str]
    place: str
    told: frozenset[Role]


@dataclass(frozen=True)
class Played:
    """unanswered: what lies there before the sender has said a second word."""

    row: Row
    replies: tuple[str, ...]
    unanswered: tuple[Kept, ...]
    kept: tuple[Kept, ...]

    @property
    def first(self) -> str:
        return self.replies[0] if self.replies else ""

    @property
    def asked_back(self) -> bool:
        """Whether more than a yes was wanted, to what was understood or to who reads it."""
        return not any(sign in self.first for sign in (READ_BACK, CONSENT, FILED))

    def told(self, name: str) -> str:
        return self.kept[-1].answers.get(name, "") if self.kept else ""

    def __str__(self) -> str:
        return f"line {self.row.number}: {self.row.text} -> {[dict(kept.answers) for kept in self.kept]} {self.replies}"


class Conversations:
    """Each message from a phone of its own, ten minutes after the one before; its sender says yes to everything."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.seen: set[int] = set()

    def play(self, rows: Sequence[Row], consent: str = "1") -> list[Played]:
        return [self._one(row, consent) for row in rows]

    def _one(self, row: Row, consent: str) -> Played:
        phones = {"officer": OFFICER, "relay": RELAY}
        phone = phones.get(row.sender, f"+223766{row.number:05}")
        self.post.watch.move(minutes=10)
        said, replies, unanswered = row.text, [], ()
        before_it = frozenset(self.seen)
        for _ in range(MOST_ANSWERS):
            self.post.watch.move(seconds=30)
            before = self._replies(phone)
            assert self.post.sms(phone, said) == 200
            self._route()
            after = self._replies(phone)
            replies += after[len(before) :]
            unanswered = unanswered if len(replies) > 1 else tuple(self._kept(before_it))
            said = _answer(replies[-1] if len(after) > len(before) else "", consent)
            if not said:
                break
        return Played(row, tuple(replies), unanswered, tuple(self._kept(before_it)))

    def _route(self) -> None:
        """Whoever must know of it is told; the SMS themselves need not go out."""
        self.post.asked = [(name, ids) for name, ids in self.post.asked if name != "deliver"]
        self.post.work()

    def _replies(self, phone: str) -> list[str]:
        parts = self.post.parts
        with reading(parts.engine) as db:
            mine = Message.contact_id == contact.find(db, parts.keys, phone), Message.direction == Direction.OUT
            found = db.execute(
                select(Message.id, Message.body_enc, Message.purpose_key).where(*mine).order_by(Message.created_at)
            )
            kept = [(key, open_text(parts.keys, message_id, body)) for message_id, body, key in found if body]
        return [text for key, text in kept if key and key.startswith("reply:")]

    def _kept(self, before: frozenset[int]) -> Iterator[Kept]:
        """The reports that were not there before, with all who have heard of them."""
        parts = self.post.parts
        with transaction(parts.engine) as db:
            for found in db.scalars(select(Report).where(Report.id.not_in(before)).order_by(Report.created_at)):
                self.seen.add(found.id)
                if found.state is not ReportState.WITHDRAWN:
                    answers = report.answers(db, parts.keys, found)
                    place = answers.get("place", "") or (found.area or "")
                    alerts = select(Member.role).join(Alert).where(Alert.incident_id == found.incident_id)
                    yield Kept(found.compartment, answers, place, frozenset(db.scalars(alerts)))


def _answer(reply: str, consent: str) -> str:
    """What the sender answers, "" where nothing is asked."""
    if "Ecrivez le nom" in reply:
        return "Gogui"
    if "Ecrivez votre message" in reply:
        return "rien d'autre"
    if CONSENT in reply:
        return consent
    return "1" if "\n1 " in reply or "?" in reply else ""


def of(*sorts: str, guarded: bool) -> list[Row]:
    desks = {str(each) for each in GUARDED}
    return [row for row in ROWS if row.sort in sorts and bool(row.compartments & desks) is guarded]


def test_there_are_enough_messages_of_every_kind() -> None:
    languages = Counter(row.language for row in ROWS)
    assert len(ROWS) >= 300
    assert languages["ar"] >= 80
    assert languages["mixed"] >= 60
    assert min(languages["fr"], languages["en"]) >= 30
    assert len(of("free", guarded=True)) >= 80


def test_no_complaint_and_no_word_of_a_person_in_danger_reaches_the_police(post: Post) -> None:
    played = Conversations(post).play(of("coded", "free", guarded=True))
    assert [str(each) for each in played if each.unanswered] == []
    assert [str(each) for each in played if {kept.compartment for kept in each.kept} - GUARDED] == []
    assert [str(each) for each in played if any(kept.told - PROTECTING for kept in each.kept)] == []
    desks = [(each, {str(kept.compartment) for kept in each.kept}) for each in played]
    assert [str(each) for each, found in desks if not found or not found <= each.row.compartments] == []
    for each in played:
        assert not any(each.row.text in reply for reply in each.replies), str(each)
        if each.row.sort == "free":
            assert CONSENT in each.first, str(each)
            assert each.row.text in (each.told("text"), each.told("message")), str(each)


def test_without_consent_nothing_is_kept_and_nobody_hears_of_it(post: Post) -> None:
    played = Conversations(post).play(of("free", guarded=True)[::4], consent="2")
    assert [str(each) for each in played if each.kept] == []
    assert {each.replies[-1] for each in played} == {"Rien n'est garde. Aide : 80001115"}


def test_what_is_not_asked_about_is_right_and_little_is_asked(post: Post) -> None:
    played = Conversations(post).play(of("coded", "free", guarded=False))
    _is_precise(played)
    free = [each for each in played if each.row.sort == "free"]
    asked = [each for each in free if each.asked_back]
    assert len(asked) / len(free) <= MOST_ASKED, [str(each) for each in asked]
    assert [str(each) for each in free if each.row.asked == "yes" and not each.asked_back] == []
    assert [str(each) for each in free if not each.row.codes and "Que se passe-t-il" not in each.first] == []
    unconfirmed = [(each, kept) for each in free for kept in each.unanswered]
    assert len(unconfirmed) == len(free)
    assert {kept.compartment for _, kept in unconfirmed} == {Compartment.INTAKE}
    assert {role for _, kept in unconfirmed for role in kept.told} == {Role.ADMIN}


def _is_precise(played: Sequence[Played]) -> None:
    plain = [each for each in played if not each.asked_back and each.row.codes]
    wrong_codes = [each for each in plain if each.told("code") not in each.row.codes]
    placed = [each for each in plain if each.kept and (each.told("place") or each.told("place_other"))]
    wrong_places = [each for each in placed if not _is_right_place(each)]
    counted = [each for each in plain if each.told("number") not in ("", "0")]
    wrong_counts = [each for each in counted if each.told("number") != each.row.count]
    timed = [each for each in plain if each.told("urgency")]
    wrong_times = [each for each in timed if each.told("urgency") != each.row.when]
    for right, wrong in ((plain, wrong_codes), (placed, wrong_places), (counted, wrong_counts), (timed, wrong_times)):
        assert len(right) >= 100
        assert 1 - len(wrong) / len(right) >= PRECISE, [str(each) for each in wrong]


def _is_right_place(each: Played) -> bool:
    if each.row.places == {"typed"}:
        return bool(each.told("place_other")) and not each.told("place")
    return each.kept[-1].place in each.row.places


def test_junk_keeps_nothing(post: Post) -> None:
    assert [each.kept for each in Conversations(post).play(of("junk", guarded=False))] == [()] * 4
