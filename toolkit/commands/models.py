"""``newsletter models``: list, install and remove translation packages."""

from contextlib import ExitStack
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.commands import (
    json_option,
    open_publication,
    print_json,
    progress_bar,
    publication_option,
)
from toolkit.document.publication import LANGUAGES
from toolkit.errors import MissingError, UsageError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@click.group("models")
def command() -> None:
    """List, install and remove translation packages.

    One package for Japanese and English comes with the toolkit. Any package of Argos
    Translate can be added, from a file or from the Argos index; the ones installed for
    Argos Translate itself are seen too.

    \b
    Example:
      newsletter models list
      newsletter models install translate-ja_en-1_1.argosmodel
    """


@command.command("list")
@publication_option
@json_option
def list_(publication: Path | None, as_json: bool) -> None:
    """List the installed packages, and which one translates each pair.

    In a publication, the package that its newsletter.toml names counts.

    \b
    Example:
      newsletter models list --json
    """
    from toolkit.translation.argos import home
    from toolkit.translation.package import broken, installed, shown_pairs, size

    packages, problems = installed(), broken()
    used = _used(_choice(publication))
    if as_json:
        print_json(
            {
                "folder": str(home()),
                "packages": [
                    {
                        "code": package.code,
                        "name": package.name,
                        "version": package.version,
                        "pairs": package.pairs,
                        "architecture": package.architecture,
                        "bytes": size(package),
                        "path": str(package.path),
                        "bundled": package.bundled,
                    }
                    for package in packages
                ],
                "used": used,
                "broken": [
                    {"path": str(problem.path), "message": problem.message} for problem in problems
                ],
            }
        )
        return
    for package in packages:
        place = "comes with the toolkit" if package.bundled else str(package.path)
        click.echo(f"{package.code}: {package.name}, version {package.version or 'unknown'}")
        click.echo(f"    {shown_pairs(package.pairs)}")
        click.echo(f"    {package.architecture}, {size(package) / 1e6:.1f} MB, {place}")
    for pair, code in used.items():
        click.echo(f"{pair.replace('-', ' → ')} is translated by {code or 'none of these'}")
    for problem in problems:
        click.echo(f"cannot be used: {problem}", err=True)


@command.command("install")
@click.argument("what", metavar="FILE-OR-PAIR")
def install_(what: str) -> None:
    """Install a package from an .argosmodel file, or a pair's newest from the Argos index.

    Where the index lies is Argos's setting (ARGOS_PACKAGE_INDEX), where packages are
    installed too (ARGOS_PACKAGES_DIR). An installed package is used for its pair from now
    on, instead of the one that comes with the toolkit.

    \b
    Examples:
      newsletter models install en-ja
      newsletter models install downloads/translate-ja_en-1_1.argosmodel
    """
    from toolkit.translation.package import install, shown_pairs

    with ExitStack() as stack:

        @cache
        def bar() -> "ProgressBar[str]":
            return stack.enter_context(progress_bar(100, "downloading"))

        def show(received: int, announced: int) -> None:
            done = 100 * received // announced if announced else 0
            bar().update(done - bar().pos, f"{received / 1e6:.0f} MB")

        package = install(what, show)
    click.echo(
        f"installed {package.code} {package.version} ({shown_pairs(package.pairs)}) at "
        f"{package.path}"
    )


@command.command("remove")
@click.argument("what", metavar="CODE-OR-PAIR")
def remove_(what: str) -> None:
    """Remove an installed package; the one that comes with the toolkit stays.

    \b
    Example:
      newsletter models remove translate-ja_en-1_1
    """
    from toolkit.translation.package import remove

    click.echo(f"removed {remove(what)}")


def _choice(folder: Path | None) -> str:
    """The package that the publication names, if there is a publication here or one was named."""
    try:
        return open_publication(folder).package
    except UsageError:
        if folder is not None:
            raise
        return ""


def _used(code: str) -> dict[str, str | None]:
    """By pair of languages, the code of the package that translates it."""
    from toolkit.translation.package import find

    used: dict[str, str | None] = {}
    for source, target in permutations(LANGUAGES, 2):
        try:
            used[f"{source}-{target}"] = find(source, target, code).code
        except MissingError:
            used[f"{source}-{target}"] = None
    return used
