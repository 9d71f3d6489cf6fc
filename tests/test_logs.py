"""What a log may say of somebody: nothing."""

import io
import logging
import subprocess
import sys

import pytest

from service.logs import MaskedLines, mask

MASKED = {
    "a number as the gateway writes it": ("from +22376123456 by SMS", "from [number] by SMS"),
    "a number with spaces": ("from +223 76 12 34 56.", "from [number]."),
    "a number with two zeros": ("0022236123456", "[number]"),
    "a number without its country": ("phone=76123456", "phone=[number]"),
    "a number in pairs": ("76 12 34 56 called", "[number] called"),
    "a number with the country but no sign": ("22376123456", "[number]"),
    "a number in an address": ("to=%2B22376123456&x=1", "to=[number]&x=1"),
    "a number in Arabic digits": ("+٢٢٣٧٦١٢٣٤٥٦", "[number]"),
    "the token of a hook": (
        "POST /hooks/africastalking/S3cretS3cretS3cretS3cret/ussd 404",
        "POST /hooks/africastalking/[token]/ussd 404",
    ),
}


@pytest.mark.parametrize(("said", "logged"), MASKED.values(), ids=MASKED.keys())
def test_numbers_and_tokens_are_masked(said: str, logged: str) -> None:
    assert mask(said) == logged


KEPT = {
    "a reference": "report 482913 filed",
    "an id and a count": "message 17, 3 parts",
    "a date and an hour": "at 2026-03-01 08:00:00 UTC",
    "a job's id": "job 4f2c9d10-7b3e-4a51-9c1d-12345678abcd failed",
    "a slot": "sweep-341234567",
    "a duration": "in 0:00:00.000105s",
    "a P-code": "ML1101 and MR0105",
}


@pytest.mark.parametrize("said", KEPT.values(), ids=KEPT.keys())
def test_what_an_operator_needs_stays(said: str) -> None:
    assert mask(said) == said


def logged(message: str, *args: object, error: BaseException | None = None) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskedLines(secrets=["hunter2hunter2hunter2"]))
    info = (type(error), error, error.__traceback__) if error else None
    handler.handle(logging.LogRecord("service.x", logging.ERROR, __file__, 1, message, args, info))
    return stream.getvalue()


def test_a_line_says_when_how_bad_where_and_what() -> None:
    at, level, source, said = logged("report %d is routed", 5).split(" ", 3)
    assert at.endswith("Z")
    assert (level, source, said) == ("ERROR", "service.x", "report 5 is routed\n")


def test_a_stack_is_one_line_and_masked() -> None:
    try:
        raise ValueError("cannot read +22376123456")
    except ValueError as error:
        line = logged("job %d failed", 3, error=error)
    assert line.count("\n") == 1
    assert "test_logs.py" in line
    assert "ValueError: cannot read [number]" in line


def test_a_secret_is_never_printed_wherever_it_stands() -> None:
    assert "hunter2" not in logged("the address was %s", "https://x/hunter2hunter2hunter2?y")


def test_chatty_libraries_are_kept_short() -> None:
    program = (
        "import logging; from service.logs import configure; configure('DEBUG');"
        "logging.getLogger('werkzeug').info('GET /hooks/africastalking/tokentoken/ussd');"
        "logging.getLogger('rq.worker').info('karakoro: deliver(5)');"
        "logging.getLogger('service.queue').info('Redis is back')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [line.split(" ", 1)[1] for line in done.stderr.splitlines()] == ["INFO service.queue Redis is back"]
