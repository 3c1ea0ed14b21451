"""An issue: the manifest ``issue.toml`` and the section files it names."""

import datetime
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.article import Article, read_article
from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml, unknown_key, value_line
from toolkit.errors import ContentError, UsageError
from toolkit.files import read_text

MANIFEST = "issue.toml"
KEYS = ("number", "date", "title", "lead", "cover", "section")
SLUG = re.compile(r"\w[\w.-]{0,59}")
"""What an issue may be called: the name of a folder (of a length that every file system
takes), no path and nothing hidden."""
COVER = (
    'cover must be one picture, "![what it shows](picture.jpg)", or one paragraph, such as a '
    "statement out of the issue"
)
SECTION_KEYS = ("kind", "file", "articles")


class Kind(StrEnum):
    """What a section is; the order is the order in an issue."""

    DEEP_DIVE = "deep-dive"
    SIDE_STORY = "side-story"
    BRIEF = "brief"
    EDITORS_NOTE = "editors-note"


@dataclass(frozen=True)
class Section:
    """One section of an issue, in one language.

    Attributes:
        kind: deep dive, side story, brief or editor's note.
        title: the headline, as inline Markdown: the file's level-1 heading; empty where
            it has none (an editor's note needs none).
        body: the block tokens after the headline. Treat them as read-only; their ``map``
            counts the lines of the file from 0. Headings begin at level 2. In a translated
            edition an ``inline`` token with a draft among its sentences has ``meta["draft"]``.
        path: the section's file. Images are relative to its folder.
        title_line: the line of the headline in the file, from 1.
        articles: the articles it was made of, for the list of sources.
        title_draft: whether the title has a draft among its sentences.
    """

    kind: Kind
    title: str
    body: tuple[Token, ...]
    path: Path
    title_line: int = 1
    articles: tuple[Article, ...] = ()
    title_draft: bool = False


@dataclass(frozen=True)
class Issue:
    """An issue in one language: as written, or as translated (an edition).

    Attributes:
        slug: the folder's name.
        path: its ``issue.toml``.
        language: the language of everything in it.
        written_in: the language the issue was written in; differs from ``language`` in
            a translated edition.
        number: the running number; 0 where the manifest has none.
        title: as inline Markdown. ``lead``: one or two sentences for the masthead; may be empty.
        sections: in order.
        cover: what the first page shows, as block tokens like a section's body: one picture,
            or one paragraph such as a statement out of the issue; may be empty. Pictures are
            relative to the issue's folder; ``map`` counts the lines of ``issue.toml``.
        drafts: how many sentences are machine translations nobody approved.
        title_draft, lead_draft: whether one of them is in the title, or in the lead.
    """

    slug: str
    path: Path
    language: str
    written_in: str
    number: int
    date: datetime.date
    title: str
    lead: str
    sections: tuple[Section, ...]
    cover: tuple[Token, ...] = ()
    drafts: int = field(default=0)
    title_draft: bool = False
    lead_draft: bool = False


def read_issue(publication: Publication, slug: str) -> Issue:
    """The issue as it was written, with its sections and their articles.

    Raises:
        UsageError: there is no such issue.
        ContentError: the manifest or a section cannot be read; the error names the line.
    """
    path = issue_folder(publication, slug) / MANIFEST
    data, text = read_toml(path)
    unknown_key(data, KEYS, path, text)

    def fail(message: str, key: str) -> ContentError:
        return ContentError(message, path, value_line(text, key))

    number = data.get("number", 0)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise fail("number must be a whole number", "number")
    date = data.get("date")
    if isinstance(date, datetime.datetime) or not isinstance(date, datetime.date):
        raise fail("date must be a date: date = 2025-11-25", "date")
    title = data.get("title")
    if not isinstance(title, str) or not title.strip():
        raise fail("title must be a text in quotes", "title")
    lead = data.get("lead", "")
    if not isinstance(lead, str):
        raise fail("lead must be a text in quotes", "lead")
    cover = data.get("cover", "")
    if not isinstance(cover, str):
        raise fail("cover must be a text in quotes", "cover")
    shown = _read_cover(cover.strip(), value_line(text, "cover"))
    if shown is None:
        raise fail(COVER, "cover")
    entries = data.get("section", [])
    if not isinstance(entries, list) or not entries:
        raise fail("needs its sections: [[section]] with kind and file", "section")
    sections = tuple(
        _read_section(publication, path, text, position, entry)
        for position, entry in enumerate(entries)
    )
    language = publication.languages[0]
    return Issue(
        slug=slug,
        path=path,
        language=language,
        written_in=language,
        number=number,
        date=date,
        title=title.strip(),
        lead=lead.strip(),
        sections=sections,
        cover=shown,
    )


