"""The command line: `flask --app wsgi …`, one file per noun."""

from flask import Flask

from service.commands.audit import audit
from service.commands.backup import alerts, backup, restore
from service.commands.clocks import clocks
from service.commands.console import console
from service.commands.contacts import contacts
from service.commands.database import db
from service.commands.digest import digest
from service.commands.doctor import doctor
from service.commands.duty import duty
from service.commands.exercise import exercise
from service.commands.forms import forms
from service.commands.init import init
from service.commands.keys import keys
from service.commands.languages import languages
from service.commands.places import places
from service.commands.plain import plainly
from service.commands.play import play
from service.commands.privacy import privacy
from service.commands.purge import purge
from service.commands.readers import readers
from service.commands.reports import reports
from service.commands.roster import roster
from service.commands.routes import routes
from service.commands.sms import sms
from service.commands.talk import talk
from service.commands.thresholds import thresholds

WITH_KEYS = (
    alerts,
    audit,
    backup,
    console,
    contacts,
    db,
    digest,
    doctor,
    forms,
    keys,
    languages,
    places,
    play,
    privacy,
    purge,
    readers,
    reports,
    restore,
    roster,
    sms,
    clocks,
    duty,
    exercise,
    routes,
    thresholds,
    talk,
)


def register(app: Flask, *, has_keys: bool) -> None:
    """Without keys there is only `init`, which makes them, and what needs none."""
    for command in (init, *(WITH_KEYS if has_keys else (forms, languages, play, readers))):
        app.cli.add_command(plainly(command))
