"""A label and its choices laid out on as many phone screens as they need, each exact to the septet."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flows import gsm7
from flows.world import Limits

BACK, MORE = "0", "9"


class DoesNotFit(ValueError):
    """Something that may not be cut is wider than a screen."""


@dataclass(frozen=True, slots=True)
class Page:
    """text: what the phone shows; keys: the digits of the choices on it, back and more aside."""

    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is still to be laid out, and the words at the foot of each screen."""

    label: str
    choices: tuple[tuple[str, str], ...]
    limits: Limits
    back: str
    more: str
    onward: bool
    rooted: bool

    def folded(self) -> "_Layout":
        choices = tuple((key, gsm7.fold(text)) for key, text in self.choices)
        back, more = gsm7.fold(self.back), gsm7.fold(self.more)
        return replace(self, label=gsm7.fold(self.label), choices=choices, back=back, more=more)


def fits(text: str, limits: Limits) -> bool:
    """Whether one screen holds the text, in whichever alphabet it needs."""
    septets = gsm7.septets(text)
    if septets is not None:
        return septets <= limits.septets
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= limits.ucs2


def lay_out(
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    limits: Limits,
    back: str,
    more: str,
    together: bool = False,
    onward: bool = False,
    rooted: bool = False,
) -> tuple[Page, ...]:
    """The screens for a label and its (key, text) choices; back "" = no way back from any of them.

    The label stands on the first screen only; a long one goes on at a word on the next. Folded to GSM-7 only
    where that saves a screen. together: at least one choice must stand on the first screen with all of the
    label. onward: more stands on the last screen too, because something follows. rooted: there is nothing before
    the first screen to go back to. DoesNotFit where a word, a choice or (together) the label is too wide.
    """
    layout = _Layout(label.strip(), tuple(choices), limits, back, more, onward, rooted)
    folded = layout.folded()
    if folded == layout:
        return _pages(layout, together)
    try:
        plain = _pages(layout, together)
    except DoesNotFit:
        return _pages(folded, together)
    try:
        short = _pages(folded, together)
    except DoesNotFit:
        return plain
    return short if len(short) < len(plain) else plain


# The same screens are shown again and again. What people type must not come in here, since it would stay.
laid_out = lru_cache(maxsize=4000)(lay_out)


def _pages(layout: _Layout, together: bool) -> tuple[Page, ...]:
    pages: list[Page] = []
    while not pages or layout.label or layout.choices:
        here = replace(layout, back="") if layout.rooted and not pages else layout
        page, left = _next_page(here)
        layout = replace(left, back=layout.back)
        if together and not pages and layout.choices and not page.keys:
            raise DoesNotFit(f"no choice fits beside the label: {page.text!r}")
        pages.append(page)
    return tuple(pages)


def _next_page(layout: _Layout) -> tuple[Page, _Layout]:
    """The widest page that can be made of what is left, and what is left then."""
    for count in range(min(layout.limits.choices, len(layout.choices)), -1, -1):
        here, later = layout.choices[:count], layout.choices[count:]
        text = _compose(layout.label, here, layout.back, layout.more if later or layout.onward else "")
        if (here or not later) and fits(text, layout.limits):
            return Page(text, tuple(key for key, _ in here)), replace(layout, label="", choices=later)
    if not layout.label:
        raise DoesNotFit(f"wider than a screen: {text!r}")
    piece, rest = _cut(layout)
    return Page(_compose(piece, (), layout.back, layout.more), ()), replace(layout, label=rest)


def _cut(layout: _Layout) -> tuple[str, str]:
    """The label's longest beginning that fits a screen of its own and ends with a word; and the rest."""
    piece = ""
    for match in re.finditer(r"\S+", layout.label):
        longer = layout.label[: match.end()]
        if not fits(_compose(longer, (), layout.back, layout.more), layout.limits):
            break
        piece = longer
    if not piece:
        raise DoesNotFit(f"a word is wider than a screen: {layout.label!r}")
    return piece, layout.label[len(piece) :].strip()


def _compose(label: str, choices: Sequence[tuple[str, str]], back: str, more: str) -> str:
    foot = [f"{key} {word}" for key, word in ((BACK, back), (MORE, more)) if word]
    # From right to left a digit within a line may be drawn on its wrong side: there, each key begins a line.
    joined = "\n" if any(map(_is_rtl, (back, more))) else " "
    lines = [label, *(f"{key} {text}" for key, text in choices), joined.join(foot)]
    return "\n".join(line for line in lines if line)


def _is_rtl(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
