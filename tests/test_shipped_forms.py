"""The forms that come with the service: they load, they fit, and every code can be told by those it is meant for."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.check import check
from flows.engine import Step, begin, propose, step, values
from flows.form import Channel, Choice, Form, Kind, Question
from flows.gsm7 import septets
from flows.language import COMPLETE, Words
from flows.progress import Progress
from flows.reader import read as read_line
from flows.standing import Standing, stand
from flows.world import Limits, World
from flows.xlsform import load, read
from handlers.exercising import room
from service.shelf import load_forms

ROOT = Path(__file__).parent.parent
WORDS = Words.load(ROOT / "locale")
FORMS = {path.stem: load(path) for path in sorted((ROOT / "flows" / "forms").glob("*.md"))}
INCIDENT, FEEDBACK = FORMS["incident"], FORMS["feedback"]
CODES = list(csv.DictReader((ROOT / "data" / "codes.csv").read_text(encoding="utf-8").splitlines()))
PROTECTED = ("31", "32", "33", "34")
TOLD_OF_VICTIMS = {
    "group",
    "code",
    "danger",
    "number",
    "persons",
    "age",
    "sex",
    "consent",
    "where",
    "country",
    "region",
    "district",
}

# Nioro has two villages, Sandare none that anybody has written down.
PLACES = {
    "countries.csv": [("ML", "Mali", {})],
    "regions.csv": [("ML11", "Nioro", {"country": "ML"})],
    "districts.csv": [
        ("ML1101", "Nioro", {"country": "ML", "region": "ML11"}),
        ("ML1104", "Sandare", {"country": "ML", "region": "ML11"}),
    ],
    "places.csv": [
        ("ML1101/gogui", "Gogui", {"country": "ML", "region": "ML11", "district": "ML1101"}),
        ("ML1101/nioro", "Nioro", {"country": "ML", "region": "ML11", "district": "ML1101"}),
    ],
}


def choices(name: str, narrowing: Mapping[str, str]) -> Sequence[Choice]:
    rows = [Choice(key, {"fr": label}, columns=columns) for key, label, columns in PLACES[name]]
    return [row for row in rows if all(row.columns.get(column) == value for column, value in narrowing.items())]


def world(channel: Channel = Channel.USSD, language: str = "fr") -> World:
    return World(datetime(2026, 11, 23, 9, tzinfo=UTC), (language,), channel, choices, WORDS)


def walk(form: Form, given: Mapping[str, str], inputs: Sequence[str]) -> Step:
    """The screen after the inputs; the progress goes through JSON before each of them."""
    at = step(form, begin(form, given), None, world())
    for said in inputs:
        at = step(form, Progress.from_json(at.progress.to_json()), said, world())
    return at


def press(form: Form, at: Step, key: str) -> Step:
    """After that key, paged to as people would."""
    for _ in range(5):
        if re.search(rf"^{key} ", at.text, re.MULTILINE):
            return step(form, at.progress, key, world())
        at = step(form, at.progress, "9", world())
    raise AssertionError(f"no key {key} on any page: {at.text}")


def answered(form: Form, answers: Mapping[str, str], channel: Channel = Channel.USSD) -> dict[str, str]:
    return values(form, Progress(form.name, form.version, dict(answers)), world(channel))


@pytest.mark.parametrize("name", FORMS)
def test_a_shipped_form_has_no_fault(name: str) -> None:
    _, problems = read(ROOT / "flows" / "forms" / f"{name}.md")
    assert not problems


@pytest.mark.parametrize("name", FORMS)
def test_every_screen_fits(name: str) -> None:
    assert check(FORMS[name], WORDS, Limits(septets=160, ucs2=80, choices=5), {}) == []


@pytest.mark.parametrize("name", FORMS)
def test_every_screen_fits_beside_the_word_of_an_exercise(name: str) -> None:
    assert check(FORMS[name], WORDS, room(WORDS, Limits()), {}) == []
    assert load_forms(ROOT / "flows" / "forms", WORDS, Limits())[name].roomy


@pytest.mark.parametrize("name", FORMS)
def test_every_text_is_there_in_three_languages(name: str) -> None:
    form = FORMS[name]
    asked = [question.labels for question in form.questions if question.kind not in (Kind.CALCULATE, Kind.HIDDEN)]
    labels = [form.title, *asked, *(choice.labels for listed in form.lists.values() for choice in listed)]
    assert all(text.get(tag) for text in labels for tag in COMPLETE)


@pytest.mark.parametrize("name", FORMS)
def test_french_and_english_are_written_in_gsm7(name: str) -> None:
    form = FORMS[name]
    labels = [question.labels for question in form.questions]
    labels += [choice.labels for listed in form.lists.values() for choice in listed]
    assert all(septets(text.get(tag, "")) is not None for text in labels for tag in ("fr", "en"))


def test_the_forms_tell_exactly_the_codes_of_the_code_table() -> None:
    told = {choice.name for form in (INCIDENT, FEEDBACK) for choice in form.lists["code"]}
    assert told | {"RAS"} == {row["code"] for row in CODES}


def test_short_names_fit_an_alert() -> None:
    shorts = [row[f"short_{tag}"] for row in CODES for tag in COMPLETE]
    assert all(0 < len(short) <= 22 for short in shorts)
    assert all(row[f"short_{tag}"].isascii() for row in CODES for tag in ("fr", "en"))


def test_only_four_groups_may_cross_the_border() -> None:
    assert {row["code"][0] for row in CODES if row["shareable"] == "yes"} == set("1267")


def test_the_code_book_says_what_the_code_table_says() -> None:
    book = (ROOT / "docs" / "code_book.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in book.splitlines() if re.match(r"\| (\d\d|RAS) \|", line)]
    told = [
        (row["code"], row["key"], row["name_fr"], row["name_ar"], row["name_en"], row["default_severity"])
        for row in CODES
    ]
    assert [tuple(row[:6]) for row in rows] == told


def test_the_example_in_the_guide_is_a_form(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
    example = re.search(r"^\| survey .*?(?=^On a phone)", guide, re.MULTILINE | re.DOTALL)
    assert example
    path = tmp_path / "wells.md"
    path.write_text(example[0], encoding="utf-8")
    form, problems = read(path)
    assert form
    assert [*problems, *check(form, WORDS, Limits(), {})] == []


def test_officers_see_five_groups_and_then_two() -> None:
    first = walk(INCIDENT, {"reporter": "officer"}, [])
    assert re.findall(r"^\d", first.text, re.MULTILINE) == ["1", "2", "3", "4", "5", "0"]
    assert re.findall(r"^\d", step(INCIDENT, first.progress, "9", world()).text, re.MULTILINE) == ["6", "7", "0"]


def test_villagers_see_no_border_post_and_find_complaints_on_the_second_page() -> None:
    first = walk(INCIDENT, {"reporter": "community"}, [])
    assert re.findall(r"^\d", first.text, re.MULTILINE) == ["1", "2", "3", "4", "6", "0"]
    assert re.findall(r"^\d", step(INCIDENT, first.progress, "9", world()).text, re.MULTILINE) == ["7", "8", "0"]


def test_the_eighth_group_goes_on_in_the_feedback_form() -> None:
    handoff = walk(INCIDENT, {"reporter": "community"}, ["9", "8"]).handoff
    assert handoff
    assert handoff.form == "feedback"


def test_a_week_that_was_not_quiet_goes_on_in_the_incident_form() -> None:
    handoff = walk(FORMS["zero_report"], {"reporter": "officer"}, ["2"]).handoff
    assert handoff
    assert handoff.form == "incident"


def test_a_quiet_week_is_a_report_of_severity_0() -> None:
    done = walk(FORMS["zero_report"], {"reporter": "officer", "post": "ML1101/gogui"}, ["1", "120"])
    told = values(FORMS["zero_report"], done.progress, world())
    assert done.done
    assert (told["code"], told["severity"], told["travellers"], told["place_key"]) == (
        "RAS",
        "0",
        "120",
        "ML1101/gogui",
    )


def reporters(code: str) -> tuple[str, ...]:
    return ("officer",) if code[0] == "5" else ("officer", "community")


REACHED = [(row["code"], who) for row in CODES if row["code"][0] in "1234567" for who in reporters(row["code"])]


@pytest.mark.parametrize(("code", "reporter"), REACHED, ids=["-".join(case) for case in REACHED])
def test_an_incident_is_reached_by_its_keys_and_by_its_two_digits(code: str, reporter: str) -> None:
    start = walk(INCIDENT, {"reporter": reporter}, [])
    key = "8" if code == "79" else code[1]
    by_keys = press(INCIDENT, press(INCIDENT, start, code[0]), key)
    straight = step(INCIDENT, start.progress, code, world())
    assert by_keys.progress.answers["code"] == straight.progress.answers["code"] == code
    assert straight.progress.answers["group"] == code[0]


@pytest.mark.parametrize("code", [row["code"] for row in CODES if row["code"][0] == "8"])
def test_feedback_is_reached_by_its_key_and_by_its_two_digits(code: str) -> None:
    start = walk(FEEDBACK, {"reporter": "community"}, [])
    assert press(FEEDBACK, start, "89" if code == "89" else code[1]).progress.answers["code"] == code
    assert step(FEEDBACK, start.progress, code, world()).progress.answers["code"] == code
    handoff = walk(INCIDENT, {"reporter": "community"}, [code]).handoff
    assert handoff
    assert (handoff.form, handoff.said) == ("feedback", code)


def test_villagers_cannot_report_from_the_border_post() -> None:
    assert "code" not in walk(INCIDENT, {"reporter": "community"}, ["51"]).progress.answers


@pytest.mark.parametrize("row", [row for row in CODES if row["code"][0] in "1234567"], ids=lambda row: row["code"])
def test_a_bare_code_has_the_severity_of_the_code_table(row: dict[str, str]) -> None:
    told = answered(INCIDENT, {"group": row["code"][0], "code": row["code"]})
    assert told["severity"] == row["default_severity"]


@pytest.mark.parametrize("row", [row for row in CODES if row["code"][0] == "8"], ids=lambda row: row["code"])
def test_a_complaint_has_the_severity_of_the_code_table(row: dict[str, str]) -> None:
    assert answered(FEEDBACK, {"code": row["code"]})["severity"] == row["default_severity"]


SEVERITIES = [
    ("attack over yesterday", "12", {"urgency": "past"}, "4"),
    ("abduction only feared", "13", {"urgency": "future"}, "4"),
    ("mine, nobody hurt", "14", {"number": "0"}, "4"),
    ("armed men seen", "11", {"number": "3"}, "3"),
    ("armed men, somebody killed", "11", {"harm": "dead"}, "4"),
    ("roadblock, somebody hurt", "15", {"harm": "injured"}, "3"),
    ("cattle theft", "21", {"number": "0"}, "2"),
    ("three hundred cattle are no people", "21", {"number": "300"}, "2"),
    ("cattle theft with injured", "21", {"number": "300", "harm": "injured"}, "3"),
    ("cattle theft with dead", "21", {"harm": "dead"}, "4"),
    ("contraband", "25", {"number": "40"}, "1"),
    ("one drug find", "24", {"number": "1"}, "2"),
    ("trafficking suspected", "31", {"danger": "no"}, "3"),
    ("trafficking, danger unknown", "31", {"danger": "unknown"}, "3"),
    ("trafficking, immediate danger", "31", {"danger": "yes"}, "4"),
    ("child alone, immediate danger", "34", {"danger": "yes"}, "4"),
    ("injured, not in danger", "35", {"danger": "no"}, "3"),
    ("injured, in danger of life", "35", {"danger": "yes"}, "4"),
    ("4 displaced", "41", {"number": "4"}, "2"),
    ("49 displaced", "41", {"number": "49"}, "2"),
    ("50 displaced", "41", {"number": "50"}, "3"),
    ("99 displaced", "41", {"number": "99"}, "3"),
    ("100 displaced", "41", {"number": "100"}, "4"),
    ("a village of 100 fleeing", "42", {"number": "100"}, "4"),
    ("a small village fleeing", "42", {"number": "12"}, "3"),
    ("19 stranded", "43", {"number": "19"}, "2"),
    ("20 stranded", "43", {"number": "20"}, "3"),
    ("pushback with injured", "45", {"harm": "injured"}, "3"),
    ("30 refused entry is a day's work", "52", {"number": "30"}, "1"),
    ("equipment failure", "54", {}, "1"),
    ("hundreds of animals on the move", "63", {"number": "800"}, "1"),
    ("tension, 5 people", "64", {"number": "5"}, "2"),
    ("demonstration of 200", "65", {"number": "200"}, "3"),
    ("flood with dead", "71", {"harm": "dead"}, "4"),
    ("boat accident, 6 people, injured", "75", {"number": "6", "harm": "injured"}, "3"),
    ("something else, 4 people", "79", {"number": "4"}, "1"),
    ("something else, 5 people", "79", {"number": "5"}, "2"),
    ("something else, 20 people", "79", {"number": "20"}, "3"),
]


@pytest.mark.parametrize(
    ("code", "told", "severity"), [case[1:] for case in SEVERITIES], ids=[case[0] for case in SEVERITIES]
)
def test_severity_follows_what_happened_and_to_how_many(code: str, told: dict[str, str], severity: str) -> None:
    assert answered(INCIDENT, {"group": code[0], "code": code, **told})["severity"] == severity


def test_animals_are_not_counted_as_people() -> None:
    told = answered(INCIDENT, {"group": "2", "code": "21", "number": "30"})
    assert (told.get("count"), told["animals"]) == (None, "30")


def asked_names(form: Form, given: Mapping[str, str], pick: Mapping[str, str]) -> list[str]:
    """The questions asked on the way through, answering with the picked keys, else with the first key or 1."""
    at, names = step(form, begin(form, given), None, world()), []
    while not at.done:
        names.append(at.progress.asking)
        at = press(form, at, key) if (key := pick.get(names[-1], "")) else step(form, at.progress, "1", world())
    return names


@pytest.mark.parametrize("reporter", ["officer", "community"])
@pytest.mark.parametrize("code", PROTECTED)
def test_nobody_is_asked_for_a_story_or_a_village_about_a_person_in_danger(code: str, reporter: str) -> None:
    pick = {"group": "3", "code": code[1], "where": "3"}
    assert set(asked_names(INCIDENT, {"reporter": reporter}, pick)) <= TOLD_OF_VICTIMS


def test_villagers_are_not_made_to_question_a_victim() -> None:
    asked = asked_names(INCIDENT, {"reporter": "community"}, {"group": "3", "code": "1", "where": "4"})
    assert asked == ["group", "code", "danger", "persons", "where"]


@pytest.mark.parametrize("card", ["card_interview", "card_indicators"])
def test_the_cards_on_trafficking_have_nothing_to_write_in(card: str) -> None:
    assert not [question.name for question in FORMS[card].questions if question.kind is Kind.TEXT]


def test_an_officer_reports_an_attack_from_the_post_in_five_inputs() -> None:
    given = {"reporter": "officer", "post": "ML1101/gogui", "post_name": "Gogui"}
    done = walk(INCIDENT, given, ["12", "1", "1", "3", "1"])
    told = values(INCIDENT, done.progress, world())
    assert done.done
    assert told["place_key"] == "ML1101/gogui"
    assert (told["urgency"], told["source"], told["count"], told["happened_on"]) == ("now", "seen", "3", "2026-11-23")


def test_the_post_and_the_last_place_are_offered_only_where_there_are_any() -> None:
    nowhere = walk(INCIDENT, {"reporter": "community"}, ["12", "1", "1", "0"])
    assert re.findall(r"^\d", nowhere.text, re.MULTILINE) == ["3", "4", "0"]
    seen = {"reporter": "community", "last": "ML1101/gogui", "last_name": "Gogui"}
    assert "2 Comme avant : Gogui" in walk(INCIDENT, seen, ["12", "1", "1", "0"]).text


TO_THE_LIST = ["12", "1", "1", "0", "3", "1", "1", "1"]


def test_a_village_is_found_by_digits_alone() -> None:
    done = walk(INCIDENT, {"reporter": "community"}, [*TO_THE_LIST, "1", "1"])
    assert done.done
    assert values(INCIDENT, done.progress, world())["place_key"] == "ML1101/gogui"


@pytest.mark.parametrize(
    "inputs", [["2", "0"], ["1", "0", "2", "0"]], ids=["at once", "after looking through the list"]
)
def test_a_village_that_is_not_in_the_list_leaves_the_district_and_needs_no_letter(inputs: list[str]) -> None:
    done = walk(INCIDENT, {"reporter": "community"}, [*TO_THE_LIST, *inputs])
    told = values(INCIDENT, done.progress, world())
    assert done.done
    assert (told["place_key"], told.get("place"), told.get("place_other")) == ("ML1101", None, None)


def test_a_village_that_is_not_in_the_list_can_be_written() -> None:
    done = walk(INCIDENT, {"reporter": "community"}, [*TO_THE_LIST, "2", "Tenaha"])
    assert values(INCIDENT, done.progress, world())["place_other"] == "Tenaha"


def test_a_district_without_a_list_asks_for_the_name() -> None:
    at = walk(INCIDENT, {"reporter": "community"}, [*TO_THE_LIST[:-1], "2", "1"])
    assert at.progress.asking == "place_other"


LINES = [
    ("12#1 Gogui", {"code": "12", "urgency": "now", "place_key": "ML1101/gogui"}),
    ("12*1*3 Gogui", {"code": "12", "urgency": "now", "count": "3", "place_key": "ML1101/gogui"}),
    ("41 2 60 Gogui", {"code": "41", "urgency": "today", "count": "60", "severity": "3"}),
    ("21#3#30 Gogui", {"code": "21", "urgency": "past", "animals": "30"}),
    ("13#2", {"code": "13", "urgency": "today", "severity": "4"}),
    ("31#1 Gogui", {"code": "31", "severity": "3", "place_key": "ML1101/gogui"}),
]


@pytest.mark.parametrize(("line", "told"), LINES, ids=[line for line, _ in LINES])
def test_one_line_of_sms_fills_the_form(line: str, told: dict[str, str]) -> None:
    sms = world(Channel.SMS)
    begun = begin(INCIDENT, {"reporter": "officer"})
    progress = propose(INCIDENT, begun, read_line(INCIDENT, line, sms).proposals, sms)
    known = values(INCIDENT, progress, sms)
    assert {name: known.get(name) for name in told} == told


MISSING = [("12#1 Gogui", ""), ("13#2", "place"), ("12", "urgency"), ("31 Gogui", "danger"), ("54#2 Gogui", "")]


@pytest.mark.parametrize(("line", "asking"), MISSING, ids=[line for line, _ in MISSING])
def test_an_sms_is_asked_only_for_what_it_lacks(line: str, asking: str) -> None:
    sms = world(Channel.SMS)
    begun = begin(INCIDENT, {"reporter": "officer"})
    progress = propose(INCIDENT, begun, read_line(INCIDENT, line, sms).proposals, sms)
    assert step(INCIDENT, progress, None, sms).progress.asking == asking


def test_a_complaint_by_sms_keeps_its_words() -> None:
    sms = world(Channel.SMS)
    line = read_line(FEEDBACK, "AVIS 86 on demande 5000 F au poste", sms)
    told = values(FEEDBACK, propose(FEEDBACK, begin(FEEDBACK, {}), line.proposals, sms), sms)
    assert (told["code"], told["message"]) == ("86", "on demande 5000 F au poste")


def test_somebody_who_wants_their_data_erased_is_asked_for_no_words() -> None:
    asked = asked_names(FEEDBACK, {"reporter": "community"}, {"code": "89", "right": "3"})
    assert asked == ["code", "right"]


def test_a_sound_document_makes_no_report() -> None:
    asked = asked_names(FORMS["card_document"], {"reporter": "officer"}, {})
    assert asked[-1] == "clear"
    steps = {"photo": "yes", "dates": "yes", "paper": "yes", "holder": "yes", "answers": "unsure"}
    assert "code" not in answered(FORMS["card_document"], {"kind": "other", **steps})


def test_a_document_that_two_officers_doubt_is_reported_with_its_kind() -> None:
    card, failed = FORMS["card_document"], {"kind": "passport", "photo": "no"}
    assert "code" not in answered(card, {**failed, "suspect": "no"})
    told = answered(card, {**failed, "suspect": "yes", "forgery": "forged"})
    assert (told["code"], told["severity"], told["forgery"]) == ("51", "1", "forged")


INTERVIEWS = [
    ("will not talk, no danger", {"danger": "no", "talk": "no"}, None),
    ("will not talk, danger", {"danger": "yes", "talk": "no"}, "4"),
    ("talks, no signs", {"danger": "no", "talk": "yes", "signs": "no"}, None),
    ("talks, signs", {"danger": "no", "talk": "yes", "signs": "yes"}, "3"),
    ("talks, signs, danger", {"danger": "yes", "talk": "yes", "signs": "yes"}, "4"),
]


@pytest.mark.parametrize(("told", "severity"), [case[1:] for case in INTERVIEWS], ids=[case[0] for case in INTERVIEWS])
def test_an_interview_is_reported_with_consent_or_in_danger(told: dict[str, str], severity: str | None) -> None:
    known = answered(FORMS["card_interview"], told)
    assert (known.get("code"), known.get("severity")) == ("31" if severity else None, severity)


NONE = {"travel": "none", "body": "none", "work": "none", "child": "none"}
SIGNS = [
    ("none", {}, None),
    ("one", {"travel": "papers"}, None),
    ("two on one screen", {"travel": "papers debt"}, "31"),
    ("two on two screens", {"body": "fear", "child": "alone"}, "31"),
    ("forced work alone", {"work": "forced"}, "31"),
]


@pytest.mark.parametrize(("seen", "code"), [case[1:] for case in SIGNS], ids=[case[0] for case in SIGNS])
def test_two_signs_or_forced_work_make_a_report(seen: dict[str, str], code: str | None) -> None:
    assert answered(FORMS["card_indicators"], {**NONE, **seen}).get("code") == code


def test_none_of_these_cannot_stand_beside_a_sign() -> None:
    at = walk(FORMS["card_indicators"], {"reporter": "officer"}, ["1", "1 8"])
    assert at.progress.asking == "travel"


@settings(max_examples=500)
@given(st.data())
def test_a_walk_that_begins_at_what_has_changed_comes_to_the_same_as_a_whole_one(data: st.DataObject) -> None:
    """Whatever was answered before, and whatever is answered anew, fitting or not."""
    form = FORMS[data.draw(st.sampled_from(sorted(FORMS)))]
    said = {each.name: st.sampled_from(_answers(form, each)) for each in form.questions}
    before = data.draw(st.fixed_dictionaries({}, optional=said))
    after = {**before, **data.draw(st.fixed_dictionaries({}, optional=said))}
    here = world(channel=data.draw(st.sampled_from(list(Channel))))
    assert outcome(stand(form, after, here, stand(form, before, here))) == outcome(stand(form, after, here))


@settings(max_examples=500)
@given(st.data())
def test_a_walk_that_stops_where_nobody_asks_further_comes_to_the_same_in_the_end(data: st.DataObject) -> None:
    """Whatever was asked of it first, also of a walk that begins half-way down one that stopped somewhere."""
    form = FORMS[data.draw(st.sampled_from(sorted(FORMS)))]
    said = {each.name: st.sampled_from(_answers(form, each)) for each in form.questions}
    before, more = (data.draw(st.fixed_dictionaries({}, optional=said)) for _ in range(2))
    here = world(channel=data.draw(st.sampled_from(list(Channel))))
    first = stand(form, before, here)
    second = stand(form, {**before, **more}, here, first)
    names = st.sampled_from(form.names)
    asks = {"open": lambda at: at.open, "known": lambda at: at.known[data.draw(names)],
            "relevant": lambda at: at.is_relevant(data.draw(names))}  # fmt: skip
    for ask in data.draw(st.lists(st.sampled_from(sorted(asks)), max_size=6)):
        asks[ask](data.draw(st.sampled_from([first, second])))
    assert outcome(first) == outcome(stand(form, before, here))
    assert outcome(second) == outcome(stand(form, {**before, **more}, here))


def outcome(standing: Standing) -> tuple[str, dict[str, str], list[str]]:
    names = list(standing.known)
    return standing.open, dict(standing.known), [name for name in names if standing.is_relevant(name)]


def _answers(form: Form, question: Question) -> list[str]:
    own = [choice.name for choice in form.lists.get(question.choices, ())]
    return ["", "0", "3", "2026-11-24", "ML1101", "ML1101/gogui", *own]
