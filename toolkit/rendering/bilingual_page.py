"""Bilingual edition → one HTML document, for the web and, through WeasyPrint, for the PDF.

What is paired stands in a ``pair`` of two ``cell``s, each with its ``lang``. A heading is one
element with both languages in it, so that a reader's outline has every section once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from toolkit.findings import Finding
from toolkit.rendering import theme
from toolkit.rendering.bilingual import (
    BilingualEdition,
    BilingualNote,
    BilingualPart,
    Block,
    Layout,
)
from toolkit.rendering.body import Setting, set_body, set_numbered_note, set_pictures
from toolkit.rendering.drawing import Draw
from toolkit.rendering.edition import Edition, Heading, Part
from toolkit.rendering.images import Picture
from toolkit.rendering.page import fill_page, heading_text, page_text, write_page

TEMPLATE = "bilingual.html.j2"


def write_any_page(
    edition: Edition | BilingualEdition,
    medium: str,
    embed_file: Callable[[Path], str],
    embed_picture: Callable[[Picture], str],
    draw: Draw,
) -> tuple[str, list[Finding]]:
    """The document of an edition in one language or in two; see ``write_page``."""
    if isinstance(edition, Edition):
        return write_page(edition, medium, embed_file, embed_picture, draw)
    first = edition.sides[0]
    text, findings = _text(edition, embed_picture, draw)
    sheets = theme.styles(edition.publication, medium, is_bilingual=True)
    return fill_page(first, TEMPLATE, text, medium, sheets, embed_file), findings


def _text(
    edition: BilingualEdition, embed_picture: Callable[[Picture], str], draw: Draw
) -> tuple[dict[str, Any], list[Finding]]:
    """What the template prints, and what an editor should know about it."""
    ids = frozenset(heading.id for heading in edition.sides[0].headings())
    settings = tuple(
        Setting(
            side.publication,
            side.language,
            ids,
            embed_picture,
            draw,
            suffix=f"-{side.language}",
            is_narrow=True,
        )
        for side in edition.sides
    )
    # The bodies are set here, block by block; all else is what either edition prints.
    sides = [
        page_text(replace(side, cover=None, parts=()), embed_picture, draw)[0]
        for side in edition.sides
    ]
    for side, own, name in zip(edition.sides, sides, edition.language_names, strict=True):
        own["language_name"] = name
        own["title_mark"] = _mark(side, is_draft=side.issue.title_draft)
        own["lead_mark"] = _mark(side, is_draft=side.issue.lead_draft)
    setter = _Setter(edition, settings)
    sources = [side.sources_heading for side in edition.sides]
    text = sides[0] | {
        "sides": sides,
        "names": edition.name,
        "titles": edition.plain_title,
        "contents": setter.contents(),
        "cover": [
            setter.block(block, part, part.headings)
            for part in edition.cover
            for block in part.blocks
        ],
        "parts": [setter.part(part) for part in edition.parts],
        "sources": setter.heading((sources[0], sources[1])) if sources[0] and sources[1] else None,
        "has_drafts": edition.has_drafts,
    }
    findings = [finding for setting in settings for finding in setting.findings]
    return text, list(dict.fromkeys(findings))


@dataclass(frozen=True)
class _Setter:
    """Sets what is paired: the edition, and what each of its sides needs to be set."""

    edition: BilingualEdition
    settings: tuple[Setting, ...]

    def heading(
        self, headings: tuple[Heading, Heading], *, in_phrases: bool = True
    ) -> dict[str, Any]:
        sides = [
            heading_text(heading, side, in_phrases=in_phrases)
            | {"language": side.language, "mark": _mark(side, is_draft=heading.draft)}
            for heading, side in zip(headings, self.edition.sides, strict=True)
        ]
        texts = dict.fromkeys(str(side["text"]) for side in sides)
        leading = headings[0]
        return {
            "id": leading.id,
            "level": leading.level,
            "text": " / ".join(texts),
            "sides": sides,
        }

    def contents(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        for headings in self.edition.contents():
            entry = self.heading(headings, in_phrases=False) | {"below": []}
            siblings = entries if entry["level"] == 2 or not entries else entries[-1]["below"]
            siblings.append(entry)
        return entries

    def part(self, part: BilingualPart) -> dict[str, Any]:
        below = part.headings
        blocks = []
        for block in part.blocks:
            if block.kind == "heading":
                below = block.headings
            blocks.append(self.block(block, part, below))
        blocks += [self.note(note, part) for note in part.notes]
        kind = part.sides[0].kind
        return self.heading(part.headings) | {
            "kind": str(kind) if kind else "briefs",
            "blocks": blocks,
            "parts": [self.part(inner) for inner in part.parts],
        }

    def block(
        self, block: Block, part: BilingualPart, below: tuple[Heading, Heading]
    ) -> dict[str, Any]:
        text: dict[str, Any] = {
            "kind": block.kind,
            "layout": str(block.layout),
            "continues": block.continues,
        }
        if block.kind == "heading":
            return text | {"heading": self.heading(block.headings)}
        sides: list[dict[str, Any]] = []
        for number, side in enumerate(self.edition.sides):
            own: dict[str, Any] = {
                "language": side.language,
                "mark": _mark(side, is_draft=block.drafts[number]),
            }
            if block.layout is Layout.PICTURE:
                own["caption"] = block.captions[number]
            elif number == 0 or block.layout is not Layout.ONCE:
                own["body"] = self._body(block, part.sides[number], number, below[number])
            sides.append(own)
        if block.layout is Layout.PICTURE:
            text["pictures"] = self._pictures(block, part.sides[0])
        return text | {"sides": sides}

    def note(self, note: BilingualNote, part: BilingualPart) -> dict[str, Any]:
        sides = []
        for number, side in enumerate(self.edition.sides):
            mark = _mark(side, is_draft=note.drafts[number])
            setting = self.settings[number]
            body = set_numbered_note(note.sides[number], part.sides[number], setting, side.labels)
            sides.append({"language": side.language, "mark": mark, "body": body})
        return {"kind": "note", "layout": str(Layout.BESIDE), "continues": False, "sides": sides}

    def _body(self, block: Block, part: Part, number: int, below: Heading) -> Markup:
        piece = replace(part, body=block.bodies[number])
        return set_body(piece, self.settings[number], below)

    def _pictures(self, block: Block, part: Part) -> Markup:
        return set_pictures(block.bodies[0][1], part, self.settings[0])


def _mark(edition: Edition, *, is_draft: bool) -> dict[str, str]:
    """How a draft is marked, and what the mark means; nothing where there is no draft."""
    if not is_draft:
        return {}
    return {"sign": edition.labels["draft-mark"], "meaning": edition.labels["draft"]}
