"""The packages on this machine: which are installed, and which translates a pair of languages.

Packages live in Argos Translate's own folder, so what any other program installed there works
here, and what is installed here works there. ``argostranslate`` says where that is; its
installer is not used, for it extracts whatever a zip says to any place and then imports
PyTorch.
"""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from toolkit.errors import ContentError, MissingError
from toolkit.translation import bundled
from toolkit.translation.metadata import Package, read_package

__all__ = ["Package", "broken", "find", "home", "installed"]


def argos_settings() -> Any:
    """The module ``argostranslate.settings``; importing it makes Argos's folders.

    Raises:
        MissingError: they cannot be made, or the settings are broken.
    """
    try:
        # A broken settings.json makes Argos print to standard output, where a script reads.
        with contextlib.redirect_stdout(sys.stderr):
            from argostranslate import settings
    except (OSError, ValueError, KeyError, AssertionError) as error:
        raise MissingError(
            f"the folder for translation packages cannot be used ({error}): see the variables "
            "ARGOS_PACKAGES_DIR and XDG_DATA_HOME, and Argos Translate's settings.json"
        ) from None
    return settings


def home() -> Path:
    """The folder that packages are installed in: Argos's (its variables and settings count).

    Raises:
        MissingError: it cannot be made, or Argos's settings are broken.
    """
    return Path(argos_settings().package_data_dir)


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
