"""Rules for lists: bullets with a mark, and bullets whose mark is a line alone.

How a web page's list comes out as lone dashes: the copier writes a dash on a line of its
own where an ``<li>`` begins, and once more where an ``<li>`` *that holds a list* ends.
Nothing says where the inner list begins, and nothing where the outermost list ends:

    <ul>                            -
      <li>背景：                    背景：
        <ul><li>人手が足りない      -
            <li>電気が高い          人手が足りない
        </ul>                       -
      </li>                         電気が高い
      <li>展望                      -          ← 背景 ends here
    </ul>                           -
                                    展望

So a dash that no text of its own follows closes the item it is in. Which of the bullets
before it holds the others is read off the words: the one that leads on (``背景：``,
``同時に、``), otherwise the first that has none yet.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from toolkit.sources.draft import Action, Change, Draft, Line, Role
from toolkit.sources.words import begins, ends

DASHES = frozenset("-‐‑–—−・•●◦▪*")
_MARK = re.compile(r"[・•●◦▪‣]\s*(?=\S)|[-*+–]\s+(?=\S)")
_TAIL_LIMIT = 6


@dataclass
class _Bullet:
    """A bullet while its list is being read (the one thing here that changes)."""

    lines: list[Line]
    children: list["_Bullet"] = field(default_factory=list)
    tail: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        return joined(line.text for line in self.lines)


def joined(texts: Iterator[str] | Sequence[str]) -> str:
    """Lines as one text: a space between Latin words, nothing beside Japanese."""
    result = ""
    for text in texts:
        if result and text and result[-1].isascii() and text[0].isascii():
            result += " "
        result += text
    return result


def is_open(text: str) -> bool:
    """Whether a bracket that opens in the text does not close in it."""
    return any(text.count(a) > text.count(b) for a, b in ("「」", "『』", "（）", "()", "“”"))


def goes_on(text: str) -> bool:
    """Whether a text ends in the middle of a sentence: 、, a particle, an open bracket."""
    return bool(is_open(text) or ends(text.rstrip("*"), "japanese", "goes_on"))


def carries_on(text: str) -> bool:
    """Whether a text begins as no sentence can: という…, などの…."""
    return bool(begins(text.lstrip("*…"), "japanese", "continuation"))


def marked_bullets(draft: Draft) -> Draft:
    """Lines that begin with a bullet's mark (``- ``, ``・``, ``•``) are bullets.

    Deeper indentation nests them; an indented line below a bullet is more of its text.
    """
    lines: list[Line] = []
    changes = []
    indents: list[int] = []
    for line in draft.lines:
        mark = _MARK.match(line.text) if line.role is Role.TEXT else None
        if mark:
            # The level of a line of text is the width of its indentation.
            while indents and line.level < indents[-1]:
                indents.pop()
            if not indents or line.level > indents[-1]:
                indents.append(line.level)
            text = line.text[mark.end() :]
            changes.append(Change(line.number, "marked-bullets", Action.MARKED, line.text, text))
            lines.append(Line(text, line.number, Role.BULLET, len(indents) - 1))
        elif (
            lines
            and lines[-1].role is Role.BULLET
            and line.role is Role.TEXT
            and line.level > indents[-1]
        ):
            lines[-1] = replace(lines[-1], text=joined([lines[-1].text, line.text]))
        else:
            if line.role is not Role.BLANK:
                indents = []
            lines.append(line)
    return draft.with_lines(lines, changes)


def lone_bullets(draft: Draft) -> Draft:
    """Lines that are a dash alone make the text after them a bullet; bullets nest."""
    if not any(_is_dash(line) for line in draft.lines):
        return draft
    lines = _trailing_dashes(draft.lines)
    result: list[Line] = []
    bullets: list[Line] = []
    position = 0
    while position < len(lines):
        if not _is_dash(lines[position]):
            result.append(lines[position])
            position += 1
            continue
        run, position = _read_list(lines, position)
        if result and result[-1].role is not Role.BLANK and run:
            result.append(Line("", run[0].lines[0].number, Role.BLANK))
        for bullet in run:
            flat = list(_flat(bullet, 0))
            result += flat
            bullets += flat
    changes = [
        Change(line.number, "lone-bullets", Action.MARKED, line.text, line.text)
        for line in bullets
        if line.role is Role.BULLET
    ]
    return draft.with_lines(result, changes)


def _is_dash(line: Line) -> bool:
    return line.role is Role.TEXT and line.text in DASHES


def _trailing_dashes(lines: Sequence[Line]) -> list[Line]:
    """A dash at the end of a line (``…とコメント -``) is the mark of the bullet after it."""
    result = []
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else None
        if (
            line.role is Role.TEXT
            and re.search(r"\S\s+-$", line.text)
            and following
            and following.role is Role.TEXT
            and not _is_dash(following)
        ):
            result += [Line(line.text[:-1].rstrip(), line.number), Line("-", line.number)]
        else:
            result.append(line)
    return result


def _read_list(lines: Sequence[Line], start: int) -> tuple[list[_Bullet], int]:
    """The list that begins at a dash, and the position after it."""
    run: list[_Bullet] = []
    tail: list[Line] = []
    position = start
    while position < len(lines):
        dashes, position = _dashes(lines, position)
        text_follows = position < len(lines) and lines[position].role is Role.TEXT
        if not dashes:
            break
        is_bullet = text_follows and not _closes(lines, position, run, dashes)
        for _ in range(dashes - is_bullet):
            _close(run, tail)
            tail = []
        if not is_bullet:
            break
        bullet, position = _read_bullet(lines, position)
        run.append(bullet)
        tail, position = _read_tail(lines, position, bullet)
    return run, position


def _dashes(lines: Sequence[Line], position: int) -> tuple[int, int]:
    """How many dashes stand here (blank lines between them do not count), and what follows."""
    count = 0
    look = position
    while look < len(lines) and (_is_dash(lines[look]) or lines[look].role is Role.BLANK):
        if _is_dash(lines[look]):
            count += 1
            position = look + 1
        look += 1
    # A blank line between a dash and its text belongs to neither; one after the list ends it.
    return count, (look if count else position)


def _closes(lines: Sequence[Line], position: int, run: Sequence[_Bullet], dashes: int) -> bool:
    """Whether the last dash closes an item and the text after it is a paragraph."""
    if not run:
        return False
    text = lines[position].text
    if carries_on(text):
        return True
    if dashes > 1 or len(run) < 2 or not begins(text, "japanese", "opener"):
        return False
    # 「ここで…です。」 after bullets that are no sentences: the list is over.
    bullet, _ = _read_bullet(lines, position)
    return bullet.text.endswith("。") and not any(b.text.endswith("。") for b in run)


def _read_bullet(lines: Sequence[Line], position: int) -> tuple[_Bullet, int]:
    bullet = _Bullet([lines[position]])
    position += 1
    while (
        position < len(lines)
        and lines[position].role is Role.TEXT
        and not _is_dash(lines[position])
        and (
            is_open(bullet.text) or (goes_on(bullet.text) and not carries_on(lines[position].text))
        )
    ):
        bullet.lines.append(lines[position])
        position += 1
    return bullet, position


def _read_tail(lines: Sequence[Line], position: int, bullet: _Bullet) -> tuple[list[Line], int]:
    """Text between a bullet and two dashes is still in the list: the bullet's, or its parent's.

    A paragraph is followed by one dash at most, where the next list begins.
    """
    end = position
    while (
        end < len(lines)
        and end - position < _TAIL_LIMIT
        and lines[end].role is Role.TEXT
        and not _is_dash(lines[end])
    ):
        end += 1
    if end == position or _dashes(lines, end)[0] < 2:
        return [], position
    between = list(lines[position:end])
    if carries_on(between[0].text):
        return between, end
    bullet.lines += between
    return [], end


def _close(run: list[_Bullet], tail: list[Line]) -> None:
    """End the item that holds the last bullets: they become its children."""
    if len(run) < 2:
        if run:
            run[-1].tail += tail
        return
    after = max((i + 1 for i, bullet in enumerate(run) if bullet.children), default=0)
    if after >= len(run) - 1:
        after = 0
    candidates = [i for i in range(after, len(run) - 1) if not run[i].children]
    if not candidates:
        return
    strong = [i for i in candidates if _leads_on(run[i].text)]
    weak = [i for i in candidates if re.search("[てはにを、]$", run[i].text)]
    parent = strong[-1] if strong else weak[0] if weak else candidates[0]
    run[parent].children = run[parent + 1 :]
    run[parent].tail = list(tail)
    del run[parent + 1 :]


def _leads_on(text: str) -> bool:
    return text.endswith((":", "：")) or (text.endswith("、") and len(text) <= 10)


def _flat(bullet: _Bullet, depth: int) -> Iterator[Line]:
    yield Line(bullet.text, bullet.lines[0].number, Role.BULLET, depth)
    for child in bullet.children:
        yield from _flat(child, depth + 1)
    if bullet.tail:
        yield Line(
            joined(line.text for line in bullet.tail), bullet.tail[0].number, Role.TAIL, depth
        )
