"""An ``.argosmodel`` → a folder among the packages. The file is a zip, and a zip may lie.

Nothing leaves its folder, nothing is a link, sizes are bounded and counted while they are
written, and a package is there whole or not at all: it is unpacked beside its place, flushed
to the disk, checked, and then renamed. One process at a time does this in a folder.
"""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from toolkit.errors import ContentError, MissingError
from toolkit.translation.metadata import FILE, read_package

SIZE_LIMIT = 4_000_000_000
"""The largest package, unpacked, in bytes: Argos's are 100 to 500 MB."""
RATIO_LIMIT = 30
"""How many times its size a zip may unpack to; weights hardly shrink at all."""
RATIO_FLOOR = 64_000_000
"""Below this size, in bytes, a ratio says nothing."""
MEMBER_LIMIT = 5_000

MARKER = "newsletter.json"
"""In the folder of a package that comes with the toolkit: which one it is, and the sizes of its
files. Nobody else's package has one."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_STAGING = ".newsletter-new-"
_OLD = ".newsletter-old-"
_LOCK = ".newsletter.lock"
_BLOCK = 1 << 20


@contextlib.contextmanager
def changing(home: Path) -> Iterator[None]:
    """Hold the folder of packages: no other process of the toolkit changes it meanwhile.

    What a killed process left behind is cleared away. The lock ends with its process.

    Raises:
        MissingError: the folder cannot be written, or the disk is full.
    """
    with writing(home):
        home.mkdir(parents=True, exist_ok=True)
        with (home / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for old in home.glob(f"{_OLD}*/"):
                # Killed between the two renames of a replacement: the old package comes back.
                place = home / old.name.removeprefix(_OLD)
                if not place.exists():
                    old.rename(place)
            for leftover in home.glob(f"{_STAGING}*/"):
                shutil.rmtree(leftover)
            yield


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn the errors of writing below a place into a line that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "free some space, or set ARGOS_PACKAGES_DIR to a folder on another disk"
        else:
            remedy = "change its rights, or set ARGOS_PACKAGES_DIR to another folder"
        raise MissingError(
            f"cannot be written ({error.strerror or error}): {remedy}", place
        ) from None


def unpack(
    file: IO[bytes],
    origin: Path,
    home: Path,
    extra: tuple[str, bytes] | None = None,
    pairs: Collection[tuple[str, str]] = (),
) -> Path:
    """Unpack a package; one of the same code is replaced. To be called within ``changing``.

    Args:
        file: the zip.
        origin: what to call it in errors.
        home: the folder of packages.
        extra: the name and content of a file to lay beside the package's own.
        pairs: the pairs of languages of which it must translate one; none for any.

    Returns:
        The package's folder.

    Raises:
        ContentError: it is no package, or one that nobody should unpack.
        MissingError: there is no room for it, or the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(file) as archive, writing(home):
            code, members = _members(archive, origin)
            _room(members, home)
            staging = home / f"{_STAGING}{code}"
            staging.mkdir()
            try:
                for name, info in members:
                    _extract(archive, info, staging / name)
                if extra is not None:
                    _write(staging / extra[0], iter([extra[1]]))
                package = read_package(staging)
                if pairs and not {*pairs} & {*package.pairs}:
                    raise ContentError(
                        f"it translates {_arrows(package.pairs)}, not {_arrows(pairs)}"
                    )
                _settle(staging, home / code)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except ContentError as error:
        raise ContentError(f"is no usable package: {error.message}", origin) from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ContentError(
            f"is damaged or no .argosmodel ({error}): get it again", origin
        ) from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or an unknown compression
        raise ContentError(f"cannot be unpacked: {error}", origin) from None
    return home / code


def _arrows(pairs: Collection[tuple[str, str]]) -> str:
    return " or ".join(f"{source} → {target}" for source, target in pairs)


def _members(
    archive: zipfile.ZipFile, origin: Path
) -> tuple[str, list[tuple[Path, zipfile.ZipInfo]]]:
    """The one folder of a package, and its files relative to that; ``metadata.json`` first."""
    infos = archive.infolist()
    if len(infos) > MEMBER_LIMIT:
        raise ContentError(f"it holds more than {MEMBER_LIMIT} files", origin)
    roots, members, seen = set(), [], set()
    for info in infos:
        path = PurePosixPath(info.orig_filename)
        unsafe = path.is_absolute() or ".." in path.parts or not path.parts
        if unsafe or any(sign in info.orig_filename for sign in "\\:\0"):
            raise ContentError(f"its member {info.orig_filename!r} would leave its folder", origin)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ContentError(f"its member {info.filename!r} is a link or device", origin)
        roots.add(path.parts[0])
        if info.is_dir() or kind == stat.S_IFDIR:
            continue
        if len(path.parts) < 2:
            raise ContentError("its files must lie in one folder", origin)
        name = Path(*path.parts[1:])
        if name == Path(MARKER):
            continue
        if str(name).casefold() in seen:
            raise ContentError(f"it holds {str(name)!r} twice", origin)
        seen.add(str(name).casefold())
        members.append((name, info))
    if any(str(parent).casefold() in seen for name, _ in members for parent in name.parents):
        raise ContentError("one of its members is a file and a folder", origin)
    if len(roots) != 1 or not _CODE.fullmatch(code := roots.pop()):
        raise ContentError("it must hold one folder, named in plain letters", origin)
    if not any(name == Path(FILE) for name, _ in members):
        raise ContentError(f"it holds no {FILE}", origin)
    total = sum(info.file_size for _, info in members)
    packed = sum(info.compress_size for _, info in members)
    if total > SIZE_LIMIT or (total > RATIO_FLOOR and total > RATIO_LIMIT * packed):
        raise ContentError(f"it would unpack to {total / 1e6:.0f} MB: that is no model", origin)
    # Argos Translate fails on a folder without metadata: ours has it from the first moment.
    return code, sorted(members, key=lambda member: (member[0] != Path(FILE), member[1].filename))


def _room(members: list[tuple[Path, zipfile.ZipInfo]], home: Path) -> None:
    needed = sum(info.file_size for _, info in members)
    free = shutil.disk_usage(home).free
    if free < needed:
        message = f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free"
        raise OSError(errno.ENOSPC, message)


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    # zipfile reads at most the size that was declared, which is bounded above, and checks the CRC.
    with archive.open(info) as member:
        _write(path, iter(lambda: member.read(_BLOCK), b""))


def _write(path: Path, blocks: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for block in blocks:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _settle(staging: Path, place: Path) -> None:
    """Put a finished folder in its place; what stood there goes only after that."""
    old = place.with_name(f"{_OLD}{place.name}")
    if place.exists():
        place.rename(old)
    staging.rename(place)
    if old.exists():
        _delete(old)


def discard(folder: Path) -> None:
    """Delete a package's folder. To be called within ``changing``.

    Raises:
        MissingError: the folder cannot be changed.
    """
    with writing(folder):
        gone = folder.with_name(f"{_STAGING}{folder.name}")
        folder.rename(gone)
        _delete(gone)


def _delete(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder)
