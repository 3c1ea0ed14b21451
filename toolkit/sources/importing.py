"""One file from outside → one article, with an account of everything that was done to it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import yaml

from toolkit.document import markdown
from toolkit.document.article import FRONT_MATTER, Article, article_text, write_article
from toolkit.document.japanese import language_of
from toolkit.errors import ContentError
from toolkit.files import read_bytes, write_atomic
from toolkit.sources.account import letters, split_text, unaccounted
from toolkit.sources.draft import Action, Change, Draft, Role
from toolkit.sources.encoding import decode
from toolkit.sources.mending import as_markdown, body, is_pasted, mend, read_markdown, read_pasted
from toolkit.sources.names import slug
from toolkit.sources.page import Page, read_page

_PAGE_LIMIT = 30 * 1024 * 1024
_WORD_LIMIT = 100 * 1024 * 1024
_FENCE = re.compile(r"\A---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)", re.DOTALL)
_ALIASES = {
    "date": "published",
    "pubdate": "published",
    "publisher": "source",
    "site": "source",
    "site_name": "source",
    "sitename": "source",
    "link": "url",
    "canonical": "url",
    "canonical_url": "url",
    "lang": "language",
}


@dataclass(frozen=True)
class Imported:
    """An article as it was read from a file outside, not yet written.

    Attributes:
        path: the file it came from.
        article: the article; its slug comes from the file's name.
        changes: everything that was done to the text, in its order.
        images: the images that come with it, by file name, for the folder ``images/``
            beside the article.
        encoding: the encoding the text came in; empty for a Word file.
        titled: whether a headline was found; else the title is the file's name.
    """

    path: Path
    article: Article
    changes: tuple[Change, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)
    encoding: str = ""
    titled: bool = True


class Status(StrEnum):
    """What became of an article's file."""

    NEW = "new"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"


