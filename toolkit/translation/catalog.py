"""The catalog of an issue: ``issues/SLUG/LANG.po``, one sentence an entry.

A catalog is a gettext file, so Poedit, Weblate or a text editor will do to correct it:

- ``msgid`` is the sentence with its inline Markdown, ``msgstr`` its translation;
- an entry marked ``fuzzy`` is a draft nobody approved; taking the mark away approves it;
- ``#.`` lines are the toolkit's: where a draft comes from, what an editor should look at, and
  how a sentence much like it was translated;
- ``#:`` lines say where the sentence stands, ``#|`` what it said before it was changed.

Merging follows ``msgmerge`` (GNU gettext manual, section 8): what is approved stays, what
vanished becomes obsolete and is revived when it comes back. A draft carries the digest of
its text: one whose text differs was changed by a person, and is theirs from then on.
"""

import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import polib

from toolkit.document import markdown
from toolkit.document.footnotes import marks
from toolkit.document.issue import Issue
from toolkit.errors import ContentError
from toolkit.files import read_text, write_atomic
from toolkit.translation.segments import Segment

_DRAFT = re.compile(r"^(?:machine translation,|from) .*\[([0-9a-f]{12})\]$", re.MULTILINE)
_CONFIDENCE = re.compile(r"^machine translation, confidence (\d+)%", re.MULTILINE)
_CHECK, _FORMER = "check: ", "previously: "
_OPENING = re.compile(r'\s*(?:#[~|]\s*)?(?:msg[a-z_]+(?:\[\d+\])?\s*)?"')
_MARK = re.compile(r"(?<!\\)\[\^([^\s\[\]]+)\]")
_SYNTAX = re.compile(r"Syntax error in po file .*?\(line (\d+)\)(?:: (.*))?", re.DOTALL)
# How alike two sentences must be for one to be the other, changed (msgmerge asks for 0.6).
_NEAR = 0.6


class State(StrEnum):
    """How far the translation of a sentence has come."""

    MISSING = "missing"  # no translation
    DRAFT = "draft"  # a draft that nobody touched
    EDITED = "edited"  # a draft that a person changed, or wrote, and did not approve
    APPROVED = "approved"


@dataclass(frozen=True)
class Draft:
    """A translation for a catalog that waits for approval.

    Attributes:
        text: the translation.
        origin: what it is: ``machine translation, confidence 83%``, or ``from`` a place.
        findings: what an editor should look at, a line each.
        suggestion: how a sentence much like it was translated: ``87% like …``.
    """

    text: str
    origin: str
    findings: tuple[str, ...] = ()
    suggestion: str = ""


def catalog_path(issue: Issue, language: str) -> Path:
    """Where the catalog of an issue in a language lies."""
    return issue.path.parent / f"{language}.po"


def read_catalog(path: Path) -> polib.POFile:
    """A catalog that exists.

    Raises:
        ContentError: the file cannot be read, is no valid catalog, or has a sentence twice;
            the error names the line.
    """
    _check_closed(read_text(path), path)
    try:
        # By its path: polib cuts a text it is given also at line ends within sentences.
        catalog = polib.pofile(os.fspath(path.resolve()), encoding="utf-8", wrapwidth=0)
    except (OSError, ValueError) as error:
        place = _SYNTAX.search(str(error))
        reason = place[2] if place and place[2] else "this line belongs to no entry"
        raise ContentError(
            f"is no valid catalog: {reason}; mend it, or bring back an earlier version",
            path,
            int(place[1]) if place else None,
        ) from None
    seen: dict[tuple[str, str], polib.POEntry] = {}
    for entry in catalog:
        if entry.obsolete:
            continue
        first = seen.setdefault((entry.msgctxt or "", entry.msgid), entry)
        if first is not entry:
            raise ContentError(
                f"the sentence is on line {first.linenum or 1} already: keep one of them",
                path,
                entry.linenum,
            )
    return catalog


