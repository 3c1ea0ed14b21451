"""Bringing catalogs up to date, and translating text that belongs to no issue.

For each sentence of an issue that has no translation yet: what was approved for the same
sentence elsewhere is taken from the memory, the rest is drafted by the engine.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polib

from toolkit.document.glossary import Glossary, read_glossary
from toolkit.document.issue import Issue
from toolkit.document.japanese import is_wide, language_of
from toolkit.document.publication import Publication
from toolkit.document.sentences import split_sentences
from toolkit.findings import Finding, Severity
from toolkit.translation.catalog import (
    Draft,
    State,
    catalog_path,
    catalog_text,
    findings_of,
    live_entries,
    merge,
    new_catalog,
    read_catalog,
    set_draft,
    state,
    write_catalog,
)
from toolkit.translation.findings import doubts
from toolkit.translation.quality import MARK_MOVED, has_mark_within, kind_of
from toolkit.translation.segments import Segment, lost_markup, segments, stray_marks

if TYPE_CHECKING:
    from toolkit.translation.engine import Engine

CHUNK = 400
"""How many sentences are drafted in one batch, before the catalog is written: what a kill can
lose. An issue has about 200: all of them go to the engine at once, which is fastest."""

OpenEngine: TypeAlias = "Callable[[str, str], Engine]"
"""Opens the engine from a language into another; asked for only where something is drafted."""


@dataclass(frozen=True)
class TranslationReport:
    """What was done to a catalog.

    Attributes:
        slug, language, path: the issue, the language of the catalog, and its file.
        approved: sentences whose translation is approved.
        edited: whose draft a person changed and did not approve yet.
        unchanged: whose draft lies there from before, as it was made.
        from_memory, drafted: newly taken from the memory, newly drafted by the engine.
        obsolete: entries that went out of use.
        written: whether the file changed.
        findings: what an editor should look at, by the catalog's lines.
    """

    slug: str
    language: str
    path: Path
    approved: int
    edited: int
    unchanged: int
    from_memory: int
    drafted: int
    obsolete: int
    written: bool
    findings: tuple[Finding, ...]

    @property
    def sentences(self) -> int:
        """How many different sentences the issue has."""
        return self.approved + self.edited + self.unchanged + self.from_memory + self.drafted

    def to_look_at(self) -> Counter[str]:
        """How many findings of each kind there are in the catalog, the most frequent first."""
        kinds = [kind_of(one.message) for one in self.findings if one.path == self.path]
        return Counter(dict(Counter(kinds).most_common()))

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for ``--json``."""
        return {
            "issue": self.slug,
            "language": self.language,
            "path": str(self.path),
            "sentences": self.sentences,
            "approved": self.approved,
            "edited": self.edited,
            "unchanged": self.unchanged,
            "from_memory": self.from_memory,
            "drafted": self.drafted,
            "obsolete": self.obsolete,
            "written": self.written,
            "to_look_at": self.to_look_at(),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def translate_issue(
    publication: Publication,
    issue: Issue,
    language: str,
    open_engine: OpenEngine,
    *,
    redraft: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> TranslationReport:
    """Bring the catalog of an issue in a language up to date.

    Every ``CHUNK`` sentences the catalog is written: a run that is broken off leaves a
    valid catalog with what was drafted so far, and the next run goes on from there.
    Nothing is written where nothing changes.

    Args:
        publication: the issue's publication.
        issue: the issue as written.
        language: the language to translate into.
        open_engine: see ``OpenEngine``.
        redraft: also draft again what was drafted before and nobody touched (after a
            change of the glossary, or with a better package).
        progress: called with how many sentences were drafted since the last call, and how
            many are to be drafted in all; first with 0.

    Raises:
        ContentError: the catalog or the glossary cannot be read.
        MissingError: there is no package for the two languages, or a file cannot be written.
    """
    path = catalog_path(issue, language)
    sentences = segments(issue)
    catalog, before, obsolete = _merged(path, issue, language, sentences)
    entries = list(live_entries(catalog).values())
    states = [state(entry) for entry in entries]
    renewed = (State.MISSING, State.DRAFT) if redraft else (State.MISSING,)
    pending = [
        entry.msgid for entry, found in zip(entries, states, strict=True) if found in renewed
    ]
    drafts: dict[str, Draft] = {}

    def save() -> str:
        # The file is read again each time: while the engine works, an editor may be in it.
        catalog, before, _ = _merged(path, issue, language, sentences)
        for text, entry in live_entries(catalog).items():
            if text in drafts and state(entry) in renewed:
                set_draft(entry, drafts[text])
        after = catalog_text(catalog)
        if after != before:
            write_catalog(catalog, path)
        return after

    findings: list[Finding] = []
    suggestions: dict[str, str] = {}
    if pending:
        findings += _remembered(publication, pending, issue.language, language, drafts, suggestions)
    from_memory = len(drafts)
    pending = [text for text in pending if text not in drafts]
    if pending:
        glossary = read_glossary(publication.glossary)
        if progress:
            progress(0, len(pending))
        engine = open_engine(issue.language, language)
        for start in range(0, len(pending), CHUNK):
            chunk = pending[start : start + CHUNK]
            drafts |= {
                text: replace(draft, suggestion=suggestions.get(text, ""))
                for text, draft in _drafted(chunk, engine, glossary, len(pending), progress).items()
            }
            after = save()
    elif drafts:
        after = save()
    else:
        after = catalog_text(catalog)
        if after != before:
            write_catalog(catalog, path)

    drafted = len(pending)
    counts = {found: states.count(found) for found in State}
    return TranslationReport(
        slug=issue.slug,
        language=language,
        path=path,
        approved=counts[State.APPROVED],
        edited=counts[State.EDITED],
        unchanged=0 if redraft else counts[State.DRAFT],
        from_memory=from_memory,
        drafted=drafted,
        obsolete=obsolete,
        written=after != before,
        findings=(*findings, *_open_questions(path)),
    )


def _remembered(
    publication: Publication,
    sentences: Sequence[str],
    source: str,
    target: str,
    drafts: dict[str, Draft],
    suggestions: dict[str, str],
) -> tuple[Finding, ...]:
    """Look sentences up in the memory, into ``drafts`` or ``suggestions``; its own findings."""
    # Imported here, as is the engine: a run that has nothing to translate is over sooner.
    from toolkit.translation.memory import (
        exact_match,
        near_matches,
        noted_match,
        open_memory,
        renumbered_match,
    )

    with open_memory(publication) as memory:
        for text in sentences:
            if match := exact_match(memory, text, source, target):
                drafts[text] = Draft(match.text, f"from {match.place}")
            elif match := noted_match(memory, text, source, target):
                told = (MARK_MOVED,) if has_mark_within(text) else ()
                drafts[text] = Draft(match.text, f"from {match.place}, with a footnote", told)
            elif near := near_matches(memory, text, source, target):
                repaired = renumbered_match(near, text, source, target)
                if repaired:
                    drafts[text] = Draft(repaired.text, f"from {repaired.place}, new numbers")
                else:
                    best = near[0]
                    suggestions[text] = (
                        f"{best.percent}% like {best.source} → {best.text} ({best.place})"
                    )
        return memory.findings


def _merged(
    path: Path, issue: Issue, language: str, sentences: Sequence[Segment]
) -> tuple[polib.POFile, str, int]:
    """The catalog in line with its issue, its text before, and how many entries went out."""
    exists = path.is_file()
    catalog = read_catalog(path) if exists else new_catalog(issue.language, language)
    before = catalog_text(catalog) if exists else ""
    used = {id(entry) for entry in catalog if not entry.obsolete}
    merge(catalog, sentences, path.parent)
    return catalog, before, sum(id(entry) in used for entry in catalog if entry.obsolete)


def _drafted(
    sentences: Sequence[str],
    engine: "Engine",
    glossary: Glossary,
    total: int,
    progress: Callable[[int, int], None] | None,
) -> dict[str, Draft]:
    # Only who drafts needs it: all its patterns take a fifth of a second.
    from toolkit.translation.drafting import draft_sentences

    drafts = draft_sentences(
        sentences,
        engine,
        glossary,
        progress=(lambda done: progress(done, total)) if progress else None,
    )
    made = {}
    for sentence, draft in zip(sentences, drafts, strict=True):
        confidence = f"confidence {math.exp(draft.score):.0%}" if draft.score else "by rules"
        origin = f"machine translation, {confidence}"
        made[sentence] = Draft(draft.text, origin, draft.findings)
    return made


def _open_questions(path: Path) -> Iterator[Finding]:
    """What an editor should look at in a catalog: the drafts' findings, and lost markup."""
    if not path.is_file():
        return
    for entry in read_catalog(path):
        if entry.obsolete or entry.msgctxt:
            continue
        messages = findings_of(entry) + doubts(entry)
        if state(entry) in (State.APPROVED, State.EDITED):
            messages = tuple(
                f"{lost} is not in the translation"
                for lost in lost_markup(entry.msgid, entry.msgstr)
            )
            messages += tuple(
                f"the footnote [^{label}] is only in the translation, and is printed as it stands"
                for label in stray_marks(entry.msgid, entry.msgstr)
            )
        for message in messages:
            yield Finding(path, entry.linenum or 0, Severity.WARNING, "translation", message)


@dataclass(frozen=True)
class TranslatedLine:
    """A line of text in the target language, and what should be looked at in it."""

    text: str
    findings: tuple[str, ...] = ()


# What may stand before the text of a line of Markdown: list marks, quotation marks, #, [^1]:.
_BLOCK_MARKS = re.compile(r"\s*(?:(?:#{1,6}|[-*+>]|\d{1,3}[.)]|\[\^[^\]\s]+\]:)\s+)*")


def translate_lines(
    lines: Sequence[str],
    target: str,
    open_engine: OpenEngine,
    glossary: Glossary,
    *,
    source: str = "",
    progress: Callable[[int], None] | None = None,
) -> list[TranslatedLine]:
    """Translate lines of text, each for itself, all in one batch.

    A line of several sentences is cut and joined again. White space and Markdown's marks
    at its ends stay as they are, and so does a line without words or in the target
    language.

    Args:
        lines: the lines; a line end is white space.
        target: the language to translate into.
        open_engine: see ``OpenEngine``.
        glossary: terms that must be used.
        source: the language of the lines; by default each line's own.
        progress: called with how many sentences were finished since the last call.
    """
    split: list[tuple[str, list[str], str]] = []
    for line in lines:
        start = _BLOCK_MARKS.match(line)
        head = start[0] if start else ""
        core = line[len(head) :].rstrip()
        language = source or language_of(core)
        if language == target or not any(char.isalpha() for char in core):
            split.append((line, [], ""))
        else:
            tail = line[len(head) + len(core) :]
            sentences = [sentence.strip() for sentence in split_sentences(core, language)]
            split.append((head, sentences, tail))
    wanted = list(dict.fromkeys(sentence for _, sentences, _ in split for sentence in sentences))
    drafts = {}
    if wanted:
        from toolkit.translation.drafting import draft_sentences

        engine = open_engine(source or ("en" if target == "ja" else "ja"), target)
        drafted = draft_sentences(wanted, engine, glossary, progress=progress)
        drafts = dict(zip(wanted, drafted, strict=True))
    return [
        TranslatedLine(
            head + _join([drafts[sentence].text for sentence in sentences], target) + tail,
            tuple(finding for sentence in sentences for finding in drafts[sentence].findings),
        )
        for head, sentences, tail in split
    ]


def _join(sentences: Sequence[str], language: str) -> str:
    joined = ""
    for sentence in sentences:
        together = language == "ja" and (
            is_wide(joined[-1:] or " ") or is_wide(sentence[:1] or " ")
        )
        joined += ("" if not joined or together else " ") + sentence
    return joined
