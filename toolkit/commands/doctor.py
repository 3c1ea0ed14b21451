"""``newsletter doctor``: what of fonts, libraries and packages is there, and what is missing."""

import ctypes.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from toolkit import __version__
from toolkit.commands import json_option, open_publication, print_json, publication_option
from toolkit.errors import NewsletterError
from toolkit.resources import folder

LIBRARIES = ("weasyprint", "python-docx", "ctranslate2", "sentencepiece", "argostranslate")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, and, where it is missing, the remedy."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


@click.command("doctor")
@publication_option
@json_option
@click.pass_context
def command(context: click.Context, publication: Path | None, as_json: bool) -> None:
    """Say what of fonts, libraries and packages is there, and what is missing.

    Ends with exit code 3 if something is missing, and says for each what to do.

    \b
    Example:
      newsletter doctor --json
    """
    checks = list(_checks(publication))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            click.echo(f"{'ok     ' if check.ok else 'MISSING'}  {check.name}: {check.found}")
            if check.remedy:
                click.echo(f"         → {check.remedy}")
    context.exit(0 if all(check.ok for check in checks) else 3)


def _checks(publication: Path | None) -> Iterator[Check]:
    running = ".".join(map(str, sys.version_info[:3]))
    yield Check("newsletter-toolkit", True, f"{__version__}, on Python {running}")
    for name in LIBRARIES:
        yield _library(name)
    yield _attempt("Pango", _pango, "`make setup` installs it (Debian: libpangoft2-1.0-0)")
    yield _attempt(
        "HarfBuzz subset",
        _harfbuzz,
        "`make setup` installs it (Debian: libharfbuzz-subset0); without it PDFs take "
        "seconds longer each",
    )
    yield _attempt("fonts", _fonts, "install the toolkit again: its templates/fonts are missing")
    yield _attempt(
        "Japanese dictionary",
        _dictionary,
        "install the toolkit again: its dictionary (sudachidict-core) is missing",
    )
    for source, target in (("ja", "en"), ("en", "ja")):
        yield _attempt(
            f"translation {source} → {target}",
            partial(_translator, source, target),
            f"`newsletter models install {source}-{target}`",
        )
    if publication is not None:
        yield _attempt("publication", partial(_publication, publication), "")


def _library(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", "`make setup` installs it")


def _attempt(name: str, look: Callable[[], str], remedy: str) -> Check:
    """What ``look`` finds; an error of the toolkit's, or a library that will not load, is a gap."""
    try:
        return Check(name, True, look())
    except (NewsletterError, ImportError, OSError) as error:
        return Check(name, False, str(error).splitlines()[0], remedy)


def _pango() -> str:
    from toolkit.rendering.typesetter.libraries import found_by_soname

    with found_by_soname():
        import weasyprint
        from weasyprint.text.ffi import pango

    number = pango.pango_version()
    release = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    return f"{release}, loaded by WeasyPrint {weasyprint.__version__}"


def _harfbuzz() -> str:
    library = ctypes.util.find_library("harfbuzz-subset")
    if library is None:
        raise OSError("not found")
    return library


def _fonts() -> str:
    names = sorted(path.stem for path in (folder("templates") / "fonts").glob("*.[ot]tf"))
    if not names:
        raise OSError("none found")
    return ", ".join(names)


def _dictionary() -> str:
    import sudachipy

    sudachipy.Dictionary(dict="core").tokenizer().tokenize("辞書")
    return f"sudachidict-core {version('sudachidict-core')}"


def _translator(source: str, target: str) -> str:
    from toolkit.translation.package import find

    package = find(source, target)
    return f"{package.code} {package.version} at {package.path}"


def _publication(place: Path) -> str:
    opened = open_publication(place)
    return f"{opened.name(opened.languages[0])}, {len(opened.slugs())} issues"
