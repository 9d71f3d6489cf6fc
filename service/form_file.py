"""An uploaded form: its file read, tried on every screen, and looked at for what the service relies on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.check import check
from flows.form import Form
from flows.language import Words
from flows.problem import Problem
from flows.world import Limits
from flows.xlsform import read

SUFFIXES = (".xlsx", ".xls", ".md", ".csv")
CARD = "card_"  # field cards are found by their names
RELIED_ON = ("code", "severity", "reporter", "at_post", "place", "place_key", "urgency", "count", "happened_on")


@dataclass(frozen=True, slots=True)
class Tried:
    """form: None where it cannot be used; problems: errors and warnings, each with its place."""

    form: Form | None
    problems: tuple[Problem, ...]


def try_out(name: str, content: bytes, words: Words, limits: Limits, shipped: Mapping[str, Form]) -> Tried:
    """name: of the file, whose ending tells its kind."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        return Tried(None, (Problem("file", 0, "", f"expected {', '.join(SUFFIXES)}, not {suffix or 'nothing'}"),))
    with TemporaryDirectory(prefix="karakoro-form-") as folder:
        path = Path(folder) / f"{Path(name).stem or 'form'}{suffix}"
        path.write_bytes(content)
        form, problems = read(path)
    found = list(problems)
    if form is not None:
        found += [*check(form, words, limits, {}), *_fit(form, shipped)]
    usable = form if form is not None and not any(problem.is_error for problem in found) else None
    return Tried(usable, tuple(found))


def _fit(form: Form, shipped: Mapping[str, Form]) -> list[Problem]:
    """Whether somebody can come to it, and whether what follows it finds what it needs."""
    ours = shipped.get(form.name)
    if ours is None and not form.name.startswith(CARD):
        known = ", ".join(sorted(shipped))
        return [Problem("settings", 2, "form_id", f"nobody comes to {form.name}: call it {CARD}…, or one of {known}")]
    if ours is None:
        return []
    has = {question.name for question in form.questions}
    needed = [question.name for question in ours.questions if question.name in RELIED_ON]
    return [
        Problem("survey", 0, "name", f"the question {name} is missing: the service relies on it")
        for name in needed
        if name not in has
    ]
