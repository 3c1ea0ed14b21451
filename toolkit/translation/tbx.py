"""Glossaries of other programs: TBX (TermBase eXchange, ISO 30042), in and out.

Both editions are read, that of 2019 (``conceptEntry``) and that of 2008 (``termEntry``), in
any dialect: of each concept the terms in Japanese and English, and its notes. The edition of
2019 is written, in the dialect TBX-Core.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.document.glossary import HEADER, Glossary, Term
from toolkit.errors import ContentError
from toolkit.translation.xmltext import elements_of, local_name, writable

LIMIT = 100 * 1024 * 1024
"""The largest file that is read, in bytes."""

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACE = "urn:iso:std:iso:30042:ed-2"


def read_tbx(path: Path) -> list[Term]:
    """The terms of a TBX file that are there in Japanese and English, with their lines.

    Each Japanese term of a concept becomes a term; the concept's first English term is that
    of them all.

    Raises:
        ContentError: the file cannot be read, is no TBX, is not safe, or has no such terms.
    """
    found = []
    for _, concept in elements_of(path, ("tbx", "martif"), ("conceptEntry", "termEntry"), LIMIT):
        terms: dict[str, list[str]] = {"ja": [], "en": []}
        for section in concept.iter():
            if local_name(section) in ("langSec", "langSet"):
                code = re.split("[-_]", (section.get(_LANG) or "").lower())[0]
                terms.setdefault(code, []).extend(_texts(section, "term"))
        note = "; ".join(_texts(concept, "note"))
        found += [
            Term(ja, terms["en"][0], note, concept.sourceline or 0)
            for ja in terms["ja"]
            if terms["en"]
        ]
    if not found:
        raise ContentError("holds no term in both Japanese and English", path)
    return found


def write_tbx(glossary: Glossary) -> bytes:
    """A glossary as TBX: a concept for each English term, with all its Japanese ones."""
    from lxml import etree

    concepts: dict[str, list[Term]] = {}
    for term in glossary.entries:
        concepts.setdefault(term.en, []).append(term)
    root = etree.Element(
        f"{{{_SPACE}}}tbx",
        {"type": "TBX-Core", "style": "dca", _LANG: "en"},
        nsmap={None: _SPACE},
    )
    description = _add(_add(_add(root, "tbxHeader"), "fileDesc"), "sourceDesc")
    _add(description, "p", "newsletter-toolkit: glossary.csv")
    body = _add(_add(root, "text"), "body")
    for number, (english, terms) in enumerate(concepts.items(), 1):
        concept = _add(body, "conceptEntry")
        concept.set("id", f"c{number}")
        for note in dict.fromkeys(term.note for term in terms if term.note):
            _add(concept, "note", note)
        for language, words in (("ja", [term.ja for term in terms]), ("en", [english])):
            section = _add(concept, "langSec")
            section.set(_LANG, language)
            for word in words:
                _add(_add(section, "termSec"), "term", word)
    etree.indent(root)
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data + b"\n"


def added(text: str, glossary: Glossary, terms: list[Term]) -> tuple[str, int, list[str]]:
    """A glossary's CSV with the terms that it lacks at its end.

    What stands there stays as it is written; where a term has another translation there,
    that one stays.

    Args:
        text: the file as it is; empty where there is none.
        glossary: the same, read.
        terms: the terms to add.

    Returns:
        the new text, how many terms it has more, and a line for each that was not taken.
    """
    known = {unicodedata.normalize("NFKC", term.ja): term for term in glossary.entries}
    rows, refused = io.StringIO(), []
    writer = csv.writer(rows, lineterminator="\n")
    count = 0
    for term in terms:
        first = known.setdefault(unicodedata.normalize("NFKC", term.ja), term)
        if first is term:
            writer.writerow([term.ja, term.en, term.note])
            count += 1
        elif first.en != term.en:
            refused.append(f"{term.ja} is {first.en} already; line {term.line} has {term.en}")
    head = text or ",".join(HEADER) + "\n"
    return head + ("" if head.endswith("\n") else "\n") + rows.getvalue(), count, refused


def _texts(element: Any, name: str) -> Iterator[str]:
    for child in element.iter():
        if local_name(child) == name:
            text = " ".join("".join(child.itertext()).split())
            if text:
                yield text


def _add(parent: Any, name: str, text: str = "") -> Any:
    from lxml import etree

    element = etree.SubElement(parent, f"{{{_SPACE}}}{name}")
    if text:
        element.text = writable(text)
    return element
