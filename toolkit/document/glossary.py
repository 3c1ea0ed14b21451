"""The glossary: terms that must be translated as the editors decided.

``glossary.csv`` has the columns ja, en, note. Several Japanese terms may share one
English term (FRB and 連邦準備制度理事会); the first of them is what the English is
turned into. One Japanese term has one English term: a second is an error.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from toolkit.errors import ContentError
from toolkit.files import read_text

HEADER = ["ja", "en", "note"]


@dataclass(frozen=True)
class Term:
    """One entry: the same thing in both languages, and the line it stands on."""

    ja: str
    en: str
    note: str = ""
    line: int = 0

    def text(self, language: str) -> str:
        """The term in ``ja`` or ``en``."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True)
class Glossary:
    """The terms of one file, in its order. ``Glossary()`` is an empty one."""

    entries: tuple[Term, ...] = ()
    path: Path = Path("glossary.csv")

    @cached_property
    def _indexes(self) -> "dict[str, _Index]":
        return {language: _Index.of(self.entries, language) for language in ("ja", "en")}


@dataclass(frozen=True)
class Match:
    """A term found in a text, from ``start`` up to ``end``."""

    start: int
    end: int
    term: Term


def read_glossary(path: Path) -> Glossary:
    """The glossary in a CSV file (UTF-8, with or without BOM); none there, an empty one.

    Raises:
        ContentError: with the line: no header ``ja,en,note``, a broken quotation, an entry
            with a side missing, a Japanese term given twice.
    """
    glossary, faults = inspect_glossary(path)
    if faults:
        raise faults[0]
    return glossary


def inspect_glossary(path: Path) -> tuple[Glossary, tuple[ContentError, ...]]:
    """The entries of a glossary that are good, and what is wrong with the others, in order."""
    terms: dict[str, Term] = {}
    faults: list[ContentError] = []
    try:
        rows = _rows(path) if path.exists() else iter([(1, HEADER)])
        line, header = next(rows, (1, []))
        if header != HEADER:
            raise ContentError(
                f"the first line must be the header {','.join(HEADER)}, "
                f"not {','.join(header)!r}: put it above the terms",
                path,
                line,
            )
        for line, row in rows:
            try:
                term = _term(row, path, line)
            except ContentError as error:
                faults.append(error)
                continue
            first = terms.setdefault(_fold(term.ja), term)
            if first is not term:
                other = f", there as {first.en}, here as {term.en}" if first.en != term.en else ""
                message = f"{term.ja} is on line {first.line} already{other}: keep one of them"
                faults.append(ContentError(message, path, line))
    except ContentError as error:  # nothing after this can be read
        faults.append(error)
    return Glossary(tuple(terms.values()), path), tuple(faults)


def find_terms(text: str, glossary: Glossary, language: str) -> list[Match]:
    """The terms in a text of ``language``, from left to right, none overlapping another.

    At each place the longest term wins. A term that begins or ends with a Latin letter,
    a digit or katakana does not match inside a longer word of that writing (AI not in
    OpenAI, ドル not in アイドル). Full width and half width are the same. In English, a
    plural counts, and case is ignored, but for words in capitals (WHO is not who) and
    terms of one capitalised word (Fed is not fed), where the capitals must be there.
    """
    index = glossary._indexes[language]
    if not index.forms:
        return []
    folded, lowered = _fold(text), _lower(_fold(text))
    matches: list[Match] = []
    position = 0
    while position < len(text):
        end = position + 1
        for length in index.lengths.get(lowered[position], ()):
            stop = position + length
            term = index.term(folded[position:stop], lowered[position:stop])
            if term is not None and _stands_alone(folded, position, stop):
                matches.append(Match(position, stop, term))
                end = stop
                break
        position = end
    return matches


