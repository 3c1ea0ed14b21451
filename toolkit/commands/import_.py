"""``newsletter import FILE…``: text, Markdown, web pages and Word files → articles."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from toolkit.commands import (
    json_option,
    open_publication,
    print_json,
    progress_bar,
    publication_option,
)
from toolkit.document.japanese import is_wide
from toolkit.errors import ContentError, NewsletterError, UsageError, shown
from toolkit.sources.draft import Action, Change
from toolkit.sources.importing import Imported, Status, read_source, write_imported
from toolkit.sources.whole_issue import is_whole_issue

_LISTED = 6
"""How many drops and lifts of one file are shown; --json has them all."""
_WIDTH = 64


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--into",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the articles go; by default the publication's articles folder.",
)
@click.option("--force", is_flag=True, help="Replace an article of that name that differs.")
@publication_option
@json_option
def command(
    files: Sequence[Path],
    into: Path | None,
    force: bool,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Turn text, Markdown, HTML and Word files into articles.

    Text pasted from a page is mended: bullets, headings and broken sentences are put
    together again, bylines and dates go into the front matter, and what does not belong
    to the article is left out. The summary names everything that was left out or changed.

    An article is named after its file. One that is there already and differs is never
    replaced without --force. A file that cannot be read stops none of the others.

    \b
    Example:
      newsletter import ~/Downloads/*.html notes.txt
      newsletter import report.docx --into articles/
      newsletter import issue.txt && newsletter new 2025-11-25 --from articles/issue.md
    """
    folder = into or _articles_folder(publication)
    results: list[tuple[Imported, Path, Status]] = []
    errors: list[ContentError] = []
    written: dict[Path, Path] = {}
    with progress_bar(len(files), "Importing") as bar:
        for file in files:
            try:
                imported = read_source(file)
                target = folder / f"{imported.article.slug}.md"
                if written.get(target, file) != file:
                    raise ContentError(
                        f"gives an article of the same name as {written[target].name}, "
                        f"{target.name}: rename one of them",
                        file,
                    )
                target, status = write_imported(imported, folder, force=force)
                written[target] = file
                results.append((imported, target, status))
            except ContentError as error:
                errors.append(error)
            bar.update(1, file.name)
    if as_json:
        print_json(
            {
                "articles": [_as_dict(*result) for result in results],
                "errors": [_error_dict(failure) for failure in errors],
            }
        )
    else:
        for result in results:
            _print_summary(*result)
    for failure in errors:
        click.echo(f"newsletter: {failure}", err=True)
    if errors:
        raise SystemExit(ContentError.exit_code)


def _articles_folder(publication: Path | None) -> Path:
    try:
        return open_publication(publication).articles
    except UsageError as error:
        raise UsageError(f"{error.message}; or say where to with --into DIR") from None


def _print_summary(imported: Imported, target: Path, status: Status) -> None:
    article = imported.article
    note = {Status.UNCHANGED: " (unchanged)", Status.REPLACED: " (replaced)"}.get(status, "")
    came = f" ({imported.encoding})" if imported.encoding not in ("", "utf-8") else ""
    click.echo(f"{shown(target)}{note} ← {imported.path.name}{came}")
    about = [article.author, article.source, article.published]
    click.echo(f"  {_short(article.title)}" + "".join(f" · {item}" for item in about if item))
    if not imported.titled:
        click.echo("  no headline was found: write one into the front matter (title)")
    for line in _summary(imported.changes):
        click.echo(f"  {line}")
    for name in imported.images:
        click.echo(f"  image    images/{name}")
    if is_whole_issue(article):
        click.echo(f"  a whole issue: newsletter new SLUG --from {shown(target)}")


def _summary(changes: Sequence[Change]) -> Iterator[str]:
    """Drops and lifts each on a line, as far as they are few; the rest counted by rule."""
    for action in (Action.DROPPED, Action.LIFTED):
        listed = [change for change in changes if change.action is action]
        for change in listed[:_LISTED]:
            yield f"{action:<8} {_place(change)}{_short(change.before)} ({change.rule})"
        if len(listed) > _LISTED:
            yield f"{'':<8} … and {len(listed) - _LISTED} more {action}; --json names them all"
    for action in (Action.CHANGED, Action.MARKED):
        by_rule: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            if change.action is action:
                by_rule[change.rule].append(change)
        for rule, found in by_rule.items():
            yield f"{action:<8} {len(found)} × {rule}, as {_place(found[0])}{_example(found[0])}"


def _place(change: Change) -> str:
    return f"line {change.line}: " if change.line else ""


def _example(change: Change) -> str:
    if change.before == change.after or change.action is Action.MARKED:
        return _short(change.after, 40)
    before, after = _difference(change.before, change.after)
    return f"{_short(before, 24)} → {_short(after, 24)}"


def _difference(before: str, after: str) -> tuple[str, str]:
    """Where two texts differ first, with a few characters around."""
    start = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    start = max(0, start - 4)
    return before[start : start + 12], after[start : start + 12]


def _short(text: str, width: int = _WIDTH) -> str:
    """A text on one line, cut to a width in columns (a Japanese character takes two)."""
    result = ""
    columns = 0
    for char in " ".join(text.split()):
        columns += 2 if is_wide(char) else 1
        if columns > width:
            return result + "…"
        result += char
    return result


def _as_dict(imported: Imported, target: Path, status: Status) -> dict[str, Any]:
    article = imported.article
    return {
        "source": str(imported.path),
        "article": str(target),
        "status": str(status),
        "title": article.title,
        "titled": imported.titled,
        "author": article.author,
        "publisher": article.source,
        "url": article.url,
        "published": article.published,
        "language": article.language,
        "encoding": imported.encoding,
        "whole_issue": is_whole_issue(article),
        "images": [f"images/{name}" for name in imported.images],
        "changes": [change.as_dict() for change in imported.changes],
    }


def _error_dict(error: NewsletterError) -> dict[str, Any]:
    return {"path": str(error.path or ""), "line": error.line or 0, "message": error.message}
