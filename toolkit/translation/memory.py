"""The translation memory: every sentence that was approved anywhere, in both directions.

``memory.sqlite`` holds nothing of its own. It is filled from the catalogs of all issues and
from the catalogs and TMX files in the folder ``memory/`` beside it (earlier translations,
from wherever), reads again only those that changed, and is made anew when it is gone, broken
or of another version of the toolkit.
"""

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.document.publication import LANGUAGES, Publication
from toolkit.errors import ContentError, MissingError
from toolkit.findings import Finding, Severity
from toolkit.translation.catalog import State, read_catalog, state
from toolkit.translation.near import LEAST, lengths, normalised, renumbered, sketch, without_digits
from toolkit.translation.tmx import read_tmx

IMPORTED = "memory"
"""The folder of a publication for translations that belong to none of its issues."""

VERSION = 2
_CANDIDATES, _COMMON = 100, 1000
"""How many sentences a near one is chosen among, and from how many on a gram says little."""
_APPLICATION = 0x6E6C746D  # "nltm"; tells our database from another program's
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
_SCHEMA = """
    CREATE TABLE catalog (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER) WITHOUT ROWID;
    CREATE TABLE unit (
        id INTEGER PRIMARY KEY,
        source_language TEXT, target_language TEXT, source TEXT, target TEXT,
        path TEXT REFERENCES catalog ON DELETE CASCADE, line INTEGER, imported INTEGER
    );
    CREATE TABLE gram (
        hash INTEGER, length INTEGER, unit INTEGER, PRIMARY KEY (hash, length, unit)
    ) WITHOUT ROWID;
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


@dataclass(frozen=True)
class NearMatch:
    """An approved translation of a sentence that is nearly the one asked for.

    Attributes:
        percent: how alike the two are but for their numbers, up to 99.
        source: the sentence that was translated.
        text: its translation.
        place: where it stands in the publication.
    """

    percent: int
    source: str
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


def near_matches(memory: Memory, text: str, source: str, target: str) -> list[NearMatch]:
    """The translated sentences that are most like a sentence, at least ``near.LEAST`` percent.

    The most alike comes first; of equals, the one of the latest issue.
    """
    from rapidfuzz import fuzz, process

    plain = normalised(text)
    units = _candidates(memory.connection, plain, source, target)
    marks = ",".join("?" * len(units))
    rows = memory.connection.execute(
        f"SELECT source, target, path, line FROM unit WHERE id IN ({marks})"  # noqa: S608
        " AND source_language = ? AND target_language = ? AND source != ?"
        " ORDER BY imported, path DESC, line",
        (*units, source, target, text),
    ).fetchall()
    found = process.extract(
        without_digits(plain),
        [without_digits(normalised(row[0])) for row in rows],
        scorer=fuzz.ratio,
        score_cutoff=LEAST,
        limit=5,
    )
    return [
        NearMatch(min(int(score), 99), rows[position][0], rows[position][1], f"{path}:{line}")
        for _, score, position in found
        for path, line in [rows[position][2:]]
    ]


def renumbered_match(
    near: Sequence[NearMatch], text: str, source: str, target: str
) -> Match | None:
    """The translation of the first of these that differs in numbers only, with the right ones."""
    for match in near:
        repaired = renumbered(match.source, match.text, text, source, target)
        if repaired is not None:
            return Match(repaired, match.place)
    return None


@dataclass(frozen=True)
class Statistics:
    """What a memory holds: files, sentences a direction, and of these the imported ones."""

    files: int
    sentences: dict[tuple[str, str], int]
    imported: dict[tuple[str, str], int]


def statistics(memory: Memory) -> Statistics:
    """What a memory holds; a sentence translated in two ways counts twice."""
    (files,) = memory.connection.execute("SELECT count(*) FROM catalog").fetchone()
    rows = memory.connection.execute(
        "SELECT source_language, target_language, count(*), sum(imported) FROM"
        " (SELECT source_language, target_language, min(imported) AS imported FROM unit"
        "  GROUP BY source_language, target_language, source, target)"
        " GROUP BY source_language, target_language ORDER BY 1 DESC"
    ).fetchall()
    return Statistics(
        files,
        {(source, target): count for source, target, count, _ in rows},
        {(source, target): imported for source, target, _, imported in rows},
    )


def pairs(memory: Memory, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Every sentence with its translation, each pair once, sorted."""
    yield from memory.connection.execute(
        "SELECT DISTINCT source, target FROM unit"
        " WHERE source_language = ? AND target_language = ? ORDER BY source, target",
        (source, target),
    )


