"""An expression cut into its tokens, each with its place."""

import re
from dataclasses import dataclass
from typing import NoReturn

LONGEST = 4000  # characters

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<reference>\$\{\s*[^\s{}]+\s*\})
    |(?P<path>\.\.|/|@|\[|\]|\||[A-Za-z-]+::)
    |(?P<current>\.)
    |(?P<name>[^\W\d][\w-]*(?::[^\W\d][\w-]*)?)
    |(?P<sign>!=|<=|>=|[-=<>+*(),])
    |(?P<end>\Z)
    )""",
    re.VERBOSE,
)


class ExpressionError(ValueError):
    """Why an expression cannot be compiled; at: the character where it goes wrong, 1 = the first."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"at character {at}: {message}")
        self.at = at


@dataclass(frozen=True, slots=True)
class Token:
    """at: the place of its first character, from 1."""

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        return f"{self.text} stands here" if self.text else "the expression ends"


def scan(source: str) -> list[Token]:
    """The tokens, the last of kind "end"; ExpressionError where something is none."""
    if len(source) > LONGEST:
        raise ExpressionError(f"longer than {LONGEST} characters", LONGEST + 1)
    tokens: list[Token] = []
    position = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(source, position)
        if not match:
            _refuse_character(source, position)
        kind = match.lastgroup or "end"
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    return tokens


def _refuse_character(source: str, position: int) -> NoReturn:
    position += len(source[position:]) - len(source[position:].lstrip())
    character = source[position]
    if character in "'\"":
        raise ExpressionError("the text that begins here has no closing quote", position + 1)
    if character in "‘’“”":
        raise ExpressionError("a straight quote (') is expected", position + 1)
    if character == "$":
        raise ExpressionError("${name} is expected", position + 1)
    raise ExpressionError(f"{character} means nothing here", position + 1)
