"""`sms`: what a text would cost, and what has become of what was sent."""

import json

import click
from flask.cli import AppGroup

from flows.gsm7 import apart
from flows.sms_cost import Cost, Dear
from flows.sms_cost import cost as cost_of
from models import message as messages
from models.message import Message, MessageState
from service.commands.context import parts
from service.database import reading

sms = AppGroup("sms", help="Single messages: their cost, and their fate.")
MOST_SHOWN = 12


@sms.command("preview")
@click.argument("text")
@click.option("--apart", "singles", is_flag=True, help="As SMS of their own, for a gateway that does not join parts.")
def preview(text: str, singles: bool) -> None:
    """How TEXT would go out: parts, alphabet, price, and which characters cost what. Sends nothing."""
    try:
        cost = cost_of(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    cut = apart(cost.sent) if singles else cost.parts
    click.echo(_summary(cost, len(cut)))
    for number, part in enumerate(cut, start=1):
        click.echo(f"{number}/{len(cut)} {part}")
    for dear in cost.dear[:MOST_SHOWN]:
        click.echo(_told(dear))
    if len(cost.dear) > MOST_SHOWN:
        click.echo(f"and {len(cost.dear) - MOST_SHOWN} more such characters")


def _summary(cost: Cost, count: int) -> str:
    words = [f"{count} {'part' if count == 1 else 'parts'} of {cost.alphabet}"]
    words += [f"{cost.room - cost.used} left in the last"] if count == len(cost.parts) else []
    words += [f"folded letters save {cost.saved}"] if cost.saved else []
    price = parts().settings.price(count)
    return ", ".join(words + ([price] if price else []))


def _told(dear: Dear) -> str:
    name = dear.character if dear.character.isprintable() else f"U+{ord(dear.character):04X}"
    spoils = "; not in GSM-7, so every part holds less than half" if dear.spoils else ""
    return f"{name} x{dear.times}: {dear.units} {'place' if dear.units == 1 else 'places'} each{spoils}"


@sms.command("list")
@click.option("--state", type=click.Choice([state.value for state in MessageState]), help="Only those.")
@click.option("--most", default=100, show_default=True, help="The newest ones.")
def list_sms(state: str | None, most: int) -> None:
    """What was sent and what came of it, newest first, as JSON lines: attempts, state and reason, never a text."""
    with reading(parts().engine) as db:
        for message in messages.newest(db, MessageState(state) if state else None, most):
            click.echo(json.dumps(_clear(message), ensure_ascii=False))


def _clear(message: Message) -> dict[str, object]:
    times = ("created_at", "not_before_at", "sent_at", "ended_at", "given_up_at")
    moments = {name: at.isoformat() if (at := getattr(message, name)) else None for name in times}
    columns = ("id", "gateway", "purpose_key", "alert_id", "tries", "reason", "parts", "cost")
    return {**{name: getattr(message, name) for name in columns}, "state": message.state.value, **moments}
