"""The packages on this machine: which are installed, and which translates a pair of languages.

Packages live in Argos Translate's own folder, so what any other program installed there works
here, and what is installed here works there. ``argostranslate`` says where that is and reads
the index; its installer is not used, for it extracts whatever a zip says to any place and then
imports PyTorch.
"""

import itertools
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from toolkit.document.publication import LANGUAGES
from toolkit.errors import ContentError, MissingError, UsageError
from toolkit.translation import bundled
from toolkit.translation.archive import changing, discard, unpack, writing
from toolkit.translation.argos import argos_settings, home
from toolkit.translation.index import Progress, download, look_up
from toolkit.translation.metadata import Package, read_package

__all__ = [
    "Package",
    "broken",
    "find",
    "install",
    "installed",
    "remove",
    "shown_pairs",
    "size",
    "unpacked",
]

_PAIR = re.compile(r"([a-z]{2,3})[-_]([a-z]{2,3})")
_OURS = tuple(itertools.permutations(LANGUAGES, 2))


def installed() -> list[Package]:
    """The packages that can be used, in order of preference; ``broken`` names the others.

    Those a user installed come before the one that comes with the toolkit.
    """
    return _look()[0]


def broken() -> list[MissingError]:
    """Why what else lies in the folders of packages cannot be used, a line each."""
    return _look()[1]


def find(source: str, target: str, code: str = "") -> Package:
    """The package that translates ``source`` into ``target``.

    Args:
        source: the code of the language written in.
        target: the code of the language wanted.
        code: the package a publication chose; else the first of ``installed`` for the pair.

    Raises:
        MissingError: there is none, it is broken, or it translates another pair.
    """
    packages, problems = _look()
    if code:
        return _find_code(source, target, code, packages, problems)
    for package in packages:
        if (source, target) in package.pairs:
            return package
    if problems:
        raise problems[0]
    raise MissingError(
        f"no installed package translates {source} → {target}: install one with "
        f"`newsletter models install {source}-{target}` or from a file"
    )


def install(what: str, progress: Progress | None = None) -> Package:
    """Install a package, in place of one with the same code if there is one.

    Args:
        what: an ``.argosmodel`` file, or a pair such as ``en-ja``, whose newest package is
            fetched from the Argos index.
        progress: called while a package is downloaded.

    Raises:
        UsageError: it is no file and no pair.
        ContentError: the file is no package, one that nobody should unpack, or for other
            languages.
        MissingError: the index cannot be reached, has no such package, or gives a broken one;
            the disk is full or cannot be written.
    """
    path = Path(what)
    pair = _PAIR.fullmatch(what)
    if path.is_file():
        try:
            with path.open("rb") as file:
                return _installed(file, path, _OURS)
        except OSError as error:
            raise ContentError(f"cannot be read: {error.strerror}", path) from None
    if not pair:
        raise UsageError(
            f"{what} is neither a file nor a pair of languages: give the path of an .argosmodel, "
            "or a pair such as en-ja"
        )
    offer = look_up(pair[1], pair[2])
    # A file without a name: it vanishes with the process, however that ends.
    with writing(home()), tempfile.TemporaryFile(dir=home()) as downloaded:
        link = download(offer, downloaded, progress)
        try:
            return _installed(downloaded, Path(link), [(offer.source, offer.target)])
        except ContentError as error:
            raise MissingError(f"what {link} gave {error.message}") from None


def _installed(file: IO[bytes], origin: Path, pairs: Collection[tuple[str, str]]) -> Package:
    with changing(home()):
        return read_package(unpack(file, origin, home(), pairs=pairs))


@contextmanager
def unpacked(path: Path) -> Iterator[Package]:
    """The package in a file, for a while: unpacked elsewhere as it would be, and not installed.

    Raises:
        ContentError: the file is no package, or one that nobody should unpack.
        MissingError: the disk is full.
    """
    with tempfile.TemporaryDirectory() as temporary:
        try:
            with path.open("rb") as file:
                place = unpack(file, path, Path(temporary))
        except OSError as error:
            raise ContentError(f"cannot be read: {error.strerror}", path) from None
        yield read_package(place)


def remove(what: str) -> Path:
    """Remove an installed package, also one that is broken; its folder, now gone, is returned.

    Args:
        what: its code, or a pair that it alone of the user's packages translates.

    Raises:
        UsageError: there is none, there are several, or it comes with the toolkit.
        MissingError: its folder cannot be changed.
    """
    packages, _ = _look()
    chosen = [
        folder for folder in _folders() if folder.name == what and not bundled.is_ours(folder)
    ]
    if not chosen and (pair := _PAIR.fullmatch(what)):
        translating = [package for package in packages if pair.groups() in package.pairs]
        chosen = [package.path for package in translating if not package.bundled]
    if len(chosen) > 1:
        codes = ", ".join(folder.name for folder in chosen)
        raise UsageError(f"several packages translate {what}: name the one to remove ({codes})")
    if chosen:
        with changing(chosen[0].parent):
            discard(chosen[0])
        return chosen[0]
    for package in packages:
        if package.bundled and what in (package.code, *map("-".join, package.pairs)):
            raise UsageError(
                f"{what} comes with the toolkit and cannot be removed; a package you install for "
                "a pair is used instead of it"
            )
    names = ", ".join(package.code for package in packages if not package.bundled)
    raise UsageError(f"there is no package {what} to remove (installed: {names or 'none'})")


def _find_code(
    source: str, target: str, code: str, packages: list[Package], problems: list[MissingError]
) -> Package:
    for package in packages:
        if package.code == code:
            if (source, target) in package.pairs:
                return package
            raise MissingError(
                f"the package {code} translates {shown_pairs(package.pairs)}, not {source} → "
                f"{target}: choose another in newsletter.toml, [translation] package"
            )
    for problem in problems:
        if problem.path and code in problem.path.parts:
            raise problem
    names = ", ".join(package.code for package in packages) or "none"
    raise MissingError(
        f"there is no package {code} here (installed: {names}): install it with `newsletter "
        "models install`, or choose another in newsletter.toml, [translation] package"
    )


def size(package: Package) -> int:
    """Bytes a package takes on the disk; of one not assembled yet, those of its parts."""
    if package.bundled and not package.path.exists():
        return bundled.read_parts().size
    return sum(path.stat().st_size for path in package.path.rglob("*") if path.is_file())


def shown_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs as people read them: ``ja → en, en → ja``."""
    return ", ".join(f"{source} → {target}" for source, target in pairs)


def _look() -> tuple[list[Package], list[MissingError]]:
    packages: list[Package] = []
    problems: list[MissingError] = []
    folders = [folder for folder in _folders() if not bundled.is_ours(folder)]
    for folder in folders:
        try:
            packages.append(read_package(folder))
        except ContentError as error:
            problems.append(MissingError(error.message, error.path))
    try:
        ours = bundled.package(home())
        # A user's own package of that code takes its place.
        if ours.path not in folders:
            packages.append(ours)
    except MissingError as error:
        problems.append(error)
    return packages, problems


def _folders() -> list[Path]:
    """Every folder that may be a package; staging folders begin with a dot."""
    found = []
    for place in map(Path, argos_settings().package_dirs):
        try:
            found += [path for path in place.iterdir() if path.is_dir() and path.name[0] != "."]
        except OSError as error:
            raise MissingError(f"cannot be read: {error.strerror}", place) from None
    return sorted(found)
