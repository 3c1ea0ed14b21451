"""What looks wrong in a translation, whoever made it: a line of words each."""

import re
import unicodedata
from collections.abc import Sequence

from toolkit.document.glossary import Glossary, find_terms
from toolkit.document.japanese import is_kana, is_kanji, is_wide
from toolkit.translation.inline import elements, flatten, is_atom
from toolkit.translation.numbers import compare_values

MARK_MOVED = "a footnote's mark was put at the end: set it at its word"

_USUAL = ".,;:!?'\"“”‘’()–—-/%&+…"
_USUAL_JA = "、。「」『』（）・：；！？〜ー％＋－／＆＝"
_PAIRS = ("「」", "『』", "（）", "()", "“”", "[]", "【】", "《》")
_ENGLISH_PHRASE = re.compile(r"(?<![A-Za-z])[a-z]{2,}(?: [a-z]{2,}){2,}(?![A-Za-z])")
"""Three words without a capital: no name, which may stand in Japanese as it is."""

SHORTEST, LONGEST = 0.4, 2.5
"""Times its source's width that a translation has. Of 15,000 pairs that people translated, of
news, prose and documentation, one in 700 lies outside."""

_LEAST_WIDTH = 40
"""Below this width of both, in half-width columns, lengths say nothing."""

_LONG_LOOP = re.compile(r"(.{6,60}?)\1\1")
_KINDS = (
    ("term", r"the glossary's "),
    (
        "markup",
        r"(?:strong|em|s|link|code|image|line break)(?: .*)? is (?:missing in|only in) the trans"
        r"|the (?:link to|image|code) .* is not in the trans|the place of ",
    ),
    ("number", r".* is (?:missing in|in) the translation|amounts were left"),
    ("language", r"words are left in |words that the translator left |not translated"),
    ("repetition", r"the translation (?:repeats itself|was cut off)"),
    ("length", r"the translation is much "),
    ("punctuation", r"quotation marks or brackets |there are signs "),
    ("doubt", r"the translator is unsure"),
)
_NAMES = {"ja": "Japanese", "en": "English"}


def differences(
    source: str, target: str, source_language: str, target_language: str, glossary: Glossary
) -> list[str]:
    """What a translated sentence lacks, adds or leaves untranslated.

    Compared are values (``compare_values``), inline elements, the terms of the glossary,
    lengths, quotation marks and brackets, and whether the target is written in its language
    and says nothing over and over.

    Args:
        source, target: sentences of inline Markdown.
    """
    found = []
    there, here = elements(source), elements(target)
    for sign, more in (("is missing in", there - here), ("is only in", here - there)):
        for kind, where in more.elements():
            found.append(f"{' '.join(filter(None, (kind, where)))} {sign} the translation")
    before, after = _words(source), _words(target)
    found += compare_values(before, after, source_language, target_language)
    found += unused_terms(before, after, glossary, source_language, target_language)
    if is_untranslated(after, before, target_language):
        found.append(f"words are left in {_NAMES[source_language]}")
    if is_repeating(after, before):
        found.append("the translation repeats itself")
    if odd := odd_length(after, before):
        found.append(odd)
    if not unbalanced(before) and (signs := unbalanced(after)):
        found.append(f"quotation marks or brackets do not pair: {signs}")
    return found


def unused_terms(
    source: str, target: str, glossary: Glossary, source_language: str, target_language: str
) -> list[str]:
    """The terms that the source has and the translation does not say as the glossary does."""
    wanted = {
        match.term.text(target_language) for match in find_terms(source, glossary, source_language)
    }
    used = {
        match.term.text(target_language) for match in find_terms(target, glossary, target_language)
    }
    return [
        f"the glossary's {term} is not used"
        for term in sorted(wanted - used)
        if term.lower() not in target.lower()
    ]


def is_untranslated(text: str, source: str, language: str) -> bool:
    """Whether a text that should be in ``language`` is still in the other one.

    English holds no kana and no kanji; Japanese holds some, unless the source was nothing
    but names and numbers, and no English phrase.
    """
    if language == "en":
        return any(is_kana(char) or is_kanji(char) for char in text)
    if _ENGLISH_PHRASE.search(text):
        return True
    words = re.findall("[A-Za-z]{2,}", source)
    lower = [word for word in words if word.islower()]
    return bool(lower) and not any(is_kana(char) or is_kanji(char) for char in text)


def has_mark_within(sentence: str) -> bool:
    """Whether words follow the mark of a footnote."""
    flat, atoms = flatten(sentence)
    notes = "".join(char for char, token in atoms.items() if token.type == "footnote_ref")
    return bool(notes) and re.search(rf"[{notes}].*\w", flat.text) is not None


def odd_length(text: str, source: str) -> str:
    """What to say of a translation that is much shorter or longer than its source; else empty.

    Compared is the width on the page, where a Japanese character counts two: a sentence takes
    about as much in both languages.
    """
    there, here = _width(source), _width(text)
    if max(there, here) < _LEAST_WIDTH:
        return ""
    if here < SHORTEST * there:
        return "the translation is much shorter than its source"
    if here > LONGEST * there:
        return "the translation is much longer than its source"
    return ""


def _width(text: str) -> int:
    return sum(1 + is_wide(char) for char in text if not char.isspace())


def unbalanced(text: str) -> str:
    """The quotation marks and brackets that stand in a text without their other halves."""
    odd = [pair for pair in _PAIRS if text.count(pair[0]) != text.count(pair[1])]
    return " ".join([*odd, *(['"'] if text.count('"') % 2 else [])])


def odd_signs(text: str, source: str, language: str) -> str:
    """Signs in a translation that its source has not and that its language does not use."""
    usual = _USUAL + (_USUAL_JA if language == "ja" else "")
    return "".join(
        dict.fromkeys(
            char
            for char in text
            if not (char.isalnum() or char.isspace() or char in usual or is_atom(char))
            and unicodedata.category(char)[0] != "M"
            and text.count(char) > source.count(char)
        )
    )


def is_repeating(text: str, source: str) -> bool:
    """Whether a translation says the same over and over where its source does not."""
    return _repeats(text) and not _repeats(source)


def _repeats(text: str) -> bool:
    """Whether a stretch of up to 60 characters stands there three times in a row."""
    if _LONG_LOOP.search(text):
        return True
    for period in range(1, 6):  # a short stretch must fill 12 characters more
        run = 0
        for position in range(len(text) - period):
            run = run + 1 if text[position] == text[position + period] else 0
            if run >= 12:
                return True
    return False


def kind_of(finding: str) -> str:
    """In a word, what a finding is about: ``number``, ``term``, …

    What says how a sentence was put together (in clauses, piece by piece) is ``wording``.
    """
    return next((kind for kind, words in _KINDS if re.match(words, finding)), "wording")


def _words(text: str) -> str:
    flat, _ = flatten(text)
    return "".join(" " if is_atom(char) else char for char in flat.text)


def in_words(findings: Sequence[str]) -> tuple[str, ...]:
    """Findings, each once, in order."""
    return tuple(dict.fromkeys(findings))
