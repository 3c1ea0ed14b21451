"""Reading with limits, and writing so that nothing is ever half there."""

import contextlib
import errno
import glob
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from toolkit.errors import ContentError, MissingError

TEXT_LIMIT = 2 * 1024 * 1024
"""The largest text file that is read, in bytes: 700,000 Japanese characters, several books."""

_HOUR = 3600  # seconds; nothing is written for so long


def read_bytes(path: Path, limit: int = TEXT_LIMIT) -> bytes:
    """The content of a file.

    Raises:
        ContentError: the file is missing, no regular file, unreadable, or over ``limit`` bytes.
    """
    try:
        if path.is_dir():
            raise ContentError("is a folder, not a file", path)
        size = path.stat().st_size
        if size > limit:
            raise ContentError(
                f"is too large ({size / 1e6:.0f} MB; the limit is {limit / 1e6:.0f} MB): split it",
                path,
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ContentError("there is no such file", path) from None
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", path) from None


def read_text(path: Path, limit: int = TEXT_LIMIT) -> str:
    """The text of a UTF-8 file (with or without BOM), its line ends turned into ``\\n``.

    Raises:
        ContentError: as ``read_bytes``, or the file is no UTF-8 text.
    """
    data = read_bytes(path, limit)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        advice = "save it as UTF-8"
        if path.suffix == ".md":
            advice += ", or give it to `newsletter import`, which reads other encodings"
        raise ContentError(f"is not UTF-8 text: {advice}", path, line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ContentError("holds binary data, not text", path, line)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write a file whole or not at all: beside its place, flushed to the disk, then renamed.

    Missing folders are made. A file that stood there keeps its permissions.

    Raises:
        MissingError: the place cannot be written (read-only, full, a folder in the way).
    """
    with replacing(path) as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which takes its place as with ``write_atomic`` when all is written.

    Whatever is raised while it is written, the place is as it was before.

    Raises:
        MissingError: as ``write_atomic``.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
        temporary = None
        _remove_left_over(path)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "make room" if full else "choose another place or change its rights"
        raise MissingError(f"cannot be written: {error.strerror}; {remedy}", path) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()


def _remove_left_over(path: Path) -> None:
    """Remove what processes that were killed while they wrote this file left beside it."""
    for old in path.parent.glob(f".{glob.escape(path.name)}.{'[a-z0-9_]' * 8}"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _HOUR:
                old.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
