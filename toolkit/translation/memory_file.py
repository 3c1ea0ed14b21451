"""The file of a translation memory: made, brought up to date, and made again when broken.

The catalogs and TMX files of a publication are the truth; the database is only a quick way
to them. Several processes may have it open: with a write-ahead log (https://sqlite.org/wal.html)
readers see the state before a change until it is whole, and writers wait for one another.
"""

import contextlib
import fcntl
import itertools
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from toolkit.document.publication import LANGUAGES, Publication
from toolkit.errors import ContentError
from toolkit.findings import Finding, Severity
from toolkit.translation.catalog import State, read_catalog, state
from toolkit.translation.grams import BLOCK, postings
from toolkit.translation.near import normalised, without_digits
from toolkit.translation.tmx import Unit, read_tmx

IMPORTED = "memory"
"""The folder of a publication for translations that belong to none of its issues."""

VERSION = 3
PATIENCE = 60.0
"""Seconds to wait for another run that fills the memory."""

_APPLICATION = 0x6E6C746D  # "nltm"; tells our database from another program's
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
# A catalog's sentences are numbered in a row, from first on. A gram's units are their numbers,
# four bytes each; they lie in blocks, by the number of a block's first sentence.
_SCHEMA = """
    CREATE TABLE catalog (
        id INTEGER PRIMARY KEY, path TEXT UNIQUE, size INTEGER, changed INTEGER,
        imported INTEGER, first INTEGER, count INTEGER
    );
    CREATE TABLE unit (
        id INTEGER PRIMARY KEY, ja TEXT, en TEXT, ja_hash INTEGER, en_hash INTEGER,
        catalog INTEGER, line INTEGER
    );
    CREATE TABLE gram (hash INTEGER, block INTEGER, units BLOB, PRIMARY KEY (hash, block))
        WITHOUT ROWID;
    CREATE INDEX unit_by_ja ON unit (ja_hash);
    CREATE INDEX unit_by_en ON unit (en_hash);
"""


@dataclass(frozen=True)
class Opened:
    """A memory's database, in line with the catalogs.

    Attributes:
        connection: to the database.
        findings: what was wrong with it, and catalogs that are not in it.
    """

    connection: sqlite3.Connection
    findings: tuple[Finding, ...]


def open_file(publication: Publication) -> Opened:
    """The database of a publication's memory, brought up to date.

    One that is damaged is put aside and made again from the catalogs. Where another program
    holds it for long, a copy is made from the catalogs for this run alone.

    Raises:
        sqlite3.Error, OSError: it cannot be written, or is another program's.
    """
    path = publication.memory
    found = identity(path)
    try:
        return _opened(str(path), publication)
    except sqlite3.DatabaseError as error:
        if is_damaged(error):
            return make_again(publication, found)
        if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
    opened = _opened("", publication)  # a file that is gone with the connection
    message = (
        "another program holds it: what it should know was read from the catalogs for this "
        "time only; end that program"
    )
    return Opened(opened.connection, (*opened.findings, _finding(path, message)))


def make_again(publication: Publication, damaged: tuple[int, int] | None) -> Opened:
    """Put a damaged database aside and make it again from the catalogs.

    Args:
        publication: whose memory it is.
        damaged: the file that was found so (``identity``). Where another one has its place by now,
            another run was quicker, and that one is opened.
    """
    path = publication.memory
    aside = path.with_name(f"{path.name}.damaged")
    if damaged is not None:
        _put_aside(path, damaged, aside)
    opened = _opened(str(path), publication)
    message = f"was damaged: it was made again from the catalogs, the old one is {aside.name}"
    return Opened(opened.connection, (_finding(path, message), *opened.findings))


