"""Checking a publication: every rule on every issue, as findings with their lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.document import markdown
from toolkit.document.glossary import Glossary, inspect_glossary
from toolkit.document.issue import MANIFEST, Issue, issue_folder, read_issue
from toolkit.document.publication import Publication
from toolkit.document.toml import read_toml, value_line
from toolkit.editorial.prose import Prose, blanked, prose
from toolkit.editorial.rules import (
    Checked,
    Find,
    Page,
    charts,
    footnotes,
    references,
    structure,
    tables,
    terms,
    wording,
)
from toolkit.errors import ContentError
from toolkit.files import read_text
from toolkit.findings import Finding, Severity


@dataclass(frozen=True)
class Rule:
    """A rule: its name, how much it matters, what it finds, and the function that does."""

    name: str
    severity: Severity
    about: str
    find: Find


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

RULES = (
    Rule("sections", _ERROR, "a section missing, twice or out of order", structure.sections),
    Rule("no-text", _ERROR, "a section without text", structure.no_text),
    Rule("no-headline", _ERROR, "a side story or brief without a headline", structure.no_headline),
    Rule("unwritten-note", _ERROR, "an editor's note not yet written", structure.unwritten_note),
    Rule("heading-jump", _WARNING, "headings that skip a level", structure.heading_jump),
    Rule("hand-numbered", _WARNING, "headings numbered by hand", structure.hand_numbered),
    Rule("language", _WARNING, "a section in another language", structure.language),
    Rule("link", _ERROR, "links that lead nowhere", references.links),
    Rule("image", _ERROR, "pictures that are not there, or cannot be shown", references.images),
    Rule("drawing", _WARNING, "drawings (SVG) that lose something", references.drawings),
    Rule("table", _ERROR, "a table's row with more cells than columns", tables.tables),
    Rule("chart", _ERROR, "charts that cannot be drawn", charts.charts),
    Rule("footnote", _ERROR, "footnotes without a mark, or marks without one", footnotes.footnotes),
    Rule("alt-text", _WARNING, "pictures without alternative text", references.alternative_text),
    Rule("brackets", _WARNING, "brackets and quotes without a partner", wording.brackets),
    Rule("punctuation", _WARNING, "doubled punctuation", wording.doubled_punctuation),
    Rule("doubled-paragraph", _WARNING, "a paragraph given twice", wording.doubled_paragraph),
    Rule("number-width", _WARNING, "full-width beside half-width digits", wording.number_width),
    Rule("long-sentence", _WARNING, "sentences too long to follow", wording.long_sentence),
    Rule("raw-html", _WARNING, "HTML that would be printed as text", wording.raw_html),
    Rule("emphasis", _WARNING, "** without its other half", wording.emphasis),
    Rule("glossary-term", _WARNING, "terms spelled unlike the glossary", terms.terms),
)
"""The rules on an issue that can be read, in the order in which an issue is made."""

FILES = (
    ("publication", _ERROR, "a newsletter.toml that cannot be read"),
    ("issue", _ERROR, "an issue.toml, section or article that cannot be read"),
    ("glossary", _ERROR, "a glossary that cannot be read"),
    ("issue-number", _WARNING, "a number that two issues have"),
)
"""What is found while reading, before the rules: name, severity, what it is about."""


def check(publication: Publication, slugs: Sequence[str] = ()) -> list[Finding]:
    """What is wrong with the glossary and with issues (by default all), in order.

    An issue that cannot be read is one finding; the others are checked all the same.

    Raises:
        UsageError: there is no issue of a given name.
    """
    for slug in slugs:
        issue_folder(publication, slug)
    findings: list[Finding] = []
    glossary, faults = inspect_glossary(publication.glossary)
    findings += [unreadable(error, "glossary", publication.glossary) for error in faults]
    for slug in dict.fromkeys(slugs or publication.slugs()):
        try:
            issue = read_issue(publication, slug)
        except ContentError as error:
            findings.append(unreadable(error, "issue", publication.issues / slug / MANIFEST))
        else:
            findings += check_issue(publication, issue, glossary)
    findings += _same_numbers(publication, slugs)
    return sorted(set(findings))


def check_issue(publication: Publication, issue: Issue, glossary: Glossary) -> Iterator[Finding]:
    """What every rule finds in an issue."""
    checked = Checked(publication, issue, tuple(_pages(issue)), glossary)
    for rule in RULES:
        for place in rule.find(checked):
            yield Finding(place.path, place.line, rule.severity, rule.name, place.message)


def unreadable(error: ContentError, rule: str, path: Path) -> Finding:
    """A reading error as a finding; it is about ``path`` where it names no file."""
    return Finding(error.path or path, error.line or 0, Severity.ERROR, rule, error.message)


def _pages(issue: Issue) -> Iterator[Page]:
    text = read_text(issue.path)
    yield Page(
        issue.path,
        tuple(
            Prose("manifest", markdown.parse_inline(value), blanked(value), value_line(text, key))
            for key, value in (("title", issue.title), ("lead", issue.lead))
            if value
        )
        + tuple(
            Prose("manifest", token, blanked(token.content), value_line(text, "cover"))
            for token in issue.cover
            if token.type == "inline"
        ),
    )
    read: set[Path] = set()
    for section in issue.sections:
        if section.path not in read:
            read.add(section.path)
            tokens = markdown.parse(read_text(section.path))
            yield Page(section.path, tuple(prose(tokens)), section)


def _same_numbers(publication: Publication, slugs: Sequence[str]) -> Iterator[Finding]:
    seen: dict[int, str] = {}
    for slug in publication.slugs():
        path = publication.issues / slug / MANIFEST
        try:
            data, text = read_toml(path)
        except ContentError:
            continue  # reported where the issue itself is read
        number = data.get("number")
        if not isinstance(number, int) or isinstance(number, bool) or number == 0:
            continue
        first = seen.setdefault(number, slug)
        if first != slug and (not slugs or {slug, first} & set(slugs)):
            message = f"number {number} is that of the issue {first} already"
            line = value_line(text, "number")
            yield Finding(path, line, Severity.WARNING, "issue-number", message)
