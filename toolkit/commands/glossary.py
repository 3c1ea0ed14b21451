"""``newsletter glossary``: terms that must be translated as the editors decided, in and out."""

from dataclasses import replace
from pathlib import Path

import click

from toolkit.commands import (
    json_option,
    open_publication,
    print_findings,
    print_json,
    publication_option,
)
from toolkit.document.glossary import inspect_glossary, read_glossary
from toolkit.errors import shown
from toolkit.files import read_text, write_atomic
from toolkit.findings import failed


@click.group("glossary")
def command() -> None:
    """Check the glossary, and exchange it with other tools.

    The glossary is glossary.csv, with the columns ja, en, note: edit it there.

    \b
    Examples:
      newsletter glossary check
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


@command.command("check")
@publication_option
@json_option
@click.pass_context
def check(context: click.Context, publication: Path | None, as_json: bool) -> None:
    """Say what is wrong with the glossary, and where its terms are not used.

    Errors, with their lines: a term given twice, with one translation or two, a side left
    empty, no header, another encoding. Warnings: approved translations that say a term in
    another way; a comment `# ok` in the catalog waives them. Ends with exit code 1 if there
    are errors. `newsletter check` includes all of it.

    \b
    Example:
      newsletter glossary check
    """
    from toolkit.translation.findings import check_terms

    opened = open_publication(publication)
    findings = check_terms(opened)
    terms = len(inspect_glossary(opened.glossary)[0].entries)
    if as_json:
        found = [replace(finding, path=shown(finding.path)).as_dict() for finding in findings]
        print_json({"path": str(opened.glossary), "terms": terms, "findings": found})
    else:
        print_findings(findings)
        count = len(findings) or "nothing"
        click.echo(f"{shown(opened.glossary)}: {terms} terms, {count} found", err=True)
    context.exit(1 if failed(findings) else 0)