def issue_folder(publication: Publication, slug: str) -> Path:
    """The folder of an issue that exists.

    Raises:
        UsageError: the slug is no plain name, or there is no such issue.
    """
    if not SLUG.fullmatch(slug):
        raise UsageError(f"an issue is named by its folder, like 2025-11-25, not {slug!r}")
    folder = publication.issues / slug
    if not (folder / MANIFEST).is_file():
        raise UsageError(
            f"there is no issue {slug}: {folder / MANIFEST} does not exist; "
            f"`newsletter new {slug} …` makes one"
        )
    return folder


def read_section_file(path: Path, kind: Kind, articles: tuple[Article, ...] = ()) -> Section:
    """A section's Markdown file: an optional level-1 heading, then the body.

    Raises:
        ContentError: no readable text, or none at all.
    """
    text = read_text(path)
    if not text.strip():
        raise ContentError("holds no text", path)
    tokens = markdown.parse(text)
    title, line = "", 1
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title = markdown.write_inline(tokens[1])
        line = tokens[0].map[0] + 1 if tokens[0].map else 1
        tokens = tokens[3:]
    return Section(kind, title, tuple(tokens), path, line, articles)


def _read_cover(text: str, line: int) -> tuple[Token, ...] | None:
    """What the first page shows; None where it is more, or something else, than it may be."""
    if not text:
        return ()
    tokens = markdown.parse(text)
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    shown = [child for child in tokens[1].children or [] if child.content.strip() or child.nesting]
    if any(child.type == "image" for child in tokens[1].children or []) and (
        [child.type for child in shown] not in (["image"], [])
    ):
        return None
    for token in tokens:
        token.map = [line - 1, line]
    return tuple(tokens)


def _read_section(
    publication: Publication, path: Path, text: str, position: int, entry: Any
) -> Section:
    def fail(message: str, key: str) -> ContentError:
        return ContentError(message, path, value_line(text, "section", key, table=position))

    if not isinstance(entry, dict):
        raise fail("a section must be a table: [[section]]", "section")
    for key in entry:
        if key not in SECTION_KEYS:
            raise fail(f"unknown key in [[section]]: {key} (known: {', '.join(SECTION_KEYS)})", key)
    kind = entry.get("kind")
    if kind not in list(Kind):
        raise fail(f"kind must be one of {', '.join(Kind)}", "kind")
    name = entry.get("file")
    if not isinstance(name, str) or not name:
        raise fail("file must be the name of the section's Markdown file", "file")
    file = path.parent / name
    if not file.resolve().is_relative_to(publication.root):
        raise fail(f"file must lie in the publication: {name}", "file")
    if not file.is_file():
        raise fail(f"there is no file {name} beside it", "file")
    slugs = entry.get("articles", [])
    if not isinstance(slugs, list) or not all(isinstance(slug, str) for slug in slugs):
        raise fail("articles must be a list of article names", "articles")
    articles = []
    for slug in slugs:
        article = publication.articles / f"{slug}.md"
        if not article.resolve().is_relative_to(publication.root) or not article.is_file():
            raise fail(f"there is no article {slug}: {article} does not exist", "articles")
        articles.append(read_article(article))
    return read_section_file(file, Kind(kind), tuple(articles))
