"""Rules that find what a text lost with its layout: title, headings, whole sentences."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

from toolkit.document.issue import Kind
from toolkit.sources.bullets import carries_on, goes_on, is_open, joined
from toolkit.sources.draft import Action, Change, Draft, Line, Role
from toolkit.sources.section_names import MARKS, section_name
from toolkit.sources.words import begins, ends, matches

_NUMBERED = re.compile(r"(\d{1,2})\s*[.．、)）]\s*(?=\D)(?P<title>.+)")
_SUB_HEAD = re.compile(rf"(?P<mark>[{MARKS}])\s*(?P<title>.+)")
_SIGN = re.compile(r"[■◆▼◇□▽]\s*(?P<title>[^■◆▼◇□▽]+)|【(?P<bracketed>[^】]+)】")
_ORNAMENTS = re.compile(r"(?:[-*_=~—–―─━ー＊・◇◆○●☆★※]\s*){3,}")
_SENTENCE_END = re.compile(r"[。．！？!?….][」』）)”\"*]*$")
_TITLE_LIMIT = {"ja": 70, "en": 140}
_HEADING_LIMIT = {"ja": 45, "en": 90}
_STATEMENT_LINES = 5


def separators(draft: Draft) -> Draft:
    """Lines of nothing but ornaments (``***``, ``＊＊＊``, ``◇◇◇``) are a break between parts.

    At the beginning and the end of the text there is nothing to part: they go.
    """
    lines = []
    changes = []
    words = [
        position
        for position in draft.text_positions()
        if not _ORNAMENTS.fullmatch(draft.lines[position].text)
    ]
    for position, line in enumerate(draft.lines):
        if line.role is Role.TEXT and _ORNAMENTS.fullmatch(line.text):
            if not words or not words[0] < position < words[-1]:
                changes.append(Change(line.number, "separators", Action.DROPPED, line.text))
                continue
            changes.append(Change(line.number, "separators", Action.CHANGED, line.text, "---"))
            line = replace(line, text="---", role=Role.MARKDOWN)
        lines.append(line)
    return draft.with_lines(lines, changes)


def section_names(draft: Draft) -> Draft:
    """In a whole issue, the names of its sections are headings: 深掘り記事, 小ネタ①：….

    A text is a whole issue where lines name at least two kinds of section.
    """
    named = {
        position: name
        for position, line in enumerate(draft.lines)
        if line.role is Role.TEXT and (name := section_name(line.text))
    }
    if len({name.kind for name in named.values()}) < 2:
        return draft
    lines = list(draft.lines)
    changes = []
    for position, name in named.items():
        alone = name.kind is Kind.BRIEF and not name.group
        lines[position] = replace(lines[position], role=Role.HEADING, level=3 if alone else 2)
        changes.append(_heading(lines[position], "section-names"))
        following = _next_text(lines, position)
        if name.kind is Kind.EDITORS_NOTE or name.group or name.title or following is None:
            continue
        if _could_be_title(lines[following].text) and not _NUMBERED.match(lines[following].text):
            lines[following] = replace(lines[following], role=Role.HEADING, level=4 if alone else 3)
            changes.append(_heading(lines[following], "section-names"))
    return replace(draft.with_lines(lines, sorted(changes, key=lambda c: c.line)), whole_issue=True)


def title_line(draft: Draft) -> Draft:
    """Lift the headline: a short first line that is no sentence, or that a byline follows."""
    positions = draft.text_positions()
    while len(positions) > 2 and _is_byline(draft.lines[positions[0]].text):
        positions = positions[1:]
    if len(positions) < 2 or draft.matter.get("title"):
        return draft
    first, second = (draft.lines[position] for position in positions[:2])
    text = first.text
    if (
        first.role is not Role.TEXT
        or second.role not in (Role.TEXT, Role.HEADING)
        or len(text) > _TITLE_LIMIT[draft.language]
        or _NUMBERED.match(text)
        or _SUB_HEAD.match(text)
        or _SIGN.fullmatch(text)
        or begins(text, "publisher-line", "heads")
    ):
        return draft
    apart = positions[1] > positions[0] + 1 or second.role is Role.HEADING
    headline = _could_be_title(text) and (apart or len(second.text) > len(text))
    if not headline and not (_is_byline(second.text) and len(positions) > 2):
        return draft
    lines = [*draft.lines[: positions[0]], *draft.lines[positions[0] + 1 :]]
    change = Change(first.number, "title-line", Action.LIFTED, text)
    return draft.with_lines(lines, [change]).with_matter(title=text)


def numbered_headings(draft: Draft) -> Draft:
    """``1. …``, ``2. …`` are headings where text stands between them; the number goes.

    The toolkit numbers a deep dive's sections itself. Numbered lines right after one
    another are a list and stay as they are, and so does a number that is not the next one.
    """
    level = 3 if draft.whole_issue else 2
    lines = list(draft.lines)
    changes = []
    expected = 1
    for position, line in enumerate(lines):
        if line.role is Role.HEADING and line.level == 2:
            # A section's headline above its numbered parts pushes them down a level.
            expected = 1
            following = _next_text(lines, position, Role.HEADING)
            if draft.whole_issue:
                titled = following is not None and lines[following].level == 3
                level = 4 if titled else 3
        match = _NUMBERED.fullmatch(line.text) if line.role is Role.TEXT else None
        if not match or int(match[1]) not in (expected, 1) or not _heads_text(lines, position):
            continue
        expected = int(match[1]) + 1
        lines[position] = replace(line, text=match["title"], role=Role.HEADING, level=level)
        changes.append(
            Change(line.number, "numbered-headings", Action.CHANGED, line.text, match["title"])
        )
    return draft.with_lines(lines, changes)


def numbered_lists(draft: Draft) -> Draft:
    """Lines numbered from one on, right after one another, are a numbered list.

    Lines with ``①②`` are one only where they are no sentences.
    """
    lines = list(draft.lines)
    changes = []
    position = 0
    while position < len(lines):
        items: list[tuple[int, str]] = []
        while position + len(items) < len(lines):
            line = lines[position + len(items)]
            item = _list_item(line) if line.role is Role.TEXT else None
            if item is None or item[0] != len(items) + 1:
                break
            items.append(item)
        if len(items) >= 2:
            for number, title in items:
                line = lines[position + number - 1]
                lines[position + number - 1] = replace(
                    line, text=title, role=Role.NUMBERED, level=number
                )
                changes.append(
                    Change(line.number, "numbered-lists", Action.CHANGED, line.text, title)
                )
        position += max(len(items), 1)
    return draft.with_lines(lines, changes)


def _list_item(line: Line) -> tuple[int, str] | None:
    if match := _NUMBERED.fullmatch(line.text):
        return int(match[1]), match["title"]
    if (match := _SUB_HEAD.fullmatch(line.text)) and not line.text.endswith("。"):
        return MARKS.index(match["mark"]) + 1, match["title"]
    return None


def sub_heads(draft: Draft) -> Draft:
    """``①…`` before text is a heading, one level below the numbered ones; the mark goes."""
    lines = list(draft.lines)
    changes = []
    level = 3 if draft.whole_issue else 2
    above = level
    for position, line in enumerate(lines):
        if line.role is Role.HEADING:
            above = line.level + 1
            continue
        match = _SUB_HEAD.fullmatch(line.text) if line.role is Role.TEXT else None
        if not match or not _heads_text(lines, position):
            continue
        lines[position] = replace(
            line, text=match["title"], role=Role.HEADING, level=min(max(above, level), 6)
        )
        changes.append(Change(line.number, "sub-heads", Action.CHANGED, line.text, match["title"]))
    # A sub-head is no heading *above* the next one: they stand side by side.
    return _side_by_side(draft.with_lines(lines, changes), changes)


def signed_headings(draft: Draft) -> Draft:
    """``■ …``, ``◆ …`` and ``【…】`` alone on a line are headings; the sign goes."""
    lines = list(draft.lines)
    changes = []
    above = 1
    for position, line in enumerate(lines):
        above = line.level if line.role is Role.HEADING else above
        match = _SIGN.fullmatch(line.text) if line.role is Role.TEXT else None
        title = (match["title"] or match["bracketed"]) if match else ""
        if not title or not _could_be_title(title) or _next_text(lines, position) is None:
            continue
        above = min(4 if draft.whole_issue else 2, above + 1)
        lines[position] = replace(line, text=title, role=Role.HEADING, level=above)
        changes.append(Change(line.number, "signed-headings", Action.CHANGED, line.text, title))
    return draft.with_lines(lines, changes)


def plain_headings(draft: Draft) -> Draft:
    """A short line without a final 。 that stands before a longer paragraph is a heading.

    It follows the end of a sentence; where sentences are broken over short lines, any line
    looks like that, and a heading must stand between blank lines.
    """
    texts = [line.text for line in draft.lines if line.role is Role.TEXT]
    if not texts:
        return draft
    broken = _is_broken(texts, draft.language)
    numbered = any(change.rule == "numbered-headings" for change in draft.changes)
    level = 4 if draft.whole_issue else 3 if numbered else 2
    lines = list(draft.lines)
    changes = []
    above = 1
    for position, line in enumerate(lines):
        above = line.level if line.role is Role.HEADING else above
        if (
            line.role is not Role.TEXT
            or len(line.text) > _HEADING_LIMIT[draft.language]
            or not _could_be_title(line.text)
            or is_open(line.text)
            or (draft.language == "en" and not line.text[:1].isupper())
        ):
            continue
        if _stands_apart(lines, position):
            heads = _heads_paragraph(lines, position) or _heads_list(lines, position)
        else:
            heads = not broken and _after_sentence(lines, position) and _heads_line(lines, position)
        if heads:
            above = min(level, above + 1)  # no level is jumped
            lines[position] = replace(line, role=Role.HEADING, level=above)
            changes.append(_heading(line, "plain-headings"))
    return draft.with_lines(lines, changes)


def broken_sentences(draft: Draft) -> Draft:
    """Join the lines of a sentence; a line that ends one ends its paragraph.

    A statement in 「…」 that has lines to itself stays a paragraph of its own. In a text
    wrapped at a fixed width, only blank lines end paragraphs.
    """
    wrapped = _is_wrapped(draft)
    result: list[Line] = []
    changes = []
    position = 0
    lines = draft.lines
    while position < len(lines):
        line = lines[position]
        if line.role is not Role.TEXT:
            result.append(line)
            position += 1
            continue
        length = 0 if wrapped else _statement(lines, position)
        end = position + max(length, 1)
        while not length and end < len(lines) and lines[end].role is Role.TEXT:
            if not wrapped and (
                _ends_paragraph(lines[end - 1].text, lines[end].text) or _statement(lines, end)
            ):
                break
            end += 1
        text = joined([part.text for part in lines[position:end]])
        result += [replace(line, text=text), Line("", line.number, Role.BLANK)]
        if end > position + 1:
            changes.append(Change(line.number, "broken-sentences", Action.MARKED, text, text))
        position = end
    return draft.with_lines(result, changes)


def _heading(line: Line, rule: str) -> Change:
    return Change(line.number, rule, Action.MARKED, line.text, line.text)


def _side_by_side(draft: Draft, changes: Sequence[Change]) -> Draft:
    numbers = {change.line for change in changes}
    lines = []
    level = 0
    for line in draft.lines:
        if line.role is Role.HEADING:
            if line.number in numbers and level:
                line = replace(line, level=level)
            level = line.level if line.number in numbers else 0
        lines.append(line)
    return replace(draft, lines=tuple(lines))


def _next_text(lines: Sequence[Line], position: int, *roles: Role) -> int | None:
    """The position of the next line that is not blank, if it has one of the roles (text)."""
    for following in range(position + 1, len(lines)):
        if lines[following].role is not Role.BLANK:
            return following if lines[following].role in (roles or (Role.TEXT,)) else None
    return None


def _heads_text(lines: Sequence[Line], position: int) -> bool:
    """Whether a marked line can be a heading: no sentence, and no list of such lines."""
    text = lines[position].text
    if len(text) > 80 or re.search("[。、，,；;]$", text):
        return False
    following = _next_text(lines, position, Role.TEXT, Role.BULLET)
    before = lines[position - 1] if position else None
    neighbours = [lines[following]] if following is not None else []
    if before and before.role is Role.TEXT:
        neighbours.append(before)
    pattern = _SUB_HEAD if _SUB_HEAD.match(text) else _NUMBERED
    return following is not None and not any(
        pattern.fullmatch(other.text) for other in neighbours if other.role is Role.TEXT
    )


def _could_be_title(text: str) -> bool:
    """Whether the words of a line can be a heading: they end as a heading ends."""
    bare = text.strip("*")
    if matches(bare, "japanese", "heading"):
        return True
    return (
        len(bare) >= 2
        and not re.search(r"[。．.、，,：:；;…）)\-]$", bare)
        and not (bare[0] in "「『" and _is_statement(bare))
        and not (not bare.isascii() and goes_on(bare))
        and not (not bare.isascii() and carries_on(bare))
        and not ends(bare, "japanese", "no_heading")
        and not re.match(r"https?://|\W*$", bare)
    )


def _is_byline(text: str) -> bool:
    return any(matches(text, "byline", key) for key in ("author", "source", "published", "url"))


def _stands_apart(lines: Sequence[Line], position: int) -> bool:
    """Whether a line has blank lines around it (or a heading or nothing above)."""
    above = lines[position - 1].role if position else Role.BLANK
    below = lines[position + 1].role if position + 1 < len(lines) else Role.TEXT
    return above in (Role.BLANK, Role.HEADING) and below is Role.BLANK


def _after_sentence(lines: Sequence[Line], position: int) -> bool:
    above = lines[position - 1] if position else None
    return above is None or above.role is not Role.TEXT or _ends_sentence(above.text)


def _heads_list(lines: Sequence[Line], position: int) -> bool:
    return _next_text(lines, position, Role.BULLET) is not None


def _heads_line(lines: Sequence[Line], position: int) -> bool:
    """Whether the next line is a paragraph that outweighs a heading."""
    following = _next_text(lines, position)
    return following is not None and _outweighs(lines[following].text, lines[position].text)


def _heads_paragraph(lines: Sequence[Line], position: int) -> bool:
    """Whether the paragraph that follows, over all its lines, outweighs a heading."""
    following = _next_text(lines, position)
    if following is None:
        return False
    end = following
    while end < len(lines) and lines[end].role is Role.TEXT:
        end += 1
    return _outweighs("".join(line.text for line in lines[following:end]), lines[position].text)


def _outweighs(paragraph: str, heading: str) -> bool:
    return len(paragraph) > len(heading) * 1.5 and _ends_sentence(paragraph)


def _ends_sentence(text: str) -> bool:
    return bool(_SENTENCE_END.search(text)) or text.endswith(("」", "』", "：", ":"))


def _ends_paragraph(text: str, following: str) -> bool:
    if _SENTENCE_END.search(text) and not is_open(text):
        return not re.match("[」』）]", following)
    return text.endswith(("：", ":"))


def _statement(lines: Sequence[Line], position: int) -> int:
    """How many lines from here on are one statement in 「…」; 0 where there is none."""
    text = ""
    for length, line in enumerate(lines[position : position + _STATEMENT_LINES], 1):
        if line.role is not Role.TEXT:
            return 0
        text += line.text
        if length == 1 and text.lstrip("*")[:1] not in ("「", "『"):
            return 0
        if not is_open(text):
            return length if _is_statement(text.strip("*")) else 0
    return 0


def _is_statement(text: str) -> bool:
    """Whether one pair of 「…」 holds the whole text."""
    depth = 0
    for position, char in enumerate(text):
        depth += (char in "「『") - (char in "」』")
        if depth <= 0:
            return position > 0 and not text[position + 1 :].strip("。*")
    return False


def _is_broken(texts: Sequence[str], language: str) -> bool:
    """Whether sentences are broken over short lines, as on a phone's screen."""
    return statistics.median(map(len, texts)) < (30 if language == "ja" else 60)


def _is_wrapped(draft: Draft) -> bool:
    """Whether blank lines part the paragraphs and a fixed width broke their lines."""
    widths = []
    blanks = 0
    for line, following in zip(draft.lines, draft.lines[1:], strict=False):
        if line.role is Role.TEXT and following.role is Role.TEXT:
            widths.append(len(line.text))
        blanks += line.role is Role.BLANK
    if draft.language == "en":
        return bool(blanks and widths)
    if not blanks or len(widths) < 3:
        return False
    full = max(widths)
    return full >= 20 and sum(width >= full - 4 for width in widths) >= 0.8 * len(widths)
