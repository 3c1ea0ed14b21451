"""A corrected review → its catalog. No row of it is lost.

What an editor changed is approved. Where the catalog holds something newer than the review
saw, that stays, and the row's text is kept beside it as a translator's comment. What has no
place in the catalog is named, and kept in a file beside it.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polib

from toolkit.document.glossary import Glossary
from toolkit.document.japanese import is_wide
from toolkit.findings import Finding, Severity
from toolkit.translation.catalog import State, live_entries, state
from toolkit.translation.findings import OTHER, WAIVED, entry_findings
from toolkit.translation.review.keys import base_digest, source_digest
from toolkit.translation.review.reading import ReadRow, Review
from toolkit.translation.xmltext import writable

_NEAR = 0.6
"""How alike two sources must be for one to be the other, changed (as in ``catalog.merge``)."""

_NO_BREAKS = re.compile("[\u00a0\u202f\u2007]")
_NO_WIDTH = re.compile("[\u200b\u2060\ufeff\u00ad]")
_STRAIGHT = {ord(a): b for a, b in zip("“”„‘’‚", "\"\"\"'''", strict=True)}
_STRAIGHT |= {ord("…"): "...", ord("–"): "--", ord("—"): "--"}
_SYNTAX = re.compile(r"`+[^`]+`+|(?<=\]\()[^()\s]+(?=\))")


@dataclass
class Applied:
    """What became of the rows of a review.

    Attributes:
        corrected: sentences whose translation was changed, and is approved now.
        approved: approved as they were.
        unchanged: rows that change nothing.
        absent: sentences of the catalog that have no row.
        conflicts: rows whose text is kept beside another one; a line each.
        remarks: how many comments of people were taken over.
        unplaced: rows that have no place in the catalog, and why.
    """

    corrected: int = 0
    approved: int = 0
    unchanged: int = 0
    absent: int = 0
    remarks: int = 0
    conflicts: list[Finding] = field(default_factory=list)
    unplaced: list[tuple[ReadRow, str]] = field(default_factory=list)

    @property
    def changes_something(self) -> bool:
        """Whether there was anything in the review that the catalog did not hold."""
        done = self.corrected or self.approved or self.remarks
        return bool(done or self.conflicts or self.unplaced)

    def as_dict(self) -> dict[str, Any]:
        """The counts and conflicts as plain values, for ``--json``."""
        return {
            "corrected": self.corrected,
            "approved": self.approved,
            "unchanged": self.unchanged,
            "absent": self.absent,
            "remarks": self.remarks,
            "conflicts": [finding.as_dict() for finding in self.conflicts],
            "unplaced": [
                {"row": row.place, "reason": reason, "translation": row.translation}
                for row, reason in self.unplaced
            ],
        }


@dataclass(frozen=True)
class _Run:
    """One application: what its rows are put into, and where from."""

    catalog: polib.POFile
    live: dict[str, polib.POEntry]
    by_digest: dict[str, polib.POEntry]
    file: Path
    source: str
    target: str
    glossary: Glossary
    approve_all: bool
    applied: Applied


def apply_review(
    review: Review,
    catalog: polib.POFile,
    file: Path,
    source: str,
    target: str,
    glossary: Glossary,
    *,
    approve_all: bool = False,
) -> Applied:
    """Bring the rows of a review into a catalog, which is changed in place.

    Applying the same review twice changes nothing the second time.

    Args:
        review: as read.
        catalog: in line with its issue.
        file: where the review was read from; comments name it.
        source, target: the languages of the catalog.
        glossary: for the findings that an approval waives.
        approve_all: also approve the rows whose state does not say so.
    """
    live = live_entries(catalog)
    by_digest: dict[str, polib.POEntry] = {}
    for entry in sorted(catalog, key=lambda entry: bool(entry.obsolete)):
        if not entry.msgctxt:
            by_digest.setdefault(source_digest(entry.msgid), entry)
    run = _Run(catalog, live, by_digest, file, source, target, glossary, approve_all, Applied())
    placed: set[int] = set()
    for row in review.rows:
        home, doubt = _place(row, run)
        if home is None:
            _keep_apart(row, doubt, run)
            continue
        placed.add(id(home))
        _take_remarks(row, home, run)
        _take(row, home, run)
    run.applied.absent = sum(id(entry) not in placed for entry in live.values())
    return run.applied


def unplaced_text(applied: Applied, file: Path) -> str:
    """The rows that have no place in the catalog, for people to read."""
    blocks = []
    for row, reason in applied.unplaced:
        lines = [f"{file.name}, {row.place}: {reason}", f"source: {row.source}"]
        lines += [f"translation: {row.translation}", *(f"comment: {r}" for r in row.remarks)]
        blocks.append("\n".join(" ".join(line.split()) for line in lines) + "\n")
    return "\n".join(blocks)


# Where a row belongs ----------------------------------------------------------------------


def _place(row: ReadRow, run: _Run) -> tuple[polib.POEntry | None, str]:
    """The entry a row belongs to; or None, and why."""
    if row.problem:
        return None, row.problem
    named = run.by_digest.get(row.key.source) if row.key else None
    shown = _by_source(row.source, run)
    if named is None:
        return shown, "" if shown else "no sentence of the issue has this source"
    if shown is not None and shown is not named:
        return None, "its key belongs to another sentence than its source"
    if shown is None and _likeness(row.source, named.msgid) < _NEAR:
        return None, "its source is not that of its key"
    return named, ""


def _by_source(source: str, run: _Run) -> polib.POEntry | None:
    exact = run.live.get(source)
    if exact is not None or not source:
        return exact
    bare = _bare(source)
    return next((entry for text, entry in run.live.items() if _bare(text) == bare), None)


def _bare(text: str) -> str:
    """A text without what programs change on their own: spaces and the form of quotes."""
    return re.sub(r"\s", "", _NO_WIDTH.sub("", writable(text)).translate(_STRAIGHT))


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _bare(one), _bare(other), autojunk=False).ratio()


def _keep_apart(row: ReadRow, reason: str, run: _Run) -> None:
    """Keep a row that has no entry: with the sentence its source became, or in the file."""
    if not row.translation and not row.remarks:
        run.applied.unchanged += 1
        return
    if _is_as_written(row) and not row.approved and not row.remarks:
        # The machine's words, or what the catalog had: nobody's work is in it.
        run.applied.unchanged += 1
        return
    if row.key is not None and not row.problem:
        scored = [(_likeness(row.source, text), text) for text in run.live]
        likeness, nearest = max(scored, default=(0.0, ""))
        if likeness >= _NEAR and run.by_digest.get(row.key.source) is None:
            _take_remarks(row, run.live[nearest], run)
            _conflict(row, run.live[nearest], row.translation, "its source was changed", run)
            return
    run.applied.unplaced.append((row, reason))


# What a row brings ------------------------------------------------------------------------


def _take(row: ReadRow, entry: polib.POEntry, run: _Run) -> None:
    applied = run.applied
    if row.key is not None and _bare(row.source) != _bare(entry.msgid):
        applied.unplaced.append(
            (row, "its source was changed here; change it in the issue's own file")
        )
    as_written = _is_as_written(row)
    text = entry.msgstr if as_written and _is_current(row, entry) else _tidied(row, entry, run)
    same = text == entry.msgstr
    if not text:
        if as_written or not entry.msgstr:
            applied.unchanged += 1
        else:
            applied.unplaced.append((row, "its translation was emptied; the catalog keeps its own"))
        return
    wanted = row.approved or run.approve_all
    explicit = row.approved and (row.key is None or row.key.state is not State.APPROVED)
    if as_written and not (explicit or (wanted and state(entry) is not State.APPROVED)):
        applied.unchanged += 1
    elif same:
        _approve_as_it_is(row, entry, explicit and as_written, run)
    elif _is_newer(row, entry, as_written):
        _conflict(row, entry, text, "the catalog has another translation by now", run)
    else:
        entry.msgstr = text
        _approve(entry)
        applied.corrected += 1
        if entry.obsolete:
            _pass_on(row, entry, text, run)


def _approve_as_it_is(row: ReadRow, entry: polib.POEntry, seen: bool, run: _Run) -> None:
    changed = state(entry) is not State.APPROVED
    _approve(entry)
    if seen:
        # Who writes ok beside findings has judged them: they are not to come back.
        for finding in entry_findings(entry, run.source, run.target, run.glossary):
            changed |= add_note(entry, f"{WAIVED}: {finding}")
    run.applied.approved += changed
    run.applied.unchanged += not changed


def _is_as_written(row: ReadRow) -> bool:
    """Whether a row's translation is the one that was written out."""
    return row.key is not None and base_digest(row.translation) == row.key.base


