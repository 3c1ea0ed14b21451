"""A rule about footnotes: every mark leads to one note, and every note has a mark."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from toolkit.document.footnotes import definitions, marks
from toolkit.editorial.rules import Checked, Page, Place

_IN_A_LINK = re.compile(r"(?<![!\\])\[[^\[\]]*(\[\^[^\]\s]+\])[^\[\]]*\]\(")


def footnotes(checked: Checked) -> Iterator[Place]:
    """A mark without a note, where no mark can be, a note without a mark, or given twice."""
    for page in checked.pages:
        if page.section:
            yield from _in_section(page, page.section.body)
        for piece in page.prose:
            for broken in _IN_A_LINK.finditer(piece.inline.content):
                yield Place(
                    page.path,
                    piece.line_at(broken.start()),
                    f"the mark {broken[1]} breaks the link it is in: set it behind the link",
                )
            in_headline = piece.kind == "manifest" or piece.level > 0
            for label in marks(piece.inline) if in_headline else ():
                where = "heading" if piece.level else "title or a lead"
                yield Place(
                    page.path,
                    piece.line,
                    f"the mark [^{label}] is in a {where}, where no footnote can be: "
                    "set it in a sentence",
                )


def _in_section(page: Page, body: Sequence[Token]) -> Iterator[Place]:
    spans = list(definitions(body))
    lines: dict[str, int] = {}
    for start, _ in spans:
        label, line = body[start].meta["label"], _line(body[start])
        if label in lines:
            yield Place(
                page.path,
                line,
                f"the footnote [^{label}] is given on line {lines[label]} already: "
                "rename one of them and its mark",
            )
        lines.setdefault(label, line)
    inside = {place for start, end in spans for place in range(start, end + 1)}
    used = set()
    for place, token in enumerate(body):
        if token.type != "inline" or (place and body[place - 1].type == "heading_open"):
            continue
        for label in marks(token):
            line = _line(token) + _lines_before(token, label)
            if place in inside:
                message = f"the mark [^{label}] is in another footnote: set it in the text"
                yield Place(page.path, line, message)
            elif label not in lines:
                yield Place(
                    page.path,
                    line,
                    f"the footnote [^{label}] has no text: add `[^{label}]: …` to this file, "
                    "or take the mark out",
                )
            used.add(label if place not in inside else None)
    for label, line in lines.items():
        if label not in used:
            yield Place(
                page.path,
                line,
                f"no mark leads to the footnote [^{label}]: set [^{label}] in the text, "
                "or take the footnote out",
            )


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _lines_before(inline: Token, label: str) -> int:
    return inline.content[: max(inline.content.find(f"[^{label}]"), 0)].count("\n")
