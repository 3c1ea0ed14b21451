"""Articles → issue: the sections by role, their manifest, and the folder they lie in."""

import contextlib
import datetime
import difflib
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tomlkit
from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.article import Article, read_article
from toolkit.document.issue import MANIFEST, SLUG, Kind
from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml
from toolkit.editorial.condense import Condensed, condense
from toolkit.editorial.data import note_stub, read_data
from toolkit.editorial.languages import language_finding
from toolkit.editorial.links import moved
from toolkit.editorial.outline import outline
from toolkit.errors import MissingError, UsageError, shown
from toolkit.files import write_atomic
from toolkit.findings import Finding, Severity
from toolkit.sources.whole_issue import SplitSection, split_issue


@dataclass(frozen=True)
class SectionFile:
    """A section as ``new`` writes it.

    Attributes:
        kind: what it is.
        name: the name of its file.
        text: the whole file.
        articles: the articles it was made of, by slug.
        condensed: what was chosen from the article; None where it was kept whole by design.
        language: the language its text is in.
        untitled: whether its headline is the name of the article's file, for want of a title.
    """

    kind: Kind
    name: str
    text: str
    articles: tuple[str, ...]
    condensed: Condensed | None
    language: str
    untitled: bool = False


@dataclass(frozen=True)
class NewIssue:
    """An issue before it is written: what its manifest will say, and its sections in order."""

    slug: str
    number: int
    date: datetime.date
    title: str
    sections: tuple[SectionFile, ...]


_INNER_QUOTES = str.maketrans("「」", "『』")
"""Quotation marks inside 「…」 are 『…』."""


def find_article(publication: Publication, name: str) -> Path:
    """The file of an article, named by its slug, its file's name, or a path to it.

    Raises:
        UsageError: there is none; the error names those whose names are near.
    """
    folder = publication.articles.resolve()
    places = (Path(name), folder / name, folder / f"{name}.md", publication.root / name)
    found = [place.resolve() for place in places if _is_file(place)]
    for place in found:
        if place.is_relative_to(folder) and place.suffix == ".md":
            return place
    if found:
        raise UsageError(
            f"is no article of this publication: `newsletter import {shown(found[0])}` "
            "makes it one",
            found[0],
        )
    known = {slug: slug for slug in _article_slugs(folder)}
    wanted = re.sub(r"\.md$", "", Path(name).name)
    near = difflib.get_close_matches(wanted, known, 3, 0.5)
    near += [slug for slug in known if wanted and wanted in slug and slug not in near][:3]
    if near:
        hint = f"did you mean {' or '.join(near[:3])}?"
    elif known:
        hint = f"there are {', '.join(sorted(known)[:10])}{' …' if len(known) > 10 else ''}"
    else:
        hint = "there are none yet: `newsletter import FILE` makes them"
    raise UsageError(f"there is no article {name} in {shown(folder)}; {hint}")


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
    folder = _free_folder(publication, slug)
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
    folder = _free_folder(publication, slug)
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
    origin = (_slug_of(publication, path),) if article.source or article.url else ()
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


def write_issue(publication: Publication, issue: NewIssue) -> Path:
    """Write a new issue's folder, whole or not at all, and return it.

    Raises:
        UsageError: the folder has come to exist meanwhile.
        MissingError: the place cannot be written.
    """
    folder = _free_folder(publication, issue.slug)
    with _beside(folder) as built:
        for section in issue.sections:
            write_atomic(built / section.name, section.text)
        write_atomic(built / MANIFEST, manifest(issue))
    return folder


def manifest(issue: NewIssue) -> str:
    """The text of a new issue's ``issue.toml``."""
    document = tomlkit.document()
    document["number"] = issue.number
    document["date"] = issue.date
    document["title"] = issue.title
    document["lead"] = tomlkit.string("").comment("one or two sentences for the masthead")
    sections = tomlkit.aot()
    for section in issue.sections:
        table = tomlkit.table()
        table["kind"] = str(section.kind)
        table["file"] = section.name
        if section.articles:
            table["articles"] = list(section.articles)
        sections.append(table)
    document["section"] = sections
    return tomlkit.dumps(document)


def untitled(article: Article) -> bool:
    """Whether an article has no title of its own: the name of its file stands in for it."""
    return article.title == article.slug


