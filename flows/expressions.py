"""The XPath of XLSForms, compiled once into closures; what it cannot do it refuses by name and place."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from flows.form import Expression, Value
from flows.functions import FUNCTIONS, Evaluate
from flows.spelling import near
from flows.tokens import ExpressionError, Token, scan
from flows.values import number, same, truth

DEEPEST = 100  # how far it may be nested, so that no form can exhaust the stack

_BINDING = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6,
}  # fmt: skip
_NEGATION = 7
_WORDS = ("or", "and", "div", "mod")


@dataclass(frozen=True, slots=True)
class _Part:
    """What has been compiled so far; kind and word: what it is, where it is a single token."""

    evaluate: Evaluate
    kind: str = ""
    word: str = ""
    references: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    equalities: Mapping[str, str] = field(default_factory=dict)
    depth: int = 1


def compile(source: str) -> Expression:
    """The expression, ready to be evaluated; ExpressionError says where and why it cannot be.

    An unanswered ${question} is ''; numbers are floats; a comparison with what is no number is false (and
    != is true); = compares numbers if either side is one; dates compare as days; a bare name is a column of
    the choice under test.
    """
    part = _Parser(scan(source)).whole()
    return Expression(source, part.evaluate, part.references, part.equalities, part.columns)


class _Parser:
    """Reads tokens from left to right, binding the tighter operators first."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def whole(self) -> _Part:
        part = self._expression(0)
        if self._next.kind != "end":
            self._refuse("an operator or the end is expected")
        return part

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _refuse(self, expected: str) -> NoReturn:
        token = self._next
        if token.kind == "path":
            raise ExpressionError(f"{token.text} stands here, and paths and predicates are not supported", token.at)
        raise ExpressionError(f"{expected}, but {token}", token.at)

    def _expression(self, binding: int) -> _Part:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError("nested too deep", self._next.at)
        left = self._operand()
        while _BINDING.get(self._next.text, 0) > binding and self._next.kind in ("sign", "name"):
            token = self._take()
            left = _joined(token, left, self._expression(_BINDING[token.text]))
        self._depth -= 1
        return left

    def _operand(self) -> _Part:
        token = self._next
        if token.kind in _OPERANDS:
            self._take()
            return _OPERANDS[token.kind](token)
        if token.kind == "name" and token.text not in _WORDS:
            self._take()
            return self._call(token) if self._next.text == "(" else _column(token)
        if token.text == "-":
            self._take()
            return _negated(token, self._expression(_NEGATION))
        if token.text != "(":
            self._refuse("a value is expected")
        self._take()
        part = self._expression(0)
        self._close()
        return part

    def _close(self) -> None:
        if self._next.text != ")":
            self._refuse("an operator or ) is expected")
        self._take()

    def _call(self, name: Token) -> _Part:
        if name.text not in FUNCTIONS:
            raise ExpressionError(f"there is no function {name.text}(){_suggestion(name.text)}", name.at)
        self._take()
        arguments: list[_Part] = []
        while self._next.text != ")" or arguments:
            arguments.append(self._expression(0))
            if self._next.text != ",":
                break
            self._take()
        self._close()
        return _called(name, arguments)


def _suggestion(name: str) -> str:
    likely = near(name, FUNCTIONS)
    return f"; did you mean {likely}()?" if likely else f"; the functions are {', '.join(FUNCTIONS)}"


def _called(name: Token, arguments: Sequence[_Part]) -> _Part:
    function = FUNCTIONS[name.text]
    if not function.least <= len(arguments) <= function.most:
        wanted = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
        raise ExpressionError(f"{name.text}() takes {wanted} values, not {len(arguments)}", name.at)
    if function.literal >= 0:
        written = arguments[function.literal]
        if written.kind != "text":
            raise ExpressionError(f"the pattern of {name.text}() must be written in quotes", name.at)
        try:
            function.check(written.word)
        except ValueError as error:
            raise ExpressionError(f"{name.text}(): {error}", name.at) from error
    return _made(name, function.make([argument.evaluate for argument in arguments]), arguments)


def _made(token: Token, evaluate: Evaluate, parts: Sequence[_Part]) -> _Part:
    """A part made of others."""
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > DEEPEST:
        raise ExpressionError("nested too deep", token.at)
    references = frozenset[str]().union(*(part.references for part in parts))
    columns = frozenset[str]().union(*(part.columns for part in parts))
    return _Part(evaluate, references=references, columns=columns, depth=depth)


def _number(token: Token) -> _Part:
    value = float(token.text)
    return _Part(lambda scope: value, token.kind)


def _text(token: Token) -> _Part:
    value = token.text[1:-1]
    return _Part(lambda scope: value, token.kind, value)


def _reference(token: Token) -> _Part:
    name = token.text[2:-1].strip()
    return _Part(lambda scope: scope.answers.get(name, ""), token.kind, name, references=frozenset({name}))


def _current(token: Token) -> _Part:
    return _Part(lambda scope: scope.current, token.kind)


def _column(token: Token) -> _Part:
    name = token.text
    return _Part(lambda scope: scope.row.get(name, ""), "column", name, columns=frozenset({name}))


_OPERANDS: Mapping[str, Callable[[Token], _Part]] = {
    "number": _number,
    "text": _text,
    "reference": _reference,
    "current": _current,
}


def _negated(token: Token, part: _Part) -> _Part:
    evaluate = part.evaluate
    return _made(token, lambda scope: -number(evaluate(scope)), [part])


def _joined(token: Token, left: _Part, right: _Part) -> _Part:
    """Two parts and the operator between them."""
    made = _made(token, _OPERATORS[token.text](left.evaluate, right.evaluate), [left, right])
    equalities: Mapping[str, str] = {}
    if token.text == "and":
        equalities = {**right.equalities, **left.equalities}
    elif token.text == "=" and {left.kind, right.kind} == {"column", "reference"}:
        column, reference = (left, right) if left.kind == "column" else (right, left)
        equalities = {column.word: reference.word}
    return replace(made, equalities=equalities)


def _divided(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if not left or left != left else math.copysign(math.inf, left) * math.copysign(1, right)


def _remainder(left: float, right: float) -> float:
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


def _of_numbers(call: Callable[[float, float], Value]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    return lambda left, right: lambda scope: call(number(left(scope)), number(right(scope)))


_OPERATORS: Mapping[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "or": lambda left, right: lambda scope: truth(left(scope)) or truth(right(scope)),
    "and": lambda left, right: lambda scope: truth(left(scope)) and truth(right(scope)),
    "=": lambda left, right: lambda scope: same(left(scope), right(scope)),
    "!=": lambda left, right: lambda scope: not same(left(scope), right(scope)),
    "<": _of_numbers(operator.lt),
    "<=": _of_numbers(operator.le),
    ">": _of_numbers(operator.gt),
    ">=": _of_numbers(operator.ge),
    "+": _of_numbers(operator.add),
    "-": _of_numbers(operator.sub),
    "*": _of_numbers(operator.mul),
    "div": _of_numbers(_divided),
    "mod": _of_numbers(_remainder),
}
