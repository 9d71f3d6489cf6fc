"""What somebody probably meant to write, where a name is known to nobody."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA


def near(written: str, known: Iterable[str]) -> str:
    """The known name that is one slip away (two, for names of six letters and more), or ""."""
    slips = 2 if len(written) >= 6 else 1
    if len(written) < 4:
        return ""
    distances = ((OSA.distance(written.casefold(), name.casefold(), score_cutoff=slips), name) for name in known)
    return min(((slip, name) for slip, name in distances if slip <= slips), default=(0, ""))[1]
