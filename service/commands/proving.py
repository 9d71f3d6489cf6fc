"""Who gives a command as a member proves it: by the member's PIN, which counts wrong tries like everywhere else."""

import click

from handlers.reading_room import Reader, Refused
from models import pin as pins
from service.database import transaction
from service.parts import Parts


def reader(here: Parts, phone: str, reason: str) -> Reader:
    """The member with that phone, once the PIN is right. Raises ClickException."""
    with transaction(here.engine) as db:
        try:
            who = Reader.of(here.desk(db), phone, reason)
        except Refused as error:
            raise click.ClickException(str(error)) from None
        kept = pins.of(db, who.member_id)
    if not kept.hashed or kept.locked:
        raise click.ClickException("this member's PIN is locked" if kept.locked else "this member has no PIN")
    right = pins.matches(kept.hashed, click.prompt("PIN", hide_input=True, err=True))
    with transaction(here.engine) as db:
        now_kept = pins.lock(db, who.member_id)
        if now_kept.locked or now_kept.hashed != kept.hashed:
            raise click.ClickException("this member's PIN has just been locked or changed")
        if right:
            pins.count_right(db, who.member_id, now_kept)
        else:
            pins.count_wrong(db, who.member_id, now_kept, here.now())
    if not right:
        raise click.ClickException("that is not this member's PIN")
    return who
