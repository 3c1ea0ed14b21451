"""What an editor should look at in a catalog, and what was looked at and found right.

An approved sentence is compared with its source as a draft is. Where a finding is no fault,
a translator's comment says so, and it is not reported again:

    # ok: 12 is missing in the translation
    # ok

The first waives the findings that begin with these words, the second all of the sentence.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polib

from toolkit.document.glossary import Glossary, inspect_glossary
from toolkit.document.publication import Publication
from toolkit.errors import ContentError
from toolkit.findings import Finding, Severity
from toolkit.translation.catalog import (
    State,
    confidence_of,
    findings_of,
    read_catalog,
    state,
)
from toolkit.translation.quality import differences, in_words, kind_of

_ERROR = Severity.ERROR

WAIVED = "ok"
"""How a translator's comment begins that waives findings."""

OTHER = "other translation"
"""How a translator's comment begins that keeps the second of two corrections."""

LOW = 50
"""Below this confidence, in percent, the translator's own doubt is worth an editor's look."""

RULES = (
    ("catalog", Severity.ERROR, "a catalog that cannot be read"),
    (
        "translation",
        Severity.WARNING,
        "numbers, markup, terms or length unlike the source's",
    ),
)
"""What is found in catalogs: name, severity, what it is about."""


def check_terms(publication: Publication) -> list[Finding]:
    """What is wrong with the glossary, and where approved translations do not use its terms.

    Of a glossary with faults, the good entries are compared.
    """
    glossary, faults = inspect_glossary(publication.glossary)
    findings = [
        Finding(error.path or glossary.path, error.line or 0, _ERROR, "glossary", error.message)
        for error in faults
    ]
    source, *targets = publication.languages
    for slug in publication.slugs():
        for language in targets:
            path = publication.issues / slug / f"{language}.po"
            try:
                entries = list(read_catalog(path)) if path.exists() else []
            except ContentError as error:
                findings.append(Finding(path, error.line or 0, _ERROR, "catalog", error.message))
                continue
            findings += [
                Finding(path, entry.linenum or 0, Severity.WARNING, "translation", message)
                for entry in entries
                if not entry.obsolete and not entry.msgctxt and state(entry) is State.APPROVED
                for message in entry_findings(entry, source, language, glossary)
                if kind_of(message) == "term"
            ]
    return sorted(set(findings))


def check_catalogs(publication: Publication, slugs: Sequence[str] = ()) -> list[Finding]:
    """What should be looked at in the catalogs of issues (by default all), in order.

    An issue without a catalog is not translated yet, and has no findings. Of a glossary with
    faults, the good entries count.
    """
    glossary, _ = inspect_glossary(publication.glossary)  # its faults are reported elsewhere
    source, *targets = publication.languages
    findings: list[Finding] = []
    for slug in dict.fromkeys(slugs or publication.slugs()):
        for language in targets:
            path = publication.issues / slug / f"{language}.po"
            if path.exists():
                try:
                    findings += catalog_findings(path, source, language, glossary)
                except ContentError as error:
                    findings.append(
                        Finding(path, error.line or 0, Severity.ERROR, "catalog", error.message)
                    )
    return sorted(set(findings))


def entry_findings(
    entry: polib.POEntry, source: str, target: str, glossary: Glossary
) -> tuple[str, ...]:
    """What should be looked at in a catalog's entry, in words; nothing where it has no text.

    That an engine was unsure (``LOW``) counts as long as nobody touched its draft.
    """
    found: tuple[str, ...] = ()
    if state(entry) is not State.MISSING:
        found = findings_of(entry)
        compared = differences(entry.msgid, entry.msgstr, source, target, glossary)
        found = in_words([*found, *compared])
        found += doubts(entry)
        if state(entry) is State.APPROVED:
            found = tuple(finding for finding in found if not is_waived(entry, finding))
    if any(line.startswith(OTHER) for line in entry.tcomment.split("\n")):
        found += ("two translations: keep one, and delete the comment with the other",)
    return found


def doubts(entry: polib.POEntry) -> tuple[str, ...]:
    """That the engine was unsure of a draft that nobody touched."""
    confidence = confidence_of(entry)
    if state(entry) is not State.DRAFT or confidence is None or confidence >= LOW:
        return ()
    return (f"the translator is unsure ({confidence}%)",)


def is_waived(entry: polib.POEntry, finding: str) -> bool:
    """Whether a translator's comment says that a finding is no fault."""
    for line in entry.tcomment.split("\n"):
        mark, colon, words = line.strip().partition(":")
        if mark.strip().lower() == WAIVED and (not colon or finding.startswith(words.strip())):
            return True
    return False


def catalog_findings(path: Path, source: str, target: str, glossary: Glossary) -> Iterator[Finding]:
    """What should be looked at in a catalog, by the lines of its file.

    Raises:
        ContentError: the catalog cannot be read.
    """
    for entry in read_catalog(path):
        if not entry.obsolete and not entry.msgctxt:
            for message in entry_findings(entry, source, target, glossary):
                yield Finding(path, entry.linenum or 0, Severity.WARNING, "translation", message)
