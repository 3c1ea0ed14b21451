"""Articles by name: how an editor names one, and what to say when there is none."""

import difflib
import re
from pathlib import Path

from toolkit.document.article import Article
from toolkit.document.publication import Publication
from toolkit.errors import UsageError, shown


def find_article(publication: Publication, name: str) -> Path:
    """The file of an article, named by its slug, its file's name, or a path to it.

    Raises:
        UsageError: there is none; the error names those whose names are near.
    """
    folder = publication.articles.resolve()
    places = (Path(name), folder / name, folder / f"{name}.md", publication.root / name)
    found = [place.resolve() for place in places if is_file(place)]
    for place in found:
        if place.is_relative_to(folder) and place.suffix == ".md":
            return place
    if found:
        raise UsageError(
            f"is no article of this publication: `newsletter import {shown(found[0])}` "
            "makes it one",
            found[0],
        )
    known = sorted(article_slug(publication, path) for path in folder.rglob("*.md"))
    wanted = re.sub(r"\.md$", "", Path(name).name)
    near = difflib.get_close_matches(wanted, known, 3, 0.5)
    near += [slug for slug in known if wanted and wanted in slug and slug not in near][:3]
    if near:
        hint = f"did you mean {' or '.join(near[:3])}?"
    elif known:
        hint = f"there are {', '.join(known[:10])}{' …' if len(known) > 10 else ''}"
    else:
        hint = "there are none yet: `newsletter import FILE` makes them"
    raise UsageError(f"there is no article {name} in {shown(folder)}; {hint}")


def article_slug(publication: Publication, path: Path) -> str:
    """How an issue refers to an article: its path in the articles' folder, without ``.md``."""
    return path.relative_to(publication.articles.resolve()).with_suffix("").as_posix()


def untitled(article: Article) -> bool:
    """Whether an article has no title of its own: the name of its file stands in for it."""
    return article.title == article.slug


def is_file(path: Path) -> bool:
    """Whether a file lies there; a name no file can have (too long, a null) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
