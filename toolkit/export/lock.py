"""One build at a time in one folder of outputs.

The lock is the operating system's, on a file in the folder: it ends with the process that
holds it, however that ends, so that no build ever has to clear up after another.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from toolkit.errors import MissingError

FILE = ".newsletter-build.lock"


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Hold the folder for one build. The folder is made if need be.

    Raises:
        MissingError: another build is at work in the folder, or it cannot be written.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _locked(path)
    except OSError as error:
        raise MissingError(
            f"cannot be written: {error.strerror}; choose another place or change its rights",
            folder,
        ) from None
    if handle is None:
        raise MissingError(
            "another build is at work here: wait for its end, or write elsewhere with --out",
            folder,
        )
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _locked(path: Path) -> int | None:
    """The lock file, open and locked; None if another process has it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        # Whoever held it before took the file away: what counts is the one that is there.
        try:
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
