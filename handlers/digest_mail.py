"""A digest as an e-mail: the same in plain text and in HTML that needs nothing from outside, and as a CSV."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from flows.language import LANGUAGES, chain
from handlers.desk import Desk
from handlers.digest_csv import digest_csv
from handlers.digest_words import groups, length, local, place, title
from handlers.figure import Arrow
from handlers.period import Period
from handlers.summary import Row, Summary
from models.figures import Step

COLUMNS = ("area", "group", "new", "trend", "verified", "open")
STEPS = {Step.TAKEN: "mail.taken", Step.VERIFIED: "mail.checked", Step.CLOSED: "mail.closed"}
SIGNS = {Arrow.UP: "↑", Arrow.DOWN: "↓", Arrow.LEVEL: "="}
CELL = "border:1px solid #999;padding:4px 8px;text-align:start"
PAGE = (
    '<!doctype html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>'
    '</head>\n<body dir="{direction}" style="font-family:sans-serif;color:#111;background:#fff;max-width:44em">\n'
    '<h1 style="font-size:1.3em">{title}</h1>\n{body}\n</body></html>\n'
)


def digest_mail(desk: Desk, period: Period, summary: Summary, language: str, *, late: bool) -> Mapping[str, str]:
    """The parts of a letter: language, subject, plain, html, csv and the name of its file."""
    spoken = next((tag for tag in chain(language) if tag in desk.words.catalogues), language)
    head = title(desk, period, spoken, late=late)
    text = _Text(desk, period, summary, spoken)
    return {
        "language": spoken,
        "subject": f"{desk.policy.organisation}: {head}",
        "plain": _plain(text, head),
        "html": _html(text, head),
        "csv": digest_csv(desk, period, summary, spoken),
        "file": f"digest-{period.kind}-{period.day}.csv",
    }


class _Text:
    """What a digest says in one language, before it is set in type."""

    def __init__(self, desk: Desk, period: Period, summary: Summary, language: str) -> None:
        self.desk, self.period, self.summary, self.language = desk, period, summary, language
        self.names = groups(desk, language)

    def say(self, key: str, **values: object) -> str:
        return self.desk.say(key, self.language, **values)

    def span(self) -> str:
        since, until = (f"{local(self.desk, at):%d/%m/%Y %H:%M}" for at in (self.period.begins_at, self.period.ends_at))
        return self.say("mail.since", since=since, until=until)

    def header(self) -> Sequence[str]:
        return [self.say(f"mail.{column}") for column in COLUMNS]

    def lines(self) -> Iterator[Sequence[str]]:
        """Of the table: area, group and figures; the sums first."""
        all_of_it = self.summary
        sums = all_of_it.new.text, self.sign(all_of_it.arrow), all_of_it.verified.text, all_of_it.open.text
        yield self.say("mail.total"), "", *sums
        yield from (self._line(row) for row in all_of_it.rows)

    def _line(self, row: Row) -> Sequence[str]:
        what = place(self.desk, row.area, self.language), self.names.get(row.group, row.group)
        return *what, row.new.text, self.sign(row.arrow), row.verified.text, row.open.text

    def sign(self, arrow: Arrow | None) -> str:
        return f"{SIGNS[arrow]} {self.say(f'digest.{arrow}')}" if arrow else ""

    def facts(self) -> Iterator[tuple[str, str]]:
        """How well it goes: what, and how it stands."""
        posts = ", ".join(place(self.desk, key, self.language) for key in self.summary.silent)
        yield self.say("mail.silent"), posts or self.say("mail.nobody")
        few, delays = self.say("mail.few"), self.summary.delays
        for step, key in STEPS.items():
            yield self.say(key), length(self.desk, delays[step], self.language) if step in delays else few
        yield self.say("mail.told"), few if self.summary.told is None else f"{self.summary.told} %"

    def notes(self) -> Iterator[str]:
        for key in ("mail.hidden", f"mail.compared_{self.period.kind}", "mail.attached", "mail.automatic"):
            yield self.say(key)


def _plain(text: _Text, head: str) -> str:
    """A line for each line of the table, every figure with its name, so that it can be read without columns."""
    names = text.header()
    told = [head, text.span(), ""]
    for area, group, *figures in text.lines():
        named = [f"{name}: {figure}" for name, figure in zip(names[2:], figures, strict=True) if figure]
        told.append(f"{', '.join(filter(None, (area, group)))}\n  {'; '.join(named)}")
    facts = [f"{what}: {how}" for what, how in text.facts()]
    return "\n".join([*told, "", *facts, "", *text.notes(), ""])


def _html(text: _Text, head: str) -> str:
    rows = [_row("th", text.header()), *(_row("td", line) for line in text.lines())]
    facts = [f"<li>{escape(what)}: <bdi>{escape(how)}</bdi></li>" for what, how in text.facts()]
    notes = [f'<p style="font-size:.9em">{escape(note)}</p>' for note in text.notes()]
    table = ['<table style="border-collapse:collapse">', *rows, "</table>"]
    body = "\n".join([f"<p>{escape(text.span())}</p>", *table, "<ul>", *facts, "</ul>", *notes])
    language = LANGUAGES.get(text.language)
    direction = "rtl" if language and language.rtl else "ltr"
    return PAGE.format(language=escape(text.language), direction=direction, title=escape(head), body=body)


def _row(kind: str, cells: Sequence[str]) -> str:
    """Figures read from left to right in every language, so that `<5` does not turn round."""
    names, figures = cells[:2], cells[2:]
    ways = [*(f"<bdi>{escape(cell)}</bdi>" for cell in names), *(_number(kind, cell) for cell in figures)]
    scope = ' scope="col"' if kind == "th" else ""
    return "<tr>" + "".join(f'<{kind}{scope} style="{CELL}">{way}</{kind}>' for way in ways) + "</tr>"


def _number(kind: str, cell: str) -> str:
    is_figure = kind == "td" and cell[:1] in "<0123456789"
    return f'<bdi dir="ltr">{escape(cell)}</bdi>' if is_figure else f"<bdi>{escape(cell)}</bdi>"
