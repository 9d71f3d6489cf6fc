"""Everybody is spoken to in their language, or in the next that they understand."""

import string
from pathlib import Path

import pytest

from flows.gsm7 import septets
from flows.language import COMPLETE, LANGUAGES, Words, chain, pick

LOCALE = Path(__file__).parent.parent / "locale"
HEADER = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals={n}; plural={rule};\\n"\n\n'


@pytest.fixture(scope="module")
def words() -> Words:
    return Words.load(LOCALE)


def catalogue(folder: Path, tag: str, body: str, n: int = 2, rule: str = "(n > 1)") -> None:
    path = folder / tag / "LC_MESSAGES" / "karakoro.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER.format(n=n, rule=rule) + body, encoding="utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Words:
    plural = 'msgid "people"\nmsgid_plural "people"\nmsgstr[0] "{n} personne"\nmsgstr[1] "{n} personnes"\n\n'
    catalogue(tmp_path, "fr", plural + 'msgid "hello"\nmsgstr "Bonjour {name}"\n')
    catalogue(tmp_path, "en", '#, fuzzy\nmsgid "hello"\nmsgstr "Hell {name}"\n', rule="(n != 1)")
    arabic = 'msgid "hello"\nmsgstr "مرحبا {name}"\n\nmsgid "people"\nmsgid_plural "people"\n'
    forms = "\n".join(f'msgstr[{i}] "{{n}} ({i})"' for i in range(6))
    rule = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
    catalogue(tmp_path, "ar", arabic + forms + "\n", 6, rule)
    return Words.load(tmp_path)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("fr", ("fr",)),
        ("ar", ("ar", "fr")),
        ("en", ("en", "fr")),
        ("bm", ("bm", "fr")),
        ("snk", ("snk", "fr")),
        ("ff", ("ff", "fr")),
        ("wo", ("wo", "fr")),
        ("mey", ("mey", "ar", "fr")),
        ("xx", ("fr",)),
    ],
)
def test_every_language_has_somewhere_to_fall_back(tag: str, expected: tuple[str, ...]) -> None:
    assert chain(tag) == expected


def test_only_arabic_and_hassaniyya_are_written_from_the_right() -> None:
    assert [tag for tag, language in LANGUAGES.items() if language.rtl] == ["ar", "mey"]


def test_a_label_is_picked_along_the_chain() -> None:
    labels = {"fr": "Lieu", "ar": "مكان"}
    assert pick(labels, chain("mey")) == "مكان"
    assert pick(labels, chain("bm")) == "Lieu"
    assert pick({"en": "Place"}, chain("bm")) == "Place"
    assert pick({}, chain("bm")) == ""


def test_values_are_filled_into_the_words(small: Words) -> None:
    assert small.say("hello", chain("mey"), name="Awa") == "مرحبا Awa"


def test_a_text_that_one_language_lacks_is_said_in_the_next(small: Words) -> None:
    assert small.say("hello", chain("en"), name="Awa") == "Bonjour Awa"
    assert small.missing("en") == ["hello", "people"]


def test_a_key_that_no_language_knows_is_an_error(small: Words) -> None:
    with pytest.raises(KeyError, match=r"nav\.nowhere"):
        small.say("nav.nowhere", chain("fr"))


@pytest.mark.parametrize(
    ("tag", "n", "expected"),
    [
        ("fr", 0, "0 personne"),
        ("fr", 1, "1 personne"),
        ("fr", 2, "2 personnes"),
        ("en", 0, "0 personne"),
        ("ar", 0, "0 (0)"),
        ("ar", 2, "2 (2)"),
        ("ar", 5, "5 (3)"),
        ("ar", 11, "11 (4)"),
        ("ar", 100, "100 (5)"),
    ],
)
def test_plurals_follow_the_language_that_is_spoken(small: Words, tag: str, n: int, expected: str) -> None:
    assert small.count("people", n, chain(tag)) == expected


@pytest.mark.parametrize("tag", COMPLETE)
def test_the_shipped_catalogue_lacks_nothing(words: Words, tag: str) -> None:
    assert words.missing(tag) == []


def test_every_translation_names_the_same_values(words: Words) -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    french = {key: names(texts[-1]) for key, texts in words.catalogues["fr"].texts.items()}
    for tag, own in words.catalogues.items():
        named = {key: names(texts[-1]) for key, texts in own.texts.items()}
        assert {key: value for key, value in french.items() if key in named} == named, tag


@pytest.mark.parametrize("tag", ["fr", "en"])
def test_the_words_on_screens_need_no_more_than_gsm7(words: Words, tag: str) -> None:
    own = words.catalogues[tag].texts
    screens = {key: texts for key, texts in own.items() if key.split(".")[0] in ("nav", "hint", "date", "ask")}
    assert [key for key, texts in screens.items() if any(septets(text) is None for text in texts)] == []
