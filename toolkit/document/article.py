"""An article: front matter (YAML, every value a string) and a Markdown body."""

import re
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from toolkit.document.japanese import language_of
from toolkit.document.publication import LANGUAGES
from toolkit.errors import ContentError
from toolkit.files import read_text, write_atomic

_FENCE = re.compile(r"\A---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Article:
    """A source article, as it lies in ``articles/``.

    Attributes:
        slug: the file's name without ``.md``; how an issue refers to it.
        title: the headline, as inline Markdown.
        body: Markdown, without the headline.
        author, source, url, published: where it comes from; empty where not known.
            ``source`` is the publisher's name, ``published`` a date as its page gives it
            (ISO where it could be read).
        language: ``ja`` or ``en``.
        body_line: the line of the file, counted from 1, on which ``body`` begins.
    """

    slug: str
    title: str
    body: str
    author: str = ""
    source: str = ""
    url: str = ""
    published: str = ""
    language: str = "ja"
    body_line: int = 1


FRONT_MATTER = ("title", "author", "source", "url", "published", "language")


def read_article(path: Path) -> Article:
    """The article in a Markdown file with front matter; a key left out is empty.

    Without a ``title``, the first level-1 heading is the title and leaves the body.

    Raises:
        ContentError: no readable text, broken front matter, an unknown key or language, no
            text at all.
    """
    text = read_text(path)
    matter, body, line = _split(text, path)
    unknown = [key for key in matter if key not in FRONT_MATTER]
    if unknown:
        raise ContentError(
            f"unknown key in the front matter: {unknown[0]} (known: {', '.join(FRONT_MATTER)})",
            path,
            _line_of(text, unknown[0]),
        )
    if not body.strip():
        raise ContentError("holds no text", path)
    language = matter.get("language") or language_of(body)
    if language not in LANGUAGES:
        raise ContentError(
            f"language must be one of {', '.join(LANGUAGES)}, not {language!r}",
            path,
            _line_of(text, "language"),
        )
    title = matter.get("title", "")
    if not title and (heading := re.match(r"\s*# +(.+?)[ #]*\n", body + "\n")):
        title = heading[1]
        line += body.count("\n", 0, heading.end())
        body = body[heading.end() :]
    return Article(
        slug=path.stem,
        title=title or path.stem,
        body=body,
        author=matter.get("author", ""),
        source=matter.get("source", ""),
        url=matter.get("url", ""),
        published=matter.get("published", ""),
        language=language,
        body_line=line,
    )


def write_article(article: Article, path: Path) -> None:
    """Write an article, front matter first, atomically.

    Raises:
        MissingError: the place cannot be written.
    """
    write_atomic(path, article_text(article))


def article_text(article: Article) -> str:
    """The text of an article's file."""
    known = {field.name for field in fields(Article)}
    matter = {
        key: getattr(article, key) for key in FRONT_MATTER if key in known and getattr(article, key)
    }
    head = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{article.body.strip()}\n"


def _split(text: str, path: Path) -> tuple[dict[str, str], str, int]:
    fence = _FENCE.match(text)
    if not fence:
        return {}, text, 1
    try:
        # BaseLoader makes every value a string: a title `No` or `2025` stays one.
        matter = yaml.load(fence[1] or "", Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read"
        raise ContentError(
            f"the front matter is broken: {problem}; put the value in quotes",
            path,
            mark.line + 2 if mark else 1,
        ) from None
    if matter is None or matter == "":
        matter = {}
    if not isinstance(matter, dict) or not all(isinstance(v, str) for v in matter.values()):
        raise ContentError("the front matter must be lines of `key: value`", path, 1)
    return matter, text[fence.end() :], text.count("\n", 0, fence.end()) + 1


def _line_of(text: str, key: str) -> int:
    match = re.search(rf"^{re.escape(key)}\s*:", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1
