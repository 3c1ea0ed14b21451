"""Rules for what stands around an article on its page: bylines, notices, links, buttons."""

import datetime
import re
from collections.abc import Callable, Iterable

from toolkit.sources.draft import Action, Change, Draft, Line, Role
from toolkit.sources.words import begins, ends, matches

_HEAD, _FOOT = 8, 6
"""How many lines from the beginning and the end a byline or a notice is looked for in:
the same words in the middle of an article belong to it."""


def end_markers(draft: Draft) -> Draft:
    """Drop ``—END—`` and its like, on a line of its own or after the last sentence."""
    positions = draft.text_positions()
    closing = set(positions[-_FOOT:])
    lines: list[Line] = []
    changes = []
    for position, line in enumerate(draft.lines):
        if line.role is Role.TEXT and matches(line.text, "end-marker"):
            changes.append(_dropped(line, "end-marker"))
            continue
        if line.role is Role.TEXT and position in closing:
            tail = ends(line.text, "end-marker", "tails")
            if tail and tail.start():
                changes.append(Change(line.number, "end-marker", Action.DROPPED, tail[0].strip()))
                line = _with_text(line, line.text[: tail.start()].rstrip())
        lines.append(line)
    return draft.with_lines(lines, changes)


def page_furniture(draft: Draft) -> Draft:
    """Drop コメント, シェア and other buttons from the end of the text, as far as they go."""
    end = len(draft.lines)
    changes = []
    for position in range(len(draft.lines) - 1, 0, -1):
        line = draft.lines[position]
        if line.role is Role.BLANK:
            continue
        if line.role is not Role.TEXT or not matches(line.text, "page-furniture"):
            break
        changes.append(_dropped(line, "page-furniture"))
        end = position
    return draft.with_lines(draft.lines[:end], reversed(changes))


def disclaimers(draft: Draft) -> Draft:
    """Drop notices that the text is a machine's translation or no advice."""
    return _drop_at_ends(draft, "disclaimer")


def read_also(draft: Draft) -> Draft:
    """Drop lines that lead to other articles, with the links that follow them."""
    kept: list[Line] = []
    changes = []
    leading = False
    for line in draft.lines:
        if line.role is Role.BLANK:
            kept.append(line)
            continue
        leading = (line.role is Role.TEXT and bool(matches(line.text, "read-also"))) or (
            leading and _is_link(line)
        )
        if leading:
            changes.append(_dropped(line, "read-also"))
        else:
            kept.append(line)
    return draft.with_lines(kept, changes)


def _is_link(line: Line) -> bool:
    return line.role in (Role.TEXT, Role.MARKDOWN) and bool(
        re.match(r"\s*(?:[-・•*] |\[.*\]\(.*\)$|https?://\S+$)", line.text)
    )


def byline(draft: Draft) -> Draft:
    """Lift the author, and after a comma the publisher: ``作者：山田花子、経済通信``."""

    def found(value: str) -> dict[str, str]:
        author, *rest = re.split(r"\s*[,、，/／|｜]\s*", value.strip(), maxsplit=1)
        return {"author": author, "source": rest[0] if rest else ""}

    return _lift(draft, "byline", "author", found)


def source_line(draft: Draft) -> Draft:
    """Lift the publisher from a line of its own: ``出典：経済通信``."""
    return _lift(draft, "source-line", "source", lambda value: {"source": value.strip()})


def published_line(draft: Draft) -> Draft:
    """Lift the date of publication, as an ISO date."""
    return _lift(draft, "published-line", "published", lambda value: {"published": iso_date(value)})


def url_line(draft: Draft) -> Draft:
    """Lift the address of the page from a line of its own."""
    return _lift(draft, "url-line", "url", lambda value: {"url": value})


def publisher_line(draft: Draft) -> Draft:
    """Lift ``Publisher - `` from the head of the first long paragraph; its text stays."""
    for position in draft.text_positions()[:3]:
        line = draft.lines[position]
        head = begins(line.text, "publisher-line", "heads") if line.role is Role.TEXT else None
        if not head or len(line.text) - head.end() < 20:
            continue
        lines = list(draft.lines)
        lines[position] = _with_text(line, line.text[head.end() :])
        change = Change(line.number, "publisher-line", Action.LIFTED, head[0].strip())
        return draft.with_lines(lines, [change]).with_matter(source=head["value"].strip())
    return draft


def iso_date(text: str) -> str:
    """A date as ISO writes it, or the text as it stands where it is no date."""
    text = text.strip()
    if parts := re.match(r"(\d{4})\s*[年/.\-]\s*(\d{1,2})\s*[月/.\-]\s*(\d{1,2})", text):
        try:
            return datetime.date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat()
        except ValueError:
            return text
    for form in ("%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.datetime.strptime(text.replace(".", ""), form).date().isoformat()
        except ValueError:
            continue
    return text


def _lift(draft: Draft, rule: str, key: str, found: Callable[[str], dict[str, str]]) -> Draft:
    positions = draft.text_positions()
    # In a whole issue the foot is the end of the editor's note, or a list of sources.
    foot = [] if draft.whole_issue else positions[-_FOOT:]
    near = {*positions[:_HEAD], *foot} if len(positions) > 1 else set()
    for position in sorted(near):
        line = draft.lines[position]
        match = matches(line.text, "byline", key) if line.role is Role.TEXT else None
        if match and not draft.matter.get(key):
            lines = [*draft.lines[:position], *draft.lines[position + 1 :]]
            change = Change(line.number, rule, Action.LIFTED, line.text)
            return draft.with_lines(lines, [change]).with_matter(**found(match["value"]))
    return draft


def _drop_at_ends(draft: Draft, rule: str) -> Draft:
    positions = draft.text_positions()
    near = {*positions[:3], *positions[-_FOOT:]}
    gone = {
        position
        for position in near
        if draft.lines[position].role is Role.TEXT and matches(draft.lines[position].text, rule)
    }
    return draft.with_lines(
        [line for position, line in enumerate(draft.lines) if position not in gone],
        _all_dropped((draft.lines[position] for position in sorted(gone)), rule),
    )


def _all_dropped(lines: Iterable[Line], rule: str) -> list[Change]:
    return [_dropped(line, rule) for line in lines]


def _dropped(line: Line, rule: str) -> Change:
    return Change(line.number, rule, Action.DROPPED, line.text)


def _with_text(line: Line, text: str) -> Line:
    return Line(text, line.number, line.role, line.level)
