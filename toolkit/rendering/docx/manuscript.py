"""What the parts of the writer share: the document, its styles, and numbers given out once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from toolkit.findings import Finding, Severity
from toolkit.rendering.docx.base import Base
from toolkit.rendering.docx.elements import Element, paragraph
from toolkit.rendering.edition import Edition

EMU_PER_TWIP = 635

HALF_POINTS = 20
"""The size of text where nothing says one (10 pt), in Word's half points."""

HIGHEST = 0.7
"""The most of the text area's height that a picture takes: its caption stays beside it."""


@dataclass
class Manuscript:
    """A document being written.

    Attributes:
        edition: what is written.
        base: the document it is written into.
        bookmarks: the names of the headings' bookmarks, by the headings' ids.
        findings: what the editor should know.
        measure: how wide the text stands, in EMU, where it is less than the page allows.
        highest: the most of the text area's height that a picture takes.
        emphasis: the character style of stressed words.
        suffix: what ends the names of bookmarks, in a document of two editions.
        leads: whether it is the only edition or the first of two, whose marks refer to footnotes.
        story: the part that is being written, where it is not the document's own.
    """

    edition: Edition
    base: Base
    bookmarks: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    measure: int | None = None
    highest: float = HIGHEST
    emphasis: str = "Emphasis"
    suffix: str = ""
    leads: bool = True
    story: Any = None
    _ids: "count[int]" = field(default_factory=lambda: count(1))
    _chains: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def document(self) -> Any:
        """The python-docx document."""
        return self.base.document

    @property
    def part(self) -> Any:
        """The part whose links and pictures are written."""
        return self.document.part if self.story is None else self.story

    def style(self, name: str) -> str:
        """The id of a style."""
        return self.base.styles[name]

    def paragraph(
        self, style: str, *content: Element, properties: Iterable[Element] = ()
    ) -> Element:
        """A paragraph in the style of that name."""
        return paragraph(self.style(style), *content, properties=properties)

    def next_id(self) -> int:
        """A number that no bookmark or picture has yet."""
        return next(self._ids)

    def size(self, style: str) -> int:
        """The size of a style's text, in half points."""
        from docx.oxml.ns import qn

        size = self._inherited(style, "font", "size")
        if size is not None:
            return int(size.pt * 2)
        default = self._defaults(qn("w:sz"))
        return HALF_POINTS if default is None else int(default.get(qn("w:val")))

    def is_bold(self, style: str) -> bool:
        """Whether a paragraph in this style is bold throughout."""
        return bool(self._inherited(style, "font", "bold"))

    def families(self, style: str) -> tuple[str, str]:
        """The fonts of a style's Latin and Japanese text; empty where no style says."""
        from docx.oxml.ns import qn

        elements = [found.element for found in self._styles(style)]
        fonts = [e.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") for e in elements]
        fonts.append(self._defaults(qn("w:rFonts")))
        keys = (qn("w:ascii"), qn("w:eastAsia"))
        latin, japanese = (
            next((font.get(key) for font in fonts if font is not None and font.get(key)), "")
            for key in keys
        )
        return latin, japanese

    def _defaults(self, name: str) -> Any:
        """What the document says of text of any style, under a name such as ``w:sz``."""
        from docx.oxml.ns import qn

        path = f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}/{name}"
        return self.document.styles.element.find(path)

    def line(self, style: str) -> int:
        """How long a line in a style is, in twentieths of a point."""
        indents = (
            self._inherited(style, "paragraph_format", f"{side}_indent")
            for side in ("left", "right")
        )
        return (self.text_area()[0] - sum(indent or 0 for indent in indents)) // EMU_PER_TWIP

    def _inherited(self, style: str, part: str, name: str) -> Any:
        """What a style or the nearest one it is based on says of its font or its paragraphs."""
        values = (getattr(getattr(found, part), name) for found in self._styles(style))
        return next((value for value in values if value is not None), None)

    def _styles(self, style: str) -> tuple[Any, ...]:
        """A paragraph style, and those it is based on; searched for once a document."""
        from docx.enum.style import WD_STYLE_TYPE

        if style not in self._chains:
            found = self.document.styles.get_by_id(self.style(style), WD_STYLE_TYPE.PARAGRAPH)
            chain = []
            while found is not None:
                chain.append(found)
                found = found.base_style
            self._chains[style] = tuple(chain)
        return self._chains[style]

    def text_area(self) -> tuple[int, int]:
        """Width and height of where the text stands, in EMU.

        By default that is the page between its margins.
        """
        page = self.document.sections[0]
        width = page.page_width - page.left_margin - page.right_margin
        height = page.page_height - page.top_margin - page.bottom_margin
        return int(width) if self.measure is None else self.measure, int(height)

    def warn(self, path: Path, line: int, rule: str, message: str) -> None:
        """Tell the editor something about a place in a file."""
        self.findings.append(Finding(path, line, Severity.WARNING, rule, message))


def bookmark_names(edition: Edition, suffix: str = "") -> dict[str, str]:
    """The bookmarks of the headings, by the headings' ids: ``deep-dive-1-2`` → ``deep_dive_1_2``.

    Word allows letters, digits and ``_`` in a name, and at most 40 of them; ``suffix`` ends each.
    """
    length = 40 - len(suffix)
    return {
        heading.id: heading.id.replace("-", "_")[:length] + suffix for heading in edition.headings()
    }
