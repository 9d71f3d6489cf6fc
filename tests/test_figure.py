"""Small counts stay hidden, and nothing that is told beside them gives them away."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.figure import FEWEST, Arrow, exact, single, total, trend


@pytest.mark.parametrize(
    ("count", "text"),
    [
        pytest.param(0, "0", id="nothing"),
        pytest.param(1, "<5", id="one"),
        pytest.param(4, "<5", id="four"),
        pytest.param(5, "5", id="five"),
        pytest.param(1234, "1234", id="many"),
    ],
)
def test_a_count_from_one_to_four_is_hidden(count: int, text: str) -> None:
    assert single(count).text == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param([], "0", id="of nothing"),
        pytest.param([0, 5, 7], "12", id="of what is told"),
        pytest.param([5, 2], "6+", id="one hidden part would follow by subtraction"),
        pytest.param([5, 1, 1], "7+", id="as few as can be: each would be one"),
        pytest.param([5, 4, 4], "7+", id="as many as can be: each would be four"),
        pytest.param([2, 2, 3, 1], "8", id="hidden parts that may be anything"),
        pytest.param([1, 2], "<5", id="under five together"),
        pytest.param([1, 1, 1, 1], "4+", id="four parts under five would each be one"),
        pytest.param([3, 3], "5+", id="never less than five where it is five or more"),
    ],
)
def test_a_total_is_told_as_far_as_it_tells_no_part(parts: list[int], text: str) -> None:
    assert total(map(single, parts)).text == text


def read(texts: tuple[str, ...]) -> list[range]:
    """What each text lets a reader think that a part is."""
    return [range(1, FEWEST) if text == f"<{FEWEST}" else range(int(text), int(text) + 1) for text in texts]


@pytest.mark.parametrize("many", [1, 2, 3, 4])
def test_whoever_sees_all_figures_cannot_tell_any_hidden_one(many: int) -> None:
    """Whatever the parts, some other parts look the same, total and all; tried for all there are up to six."""
    looks: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for parts in itertools.product(range(7), repeat=many):
        figures = [single(part) for part in parts]
        shown = (*(each.text for each in figures), total(figures).text)
        looks.setdefault(shown, []).append(parts)
    for shown, worlds in looks.items():
        for place, text in enumerate(shown[:-1]):
            if text == f"<{FEWEST}":
                assert len({world[place] for world in worlds}) > 1, (shown, worlds)


def test_a_week_does_not_give_away_a_day() -> None:
    """Days are told daily: a week that were told exactly would uncover the one hidden day in it."""
    days = [single(count) for count in (0, 5, 0, 2, 0, 0, 0)]
    assert total(days).text == "6+"
    assert total([total(days), single(7)]).text == "13+"


@given(st.lists(st.integers(0, 12), max_size=12))
def test_a_total_is_never_told_wrong(counts: list[int]) -> None:
    figure = total(map(single, counts))
    assert figure.low <= sum(counts) <= figure.high
    assert figure.count == sum(counts)
    if figure.text.endswith("+"):
        assert int(figure.text[:-1]) <= sum(counts)
    elif not figure.text.startswith("<"):
        assert int(figure.text) == sum(counts)


@pytest.mark.parametrize(
    ("now", "before", "arrow"),
    [
        pytest.param(exact(0), exact(0), Arrow.LEVEL, id="nothing as ever"),
        pytest.param(exact(9), exact(35), Arrow.UP, id="more than the mean"),
        pytest.param(exact(5), exact(35), Arrow.LEVEL, id="the mean"),
        pytest.param(exact(5), exact(38), Arrow.LEVEL, id="the mean but for a fraction"),
        pytest.param(exact(0), exact(35), Arrow.DOWN, id="less than the mean"),
        pytest.param(single(1), exact(0), Arrow.UP, id="a few after nothing"),
        pytest.param(single(1), exact(70), Arrow.DOWN, id="a few after many"),
        pytest.param(single(1), exact(14), None, id="a few after a few: the arrow would tell how many"),
    ],
)
def test_an_arrow_follows_from_what_is_told(now: object, before: object, arrow: Arrow | None) -> None:
    assert trend(now, before, 7) is arrow  # type: ignore[arg-type]


def test_hidden_counts_that_look_the_same_have_the_same_arrow() -> None:
    for before in range(60):
        assert len({trend(single(now), exact(before), 7) for now in range(1, FEWEST)}) == 1
