"""The commands of ``newsletter``, a module each: parse, call, print.

What several share lives here: the ``--publication`` option and printing.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from toolkit.document.publication import Publication, find_publication, read_publication
from toolkit.errors import shown
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
        label=label,
        hidden=not is_terminal(),
        item_show_func=lambda item: item,
        file=sys.stderr,
    )
