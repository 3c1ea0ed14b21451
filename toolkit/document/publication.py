"""A publication: the folder with ``newsletter.toml`` and what that file says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from toolkit.document.toml import read_toml, table_of_strings, unknown_key, value_line
from toolkit.errors import ContentError, UsageError

MANIFEST = "newsletter.toml"
LANGUAGES = ("ja", "en")
THEMES = ("classic", "modern")
PAPERS = ("a4", "letter")

PDF_VARIANT = "pdf/ua-1"
PDF_VARIANTS = (
    PDF_VARIANT,
    "pdf/ua-2",
    *(f"pdf/a-{level}" for level in ("2a", "2b", "2u", "3a", "3b", "3u")),
)
"""The standards a PDF can claim: ISO 14289 (accessibility), ISO 19005 (archiving).

WeasyPrint has more. PDF/A-1 forbids pictures that shine through, what it writes as PDF/A-4 is no
level of that standard, and PDF/X is for a press, whose colour profile nobody gives us.
"""

_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
_MAILBOX = re.compile(rf"(?:(?P<name>[^<>]*?)\s*<(?P<address>{_ADDRESS})>|(?P<bare>{_ADDRESS}))")
_LONGEST_URL = 900
"""Characters of a URL in an e-mail's header, whose lines end before 998."""


@dataclass(frozen=True)
class Mail:
    """Who an e-mail comes from: ``[email]`` in ``newsletter.toml``.

    Attributes:
        sender: their name; empty for the name of the publication.
        address: their address.
        reply_to: the address that answers go to; empty for the sender's.
        unsubscribe: where a reader takes leave, an ``https:`` or ``mailto:`` URL; may be empty.
    """

    sender: str
    address: str
    reply_to: str
    unsubscribe: str

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Publication:
    """A newsletter as a whole.

    Attributes:
        root: the folder that holds ``newsletter.toml``.
        languages: the languages it appears in; the first is the one issues are written in.
        names, taglines, publishers: by language; a language may be left out of the last two.
        theme: ``classic`` (serif) or ``modern`` (sans).
        paper: ``a4`` or ``letter``, the size of pages.
        package: the code of the translation package to use, as in ``ja-en``; empty for
            whichever installed package translates the pair.
        articles, issues, dist, glossary, memory: where things lie (absolute paths).
        url: where on the web its archive stands, ending in a slash; empty where nowhere.
        mail: who its e-mails come from; None where it sends none.
        pdf_variant: one of ``PDF_VARIANTS``; whoever builds chooses it.
    """

    root: Path
    languages: tuple[str, ...]
    names: Mapping[str, str]
    taglines: Mapping[str, str]
    publishers: Mapping[str, str]
    theme: str
    package: str
    articles: Path
    issues: Path
    dist: Path
    glossary: Path
    memory: Path
    url: str = ""
    mail: Mail | None = None
    paper: str = "a4"
    pdf_variant: str = PDF_VARIANT

    def name(self, language: str) -> str:
        """The name in a language, or the one it is written in where there is none."""
        return self.names.get(language) or self.names[self.languages[0]]

    def slugs(self) -> list[str]:
        """The slugs of all issues, in order."""
        return sorted(path.parent.name for path in self.issues.glob("*/issue.toml"))


