"""A publication as a web site: every issue's page, an index and a feed in each language.

``index.html`` leads to the languages; in a language's folder lie ``index.html`` (all issues,
the newest first), ``feed.xml`` (Atom, RFC 4287) and each issue as ``SLUG.html``. Links are
relative, so that the site can be read from a folder; where the publication says its address,
``sitemap.xml`` lies beside them and machines are told whole addresses. No page runs a script
or loads anything. The same publication gives the same files.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from toolkit.document import markdown
from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import LANGUAGES, Publication
from toolkit.errors import ContentError, UsageError
from toolkit.files import write_atomic
from toolkit.findings import Finding, Severity
from toolkit.rendering import theme, xml
from toolkit.rendering.body import set_line
from toolkit.rendering.drawing import on_page
from toolkit.rendering.edition import Edition, prepare
from toolkit.rendering.fonts import missing_glyphs
from toolkit.rendering.html import data_url, embedder
from toolkit.rendering.identity import identifier
from toolkit.rendering.labels import language_name
from toolkit.rendering.page import fill_page, page_text

INDEX, FEED, SITEMAP = "index.html", "feed.xml", "sitemap.xml"

Editions = dict[str, dict[str, Edition]]
"""Language → slug → edition, the newest first; a language without any edition is not in it."""


@dataclass(frozen=True)
class Site:
    """What became of a site.

    Attributes:
        out: its folder.
        files: what was written, in order.
        findings: what an editor should know, such as an edition that is left out because
            nobody translated it yet, or a page of an issue that is gone.
        failures: editions that are left out because of a problem in them.
    """

    out: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    failures: tuple[ContentError, ...]


def write_site(
    publication: Publication,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Site:
    """Write the site of a publication.

    Args:
        publication: all of its issues are in it, in all of its languages they have.
        out: the folder; ``site`` in the publication's ``dist`` by default.
        progress: called with a page's name before it is made.

    Raises:
        UsageError: there is no issue, or one that is called like the index.
        ContentError: no edition can be shown, or a template or style sheet of the
            publication is wrong.
        MissingError: ``out`` cannot be written.
    """
    out = publication.dist / "site" if out is None else out
    slugs = publication.slugs()
    if not slugs:
        raise UsageError("the publication has no issues yet: `newsletter new` makes one")
    for slug in slugs:
        if slug.lower() == "index":
            raise UsageError(f"the page of an issue called {slug} would be the index: rename it")
    editions, findings, failures = _editions(publication)
    if not editions:
        raise next(iter(failures.values()))
    files = []
    # The pages that link to others come after them: a site that is cut off leads nowhere wrong.
    for name, data in (*_issue_pages(editions, findings, progress), *_other_pages(editions)):
        write_atomic(out / name, data)
        files.append(name)
    findings += _stale(out, files, failures)
    return Site(
        out,
        tuple(out / name for name in files),
        tuple(dict.fromkeys(findings)),
        tuple(dict.fromkeys(failures.values())),
    )


def _editions(
    publication: Publication,
) -> tuple[Editions, list[Finding], dict[tuple[str, str], ContentError]]:
    """All editions that can be shown, what is left out, and the problems by slug and language."""
    found: list[Edition] = []
    findings: list[Finding] = []
    failures: dict[tuple[str, str], ContentError] = {}
    for slug in publication.slugs():
        try:
            written = read_issue(publication, slug)
        except ContentError as error:
            failures |= {(slug, language): error for language in publication.languages}
            continue
        for language in publication.languages:
            try:
                edition = _edition(publication, written, language, findings)
            except ContentError as error:
                failures[slug, language] = error
                continue
            if edition:
                found.append(edition)
    found.sort(key=lambda edition: (edition.issue.date, edition.issue.slug), reverse=True)
    editions: Editions = {}
    for language in publication.languages:
        if shelf := {each.issue.slug: each for each in found if each.language == language}:
            editions[language] = shelf
    return editions, findings, failures


def _edition(
    publication: Publication, written: Issue, language: str, findings: list[Finding]
) -> Edition | None:
    from toolkit.translation.catalog import catalog_path
    from toolkit.translation.edition import edition as translated

    path = catalog_path(written, language)
    if language != written.language and not path.is_file():
        name = language_name(language, "en")
        message = (
            f"there is no {name} edition yet, and so none in the archive: "
            f"run `newsletter translate {written.slug} --to {language}`"
        )
        findings.append(Finding(path, 0, Severity.WARNING, "no-edition", message))
        return None
    edition = prepare(publication, translated(publication, written, language))
    # A picture that cannot be used comes to light here, before anything links to the page.
    page_text(edition, lambda picture: "", lambda shown, look, is_narrow: Markup())
    return edition


def _issue_pages(
    editions: Editions, findings: list[Finding], progress: Callable[[str], None] | None
) -> Iterator[tuple[str, bytes]]:
    """The page of each edition, as (name in the site, content)."""
    for language, shelf in editions.items():
        for slug, edition in shelf.items():
            name = f"{language}/{slug}.html"
            if progress:
                progress(name)
            text, found = page_text(edition, data_url, on_page)
            findings += (*found, *missing_glyphs(edition))
            links = _links(editions, name, _pages_of(editions, slug))
            links["up"] = INDEX
            yield name, _page(edition, "issue", text, links)


def _other_pages(editions: Editions) -> Iterator[tuple[str, bytes]]:
    """What leads to the issues: indexes, feeds, the first page, the sitemap."""
    indexes = {language: f"{language}/{INDEX}" for language in editions}
    for language, shelf in editions.items():
        name = indexes[language]
        edition = next(iter(shelf.values()))
        publication = edition.publication
        text = {
            "language": language,
            "labels": dict(edition.labels),
            "name": edition.name,
            "tagline": edition.tagline,
            "publisher": publication.publishers.get(language, ""),
            "issues": [_entry(editions, each, name) for each in shelf.values()],
        }
        links = _links(editions, name, indexes)
        yield name, _page(edition, "index", text, links)
        feed = text | {"identifier": identifier(publication, language), "archive": links}
        yield (
            f"{language}/{FEED}",
            xml.to_bytes(xml.fill(publication, "site/feed.xml.j2", feed)),
        )
    first = next(iter(next(iter(editions.values())).values()))
    text = {"language": first.language, "name": first.name, "tagline": first.tagline}
    links = _links(editions, INDEX, indexes)
    yield INDEX, _page(first, "root", text, links)
    if first.publication.url:
        pages = {"pages": list(_sitemap(editions, indexes))}
        yield SITEMAP, xml.to_bytes(xml.fill(first.publication, "site/sitemap.xml.j2", pages))


def _page(edition: Edition, name: str, text: Mapping[str, Any], links: Mapping[str, Any]) -> bytes:
    """A page with the looks of the publication."""
    template, context = f"site/{name}.html.j2", {**text, "archive": links}
    sheets = theme.styles(edition.publication, "screen") | {"site/site.css": "all"}
    # What its fonts must write is known when it is written; so it is written twice.
    bare = fill_page(edition, template, context, "screen", sheets, lambda path: "")
    return fill_page(edition, template, context, "screen", sheets, embedder(bare)).encode()


def _links(editions: Editions, here: str, pages: Mapping[str, str]) -> dict[str, Any]:
    """Where a page stands: its own address, itself in each language, and its language's feed."""
    publication = next(iter(next(iter(editions.values())).values())).publication
    own = here.partition("/")[0]
    links: dict[str, Any] = {
        "canonical": publication.url and publication.url + quote(here),
        "editions": [
            {
                "language": language,
                "name": newest.labels["edition-name"],
                "publication": newest.name,
                "tagline": newest.tagline,
                "href": _relative(here, page),
                "address": _address(publication, here, page),
                "is_here": page == here,
            }
            for language, page in pages.items()
            for newest in (next(iter(editions[language].values())),)
        ],
        # Who reads none of the languages is led to the page that names them all.
        "default": _address(publication, here, INDEX) if here.endswith(INDEX) else None,
        "feed": None,
    }
    if own in editions:
        feed = f"{own}/{FEED}"
        title = next(iter(editions[own].values())).name
        address = publication.url and publication.url + feed
        links["feed"] = {"title": title, "href": _relative(here, feed), "address": address}
    return links


