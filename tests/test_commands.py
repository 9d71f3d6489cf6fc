"""The command line, as somebody who runs the service uses it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from fixtures_service import ADMIN, COORDINATOR, TOKEN, VILLAGER, Post
from flask import Flask
from flask.cli import FlaskGroup

from flows.xlsform import write_xlsx
from service.app import create_app
from service.commands import WITH_KEYS
from service.simulator.network import Outcome
from service.simulator.server import Simulator

ROOT = Path(__file__).resolve().parent.parent


def run(post: Post, *words: str) -> Result:
    app: Flask = create_app(post.parts)
    return app.test_cli_runner().invoke(args=list(words))


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


def test_contents_are_listed_for_whoever_may_read_them_and_says_why(post: Post) -> None:
    post.sms(VILLAGER, "12#1 Gogui")
    asked = ("reports", "list", "--json", "--as")
    assert json.loads(run(post, *asked, COORDINATOR, "--reason", "call back").output)["answers"]["code"] == "12"
    assert "answers" not in json.loads(run(post, *asked, ADMIN, "--reason", "call back").output)
    assert run(post, *asked, COORDINATOR).exit_code == 2
    assert run(post, *asked, VILLAGER, "--reason", "x").exit_code == 2


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