def find_publication(start: Path) -> Path:
    """The nearest folder with a ``newsletter.toml``, from ``start`` upwards.

    Raises:
        UsageError: there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / MANIFEST).is_file():
            return folder
    raise UsageError(
        f"no {MANIFEST} here or above: go into a publication, name one with "
        "--publication DIR, or make one with `newsletter init DIR`",
        start,
    )


def read_publication(root: Path) -> Publication:
    """The publication in a folder.

    Raises:
        ContentError: ``newsletter.toml`` is missing, broken, or has a wrong key or type;
            the error names the line.
    """
    path = root / MANIFEST
    data, text = read_toml(path)

    def fail(message: str, *keys: str) -> ContentError:
        return ContentError(message, path, value_line(text, *keys))

    tables = ("name", "tagline", "publisher", "paths", "translation", "site", "email")
    unknown_key(data, ("languages", "theme", "paper", *tables), path, text)
    languages = data.get("languages", list(LANGUAGES))
    if (
        not isinstance(languages, list)
        or not languages
        or len(set(map(str, languages))) != len(languages)
        or any(language not in LANGUAGES for language in languages)
    ):
        raise fail('languages must be a list of "ja" and "en", each once', "languages")
    theme = data.get("theme", "classic")
    if theme not in THEMES:
        raise fail(f"theme must be one of {', '.join(THEMES)}", "theme")
    paper = data.get("paper", PAPERS[0])
    if paper not in PAPERS:
        raise fail(f"paper must be one of {', '.join(PAPERS)}", "paper")
    names = table_of_strings(data, "name", LANGUAGES, path, text)
    if not names.get(languages[0]):
        raise fail(f"[name] needs {languages[0]}, the name of the publication", "name")
    places = table_of_strings(
        data, "paths", ("articles", "issues", "dist", "glossary", "memory"), path, text
    )
    translation = table_of_strings(data, "translation", ("package",), path, text)
    url = table_of_strings(data, "site", ("url",), path, text).get("url", "")
    if url and not _is_folder_on_the_web(url):
        raise fail(
            "url must be a whole address in ASCII: https://example.org/weekly/", "site", "url"
        )
    root = root.resolve()
    return Publication(
        root=root,
        languages=tuple(languages),
        names=names,
        taglines=table_of_strings(data, "tagline", LANGUAGES, path, text),
        publishers=table_of_strings(data, "publisher", LANGUAGES, path, text),
        theme=theme,
        package=translation.get("package", ""),
        articles=root / places.get("articles", "articles"),
        issues=root / places.get("issues", "issues"),
        dist=root / places.get("dist", "dist"),
        glossary=root / places.get("glossary", "glossary.csv"),
        memory=root / places.get("memory", "memory.sqlite"),
        url=url and url.rstrip("/") + "/",
        mail=_mail(data, path, text),
        paper=paper,
    )


def _mail(data: Mapping[str, Any], path: Path, text: str) -> Mail | None:
    table = table_of_strings(data, "email", ("from", "reply_to", "unsubscribe"), path, text)
    if "email" not in data:
        return None

    def fail(message: str, key: str) -> ContentError:
        return ContentError(message, path, value_line(text, "email", key))

    sender = _MAILBOX.fullmatch(table.get("from", ""))
    if not sender or not (sender["name"] or "").isprintable():
        raise fail('[email] needs from = "Name <name@example.org>", one address in ASCII', "from")
    reply_to = table.get("reply_to", "")
    if reply_to and not re.fullmatch(_ADDRESS, reply_to):
        raise fail('reply_to must be one address: "name@example.org"', "reply_to")
    unsubscribe = table.get("unsubscribe", "")
    if unsubscribe and not _is_address_to_leave(unsubscribe):
        raise fail(
            "unsubscribe must be a whole address in ASCII: https://… or mailto:…", "unsubscribe"
        )
    name = (sender["name"] or "").strip().strip('"')
    return Mail(name, sender["address"] or sender["bare"], reply_to, unsubscribe)


def _is_address_to_leave(url: str) -> bool:
    if not (url.isascii() and url.isprintable()) or set(url) & set(' "<>,'):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    where = parts.hostname if parts.scheme == "https" else "@" in parts.path
    return parts.scheme in ("https", "mailto") and bool(where) and len(url) <= _LONGEST_URL


def _is_folder_on_the_web(url: str) -> bool:
    """Whether a page's name can be put behind a URL (RFC 3986: no query, no fragment)."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    is_written_out = url.isascii() and url.isprintable() and not set(url) & set(' "<>?#@\\^`{|}')
    return parts.scheme in ("http", "https") and bool(host) and is_written_out
