"""Which choices a name that was typed a little differently may mean."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from flows.answer import Keyed, called
from flows.folding import fold

CUTOFF = 82  # per cent alike; below it, names of neighbouring villages begin to look the same
MOST = 4
SHORTEST = 3  # letters; anything shorter is alike to too much


def alike(said: str, keyed: Sequence[Keyed]) -> tuple[str, ...]:
    """The names of at most four choices that are called nearly as said, the likeliest first."""
    wanted = fold(said)
    if len(wanted) < SHORTEST or not any(map(str.isalpha, wanted)):
        return ()
    spelt = [(name, choice.name) for _, choice in keyed for name in called(choice)]
    found = process.extract(wanted, [name for name, _ in spelt], scorer=fuzz.ratio, score_cutoff=CUTOFF, limit=None)
    return tuple(dict.fromkeys(spelt[index][1] for _, _, index in found))[:MOST]