def _is_current(row: ReadRow, entry: polib.POEntry) -> bool:
    """Whether the catalog has the translation that was written out."""
    return row.key is not None and base_digest(entry.msgstr) == row.key.base


def _is_newer(row: ReadRow, entry: polib.POEntry, as_written: bool) -> bool:
    """Whether the catalog holds a person's text that the review never saw.

    A draft is nobody's text: a correction of the former draft takes its place. But the
    approval of a former draft says nothing of a newer one.
    """
    if _is_current(row, entry) or state(entry) is State.MISSING:
        return False
    return as_written or state(entry) is not State.DRAFT


def _approve(entry: polib.POEntry) -> None:
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    # They tell of the draft, and of a former source (msgmerge drops them as well).
    entry.comment = ""
    entry.previous_msgid = None


def _pass_on(row: ReadRow, entry: polib.POEntry, text: str, run: _Run) -> None:
    """Show a translation of a sentence that changed meanwhile to the sentence it became."""
    for successor in run.live.values():
        if successor.previous_msgid == entry.msgid:
            _conflict(row, successor, text, "its source was changed meanwhile", run)
            return
    _report(row, "its sentence is no longer in the issue; kept among the obsolete ones", run)


def _conflict(row: ReadRow, entry: polib.POEntry, text: str, why: str, run: _Run) -> None:
    new = add_note(entry, f"{OTHER} ({run.file.name}): {text}")
    if new:
        _report(row, f"{why}; both are kept: this one as a comment on “{entry.msgid}”", run)
    else:
        run.applied.unchanged += 1


