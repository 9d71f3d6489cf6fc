"""How the text of one setting becomes a value; each raises ValueError with what it expects, not the text."""

import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

SHORTEST_TOKEN = 22  # characters: 128 bits in URL-safe base64
YES, NO = ("yes", "on", "true", "1"), ("no", "off", "false", "0")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def text(raw: str) -> str:
    if not raw.replace("\n", "").isprintable():
        raise ValueError("plain text")
    return raw


def file_path(raw: str) -> Path:
    return Path(raw).expanduser().absolute()


def yes_or_no(raw: str) -> bool:
    if raw.lower() not in YES + NO:
        raise ValueError("yes or no")
    return raw.lower() in YES


def at_least(least: int, *, at_most: int) -> Callable[[str], int]:
    def whole_number(raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and least <= int(raw) <= at_most):
            raise ValueError(f"a whole number from {least} to {at_most}")
        return int(raw)

    return whole_number


def a_second(raw: str) -> float:
    """So many in a second; fewer than one, such as 0.2, is one in five."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", raw):
        raise ValueError("a number from 0 to 9999, such as 10 or 0.5")
    return float(raw)


def money(raw: str) -> tuple[Decimal, str]:
    """An amount and its currency."""
    found = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ?([A-Z]{3})", raw)
    if not found:
        raise ValueError("an amount and its currency, such as 15 XOF")
    return Decimal(found[1]), found[2]


def routes(raw: str) -> tuple[tuple[str, str], ...]:
    """Pairs of the beginning of a number, "" for `*`, and the name of a gateway."""
    pairs = [pair.partition("=")[::2] for pair in comma_separated(raw)]
    found = {prefix.strip().replace("*", ""): name.strip() for prefix, name in pairs}
    well = all(re.fullmatch(r"\*|\+[0-9]{1,14}", prefix.strip()) and name.strip() for prefix, name in pairs)
    if not well or len(found) < len(pairs) or "" not in found:
        raise ValueError("each beginning of numbers once and * for all others, such as +222=kannel,*=africastalking")
    return tuple(found.items())


def comma_separated(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split(",") if part.strip())


def tokens(raw: str) -> tuple[str, ...]:
    """Each is a part of an address, so only characters that need no escaping there."""
    found = comma_separated(raw)
    if not found or not all(re.fullmatch(rf"[A-Za-z0-9_-]{{{SHORTEST_TOKEN},200}}", token) for token in found):
        raise ValueError(f"tokens of {SHORTEST_TOKEN} or more letters, digits, - and _, separated by commas")
    return found


def long_secret(raw: str) -> str:
    if len(raw) < SHORTEST_TOKEN:
        raise ValueError(f"at least {SHORTEST_TOKEN} characters")
    return raw


def digits_and_signs(raw: str) -> str:
    if not re.fullmatch(r"[0-9*#+]{2,20}", raw):
        raise ValueError("digits, +, * and #, as dialled")
    return raw


def numbers(raw: str) -> tuple[str, ...]:
    found = comma_separated(raw)
    if not all(re.fullmatch(r"\+?[0-9]{3,15}", number) for number in found):
        raise ValueError("phone numbers and short codes, separated by commas")
    return found


def networks(raw: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part) for part in comma_separated(raw))
    except ValueError:
        raise ValueError("addresses or networks such as 192.0.2.7 or 192.0.2.0/24, separated by commas") from None


def time_zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw)
    except (OSError, ValueError, LookupError):
        raise ValueError("a time zone such as Africa/Bamako") from None


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def hour_of_day(raw: str) -> time | None:
    """None for `off`."""
    if raw.lower() in NO:
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", raw):
        raise ValueError("an hour such as 07:00, or off")
    return time.fromisoformat(raw)


def hour_of_week(raw: str) -> tuple[int, time] | None:
    """The weekday (0 = Monday) and the hour; None for `off`."""
    day, _, hour = raw.lower().partition(" ")
    if raw.lower() in NO:
        return None
    if day not in WEEKDAYS or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", hour.strip()):
        raise ValueError("a weekday and an hour such as monday 07:00, or off")
    return WEEKDAYS.index(day), time.fromisoformat(hour.strip())


def mail_server(raw: str) -> str:
    """Without encryption only on this machine: a digest is nobody's to read on the way."""
    try:
        parts = urlsplit(raw)
        known = parts.scheme in ("smtp", "smtps", "smtp+plain") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("an address such as smtp://user:password@mail.example.org:587")
    if parts.scheme == "smtp+plain" and not _is_here(parts.hostname or ""):
        raise ValueError("smtp:// or smtps://; smtp+plain:// is for a server on this machine only")
    return raw


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def mail_address(raw: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}", raw):
        raise ValueError("an e-mail address")
    return raw


def level_name(raw: str) -> str:
    if raw.upper() not in LEVELS:
        raise ValueError("one of " + ", ".join(LEVELS))
    return raw.upper()


def http_address(raw: str) -> str:
    """Without its last slash."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://example.org")
    return raw.rstrip("/")


def redis_address(raw: str) -> str:
    if urlsplit(raw).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("an address that starts with redis://, rediss:// or unix://")
    return raw


def database_address(raw: str) -> str:
    """postgres:// and postgresql:// become the address of the driver that we use."""
    address = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", raw)
    try:
        driver = make_url(address).drivername
    except ArgumentError:
        driver = ""
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("an address that starts with sqlite:/// or postgresql://")
    return address
