"""``newsletter models``: list, install, remove, evaluate and train translation packages."""

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
    training,
)
from toolkit.document.publication import LANGUAGES
from toolkit.errors import MissingError, UsageError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from toolkit.translation.evaluation import Evaluation


@click.group("models")
def command() -> None:
    """List, install, remove, evaluate and train translation packages.

    One package for Japanese and English comes with the toolkit. Any package of Argos
    Translate can be added, from a file or from the Argos index; the ones installed for
    Argos Translate itself are seen too.

    \b
    Example:
      newsletter models list
      newsletter models install translate-ja_en-1_1.argosmodel
    """


command.add_command(training.command)


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


@command.command("evaluate")
@click.argument("what", metavar="PACKAGE")
@click.option(
    "--test",
    "tests",
    metavar="FILE",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="A test set: a row a line, Japanese, tab, English. More files may follow.",
)
@click.argument("more", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--direction",
    type=click.Choice(["ja-en", "en-ja"]),
    help="The only direction to evaluate; by default what the file's name says, or both.",
)
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Only the first N rows.")
@click.option(
    "--beam",
    metavar="N",
    type=click.IntRange(1),
    help="Let the package alone follow N hypotheses; by default 1, the best piece each time.",
)
@click.option(
    "--toolkit",
    is_flag=True,
    help="Evaluate all that `translate` does with the package, not the package alone.",
)
@json_option
def evaluate_(
    what: str,
    tests: tuple[Path, ...],
    more: tuple[Path, ...],
    direction: str | None,
    limit: int | None,
    beam: int | None,
    toolkit: bool,
    as_json: bool,
) -> None:
    """Score a package by test sets: BLEU, chrF2, numbers, and how fast it is.

    PACKAGE is an .argosmodel file, a folder, the code of an installed package, or a pair. It
    translates each row alone: nothing is protected, looked up or decoded again. With
    --toolkit all of that is done, as for an issue. A file whose name holds ja-en or en-ja is
    used in that direction. Scoring needs sacrebleu, which is an extra (evaluate).

    \b
    Examples:
      newsletter models evaluate ja-en --test wmt21_ja-en.tsv
      newsletter models evaluate new.argosmodel --test tests/*.tsv --limit 500 --toolkit
    """
    from toolkit.translation.evaluation import (
        direction_of,
        directions,
        evaluate,
        opened,
        read_test_set,
        require_sacrebleu,
    )

    if toolkit and beam:
        raise UsageError("--beam is for the package alone: the toolkit decodes in its own ways")
    require_sacrebleu()
    sets = [read_test_set(path, limit or 0) for path in dict.fromkeys((*tests, *more))]
    wanted = direction_of(direction) if direction else None
    results = []
    with opened(what) as package:
        planned = [(test, pair) for test in sets for pair in directions(package, test, wanted)]
        for test, pair in planned:
            label = f"{test.path.stem}, {' → '.join(pair)}"
            with progress_bar(len(test.ja), label) as bar:
                result = evaluate(
                    package, test, *pair, beam=beam or 1, toolkit=toolkit, progress=bar.update
                )
            results.append(result)
            if not as_json:
                _print_evaluation(result)
    if as_json:
        print_json([result.as_dict() for result in results])


def _print_evaluation(result: "Evaluation") -> None:
    if result.way == "toolkit":
        way = "with the toolkit around it"
    else:
        way = "alone, " + ("greedy" if result.beam == 1 else f"beam {result.beam}")
    scores, numbers = result.scores, result.numbers
    share = f" ({numbers.right / numbers.rows:.0%})" if numbers.rows else ""
    click.echo(
        f"{result.test}, {result.source} → {result.target}, {result.rows} rows: "
        f"{result.package} {result.version} {way}\n"
        f"    BLEU  {scores.bleu:5.1f}   {scores.bleu_signature}\n"
        f"    chrF2 {scores.chrf:5.1f}   {scores.chrf_signature}\n"
        f"    both sides in NFKC: BLEU {scores.bleu_nfkc:.1f}, chrF2 {scores.chrf_nfkc:.1f}\n"
        f"    numbers right in {numbers.right} of {numbers.rows} rows that hold some{share}\n"
        f"    {result.seconds:.1f} s: {result.rows_per_second:.1f} rows/s, "
        f"{result.pieces_per_second:.0f} tokens/s"
    )


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
