"""The rows of a review that comes back, whatever program it went through.

The XML is read as Word would show it with all changes accepted (ISO/IEC 29500-1, 17.13.5):
what was inserted or moved here is there, what was deleted or moved away is not. Elements
are known by their local names, so Strict Open XML reads the same.
"""

import posixpath
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from toolkit.errors import ContentError
from toolkit.files import read_bytes
from toolkit.sources.word import open_word
from toolkit.translation.review.keys import Key, find_key, words
from toolkit.translation.review.rows import AUTHOR

LIMIT = 40 * 1024 * 1024
"""The largest review that is read, and the largest part of one, in bytes."""

_Element: TypeAlias = Any  # an lxml element, which has no types
_COLUMNS = ("number", "source", "translation", "state", "findings")
_GONE = frozenset(
    [
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "delInstrText",
        "Fallback",
        "rPr",
        "pPr",
        "tcPr",
        "trPr",
        "tbl",
        "txbxContent",
        "footnoteReference",
        "endnoteReference",
        "rt",
    ]
)
_TICKS = ("F0FC", "F0FE", "F052", "00FC", "00FE")
"""Ticks of Wingdings, which Word inserts as symbols."""


@dataclass(frozen=True)
class ReadRow:
    """A row as it stands in the document.

    Attributes:
        place: where it stands, to be told to the editor: ``table 2, row 5``.
        key: its key; None where it has none.
        source, translation: its texts, as typed.
        approved: whether its state approves it.
        remarks: what people wrote in comments on it, each with its author.
        problem: why its columns cannot be told apart; empty where they can.
    """

    place: str
    key: Key | None
    source: str
    translation: str
    approved: bool
    remarks: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Review:
    """A review that was read back: whose it says it is, and its rows in order."""

    identifier: str
    rows: tuple[ReadRow, ...]


def read_review(path: Path) -> Review:
    """Read a review document.

    Raises:
        ContentError: it is no Word file, is damaged, locked or hostile, or holds no table
            of a review.
    """
    parts = _parts(read_bytes(path, LIMIT), path)
    document, comments = parts["document"], parts.get("comments")
    remarks = _remarks(comments) if comments is not None else {}
    rows: list[ReadRow] = []
    found = False
    tables = [table for table in document.iter() if _name(table) == "tbl"]
    for number, table in enumerate(tables, 1):
        lines = [
            (position, row)
            for position, row in enumerate(_within(table, "tr"), 1)
            if not _is_removed(row)
        ]
        columns = _columns(row for _, row in lines)
        if columns is None:
            continue
        found = True
        for position, line in lines:
            row = _row(line, columns, f"table {number}, row {position}", remarks)
            if row is not None:
                rows.append(row)
    if not found:
        raise ContentError(
            "holds no table of a review: give the document that "
            "`newsletter review SLUG --docx` wrote, corrected",
            path,
        )
    core = parts.get("core")
    texts = [] if core is None else [e.text or "" for e in core.iter() if _name(e) == "identifier"]
    return Review("".join(texts).strip(), tuple(rows))


# Rows and cells ---------------------------------------------------------------------------


def _columns(rows: Iterator[_Element]) -> dict[str, int] | None:
    """Where each column stands: by the head of the table, or as it was where that is gone."""
    keyed = False
    for row in rows:
        cells = [cell for cell, _ in _cells(row)]
        texts = [_text(cell) if cell is not None else "" for cell in cells]
        heads = {
            column: position
            for column, title in zip(_COLUMNS, words()["columns"], strict=True)
            for position, text in reversed(list(enumerate(texts)))
            if text.strip().startswith(title)
        }
        if {"source", "translation"} <= heads.keys() and not any(map(find_key, texts)):
            return heads
        keyed = keyed or (len(cells) == len(_COLUMNS) and find_key(texts[0]) is not None)
    return {column: position for position, column in enumerate(_COLUMNS)} if keyed else None


def _row(
    row: _Element, columns: Mapping[str, int], place: str, remarks: Mapping[str, str]
) -> ReadRow | None:
    """A row of a table; None for its head, and for one without any text."""
    cells = list(_cells(row))
    problem = ""
    texts = {}
    for column, position in columns.items():
        cell, spread = cells[position] if position < len(cells) else (None, False)
        texts[column] = _text(cell) if cell is not None else ""
        if column in ("source", "translation") and (cell is None or spread):
            problem = "its cells were merged or split"
    everything = [_text(cell) for cell, _ in cells if cell is not None]
    titles = words()["columns"]
    if all(
        texts.get(column, "").strip().startswith(titles[_COLUMNS.index(column)])
        for column in ("source", "translation")
    ):
        return None
    if not any(text.strip() for text in everything):
        return None
    key = find_key(texts.get("number", "")) or next(filter(None, map(find_key, everything)), None)
    if problem:
        texts["translation"] = " | ".join(filter(None, (text.strip() for text in everything)))
    said = [
        remarks[identifier]
        for element in row.iter()
        if _name(element) == "commentReference"
        and (identifier := _get(element, "id") or "") in remarks
    ]
    return ReadRow(
        place=place,
        key=key,
        source=texts.get("source", "").strip(),
        translation=texts.get("translation", "").strip(),
        approved=_approves(texts.get("state", "")),
        remarks=tuple(said),
        problem=problem,
    )


