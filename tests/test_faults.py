"""What is wrong with a file is said in the language of whoever sent it; no check has a sentence that cannot be."""

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from fixtures_console import House
from fixtures_service import ADMIN
from test_xlsform_problems import FORMS, SURVEY, problems

from flows.language import COMPLETE, Words
from flows.world import Limits
from flows.xlsform import read
from service.console.faults import PREFIX, Faults
from service.form_file import try_out

ROOT = Path(__file__).parent.parent
WORDS = Words.load(ROOT / "locale")
FAULTS = Faults(WORDS)
CHECKS = (
    *(f"flows/{name}.py" for name in ("cells", "check", "choice_sheet", "column_check", "expressions", "functions")),
    *(f"flows/{name}.py" for name in ("phrases", "settings_sheet", "sheets", "survey_check", "survey_sheet")),
    *(f"flows/{name}.py" for name in ("tokens", "xlsform")),
    *(f"models/{name}.py" for name in ("place_import", "roster", "roster_row", "route")),
    "handlers/imagined.py",
    "service/form_file.py",
    "service/console/routes.py",
)
NO_FAULT = {  # what somebody may read there, and is not about a cell; by how much something is too wide is tried below
    "flows/check.py": {"more than one screen", "this choice is 7 too wide for a screen", "7 7 too wide for one screen"},
    "models/place_import.py": {"row 7, column 7: 7"},
    "models/roster.py": {
        "7 added, 7 changed, 7 unchanged, 7 deactivated, 7 not taken",
        "row 7: the numbering plan does not know this phone; taken all the same",
        "row 7: a phone of this member is suspended, and stays so",
        "row 7: a phone of this member has said STOP, and gets no SMS",
    },
}
SAMPLE = "7"


def sentences(path: str) -> Iterator[str]:
    """Whatever a module has to say, with a number for each part that is not settled; no documentation."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    bare = {id(each.value) for each in nodes if isinstance(each, ast.Expr)}
    inner = {id(part) for each in nodes if isinstance(each, ast.JoinedStr) for part in ast.walk(each) if part != each}
    for node in nodes:
        if id(node) in bare | inner:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else SAMPLE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def is_told(said: str) -> bool:
    """Words with spaces between them, as nothing has but what somebody is to read."""
    return sum(word.isalpha() for word in said.split()) > 1


@pytest.mark.parametrize("path", CHECKS)
def test_every_sentence_of_a_check_can_be_said_in_every_language(path: str) -> None:
    told = {said for said in sentences(path) if is_told(said)} - NO_FAULT.get(path, set())
    assert told
    assert {said for said in told for tag in COMPLETE if FAULTS.say(said, tag) is None} == set()


def test_every_language_names_the_same_parts() -> None:
    keys = [key for key in WORDS.catalogues["en"].texts if key.startswith(PREFIX)]
    assert len(keys) > 100
    for key in keys:
        parts = [
            {name for _, name, *_ in Formatter().parse(WORDS.catalogues[t].texts[key][0]) if name} for t in COMPLETE
        ]
        assert parts[0] == parts[1] == parts[2], key


def wide(tmp_path: Path) -> list[str]:
    """What is said of labels and choices that are too wide, by one and by many, in both alphabets."""
    words = [("M" * 170, "م" * 90), ("M" * 161, "م" * 81)]
    found: list[str] = []
    for french, arabic in words:
        header = "| survey | type | name | label::Français (fr) | label::العربية (ar) |"
        rows = [f"| | text | told | {french} | {arabic} |", f"| | note | read | {french} | {arabic} |"]
        choices = header.replace("survey | type", "choices | list_name") + f"\n| | l | one | {french} | {arabic} |"
        asked = "| | select_one l | which | Quoi ? | ماذا؟ |"
        path = tmp_path / "wide.md"
        about = "| settings | form_id | form_title | version |\n| | card_wide | Essai | 1 |"
        path.write_text("\n".join([header, *rows, asked, "", choices, "", about]), encoding="utf-8")
        tried = try_out(path.name, path.read_bytes(), WORDS, Limits(), {})
        found += [problem.message for problem in tried.problems]
    return found


def test_what_a_real_form_has_wrong_is_said_in_every_language(tmp_path: Path) -> None:
    unclosed = problems(tmp_path, f"{SURVEY} default | relevant |\n| | date | d | Oh ${{ | Oh | x | if(1 | |")
    messages = [each.message for each in [*read(FORMS / "wrong.md")[1], *unclosed]] + wide(tmp_path)
    assert len(messages) > 25
    assert any("septets too wide" in each for each in messages)
    assert any("characters too wide" in each for each in messages)
    for message in messages:
        assert FAULTS.say(message, "en") == message
        for tag in ("fr", "ar"):
            assert FAULTS.say(message, tag) not in (None, message), message


@pytest.mark.parametrize(
    ("message", "french"),
    [
        ("unknown role king; there are officer, relay", "rôle inconnu : king ; les rôles sont officer, relay"),
        ("unknown P-code (empty)", "P-code inconnu : (vide)"),
        ("a number is expected, not nothing", "il faut un nombre, pas rien"),
        (
            "in ${a} = at character 6: a value is expected, but the expression ends",
            "dans ${a} =, au caractère 6 : il faut une valeur, mais l'expression finit",
        ),
        ("there is no question ${a}; did you mean ${b}?", "il n'y a pas de question ${a} ; vouliez-vous ${b} ?"),
        ("this label is 3 septets too wide for one screen", "ce libellé a 3 caractères (GSM-7) de trop pour un écran"),
        ("unknown place nothing", "lieu inconnu : nothing"),  # somebody's own word stays
    ],
)
def test_the_parts_of_a_sentence_are_said_too(message: str, french: str) -> None:
    assert FAULTS.say(message, "fr") == french


def test_what_others_say_stays_as_it_is() -> None:
    assert FAULTS.say("The survey sheet is either empty or missing important column headers.", "fr") is None


@pytest.mark.parametrize(
    ("language", "role", "pcode", "missing"),
    [
        ("fr", "rôle inconnu : king ; les rôles sont", "P-code inconnu : XX99", "le type manque"),
        ("ar", "دور غير معروف: king؛ الأدوار هي", "رمز P-code غير معروف: XX99", "النوع ناقص"),
        ("en", "unknown role king; there are", "unknown P-code XX99", "the type is missing"),
    ],
)
def test_pages_say_it_in_the_language_of_whoever_looks(
    house: House, language: str, role: str, pcode: str, missing: str
) -> None:
    browser = house.signed_in(ADMIN)
    browser.get(f"/console/roster/?lang={language}")
    content = b"name,phone,role,area\nA,+22371234567,king,ML11\n"
    page = browser.send("/console/roster/import", {"file": (io.BytesIO(content), "f.csv")}).headers["Location"]
    house.post.work()
    browser.get(page)
    assert role in browser.text
    browser.get("/console/places/")
    browser.send("/console/places/save", {"name": "A", "pcode": "XX99", "pcode_version": "v03"})
    assert pcode in browser.text
    browser.get("/console/forms/")
    form = f"{SURVEY}\n| | | q | Quoi | What |\n".encode()
    browser.send("/console/forms/upload", {"file": (io.BytesIO(form), "f.md")})
    assert missing in browser.text