def _candidates(connection: sqlite3.Connection, plain: str, source: str, target: str) -> list[int]:
    """The units whose sketches share most with that of a sentence."""
    shortest, longest = lengths(plain)
    shared: Counter[int] = Counter()
    common: list[int] = []
    for gram in sketch(plain, source + target):
        units = connection.execute(
            "SELECT unit FROM gram WHERE hash = ? AND length BETWEEN ? AND ? LIMIT ?",
            (gram, shortest, longest, _COMMON),
        ).fetchall()
        (shared.update if len(units) < _COMMON else common.extend)(unit for (unit,) in units)
    # A gram that everything has says nothing, unless there is nothing else.
    if not shared:
        shared.update(common)
    return [unit for unit, _ in shared.most_common(_CANDIDATES)]


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another run may be filling it: a large import takes a minute.
    connection = sqlite3.connect(path, timeout=120)
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
            _forget(connection, name)
            try:
                units = list(_units(path, publication.languages[0]))
            except ContentError as error:
                message = f"{error.message} (left out of the translation memory)"
                yield Finding(path, error.line or 0, Severity.WARNING, "catalog", message)
                continue
            connection.execute("INSERT INTO catalog VALUES (?, ?, ?)", (name, *stamp))
            imported = path.parent == publication.root / IMPORTED
            (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM unit").fetchone()
            connection.executemany(
                "INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (number, *unit[:4], name, unit[4], imported)
                    for number, unit in enumerate(units, last + 1)
                ],
            )
            # In their order, a large memory is filled several times faster.
            grams = sorted(
                gram for number, unit in enumerate(units, last + 1) for gram in _grams(number, unit)
            )
            connection.executemany("INSERT INTO gram VALUES (?, ?, ?)", grams)
        for name in known:
            _forget(connection, name)


def _forget(connection: sqlite3.Connection, name: str) -> None:
    """Take the sentences of a file out."""
    units = connection.execute(
        "SELECT id, source_language, target_language, source FROM unit WHERE path = ?", (name,)
    ).fetchall()
    connection.executemany(
        "DELETE FROM gram WHERE hash = ? AND length = ? AND unit = ?",
        (gram for number, *unit in units for gram in _grams(number, unit)),
    )
    connection.execute("DELETE FROM catalog WHERE path = ?", (name,))


def _grams(number: int, unit: Sequence[Any]) -> Iterator[tuple[int, int, int]]:
    """The rows of a unit's sketch; the unit begins with its languages and its source."""
    plain = normalised(unit[2])
    return ((gram, len(plain), number) for gram in sketch(plain, unit[0] + unit[1]))


def _catalogs(publication: Publication) -> list[Path]:
    issues = [
        path for language in LANGUAGES for path in publication.issues.glob(f"*/{language}.po")
    ]
    folder = publication.root / IMPORTED
    return sorted(issues) + sorted([*folder.glob("*.po"), *folder.glob("*.tmx")])


def _units(path: Path, written_in: str) -> Iterator[tuple[str, str, str, str, int]]:
    """The approved sentences of a catalog or a TMX file, each in both directions."""
    if path.suffix == ".tmx":
        for pair in filter(None, read_tmx(path)):
            yield "ja", "en", pair.ja, pair.en, pair.line
            yield "en", "ja", pair.en, pair.ja, pair.line
        return
    catalog = read_catalog(path)
    source = catalog.metadata.get("X-Source-Language", written_in)
    target = catalog.metadata.get("Language", path.stem)
    for entry in catalog:
        if not entry.msgctxt and not entry.obsolete and state(entry) is State.APPROVED:
            line = entry.linenum or 0
            yield source, target, entry.msgid, entry.msgstr, line
            yield target, source, entry.msgstr, entry.msgid, line
