"""Forms, places and codes kept in memory, and read again when the database says that they have changed."""

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from sqlalchemy.orm import Session

from flows.check import check
from flows.form import Form
from flows.language import COMPLETE, Words
from flows.world import Limits
from flows.xlsform import FormError, load
from handlers.atlas import Atlas
from handlers.exercising import room
from models import published
from models.code import CodeBook
from models.gazetteer import Gazetteer
from models.published import PublishedForm
from service.form_file import try_out

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stock:
    """What was read together; edition: the one that it was read at."""

    edition: int
    forms: Mapping[str, Form]
    atlas: Atlas
    codes: CodeBook


class Shelf:
    """Holds the newest stock that anybody in this process has asked for."""

    def __init__(self, folder: Path, words: Words, limits: Limits) -> None:
        self._forms = load_forms(folder, words, limits)
        self._words, self._limits = words, limits
        self._read: dict[bytes, Form] = {}  # of what was uploaded, by its digest
        self._elsewhere = {tag: words.say("place.elsewhere", (tag,)) for tag in COMPLETE}
        self._stock: Stock | None = None
        self._lock = Lock()

    @property
    def forms(self) -> Mapping[str, Form]:
        return self._forms

    def stock(self, reach: Callable[[], Session], edition: int) -> Stock:
        """edition: the one that the database holds now; what is held of another one is read anew."""
        held = self._stock
        if held is not None and held.edition == edition:
            return held
        db = reach()
        with self._lock:
            forms = {**self._forms, **self._published(db)}
            fresh = Stock(edition, forms, Atlas.of(Gazetteer.read(db), self._elsewhere), CodeBook.read(db))
            self._stock = fresh
            gc.freeze()  # it stays: whoever collects garbage need not go through it each time
        return fresh

    def _published(self, db: Session) -> dict[str, Form]:
        """The uploaded forms in use. One that fits no longer, since a screen has become smaller perhaps, is left out,
        and loudly so: the shipped one of its name is there."""
        found = {}
        for each in published.in_use(db):
            form = self.form_of(each)
            if form is None:
                logger.error("form %s, version %s, cannot be used any more", each.name, each.version)
                continue
            found[each.name] = form
        return found

    def form_of(self, upload: PublishedForm) -> Form | None:
        """What was uploaded, read once; None where it does not fit."""
        form = self._read.get(upload.digest)
        if form is None:
            name = f"{upload.name}{upload.suffix}"
            form = try_out(name, upload.source, self._words, self._limits, self._forms).form
            form = _with_room(form, self._words, self._limits) if form else None
        if form is not None:
            self._read[upload.digest] = form
        return form


def load_forms(folder: Path, words: Words, limits: Limits) -> dict[str, Form]:
    """The shipped forms by name. Raises FormError when a screen of one does not fit these limits."""
    forms = [_with_room(load(path), words, limits) for path in sorted(folder.glob("*.md"))]
    for form in forms:
        problems = [] if form.roomy else check(form, words, limits, {})
        if problems:
            raise FormError(problems)
    return {form.name: form for form in forms}


def _with_room(form: Form, words: Words, limits: Limits) -> Form:
    """Noted on the form: whether it fits beside the word of an exercise, and so in any case."""
    return replace(form, roomy=not check(form, words, room(words, limits), {}))