def _check_closed(text: str, path: Path) -> None:
    """Refuse a catalog that was cut off: polib would take a text without its last letter."""
    for number, line in enumerate(text.split("\n"), 1):
        opening = _OPENING.match(line)
        if opening:
            rest = line[opening.end() :].rstrip()
            inner = rest[:-1]
            escaped = (len(inner) - len(inner.rstrip("\\"))) % 2
            if not rest.endswith('"') or escaped:
                raise ContentError(
                    "is no valid catalog: a quotation mark is missing at the end of this line; "
                    "mend it, or bring back an earlier version",
                    path,
                    number,
                )


def new_catalog(source: str, target: str) -> polib.POFile:
    """A catalog without entries. Its header has no date: the same content, the same bytes."""
    catalog = polib.POFile(wrapwidth=0)
    catalog.metadata = {
        "Language": target,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Generator": "newsletter-toolkit",
        "X-Source-Language": source,
    }
    return catalog


def write_catalog(catalog: polib.POFile, path: Path) -> None:
    """Write a catalog, a line for each text, atomically.

    Raises:
        MissingError: the place cannot be written.
    """
    write_atomic(path, catalog_text(catalog))


def catalog_text(catalog: polib.POFile) -> str:
    """A catalog as the text of its file: the entries in use, then the obsolete ones."""
    head = polib.POFile(wrapwidth=0)
    head.header, head.metadata = catalog.header, catalog.metadata
    head.metadata_is_fuzzy = catalog.metadata_is_fuzzy
    entries = sorted(catalog, key=lambda entry: bool(entry.obsolete))
    return "\n".join([str(head), *map(_entry_text, entries)])


def _entry_text(entry: polib.POEntry) -> str:
    text = entry.__unicode__(0)
    if entry.obsolete and entry.comment:
        # polib would drop these lines, and with them how to tell an untouched draft.
        comment = "".join(f"#. {line}\n" for line in entry.comment.split("\n"))
        text = comment + text
    return text


def state(entry: polib.POEntry) -> State:
    """How far an entry has come."""
    if not entry.msgstr.strip():
        return State.MISSING
    if not entry.fuzzy:
        return State.APPROVED
    draft = _DRAFT.search(entry.comment)
    return State.DRAFT if draft and draft[1] == _digest(entry.msgstr) else State.EDITED


def merge(catalog: polib.POFile, segments: Sequence[Segment], folder: Path) -> None:
    """Bring a catalog in line with the sentences of its issue, in their order.

    A sentence in which only footnotes are called otherwise (those in one piece are numbered
    through the file) keeps its entry, with the new marks on both sides.
    New sentences get an entry without a translation; one that is near to a sentence that
    vanished names it as its previous text, and shows how that was translated. Entries
    that are no longer needed become obsolete; one that nobody ever translated or
    commented goes.

    Args:
        catalog: changed in place.
        segments: the sentences, one for each place where it stands.
        folder: where the references start from: the folder of the issue.
    """
    places: dict[str, list[tuple[str, str]]] = {}
    for segment in segments:
        reference = segment.reference(folder)
        if reference not in places.setdefault(segment.text, []):
            places[segment.text].append(reference)

    former: dict[str, polib.POEntry] = {}
    others: list[polib.POEntry] = []
    # Where an entry is there and obsolete too, the one in use counts; the other stays.
    for entry in sorted(catalog, key=lambda entry: bool(entry.obsolete)):
        plain = not entry.msgctxt and not entry.msgid_plural
        if plain and entry.msgid in places and entry.msgid not in former:
            former[entry.msgid] = entry
        else:
            others.append(entry)
    vanished = [entry for entry in others if not entry.obsolete]

    noted = {
        _with_labels(entry.msgid): entry
        for entry in vanished
        if "[^" in entry.msgid and not entry.msgctxt and not entry.msgid_plural
    }

    merged = []
    for text, references in places.items():
        found = former.get(text)
        if found is None and "[^" in text:
            same = noted.pop(_with_labels(text), None)
            if same is not None and _relabel(same, text):
                others = [one for one in others if one is not same]
                vanished = [one for one in vanished if one is not same]
                found = same
        entry = found or _new_entry(text, vanished)
        entry.obsolete = False
        entry.occurrences = references
        merged.append(entry)
    for entry in others:
        if entry.msgstr or entry.msgstr_plural or entry.tcomment:
            entry.obsolete = True
            merged.append(entry)
    catalog[:] = merged


