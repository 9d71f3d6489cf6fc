"""What the operator decides, read from the environment once and never again."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time, timedelta
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar
from zoneinfo import ZoneInfo

from service import redis_server
from service.setting_readers import (
    a_second,
    at_least,
    database_address,
    digits_and_signs,
    file_path,
    hour_of_day,
    hour_of_week,
    http_address,
    level_name,
    long_secret,
    mail_address,
    mail_server,
    money,
    networks,
    numbers,
    redis_address,
    routes,
    text,
    time_zone,
    tokens,
    yes_or_no,
)

PREFIX = "KARAKORO_"
FOR_OTHERS = frozenset({"TEST_DATABASE_URL", "SIMULATOR_PORT"})  # read by the tests and by `make run`
T = TypeVar("T")


class SettingError(ValueError):
    """A setting is missing, misspelt or unusable; the message names it and never holds a secret."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one setting is read. read: text → value, ValueError (saying what is expected) for anything else;
    secret: its value is never shown, and it may be given as a file."""

    name: str
    read: Callable[[str], Any]
    secret: bool


def setting(name: str, read: Callable[[str], T], default: T, *, secret: bool = False) -> T:
    """A field of Settings, typed as what it holds."""
    value: T = field(default=default, repr=not secret, metadata={"rule": Rule(name, read, secret)})
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting; docs/settings.md says what each is for. An empty text stands for "not given"."""

    data_dir: Path = setting("DATA_DIR", file_path, Path(".karakoro"))
    database_url: str = setting("DATABASE_URL", database_address, "", secret=True)
    redis_url: str = setting("REDIS_URL", redis_address, "", secret=True)
    secret_key: str = setting("SECRET_KEY", long_secret, "", secret=True)
    keys: str = setting("KEYS", text, "", secret=True)
    hook_tokens: tuple[str, ...] = setting("HOOK_TOKEN", tokens, (), secret=True)
    hook_addresses: tuple[IPv4Network | IPv6Network, ...] = setting("HOOK_ADDRESSES", networks, ())
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = setting("TRUSTED_PROXIES", networks, ())
    metrics_token: str = setting("METRICS_TOKEN", long_secret, "", secret=True)
    africastalking_username: str = setting("AFRICASTALKING_USERNAME", text, "sandbox")
    africastalking_api_key: str = setting("AFRICASTALKING_API_KEY", text, "", secret=True)
    africastalking_sender: str = setting("AFRICASTALKING_SENDER", text, "")
    africastalking_url: str = setting("AFRICASTALKING_URL", http_address, "")
    africastalking_rate: float = setting("AFRICASTALKING_RATE", a_second, 0.0)
    kannel_url: str = setting("KANNEL_URL", http_address, "")
    kannel_username: str = setting("KANNEL_USERNAME", text, "")
    kannel_password: str = setting("KANNEL_PASSWORD", text, "", secret=True)
    kannel_sender: str = setting("KANNEL_SENDER", text, "")
    kannel_joins: bool = setting("KANNEL_JOINS", yes_or_no, True)
    kannel_rate: float = setting("KANNEL_RATE", a_second, 0.0)
    smsgate_url: str = setting("SMSGATE_URL", http_address, "")
    smsgate_username: str = setting("SMSGATE_USERNAME", text, "")
    smsgate_password: str = setting("SMSGATE_PASSWORD", text, "", secret=True)
    smsgate_signing_key: str = setting("SMSGATE_SIGNING_KEY", text, "", secret=True)
    smsgate_sim: int = setting("SMSGATE_SIM", at_least(0, at_most=3), 0)
    smsgate_rate: float = setting("SMSGATE_RATE", a_second, 1.0)
    public_url: str = setting("PUBLIC_URL", http_address, "")
    sms_routes: tuple[tuple[str, str], ...] = setting("SMS_ROUTES", routes, (("", "africastalking"),))
    part_price: tuple[Decimal, str] | None = setting("PART_PRICE", money, None)
    receipt_minutes: int = setting("RECEIPT_MINUTES", at_least(1, at_most=1440), 5)
    service_code: str = setting("SERVICE_CODE", digits_and_signs, "*384*1234#")
    own_numbers: tuple[str, ...] = setting("OWN_NUMBERS", numbers, ())
    same_reply_most: int = setting("SAME_REPLY_MOST", at_least(1, at_most=100), 10)
    parts_a_day: int = setting("PARTS_A_DAY", at_least(10, at_most=10000), 150)
    replies_per_phone: int = setting("REPLIES_PER_PHONE", at_least(0, at_most=10000), 30)
    replies_in_all: int = setting("REPLIES_IN_ALL", at_least(0, at_most=1000000), 600)
    dials_per_phone: int = setting("DIALS_PER_PHONE", at_least(0, at_most=10000), 20)
    help_number: str = setting("HELP_NUMBER", digits_and_signs, "")
    organisation: str = setting("ORGANISATION", text, "Karakoro")
    timezone: ZoneInfo = setting("TIMEZONE", time_zone, ZoneInfo("Africa/Bamako"))
    digest_daily: time | None = setting("DIGEST_DAILY", hour_of_day, hour_of_day("07:00"))
    digest_weekly: tuple[int, time] | None = setting("DIGEST_WEEKLY", hour_of_week, hour_of_week("monday 07:00"))
    smtp_url: str = setting("SMTP_URL", mail_server, "", secret=True)
    smtp_sender: str = setting("SMTP_SENDER", mail_address, "")
    ussd_septets: int = setting("USSD_SEPTETS", at_least(80, at_most=182), 160)
    ussd_ucs2: int = setting("USSD_UCS2", at_least(40, at_most=91), 80)
    direct_dial: bool = setting("DIRECT_DIAL", yes_or_no, False)
    session_seconds: int = setting("SESSION_SECONDS", at_least(30, at_most=3600), 180)
    resume_minutes: int = setting("RESUME_MINUTES", at_least(0, at_most=1440), 30)
    resume_days: int = setting("RESUME_DAYS", at_least(0, at_most=30), 7)
    console_idle_minutes: int = setting("CONSOLE_IDLE_MINUTES", at_least(5, at_most=720), 30)
    console_hours: int = setting("CONSOLE_HOURS", at_least(1, at_most=24), 12)
    simulator_url: str = setting("SIMULATOR_URL", http_address, "")
    log_level: str = setting("LOG_LEVEL", level_name, "INFO")
    demo: bool = setting("DEMO", yes_or_no, False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read what starts with KARAKORO_. Raises SettingError for the first thing that is wrong."""
        given = _given(environ)
        values: dict[str, Any] = {}
        for each in fields(cls):
            rule: Rule = each.metadata["rule"]
            raw = _raw(rule, given)
            values[each.name] = _read(rule, raw) if raw else each.default
        data_dir = values["data_dir"] = values["data_dir"].absolute()
        values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'karakoro.sqlite3'}"
        values["redis_url"] = values["redis_url"] or redis_server.url(data_dir)
        for prefix, gateway in values["sms_routes"]:
            if gateway not in _gateways():
                way = f"{prefix or '*'}={gateway}"
                _refuse(RULES["SMS_ROUTES"], f"ways to {', '.join(_gateways())} only, not {way!r}")
        return cls(**values)

    @property
    def rates(self) -> dict[str, float]:
        """SMS a second that each gateway takes; 0 = as many as there are."""
        return {name: getattr(self, f"{name}_rate") for name in _gateways()}

    def price(self, parts: int) -> str:
        """What so many parts cost, such as `30 XOF`; "" where no price is set."""
        return "" if self.part_price is None else f"{self.part_price[0] * parts} {self.part_price[1]}"

    @property
    def receipt_wait(self) -> timedelta:
        return timedelta(minutes=self.receipt_minutes)

    def require(self, *names: str) -> None:
        """Raise SettingError for the first of these settings (named without the prefix) that is empty."""
        for each in fields(self):
            rule: Rule = each.metadata["rule"]
            if rule.name in names and not getattr(self, each.name):
                _refuse(rule, "a value, and there is none")


RULES: Mapping[str, Rule] = {each.metadata["rule"].name: each.metadata["rule"] for each in fields(Settings)}


def _gateways() -> list[str]:
    """The names of all that SMS can go by: each has a rate."""
    return sorted(name.removesuffix("_RATE").lower() for name in RULES if name.endswith("_RATE"))


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """Our settings without the prefix; an empty one counts as not given, an unknown one is an error."""
    given = {name.removeprefix(PREFIX): value for name, value in environ.items() if name.startswith(PREFIX)}
    known = {*RULES, *(f"{name}_FILE" for name, rule in RULES.items() if rule.secret), *FOR_OTHERS}
    for name in sorted(given.keys() - known):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {PREFIX}{near[0]}?" if near else ""
        raise SettingError(f"{PREFIX}{name}: there is no such setting{hint}")
    return {name: value for name, value in given.items() if value.strip()}


def _raw(rule: Rule, given: Mapping[str, str]) -> str:
    value, path = given.get(rule.name, ""), given.get(f"{rule.name}_FILE", "") if rule.secret else ""
    if value and path:
        _refuse(rule, f"either {PREFIX}{rule.name} or {PREFIX}{rule.name}_FILE, not both")
    if not path:
        return value.strip()
    try:
        content = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{PREFIX}{rule.name}_FILE: cannot read {path} ({type(error).__name__})") from None
    return content or _refuse(rule, f"a value in {path}, and the file is empty")


def _read(rule: Rule, raw: str) -> Any:
    try:
        return rule.read(raw)
    except ValueError as error:
        shown = "" if rule.secret else f", not {raw!r}"
        _refuse(rule, f"{error}{shown}")


def _refuse(rule: Rule, expected: str) -> NoReturn:
    raise SettingError(f"{PREFIX}{rule.name}: expected {expected}") from None
