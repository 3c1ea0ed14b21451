"""Which issues are meant: by name, by pattern, by date."""

import datetime
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from toolkit.document.publication import Publication
from toolkit.errors import UsageError

_PATTERN = frozenset("*?[")


def select(
    publication: Publication,
    names: Sequence[str],
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> list[str]:
    """The slugs of the issues that are meant, each once.

    Args:
        names: issues by their folders' names, or patterns over them such as ``2025-*``.
        since, until: only issues of these dates and between; the date is the manifest's. An
            issue whose date cannot be read is kept, so that building it says what is wrong.

    Raises:
        UsageError: there is no such issue, or none that a pattern fits.
    """
    known = publication.slugs()
    there = set(known)
    found: dict[str, None] = {}
    for name in names:
        if name in there:
            found[name] = None
        elif _PATTERN & set(name):
            fitting = [slug for slug in known if fnmatchcase(slug, name)]
            if not fitting:
                raise UsageError(f"no issue fits {name}; there are {len(known)} in the publication")
            found.update(dict.fromkeys(fitting))
        else:
            from toolkit.document.issue import issue_folder

            issue_folder(publication, name)  # says what is wrong with the name
            found[name] = None
    if since is None and until is None:
        return list(found)
    return [slug for slug in found if _lies_between(publication, slug, since, until)]


def _lies_between(
    publication: Publication,
    slug: str,
    since: datetime.date | None,
    until: datetime.date | None,
) -> bool:
    try:
        text = (publication.issues / slug / "issue.toml").read_text("utf-8-sig")
        date = tomllib.loads(text).get("date")
    except (OSError, ValueError):
        return True
    if isinstance(date, datetime.datetime) or not isinstance(date, datetime.date):
        return True
    return (since is None or date >= since) and (until is None or date <= until)
