"""An edition as a reader sees it: the same headings, numbers and notices in every format.

The formats only decide how it looks. What is numbered, in which order, what the
contents list and what the colophon says is settled here, once.

Heading levels: the masthead's title is 1; deep dive, side story, the group of
briefs, the editor's note and the sources are 2; a brief is 3; headings inside a
section come one level below its own.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count as count_from
from pathlib import Path

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.article import Article
from toolkit.document.chart import is_chart
from toolkit.document.issue import Issue, Kind, Section
from toolkit.document.japanese import is_wide
from toolkit.document.publication import Publication
from toolkit.rendering.charts import figures
from toolkit.rendering.labels import (
    Labels,
    format_date,
    format_published,
    language_name,
    read_labels,
)
from toolkit.rendering.notes import Note, take_notes, without_marks
from toolkit.translation.measures import chart_of

CHARACTERS_A_MINUTE = 500
WORDS_A_MINUTE = 230


@dataclass(frozen=True)
class Heading:
    """A heading in the contents.

    Attributes:
        level: 2 to 6.
        id: unique within the edition, the same in every language of an issue.
        label: the name of the section (深掘り記事, 小ネタ①：); may be empty.
        number: what the toolkit numbers it with (``1.``, ``①``); may be empty.
        title: the headline, as inline Markdown; may be empty where there is a label.
        draft: whether the title has a draft among its sentences.
    """

    level: int
    id: str
    label: str
    number: str
    title: str
    draft: bool = False

    def text(self, separator: str) -> str:
        """The whole heading in plain words, for bookmarks and contents."""
        title = markdown.plain(markdown.parse_inline(self.title)) if self.title else ""
        if self.number:
            title = f"{self.number} {title}"
        if self.label and title:
            needs = "" if self.label[-1] in "： :" else separator
            return f"{self.label}{needs}{title}"
        return self.label or title


@dataclass(frozen=True)
class Part:
    """A section as it is printed.

    Attributes:
        kind: what it is; None for the group of briefs and for the sources.
        heading: its own heading.
        body: its block tokens. A ``heading_open`` token carries ``meta["heading"]``, its
            ``Heading`` (with level, id and number); its tag is already of that level. A
            ``fence`` that is a chart carries ``meta["figures"]``, its ``Figures``.
        path: the file it comes from, for messages; the group of briefs has the manifest.
        parts: the briefs in their group; else empty.
        notes: its footnotes. In the body each has its marks (see ``Note``).
    """

    kind: Kind | None
    heading: Heading
    body: tuple[Token, ...]
    path: Path
    parts: tuple["Part", ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def base(self) -> Path:
        """The folder that images in the body are relative to."""
        return self.path.parent

    def headings(self) -> Iterator[Heading]:
        """Its heading and those below it, in order."""
        yield self.heading
        for token in self.body:
            if token.type == "heading_open":
                yield token.meta["heading"]
        for part in self.parts:
            yield from part.headings()

    def all_notes(self) -> Iterator[Note]:
        """Its footnotes and those of its parts, in order."""
        yield from self.notes
        for part in self.parts:
            yield from part.all_notes()


@dataclass(frozen=True)
class Citation:
    """One line of the list of sources; every field but the title may be empty.

    The title stays in the source's own language, so that a reader can find it.
    """

    title: str
    language: str
    author: str
    source: str
    published: str
    url: str


@dataclass(frozen=True)
class Edition:
    """Everything a format needs to print an issue in one language.

    ``cover`` is what the first page shows, as a part whose heading says nothing: one picture,
    or one paragraph; None where there is nothing.
    """

    publication: Publication
    issue: Issue
    language: str
    labels: Labels
    name: str
    tagline: str
    number: str
    date: str
    title: str
    lead: str
    cover: Part | None
    reading_time: str
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    sources_heading: Heading | None
    colophon: tuple[str, ...]
    notice: str

    def headings(self) -> Iterator[Heading]:
        """All headings below the title, in order."""
        for part in self.parts:
            yield from part.headings()
        if self.sources_heading:
            yield self.sources_heading

    def notes(self) -> Iterator[Note]:
        """All footnotes, in the order of their numbers."""
        for part in self.parts:
            yield from part.all_notes()

    def contents(self) -> list[Heading]:
        """The headings that the contents list: levels 2 and 3."""
        return [heading for heading in self.headings() if heading.level <= 3]

    @property
    def plain_title(self) -> str:
        """The title without markup, for metadata."""
        return markdown.plain(markdown.parse_inline(self.title))


def prepare(publication: Publication, issue: Issue) -> Edition:
    """Settle what is printed: numbers, names, ids, contents, charts, sources and colophon.

    Raises:
        ContentError: a chart cannot be drawn; a label of the publication's is wrong.
    """
    language = issue.language
    labels = read_labels(language, publication)
    parts = tuple(_parts(issue, labels))
    citations = tuple(_citations(issue, language))
    number = labels.fill("number", number=issue.number) if issue.number else ""
    date = format_date(issue.date, language)
    name = publication.name(language)
    imprint = [name, number, date]
    colophon = [labels.fill("colophon", publication=name, number=number, date=date)]
    if not number:
        colophon = [" · ".join(text for text in imprint if text)]
    if publication.publishers.get(language):
        colophon.append(publication.publishers[language])
    if issue.written_in != language:
        original = language_name(issue.written_in, language)
        colophon.append(labels.fill("translated-from", language=original))
    colophon.append(labels["made-with"])
    notice = ""
    if issue.drafts:
        key = "machine-translation-one" if issue.drafts == 1 else "machine-translation"
        notice = labels.fill(key, count=issue.drafts)
    return Edition(
        publication=publication,
        issue=issue,
        language=language,
        labels=labels,
        name=name,
        tagline=publication.taglines.get(language, ""),
        number=number,
        date=date,
        title=without_marks(issue.title),
        lead=without_marks(issue.lead),
        cover=_cover(issue),
        reading_time=labels.fill("reading-time", minutes=reading_minutes(issue)),
        parts=parts,
        citations=citations,
        sources_heading=Heading(2, "sources", labels["sources"], "", "") if citations else None,
        colophon=tuple(colophon),
        notice=notice,
    )


def reading_minutes(issue: Issue) -> int:
    """How long reading takes: Japanese by characters, everything else by words; at least 1."""
    minutes = 0.0
    for section in issue.sections:
        for token in section.body:
            if token.type == "inline":
                text = markdown.plain(token)
                wide = sum(is_wide(char) for char in text)
                words = len("".join(" " if is_wide(char) else char for char in text).split())
                minutes += wide / CHARACTERS_A_MINUTE + words / WORDS_A_MINUTE
    return max(1, math.ceil(minutes))


def _cover(issue: Issue) -> Part | None:
    if not issue.cover:
        return None
    return Part(None, Heading(2, "cover", "", "", ""), issue.cover, issue.path)


def _parts(issue: Issue, labels: Labels) -> Iterator[Part]:
    counts: dict[Kind, int] = {}
    notes = count_from(1)
    briefs = [section for section in issue.sections if section.kind is Kind.BRIEF]
    for section in issue.sections:
        counts[section.kind] = count = counts.get(section.kind, 0) + 1
        name = f"{section.kind}-{count}"
        if section.kind is Kind.BRIEF:
            if count == 1:
                label = labels.fill("briefs", count=len(briefs))
                heading = Heading(2, "briefs", label, "", "")
                parts = tuple(
                    _part(brief, f"brief-{number}", 3, _brief_label(labels, number), labels, notes)
                    for number, brief in enumerate(briefs, 1)
                )
                yield Part(None, heading, (), issue.path, parts)
            continue
        yield _part(section, name, 2, labels[section.kind], labels, notes)


def _brief_label(labels: Labels, number: int) -> str:
    return labels.fill("brief", mark=_mark(labels, number)).strip()


def _mark(labels: Labels, number: int) -> str:
    marks = labels["sub-head"]
    return marks[number - 1] if number <= len(marks) else f"({number})"


def _part(
    section: Section, name: str, level: int, label: str, labels: Labels, numbers: Iterator[int]
) -> Part:
    title = without_marks(section.title)
    heading = Heading(level, name, label, "", title, section.title_draft)
    text, notes = take_notes(tuple(_charted(section, labels)), numbers)
    body = tuple(_numbered(replace(section, body=text), name, level, labels))
    return Part(section.kind, heading, body, section.path, notes=notes)


def _charted(section: Section, labels: Labels) -> Iterator[Token]:
    """The body with its charts' figures settled."""
    for token in section.body:
        if is_chart(token):
            shown = figures(chart_of(token, section.path), labels.language, labels)
            token = replace(token, meta={**token.meta, "figures": shown})
        yield token


