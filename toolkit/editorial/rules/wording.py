"""Rules about the text itself: brackets, punctuation, numbers, sentences, markup."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from toolkit.document import markdown
from toolkit.document.japanese import language_of
from toolkit.document.sentences import split_sentences
from toolkit.editorial.condense import measure
from toolkit.editorial.data import read_data
from toolkit.editorial.prose import Prose
from toolkit.editorial.rules import Checked, Place

DOUBLED_FROM = 20
"""Characters a paragraph must have before it counts as the same one again."""

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>|<!--")
_WIDE_DIGITS = re.compile(r"[０-９]+(?:[．，][０-９]+)*")
_NARROW_DIGITS = re.compile(r"[0-9]")
_STARS = re.compile(r"\*\*+")
_MARKUP = re.compile(r"\*\*|__|~~|!?\[|\]|\\(?= )")


def brackets(checked: Checked) -> Iterator[Place]:
    """A bracket or quotation mark whose other half is missing."""
    for page in checked.pages:
        for number, piece in enumerate(page.prose):
            following = page.prose[number + 1].text if number + 1 < len(page.prose) else ""
            for place, message in unbalanced(piece.text):
                char = piece.text[place]
                # English opens each paragraph of a long quotation, and closes the last.
                if char == "“" and following.lstrip().startswith("“"):
                    continue
                yield Place(page.path, piece.line_at(place), message)


def unbalanced(text: str) -> list[tuple[int, str]]:
    """The places of brackets and quotation marks without their other half, and what is wrong."""
    data = read_data("style.toml")["brackets"]
    closes = {pair[0]: pair[1] for pair in data["pairs"]}
    opens = {pair[1]: pair[0] for pair in data["pairs"]}
    lone = {
        match.end() - 1
        for pattern in data["lone"]
        for match in re.finditer(pattern, text, re.MULTILINE)
        if match[0].lstrip()[0] not in "(（"
    }
    waiting: list[int] = []
    open_kinds: Counter[str] = Counter()
    found: list[tuple[int, str]] = []
    for place, char in enumerate(text):
        if place in lone:
            continue
        if char in closes:
            waiting.append(place)
            open_kinds[_kind(char)] += 1
        elif char in opens:
            kind = _kind(opens[char])
            if not open_kinds[kind]:
                found.append((place, f"{char} closes nothing: {opens[char]} is missing"))
                continue
            # What stands between this and what it closes was never closed itself.
            while _kind(text[waiting[-1]]) != kind:
                inner = waiting.pop()
                open_kinds[_kind(text[inner])] -= 1
                found.append((inner, _open(text[inner], closes)))
            match = waiting.pop()
            open_kinds[kind] -= 1
            if text[match] != opens[char]:
                found.append((place, f"{text[match]} is closed with {char}: use one width"))
    found += [(place, _open(text[place], closes)) for place in waiting]
    return sorted(found)


def _open(bracket: str, closes: Mapping[str, str]) -> str:
    return f"{bracket} is not closed: {closes[bracket]} is missing"


def doubled_punctuation(checked: Checked) -> Iterator[Place]:
    """Two marks where one belongs: ``。.``, ``、、``, ``！。``."""
    pattern = _doubled_punctuation()
    for page, piece in checked.texts():
        for match in pattern.finditer(piece.text):
            yield Place(
                page.path,
                piece.line_at(match.start()),
                f"`{match[0]}` is one punctuation mark too many",
            )


def doubled_paragraph(checked: Checked) -> Iterator[Place]:
    """A paragraph that the issue has already."""
    seen: dict[str, tuple[Path, int]] = {}
    for page, piece in checked.texts():
        words = re.sub(r"\s+", "", markdown.plain(piece.inline))
        if piece.kind != "paragraph" or len(words) < DOUBLED_FROM:
            continue
        path, line = seen.setdefault(words, (page.path, piece.line))
        if (path, line) != (page.path, piece.line):
            message = f"the same paragraph stands in {path.name}:{line}: delete one"
            yield Place(page.path, piece.line, message)


def number_width(checked: Checked) -> Iterator[Place]:
    """Full-width digits (１２) in an issue that also has half-width ones (12)."""
    narrow = next(
        (
            f"{page.path.name}:{piece.line_at(match.start())}"
            for page, piece in checked.texts()
            if page.section and (match := _NARROW_DIGITS.search(piece.text))
        ),
        None,
    )
    if narrow is None:
        return
    for page, piece in checked.texts():
        for match in _WIDE_DIGITS.finditer(piece.text):
            half = "".join(chr(ord(char) - 0xFEE0) for char in match[0])
            yield Place(
                page.path,
                piece.line_at(match.start()),
                f"{match[0]} is full width, other numbers are not (as in {narrow}): write {half}",
            )


def long_sentence(checked: Checked) -> Iterator[Place]:
    """A sentence that few readers follow to its end."""
    limits = read_data("style.toml")["longest-sentence"]
    for page, piece in checked.texts():
        language = language_of(piece.text) if piece.text.strip() else checked.issue.language
        # Of the same length, so that a place in it is a place in the text.
        text = _MARKUP.sub(lambda match: " " * len(match[0]), piece.text.replace("\n", " "))
        place = 0
        for sentence in split_sentences(text, language):
            size = measure(sentence, language)
            if size > limits[language]:
                unit = "characters" if language == "ja" else "words"
                start = place + len(sentence) - len(sentence.lstrip())
                yield Place(
                    page.path,
                    piece.line_at(start),
                    f"a sentence of {size} {unit} (at most {limits[language]}): "
                    f"“{sentence.strip()[:20]}…”; make two of it",
                )
            place += len(sentence)


def raw_html(checked: Checked) -> Iterator[Place]:
    """What looks like HTML: it is printed as it stands."""
    for page, piece in checked.texts():
        for match in _TAG.finditer(piece.text):
            yield Place(
                page.path,
                piece.line_at(match.start()),
                f"`{match[0]}` is no Markdown and will be printed as it stands: "
                "take it out, or put it in `backticks`",
            )


def emphasis(checked: Checked) -> Iterator[Place]:
    """``**`` whose other half is missing: readers see the stars."""
    for page, piece in checked.texts():
        for place in _unpaired(piece):
            yield Place(
                page.path,
                piece.line_at(place),
                "`**` is printed as it stands: its other half is missing, or a space parts "
                "it from the words",
            )


def _unpaired(piece: Prose) -> Iterator[int]:
    places = [match.start() for match in _STARS.finditer(piece.text)]
    paired = []
    for child in piece.inline.children or []:
        if child.markup == "**":
            paired.append(True)
        elif child.type == "text":
            paired += [False] * len(_STARS.findall(child.content))
    if len(paired) == len(places):
        yield from (place for place, good in zip(places, paired, strict=True) if not good)
    elif not all(paired) and "\\*" not in piece.inline.content:
        # Runs like **** that mean several markers: the block is known, not the place in it.
        yield 0


@cache
def _doubled_punctuation() -> re.Pattern[str]:
    return re.compile("|".join(read_data("style.toml")["doubled-punctuation"]["patterns"]))


def _kind(bracket: str) -> str:
    """An opening bracket without its width: ( and （ are of one kind."""
    return unicodedata.normalize("NFKC", bracket)
