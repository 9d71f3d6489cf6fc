"""What an operator may say, and what happens when it is wrong."""

import re
from pathlib import Path

import pytest

from handlers.ways import Ways
from service.gateways.kinds import gateways
from service.settings import FOR_OTHERS, RULES, SettingError, Settings

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"
TOKEN = "t0kenT0kenT0kenT0kenT0ken"


def read(**values: str) -> Settings:
    return Settings.from_environment({f"KARAKORO_{name}": value for name, value in values.items()})


def refusal(**values: str) -> str:
    with pytest.raises(SettingError) as caught:
        read(**values)
    return str(caught.value)


def test_nothing_has_to_be_said_to_read_the_settings() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings.timezone.key == "Africa/Bamako"
    assert settings.database_url.startswith("sqlite:////")
    assert settings.redis_url.startswith("unix:///")
    assert (settings.ussd_septets, settings.ussd_ucs2) == (160, 80)


def test_the_database_lies_in_the_data_directory_unless_said_otherwise(tmp_path: Path) -> None:
    settings = read(DATA_DIR=str(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path}/karakoro.sqlite3"
    assert settings.redis_url == f"unix://{tmp_path}/redis.sock"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_the_same_driver(scheme: str) -> None:
    settings = read(DATABASE_URL=f"{scheme}://somebody@host/name")
    assert settings.database_url == "postgresql+psycopg://somebody@host/name"


def test_several_hook_tokens_may_be_valid_at_once() -> None:
    assert read(HOOK_TOKEN=f"{TOKEN}, {TOKEN[::-1]}").hook_tokens == (TOKEN, TOKEN[::-1])


BAD = {
    "a number with letters": ("USSD_SEPTETS", "many"),
    "a screen larger than any": ("USSD_SEPTETS", "183"),
    "a screen in Arabic digits": ("USSD_UCS2", "٨٠"),
    "a rate in words": ("AFRICASTALKING_RATE", "fast"),
    "a rate below nothing": ("AFRICASTALKING_RATE", "-1"),
    "a price without a currency": ("PART_PRICE", "15"),
    "a way to a gateway that there is not": ("SMS_ROUTES", "*=pigeon"),
    "ways without one for all others": ("SMS_ROUTES", "+223=africastalking"),
    "a beginning without its plus": ("SMS_ROUTES", "223=africastalking,*=africastalking"),
    "two ways for one beginning": ("SMS_ROUTES", "*=africastalking,*=africastalking"),
    "a way to nowhere": ("SMS_ROUTES", "*="),
    "an unknown time zone": ("TIMEZONE", "Africa/Nioro"),
    "a time zone that climbs": ("TIMEZONE", "../../etc/passwd"),
    "a database we have no driver for": ("DATABASE_URL", "mysql://root@host/name"),
    "no address at all": ("DATABASE_URL", "karakoro"),
    "a queue that is none": ("REDIS_URL", "http://host"),
    "neither yes nor no": ("DIRECT_DIAL", "perhaps"),
    "an address without its scheme": ("AFRICASTALKING_URL", "127.0.0.1:8001"),
    "a level that no log has": ("LOG_LEVEL", "LOUD"),
    "a service code with letters": ("SERVICE_CODE", "*384*ABC#"),
    "own numbers with words": ("OWN_NUMBERS", "20384,us"),
    "an address that is none": ("HOOK_ADDRESSES", "192.0.2.7,gateway.example"),
    "a network with bits beyond its mask": ("TRUSTED_PROXIES", "192.0.2.7/24"),
    "a token that can be guessed": ("HOOK_TOKEN", "short"),
    "a token that needs escaping": ("HOOK_TOKEN", "slash/slash/slash/slash/slash"),
    "one short token among long ones": ("HOOK_TOKEN", f"{TOKEN},short"),
    "a secret that can be guessed": ("SECRET_KEY", "short"),
    "an hour that no day has": ("DIGEST_DAILY", "24:00"),
    "an hour without its minutes": ("DIGEST_DAILY", "7"),
    "a day that no week has": ("DIGEST_WEEKLY", "someday 07:00"),
    "a mail server without encryption elsewhere": ("SMTP_URL", "smtp+plain://mail.example.org"),
    "a mail server that is a web server": ("SMTP_URL", "https://mail.example.org"),
    "a mail server with a path": ("SMTP_URL", "smtp://mail.example.org/path"),
    "a sender that is no address": ("SMTP_SENDER", "Karakoro <digest@example.org>"),
}


@pytest.mark.parametrize(("name", "value"), BAD.values(), ids=BAD.keys())
def test_a_bad_value_stops_the_boot_with_the_name_of_its_setting(name: str, value: str) -> None:
    said = refusal(**{name: value})
    assert said.startswith(f"KARAKORO_{name}: expected ")
    assert (value in said) is not RULES[name].secret


def test_the_longest_beginning_of_a_number_decides_its_way() -> None:
    ways = Ways(dict(read(SMS_ROUTES="+22370=africastalking, *=africastalking").sms_routes) | {"+2237": "b", "": "c"})
    assert [ways.to(phone) for phone in ("+22370000001", "+22371000001", "+22222000001")] == [
        "africastalking",
        "b",
        "c",
    ]
    assert ways.gateways == ("africastalking", "c", "b")


def test_a_misspelt_name_is_refused_with_the_right_one() -> None:
    assert refusal(HOOK_TOKENS=TOKEN) == (
        "KARAKORO_HOOK_TOKENS: there is no such setting; did you mean KARAKORO_HOOK_TOKEN?"
    )


def test_a_name_that_is_like_none_of_ours_is_refused_all_the_same() -> None:
    assert refusal(XYZZY="1") == "KARAKORO_XYZZY: there is no such setting"


SECRETS = sorted(name for name, rule in RULES.items() if rule.secret)


@pytest.mark.parametrize("name", SECRETS)
def test_each_secret_may_be_in_a_file(name: str, tmp_path: Path) -> None:
    value = {"DATABASE_URL": "sqlite:///x.db", "REDIS_URL": "redis://host", "SMTP_URL": "smtps://host"}.get(name, TOKEN)
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    assert read(**{f"{name}_FILE": str(file)}) == read(**{name: value})


def test_a_secret_in_two_places_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(TOKEN)
    said = refusal(SECRET_KEY=TOKEN, SECRET_KEY_FILE=str(file))
    assert said == "KARAKORO_SECRET_KEY: expected either KARAKORO_SECRET_KEY or KARAKORO_SECRET_KEY_FILE, not both"


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    assert refusal(KEYS_FILE=str(missing)) == f"KARAKORO_KEYS_FILE: cannot read {missing} (FileNotFoundError)"


def test_what_is_no_secret_may_not_be_in_a_file() -> None:
    assert "KARAKORO_TIMEZONE_FILE: there is no such setting" in refusal(TIMEZONE_FILE="/etc/timezone")


def test_an_empty_setting_counts_as_not_given() -> None:
    assert read(TIMEZONE="", SECRET_KEY=" ") == Settings.from_environment({})


def test_a_value_that_must_be_there_is_asked_for_by_name() -> None:
    settings = read(HOOK_TOKEN=TOKEN)
    settings.require("HOOK_TOKEN")
    with pytest.raises(SettingError, match=r"^KARAKORO_SECRET_KEY: expected a value"):
        settings.require("HOOK_TOKEN", "SECRET_KEY")


def test_settings_do_not_show_their_secrets() -> None:
    secrets = {name: f"{TOKEN}{number}" for number, name in enumerate(SECRETS) if not name.endswith("_URL")}
    shown = repr(
        read(
            **secrets,
            DATABASE_URL="postgresql://u:hidden@host/n",
            REDIS_URL="redis://:hidden@host",
            SMTP_URL="smtp://u:hidden@host",
        )
    )
    assert "hidden" not in shown
    assert TOKEN not in shown


def test_each_setting_is_in_the_documentation_and_each_one_there_exists() -> None:
    documented = re.findall(r"^\| `KARAKORO_(\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted({*RULES, *FOR_OTHERS})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        pytest.param({"SMS_ROUTES": "*=kannel"}, "KANNEL_URL", id="nothing is said of it"),
        pytest.param({"SMS_ROUTES": "+222=kannel,*=africastalking", "KANNEL_URL": "http://127.0.0.1:1"},
                     "KANNEL_USERNAME", id="something is said"),
        pytest.param({"SMS_ROUTES": "*=smsgate"}, "SMSGATE_URL", id="a phone"),
    ],
)  # fmt: skip
def test_a_way_to_a_gateway_that_lacks_a_setting_stops_the_boot_with_its_name(
    given: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingError, match=f"^KARAKORO_{missing}: expected a value"):
        gateways(read(HOOK_TOKEN=TOKEN, **given))
