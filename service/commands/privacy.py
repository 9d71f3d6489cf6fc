"""`privacy`: what is held about a phone, putting it right, and forgetting it, for requests by code 89 or by word."""

import json
from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import AppGroup

from handlers import data_rights
from handlers.desk import Desk
from handlers.reading_room import Reader
from models.phone import parse_phone
from service.commands.context import parts
from service.commands.proving import reader
from service.database import transaction

privacy = AppGroup("privacy", help="Requests of people about their own data.")
PHONE = click.option("--phone", required=True, help="The phone that the request is about.")
AS = click.option(
    "--as", "member", required=True, metavar="PHONE", help="A member with the role privacy; asks the PIN."
)
REASON = click.option("--reason", required=True, help="Why, such as the reference of the request; goes into the audit.")
T = TypeVar("T")


@privacy.command("export")
@PHONE
@AS
@REASON
def export(phone: str, member: str, reason: str) -> None:
    """Print what is held about a phone, as JSON, without the words of its reports."""
    told = _do(phone, member, reason, "privacy_export", data_rights.held)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@privacy.command("correct")
@PHONE
@AS
@REASON
@click.option("--language", help="What this phone is to be spoken to in: fr, ar or en.")
@click.option("--report", "reference", metavar="REF", help="A report of this phone, with --question and --answer.")
@click.option("--question", help="The name of a question that is answered in free words, such as message.")
@click.option("--answer", help="What stands there from now on.")
def correct(
    phone: str,
    member: str,
    reason: str,
    language: str | None,
    reference: str | None,
    question: str | None,
    answer: str | None,
) -> None:
    """Put right what is held: the language, or the words of a report of this phone."""
    words = (reference, question, answer)
    if any(words) != all(words) or not (language or any(words)):
        raise click.UsageError("give --language, or --report with --question and --answer")

    def put_right(desk: Desk, contact_id: int) -> None:
        if language:
            data_rights.speak(desk, contact_id, language)
        if reference and question and answer:
            data_rights.correct(desk, contact_id, reference, question, answer)

    _do(phone, member, reason, "privacy_correct", put_right)
    click.echo("Put right.")


@privacy.command("erase")
@PHONE
@AS
@REASON
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(phone: str, member: str, reason: str, yes: bool) -> None:
    """Forget a phone, as EFFACER does: at once for its reports, within ten minutes for all the rest."""
    if not yes:
        click.confirm("Its reports stay and lead to nobody; there is no way back. Forget it?", abort=True, err=True)
    _do(phone, member, reason, "privacy_erase", data_rights.forget)
    click.echo("Its reports lead to nobody. The rest goes in ten minutes.")


def _do(phone: str, member: str, reason: str, act: str, what: Callable[[Desk, int], T]) -> T:
    number, here = parse_phone(phone), parts()
    if number is None:
        raise click.BadParameter("not a phone number", param_hint="--phone")
    who: Reader = reader(here, member, reason)
    with transaction(here.engine) as db:
        desk = here.desk(db)
        try:
            return what(desk, data_rights.subject(desk, who, number, act))
        except data_rights.NotDone as error:
            raise click.ClickException(str(error)) from None
