"""The translation memory: every sentence that was approved anywhere, in both directions.

``memory.sqlite`` holds nothing of its own. It is filled from the catalogs of all issues and
from the catalogs and TMX files in the folder ``memory/`` beside it (earlier translations,
from wherever), reads again only those that changed, and is made anew when it is gone, broken
or of another version of the toolkit.
"""

import contextlib
import math
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.document import markdown
from toolkit.document.footnotes import marks
from toolkit.document.publication import LANGUAGES, Publication
from toolkit.errors import MissingError
from toolkit.translation import grams, memory_file
from toolkit.translation.inline import Flat
from toolkit.translation.memory_file import IMPORTED, indexed, text_hash
from toolkit.translation.near import LEAST, normalised, renumbered, without_digits
from toolkit.translation.typography import with_marks

__all__ = [
    "IMPORTED",
    "Match",
    "Memory",
    "NearMatch",
    "Statistics",
    "exact_match",
    "near_matches",
    "noted_match",
    "open_memory",
    "pairs",
    "renumbered_match",
    "statistics",
]

_CANDIDATES, _COMPARED = 800, 150
"""How many sentences share most grams with one; and how many of them are compared with care,
those that share most and those that are most alike as they are written."""
_READ, _ROWS = 60_000, 256
"""How many entries of the index are read for a sentence, the rarest grams first, and how many
rows of one gram (each catalog has its own)."""
_BEST = 5


class Memory:
    """An open memory, in line with the catalogs of its publication.

    Attributes:
        findings: what was wrong with it, and catalogs that could not be read, and so are not
            in it. Where a look-up finds it damaged, one more comes here.
    """

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        opened = memory_file.open_file(publication)
        self._connection, self.findings = opened.connection, opened.findings

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that a query gives. A database found damaged is made again first."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not memory_file.is_damaged(error):
                raise
        self._connection.close()
        identity = memory_file.identity(self._publication.memory)
        opened = memory_file.make_again(self._publication, identity)
        self._connection = opened.connection
        self.findings += tuple(one for one in opened.findings if one not in self.findings)
        return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


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
        MissingError: it cannot be written, or is another program's.
    """
    try:
        memory = Memory(publication)
    except (sqlite3.Error, OSError) as error:
        raise MissingError(
            f"the translation memory cannot be used: {error}; make its folder writable, or name "
            "another place under [paths] in newsletter.toml",
            publication.memory,
        ) from None
    with contextlib.closing(memory):
        yield memory


def exact_match(memory: Memory, text: str, source: str, target: str) -> Match | None:
    """The translation approved for a sentence; of several, the one of the latest issue."""
    _check(source, target)
    rows = memory.rows(
        f"SELECT {target}, path, line FROM unit JOIN catalog ON catalog.id = catalog"  # noqa: S608
        f" WHERE {source}_hash = ? AND {source} = ?"
        " ORDER BY imported, path DESC, line LIMIT 1",
        text_hash(text),
        text,
    )
    return Match(rows[0][0], f"{rows[0][1]}:{rows[0][2]}") if rows else None


def noted_match(memory: Memory, text: str, source: str, target: str) -> Match | None:
    """The translation approved for a sentence before it had footnotes, with their marks at its
    end; None where the sentence has none.
    """
    inline = markdown.parse_inline(text)
    found = "".join(f"[^{label}]" for label in marks(inline))
    if not found:
        return None
    bare = [child for child in inline.children or [] if child.type != "footnote_ref"]
    sentence = markdown.write_inline(inline.copy(children=bare))
    match = exact_match(memory, sentence, source, target)
    return match and Match(with_marks(Flat(match.text), found, target).text, match.place)


def near_matches(memory: Memory, text: str, source: str, target: str) -> list[NearMatch]:
    """The translated sentences that are most like a sentence, at least ``near.LEAST`` percent.

    The most alike comes first; of equals, the one of the latest issue.
    """
    from rapidfuzz import fuzz, process

    _check(source, target)
    units = _candidates(memory, text, source)
    rows = memory.rows(
        f"SELECT id, {source} FROM unit WHERE id IN ({_marks(units)}) AND {source} != ?",  # noqa: S608
        *units,
        text,
    )
    written = dict(rows)
    # To normalise takes longer than to compare: what is far off as it is written, and shares
    # less than others, is left out.
    alike = process.extract(text, written, scorer=fuzz.ratio, limit=_COMPARED)
    compared = {unit for _, _, unit in alike} | {*units[:_COMPARED]}
    found = process.extract(
        without_digits(normalised(text)),
        {unit: without_digits(normalised(written[unit])) for unit in compared & {*written}},
        scorer=fuzz.ratio,
        score_cutoff=LEAST,
        limit=4 * _BEST,  # of equals the latest counts, and that is seen only below
    )
    scores = {unit: score for _, score, unit in found}
    rows = memory.rows(
        f"SELECT unit.id, {source}, {target}, path, line FROM unit JOIN catalog"  # noqa: S608
        f" ON catalog.id = catalog WHERE unit.id IN ({_marks(scores)})"
        " ORDER BY imported, path DESC, line",
        *scores,
    )
    rows.sort(key=lambda row: -scores[row[0]])
    return [
        NearMatch(min(int(scores[unit]), 99), known, translation, f"{path}:{line}")
        for unit, known, translation, path, line in rows[:_BEST]
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
    ((files,),) = memory.rows("SELECT count(*) FROM catalog")
    ((count, imported),) = memory.rows(
        "SELECT count(*), coalesce(sum(imported), 0) FROM (SELECT min(imported) AS imported"
        " FROM unit JOIN catalog ON catalog.id = catalog GROUP BY ja, en)"
    )
    directions = [LANGUAGES, LANGUAGES[::-1]] if count else []
    return Statistics(files, dict.fromkeys(directions, count), dict.fromkeys(directions, imported))


def pairs(memory: Memory, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Every sentence with its translation, each pair once, sorted."""
    _check(source, target)
    query = f"SELECT DISTINCT {source}, {target} FROM unit ORDER BY 1, 2"  # noqa: S608
    yield from memory.rows(query)


def _candidates(memory: Memory, text: str, language: str) -> list[int]:
    """The units that share the rarest grams with a sentence."""
    counts: list[tuple[int, int]] = []
    for gram in grams.grams(indexed(text), language):
        rows = memory.rows("SELECT length(units) FROM gram WHERE hash = ? LIMIT ?", gram, _ROWS)
        if rows:
            counts.append((sum(length for (length,) in rows) // 4, gram))
    lists: list[bytes] = []
    weights: list[float] = []
    read = 0
    for count, gram in sorted(counts):
        read += count
        # A gram that everything has says nothing, unless there is nothing else.
        if read > _READ and lists:
            break
        rows = memory.rows("SELECT units FROM gram WHERE hash = ? LIMIT ?", gram, _ROWS)
        lists.append(b"".join(units for (units,) in rows))
        weights.append(1 / (1 + math.log(count)))
    return grams.most_shared(lists, weights, _CANDIDATES) if lists else []


def _marks(values: Sequence[int] | dict[int, float]) -> str:
    return ",".join("?" * len(values))


def _check(source: str, target: str) -> None:
    """Make sure that what becomes the name of a column is one."""
    if {source, target} != {*LANGUAGES}:
        raise ValueError(f"the memory is of {LANGUAGES}, not {source} and {target}")
