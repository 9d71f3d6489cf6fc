"""What stands in a command's way is told in one sentence: a stack says nothing to who runs it, and shows too much."""

import copy
import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
import psycopg
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy.exc import DBAPIError

from models.keys import CannotOpen
from service.waiting import Busy


def plainly(command: click.Command) -> click.Command:
    """The same command, and all that is under it."""
    shown = copy.copy(command)
    if isinstance(shown, click.Group):
        shown.commands = {name: plainly(each) for name, each in shown.commands.items()}
    elif shown.callback is not None:
        shown.callback = _told(shown.callback)
    return shown


def _told(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def tried(*args: Any, **kwargs: Any) -> Any:
        try:
            return act(*args, **kwargs)
        except DBAPIError as error:
            raise click.ClickException(_of_the_database(error)) from None
        except (sqlite3.Error, psycopg.Error) as error:  # of a statement that SQLAlchemy did not say
            raise click.ClickException(f"the database refused ({type(error).__name__})") from None
        except Busy as error:
            raise click.ClickException(f"{error}: nothing was written; try again") from None
        except CannotOpen as error:
            raise click.ClickException(f"what is stored cannot be opened: {error}; see `keys status`") from None
        except RedisAway:
            raise click.ClickException("Redis does not answer; see KARAKORO_REDIS_URL") from None
        except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None

    return tried


def _of_the_database(error: DBAPIError) -> str:
    """Neither the statement, which is of no use here, nor the address, which may hold a password."""
    if error.connection_invalidated or error.statement is None:
        return "the database does not answer; see KARAKORO_DATABASE_URL"
    said = str(error.orig).lower()
    if "no such table" in said or "no such column" in said or "does not exist" in said:
        return "the database has no tables, or those of an older release: run `db upgrade`"
    return f"the database refused ({type(error.orig).__name__})"
