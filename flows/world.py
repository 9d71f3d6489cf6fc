"""What the engine may know of the world outside: the hour, the language, the channel and the choices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flows.form import Channel, Choice
from flows.language import Words
from flows.whereabouts import Whereabouts

ChoiceLookup = Callable[[str, Mapping[str, str]], Sequence[Choice]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one USSD screen holds: septets of GSM-7, or characters of UCS-2, and choices."""

    septets: int = 160
    ucs2: int = 80
    choices: int = 5


@dataclass(frozen=True, slots=True)
class World:
    """now: local time, aware; languages: most wanted first, e.g. ("bm", "fr").

    choices(list, narrowing): the choices of a gazetteer list ("places.csv") whose columns equal narrowing;
    whereabouts: the names of the same gazetteer, to be found in a sentence.
    """

    now: datetime
    languages: tuple[str, ...]
    channel: Channel
    choices: ChoiceLookup
    words: Words
    limits: Limits = field(default_factory=Limits)
    whereabouts: Whereabouts = field(default_factory=Whereabouts, repr=False)
