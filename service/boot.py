"""What every process does first: find its settings, and set up its log."""

import os
import sys

from service import demo_env, logs
from service.settings import SettingError, Settings


def boot() -> Settings:
    """The settings of this process; ends it with one plain sentence where they are wrong."""
    try:
        settings = Settings.from_environment(demo_env.beneath(os.environ))
    except SettingError as error:
        sys.exit(f"karakoro: {error}")
    logs.configure(settings.log_level, secrets=settings.hook_tokens)
    return settings