def _approves(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text).lower()
    approval = words()["approval"]
    if any(sign in text for sign in approval["signs"]):
        return True
    separated = "".join(char if char.isalnum() else " " for char in folded)
    return any(word in approval["words"] for word in separated.split())


def _cells(row: _Element) -> Iterator[tuple[_Element | None, bool]]:
    """The cells of a row by columns, and whether each spreads over others."""
    for before in row.iter():
        if _name(before) == "gridBefore" and before.getparent().getparent() is row:
            yield from [(None, False)] * min(int(_get(before, "val") or 0), 64)
    for cell in _within(row, "tc"):
        properties = next((child for child in cell if _name(child) == "tcPr"), ())
        marks = {_name(child): child for child in properties}
        width = marks.get("gridSpan")
        across = int(_get(width, "val") or 1) if width is not None else 1
        spread = across > 1 or "vMerge" in marks or "hMerge" in marks
        yield cell, spread
        yield from [(None, True)] * min(across - 1, 64)


def _within(element: _Element, name: str) -> Iterator[_Element]:
    """The rows of a table, or the cells of a row, but not those of tables within."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _within(child, name)


def _is_removed(row: _Element) -> bool:
    """Whether the deletion of the whole row is tracked."""
    return any(_name(mark) == "del" for child in row if _name(child) == "trPr" for mark in child)


def _text(cell: _Element) -> str:
    """The text of a cell with all changes accepted, its paragraphs and line breaks as lines."""
    pieces: list[str] = []

    def walk(element: _Element) -> None:
        for child in element:
            name = _name(child)
            if name in _GONE:
                continue
            if name == "t":
                pieces.append(child.text or "")
            elif name in ("br", "cr"):
                pieces.append("\n")
            elif name in ("tab", "ptab"):
                pieces.append("\t")
            elif name == "noBreakHyphen":
                pieces.append("\u2011")
            elif name == "sym":
                pieces.append(_symbol(child))
            else:
                walk(child)
                if name == "p" and not _joins_next(child):
                    pieces.append("\n")

    walk(cell)
    return "".join(pieces).strip("\n")


def _joins_next(paragraph: _Element) -> bool:
    """Whether the mark at the end of a paragraph is deleted, or moved away."""
    return any(
        _name(mark) in ("del", "moveFrom")
        for child in paragraph
        if _name(child) == "pPr"
        for run in child
        if _name(run) == "rPr"
        for mark in run
    )


def _symbol(element: _Element) -> str:
    code = (_get(element, "char") or "").upper()
    if code in _TICKS and "wingdings" in (_get(element, "font") or "").lower():
        return "✓"
    try:
        return chr(int(code, 16))
    except ValueError:
        return ""


def _remarks(comments: _Element) -> dict[str, str]:
    """What people wrote in comments, by the number of the comment."""
    found = {}
    for comment in comments.iter():
        author = _get(comment, "author") or "?"
        if _name(comment) == "comment" and author != AUTHOR:
            text = " ".join(_text(comment).split())
            if text:
                found[_get(comment, "id") or ""] = f"{author}: {text}"
    return found


def _name(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""  # a comment has a function


def _get(element: _Element, attribute: str) -> str | None:
    for name, value in element.attrib.items():
        if name.rpartition("}")[2] == attribute:
            return str(value)
    return None


# The package ------------------------------------------------------------------------------


def _parts(data: bytes, path: Path) -> dict[str, _Element]:
    """The main part of the document, its comments and its properties, parsed."""
    with open_word(data, path) as archive:
        names = _main_parts(archive, path)
        if names.get("document") not in archive.namelist():
            raise ContentError("is a zip file, but no Word file (.docx)", path)
        return {
            kind: _parse(archive, name, path)
            for kind, name in names.items()
            if name in archive.namelist()
        }


def _main_parts(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """The names of the parts, by the relationships (ISO/IEC 29500-2, 6.5)."""
    found = {}
    if "_rels/.rels" in archive.namelist():
        found = _related(archive, "_rels/.rels", "", path)
    main = found.get("officeDocument", "word/document.xml")
    folder, _, file = main.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels"
    related = _related(archive, relations, folder, path) if relations in archive.namelist() else {}
    return {
        "document": main,
        "comments": related.get("comments", ""),
        "core": found.get("core-properties", ""),
    }


def _related(archive: zipfile.ZipFile, name: str, folder: str, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for relation in _parse(archive, name, path):
        kind = (_get(relation, "Type") or "").rpartition("/")[2]
        target = _get(relation, "Target") or ""
        place = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        if _get(relation, "TargetMode") != "External":
            found.setdefault(kind, posixpath.normpath(place))
    return found


def _parse(archive: zipfile.ZipFile, name: str, path: Path) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        with archive.open(name) as part:
            data = part.read(LIMIT + 1)  # what it says of its size may be a lie
        if len(data) > LIMIT:
            raise ContentError(f"is not safe: {name} unpacks to too much", path)
        root = etree.fromstring(data, parser)
    except RuntimeError:
        raise ContentError("is locked with a password: save it without one", path) from None
    except (
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        OSError,
        EOFError,
        ValueError,
        KeyError,
        zlib.error,
    ):
        raise ContentError(
            f"is damaged ({name}): open it in Word and save it again", path
        ) from None
    # No Word file declares entities; a few lines of them can unfold to gigabytes.
    if root.getroottree().docinfo.internalDTD is not None:
        raise ContentError(f"is not safe: {name} declares a document type", path)
    return root
