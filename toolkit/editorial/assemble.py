"""Articles → issue: the sections by role, or out of one article that holds them all."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.article import Article, read_article
from toolkit.document.issue import Kind
from toolkit.document.publication import Publication
from toolkit.editorial.articles import article_slug, find_article, is_file, untitled
from toolkit.editorial.condense import condense
from toolkit.editorial.data import note_stub, read_data
from toolkit.editorial.issue_files import NewIssue, SectionFile, free_folder, next_number
from toolkit.editorial.links import moved
from toolkit.editorial.outline import outline
from toolkit.editorial.source_line import source_line
from toolkit.errors import UsageError, shown
from toolkit.sources.whole_issue import SplitSection, split_issue


def assemble(
    publication: Publication,
    slug: str,
    *,
    deep_dive: str,
    side_stories: Sequence[str],
    briefs: Sequence[str],
    editors_note: str | None = None,
    title: str | None = None,
    number: int | None = None,
    date: datetime.date | None = None,
) -> NewIssue:
    """An issue made of articles by role; nothing is written yet.

    Args:
        publication: the publication it will belong to.
        slug: the name of its folder.
        deep_dive: the article that is kept whole.
        side_stories: the articles that are condensed to a side story each.
        briefs: the articles that are condensed to a brief each.
        editors_note: a Markdown file (or article) to take the note from; without one, the
            note is a stub with questions.
        title: of the issue; by default the deep dive's.
        number: by default one more than the highest there is.
        date: by default the slug, where it is a date, else today.

    Raises:
        UsageError: an article that there is not, or a slug that is taken or no plain name.
        ContentError: an article cannot be read.
    """
    folder = free_folder(publication, slug)
    paths = [find_article(publication, name) for name in (deep_dive, *side_stories, *briefs)]
    kinds = [
        Kind.DEEP_DIVE,
        *[Kind.SIDE_STORY] * len(side_stories),
        *[Kind.BRIEF] * len(briefs),
    ]
    articles = [read_article(path) for path in paths]
    sections = [
        _section(publication, kind, article, path, folder)
        for kind, article, path in zip(kinds, articles, paths, strict=True)
    ]
    sections.append(_editors_note(publication, editors_note, folder))
    return NewIssue(
        slug=slug,
        number=number or next_number(publication),
        date=date or _date(slug),
        title=title or articles[0].title,
        sections=_named(sections),
    )


def split(
    publication: Publication,
    slug: str,
    name: str,
    *,
    editors_note: str | None = None,
    title: str | None = None,
    number: int | None = None,
    date: datetime.date | None = None,
) -> NewIssue:
    """An issue made of one article that holds a whole issue; the sections are kept as they are.

    Args: ``name`` is the article; the others are those of ``assemble``.

    Raises:
        UsageError: the article names no sections; or it has an editor's note and another
            one was given.
        ContentError: the article cannot be read.
    """
    folder = free_folder(publication, slug)
    path = find_article(publication, name)
    article = read_article(path)
    parts = split_issue(article)
    if not parts:
        raise UsageError(
            "is no whole issue: no heading in it names a section "
            "(深掘り記事, 気になった記事, 小ネタ, 編集後記, Deep Dive …)",
            path,
        )
    # An issue is not its own source; a page it was taken from is.
    origin = (article_slug(publication, path),) if article.source or article.url else ()
    sections = []
    for part in parts:
        tokens = outline(markdown.parse(part.body), numbered=part.kind is Kind.DEEP_DIVE)
        text = _file_text(part.title, moved(tokens, path.parent, folder))
        articles = () if part.kind is Kind.EDITORS_NOTE else origin
        sections.append(SectionFile(part.kind, "", text, articles, None, article.language))
    if not any(section.kind is Kind.EDITORS_NOTE for section in sections):
        sections.append(_editors_note(publication, editors_note, folder))
    elif editors_note is not None:
        raise UsageError(
            f"{shown(path)} has an editor's note already: leave out --editors-note, "
            "or take the note out of the article"
        )
    return NewIssue(
        slug=slug,
        number=number or next_number(publication),
        date=date or _date(slug),
        title=title or _title(article, parts),
        sections=_named(sections),
    )


def _section(
    publication: Publication, kind: Kind, article: Article, path: Path, folder: Path
) -> SectionFile:
    tokens = moved(markdown.parse(article.body), path.parent, folder)
    tokens = outline(tokens, numbered=kind is Kind.DEEP_DIVE)
    condensed = None
    if kind is not Kind.DEEP_DIVE:
        size = read_data("condense.toml")["size"][kind][article.language]
        condensed = condense(article.title, tokens, article.language, size)
        tokens = [*markdown.parse(condensed.body), *source_line(article)]
    return SectionFile(
        kind=kind,
        name="",
        text=_file_text(article.title, tokens),
        articles=(article_slug(publication, path),),
        condensed=condensed,
        language=article.language,
        untitled=untitled(article),
    )


def _title(article: Article, parts: Sequence[SplitSection]) -> str:
    """The title of a split issue: the deep dive's, the article's, or the first heading's."""
    deep_dive = next((part for part in parts if part.kind is Kind.DEEP_DIVE), parts[0])
    if deep_dive.title or not untitled(article):
        return deep_dive.title or article.title
    tokens = markdown.parse(deep_dive.body)
    headings = (i for i, token in enumerate(tokens) if token.type == "heading_open")
    first = next(headings, None)
    return markdown.write_inline(tokens[first + 1]) if first is not None else article.title


def _editors_note(publication: Publication, name: str | None, folder: Path) -> SectionFile:
    language = publication.languages[0]
    if name is None:
        return SectionFile(Kind.EDITORS_NOTE, "", note_stub(language), (), None, language)
    path = Path(name) if is_file(Path(name)) else find_article(publication, name)
    note = read_article(path.resolve())
    tokens = moved(markdown.parse(note.body), path.resolve().parent, folder)
    title = "" if untitled(note) else note.title
    return SectionFile(Kind.EDITORS_NOTE, "", _file_text(title, tokens), (), None, note.language)


def _file_text(title: str, tokens: Sequence[Token]) -> str:
    body = markdown.write(tokens)
    return f"# {title}\n\n{body}" if title else body


def _named(sections: Sequence[SectionFile]) -> tuple[SectionFile, ...]:
    """The sections in the order of an issue, each with the name of its file.

    Briefs are always numbered; of the other kinds, from the second on.
    """
    named = []
    for kind in Kind:
        for number, section in enumerate((s for s in sections if s.kind is kind), 1):
            suffix = f"-{number}" if number > 1 or kind is Kind.BRIEF else ""
            named.append(replace(section, name=f"{kind}{suffix}.md"))
    return tuple(named)


def _date(slug: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(slug)
    except ValueError:
        return datetime.date.today()
