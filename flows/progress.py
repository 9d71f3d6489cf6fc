"""How far somebody has come in a form: JSON all through, so that it can be stored between two hops."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Progress:
    """answers: question name → answer as text (several choices separated by spaces); asking: the question on
    the screen ("" = not begun, or complete); page: of that screen, 0 = first; tries: wrong inputs in a row;
    offered: choice names narrowed down by what was typed; typing: a date is being typed as DDMM;
    path: the questions answered, in the order in which they were shown, for going back; proposed: question
    name → choice names that somebody's free words may have meant, offered when it is asked.
    """

    form: str
    version: str
    answers: Mapping[str, str] = field(default_factory=dict)
    asking: str = ""
    page: int = 0
    tries: int = 0
    offered: tuple[str, ...] = ()
    typing: bool = False
    path: tuple[str, ...] = ()
    proposed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        kept = {name: getattr(self, name) for name in NAMES}
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        kept = dict(data)
        for name in ("offered", "path"):
            kept[name] = tuple(kept.get(name, ()))
        kept["proposed"] = {name: tuple(choices) for name, choices in kept.get("proposed", {}).items()}
        return cls(**kept)

    def with_answer(self, name: str, value: str) -> "Progress":
        return replace(self, answers={**self.answers, name: value})


NAMES = tuple(each.name for each in fields(Progress))
