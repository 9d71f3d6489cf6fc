"""Every transcript is played on both databases, through the real hooks of a fresh service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from postgresql_server import Server

from service.commands.play import play as command
from service.player import play
from service.simulator.dialects import Dialect
from service.stage import Theatre, theatre
from service.transcript import Channel, Transcript, parse, written

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
DIALLED = [path for path in FILES if "channel: ussd" in path.read_text(encoding="utf-8")]
TEXTED = [path for path in FILES if "channel: sms" in path.read_text(encoding="utf-8")]
ENOUGH = 25


def read(path: Path) -> Transcript:
    return parse(path.read_text(encoding="utf-8"), path.name)


@pytest.fixture(scope="session")
def sqlite_theatre() -> Iterator[Theatre]:
    with theatre() as house:
        yield house


@pytest.fixture(scope="session")
def postgresql_theatre(postgresql_server: Server) -> Iterator[Theatre]:
    with theatre(postgresql_server.address.render_as_string(hide_password=False)) as house:
        yield house


@pytest.fixture
def house(database_kind: str, request: pytest.FixtureRequest) -> Theatre:
    found: Theatre = request.getfixturevalue(f"{database_kind}_theatre")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_conversation_goes_as_it_is_written(house: Theatre, path: Path) -> None:
    transcript = read(path)
    with house.stage(transcript.begins, transcript.settings) as stage:
        difference = play(transcript, stage)
    assert difference is None, str(difference)


@pytest.mark.parametrize("path", DIALLED, ids=lambda path: path.stem)
def test_a_dial_goes_the_same_where_the_network_sends_the_latest_input_only(house: Theatre, path: Path) -> None:
    transcript = read(path)
    with house.stage(transcript.begins, transcript.settings, Dialect.COMVIVA) as stage:
        difference = play(transcript, stage)
    assert difference is None, str(difference)


def _by_kannel(house: Theatre, path: Path) -> None:
    transcript = read(path)
    with house.stage(transcript.begins, transcript.settings, Dialect.KANNEL) as stage:
        difference = play(transcript, stage)
    assert difference is None, str(difference)


@pytest.mark.parametrize("path", TEXTED, ids=lambda path: path.stem)
def test_what_is_texted_goes_the_same_by_an_operators_line(sqlite_theatre: Theatre, path: Path) -> None:
    _by_kannel(sqlite_theatre, path)


@pytest.mark.parametrize("path", TEXTED[::8], ids=lambda path: path.stem)
def test_so_does_some_of_it_on_postgresql(postgresql_theatre: Theatre, path: Path) -> None:
    _by_kannel(postgresql_theatre, path)


def test_the_conversation_in_the_guide_goes_as_it_is_written(house: Theatre) -> None:
    guide = (FOLDER.parent.parent / "docs" / "transcripts.md").read_text(encoding="utf-8")
    transcript = parse(guide.split("```\n")[1], "docs/transcripts.md")
    with house.stage(transcript.begins) as stage:
        assert play(transcript, stage) is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_is_written_as_the_format_writes_it(path: Path) -> None:
    assert written(read(path).entries) == path.read_text(encoding="utf-8")


def test_there_are_enough_of_them_on_both_channels_and_each_has_a_title() -> None:
    transcripts = [read(path) for path in FILES]
    assert len(transcripts) >= ENOUGH
    assert all(transcript.header("title") for transcript in transcripts)
    assert {step.channel for transcript in transcripts for step in transcript.steps} == set(Channel)


RIGHT = "title: A test\nphone: +22370000031\nchannel: sms\n\n> LANG EN\n< Done: English.\n"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param(
            RIGHT.replace("Done", "Fertig"),
            ":6: a difference\n  expected:\n    < Fertig: English.\n  got:\n    < Done: English.\n",
            id="another text",
        ),
        pytest.param(
            RIGHT + "= sms +22370000011 Hello\n",
            ":7: a difference\n  expected:\n    = sms +22370000011 Hello\n  got:\n    nothing\n",
            id="an SMS that is not sent",
        ),
        pytest.param(
            RIGHT.replace("LANG EN", "72#2 Gogui"),
            ":6: a difference\n  expected:\n    < Done: English.\n  got:\n    < Ref ",
            id="another conversation",
        ),
    ],
)
def test_a_wrong_expectation_is_refused_with_its_place_and_both_sides(tmp_path: Path, wrong: str, told: str) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(wrong, encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert result.exit_code == 1
    assert result.output.startswith(f"{path}{told}")


def test_what_goes_as_it_is_written_is_told_with_its_title(tmp_path: Path) -> None:
    path = tmp_path / "right.txt"
    path.write_text(RIGHT, encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert (result.exit_code, result.output) == (0, f"ok {path}: A test\n")


def test_what_is_not_a_transcript_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(RIGHT + "Hello\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert result.exit_code == 2
    assert f"{path}:7: expected a header or one of" in result.output


def test_a_recording_can_be_played(tmp_path: Path) -> None:
    path = tmp_path / "recorded.txt"
    path.write_text(RIGHT.replace("LANG EN\n< Done: English.", "12#1 Gogui\n> SUIVI {ref}"), encoding="utf-8")
    assert CliRunner().invoke(command, ["--record", str(path)]).exit_code == 0
    assert "= report {ref} operations S4 12 ML1101\n" in path.read_text(encoding="utf-8")
    assert CliRunner().invoke(command, [str(path)]).exit_code == 0
