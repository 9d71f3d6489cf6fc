"""`purge`: take away what has been kept for long enough; the clock does the same once a day."""

import click
from flask.cli import with_appcontext

from service.commands.context import parts
from service.purge import purge as take_away
from service.purge import would_go


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
@with_appcontext
def purge(dry_run: bool) -> None:
    """Take away what its rule says, and print how much of what went. The log holds the same counts."""
    total = 0
    for rule, count in (would_go if dry_run else take_away)(parts()):
        where = f" of {rule.compartment}" if rule.compartment else ""
        click.echo(f"{rule.kept.value}{where}, over {rule.days} days: {count}")
        total += count
    click.echo(f"{total} would go." if dry_run else f"{total} gone.")
