"""`forms check` and `forms export`: write your own form in a spreadsheet, and see what is wrong with it."""

from pathlib import Path

import click
from flask.cli import AppGroup

from flows.check import check
from flows.language import Words
from flows.world import Limits
from flows.xlsform import read, write_xlsx
from service.parts import ROOT

forms = AppGroup("forms", help="XLSForms.")


@forms.command("check")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_form(path: Path) -> None:
    """Read an XLSForm (.xlsx, .xls, .md, .csv) and try every screen; exit 1 if anything is wrong."""
    form, problems = read(path)
    if form is not None:
        problems = [*problems, *check(form, Words.load(ROOT / "locale"), Limits(), {})]
    for problem in problems:
        click.echo(str(problem))
    if form is None or any(problem.is_error for problem in problems):
        raise SystemExit(1)
    click.echo(f"{form.name}: {len(form.questions)} questions in {', '.join(form.languages)}; every screen fits.")


@forms.command("export")
@click.argument("name")
@click.option("--xlsx", "as_xlsx", is_flag=True, help="Write NAME.xlsx here, for a spreadsheet.")
def export(name: str, as_xlsx: bool) -> None:
    """Print a shipped form, or write it as .xlsx."""
    source = ROOT / "flows" / "forms" / f"{name}.md"
    if not source.exists():
        known = ", ".join(sorted(path.stem for path in source.parent.glob("*.md")))
        raise click.UsageError(f"no form {name}; there are: {known}")
    if not as_xlsx:
        click.echo(source.read_text(encoding="utf-8"))
        return
    target = Path(f"{name}.xlsx")
    write_xlsx(source, target)
    click.echo(f"Wrote {target}.")
