"""A new publication: what ``newsletter init`` puts into a folder, from ``starter/``."""

import datetime
import shutil
import tempfile
from pathlib import Path

from toolkit.document.publication import MANIFEST
from toolkit.editorial.data import HERE
from toolkit.errors import MissingError, UsageError
from toolkit.files import write_atomic

STARTER = HERE / "starter"
FIRST = "first"
"""The folder of the first issue in the starter; it is called by its date in a publication."""


def make_publication(folder: Path, language: str, date: datetime.date) -> list[Path]:
    """Make a publication with a first issue in a folder that is not there, or empty.

    It is built beside its files' places and moved in, ``newsletter.toml`` last: what was
    broken off half-way is no publication.

    Args:
        folder: where it will lie.
        language: ``ja`` or ``en``: the language it is written in.
        date: the date of the first issue.

    Returns:
        The files, in order, relative to the folder.

    Raises:
        UsageError: the folder holds something, or is a file.
        MissingError: the place cannot be written.
    """
    if (folder.exists() or folder.is_symlink()) and not folder.is_dir():
        raise UsageError("is a file: name a folder that is empty, or not there yet", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(
                "is not empty, and nothing in it is overwritten: name another folder", folder
            )
        built = Path(tempfile.mkdtemp(prefix=".newsletter.", dir=folder))
    except OSError as error:
        raise MissingError(
            f"cannot be made: {error.strerror}; choose another place or change its rights", folder
        ) from None
    try:
        files = _contents(language, date)
        for name, text in files.items():
            write_atomic(built / name, text)
        for entry in sorted(built.iterdir(), key=lambda entry: entry.name == MANIFEST):
            entry.rename(folder / entry.name)
    finally:
        shutil.rmtree(built, ignore_errors=True)
    return [Path(name) for name in sorted(files)]


def _contents(language: str, date: datetime.date) -> dict[str, str]:
    """The files of a new publication: their paths in it, and their texts."""
    root = STARTER / language
    files = {".gitignore": (STARTER / "gitignore").read_text("utf-8")}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            parts = [
                date.isoformat() if part == FIRST else part for part in path.relative_to(root).parts
            ]
            text = path.read_text("utf-8")
            if path.name == "issue.toml":
                text = text.replace("{date}", date.isoformat())
            files["/".join(parts)] = text
    return files
