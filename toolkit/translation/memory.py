"""The translation memory: every sentence that was approved anywhere, in both directions.

``memory.sqlite`` holds nothing of its own. It is filled from the catalogs of all issues and
from the catalogs in the folder ``memory/`` beside it (earlier translations, from wherever),
reads again only those that changed, and is made anew when it is gone, broken or of another
version of the toolkit.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.document.publication import LANGUAGES, Publication
from toolkit.errors import ContentError, MissingError
from toolkit.findings import Finding, Severity
from toolkit.translation.catalog import State, read_catalog, state

IMPORTED = "memory"
"""The folder of a publication for catalogs that belong to none of its issues."""

VERSION = 1
_APPLICATION = 0x6E6C746D  # "nltm"; tells our database from another program's
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
_SCHEMA = """
    CREATE TABLE catalog (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER) WITHOUT ROWID;
    CREATE TABLE unit (
        source_language TEXT, target_language TEXT, source TEXT, target TEXT,
        path TEXT REFERENCES catalog ON DELETE CASCADE, line INTEGER, imported INTEGER
    );
    CREATE INDEX unit_by_source ON unit (source, source_language, target_language);
    CREATE INDEX unit_by_path ON unit (path);
"""


@dataclass(frozen=True)
class Memory:
    """An open memory, in line with the catalogs of its publication.

    Attributes:
        connection: to the database.
        findings: catalogs that could not be read, and so are not in it.
    """

    connection: sqlite3.Connection
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Match:
    """An approved translation of a sentence, and where it stands in the publication."""

    text: str
    place: str


@contextlib.contextmanager
def open_memory(publication: Publication) -> Iterator[Memory]:
    """The memory of a publication, brought up to date.

    Raises:
        MissingError: it cannot be written, or another run holds it for long.
    """
    path = publication.memory
    connection = None
    try:
        try:
            connection = _connect(path)
            findings = tuple(_refresh(connection, publication))
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise
            if connection is not None:
                connection.close()
            path.unlink()
            connection = _connect(path)
            findings = tuple(_refresh(connection, publication))
    except (sqlite3.Error, OSError) as error:
        if connection is not None:
            connection.close()
        raise MissingError(
            f"the translation memory cannot be used: {error}; make its folder writable, or name "
            "another place under [paths] in newsletter.toml",
            path,
        ) from None
    with contextlib.closing(connection):
        yield Memory(connection, findings)


def exact_match(memory: Memory, text: str, source: str, target: str) -> Match | None:
    """The translation approved for a sentence; of several, the one of the latest issue."""
    row = memory.connection.execute(
        "SELECT target, path, line FROM unit"
        " WHERE source = ? AND source_language = ? AND target_language = ?"
        " ORDER BY imported, path DESC, line LIMIT 1",
        (text, source, target),
    ).fetchone()
    return Match(row[0], f"{row[1]}:{row[2]}") if row else None


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        tables = [name for (name,) in connection.execute(_TABLES)]
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION
        if tables and not ours:
            raise sqlite3.Error("it is the database of another program")
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for name in tables:
                    connection.execute(f'DROP TABLE "{name}"')
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _refresh(connection: sqlite3.Connection, publication: Publication) -> Iterator[Finding]:
    """Read the catalogs that are new or changed, and forget those that are gone."""
    known = {
        path: (size, changed)
        for path, size, changed in connection.execute("SELECT path, size, changed FROM catalog")
    }
    with connection:
        for path in _catalogs(publication):
            name = Path(os.path.relpath(path, publication.root)).as_posix()
            status = path.stat()
            stamp = (status.st_size, status.st_mtime_ns)
            if known.pop(name, None) == stamp:
                continue
            connection.execute("DELETE FROM catalog WHERE path = ?", (name,))
            try:
                units = list(_units(path, publication.languages[0]))
            except ContentError as error:
                message = f"{error.message} (left out of the translation memory)"
                yield Finding(path, error.line or 0, Severity.WARNING, "catalog", message)
                continue
            connection.execute("INSERT INTO catalog VALUES (?, ?, ?)", (name, *stamp))
            imported = path.parent == publication.root / IMPORTED
            connection.executemany(
                "INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(*unit[:4], name, unit[4], imported) for unit in units],
            )
        connection.executemany("DELETE FROM catalog WHERE path = ?", [(name,) for name in known])


def _catalogs(publication: Publication) -> list[Path]:
    issues = [
        path for language in LANGUAGES for path in publication.issues.glob(f"*/{language}.po")
    ]
    return sorted(issues) + sorted((publication.root / IMPORTED).glob("*.po"))


def _units(path: Path, written_in: str) -> Iterator[tuple[str, str, str, str, int]]:
    """The approved sentences of a catalog, each in both directions."""
    catalog = read_catalog(path)
    source = catalog.metadata.get("X-Source-Language", written_in)
    target = catalog.metadata.get("Language", path.stem)
    for entry in catalog:
        if not entry.msgctxt and not entry.obsolete and state(entry) is State.APPROVED:
            line = entry.linenum or 0
            yield source, target, entry.msgid, entry.msgstr, line
            yield target, source, entry.msgstr, entry.msgid, line
