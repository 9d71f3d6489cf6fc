"""The e-mail digest, as a real server receives it: its parts, its figures, and what it must never hold."""

import csv
import io
import logging
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from case_book import add_case
from fixtures_service import MONDAY, OFFICER, Post
from fixtures_smtp import Mailbox
from sqlalchemy import select, update

from handlers.digest_csv import TAGS
from handlers.figure import single, total
from handlers.period import Kind
from models import digest_run as runs
from models.code import Compartment
from models.incident import Incident, IncidentState
from models.mail import Mail
from models.message import MessageState
from models.place import Place
from models.stamp import bump
from service import metrics
from service.database import reading, transaction
from service.jobs import JOBS
from service.postman import Postman
from service.queue import quick_connection
from service.stocking import load_roster

SEVEN = MONDAY.replace(hour=7)
DAY = timedelta(days=1)
NIORO, HODH, LATIN = "nioro@example.org", "hodh@example.org", "english@example.org"
ROSTER = (
    "name,phone,role,language,area,level,post,email\n"
    f"Nioro,+22370000041,coordinator,fr,ML11,1,,{NIORO}\n"
    f"Hodh,+22236000041,coordinator,ar,MR02,1,,{HODH}\n"
    f"Nioro in English,+22370000042,coordinator,en,ML11,1,,{LATIN}\n"
    "No address,+22370000043,coordinator,fr,ML11,1,,\n"
)


@pytest.fixture
def posting(post: Post, mailbox: Mailbox, tmp_path: Path) -> Post:
    """A service that was there yesterday, and has a mail server; it is a minute to seven on Monday."""
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    load_roster(post.parts, roster)
    post.watch.at = SEVEN - timedelta(minutes=1)
    with transaction(post.parts.engine) as db:
        runs.finish(db, Kind.DAILY, (SEVEN - DAY).date(), post.watch())
        runs.finish(db, Kind.WEEKLY, SEVEN.date(), post.watch())
    policy = replace(post.parts.policy, writes_mail=True)
    postman = Postman(mailbox.url, "digest@karakoro.example", "Karakoro")
    post.parts = replace(post.parts, policy=policy, postman=postman)
    return post


def add(post: Post, many: int, hours_ago: float, *told: str, state: IncidentState = IncidentState.RECEIVED) -> None:
    with transaction(post.parts.engine) as db:
        for _ in range(many):
            add_case(db, SEVEN - timedelta(hours=hours_ago), *told, state=state)


def a_day(post: Post) -> None:
    add(post, 7, 3, "21", "ML1101")
    add(post, 2, 5, "12", "ML1101", state=IncidentState.VERIFIED)
    add(post, 3, 30, "61", "ML1102")
    add(post, 6, 2, "71", "MR022")
    add(post, 9, 50, "22", "ML1104")
    with transaction(post.parts.engine) as db:
        for guarded in (Compartment.PROTECTION, Compartment.COMPLAINTS, Compartment.PSEA, Compartment.PRIVACY):
            for _ in range(8):
                add_case(db, SEVEN - timedelta(hours=2), "31", compartment=guarded)


def digest(post: Post) -> None:
    post.watch.at = SEVEN
    post.ask("digest")
    post.work()


def content(letter: EmailMessage, kind: str) -> str:
    part = next(part for part in letter.walk() if part.get_content_type() == kind)
    return str(part.get_payload(decode=True).decode()).replace("\r\n", "\n")  # type: ignore[union-attr]


def table(letter: EmailMessage) -> list[dict[str, str]]:
    rows = csv.reader(io.StringIO(content(letter, "text/csv").removeprefix("\ufeff")))
    header, tags, *lines = rows
    assert tuple(tags) == TAGS
    return [dict(zip(header, line, strict=True)) for line in lines]


def test_a_letter_has_plain_text_and_html_and_a_table(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    (letter,) = mailbox.to(NIORO)
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/csv",
    ]
    assert letter["Subject"] == "Karakoro: Bilan du 02/03 07:00"
    assert (letter["From"], letter["To"]) == ("Karakoro <digest@karakoro.example>", NIORO)
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "fr")
    assert letter["Message-ID"].endswith("@karakoro.example>")
    assert [part.get_filename() for part in letter.walk() if part.get_filename()] == ["digest-daily-2026-03-02.csv"]


def counted(post: Post, area: str, *conditions: object) -> Counter[tuple[str, str]]:
    """(area, group) → how many, asked of the database in another way than digests ask."""
    with reading(post.parts.engine) as db:
        query = select(Incident).where(Incident.compartment == Compartment.OPERATIONS, *conditions)  # type: ignore[arg-type]
        return Counter((each.area or "", (each.code or "")[0]) for each in db.scalars(query) if each.area)


