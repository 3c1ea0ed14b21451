"""The rule about terms: a term of the glossary is written as the glossary writes it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from toolkit.document.glossary import Glossary
from toolkit.document.japanese import is_wide
from toolkit.editorial.rules import Checked, Place

_SEPARATORS = " \t\n-‐‑‒–・･\u00a0\u3000"
_BREAK = re.compile(r"[ \t]*\n[ \t]*")


def terms(checked: Checked) -> Iterator[Place]:
    """A term that only width, case, a space, a hyphen or ・ parts from the glossary's form."""
    index = _index(checked.glossary)
    if index is None:
        return
    for page, piece in checked.texts():
        for start, end, form in index.variants(piece.text):
            yield Place(
                page.path,
                piece.line_at(start),
                f"{_unbroken(piece.text[start:end])} is {form} in the glossary: write it so",
            )


@dataclass(frozen=True)
class _Index:
    """The forms of the glossary by key (what stays the same in every spelling of a term)."""

    forms: dict[str, frozenset[str]]
    pattern: re.Pattern[str]

    def variants(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where a form is spelled in another way: its start and end, and the form."""
        keyed, places = _keyed(text)
        for match in self.pattern.finditer(keyed):
            start, end = places[match.start()][0], places[match.end() - 1][1]
            if not _whole_words(text, start, end):
                continue
            written = _unbroken(text[start:end])
            forms = self.forms[match[0]]
            if written not in forms:
                meant = [form for form in sorted(forms) if _is_variant(written, form)]
                if len(meant) == len(forms):
                    yield start, end, " or ".join(meant)


@lru_cache(maxsize=4)
def _index(glossary: Glossary) -> _Index | None:
    forms: dict[str, set[str]] = {}
    for entry in glossary.entries:
        for form in (entry.ja, entry.en):
            key, _ = _keyed(form)
            if key:
                forms.setdefault(key, set()).add(form)
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda key: (-len(key), key))
    return _Index(
        {key: frozenset(found) for key, found in forms.items()},
        re.compile("|".join(map(re.escape, longest_first))),
    )


def _keyed(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without width, case and separators, and the start and end of what each sign was."""
    key: list[str] = []
    places: list[tuple[int, int]] = []
    for place, char in enumerate(text):
        if char in _SEPARATORS:
            continue
        # Half-width katakana carry their voicing mark as a character of its own.
        if char in "ﾞﾟ" and key:
            composed = unicodedata.normalize("NFC", key[-1] + {"ﾞ": "\u3099", "ﾟ": "\u309a"}[char])
            if len(composed) == 1:
                key[-1] = composed
                places[-1] = places[-1][0], place + 1
                continue
        for folded in unicodedata.normalize("NFKC", char).casefold():
            key.append(folded)
            places.append((place, place + 1))
    return "".join(key), places


def _is_variant(written: str, form: str) -> bool:
    """Whether two spellings of one key are one term, and not other words of the same letters.

    Either the case differs or the separators, not both: "keep open AI models" is no
    OpenAI. Case alone tells nothing where the form is a common word or an acronym that
    is one (Apple, WHO), or an ordinary word at the head of a sentence.
    """
    written, form = (unicodedata.normalize("NFKC", text) for text in (written, form))
    if written == form:
        return True  # only the width differs
    bare_written, bare_form = (
        "".join(char for char in text if char not in _SEPARATORS) for text in (written, form)
    )
    if form == form.lower():
        bare_written = bare_written.lower()
        return bare_written == bare_form and written.lower() != form
    if bare_written == bare_form:
        return len(bare_form) > 3  # "A I" may be anything
    if written.casefold() != form.casefold():
        return False
    return any(char.isupper() for char in form[1:]) and not form.isupper()


def _whole_words(text: str, start: int, end: int) -> bool:
    """Whether a stretch is no part of a longer Latin or katakana word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (before and _joins(before, text[start])) or (after and _joins(text[end - 1], after))
    )


def _joins(left: str, right: str) -> bool:
    return any(belongs(left) and belongs(right) for belongs in (_is_latin, _is_katakana))


def _is_latin(char: str) -> bool:
    folded = unicodedata.normalize("NFKC", char)
    return folded.isalnum() and not any(map(is_wide, folded))


def _is_katakana(char: str) -> bool:
    return "ァ" <= char <= "ヺ" or char in "ーヽヾ" or "ｦ" <= char <= "ﾟ"


def _unbroken(text: str) -> str:
    """A text as a reader sees it: a line break is a space, between Japanese characters nothing."""

    def join(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1], text[match.end()]
        return "" if is_wide(before) and is_wide(after) else " "

    return _BREAK.sub(join, text)