def _put_aside(path: Path, damaged: tuple[int, int], aside: Path) -> None:
    """Rename a damaged database and what belongs to it, unless another run has done it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        # Held by whoever renames the very file, so that nobody renames the one made after it.
        fcntl.flock(handle, fcntl.LOCK_EX)
        if identity(path) != damaged:
            return
        # The file itself last: as long as it lies there, nobody begins a new one beside these.
        for ending in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{path}{ending}").replace(f"{aside}{ending}")
    finally:
        os.close(handle)


def is_damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether an error says that a file is no database, or a broken one."""
    if _code(error) is None:
        return "UTF-8" in str(error)  # Python's own, about a text that is no text
    return _code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def text_hash(text: str) -> int:
    """The number that sentences are found by."""
    return crc32(text.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF


def indexed(text: str) -> str:
    """A sentence as its grams are taken: never empty."""
    return without_digits(normalised(text)) or "\3"


def identity(path: Path) -> tuple[int, int] | None:
    """Which file lies at a place, whatever its name was; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # without what SQLite adds in its extended codes


def _finding(path: Path, message: str) -> Finding:
    return Finding(path, 0, Severity.WARNING, "memory", message)


def _opened(place: str, publication: Publication) -> Opened:
    connection = _connect(place)
    try:
        return Opened(connection, tuple(_refresh(connection, publication)))
    except BaseException:
        connection.close()
        raise


def _connect(place: str) -> sqlite3.Connection:
    if place:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(place, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA cache_size = -65536")  # 64 MB: what a large fill goes through
        tables = _tables(connection)
        if tables and _pragma(connection, "application_id") != _APPLICATION:
            raise sqlite3.Error("it is the database of another program")
        if _pragma(connection, "user_version") != VERSION:
            connection.execute("PRAGMA journal_mode = WAL")
            with _writing(connection):
                if _pragma(connection, "user_version") != VERSION:  # nobody made it meanwhile
                    for name in _tables(connection):
                        connection.execute(f'DROP TABLE "{name}"')
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute(_TABLES)]


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    """A change that is there as a whole or not at all; other writers wait for its end."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


# Bringing it up to date -------------------------------------------------------------------


_Stamp = tuple[int, int]


def _refresh(connection: sqlite3.Connection, publication: Publication) -> list[Finding]:
    """Read the catalogs that are new or changed, and forget those that are gone."""
    findings: list[Finding] = []
    if not any(_differences(connection, publication)):
        return findings
    with _writing(connection):
        # Looked at again: another run may have done it while this one waited for its turn.
        changed, gone = _differences(connection, publication)
        for name in gone:
            _forget(connection, name)
        for path, name, stamp in changed:
            _forget(connection, name)
            try:
                _read(connection, publication, path, name, stamp)
            except ContentError as error:
                _forget(connection, name)
                message = f"{error.message} (left out of the translation memory)"
                line = error.line or 0
                findings.append(Finding(path, line, Severity.WARNING, "catalog", message))
    return findings


def _differences(
    connection: sqlite3.Connection, publication: Publication
) -> tuple[list[tuple[Path, str, _Stamp]], list[str]]:
    """The catalogs that are not in the memory as they are, and the names of those gone."""
    rows = connection.execute("SELECT path, size, changed FROM catalog")
    known = {path: (size, changed) for path, size, changed in rows}
    changed = []
    for path in _catalogs(publication):
        name = Path(os.path.relpath(path, publication.root)).as_posix()
        status = path.stat()
        stamp = (status.st_size, status.st_mtime_ns)
        if known.pop(name, None) != stamp:
            changed.append((path, name, stamp))
    return changed, list(known)


def _catalogs(publication: Publication) -> list[Path]:
    issues = [
        path for language in LANGUAGES for path in publication.issues.glob(f"*/{language}.po")
    ]
    folder = publication.root / IMPORTED
    return sorted(issues) + sorted([*folder.glob("*.po"), *folder.glob("*.tmx")])


def _read(
    connection: sqlite3.Connection, publication: Publication, path: Path, name: str, stamp: _Stamp
) -> None:
    """Take the sentences of a file in.

    Raises:
        ContentError: the file cannot be read; part of it may be there.
    """
    first: int
    (first,) = connection.execute("SELECT coalesce(max(first + count), 1) FROM catalog").fetchone()
    imported = path.parent == publication.root / IMPORTED
    catalog = connection.execute(
        "INSERT INTO catalog VALUES (NULL, ?, ?, ?, ?, ?, 0)", (name, *stamp, imported, first)
    ).lastrowid
    units = _units(path, publication.languages[0])
    start = first
    while block := list(itertools.islice(units, BLOCK)):
        connection.executemany(
            "INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (number, one.ja, one.en, text_hash(one.ja), text_hash(one.en), catalog, one.line)
                for number, one in enumerate(block, start)
            ),
        )
        for language in LANGUAGES:
            connection.executemany(
                f"INSERT INTO gram VALUES (?, {start}, ?)",  # noqa: S608 - a number
                postings([indexed(one.text(language)) for one in block], language, start),
            )
        start += len(block)
        connection.execute("UPDATE catalog SET count = ? WHERE id = ?", (start - first, catalog))


def _forget(connection: sqlite3.Connection, name: str) -> None:
    """Take the sentences of a file out."""
    found = connection.execute(
        "SELECT id, first, count FROM catalog WHERE path = ?", (name,)
    ).fetchone()
    if found is None:
        return
    catalog, first, count = found
    for start in range(first, first + count, BLOCK):
        ids = (start, min(start + BLOCK, first + count) - 1)
        for language in LANGUAGES:
            # Where they stand in the index follows from the texts: it need not be kept.
            rows = connection.execute(
                f"SELECT {language} FROM unit WHERE id BETWEEN ? AND ? ORDER BY id",  # noqa: S608
                ids,
            )
            texts = [indexed(text) for (text,) in rows]
            connection.executemany(
                "DELETE FROM gram WHERE hash = ? AND block = ?",
                ((gram, start) for gram, _ in postings(texts, language, start)),
            )
        connection.execute("DELETE FROM unit WHERE id BETWEEN ? AND ?", ids)
    connection.execute("DELETE FROM catalog WHERE id = ?", (catalog,))


def _units(path: Path, written_in: str) -> Iterator[Unit]:
    """The approved sentences of a catalog or a TMX file.

    Raises:
        ContentError: the file cannot be read, or is no catalog between Japanese and English.
    """
    if path.suffix == ".tmx":
        yield from filter(None, read_tmx(path))
        return
    catalog = read_catalog(path)
    source = _code_of(catalog.metadata.get("X-Source-Language", written_in))
    other = LANGUAGES[source == LANGUAGES[0]]
    stem = path.stem if path.stem in LANGUAGES else other
    target = _code_of(catalog.metadata.get("Language") or stem)
    if {source, target} != {*LANGUAGES}:
        raise ContentError(f"is a catalog from {source} into {target}, not ja and en", path)
    for entry in catalog:
        if not entry.msgctxt and not entry.obsolete and state(entry) is State.APPROVED:
            texts = {source: entry.msgid, target: entry.msgstr}
            yield Unit(texts["ja"], texts["en"], entry.linenum or 0)


def _code_of(language: str) -> str:
    """``en_GB`` as ``en``."""
    return language.replace("-", "_").partition("_")[0].lower()
