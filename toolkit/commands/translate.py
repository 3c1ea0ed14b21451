"""``newsletter translate``: catalogs brought up to date, or one text translated."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from toolkit.commands import (
    complete_issues,
    json_option,
    open_publication,
    print_findings,
    print_json,
    progress_bar,
    publication_option,
)
from toolkit.document.issue import issue_folder, read_issue
from toolkit.document.japanese import language_of
from toolkit.document.publication import (
    LANGUAGES,
    Publication,
    find_publication,
    read_publication,
)
from toolkit.errors import ContentError, UsageError, shown

if TYPE_CHECKING:
    from toolkit.document.glossary import Glossary
    from toolkit.translation.engine import Engine
    from toolkit.translation.translate import OpenEngine, TranslationReport

_READ_AHEAD, _LINES = 1 << 16, 64
"""Bytes of standard input that are waited for at most, and lines that are one batch."""


@click.command("translate")
@click.argument("slugs", metavar="[SLUG]... | -", nargs=-1, shell_complete=complete_issues)
@click.option("--all", "all_issues", is_flag=True, help="Translate every issue.")
@click.option("--text", help="Translate this text, to standard output.")
@click.option(
    "--to",
    "target",
    type=click.Choice(LANGUAGES),
    help="The language to translate into; by default every other one of the publication.",
)
@click.option(
    "--from",
    "source",
    type=click.Choice(LANGUAGES),
    help="The language of a text or of standard input; by default each line's own.",
)
@click.option(
    "--redraft", is_flag=True, help="Also make again the drafts that nobody approved or changed."
)
@publication_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    slugs: tuple[str, ...],
    all_issues: bool,
    text: str | None,
    target: str | None,
    source: str | None,
    redraft: bool,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Bring the catalogs of issues up to date, or translate a text.

    A catalog, issues/SLUG/LANG.po, holds a sentence an entry. What you approved in it is
    never touched; sentences that are new or changed get a draft, marked fuzzy until you
    approve it. Poedit and a text editor open it alike.

    With -, standard input is translated line by line to standard output.

    \b
    Examples:
      newsletter translate 2025-11-25
      newsletter translate --all --to en
      newsletter translate --text "今週の要点は二つです。" --to en
      newsletter translate - --to ja < notes.txt > notes.ja.txt
    """
    if text is not None or "-" in slugs:
        if all_issues or redraft or (text is not None) + len(slugs) != 1:
            raise UsageError("translate issues, one --text, or - (standard input): one of them")
        if target is None:
            raise UsageError(f"say into which language: --to {' or --to '.join(LANGUAGES)}")
        _translate_text(text, source, target, publication, as_json=as_json)
        return
    if source is not None:
        raise UsageError("--from goes with --text and -; issues know their language")
    opened = open_publication(publication)
    chosen = _chosen(opened, slugs, all_issues)
    targets = _targets(opened, target)
    reports, failures = _translate_issues(opened, chosen, targets, redraft, as_json)
    if as_json:
        print_json(
            {
                "catalogs": [report.as_dict() for report in reports],
                "failures": [str(failure) for failure in failures],
            }
        )
    else:
        for failure in failures:
            click.echo(f"newsletter: {failure}", err=True)
    context.exit(1 if failures else 0)


def _chosen(publication: Publication, slugs: tuple[str, ...], all_issues: bool) -> list[str]:
    if bool(slugs) == all_issues:
        raise UsageError("name the issues to translate, or give --all (not both)")
    for slug in slugs:
        issue_folder(publication, slug)
    return publication.slugs() if all_issues else list(dict.fromkeys(slugs))


def _targets(publication: Publication, target: str | None) -> tuple[str, ...]:
    written_in, *others = publication.languages
    if target is None:
        if not others:
            raise UsageError(
                "the publication has one language only: add another to languages in newsletter.toml"
            )
        return tuple(others)
    if target == written_in:
        raise UsageError(f"the issues are written in {target}: name another language with --to")
    if target not in others:
        raise UsageError(
            f"the publication does not appear in {target}: add it to languages in newsletter.toml"
        )
    return (target,)


