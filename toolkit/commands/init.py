"""``newsletter init``: a new publication, ready to build."""

import datetime
import shlex
from pathlib import Path

import click

from toolkit.commands import json_option, print_json
from toolkit.document.publication import LANGUAGES
from toolkit.editorial.starter import make_publication
from toolkit.errors import shown


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    "--language",
    "language",
    type=click.Choice(LANGUAGES),
    default="ja",
    show_default=True,
    help="The language it is written in; it appears in both.",
)
@json_option
def command(folder: Path, language: str, as_json: bool) -> None:
    """Make a new publication in DIR, with a small first issue, ready to build.

    DIR must be empty, or not there yet.

    \b
    Example:
      newsletter init weekly && cd weekly
      newsletter check && newsletter build --all --lang ja
    """
    files = make_publication(folder, language, datetime.date.today())
    if as_json:
        print_json({"path": str(folder), "language": language, "files": list(map(str, files))})
        return
    for file in files:
        click.echo(shown(folder / file))
    steps = [
        f"cd {shlex.quote(str(folder))}",
        "newsletter check",
        f"newsletter build --all --lang {language}",
    ]
    click.echo("\nGo on with:\n  " + "\n  ".join(steps), err=True)
