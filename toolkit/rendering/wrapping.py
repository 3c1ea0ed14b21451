"""Plain text in lines and columns, by the width in which it is displayed.

Lines break as Japanese is set (JIS X 4051, 禁則): no line begins with 、。」 or a small
kana, none ends with 「, and the pairs …… and ―― stay whole. A character that may not
begin a line takes the one before it along. Words in Latin letters stay whole.
"""

import unicodedata
from collections.abc import Sequence

from wcwidth import iter_graphemes
from wcwidth import width as display_width

from toolkit.document.japanese import is_wide

NEVER_FIRST = frozenset(
    "、。，．・：；？！‼⁇⁈⁉゛゜´｀ヽヾゝゞ々〻ー…‥―〜～"
    "」』）】〕〉》｝］”’〟｠»"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "％‰℃°′″¢,.:;?!)]}%"
)
NEVER_LAST = frozenset("「『（【〔〈《｛［“‘〝｟«￥＄￡¥$£([{#№")
INSEPARABLE = frozenset("…‥―")

NARROWEST = 8
"""The columns of text that a table's cell has at least, if its words need them."""


def width(text: str, ambiguous: int) -> int:
    """How many columns a text takes.

    Args:
        text: one line, without control characters.
        ambiguous: the columns of characters such as ①, which fonts draw half or full width
            (Unicode Standard Annex 11): 2 in Japanese surroundings, else 1.
    """
    return display_width(text, control_codes="ignore", ambiguous_width=ambiguous)


def wrap(text: str, columns: int, ambiguous: int) -> list[str]:
    """A text in lines of at most ``columns``, and no space at their ends.

    A word that is wider than a line is broken, but an address (``https://…``) is not: it
    would lead nowhere. ``\\n`` in the text ends a line.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        lines += _wrapped(line, max(columns, 2), ambiguous)
    return lines


def pad(text: str, columns: int, ambiguous: int, align: str = "left") -> str:
    """A text with spaces around it up to a width: ``left``, ``right`` or ``center``."""
    free = max(columns - width(text, ambiguous), 0)
    before = {"left": 0, "right": free, "center": free // 2}[align]
    return " " * before + text + " " * (free - before)


def _wrapped(text: str, columns: int, ambiguous: int) -> list[str]:
    lines: list[str] = []
    line, taken = "", 0
    for unit, space in units(text):
        size = width(unit, ambiguous)
        if line and taken + size > columns:
            lines.append(line.rstrip(" "))
            line, taken = "", 0
        if not line and size > columns and "://" not in unit:
            *full, unit = _chopped(unit, columns, ambiguous)
            lines += full
            size = width(unit, ambiguous)
        line += unit + space
        taken += size + len(space)
    return [*lines, line.rstrip(" ")]


def units(text: str) -> list[tuple[str, str]]:
    """What no line breaks within, each with the spaces that follow it."""
    units: list[tuple[str, str]] = []
    unit: list[str] = []
    space = ""
    before = ""
    in_address = False
    for cluster in iter_graphemes(text):
        if cluster == " ":
            space += cluster
            continue
        if (
            unit
            and (space or _may_part(before, cluster, in_address=in_address))
            and (not _is_held(before, cluster))
        ):
            units.append(("".join(unit), space))
            unit = []
            in_address = False
        elif space:
            unit.append(space)
        unit.append(cluster)
        in_address = in_address or unit[-3:] == [":", "/", "/"]
        space, before = "", cluster
    return [*units, ("".join(unit), space)] if unit else units


def _may_part(before: str, after: str, *, in_address: bool) -> bool:
    """Whether a line may end between two characters that stand side by side."""
    if in_address:
        return is_wide(after[0])
    if is_wide(before[0]) or is_wide(after[0]):
        return True
    return before in ("-", "—") and after[0].isalpha()


def _is_held(before: str, after: str) -> bool:
    """Whether two characters must stay on one line."""
    if before in INSEPARABLE and before == after:
        return True
    return after[0] in NEVER_FIRST or before[0] in NEVER_LAST


def _chopped(unit: str, columns: int, ambiguous: int) -> list[str]:
    pieces: list[str] = []
    piece: list[str] = []
    taken = 0
    for cluster in iter_graphemes(unit):
        size = width(cluster, ambiguous)
        if piece and taken + size > columns:
            pieces.append("".join(piece))
            piece, taken = [], 0
        piece.append(cluster)
        taken += size
    return [*pieces, "".join(piece)]


def columns_of(
    rows: Sequence[Sequence[str]], total: int, gap: int, ambiguous: int
) -> list[int] | None:
    """How wide each column of a table is, so that its rows take at most ``total``.

    The widest columns give way. None where even narrow columns do not fit.
    """
    sizes = [max(width(cell, ambiguous) for cell in column) for column in zip(*rows, strict=True)]
    room = total - gap * (len(sizes) - 1)
    for cap in range(room, NARROWEST - 1, -1):
        if sum(min(size, cap) for size in sizes) <= room:
            return [min(size, cap) for size in sizes]
    return None


def printable(text: str) -> str:
    """A text without control characters, which a terminal would obey; a tab is a space."""
    return "".join(
        " " if char == "\t" else char
        for char in text
        if char in "\t\n" or unicodedata.category(char) not in ("Cc", "Cs")
    )
