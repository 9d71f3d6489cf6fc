"""`digest show` and `digest send`, and what the doctor says of the mail server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from case_book import add_case
from click.testing import Result
from fixtures_service import COORDINATOR, MONDAY, OFFICER, VILLAGER, Post
from fixtures_smtp import Mailbox
from sqlalchemy import func, select

from models.digest_run import DigestRun
from models.mail import Mail
from models.message import Message
from service.app import create_app
from service.database import reading, transaction
from service.postman import Postman
from service.simulator.server import Simulator
from service.stocking import load_roster


def run(post: Post, *words: str) -> Result:
    return create_app(post.parts).test_cli_runner().invoke(args=[*words])


@pytest.fixture
def busy(post: Post) -> Post:
    """Five thefts two hours before seven, and three on the Friday before."""
    with transaction(post.parts.engine) as db:
        for _ in range(5):
            add_case(db, MONDAY.replace(hour=5), "21")
        for _ in range(3):
            add_case(db, MONDAY - timedelta(days=3), "21")
    return post


def kept(post: Post) -> int:
    with reading(post.parts.engine) as db:
        tables = (Message, Mail, DigestRun)
        return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_a_digest_is_shown_and_nothing_is_sent_or_kept(busy: Post) -> None:
    shown = run(busy, "digest", "show", "--member", COORDINATOR)
    assert shown.exit_code == 0
    assert shown.output.startswith(
        "SMS:\n"
        "Bilan du 02/03 07:00\n"
        "Nouveaux 5 (en hausse), confirmes 0, ouverts +24h <5\n"
        "Nioro: Vols et trafics 5\n"
        "\n"
        "E-mail: Karakoro: Bilan du 02/03 07:00\n"
        "Bilan du 02/03 07:00\n"
        "Du 01/03/2026 07:00 au 02/03/2026 07:00\n"
    )
    assert kept(busy) == 0


def test_the_weekly_one_and_one_of_another_day_are_shown(busy: Post) -> None:
    assert (
        "Bilan de la semaine, 02/03 07:00\nNouveaux 6+"
        in run(busy, "digest", "show", "--member", COORDINATOR, "--weekly").output
    )
    other = run(busy, "digest", "show", "--member", COORDINATOR, "--at", "2026-02-28").output
    assert "Bilan du 28/02 07:00\nNouveaux <5" in other
    assert "nothing to tell" in run(busy, "digest", "show", "--member", COORDINATOR, "--at", "2026-02-25").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--member", VILLAGER], "no active member has this phone", id="nobody's phone"),
        pytest.param(["--member", "x"], "no active member has this phone", id="no phone"),
        pytest.param(["--member", OFFICER], "no digest is for the role officer", id="somebody who gets none"),
        pytest.param(["--member", COORDINATOR, "--at", "2026-03-03"], "not due yet", id="tomorrow's"),
        pytest.param(["--member", COORDINATOR, "--at", "yesterday"], "does not match", id="no date"),
    ],
)
def test_what_cannot_be_shown_is_said(busy: Post, words: list[str], said: str) -> None:
    shown = run(busy, "digest", "show", *words)
    assert shown.exit_code != 0
    assert said in shown.output


def test_a_digest_that_is_off_is_said_to_be_off(busy: Post) -> None:
    policy = replace(busy.parts.policy, rhythm=replace(busy.parts.policy.rhythm, weekly=None))
    busy.parts = replace(busy.parts, policy=policy)
    shown = run(busy, "digest", "show", "--member", COORDINATOR, "--weekly")
    assert "there is no weekly digest: see KARAKORO_DIGEST_WEEKLY" in shown.output


def test_one_member_s_digest_is_sent_now(busy: Post, simulator: Simulator, mailbox: Mailbox, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name,phone,role,language,area,level,post,email\n"
        f"Nioro,{COORDINATOR},coordinator,fr,ML11,1,,nioro@example.org\n",
        encoding="utf-8",
    )
    load_roster(busy.parts, roster)
    policy = replace(busy.parts.policy, writes_mail=True)
    busy.parts = replace(busy.parts, policy=policy, postman=Postman(mailbox.url, "d@karakoro.example", "Karakoro"))
    assert "say --now" in run(busy, "digest", "send", "--member", COORDINATOR).output
    for _ in range(2):
        busy.watch.move(seconds=1)
        sent = run(busy, "digest", "send", "--member", COORDINATOR, "--now")
        assert sent.output == "1 SMS and 1 e-mails are on their way.\n"
    busy.work()
    assert len(simulator.network.inbox(COORDINATOR)) == 2
    assert len(mailbox.to("nioro@example.org")) == 2


@pytest.mark.parametrize(
    ("url", "line"),
    [
        pytest.param(lambda mailbox: mailbox.url, "ok   e-mail: lets us in", id="there"),
        pytest.param(lambda _: "smtp+plain://127.0.0.1:9", "BAD  e-mail: ConnectionRefusedError", id="not there"),
    ],
)
def test_the_doctor_looks_at_the_mail_server(
    post: Post, mailbox: Mailbox, url: Callable[[Mailbox], str], line: str
) -> None:
    post.parts = replace(post.parts, postman=Postman(url(mailbox), "d@karakoro.example", "Karakoro"))
    assert line in run(post, "doctor").output


def test_without_a_mail_server_the_doctor_notes_it(post: Post) -> None:
    assert "note e-mail: none: digests go by SMS alone" in run(post, "doctor").output