def _translate_issues(
    publication: Publication,
    slugs: list[str],
    targets: tuple[str, ...],
    redraft: bool,
    quiet: bool,
) -> tuple[list["TranslationReport"], list[ContentError]]:
    """Translate issues one after the other; a problem in one does not keep the others."""
    from toolkit.translation.translate import translate_issue

    engine = _engines(publication.package)
    reports: list[TranslationReport] = []
    failures: list[ContentError] = []
    for slug, language in ((slug, language) for slug in slugs for language in targets):
        with ExitStack() as stack:
            try:
                report = translate_issue(
                    publication,
                    read_issue(publication, slug),
                    language,
                    engine,
                    redraft=redraft,
                    progress=_bar(stack, f"{slug} → {language}"),
                )
            except ContentError as error:
                failures.append(error)
                continue
        reports.append(report)
        if not quiet:
            _print(report)
    return reports, failures


def _bar(stack: ExitStack, label: str) -> Callable[[int, int], None]:
    """Progress on a bar that is drawn once there is something to draft."""
    bars: list[Any] = []

    def advance(done: int, total: int) -> None:
        if not bars:
            bars.append(stack.enter_context(progress_bar(total, label)))
        bars[0].update(done)

    return advance


def _print(report: "TranslationReport") -> None:
    counts = (
        (report.approved, "approved"),
        (report.edited, "edited, not yet approved"),
        (report.from_memory, "from memory"),
        (report.drafted, "drafted"),
        (report.unchanged, "drafted before"),
        (report.obsolete, "no longer used"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    plural = "" if report.sentences == 1 else "s"
    click.echo(f"{shown(report.path)}: {report.sentences} sentence{plural}: {told}")
    if kinds := report.to_look_at():
        lines = len({one.line for one in report.findings if one.path == report.path})
        sentences = "1 sentence" if lines == 1 else f"{lines} sentences"
        told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        click.echo(f"    {sentences} to look at: {told}")
    print_findings(report.findings, err=True)


def _translate_text(
    text: str | None, source: str | None, target: str, folder: Path | None, *, as_json: bool
) -> None:
    from toolkit.document.glossary import Glossary, read_glossary

    publication = _publication(folder)
    glossary = read_glossary(publication.glossary) if publication else Glossary()
    package = publication.package if publication else ""
    engine = _engines(package)
    if text is None:
        if as_json:
            raise UsageError("--json goes with issues and with --text; - gives lines of text")
        _translate_stream(sys.stdin.buffer, source, target, engine, glossary)
        return
    from toolkit.translation.translate import translate_lines

    lines = translate_lines(text.split("\n"), target, engine, glossary, source=source or "")
    if as_json:
        print_json(
            {
                "from": source or language_of(text),
                "to": target,
                "text": text,
                "translation": "\n".join(line.text for line in lines),
                "findings": [finding for line in lines for finding in line.findings],
            }
        )
        return
    for number, line in enumerate(lines, 1):
        click.echo(line.text)
        _warn(line.findings, number)


def _publication(folder: Path | None) -> Publication | None:
    """The publication whose glossary and package a text is translated with, if there is one."""
    if folder is not None:
        return open_publication(folder)
    try:
        root = find_publication(Path.cwd())
    except UsageError:
        return None
    return read_publication(root)


def _translate_stream(
    stream: BinaryIO, source: str | None, target: str, engine: "OpenEngine", glossary: "Glossary"
) -> None:
    """Translate lines as they come: what has arrived is translated before more is waited for."""
    from toolkit.translation.translate import translate_lines

    number = 0
    for lines in _arriving(stream):
        for start in range(0, len(lines), _LINES):
            texts = [
                _decoded(line, number + position)
                for position, line in enumerate(lines[start : start + _LINES], 1)
            ]
            for line in translate_lines(texts, target, engine, glossary, source=source or ""):
                number += 1
                click.echo(line.text, nl=False)
                _warn(line.findings, number)
            sys.stdout.flush()


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise ContentError(
            "is not UTF-8 text: send it through `iconv -t UTF-8`", Path("-"), number
        ) from None


def _arriving(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of a stream with their ends, as many at a time as have arrived."""
    rest = b""
    while data := stream.read1(_READ_AHEAD):  # type: ignore[attr-defined]
        *lines, rest = (rest + data).split(b"\n")
        if lines:
            yield [line + b"\n" for line in lines]
    if rest:
        yield [rest]


def _engines(package: str) -> "OpenEngine":
    """Opens each engine once."""

    @cache
    def engine(source: str, target: str) -> "Engine":
        from toolkit.translation.engine import open_engine

        return open_engine(source, target, package)

    return engine


def _warn(findings: tuple[str, ...], number: int) -> None:
    for finding in findings:
        click.echo(f"line {number}: warning: {finding}", err=True)
