"""The proof that nothing of a source vanished without being named.

The changes that the rules report are played back over the source: what comes out must be
the text of the draft, character by character, apart from space and the marks of lists,
headings and emphasis. What does not add up is named as a change of its own, by the rule
``unaccounted``; a test holds that no rule ever causes one.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.footnotes import apart
from toolkit.sources.bullets import DASHES
from toolkit.sources.draft import Action, Change, Draft

RULE = "unaccounted"
_MARKS = re.compile(r"[\s\-*#\u00a0]+")
_COMPARED = 200_000
"""Up to how many characters a difference is looked for piece by piece (it takes the square
of their number in time); beyond, whole lines are compared."""


def unaccounted(source: Sequence[tuple[int, str]], draft: Draft) -> list[Change]:
    """What of the numbered lines of a source is neither in the draft nor in its changes."""
    lines = {number: words(text) for number, text in source}
    numbers = list(lines)
    places = {number: place for place, number in enumerate(numbers)}
    for change in draft.changes:
        if change.before != change.after and change.line in places:
            _play(lines, numbers, places[change.line], words(change.before), words(change.after))
    expected = "".join(lines.values())
    found = "".join(words(line.text) for line in draft.lines)
    if expected == found:
        return []
    return [_missing(number, text) for number, text in _lost(lines, expected, found)]


def words(text: str) -> str:
    """A text without space and marks; a mark alone on its line is a bullet, not text."""
    return "" if text.strip() in DASHES else _MARKS.sub("", text)


def letters(text: str) -> str:
    """The letters and digits of a text, in one width: what must survive any conversion."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def plain_text(text: str) -> str:
    """Every word of a Markdown text, markup left out: paragraphs, code, readings, image texts.

    Those of footnotes come last.
    """
    words, notes = split_text(text)
    return words + notes


def split_text(text: str) -> tuple[str, str]:
    """Every word of a Markdown text as ``plain_text`` has them: of the text, of its footnotes."""
    tokens, notes = apart(markdown.parse(text))
    return _plain(tokens), "".join(_plain(note) for _, note in notes)


def _plain(tokens: Iterable[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("fence", "code_block"):
            parts += [token.info, token.content]
        for child in token.children or []:
            parts.append(child.content)
            parts += child.meta.get("readings", []) if child.type == "ruby" else []
        parts.append("\n")
    return "".join(parts)


def _play(
    lines: dict[int, str], numbers: Sequence[int], place: int, before: str, after: str
) -> None:
    """Put ``after`` where ``before`` stands, which may begin on one line and end on another."""
    text = ""
    end = place
    while end < len(numbers) and before not in text:
        if len(text) > len(lines[numbers[place]]) + len(before):
            return
        text += lines[numbers[end]]
        end += 1
    if before not in text or not before:
        return
    head, rest = text.split(before, 1)
    last = numbers[end - 1]
    for number in numbers[place:end]:
        lines[number] = ""
    if last == numbers[place]:
        lines[last] = head + after + rest
    else:
        lines[numbers[place]] = head + after
        lines[last] = rest


def _lost(lines: dict[int, str], expected: str, found: str) -> Iterable[tuple[int, str]]:
    if len(expected) + len(found) > _COMPARED:
        yield from ((number, text) for number, text in lines.items() if text not in found)
        return
    starts = []
    offset = 0
    for number, text in lines.items():
        starts.append((offset, number))
        offset += len(text)
    matcher = difflib.SequenceMatcher(None, expected, found, autojunk=False)
    for tag, first, last, _, _ in matcher.get_opcodes():
        if tag in ("delete", "replace"):
            number = max((n for start, n in starts if start <= first), default=0)
            yield number, expected[first:last]


def _missing(number: int, text: str) -> Change:
    return Change(number, RULE, Action.DROPPED, text)