def _numbered(section: Section, name: str, level: int, labels: Labels) -> Iterator[Token]:
    """The body with its headings numbered (deep dive only), identified and levelled."""
    number = sub = count = 0
    for position, token in enumerate(section.body):
        if token.type not in ("heading_open", "heading_close"):
            yield token
            continue
        written = int(token.tag[1])
        depth = min(max(written, 2) - 1 + level, 6)
        token = replace(token, tag=f"h{depth}", meta=dict(token.meta))
        if token.type == "heading_open":
            count += 1
            mark = ""
            if section.kind is Kind.DEEP_DIVE and written == 2:
                number, sub = number + 1, 0
                mark = labels.fill("section-number", number=number)
            elif section.kind is Kind.DEEP_DIVE and written == 3:
                sub += 1
                mark = _mark(labels, sub)
            inline = section.body[position + 1]
            title, draft = markdown.write_inline(inline), "draft" in inline.meta
            token.meta["heading"] = Heading(depth, f"{name}-{count}", "", mark, title, draft)
        yield token


def _citations(issue: Issue, language: str) -> Iterator[Citation]:
    seen: set[str] = set()
    for section in issue.sections:
        for article in section.articles:
            if article.slug not in seen:
                seen.add(article.slug)
                yield _citation(article, language)


def _citation(article: Article, language: str) -> Citation:
    return Citation(
        title=article.title,
        language=article.language,
        author=article.author,
        source=article.source,
        published=format_published(article.published, language),
        url=article.url,
    )