def test_its_figures_are_those_of_the_database(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    new = counted(posting, "ML11", Incident.created_at >= SEVEN - DAY)
    still = counted(posting, "ML11", Incident.created_at < SEVEN - DAY)
    sure = counted(posting, "ML11", Incident.state == IncidentState.VERIFIED)
    for address, prefix in ((NIORO, "ML11"), (HODH, "MR02"), (LATIN, "ML11")):
        (letter,) = mailbox.to(address)
        mine = sorted(cell for cell in new + still if cell[0].startswith(prefix))
        rows = {(row["area"], row["group"]): row for row in table(letter)}
        assert sorted(rows) == mine
        for cell, row in rows.items():
            assert (row["new"], row["open"], row["verified"]) == (
                single(new[cell]).text,
                single(still[cell]).text,
                single(sure[cell]).text,
            )
        plain = content(letter, "text/plain")
        sums = [total(single(counts[cell]) for cell in mine).text for counts in (new, sure, still)]
        assert all(figure in plain.split("\n\n")[1].split("\n")[1] for figure in sums)
    assert len(mailbox.letters) == 3


def test_plain_text_can_be_read_without_the_table(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    assert content(mailbox.to(NIORO)[0], "text/plain") == (
        "Bilan du 02/03 07:00\n"
        "Du 01/03/2026 07:00 au 02/03/2026 07:00\n"
        "\n"
        "Total\n"
        "  Nouveaux: 8+; Tendance: ↑ en hausse; Confirmés: <5; Ouverts depuis plus de 24 h: 10+\n"
        "Nioro, Vols et trafics\n"
        "  Nouveaux: 7; Tendance: ↑ en hausse; Confirmés: 0; Ouverts depuis plus de 24 h: 0\n"
        "Nioro, Sécurité, attaque\n"
        "  Nouveaux: <5; Tendance: ↑ en hausse; Confirmés: <5; Ouverts depuis plus de 24 h: 0\n"
        "Sandare, Vols et trafics\n"
        "  Nouveaux: 0; Tendance: ↓ en baisse; Confirmés: 0; Ouverts depuis plus de 24 h: 9\n"
        "Diema, Tension au village\n"
        "  Nouveaux: 0; Confirmés: 0; Ouverts depuis plus de 24 h: <5\n"
        "\n"
        "Postes sans nouvelles depuis 7 jours: Gogui\n"
        "Délai médian de prise en charge: trop peu de cas\n"
        "Délai médian de confirmation: trop peu de cas\n"
        "Délai médian de clôture: trop peu de cas\n"
        "Auteurs informés de la clôture: trop peu de cas\n"
        "\n"
        "<5 : de 1 à 4, sans le nombre exact, pour que personne ne soit reconnu. 7+ : sept ou plus.\n"
        "Tendance : par rapport à la moyenne des sept jours d'avant.\n"
        "Les mêmes chiffres sont joints, pour un tableur (CSV avec étiquettes HXL).\n"
        "Message automatique : personne ne lit les réponses.\n"
    )


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_arabic_is_written_from_right_to_left(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    letter = mailbox.to(HODH)[0]
    page = Page(content(letter, "text/html"))
    assert page.tags[0] == ("html", {"lang": "ar", "dir": "rtl"})
    assert dict(page.tags)["body"]["dir"] == "rtl"
    assert letter["Content-Language"] == "ar"
    assert letter["Subject"] == "Karakoro: حصيلة 02/03 07:00"
    assert ("bdi", {"dir": "ltr"}) in page.tags
    assert Page(content(mailbox.to(LATIN)[0], "text/html")).tags[0] == ("html", {"lang": "en", "dir": "ltr"})


def test_html_says_what_plain_text_says_and_needs_nothing_from_outside(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    for _, letter in mailbox.letters:
        source = content(letter, "text/html")
        page = Page(source)
        assert {tag for tag, _ in page.tags} <= {
            "html", "head", "meta", "title", "body", "h1", "p", "table", "tr", "th", "td", "ul", "li", "bdi",
        }  # fmt: skip
        assert not re.search(r"https?:|src=|href=|url\(|@import|cid:", source)
        assert sorted(re.findall(r"<5|\d+\+|\d+", " ".join(page.text[page.text.index(page.text[0]) :]))) != []
        told = " ".join(page.text)
        for row in table(letter):
            assert row["area_name"] in told
            assert row["new"] in told


def test_a_cell_that_would_be_a_formula_is_none(posting: Post, mailbox: Mailbox) -> None:
    add(posting, 5, 3, "21", "ML1101")
    with transaction(posting.parts.engine) as db:
        db.execute(update(Place).where(Place.pcode == "ML1101", Place.level == 2).values(name="=HYPERLINK(1)<b>"))
        bump(db, "places")
    digest(posting)
    letter = mailbox.to(NIORO)[0]
    assert [row["area_name"] for row in table(letter)] == ["'=HYPERLINK(1)<b>"]
    cells = [cell for row in table(letter) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "&lt;b&gt;" in content(letter, "text/html")
    assert "<b>" not in content(letter, "text/html")


def test_what_others_read_is_nowhere_in_a_letter(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    for _, letter in mailbox.letters:
        assert {row["group"] for row in table(letter)} <= {"1", "2", "6", "7"}


def test_addresses_and_contents_are_sealed_and_in_no_log(
    posting: Post, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    a_day(posting)
    mailbox.answer("RCPT", f"550 no such user {NIORO}", f"450 {HODH} try later", "550 5.1.1 gone")
    digest(posting)
    ours = [record for record in caplog.records if record.name != "mail.log"]  # which is the server's
    assert len([record for record in ours if record.name == "service.mailing"]) == 3
    assert not [record for record in ours if "example.org" in record.getMessage()]
    with reading(posting.parts.engine) as db:
        for mail in db.scalars(select(Mail)):
            assert mail.body_enc
            assert b"Bilan" not in mail.body_enc
            assert "example" not in f"{mail.reason} {mail.purpose_key}"
    assert all(isinstance(each, int) for name, ids in posting.asked for each in ids)


def mails(post: Post) -> dict[MessageState, int]:
    with reading(post.parts.engine) as db:
        return dict(Counter(db.scalars(select(Mail.state))))


def test_mails_are_counted_by_state_for_whoever_watches(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    mailbox.answer("RCPT", "550 no such user")
    digest(posting)
    counts = metrics.Figures(posting.parts.engine, quick_connection("redis://127.0.0.1:1/0"), posting.watch).collect()
    (family,) = [each for each in counts if each.name == "karakoro_mails"]
    assert {sample.labels["state"]: sample.value for sample in family.samples} == {"accepted": 2, "failed": 1}


def test_a_letter_leaves_once_whatever_is_asked_how_often(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    with reading(posting.parts.engine) as db:
        ids = list(db.scalars(select(Mail.id)))
    for _ in range(3):
        JOBS["mail"](posting.parts, *ids)
        digest(posting)
    assert len(mailbox.letters) == 3
    assert mails(posting) == {MessageState.ACCEPTED: 3}


def test_a_server_that_is_not_there_is_tried_again_later(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    there = posting.parts
    posting.parts = replace(there, postman=Postman("smtp+plain://127.0.0.1:9", "d@karakoro.example", "Karakoro"))
    digest(posting)
    assert mails(posting) == {MessageState.DUE: 3}
    posting.parts = there
    posting.watch.move(seconds=59)
    posting.ask("sweep")
    posting.work()
    assert mails(posting) == {MessageState.DUE: 3}
    posting.watch.move(seconds=6)
    posting.ask("sweep")
    posting.work()
    assert mails(posting) == {MessageState.ACCEPTED: 3}


def test_nobody_waits_for_a_digest_of_the_day_before_yesterday(posting: Post) -> None:
    a_day(posting)
    posting.parts = replace(posting.parts, postman=Postman("smtp+plain://127.0.0.1:9", "d@karakoro.example", "K"))
    digest(posting)
    posting.watch.move(hours=25)
    posting.ask("sweep")
    posting.work()
    assert mails(posting) == {MessageState.FAILED: 3}


def test_whoever_lost_the_address_meanwhile_is_sent_nothing(posting: Post, mailbox: Mailbox, tmp_path: Path) -> None:
    a_day(posting)
    there = posting.parts
    posting.parts = replace(there, postman=Postman("smtp+plain://127.0.0.1:9", "d@karakoro.example", "Karakoro"))
    digest(posting)
    roster = tmp_path / "later.csv"
    roster.write_text(ROSTER.replace(NIORO, ""), encoding="utf-8")
    load_roster(there, roster)
    posting.parts = there
    posting.watch.move(seconds=65)
    posting.ask("sweep")
    posting.work()
    assert mails(posting) == {MessageState.ACCEPTED: 2, MessageState.HELD: 1}
    assert mailbox.to(NIORO) == []


def test_a_worker_that_died_with_a_letter_in_hand_leaves_it_unknown(posting: Post, mailbox: Mailbox) -> None:
    a_day(posting)
    digest(posting)
    with transaction(posting.parts.engine) as db:
        claimed = {"state": MessageState.CLAIMED, "claimed_at": posting.watch()}
        db.execute(update(Mail).where(Mail.state == MessageState.ACCEPTED).values(claimed))
    posting.watch.move(minutes=3)
    posting.ask("sweep")
    posting.work()
    assert mails(posting) == {MessageState.UNKNOWN: 3}
    assert len(mailbox.letters) == 3


def test_without_a_mail_server_no_letter_is_written(posting: Post) -> None:
    a_day(posting)
    posting.parts = replace(posting.parts, postman=None, policy=replace(posting.parts.policy, writes_mail=False))
    digest(posting)
    assert mails(posting) == {}


def test_an_officer_with_an_address_gets_no_letter(posting: Post, mailbox: Mailbox, tmp_path: Path) -> None:
    roster = tmp_path / "officer.csv"
    roster.write_text(
        "name,phone,role,language,area,level,post,email\n"
        f"Gogui,{OFFICER},officer,fr,ML1101,1,Gogui,officer@example.org\n",
        encoding="utf-8",
    )
    load_roster(posting.parts, roster)
    a_day(posting)
    digest(posting)
    assert mailbox.to("officer@example.org") == []