@dataclass(frozen=True)
class _Index:
    """Every written form of the terms, and by first character the lengths to try."""

    forms: dict[str, list[tuple[str, Term]]]
    lengths: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, entries: tuple[Term, ...], language: str) -> "_Index":
        forms: dict[str, list[tuple[str, Term]]] = {}
        lengths: dict[str, set[int]] = {}
        # Terms as they are written come before the plurals and singulars made from them.
        exact = [(_fold(term.text(language)), term) for term in entries]
        derived = [
            (form, term)
            for folded, term in exact
            if language == "en"
            for form in _numbers_of(folded)
        ]
        for form, term in exact + derived:
            key = _lower(form)
            forms.setdefault(key, []).append((form, term))
            lengths.setdefault(key[0], set()).add(len(key))
        return cls(
            forms, {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}
        )

    def term(self, folded: str, lowered: str) -> Term | None:
        """The first term one of whose forms the text is, its capitals considered."""
        for form, term in self.forms.get(lowered, ()):
            if _capitals_agree(form, folded):
                return term
        return None


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line it begins on."""
    reader = csv.reader(io.StringIO(_text(path)), strict=True)
    line = 1
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ContentError(
            f"is no valid CSV: {error}; a field with a comma or a quote stands in double quotes, "
            'a quote in it is written ""',
            path,
            line,
        ) from None


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except ContentError as error:
        if "UTF-8" not in error.message:
            raise
        data = path.read_bytes()
        encoding, codec = "", "THE-ENCODING"
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # which CP932 would read, too
            encoding, codec = " but UTF-16", "UTF-16"
        else:
            with suppress(UnicodeDecodeError):
                data.decode("cp932")
                encoding, codec = " but Shift_JIS", "CP932"
        raise ContentError(
            f"is not UTF-8 text{encoding}: save it as “CSV UTF-8” in Excel, or "
            f"`iconv -f {codec} -t UTF-8 {path.name}`",
            path,
            error.line,
        ) from None


def _term(row: list[str], path: Path, line: int) -> Term:
    if len(row) > len(HEADER):
        raise ContentError(
            f"has {len(row)} fields instead of {len(HEADER)}: put a field with a comma in quotes",
            path,
            line,
        )
    ja, en, note = [*row, "", "", ""][:3]
    if not ja or not en:
        raise ContentError(f"the {'Japanese' if not ja else 'English'} term is missing", path, line)
    return Term(ja, en, note, line)


def _fold(text: str) -> str:
    """Full-width letters and digits as ASCII, half-width kana as full; same length."""
    return "".join(
        folded if len(folded := unicodedata.normalize("NFKC", char)) == 1 else char for char in text
    )


def _lower(text: str) -> str:
    """Lower case of the same length (``İ`` stays, it would become two characters)."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _numbers_of(term: str) -> list[str]:
    """The plural of an English term, and its singular where it is a plural itself."""
    last = term[-1]
    if not last.isascii() or not last.isalpha():
        return []
    lower = term.lower()
    forms = []
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        forms.append(term + "es")
    elif last == "y" and lower[-2:-1] not in "aeiou":
        forms.append(term[:-1] + "ies")
    else:
        forms.append(term + "s")
    if lower.endswith("ies") and len(term) > 4:
        forms.append(term[:-3] + "y")
    elif last == "s" and not lower.endswith(("ss", "us", "is")) and len(term) > 3:
        forms.append(term[:-1])
    return forms


def _capitals_agree(form: str, text: str) -> bool:
    if form == text:
        return True
    words = form.split()
    if len(words) == 1 and form[0].isupper() and not text[0].isupper():
        return False
    return all(
        theirs.startswith(ours.rstrip("s"))
        for ours, theirs in zip(words, text.split(), strict=False)
        if len(ours) > 1 and ours.rstrip("s").isupper()
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a stretch of text is no part of a longer word in the same writing."""
    before = _writing(text[start - 1]) if start else ""
    after = _writing(text[end]) if end < len(text) else ""
    joins_before = before != "" and before == _writing(text[start])
    joins_after = after != "" and after == _writing(text[end - 1])
    return not joins_before and not joins_after


def _writing(char: str) -> str:
    """The writing whose words run until another one begins; empty for all other writing."""
    if "\u30a1" <= char <= "\u30fa" or char in "ーヽヾ":
        return "katakana"
    if char.isalnum() and not "\u3000" <= char <= "\u9fff" and char < "\uac00":
        return "latin"
    return ""
