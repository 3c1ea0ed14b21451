"""Which issues are meant: by name, by number, by pattern, by date."""

import datetime
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

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
        names: issues by their folders' names, by the numbers in their manifests, or patterns
            over the names such as ``2025-*``. A folder of that very name comes before a number.
        since, until: only issues of these dates and between; the date is the manifest's. An
            issue whose date cannot be read is kept, so that building it says what is wrong.

    Raises:
        UsageError: there is no such issue, none that a pattern fits, or more than one of a
            number.
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
        elif name.isascii() and name.isdecimal():
            found[_numbered(publication, known, name)] = None
        else:
            from toolkit.document.issue import issue_folder

            issue_folder(publication, name)  # says what is wrong with the name
            found[name] = None
    if since is None and until is None:
        return list(found)
    return [slug for slug in found if _lies_between(publication, slug, since, until)]


def _numbered(publication: Publication, known: Sequence[str], name: str) -> str:
    number = name.lstrip("0") or "0"
    fitting = [slug for slug in known if str(_manifest(publication, slug).get("number")) == number]
    if len(fitting) > 1:
        raise UsageError(f"several issues have the number {number}: {', '.join(fitting)}; name one")
    if not fitting:
        raise UsageError(f"no issue has the number {number}, and none is named so")
    return fitting[0]


def _lies_between(
    publication: Publication,
    slug: str,
    since: datetime.date | None,
    until: datetime.date | None,
) -> bool:
    date = _manifest(publication, slug).get("date")
    if isinstance(date, datetime.datetime) or not isinstance(date, datetime.date):
        return True
    return (since is None or date >= since) and (until is None or date <= until)


def _manifest(publication: Publication, slug: str) -> dict[str, Any]:
    """What an issue's manifest says; nothing if it cannot be read."""
    try:
        return tomllib.loads((publication.issues / slug / "issue.toml").read_text("utf-8-sig"))
    except (OSError, ValueError):
        return {}
