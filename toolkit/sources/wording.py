"""Rules that mend the words of a line: widths, stops, bold marks, and what stands twice.

The width rule, said once: in Japanese text Latin letters, digits and what belongs to
numbers (``％ ＋ ．``) are half width, katakana is full width, and ``( ) : ! ?`` and ``~``
are full width where Japanese stands beside them. Addresses, code and link targets are
left alone; an English text gets only its full-width letters and digits mended.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import jaconv

from toolkit.document.japanese import is_wide
from toolkit.sources.draft import Action, Change, Draft, Line, Role

_MENDED = (Role.TEXT, Role.MARKDOWN, Role.HEADING, Role.BULLET, Role.NUMBERED, Role.TAIL)
_PROTECTED = re.compile(r"`+[^`]*`+|\]\([^)\s]*\)|<[^<>\s]+>|https?://[^\s「」（）、。]+|\\.")
_HALF_KATAKANA = re.compile("[\uff61-\uff9f]+")
_FULL_LATIN = re.compile("[０-９Ａ-Ｚａ-ｚ＆＠＃]+")
_FULL_NUMBER_SIGN = re.compile(r"(?<=\d)[．，](?=\d)|(?<=\d)％|[＋－](?=\d)|(?<=\d)．(?=\s*\D)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
# Japanese writing, and the quotation marks and dots it is set with.
_JAPANESE = "[\u2018-\u2026\u3000-\u30ff\u3400-\u9fff\uff01-\uffe6]"
_STOPS = re.compile("。[.．。]+|[．.]。|、[,，、]+")
_SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]+[」』）)”]*|[^。！？!?]+$")

_RUN_LENGTH = 40
"""From how many characters on a passage that stands twice is taken for a slip of copying."""


def widths(draft: Draft) -> Draft:
    """Half-width letters and digits, full-width katakana, full-width marks beside Japanese."""
    return _each_line(draft, "widths", lambda text: _one_width(text, draft.language))


def double_stops(draft: Draft) -> Draft:
    """``。.`` and ``。。`` are ``。``; ``、,`` is ``、``."""
    return _each_line(draft, "double-stops", lambda text: _STOPS.sub(_first_stop, text))


def bold_marks(draft: Draft) -> Draft:
    """Make every ``**`` one of a pair that touches its words; a lone one goes."""
    lines = []
    changes = []
    for line in draft.lines:
        if line.role in _MENDED and "**" in line.text:
            text = _paired(line.text)
            if text != line.text:
                changes.append(Change(line.number, "bold-marks", Action.CHANGED, line.text, text))
                line = replace(line, text=text)
        lines.append(line)
    return draft.with_lines(lines, changes)


def repeated_passages(draft: Draft) -> Draft:
    """Drop a paragraph, or a run of lines, that already stood in the text word for word."""
    lines = [line for line in draft.lines if line.role is not Role.BLANK]
    places: dict[str, list[int]] = defaultdict(list)
    gone: set[int] = set()
    position = 0
    while position < len(lines):
        length = max(
            (_run(lines, earlier, position) for earlier in places[lines[position].text]), default=0
        )
        while length and not _is_text(lines[position + length - 1]):
            length -= 1  # a bullet's mark belongs to the text after the passage
        if _is_passage(lines[position : position + length]):
            start = position
            while start and lines[start - 1].text == "-" and length > 1:
                start -= 1
            gone.update(line.number for line in lines[start : position + length])
            position += length
            continue
        if _is_text(lines[position]) and len(places[lines[position].text]) < 8:
            places[lines[position].text].append(position)
        position += 1
    return draft.with_lines(
        [line for line in draft.lines if line.number not in gone or line.role is Role.BLANK],
        [
            Change(line.number, "repeated-passages", Action.DROPPED, line.text)
            for line in draft.lines
            if line.number in gone and line.role is not Role.BLANK
        ],
    )


def repeated_sentences(draft: Draft) -> Draft:
    """Drop sentences inside a paragraph that follow each other word for word once more."""
    return _each_line(draft, "repeated-sentences", _said_once)


def _each_line(draft: Draft, rule: str, mend: Callable[[str], str]) -> Draft:
    lines = []
    changes = []
    for line in draft.lines:
        text = mend(line.text) if line.role in _MENDED else line.text
        if text != line.text:
            changes.append(Change(line.number, rule, Action.CHANGED, line.text, text))
            line = replace(line, text=text)
        lines.append(line)
    return draft.with_lines(lines, changes)


def _one_width(text: str, language: str) -> str:
    pieces = []
    end = 0
    for protected in _PROTECTED.finditer(text):
        pieces += [_mend_width(text[end : protected.start()], language), protected[0]]
        end = protected.end()
    return "".join([*pieces, _mend_width(text[end:], language)])


def _mend_width(text: str, language: str) -> str:
    text = _FULL_LATIN.sub(lambda m: jaconv.z2h(m[0], kana=False, ascii=True, digit=True), text)
    if language != "ja":
        return text
    text = _HALF_KATAKANA.sub(lambda m: jaconv.h2z(m[0], kana=True), text)
    text = _FULL_NUMBER_SIGN.sub(lambda m: jaconv.z2h(m[0], kana=False, ascii=True), text)
    text = _BRACKETS.sub(_japanese_brackets, text)
    text = re.sub(
        rf"(?<={_JAPANESE})[!?]+|[!?]+(?=[」』）])",
        lambda m: m[0].translate({ord("!"): "！", ord("?"): "？"}),
        text,
    )
    text = re.sub(rf"(?<={_JAPANESE}):(?!//)|(?<=\w):(?={_JAPANESE}|[+\-]\d)", "：", text)
    return re.sub(rf"(?<={_JAPANESE})~(?={_JAPANESE})", "〜", text)


def _japanese_brackets(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    beside = text[start - 1 : start] + text[end : end + 1] + match[1]
    if text[start - 1 : start] == "]" or not any(is_wide(char) for char in beside):
        return match[0]
    return f"（{match[1]}）"


def _first_stop(match: re.Match[str]) -> str:
    return "、" if match[0][0] == "、" else "。"


def _paired(text: str) -> str:
    pieces = re.split(r"(?<!\\)\*\*", text)
    if len(pieces) % 2 == 0:
        # An odd number of marks: the last has no partner.
        pieces[-2:] = [pieces[-2] + pieces[-1]]
    for inner in range(1, len(pieces), 2):
        words = pieces[inner].strip()
        if not words:
            continue
        # A space beside the mark moves out of it, and stays only between Latin words.
        if pieces[inner][0].isspace() and pieces[inner - 1][-1:].isascii():
            pieces[inner - 1] = f"{pieces[inner - 1]} ".lstrip()
        if pieces[inner][-1].isspace() and pieces[inner + 1][:1].isascii():
            pieces[inner + 1] = f" {pieces[inner + 1]}".rstrip()
        pieces[inner] = f"**{words}**"
    return "".join(pieces)


def _run(lines: list[Line], earlier: int, later: int) -> int:
    """How many lines from ``later`` on are those from ``earlier`` on."""
    length = 0
    while (
        later + length < len(lines)
        and earlier + length < later
        and lines[earlier + length].text == lines[later + length].text
        and lines[later + length].role is not Role.CODE
    ):
        length += 1
    return length


def _is_text(line: Line) -> bool:
    return line.role is Role.TEXT and line.text != "-"


def _is_passage(lines: list[Line]) -> bool:
    texts = [line.text for line in lines if _is_text(line)]
    if sum(map(len, texts)) < _RUN_LENGTH:
        return False
    # Short lines alone (Nvidia, Dell) may well stand twice: a passage has a sentence in it.
    return any(len(text) >= 12 for text in texts)


def _said_once(text: str) -> str:
    sentences = _SENTENCE.findall(text)
    if len(sentences) < 2 or "".join(sentences) != text:
        return text
    kept: list[str] = []
    position = 0
    while position < len(sentences):
        for length in range(min(len(kept), len(sentences) - position), 0, -1):
            again = sentences[position : position + length]
            if sum(map(len, again)) >= _RUN_LENGTH / 2 and again == kept[-length:]:
                position += length
                break
        else:
            kept.append(sentences[position])
            position += 1
    return "".join(kept)