def to_do(publication: Publication, issue: NewIssue) -> list[Finding]:
    """What the editor must do to a new issue's sections before anything else, in order.

    A warning for each section that has no headline but the name of its article's file,
    and for each that is not in the language the publication is written in.
    """
    folder, language = publication.issues / issue.slug, publication.languages[0]
    findings = []
    for section in issue.sections:
        path = folder / section.name
        if section.untitled:
            message = "its article has no title: write a headline for it"
            findings.append(Finding(path, 1, Severity.WARNING, "no-headline", message))
        if section.language != language:
            findings.append(language_finding(path, section.language, language))
    return findings


def next_number(publication: Publication) -> int:
    """One more than the highest number of the publication's issues.

    Raises:
        ContentError: an ``issue.toml`` cannot be read, so its number is not known.
    """
    highest = 0
    for slug in publication.slugs():
        data, _ = read_toml(publication.issues / slug / MANIFEST)
        number = data.get("number", 0)
        if isinstance(number, int):
            highest = max(highest, number)
    return highest + 1


def _section(
    publication: Publication, kind: Kind, article: Article, path: Path, folder: Path
) -> SectionFile:
    tokens = moved(markdown.parse(article.body), path.parent, folder)
    tokens = outline(tokens, numbered=kind is Kind.DEEP_DIVE)
    condensed = None
    if kind is not Kind.DEEP_DIVE:
        size = read_data("condense.toml")["size"][kind][article.language]
        condensed = condense(article.title, tokens, article.language, size)
        tokens = [*markdown.parse(condensed.body), *_source_line(article)]
    return SectionFile(
        kind=kind,
        name="",
        text=_file_text(article.title, tokens),
        articles=(_slug_of(publication, path),),
        condensed=condensed,
        language=article.language,
        untitled=untitled(article),
    )


def _source_line(article: Article) -> list[Token]:
    """``出典：publisher「title」``, the title a link; nothing where no origin is known."""
    if not article.source and not article.url:
        return []
    form = read_data("condense.toml")["source-line"][article.language]
    if untitled(article):
        template, title = form["without-title"], article.source or article.url
    else:
        template = form["full" if article.source else "without-source"]
        title = markdown.plain(markdown.parse_inline(article.title))
        if "「" in template:
            title = title.translate(_INNER_QUOTES)
    before, _, after = template.partition("{title}")
    words = [Token("text", "", 0, content=title)]
    if article.url and markdown.parser().validateLink(article.url):
        href = markdown.parser().normalizeLink(article.url)
        words = [
            Token("link_open", "a", 1, attrs={"href": href}),
            *words,
            Token("link_close", "a", -1),
        ]
    children = [
        Token("text", "", 0, content=before.format(source=article.source)),
        *words,
        Token("text", "", 0, content=after),
    ]
    return [
        Token("paragraph_open", "p", 1, block=True),
        Token("inline", "", 0, children=children, level=1, block=True),
        Token("paragraph_close", "p", -1, block=True),
    ]


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
    path = Path(name) if _is_file(Path(name)) else find_article(publication, name)
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


def _free_folder(publication: Publication, slug: str) -> Path:
    if not SLUG.fullmatch(slug):
        raise UsageError(f"an issue is named by its folder, like 2025-11-25, not {slug!r}")
    folder = publication.issues / slug
    if folder.exists() or folder.is_symlink():
        raise UsageError(
            "is there already: choose another name, or move it away (nothing is overwritten)",
            folder,
        )
    return folder


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder to build in, which takes its place when all is well and vanishes when not.

    It lies two levels below its parent, so that a build that was killed half-way leaves
    no ``issues/*/issue.toml``.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        nest = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise MissingError(
            f"cannot be written: {error.strerror}; change its rights", folder.parent
        ) from None
    try:
        built = nest / folder.name
        built.mkdir()
        yield built
        try:
            built.rename(folder)
        except OSError as error:
            raise UsageError(f"cannot be put in its place: {error.strerror}", folder) from None
    finally:
        shutil.rmtree(nest, ignore_errors=True)


def _date(slug: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(slug)
    except ValueError:
        return datetime.date.today()


def _slug_of(publication: Publication, path: Path) -> str:
    return path.relative_to(publication.articles.resolve()).with_suffix("").as_posix()


def _article_slugs(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md")
    )


def _is_file(path: Path) -> bool:
    """Whether a file lies there; a name no file can have (too long, a null) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
