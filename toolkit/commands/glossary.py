"""``newsletter glossary``: terms that must be translated as the editors decided, in and out."""

from pathlib import Path

import click

from toolkit.commands import json_option, open_publication, print_json, publication_option
from toolkit.document.glossary import read_glossary
from toolkit.errors import shown
from toolkit.files import read_text, write_atomic


@click.group("glossary")
def command() -> None:
    """Exchange the glossary with other tools.

    The glossary is glossary.csv, with the columns ja, en, note: edit it there. `newsletter
    check` says what is wrong with it.

    \b
    Examples:
      newsletter glossary import agency.tbx
      newsletter glossary export terms.tbx
    """


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@publication_option
@json_option
@click.pass_context
def import_(context: click.Context, file: Path, publication: Path | None, as_json: bool) -> None:
    """Add the terms of a TBX file (ISO 30042) to the glossary.

    What the glossary has stays as it is. Terms that have another translation there are
    named and not taken; the command then ends with exit code 1.

    \b
    Example:
      newsletter glossary import agency.tbx
    """
    from toolkit.translation.tbx import added, read_tbx

    opened = open_publication(publication)
    glossary = read_glossary(opened.glossary)
    terms = read_tbx(file)
    before = read_text(opened.glossary) if opened.glossary.is_file() else ""
    after, count, refused = added(before, glossary, terms)
    if count:
        write_atomic(opened.glossary, after)
    if as_json:
        print_json({"path": str(opened.glossary), "added": count, "refused": refused})
    else:
        click.echo(f"{shown(opened.glossary)}: {count} terms added")
        for line in refused:
            click.echo(f"{shown(file)}: {line}", err=True)
    context.exit(1 if refused else 0)


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@publication_option
@json_option
def export(file: Path, publication: Path | None, as_json: bool) -> None:
    """Write the glossary as a TBX file (ISO 30042:2019, TBX-Core).

    \b
    Example:
      newsletter glossary export terms.tbx
    """
    from toolkit.translation.tbx import write_tbx

    glossary = read_glossary(open_publication(publication).glossary)
    write_atomic(file, write_tbx(glossary))
    if as_json:
        print_json({"path": str(file), "terms": len(glossary.entries)})
    else:
        click.echo(f"{shown(file)}: {len(glossary.entries)} terms")