def set_draft(entry: polib.POEntry, draft: Draft) -> None:
    """Put a draft into an entry: fuzzy, and marked so that a change to it is seen."""
    entry.msgstr = draft.text
    _mark_fuzzy(entry)
    kept = [line for line in entry.comment.split("\n") if line.startswith(_FORMER)]
    lines = [f"{draft.origin} [{_digest(draft.text)}]"]
    lines += [
        f"{_CHECK}{' '.join(finding.split())}" for finding in draft.findings if finding.strip()
    ]
    if draft.suggestion and not kept:  # what the sentence was before says more
        lines.append(" ".join(draft.suggestion.split()))
    entry.comment = "\n".join(lines + kept)


def findings_of(entry: polib.POEntry) -> tuple[str, ...]:
    """What the toolkit asks an editor to look at in an untouched draft."""
    if state(entry) is not State.DRAFT:
        return ()
    lines = entry.comment.split("\n")
    return tuple(line.removeprefix(_CHECK) for line in lines if line.startswith(_CHECK))


def confidence_of(entry: polib.POEntry) -> int | None:
    """The confidence of the engine in its draft, in percent: its mean probability of a token."""
    found = _CONFIDENCE.search(entry.comment)
    return int(found[1]) if found else None


def live_entries(catalog: polib.POFile) -> dict[str, polib.POEntry]:
    """The entries in use, by their sentence."""
    return {entry.msgid: entry for entry in catalog if not entry.obsolete and not entry.msgctxt}


def _new_entry(text: str, vanished: Iterable[polib.POEntry]) -> polib.POEntry:
    entry = polib.POEntry(msgid=text, msgstr="")
    near = _nearest(text, vanished)
    if near is not None:
        _mark_fuzzy(entry)
        entry.previous_msgid = near.msgid
        if near.msgstr:
            entry.comment = f"{_FORMER}{' '.join(near.msgstr.split())}"
    return entry


def _with_labels(text: str, labels: Mapping[str, str] | None = None) -> str:
    """A sentence with other labels at its footnotes' marks; by default with one for all."""
    return _MARK.sub(lambda mark: f"[^{labels[mark[1]] if labels else '*'}]", text)


def _relabel(entry: polib.POEntry, text: str) -> bool:
    """Make an entry that of a sentence which differs in its footnotes' labels only; whether that
    can be done.
    """
    before, there, after = (_MARK.findall(one) for one in (entry.msgid, entry.msgstr, text))
    labels = dict(zip(before, after, strict=True))
    certain = [labels[label] for label in before] == after and {*there} <= {*before}
    for one, found in ((entry.msgid, before), (entry.msgstr, there)):
        # What stands in code is no mark.
        certain &= list(marks(markdown.parse_inline(one))) == found
    if not certain:
        return False
    translation = _with_labels(entry.msgstr, labels)
    if state(entry) is State.DRAFT:
        entry.comment = entry.comment.replace(_digest(entry.msgstr), _digest(translation))
    entry.msgid, entry.msgstr = text, translation
    return True


def _nearest(text: str, entries: Iterable[polib.POEntry]) -> polib.POEntry | None:
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(text)
    best, nearest = _NEAR, None
    for entry in entries:
        matcher.set_seq1(entry.msgid)
        # The cheap upper bounds first: most sentences are nothing like one another.
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= best:
            ratio = matcher.ratio()
            if ratio > best or (ratio == best and nearest is None):
                best, nearest = ratio, entry
    return nearest


def _mark_fuzzy(entry: polib.POEntry) -> None:
    if "fuzzy" not in entry.flags:
        entry.flags.insert(0, "fuzzy")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
