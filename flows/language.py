"""The languages that people are spoken to in, what stands in for a missing word, and the words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path
from typing import Self

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

DEFAULT = "fr"
COMPLETE = ("fr", "ar", "en")  # whose catalogues must lack nothing


@dataclass(frozen=True, slots=True)
class Language:
    """name: in the language itself; fallback: the tag to try next; rtl: written from right to left."""

    tag: str
    name: str
    fallback: str = DEFAULT
    rtl: bool = False


# A registry of our own, because CLDR knows neither Soninke nor Hassaniyya.
LANGUAGES: Mapping[str, Language] = {
    language.tag: language
    for language in (
        Language("fr", "Français", fallback=""),
        Language("ar", "العربية", rtl=True),
        Language("en", "English"),
        Language("bm", "Bamanankan"),
        Language("snk", "Sooninkanxanne"),
        Language("ff", "Pulaar"),
        Language("mey", "حسانية", fallback="ar", rtl=True),
        Language("wo", "Wolof"),
    )
}


def chain(tag: str) -> tuple[str, ...]:
    """The tags to try for who speaks that language, French last; an unknown tag gives French alone."""
    tags: list[str] = []
    while tag in LANGUAGES:
        tags.append(tag)
        tag = LANGUAGES[tag].fallback
    return tuple(tags) or (DEFAULT,)


def pick(labels: Mapping[str, str], languages: Sequence[str]) -> str:
    """The first label that there is along the chain, else French, else any; "" only where there is none."""
    for tag in (*languages, DEFAULT, *labels):
        if label := labels.get(tag):
            return label
    return ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """texts: key → its plural forms (one, where it has no plural); form: a count → which of them."""

    texts: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]

    @classmethod
    def read(cls, path: Path) -> Self:
        with path.open("rb") as file:
            catalogue = read_po(file)
        return cls(texts=dict(_texts(catalogue)), form=c2py(catalogue.plural_expr))


def _texts(catalogue: Catalog) -> list[tuple[str, tuple[str, ...]]]:
    """The translated entries; a fuzzy one is not a translation yet."""
    found = []
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
        if key and not message.fuzzy and all(texts):
            found.append((key, texts))
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """What the service itself says; the keys are symbolic ("nav.back"), the texts are in the catalogues."""

    catalogues: Mapping[str, Catalogue]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """From folder/<tag>/LC_MESSAGES/karakoro.po; FileNotFoundError where fr, ar or en lacks it."""
        paths = {tag: folder / tag / "LC_MESSAGES" / "karakoro.po" for tag in LANGUAGES}
        return cls({tag: Catalogue.read(path) for tag, path in paths.items() if tag in COMPLETE or path.exists()})

    def say(self, key: str, languages: Sequence[str], **values: object) -> str:
        """The text in the first language that has it, French at the latest; KeyError where none has."""
        _, texts = self._find(key, languages)
        return texts[0].format(**values)

    def count(self, key: str, n: int, languages: Sequence[str], **values: object) -> str:
        """As say, in the plural form for n, which the text may name as {n}."""
        catalogue, texts = self._find(key, languages)
        return texts[min(catalogue.form(n), len(texts) - 1)].format(n=n, **values)

    def knows(self, key: str) -> bool:
        """Whether it can be said at all, in French at the latest."""
        return key in self.catalogues[DEFAULT].texts

    def missing(self, tag: str) -> list[str]:
        """The keys that some language has and that one has not."""
        known = {key for catalogue in self.catalogues.values() for key in catalogue.texts}
        own = self.catalogues[tag].texts if tag in self.catalogues else {}
        return sorted(known - own.keys())

    def _find(self, key: str, languages: Sequence[str]) -> tuple[Catalogue, tuple[str, ...]]:
        for tag in (*languages, DEFAULT):
            catalogue = self.catalogues.get(tag)
            if catalogue and key in catalogue.texts:
                return catalogue, catalogue.texts[key]
        raise KeyError(key)
