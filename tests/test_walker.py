"""A walk at random finds no screen that is too wide, no dead end, no fault, and no report too many or too few."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fixtures_service import Post, settings_for
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule, run_state_machine_as_test

from bench.fingers import ELSEWHERE, NONSENSE, TEXTS, press
from bench.steps import Dial, Steps
from bench.walker import MEMBERS, VILLAGERS, Walker
from flows.language import LANGUAGES
from service.parts import build
from service.shelf import Shelf

SHORT = settings(
    max_examples=30, stateful_step_count=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_walk_at_random_finds_nothing_wrong(post: Post, seed: int) -> None:
    walker = Walker(post.parts, seed)
    assert walker.walk(sessions=12) == []
    assert walker.steps.hops > 100


class Phones(RuleBasedStateMachine):
    """Any number of phones and dials, in any order; what it finds is told by the fewest steps that lead there."""

    steps: Steps
    dials = Bundle("dials")

    @rule(
        target=dials,
        phone=st.sampled_from(MEMBERS + VILLAGERS),
        tokens=st.lists(st.sampled_from(ELSEWHERE), max_size=4),
    )
    def dial(self, phone: str, tokens: list[str]) -> Dial:
        return self.steps.dial(phone, "*".join(tokens))

    @rule(dial=dials, chance=st.randoms(use_true_random=False))
    def press_keys(self, dial: Dial, chance: random.Random) -> None:
        for _ in range(8):
            if dial.open:
                self.steps.type(dial, press(chance, dial.screen))

    @rule(dial=dials, said=st.sampled_from(NONSENSE) | st.text(max_size=12))
    def type_nonsense(self, dial: Dial, said: str) -> None:
        self.steps.type(dial, said)

    @rule(dial=dials)
    def repeat(self, dial: Dial) -> None:
        self.steps.repeat(dial)

    @rule(dial=dials, kept=st.integers(0, 20), instead=st.sampled_from(["", "7*7"]))
    def diverge(self, dial: Dial, kept: int, instead: str) -> None:
        self.steps.diverge(dial, kept, instead)

    @rule(dial=consumes(dials), status=st.sampled_from(["Incomplete", "Failed", "Success", None]))
    def leave(self, dial: Dial, status: str | None) -> None:
        self.steps.leave(dial, status)

    @rule(phone=st.sampled_from(MEMBERS + VILLAGERS), said=st.sampled_from((*TEXTS, *NONSENSE, *ELSEWHERE)))
    def text(self, phone: str, said: str) -> None:
        self.steps.text(phone, said)

    @rule(phone=st.sampled_from(MEMBERS + VILLAGERS), language=st.sampled_from(sorted(LANGUAGES)))
    def speak(self, phone: str, language: str) -> None:
        self.steps.speak(phone, language)

    @rule(seconds=st.sampled_from([1, 20, 600, 7200, 86_400]))
    def wait(self, seconds: int) -> None:
        self.steps.wait(seconds)

    @rule()
    def work(self) -> None:
        self.steps.work()

    def teardown(self) -> None:
        self.steps.work()
        assert self.steps.found() == []


def test_no_order_of_steps_finds_anything_wrong(
    stocked: Callable[[], AbstractContextManager[str]], shelves: dict[str, Shelf], database_kind: str
) -> None:
    """Every example begins on a database of its own."""

    class Fresh(Phones):
        def __init__(self) -> None:
            super().__init__()
            self._database = stocked()
            settings = settings_for(self._database.__enter__(), "http://127.0.0.1:1")
            self._parts = build(settings, shelf=shelves.get(database_kind))
            shelves[database_kind] = self._parts.shelf
            self.steps = Steps(self._parts)

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                self._parts.engine.dispose()
                self._database.__exit__(None, None, None)

    run_state_machine_as_test(Fresh, settings=SHORT)