def read_source(path: Path) -> Imported:
    """The article in a ``.txt``, ``.md``, ``.html`` or ``.docx`` file.

    Raises:
        ContentError: the file cannot be read, is not what its name says, or holds no text.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = " ".join(sorted(_READERS))
        raise ContentError(f"cannot be imported; what can be: {known}", path)
    return reader(path)


def write_imported(imported: Imported, folder: Path, *, force: bool = False) -> tuple[Path, Status]:
    """Write an article and its images into a folder, images first.

    The same file imported twice gives the same article and changes nothing.

    Raises:
        ContentError: another article (or image) of that name is there, and not ``force``.
        MissingError: the folder cannot be written.
    """
    target = folder / f"{imported.article.slug}.md"
    content = article_text(imported.article).encode("utf-8")
    files = {folder / "images" / name: data for name, data in imported.images.items()}
    for file, data in {target: content, **files}.items():
        if not force and file.exists() and (not file.is_file() or file.read_bytes() != data):
            raise ContentError(
                f"is there already and differs from what {imported.path.name} gives: "
                "rename the source, or replace it with --force",
                file,
            )
    existed = target.exists()
    unchanged = existed and target.read_bytes() == content
    for file, data in files.items():
        write_atomic(file, data)
    if not unchanged:
        write_article(imported.article, target)
    return target, (Status.UNCHANGED if unchanged else Status.REPLACED if existed else Status.NEW)


def _read_text(path: Path, *, markdown_file: bool) -> Imported:
    decoded = decode(read_bytes(path), path)
    matter, text, first_line, changes = _front_matter(decoded.text, path)
    if not text.strip():
        raise ContentError("holds no text", path)
    if is_pasted(text, markdown_file=markdown_file):
        draft = read_pasted(text)
        draft = draft.with_lines(
            replace(line, number=line.number + first_line - 1) for line in draft.lines
        )
    else:
        draft = read_markdown(text, first_line, title=matter.get("title", ""))
    source = [(number, line) for number, line in enumerate(text.split("\n"), first_line)]
    return _finish(path, draft, source, matter, (*decoded.changes, *changes), decoded.encoding)


def _read_html(path: Path) -> Imported:
    page = read_page(read_bytes(path, _PAGE_LIMIT), path)
    return _from_page(path, page)


def _read_docx(path: Path) -> Imported:
    from toolkit.sources.word import read_word

    return _from_page(path, read_word(read_bytes(path, _WORD_LIMIT), path))


def _from_page(path: Path, page: Page) -> Imported:
    draft = read_markdown(page.markdown, headline=False)  # the reader of the page found it
    source = [(number, line) for number, line in enumerate(page.markdown.split("\n"), 1)]
    imported = _finish(path, draft, source, page.matter, (), page.encoding)
    # The lines are those of the Markdown in between, which nobody has seen.
    mended = (replace(change, line=0) for change in imported.changes)
    return replace(imported, changes=(*page.changes, *mended), images=page.images)


def _finish(
    path: Path,
    draft: Draft,
    source: Iterable[tuple[int, str]],
    matter: Mapping[str, str],
    changes: Iterable[Change],
    encoding: str,
) -> Imported:
    language = matter.get("language", "")
    draft = replace(
        draft,
        matter={**draft.matter, **{key: value for key, value in matter.items() if value}},
        language=language if language in ("ja", "en") else draft.language,
    )
    draft = mend(draft)
    text = body(draft)
    if not text.strip():
        raise ContentError("holds no text besides a headline", path)
    found = [*changes, *draft.changes, *unaccounted(list(source), draft), *_unwritten(draft, text)]
    title = " ".join(draft.matter.get("title", "").split())
    try:
        name = slug(path.stem)
    except ContentError as error:
        raise ContentError(error.message, path) from None
    article = Article(
        slug=name,
        title=title or path.stem,
        body=text,
        author=draft.matter.get("author", ""),
        source=draft.matter.get("source", ""),
        url=draft.matter.get("url", ""),
        published=draft.matter.get("published", ""),
        language=language if language in ("ja", "en") else language_of(title + text),
    )
    return Imported(
        path,
        article,
        tuple(sorted(found, key=lambda change: change.line)),
        encoding=encoding,
        titled=bool(title),
    )


def _unwritten(draft: Draft, text: str) -> list[Change]:
    """What of a draft its Markdown does not say: every line's words must be there, in order."""
    written, notes = map(letters, split_text(text))
    position = 0
    changes = []
    for line in draft.lines:
        block = as_markdown(line) if draft.pasted else line.text
        is_code = line.role is Role.CODE
        said, noted = map(
            letters, (block.strip("`~"), "") if is_code else split_text(block.strip())
        )
        if not said and not noted and not markdown.parse(block):
            said = letters(line.text)  # a link's definition that no link uses
        found = written.find(said, position)
        if found >= 0:
            position = found + len(said)
        elif said in notes:  # a further paragraph of a footnote
            found = position
        if found < 0 or noted not in notes:
            changes.append(Change(line.number, "unwritten", Action.DROPPED, line.text))
    return changes


def _front_matter(text: str, path: Path) -> tuple[dict[str, str], str, int, list[Change]]:
    """The front matter a text comes with, in our keys; what has no place in ours is named."""
    fence = _FENCE.match(text)
    if not fence:
        return {}, text, 1, []
    try:
        data = yaml.load(fence[1] or "", Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContentError(
            "the front matter is broken: put its values in quotes, or take it out",
            path,
            mark.line + 2 if mark else 1,
        ) from None
    if not isinstance(data, dict):
        return {}, text, 1, []  # a rule of three dashes, and not front matter
    matter: dict[str, str] = {}
    changes = []
    for key, value in data.items():
        name = _ALIASES.get(str(key).lower(), str(key).lower())
        if name in FRONT_MATTER and isinstance(value, str) and name not in matter:
            matter[name] = value
        else:
            said = value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True)
            changes.append(
                Change(
                    _line_of(text, str(key)),
                    "front-matter",
                    Action.DROPPED,
                    f"{key}: {' '.join(said.split())}",
                )
            )
    return matter, text[fence.end() :], text.count("\n", 0, fence.end()) + 1, changes


def _line_of(text: str, key: str) -> int:
    match = re.search(rf"^{re.escape(key)}\s*:", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _text_file(path: Path) -> Imported:
    return _read_text(path, markdown_file=False)


def _markdown_file(path: Path) -> Imported:
    return _read_text(path, markdown_file=True)


_READERS: Mapping[str, Callable[[Path], Imported]] = {
    ".txt": _text_file,
    ".md": _markdown_file,
    ".markdown": _markdown_file,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
}
