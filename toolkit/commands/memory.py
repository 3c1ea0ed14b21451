"""``newsletter memory``: what was approved before, in and out."""

from pathlib import Path

import click

from toolkit.commands import (
    json_option,
    open_publication,
    print_findings,
    print_json,
    publication_option,
)
from toolkit.errors import UsageError, shown


@click.group("memory")
def command() -> None:
    """See, import and export the translation memory.

    The memory knows every sentence that was approved in any issue, and what was imported.
    `newsletter translate` takes from it what it can.

    \b
    Examples:
      newsletter memory stats
      newsletter memory import earlier-issues.tmx
      newsletter memory export everything.tmx
    """


@command.command("stats")
@publication_option
@json_option
def stats(publication: Path | None, as_json: bool) -> None:
    """Say how many sentences the memory knows.

    \b
    Example:
      newsletter memory stats
    """
    from toolkit.translation.memory import open_memory, statistics

    opened = open_publication(publication)
    with open_memory(opened) as memory:
        found, findings = statistics(memory), memory.findings
    if as_json:
        print_json(
            {
                "path": str(opened.memory),
                "files": found.files,
                "directions": [
                    {
                        "from": source,
                        "to": target,
                        "sentences": count,
                        "imported": found.imported[source, target],
                    }
                    for (source, target), count in found.sentences.items()
                ],
                "findings": [finding.as_dict() for finding in findings],
            }
        )
        return
    files = "1 file" if found.files == 1 else f"{found.files} files"
    click.echo(f"{shown(opened.memory)}: {files}")
    for (source, target), count in found.sentences.items():
        imported = found.imported[source, target]
        click.echo(f"{source} → {target}: {count:,} sentences, {imported:,} of them imported")
    print_findings(findings, err=True)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", help="What to call it in the folder memory/; by default as the file.")
@click.option("--replace", is_flag=True, help="Put it in place of what has that name already.")
@publication_option
@json_option
def import_(
    file: Path, name: str | None, replace: bool, publication: Path | None, as_json: bool
) -> None:
    """Take translations from a TMX file (1.4b) into the memory.

    Sentences in both Japanese and English are taken, in any of their variants (ja-JP,
    en-GB), and written to memory/NAME.tmx in the publication. Delete that file, and they
    are out of the memory again.

    \b
    Examples:
      newsletter memory import earlier-issues.tmx
      newsletter memory import new.tmx --name agency --replace
    """
    from toolkit.translation.memory import IMPORTED
    from toolkit.translation.tmx import import_tmx

    opened = open_publication(publication)
    stem = file.stem if name is None else name
    if not stem or stem.startswith(".") or Path(stem).name != stem:
        raise UsageError(f"{stem!r} is no name for a file: give another one with --name")
    place = opened.root / IMPORTED / f"{stem}.tmx"
    if place.exists() and not replace:
        raise UsageError(
            f"{shown(place)} is there already: --replace puts this one in its place, "
            "--name NAME beside it"
        )
    taken, left_out = import_tmx(file, place, opened.languages[0])
    if as_json:
        print_json({"path": str(place), "sentences": taken, "left_out": left_out})
        return
    rest = f", {left_out:,} left out (doubled, too long, or not in both)" if left_out else ""
    click.echo(f"{shown(place)}: {taken:,} sentences{rest}")


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@publication_option
@json_option
def export(file: Path, publication: Path | None, as_json: bool) -> None:
    """Write everything in the memory as a TMX file (1.4b), for any translation tool.

    \b
    Example:
      newsletter memory export everything.tmx
    """
    from toolkit.files import write_atomic
    from toolkit.translation.memory import open_memory, pairs
    from toolkit.translation.tmx import Unit, write_tmx

    opened = open_publication(publication)
    source = opened.languages[0]
    with open_memory(opened) as memory:
        target = "en" if source == "ja" else "ja"
        found = list(pairs(memory, source, target))
        findings = memory.findings
    units = [Unit(*(pair if source == "ja" else pair[::-1])) for pair in found]
    write_atomic(file, write_tmx(units, source))
    if as_json:
        print_json(
            {
                "path": str(file),
                "sentences": len(units),
                "findings": [finding.as_dict() for finding in findings],
            }
        )
        return
    click.echo(f"{shown(file)}: {len(units):,} sentences")
    print_findings(findings, err=True)