def _entry(editions: Editions, edition: Edition, here: str) -> dict[str, Any]:
    """An issue as an index and a feed print it."""
    slug, language = edition.issue.slug, edition.language
    page = f"{language}/{slug}.html"
    lead = edition.lead
    return {
        "id": f"issue-{slug}",
        "identifier": identifier(edition.publication, slug, language),
        "number": edition.number,
        "date": edition.date,
        "iso_date": edition.issue.date.isoformat(),
        "title": set_line(edition.title, language),
        "plain_title": edition.plain_title,
        "lead": set_line(lead, language, in_phrases=False) if lead else "",
        "plain_lead": markdown.plain(markdown.parse_inline(lead)) if lead else "",
        "href": _relative(here, page),
        "address": _address(edition.publication, here, page),
        "editions": [
            link | {"is_here": link["language"] == language}
            for link in _links(editions, here, _pages_of(editions, slug))["editions"]
        ],
    }


def _sitemap(editions: Editions, indexes: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    newest = max(each.issue.date for shelf in editions.values() for each in shelf.values())
    for page in (INDEX, *indexes.values()):
        yield _links(editions, page, indexes) | {"iso_date": newest.isoformat()}
    for language, shelf in editions.items():
        for slug, edition in shelf.items():
            links = _links(editions, f"{language}/{slug}.html", _pages_of(editions, slug))
            yield links | {"iso_date": edition.issue.date.isoformat()}


def _pages_of(editions: Editions, slug: str) -> dict[str, str]:
    """The pages of an issue, by language."""
    return {name: f"{name}/{slug}.html" for name, shelf in editions.items() if slug in shelf}


def _relative(here: str, page: str) -> str:
    """The link from one page of the site to another."""
    return quote(posixpath.relpath(page, posixpath.dirname(here) or "."))


def _address(publication: Publication, here: str, page: str) -> str:
    """The whole address of a page where the site has one, else the link to it."""
    return publication.url + quote(page) if publication.url else _relative(here, page)


def _stale(
    out: Path, files: Iterable[str], failures: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    """What an earlier run wrote and this one did not, but for editions with a problem now."""
    current = {out / name for name in files}
    current |= {out / language / f"{slug}.html" for slug, language in failures}
    places = [out / SITEMAP]
    for language in LANGUAGES:
        places += [*sorted((out / language).glob("*.html")), out / language / FEED]
    for path in places:
        if path.is_file() and path not in current:
            message = "belongs to nothing in the archive any more: delete it, or put its issue back"
            yield Finding(path, 0, Severity.WARNING, "stale-page", message)
