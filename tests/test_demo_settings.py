"""The settings that the demo makes up, and how the command line finds them again."""

import stat
from pathlib import Path

import pytest

from service import demo_env
from service.demo_settings import settle
from service.settings import Settings

PHONE_CODE = "*384*77#"


def test_a_demo_needs_no_setting_at_all(tmp_path: Path) -> None:
    settings = Settings.from_environment(settle({"KARAKORO_DATA_DIR": str(tmp_path)}, 8000))
    settings.require("KEYS", "SECRET_KEY", "HOOK_TOKEN", "METRICS_TOKEN")
    assert settings.demo
    assert settings.africastalking_url == settings.simulator_url == "http://127.0.0.1:8001"


def test_keys_and_tokens_stay_the_same_from_run_to_run_and_are_nobody_elses(tmp_path: Path) -> None:
    environ = {"KARAKORO_DATA_DIR": str(tmp_path / "data")}
    first, second = (Settings.from_environment(settle(environ, 8000)) for _ in range(2))
    assert (first.keys, first.hook_tokens) == (second.keys, second.hook_tokens)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert modes == dict.fromkeys(["keys", "secret_key", "hook_token", "metrics_token"], 0o600)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_the_environment_has_the_last_word(tmp_path: Path) -> None:
    token = "said-aloud-said-aloud-said"
    environ = {
        "KARAKORO_DATA_DIR": str(tmp_path),
        "KARAKORO_HOOK_TOKEN": token,
        "KARAKORO_AFRICASTALKING_URL": "http://127.0.0.1:9999/",
        "KARAKORO_SERVICE_CODE": PHONE_CODE,
        "KARAKORO_TIMEZONE": "",
    }
    settings = Settings.from_environment(settle(environ, 8000))
    assert settings.hook_tokens == (token,)
    assert settings.africastalking_url == "http://127.0.0.1:9999"
    assert settings.simulator_url == ""
    assert settings.service_code == PHONE_CODE
    assert not (tmp_path / "hook_token").exists()


def test_the_simulator_moves_with_the_port_or_where_it_is_told(tmp_path: Path) -> None:
    environ = {"KARAKORO_DATA_DIR": str(tmp_path)}
    assert settle(environ, 9000)["KARAKORO_SIMULATOR_URL"] == "http://127.0.0.1:9001"
    moved = settle({**environ, "KARAKORO_SIMULATOR_PORT": "7777"}, 9000)
    assert moved["KARAKORO_SIMULATOR_URL"] == "http://127.0.0.1:7777"


def left_behind(directory: Path, **more: str) -> dict[str, str]:
    """What a command sees that is started where a demo has run, with only these settings."""
    demo_env.write(directory, settle({"KARAKORO_DATA_DIR": str(directory)}, 8000))
    given = {f"KARAKORO_{name}": value for name, value in more.items()}
    return demo_env.beneath({"KARAKORO_DATA_DIR": str(directory), **given})


def test_a_command_finds_the_settings_of_the_demo(tmp_path: Path) -> None:
    found = Settings.from_environment(left_behind(tmp_path))
    assert found == Settings.from_environment(settle({"KARAKORO_DATA_DIR": str(tmp_path)}, 8000))
    assert stat.S_IMODE((tmp_path / "demo.env").stat().st_mode) == 0o600


def test_without_any_setting_the_demo_of_this_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo_env.write(tmp_path / ".karakoro", settle({}, 8000))
    assert Settings.from_environment(demo_env.beneath({})).demo


@pytest.mark.parametrize(
    "more",
    [{"HOOK_TOKEN": "given-given-given-given-1"}, {"HOOK_TOKEN_FILE": "given"}],
    ids=["as a value", "as a file"],
)
def test_what_a_command_is_given_comes_before_what_the_demo_left(tmp_path: Path, more: dict[str, str]) -> None:
    (tmp_path / "given").write_text("given-given-given-given-1")
    more = {name: str(tmp_path / value) if name.endswith("_FILE") else value for name, value in more.items()}
    assert Settings.from_environment(left_behind(tmp_path, **more)).hook_tokens == ("given-given-given-given-1",)


def test_a_demo_that_was_left_behind_can_be_kept_out(tmp_path: Path) -> None:
    assert Settings.from_environment(left_behind(tmp_path, DEMO="no")).keys == ""


def test_where_no_demo_has_run_nothing_is_added(tmp_path: Path) -> None:
    environ = {"KARAKORO_DATA_DIR": str(tmp_path), "HOME": "/root"}
    assert demo_env.beneath(environ) == environ
