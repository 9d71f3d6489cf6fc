"""The command line, as somebody who runs the service uses it."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from fixtures_service import ADMIN, COORDINATOR, TOKEN, VILLAGER, Post
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import select

from flows.xlsform import write_xlsx
from models import audit
from models import contact as contacts
from models import member as members
from models import pin as pins
from models.member import MemberPhone
from service.app import create_app
from service.commands import WITH_KEYS
from service.database import make_engine, reading, transaction
from service.simulator.network import Outcome
from service.simulator.server import Simulator

ROOT = Path(__file__).resolve().parent.parent


def run(post: Post, *words: str, typed: str | None = None) -> Result:
    app: Flask = create_app(post.parts)
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def flask(directory: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, with nothing in its environment but these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KARAKORO_")}
    environ = {**kept, "KARAKORO_DATA_DIR": str(directory), **settings}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)


def test_init_makes_keys_tables_and_an_administrator_and_says_what_to_keep(tmp_path: Path) -> None:
    done = flask(tmp_path, "init", "--name", "Awa", "--phone", "70 00 00 99")
    assert done.returncode == 0, done.stderr
    made = dict(re.findall(r"^(KARAKORO_\w+)=(.+)$", done.stdout, re.MULTILINE))
    assert set(made) == {"KARAKORO_KEYS_FILE", "KARAKORO_HOOK_TOKEN", "KARAKORO_SECRET_KEY"}
    assert Path(made["KARAKORO_KEYS_FILE"]).stat().st_mode & 0o077 == 0
    again = flask(tmp_path, "init", "--name", "Awa", "--phone", "+22370000099", **made)
    assert again.stdout.strip() == "All is there."
    doctor = flask(tmp_path, "doctor", **made, KARAKORO_AFRICASTALKING_URL="http://127.0.0.1:9")
    assert "ok   role admin: 1 with a phone" in doctor.stdout
    assert "BAD  Redis" in doctor.stdout
    assert doctor.returncode == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("KARAKORO_TIMEZONE", "Mars/Olympus"),
        ("KARAKORO_USSD_SEPTETS", "500"),
        ("KARAKORO_DATABASE_URL", "mysql://x"),
        ("KARAKORO_HOOK_TOCKEN", "x"),
    ],
)
def test_a_bad_setting_stops_the_start_with_its_name(tmp_path: Path, setting: str, value: str) -> None:
    done = flask(tmp_path, "forms", "export", "incident", **{setting: value})
    assert done.returncode != 0
    assert setting in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_that_cannot_be_read_stop_a_demo_with_their_name_too(tmp_path: Path) -> None:
    done = flask(tmp_path, "keys", "status", KARAKORO_KEYS="x", KARAKORO_DEMO="yes")
    assert done.returncode != 0
    assert "KARAKORO_KEYS: line 1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_does_not_start_without_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import wsgi"]
    environ = {**os.environ, "KARAKORO_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "KARAKORO_KEYS" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_sends_a_test_message_and_says_what_the_gateway_said(post: Post, simulator: Simulator) -> None:
    assert "test SMS: accepted" in run(post, "doctor", "--sms", "70000011").output
    assert simulator.network.inbox(COORDINATOR)[-1].text == "Karakoro : message d'essai."
    simulator.network.script(Outcome(status_code=405))
    assert "BAD  test SMS: busy 405" in run(post, "doctor", "--sms", "70000011").output


def test_reports_are_listed_by_their_clear_columns(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    for text in ("33 Gogui", "1", "2", "1"):
        post.sms(VILLAGER, text)
    rows = [json.loads(line) for line in run(post, "reports", "list", "--json").output.splitlines()]
    assert [set(row) for row in rows] == [CLEAR | {"code", "place"}, CLEAR]
    assert rows[0]["code"] == "12"
    assert rows[0]["place"] == "ML1101/gogui"
    assert rows[1]["compartment"] == "protection"


CLEAR = {"reference", "compartment", "severity", "area", "state", "partial", "filed_at"}


def test_contents_are_listed_for_whoever_may_read_them_says_why_and_knows_the_pin(post: Post) -> None:
    with transaction(post.parts.engine) as db:
        for member_id in set(db.scalars(select(MemberPhone.member_id))):
            pins.give(db, member_id, pins.hash_of("2580"), post.watch())
    post.sms(VILLAGER, "12#1 Gogui")
    asked = ("reports", "list", "--json", "--as")
    why = ("--reason", "call back")
    assert json.loads(run(post, *asked, COORDINATOR, *why, typed="2580\n").stdout)["answers"]["code"] == "12"
    assert "answers" not in json.loads(run(post, *asked, ADMIN, *why, typed="2580\n").stdout)
    guessed = run(post, *asked, COORDINATOR, *why, typed="1111\n")
    assert (guessed.exit_code, guessed.stdout) == (1, "")
    assert "not this member's PIN" in guessed.output
    assert run(post, *asked, COORDINATOR).exit_code == 2
    assert "no active member" in run(post, *asked, VILLAGER, *why, typed="2580\n").output


def test_whoever_closes_the_terminal_in_the_middle_has_looked_all_the_same(post: Post, tmp_path: Path) -> None:
    settings = post.parts.settings
    with transaction(post.parts.engine) as db:
        member = members.of_contact(db, contacts.find(db, post.parts.keys, COORDINATOR), post.watch())
        assert member is not None
        pins.give(db, member.id, pins.hash_of("2580"), post.watch())
    post.sms(VILLAGER, "12#1 Gogui")
    post.work()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KARAKORO_")} | {
        "KARAKORO_DATA_DIR": str(tmp_path),
        "KARAKORO_DATABASE_URL": settings.database_url,
        "KARAKORO_KEYS": settings.keys,
        "KARAKORO_HOOK_TOKEN": settings.hook_tokens[0],
        "KARAKORO_DEMO": "yes",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "reports", "list", "--as", COORDINATOR]
    looking, screen = os.pipe()
    os.close(looking)
    done = subprocess.run(
        [*command, "--reason", "call back"], check=False, cwd=ROOT, env=environ, input=b"2580\n", stdout=screen,
        stderr=subprocess.PIPE, timeout=120, start_new_session=True,
    )  # fmt: skip
    os.close(screen)
    assert done.returncode != 0
    with reading(post.parts.engine) as db:
        acts = [entry.act for entry in audit.entries(db, post.watch() - timedelta(days=3650), 100)]
    assert "read_report" in acts, done.stderr.decode()


def plain_error(done: Result) -> str:
    """What a command said that failed, in a sentence and no more."""
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert done.output.startswith("Error: ")
    assert not any(word in done.output for word in ("SELECT", "sqlalche", "Traceback"))
    return done.output


def test_a_backup_into_a_folder_that_is_not_there_names_it(post: Post, tmp_path: Path) -> None:
    assert "nowhere" in plain_error(run(post, "backup", str(tmp_path / "nowhere" / "file")))


@pytest.mark.parametrize(
    "command", [("keys", "status"), ("reports", "list"), ("purge", "--dry-run"), ("audit", "verify")]
)
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:///{folder}/empty.sqlite3", "run `db upgrade`"),
        ("sqlite:///{folder}/nowhere/karakoro.sqlite3", "see KARAKORO_DATABASE_URL"),
        ("postgresql+psycopg://karakoro:geheim@127.0.0.1:9/karakoro", "see KARAKORO_DATABASE_URL"),
    ],
    ids=["without tables", "without a folder", "without a server"],
)
def test_a_database_that_is_not_there_is_told_in_a_sentence(
    post: Post, tmp_path: Path, command: tuple[str, ...], address: str, said: str
) -> None:
    engine = make_engine(address.format(folder=tmp_path))
    away = replace(post, parts=replace(post.parts, engine=engine))
    try:
        assert said in plain_error(run(away, *command))
    finally:
        engine.dispose()


def test_a_roster_is_imported_row_by_row(post: Post, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name;phone;role;language;area;level;post\n"
        "Awa;70 00 00 41;relay;fr;ML1101;1;Gogui\n"
        "Bocar;nobody;relay;fr;ML1101;1;\n"
        "Cire;70000043;chief;fr;ML1101;1;\n",
        encoding="utf-8",
    )
    done = run(post, "roster", "import", str(roster))
    assert done.exit_code == 1
    assert "row 3, column phone" in done.output
    assert "row 4, column role" in done.output
    assert "1 added" in done.output
    assert "0000041" not in done.output


def test_an_empty_roster_does_not_take_everybody_off_duty(post: Post, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name;phone;role;language;area;level;post\n", encoding="utf-8")
    before = run(post, "roster", "list").output
    assert "no rows" in plain_error(run(post, "roster", "import", "--replace", str(roster)))
    assert run(post, "roster", "list").output == before != ""


def test_places_are_imported_row_by_row_and_known_at_once(post: Post, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text(
        "name,pcode,pcode_version,country,lat,lon,aliases\n"
        "Sabouciré,ML0101,v03,ML,,,Sabousire\n"
        "Nowhere,ML9999,v03,ML,,,\n",
        encoding="utf-8",
    )
    done = run(post, "places", "import", str(places))
    assert done.exit_code == 1
    assert "row 3, column pcode: unknown P-code ML9999" in done.output
    post.sms(VILLAGER, "12#1 sabousire")
    row = json.loads(run(post, "reports", "list", "--json").output)
    assert row["place"] == "ML0101/saboucire"


def test_a_suspended_phone_is_a_stranger_s(post: Post) -> None:
    assert run(post, "roster", "suspend", "70000011").output == "Suspended.\n"
    assert "La police lit" in post.dial(COORDINATOR)
    assert run(post, "roster", "suspend", VILLAGER).exit_code == 1


BAD = """
| survey | type | name | label::Français (fr) | {column} | ussd_label_fr |
|---|---|---|---|---|---|
| | select_one g | grp | {label} | {cell} | |
| choices | list_name | name | label::Français (fr) |
|---|---|---|---|
| | g | a | Un |
| | g | b | Deux |
| settings | form_id | version | default_language |
|---|---|---|---|
| | bad | 1 | fr |
"""


@pytest.mark.parametrize(
    ("column", "cell", "label", "said"),
    [
        pytest.param("relevent", "", "Quoi ?", "survey row 1, column relevent", id="a misspelt column"),
        pytest.param("relevant", "((1=", "Quoi ?", "survey row 2, column relevant", id="a malformed expression"),
        pytest.param("relevant", "${ghost}='1'", "Quoi ?", "survey row 2, column relevant", id="an unknown question"),
        pytest.param("relevant", "", "trop long " * 16, "survey row 2, column label", id="a label too wide"),
    ],
)
def test_a_form_is_refused_with_sheet_and_row(
    post: Post, tmp_path: Path, column: str, cell: str, label: str, said: str
) -> None:
    form = tmp_path / "bad.md"
    form.write_text(BAD.format(column=column, cell=cell, label=label), encoding="utf-8")
    done = run(post, "forms", "check", str(form))
    assert done.exit_code == 1
    assert said in done.output


def test_a_spreadsheet_is_accepted(post: Post, tmp_path: Path) -> None:
    sheet = tmp_path / "incident.xlsx"
    write_xlsx(ROOT / "flows" / "forms" / "incident.md", sheet)
    assert run(post, "forms", "check", str(sheet)).exit_code == 0


def test_the_hook_token_is_in_no_answer(post: Post) -> None:
    assert TOKEN not in run(post, "doctor").output


def test_no_command_of_ours_is_hidden_by_one_of_flasks_own() -> None:
    ours = {command.name for command in WITH_KEYS}
    assert not ours & set(FlaskGroup(add_version_option=False).commands)
