"""`languages`: which languages there are, what stands in for a missing word, and how much is translated."""

from collections.abc import Iterator, Sequence

import click

from flows.form import Form, Labels
from flows.language import LANGUAGES, Words, chain
from flows.xlsform import load
from service.parts import ROOT


@click.command("languages")
def languages() -> None:
    """A line a language: tag, name, what it falls back on, words of ours and labels of the shipped forms."""
    words = Words.load(ROOT / "locale")
    forms = [load(path) for path in sorted((ROOT / "flows" / "forms").glob("*.md"))]
    for tag in LANGUAGES:
        click.echo(line(tag, words, forms))


def line(tag: str, words: Words, forms: Sequence[Form]) -> str:
    lacking = words.missing(tag)
    own = len(words.catalogues[tag].texts) if tag in words.catalogues else 0
    labels = [text for form in forms for text in _texts(form)]
    spoken = sum(bool(text.get(tag)) for text in labels)
    falls_back = " > ".join(chain(tag))
    name = LANGUAGES[tag].name
    return f"{tag:<5}{name:<16}{falls_back:<17}words {own}/{own + len(lacking)}  labels {spoken}/{len(labels)}"


def _texts(form: Form) -> Iterator[Labels]:
    """Everything in a form that somebody reads, in each of its languages."""
    yield form.title
    for question in form.questions:
        yield from filter(
            None, (question.labels, question.hints, question.constraint_message, question.required_message)
        )
    for choices in form.lists.values():
        yield from (choice.labels for choice in choices if choice.labels)