def _report(row: ReadRow, message: str, run: _Run) -> None:
    number = f" ({row.source[:30]})" if row.source else ""
    message = f"{row.place}{number}: {message}"
    run.applied.conflicts.append(Finding(run.file, 0, Severity.WARNING, "review", message))


def _take_remarks(row: ReadRow, entry: polib.POEntry, run: _Run) -> None:
    run.applied.remarks += sum(add_note(entry, remark) for remark in row.remarks)


def add_note(entry: polib.POEntry, note: str) -> bool:
    """Add a translator's comment of one line to an entry; whether it was not there yet."""
    line = " ".join(note.split())
    lines = entry.tcomment.split("\n") if entry.tcomment else []
    if line in lines:
        return False
    entry.tcomment = "\n".join([*lines, line])
    return True


# What programs do to a text ---------------------------------------------------------------


def _tidied(row: ReadRow, entry: polib.POEntry, run: _Run) -> str:
    """A row's translation without what Word does on its own while one types."""
    text, known = row.translation, entry.msgid + entry.msgstr
    if not _NO_WIDTH.search(known):
        text = _NO_WIDTH.sub("", text)
    if not _NO_BREAKS.search(known):
        text = _NO_BREAKS.sub(" ", text)
    text = _on_its_lines(text, "\\\n" in entry.msgid, run.target)
    return _with_syntax(text, (entry.msgid, entry.msgstr)).strip()


def _on_its_lines(text: str, breaks: bool, language: str) -> str:
    """A sentence is one line, but for the hard breaks that its source has as well."""

    def joined(match: re.Match[str]) -> str:
        if breaks and match["hard"]:
            return "\\\n"
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        together = language == "ja" and before and after and is_wide(before) and is_wide(after)
        return "" if together else " "

    return re.sub(r"[ \t]*(?P<hard>\\?)(?:[ \t]*\n[ \t]*)+", joined, text)


def _with_syntax(text: str, known: Iterable[str]) -> str:
    """Code and addresses with the quotes and dashes that they had before Word curled them."""
    originals = [match[0] for other in known for match in _SYNTAX.finditer(other)]
    straight: dict[str, str] = {}
    for original in originals:
        straight.setdefault(original.translate(_STRAIGHT), original)

    def restored(match: re.Match[str]) -> str:
        if match[0] in originals:
            return match[0]
        return straight.get(match[0].translate(_STRAIGHT), match[0])

    return _SYNTAX.sub(restored, text)


def kept_lines(existing: str, more: str) -> str:
    """A file of rows without a place, with more of them: each once."""
    blocks: Sequence[str] = [*existing.split("\n\n"), *more.split("\n\n")]
    unique = dict.fromkeys(block.strip() for block in blocks if block.strip())
    return "\n\n".join(unique) + "\n"
