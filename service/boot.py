"""What every process does first: find its settings, and set up its log."""

import os
import sys

import click
from flask.cli import ScriptInfo

from service import demo_env, known_secrets, logs
from service.settings import SettingError, Settings


def boot(*needed: str) -> Settings:
    """The settings of this process; ends it with one plain sentence where one is wrong, or needed and missing."""
    try:
        settings = Settings.from_environment(demo_env.beneath(os.environ))
        settings.require(*needed)
        known_secrets.refuse(settings)
    except SettingError as error:
        sys.exit(f"karakoro: {error}")
    logs.configure(settings.log_level, secrets=settings.hook_tokens)
    return settings


def on_the_command_line() -> bool:
    """Whether `flask` is running a command, as opposed to a server that will answer phones."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.find_root().obj, ScriptInfo)
