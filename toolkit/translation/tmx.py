"""Translation memories of other programs: TMX (Translation Memory eXchange) 1.4b.

A text is inline Markdown in a file that the toolkit wrote, and words alone in any other:
there the codes of inline elements (section 3.3 of the specification) are left out, and what
Markdown would read as marks is escaped.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit import __version__
from toolkit.document import markdown
from toolkit.errors import ContentError
from toolkit.translation.xmltext import elements_of, local_name, writable

LIMIT = 500 * 1024 * 1024
"""The largest file that is read, in bytes: about two million sentences."""

LONGEST = 5_000
"""No sentence is longer, in characters; a unit that is holds a whole text."""

_TOOL = "newsletter-toolkit"
_CODES = ("bpt", "ept", "ph", "it", "ut", "sub")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MARKS = re.compile(r"[\\*_`\[\]<>&~!#{}|]")


@dataclass(frozen=True)
class Unit:
    """A sentence in both languages, as inline Markdown, and the line it stands on."""

    ja: str
    en: str
    line: int = 0

    def text(self, language: str) -> str:
        """The sentence in ``ja`` or ``en``."""
        return self.ja if language == "ja" else self.en


def read_tmx(path: Path) -> Iterator[Unit | None]:
    """The units of a file, one at a time; None for each that is not a sentence in both languages.

    Of several variants in one language, the first counts.

    Raises:
        ContentError: the file cannot be read, is no TMX, or is not safe; with the line.
    """
    ours: bool | None = None
    for top, element in elements_of(path, ("tmx",), ("tu",), LIMIT):
        if ours is None:
            header = next((child for child in top if local_name(child) == "header"), None)
            ours = header is not None and header.get("creationtool") == _TOOL
        found: dict[str, str] = {}
        for variant in element:
            if local_name(variant) == "tuv":
                language = variant.get(_LANG) or variant.get("lang") or ""
                code = re.split("[-_]", language.lower())[0]
                segment = next((c for c in variant if local_name(c) == "seg"), None)
                if code in ("ja", "en") and segment is not None:
                    found.setdefault(code, _words(segment, ours))
        ja, en = found.get("ja", ""), found.get("en", "")
        good = ja and en and max(len(ja), len(en)) <= LONGEST
        yield Unit(ja, en, element.sourceline or 0) if good else None


def write_tmx(units: Iterable[Unit], source: str) -> bytes:
    """A TMX file of units; the same units give the same bytes."""
    from lxml import etree

    file = io.BytesIO()
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        xml.write_doctype('<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
        with xml.element("tmx", version="1.4"):
            header = {
                "creationtool": _TOOL,
                "creationtoolversion": __version__,
                "segtype": "sentence",
                "o-tmf": "Markdown",
                "adminlang": "en",
                "srclang": source,
                "datatype": "plaintext",
            }
            xml.write("\n", etree.Element("header", header), "\n")
            with xml.element("body"):
                xml.write("\n")
                for unit in units:
                    element = etree.Element("tu")
                    for language in (source, "en" if source == "ja" else "ja"):
                        variant = etree.SubElement(element, "tuv", {_LANG: language})
                        etree.SubElement(variant, "seg").text = writable(unit.text(language))
                    xml.write(element, "\n")
            xml.write("\n")
    return file.getvalue()


def import_tmx(path: Path, to: Path, source: str) -> tuple[int, int]:
    """Put a TMX file into the folder of a publication's memory, its sentences alone.

    Returns:
        how many sentences there are now, and how many units were left out.

    Raises:
        ContentError: the file cannot be read or holds nothing in both languages.
        MissingError: the place cannot be written.
    """
    from toolkit.files import write_atomic

    units: dict[tuple[str, str], Unit] = {}
    left_out = 0
    for unit in read_tmx(path):
        if unit is None or (unit.ja, unit.en) in units:
            left_out += 1
        else:
            units[unit.ja, unit.en] = unit
    if not units:
        raise ContentError("holds no sentence in both Japanese and English", path)
    write_atomic(to, write_tmx(units.values(), source))
    return len(units), left_out


def _words(segment: Any, ours: bool) -> str:
    text = "".join(_pieces(segment)).strip()
    if ours:
        return text
    text = " ".join(text.split())
    if not _MARKS.search(text):
        return text
    from markdown_it.token import Token

    inline = Token("inline", "", 0, children=[Token("text", "", 0, content=text)])
    return markdown.write_inline(inline)


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if local_name(child) not in ("", *_CODES):
            yield from _pieces(child)
        yield child.tail or ""
