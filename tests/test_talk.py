"""A phone in the terminal, on a running service with a simulator; what it prints can be played."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import Result
from fixtures_service import TOKEN, Watch, settings_for

from service.app import create_app
from service.demo_settings import HELP_NUMBER
from service.jobs import JOBS
from service.local_web import LocalWeb
from service.parts import Parts, build
from service.player import play
from service.shelf import Shelf
from service.simulator.server import Simulator
from service.stage import theatre
from service.transcript import parse

OFFICER, COORDINATOR = "+22370000001", "+22370000011"


@pytest.fixture
def running(stocked_url: str, database_kind: str, shelves: dict[str, Shelf]) -> Iterator[Parts]:
    """The parts of a service that answers, whose workers act as soon as they are asked."""
    with LocalWeb() as web, Simulator(hooks=f"{web.url}/hooks/africastalking/{TOKEN}/", at_once=True) as simulator:
        settings = settings_for(stocked_url, simulator.url)
        settings = replace(settings, simulator_url=simulator.url, help_number=HELP_NUMBER)
        built = build(settings, now=Watch(), shelf=shelves.get(database_kind))

        def work(name: str, *ids: int | str) -> bool:
            JOBS[name](built_to_work, *ids)
            return True

        built_to_work = replace(built, enqueue=work)
        with web.serving(create_app(built_to_work)):
            yield built_to_work
        simulator.network.settle()
        built.engine.dispose()


def talk(parts: Parts, *options: str, typed: str) -> Result:
    result: Result = create_app(parts).test_cli_runner().invoke(args=["talk", *options], input=typed)
    return result


def test_what_is_typed_and_what_comes_of_it_is_printed_as_a_transcript(running: Parts) -> None:
    typed = "# On foot\nsms 12#1 Gogui\n@\nsms SUIVI {ref}\nphone: +22370000011\nACK {ref}\n*384*1234#\n"
    result = talk(running, typed=typed)
    assert result.exit_code == 0, result.output
    transcript = parse(result.stdout, "talked")
    said = [step.action.text for step in transcript.steps]
    assert said == ["12#1 Gogui", "+0m", "SUIVI {ref}", "ACK {ref}", "*384*1234#"]
    assert "# On foot\n" in result.stdout
    assert "= report {ref} operations S4 12 ML1101\n" in result.stdout
    assert f"= sms {COORDINATOR} !!S4 " in result.stdout


def test_what_was_talked_can_be_played(running: Parts) -> None:
    typed = "*384*1234#\n1\n54\n2\n1\n1\nsms QUI\n"
    saved = parse(talk(running, "--phone", OFFICER, typed=typed).stdout, "talked")
    with theatre() as house, house.stage(saved.begins) as stage:
        difference = play(saved, stage)
    assert difference is None, str(difference)


def test_a_slip_of_the_finger_does_not_end_the_talk(running: Parts) -> None:
    result = talk(running, typed="1\nsms SUIVI {ref}\n*384*1234#\n")
    assert result.exit_code == 0
    assert "dial first" in result.stderr
    assert "no reference has been seen for {ref}" in result.stderr
    assert [step.action.text for step in parse(result.stdout, "talked").steps] == ["*384*1234#"]


def test_without_a_simulator_there_is_nobody_to_talk_to(running: Parts) -> None:
    silent = replace(running, settings=replace(running.settings, simulator_url="http://127.0.0.1:9"))
    none = replace(running, settings=replace(running.settings, simulator_url=""))
    assert "no simulator at http://127.0.0.1:9" in talk(silent, typed="1\n").stderr
    assert "KARAKORO_SIMULATOR_URL is not set" in talk(none, typed="1\n").stderr
