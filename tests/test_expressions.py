"""Expressions mean what ODK means by them, and what cannot be compiled is refused with its place."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.expressions import DEEPEST, compile
from flows.form import Scope, Value
from flows.tokens import ExpressionError

SCOPE = Scope(
    answers={"code": "31", "count": "12", "signs": "debt forced", "day": "2026-11-20", "none": ""},
    now=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
    current="7",
    row={"group": "3", "who": "officer relay"},
)


def value(source: str) -> Value:
    return compile(source).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("8 - 3 - 2", 3.0),
        ("-2 + 3", 1.0),
        ("--2", 2.0),
        ("7 div 2", 3.5),
        ("-7 mod 2", -1.0),
        ("1 div 0", float("inf")),
        ("-1 div 0", float("-inf")),
        (".5 + 1.", 1.5),
        ("1 < 2 and 2 < 3 or 1 = 2", True),
        ("1 = 2 or 2 = 2 and 1 = 2", False),
        ("1 + 1 = 2", True),
        ("2 > 1 = true()", True),
        ('"it\'s"', "it's"),
        ("${ code }", "31"),
        ("${code}='31'", True),
        ("${count} >= 12", True),
        ("${count} = '12.0'", False),
        ("${count} = 12.0", True),
        ("${none} = ''", True),
        ("${never} = ''", True),
        (". > 6 and . <= 7", True),
        ("group = '3'", True),
        ("selected(who, 'relay')", True),
        ("missing = ''", True),
    ],
)
def test_operators_bind_as_in_xpath(source: str, expected: Value) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${none} < 1", False),
        ("${none} > 1", False),
        ("${none} = 0", False),
        ("${none} != 0", True),
        ("'abc' <= 'abd'", False),
        ("number('x') = number('x')", False),
        ("number('٣') = 3", False),
        ("not(${none} < 1)", True),
        ("'true' = true()", True),
        ("true() = 1", True),
        ("false() = ''", True),
    ],
)
def test_a_comparison_with_what_is_no_number_is_false(source: str, expected: bool) -> None:
    assert value(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${day} <= today()", True),
        ("${day} > today() - 3", False),
        ("${day} >= today() - 3", True),
        ("'2026-11-24' > now()", True),
        ("today() < now()", True),
        ("today()", "2026-11-23"),
        ("now()", "2026-11-23T09:30:00+00:00"),
        ("date(now())", "2026-11-23"),
        ("date('someday')", ""),
        ("'2026-02-30' <= today()", False),
        ("format-date(${day}, '%d/%m/%y, %e.%n.%Y')", "20/11/26, 20.11.2026"),
        ("format-date(${none}, '%d')", ""),
        ("format-date(now(), '%H:%M')", "09:30"),
    ],
)
def test_dates_are_iso_texts_that_compare_as_days(source: str, expected: Value) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("selected(${signs}, 'forced')", True),
        ("selected(${signs}, 'force')", False),
        ("selected('31 32 33', ${code})", True),
        ("selected('31 32', ${none})", False),
        ("selected-at(${signs}, 1)", "forced"),
        ("selected-at(${signs}, 2)", ""),
        ("count-selected(${signs})", 2.0),
        ("count-selected(${none})", 0.0),
        ("if(${code} = '31', 'a', 'b')", "a"),
        ("if(${none}, 'a', if(0, 'b', 'c'))", "c"),
        ("coalesce(${none}, ${code})", "31"),
        ("coalesce('', '', 'x')", "x"),
        ("coalesce(number(''), 4)", 4.0),
        ("not(${none})", True),
        ("string-length('été')", 3.0),
        ("concat('a', 2, 1 = 1, 0.5)", "a2true0.5"),
        ("string(number(''))", ""),
        ("string(1000000 * 1000000)", "1000000000000"),
        ("contains('Gogui', 'og')", True),
        ("starts-with('Gogui', 'gog')", False),
        ("regex('76123456', '[0-9]{8}')", True),
        ("regex('761234567', '[0-9]{8}')", False),
        ("int(-2.7)", -2.0),
        ("int('7')", 7.0),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -2.0),
        ("round(1.236, 2)", 1.24),
        ("round(1 div 0)", float("inf")),
        ("boolean('false')", True),
        ("boolean(0)", False),
        ("number(true())", 1.0),
    ],
)
def test_functions_give_what_odk_gives(source: str, expected: Value) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "at", "expected"),
    [
        ("((1=", 5, "a value is expected, but the expression ends"),
        ("", 1, "a value is expected"),
        ("1 +", 4, "a value is expected"),
        ("${a}=1 and", 11, "a value is expected"),
        ("${a}=1 and or ${b}", 12, "a value is expected, but or stands here"),
        ("(1", 3, "an operator or ) is expected"),
        ("1)", 2, "an operator or the end is expected"),
        ("1 2", 3, "an operator or the end is expected, but 2 stands here"),
        ("${a} == 1", 7, "a value is expected"),
        ("${a", 1, "${name} is expected"),
        ("${a b}", 1, "${name} is expected"),
        ("'abc", 1, "no closing quote"),
        ("\t ’abc’", 3, "a straight quote (') is expected"),
        ("1 & 2", 3, "& means nothing here"),
        ("seleted(${a}, 'b')", 1, "there is no function seleted(); did you mean selected()?"),
        ("jr:choice-name(1, 2)", 1, "there is no function jr:choice-name(); the functions are boolean, "),
        ("1 + pulldata('a')", 5, "there is no function pulldata()"),
        ("instance('a')/root/item[name=1]", 1, "there is no function instance()"),
        ("/data/x", 1, "paths and predicates are not supported"),
        ("../x", 1, "paths and predicates are not supported"),
        ("${a}[1]", 5, "paths and predicates are not supported"),
        ("child::x", 1, "paths and predicates are not supported"),
        ("1 | 2", 3, "paths and predicates are not supported"),
        ("selected(${a})", 1, "selected() takes 2 values, not 1"),
        ("if(1, 2, 3, 4)", 1, "if() takes 3 values, not 4"),
        ("round()", 1, "round() takes 1 to 2 values, not 0"),
        ("not(1,)", 7, "a value is expected, but ) stands here"),
        ("regex(., '(')", 1, "not a regular expression"),
        ("regex(., '[[a]')", 1, "not a regular expression"),
        ("regex(., ${a})", 1, "must be written in quotes"),
        ("format-date(., '%b')", 1, "after % one of Y y m n d e H M is expected"),
        ("(" * 200, DEEPEST + 1, "nested too deep"),
        ("1" + "+1" * 500, 2 * DEEPEST, "nested too deep"),
        ("1" * 5000, 4001, "longer than 4000 characters"),
    ],
)
def test_a_malformed_expression_is_refused_with_its_place(source: str, at: int, expected: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile(source)
    assert refused.value.at == at
    assert expected in str(refused.value)
    assert str(refused.value).startswith(f"at character {at}: ")


@pytest.mark.parametrize(
    ("source", "equalities"),
    [
        ("country=${country} and region=${region}", {"country": "country", "region": "region"}),
        ("(${where} = group)", {"group": "where"}),
        ("group=${code} and needs='post'", {"group": "code"}),
        ("group=${code} or needs='post'", {}),
        ("not(group=${code})", {}),
        ("group!=${code}", {}),
        ("(a=${a} or b=${b}) and c=${c}", {"c": "c"}),
    ],
)
def test_a_filter_tells_its_equalities(source: str, equalities: dict[str, str]) -> None:
    assert compile(source).equalities == equalities


def test_an_expression_tells_what_it_reads() -> None:
    expression = compile("if(selected(who, ${reporter}), ${post} = '', needs = ${last})")
    assert expression.references == {"reporter", "post", "last"}
    assert expression.columns == {"who", "needs"}


def test_two_expressions_with_one_source_are_equal() -> None:
    assert compile("${a} = 1") == compile("${a} = 1")
    assert compile("${a} = 1") != compile("${a} = 2")


pieces = st.sampled_from(
    [
        *"()=<>+-*,.'\"|/[]${}@ ",
        "${a}", "'x'", "1", "and ", "or ", "not(", "selected(", "regex(", "'('", "if(", "round(", "today()", "a", "::",
    ]
)  # fmt: skip
written = st.text(max_size=40) | st.lists(pieces, max_size=30).map("".join)
answers = st.dictionaries(st.just("a"), st.text(max_size=10))


@settings(max_examples=1000)
@given(written, answers, st.text(max_size=10))
def test_whatever_is_written_is_compiled_or_refused_by_the_one_error(
    source: str, known: dict[str, str], current: str
) -> None:
    try:
        expression = compile(source)
    except ExpressionError:
        return
    assert isinstance(expression.evaluate(Scope(known, SCOPE.now, current)), str | float | bool)
