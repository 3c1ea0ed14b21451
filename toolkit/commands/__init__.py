"""The commands of ``newsletter``, a module each: parse, call, print.

What several share lives here: the ``--publication`` option, completion and printing.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from toolkit.document.publication import Publication, find_publication, read_publication
from toolkit.errors import NewsletterError, shown
from toolkit.findings import Finding

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

F = TypeVar("F", bound=Callable[..., Any])


def publication_option(function: F) -> F:
    """``--publication DIR``; the command gets a ``Path | None`` (see ``open_publication``)."""
    return click.option(
        "--publication",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help="The publication's folder; by default the one this folder lies in.",
    )(function)


def json_option(function: F) -> F:
    """``--json``; the command gets ``as_json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print the result as JSON, for scripts."
    )(function)


def open_publication(folder: Path | None) -> Publication:
    """The publication that was named, or the one around the current folder.

    Raises:
        UsageError: there is none.
        ContentError: its ``newsletter.toml`` has a problem.
    """
    return read_publication(find_publication(folder or Path.cwd()))


def complete_issues(context: click.Context, argument: click.Parameter, begun: str) -> list[str]:
    """The issues whose names begin so, for a shell's completion; each is offered once."""
    given = context.params.get(argument.name or "") or ()
    known = _known(context, lambda publication: publication.slugs())
    return [slug for slug in known if slug.startswith(begun) and slug not in given]


def complete_articles(
    context: click.Context, option: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The articles whose names begin so, for a shell's completion; a path, where none does."""
    known = _known(context, lambda publication: _stems(publication.articles))
    names = [CompletionItem(name) for name in known if name.startswith(begun)]
    return names or [CompletionItem(begun, type="file")]


def _stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.md"))


def _known(context: click.Context, names: Callable[[Publication], list[str]]) -> list[str]:
    try:
        return names(open_publication(context.params.get("publication")))
    except (NewsletterError, OSError):
        # Outside a publication there is nothing to offer, and no place for a message.
        return []


def print_json(value: Any) -> None:
    """Print a value as JSON, Japanese as it is."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """Print findings, a line each."""
    for finding in findings:
        click.echo(str(replace(finding, path=shown(finding.path))), err=err)


def is_terminal() -> bool:
    """Whether a person watches: progress bars are drawn only then."""
    return sys.stderr.isatty()


def progress_bar(length: int, label: str) -> "ProgressBar[str]":
    """A bar on standard error, drawn on a terminal only; ``update(1, "what")`` moves it."""
    return click.progressbar(
        length=length,
        width=24,  # so that the line, with a name, has room in 80 columns
        label=label,
        hidden=not is_terminal(),
        item_show_func=lambda item: item,
        file=sys.stderr,
    )
