"""A walk at random finds no screen that is too wide, no dead end, no fault, and no report too many or too few."""

import pytest
from fixtures_service import Post

from bench.walker import Walker


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_walk_at_random_finds_nothing_wrong(post: Post, seed: int) -> None:
    walker = Walker(post.parts, seed)
    assert walker.walk(sessions=12) == []
    assert walker.hops > 100
