"""The translator that comes with the toolkit: a package in parts, joined on first use.

``ja-en.toml`` names the parts, their sizes and checksums. Until it is needed the package is
only read (its metadata, from within the zip); ``assemble`` unpacks it into the folder of
packages, where a newer one that came with a newer toolkit replaces an older one. A package of
the same code that the user installed is left alone, and is used instead.
"""

import hashlib
import io
import json
import tomllib
import zipfile
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from toolkit.errors import ContentError, MissingError
from toolkit.translation.archive import MARKER, changing, unpack
from toolkit.translation.metadata import (
    FILE,
    Package,
    parse_metadata,
    read_package,
    version_order,
)

PARTS = Path(__file__).parent / "ja-en.toml"
_REMEDY = "the toolkit is not installed whole: install it again"


@dataclass(frozen=True)
class Part:
    """A piece of the package: its file, its size in bytes, and its SHA-256."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Parts:
    """The package in pieces: its code, version, SHA-256 as a whole, and the pieces in order."""

    code: str
    version: str
    sha256: str
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """Bytes of the whole ``.argosmodel``."""
        return sum(part.size for part in self.parts)


def read_parts(path: Path = PARTS) -> Parts:
    """What the list of parts says.

    Raises:
        MissingError: it is missing or broken, or a part is missing or of another size.
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        parts = tuple(
            Part(path.parent / part["file"], int(part["size"]), str(part["sha256"]))
            for part in data["part"]
        )
        whole = Parts(str(data["code"]), str(data["version"]), str(data["sha256"]), parts)
        declared = int(data["size"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MissingError(f"cannot be read ({error!r}): {_REMEDY}", path) from None
    for part in parts:
        if not part.path.is_file():
            raise MissingError(f"is missing: {_REMEDY}", part.path)
        if (size := part.path.stat().st_size) != part.size:
            raise MissingError(f"has {size} bytes instead of {part.size}: {_REMEDY}", part.path)
    if whole.size != declared:
        raise MissingError(f"its parts make {whole.size} bytes, not {declared}: {_REMEDY}", path)
    return whole


def package(home: Path, path: Path = PARTS) -> Package:
    """The package, whether it lies in ``home`` already or not; nothing is written.

    Raises:
        MissingError: a part is missing or damaged.
    """
    parts = read_parts(path)
    try:
        text = _metadata(parts)
        return replace(parse_metadata(text, home / parts.code), bundled=True)
    except (ContentError, zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise MissingError(f"is damaged ({error}): {_REMEDY}", path) from None


@cache
def _metadata(parts: Parts) -> str:
    with _joined(parts) as file, zipfile.ZipFile(file) as archive:
        return archive.read(f"{parts.code}/{FILE}").decode("utf-8")


def _joined(parts: Parts) -> io.BufferedReader:
    return io.BufferedReader(Joined([part.path for part in parts.parts]))


def is_ours(folder: Path) -> bool:
    """Whether a folder of packages is one that the toolkit assembled."""
    return (folder / MARKER).is_file()


def assemble(home: Path, path: Path = PARTS) -> Path:
    """The folder of the package, unpacked now if it is not there whole. Takes a second or two.

    Two processes may call this at once: one works, the other waits and finds it done. A kill
    half-way leaves nothing that is used; the next call starts again.

    Raises:
        MissingError: a part is missing or damaged, the disk is full, ``home`` cannot be written.
    """
    parts = read_parts(path)
    place = home / parts.code
    if _is_whole(place, parts):
        return place
    with changing(home):
        if _is_whole(place, parts):
            return place
        _verify(parts)
        with _joined(parts) as file:
            marker = {"version": parts.version, "sha256": parts.sha256, "files": _sizes(file)}
            try:
                return unpack(file, path, home, (MARKER, json.dumps(marker, indent=2).encode()))
            except ContentError as error:
                raise MissingError(f"{error.message}: {_REMEDY}", path) from None


def _sizes(file: IO[bytes]) -> dict[str, int]:
    with zipfile.ZipFile(file) as archive:
        return {
            info.filename.partition("/")[2]: info.file_size
            for info in archive.infolist()
            if not info.is_dir()
        }


def _is_whole(place: Path, parts: Parts) -> bool:
    """Whether ``place`` is this package or a newer one, with every file of its full size.

    A folder there that is not ours is the user's own package: it is whole for our purpose.
    """
    marker = place / MARKER
    if not marker.is_file():
        return place.exists()
    try:
        data = json.loads(marker.read_text("utf-8"))
        whole = all((place / name).stat().st_size == size for name, size in data["files"].items())
        newer = version_order(data["version"]) > version_order(parts.version)
        read_package(place)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ContentError):
        return False
    return whole and (newer or data["sha256"] == parts.sha256)


def _verify(parts: Parts) -> None:
    whole = hashlib.sha256()
    for part in parts.parts:
        single = hashlib.sha256()
        try:
            with part.path.open("rb") as file:
                while block := file.read(1 << 20):
                    single.update(block)
                    whole.update(block)
        except OSError as error:
            raise MissingError(f"cannot be read: {error.strerror}", part.path) from None
        if single.hexdigest() != part.sha256:
            raise MissingError(f"is damaged (its checksum is wrong): {_REMEDY}", part.path)
    if whole.hexdigest() != parts.sha256:
        raise MissingError(f"the parts do not make the package: {_REMEDY}", PARTS)


class Joined(io.RawIOBase):
    """Several files read as if they were one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [path.open("rb") for path in paths]
        sizes = [path.stat().st_size for path in paths]
        self._starts = [0, *accumulate(sizes)]
        self._position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here, or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._starts[-1]}[whence]
        if base + offset < 0:
            raise OSError("before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, up to the end of the current file."""
        index = bisect_right(self._starts, self._position) - 1
        if index >= len(self._files):
            return 0
        file = self._files[index]
        file.seek(self._position - self._starts[index])
        data = file.read(min(len(buffer), self._starts[index + 1] - self._position))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        """Close all files."""
        for file in self._files:
            file.close()
        super().close()
