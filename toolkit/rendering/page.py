"""Edition → one HTML document, which is the web page, and which WeasyPrint sets as PDF.

The templates see plain texts and finished HTML only: no path, no publication, nothing
that could reach a file.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markdown_it.common.normalize_url import normalizeLink
from markupsafe import Markup

from toolkit.document import markdown
from toolkit.findings import Finding
from toolkit.rendering import theme
from toolkit.rendering.body import Setting, is_web_address, set_body, set_line, set_notes
from toolkit.rendering.drawing import Draw
from toolkit.rendering.edition import Citation, Edition, Heading, Part
from toolkit.rendering.images import Picture

TEMPLATE = "newsletter.html.j2"


def write_page(
    edition: Edition,
    medium: str,
    embed_file: Callable[[Path], str],
    embed_picture: Callable[[Picture], str],
    draw: Draw,
) -> tuple[str, list[Finding]]:
    """The document for a medium, and what an editor should know about it.

    Args:
        edition: what to set.
        medium: ``screen`` or ``print``; chooses the style sheets.
        embed_file: the URL for a file that a style sheet names, such as a font.
        embed_picture: the URL for a picture in the text.
        draw: makes the charts.

    Raises:
        ContentError: a picture, a template or a style sheet of the publication is wrong.
    """
    text, findings = page_text(edition, embed_picture, draw)
    sheets = theme.styles(edition.publication, medium)
    return fill_page(edition, TEMPLATE, text, medium, sheets, embed_file), findings


def fill_page(
    edition: Edition,
    template: str,
    text: Mapping[str, Any],
    medium: str,
    sheets: Mapping[str, str],
    embed_file: Callable[[Path], str],
) -> str:
    """A page's template filled in.

    Args:
        edition: whose publication's looks it has.
        template: its name under ``templates/``.
        text: what it prints.
        medium: ``screen`` or ``print``.
        sheets: the style sheets, each with its CSS medium.
        embed_file: the URL for a file that a style sheet names.

    Raises:
        ContentError: a template or a style sheet of the publication is wrong.
    """
    publication = edition.publication
    styles = (
        f"@media {media} {{\n{theme.style_sheet(publication, name, embed_file)}}}\n"
        for name, media in sheets.items()
    )
    context = {
        **text,
        "medium": medium,
        "theme": publication.theme,
        "styles": Markup("".join(styles)),  # noqa: S704
        "page_number": Markup(_page_number(edition.labels["page"])),  # noqa: S704
    }
    return theme.fill_template(publication, template, context)


def page_text(
    edition: Edition,
    embed_picture: Callable[[Picture], str],
    draw: Draw,
    *,
    link_notes: bool = True,
) -> tuple[dict[str, Any], list[Finding]]:
    """What a template of any medium prints, and what an editor should know about it.

    The HTML in it is well-formed XML, too.

    Args:
        edition: what to set.
        embed_picture: the URL for a picture in the text.
        link_notes: whether a footnote and its marks lead to each other.

    Raises:
        ContentError: a picture cannot be used.
    """
    publication = edition.publication
    setting = Setting(
        publication,
        edition.language,
        frozenset(heading.id for heading in edition.headings()),
        embed_picture,
        draw,
        link_notes=link_notes,
    )
    text = {
        "language": edition.language,
        "labels": dict(edition.labels),
        "name": edition.name,
        "tagline": edition.tagline,
        "number": edition.number,
        "date": edition.date,
        "iso_date": edition.issue.date.isoformat(),
        "running": "\u2002".join(text for text in (edition.number, edition.date) if text),
        "publisher": publication.publishers.get(edition.language, ""),
        "title": set_line(edition.title, edition.language),
        "plain_title": edition.plain_title,
        "lead": set_line(edition.lead, edition.language, in_phrases=False) if edition.lead else "",
        "description": markdown.plain(markdown.parse_inline(edition.lead)) if edition.lead else "",
        "cover": set_body(edition.cover, setting) if edition.cover else "",
        "reading_time": edition.reading_time,
        "contents": _contents(edition),
        "parts": [_part(part, setting, edition) for part in edition.parts],
        "sources": heading_text(edition.sources_heading, edition)
        if edition.sources_heading
        else None,
        "citations": [_citation(citation, edition) for citation in edition.citations],
        "colophon": edition.colophon,
        "notice": edition.notice,
    }
    return text, setting.findings


def heading_text(heading: Heading, edition: Edition, *, in_phrases: bool = True) -> dict[str, Any]:
    """What a template prints of a heading."""
    separator = edition.labels["label-separator"]
    language = edition.language
    return {
        "id": heading.id,
        "level": heading.level,
        "label": heading.label,
        "number": heading.number,
        "title": set_line(heading.title, language, in_phrases=in_phrases) if heading.title else "",
        "text": heading.text(separator),
    }


def _contents(edition: Edition) -> list[dict[str, Any]]:
    """The contents as a tree: what stands below a heading is its ``below``."""
    entries: list[dict[str, Any]] = []
    for heading in edition.contents():
        entry = heading_text(heading, edition, in_phrases=False) | {"below": []}
        siblings = entries if heading.level == 2 or not entries else entries[-1]["below"]
        siblings.append(entry)
    return entries


def _part(part: Part, setting: Setting, edition: Edition) -> dict[str, Any]:
    return heading_text(part.heading, edition) | {
        "kind": str(part.kind) if part.kind else "briefs",
        "body": set_body(part, setting) + set_notes(part, setting, edition.labels),
        "parts": [_part(below, setting, edition) for below in part.parts],
    }


def _citation(citation: Citation, edition: Edition) -> dict[str, Any]:
    # An author that is the publisher is named once.
    author = citation.author if citation.author != citation.source else ""
    return {
        "title": edition.labels.fill("title-quote", title=citation.title),
        "language": citation.language,
        "author": author,
        "source": citation.source,
        "published": citation.published,
        "url": normalizeLink(citation.url) if is_web_address(citation.url) else "",
        "address": re.sub(r"^https?://(www\.)?|/$", "", citation.url),
    }


def _page_number(label: str) -> str:
    """The label for page numbers as a value of the CSS property ``content``."""
    counters = {"{page}": "counter(page)", "{pages}": "counter(pages)"}
    pieces = re.split(r"(\{pages?\})", label)
    return " ".join(counters.get(piece) or css_string(piece) for piece in pieces if piece)


def css_string(text: str) -> str:
    """A text as a CSS string, safe inside a ``<style>`` element too."""
    return '"' + re.sub(r'[\x00-\x1f"\\<>&]', lambda char: f"\\{ord(char[0]):x} ", text) + '"'
