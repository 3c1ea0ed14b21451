"""Sentences: where one ends in inline Markdown text, Japanese or English.

The sentence is the unit of translation, of memory and of condensing. A text is cut
into pieces that together are the text again, so nothing can be lost here, and no cut
goes through markup, so each piece is Markdown of its own.

Japanese ends at 。！？ unless the sentence goes on after a quotation (「…。」と述べた).
English follows the practice of the SRX rules (LISA, Segmentation Rules eXchange 2.0):
a mark, closing signs, white space, and then something that begins a sentence; what a
full stop after an abbreviation means is settled by the words of ``sentences.toml``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from toolkit.document import markdown
from toolkit.document.footnotes import footnotes
from toolkit.document.japanese import is_kana, is_wide
from toolkit.document.markdown_japanese import cjk_emphasis, ruby

# Stand for markup in the text that is searched for ends: a thing, what closes it, the signs
# that open emphasis, which begin the sentence after 。 and do not close the one before, and
# the mark of a footnote, which belongs to the sentence before it.
_THING, _CLOSING, _OPENING, _NOTE = "一", "\ue000", "\ue001", "\ue002"

_MARKS = re.compile(r"[。｡．！？‼⁇⁈⁉…‥.!?]+")
_CLOSERS = re.compile(
    rf"(?:[」』）】》〉］｝〕”’\"')\]*_~{_CLOSING}{_NOTE}]|\[\d{{1,3}}\]|（注[^（）]{{0,20}}）|（笑）)*"
)
_TRAIL = re.compile(r"(?:\\\n|\s)*")
_OPENERS = re.compile(r"[「『（【《〈［“‘\"'(\[*_~\\" + _OPENING + r"]*")
_WORD = re.compile(r"[^\W_]+")
_CLOSED_QUOTE = re.compile(r"[」』）》〉］〕”\"]")
_CLOSED = re.compile(r"[」』）》〉］〕”\"*_~" + _CLOSING + "]")
_PAIRS = dict(zip("」』）】》〉］〕”)]", "「『（【《〈［〔“([", strict=True))
_QUOTED = re.compile(r"って|と(?!は|こ|に|も|り|て|あ|っ|う|す)|なんて|[、，・—―]")
_GOES_ON_SIGN = re.compile(r"[、，・：；—―…／/]")
_IN_A_ROW, _LOOK_AHEAD = 8, 12
_REPORTED = re.compile(r"[A-Z][\w’'-]* (?:said|says|asked|asks|replied|added|wrote|told|adds)\b")


def split_sentences(text: str, language: str) -> list[str]:
    """The sentences of a text: ``"".join(split_sentences(text, language)) == text``.

    Args:
        text: inline Markdown (``markdown.write_inline``) or plain text. A hard break
            (a backslash and a line end) ends a sentence; another line end does not.
        language: ``ja`` or ``en``. Both kinds of marks are known in both; in Japanese
            ``!`` and ``?`` may end a sentence with no space after them.

    Returns:
        The pieces, each with the white space after it. No cut goes through code, a
        link, an address, emphasis, or a pair of brackets or quotation marks.
    """
    if not text.strip():
        return [text] if text else []
    markup = _markup(text)
    inside_markup = _inside([*markup.spans, *markup.loose], len(text))
    searched = markup.searched(text)
    pairs = dict(_brackets(searched))
    inside_brackets = _inside(pairs.items(), len(text))
    cuts = {0, len(text)}
    for end in _ends(searched, pairs, language):
        cut = _after_space(text, end)
        if not inside_markup[cut] and not inside_brackets[cut]:
            cuts.add(cut)
    for end in markup.breaks:
        cut = _after_space(text, end)
        if not inside_markup[cut]:
            cuts.add(cut)
    first = _after_space(text, 0)
    ordered = sorted(cut for cut in cuts if cut > first or cut in (0, len(text)))
    return [text[start:end] for start, end in pairwise(ordered)]


def _after_space(text: str, position: int) -> int:
    space = _TRAIL.match(text, position)
    return space.end() if space else position


def _ends(text: str, pairs: Mapping[int, int], language: str) -> Iterator[int]:
    """Where sentences may end: after the marks and the signs that close with them."""
    for marks in _MARKS.finditer(text):
        closers = _CLOSERS.match(text, marks.end())
        assert closers is not None
        end = closers.end()
        if not _is_end(text, marks, closers, language):
            continue
        # 「…。」「…。」と続いた: quotations in a row belong to the sentence after the last.
        following = end
        for _ in range(_IN_A_ROW if closers[0].endswith(("」", "』")) else 0):
            if text[following : following + 1] not in ("「", "『"):
                break
            following = pairs.get(following, following)
        if following == end or not _continues(text[following : following + _LOOK_AHEAD]):
            yield end


def _is_end(text: str, marks: re.Match[str], closers: re.Match[str], language: str) -> bool:
    before = text[marks.start() - 1] if marks.start() else " "
    after = text[closers.end()] if closers.end() < len(text) else " "
    sign = marks[0]
    if any(stop in sign for stop in "。｡"):
        return not _named(text, marks.end(), "japanese") and not _goes_on(text, closers, False)
    if any(mark in sign for mark in "！？‼⁇⁈⁉"):
        return not _goes_on(text, closers, True)
    if "．" in sign:
        # １．５, Ｎｏ．１ and １．はじめに are numbers, not sentences.
        return not (before.isnumeric() or (before.isalpha() and not _is_wide_letter(before)))
    if after.isspace():
        return _is_english_end(text, marks, closers)
    if language != "ja" or not is_wide(after):
        return False
    if is_wide(before):
        asked = "!" in sign or "?" in sign
        return (asked or (is_kana(before) and "." in sign)) and not _goes_on(text, closers, asked)
    return "?" in sign and not _goes_on(text, closers, True)


def _is_wide_letter(char: str) -> bool:
    """Whether a letter is Japanese: wide, and no full-width Latin letter."""
    return is_wide(char) and not ("Ａ" <= char <= "ｚ")


def _goes_on(text: str, closers: re.Match[str], asked: bool) -> bool:
    """Whether a Japanese sentence goes on after a mark and what closes with it."""
    if closers[0].endswith("】"):
        return True  # 【…】 is a label of what follows
    following = text[closers.end() : closers.end() + _LOOK_AHEAD].lstrip(_OPENING)
    if _CLOSED.search(closers[0]):
        return _MARKS.match(following) is not None or _continues(following)
    return bool(asked and _QUOTED.match(following))


def _continues(following: str) -> bool:
    """Whether words after a quotation belong to the sentence that the quotation is in."""
    words = _words()["japanese"]
    if words["beginnings"].match(following):
        return False
    return any(
        pattern.match(following)
        for pattern in (_GOES_ON_SIGN, words["going-on"], words["particles"])
    )


def _is_english_end(text: str, marks: re.Match[str], closers: re.Match[str]) -> bool:
    """Whether marks with white space after them end an English sentence."""
    start = _after_space(text, closers.end())
    if start == len(text):
        return True
    opened = _OPENERS.match(text, start)
    start = opened.end() if opened else start
    following = text[start : start + 40]
    word = _WORD.match(following)
    first = following[:1]
    sign = marks[0]
    if first.islower() and not re.match(r"[a-z]{1,2}[A-Z]", following):
        return False  # but iPhone and eBay begin sentences as they are
    if is_kana(first) and _continues(following):
        return False
    if "!" in sign or "?" in sign:
        if _named(text, marks.end(), "english"):
            return False
        return not (_CLOSED_QUOTE.search(closers[0]) and _REPORTED.match(following))
    if len(sign) > 1 or "…" in sign or "‥" in sign:
        return word is None or word[0] != "I"
    return _is_stop(text, marks.start(), word[0] if word else "", first)


def _is_stop(text: str, position: int, following: str, first: str) -> bool:
    """Whether the full stop at a position ends a sentence, by the word before it."""
    words = _words()["english"]
    head = text[max(0, position - 40) : position]
    before = re.split(r"[\s(\[“\"‘'/—–*_~\u3000-\uffef]", head)[-1].rstrip("\\")
    if before.isdigit() and text[:position].strip(" \\*_" + _OPENING) == before:
        return False  # the number of a list's item: 1. First
    if before in words["titles"] or before in words["connecting"]:
        return False
    if before in words["before-numbers"]:
        return not first.isnumeric()
    dotted = re.fullmatch(r"(?:[A-Za-z]\.)*[A-Za-z]", before)
    if before in words["closing"] or (dotted and before not in ("I", "i")):
        return following in words["starters"]
    return True


def _named(text: str, end: int, language: str) -> bool:
    """Whether the mark before ``end`` belongs to a name, as in Yahoo!"""
    return text.endswith(_words()[language]["marked-names"], max(0, end - 20), end)


@cache
def _words() -> dict[str, dict[str, Any]]:
    """The word lists of ``sentences.toml``, as sets and patterns."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    english = {key: frozenset(value.split()) for key, value in data["english"].items()}
    japanese = {key: _beginning(value.split()) for key, value in data["japanese"].items()}
    japanese["particles"] = re.compile(f"(?:{japanese['particles'].pattern})(?![ぁ-ん])")
    names = {key: tuple(data[key]["marked-names"].split()) for key in data}
    return {
        "english": {**english, "marked-names": names["english"]},
        "japanese": {**japanese, "marked-names": names["japanese"]},
    }


def _beginning(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))


def _inside(spans: Iterable[tuple[int, int]], length: int) -> list[bool]:
    """For each position, whether a cut there would go through one of the spans."""
    steps = [0] * (length + 3)
    for start, end in spans:
        if end - start > 1:
            steps[start + 1] += 1
            steps[end] -= 1
    return [depth > 0 for depth in accumulate(steps)]


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """The pairs of brackets and quotation marks; one without its partner is no pair."""
    opened: list[tuple[str, int]] = []
    count: dict[str, int] = {}
    for position, char in enumerate(text):
        if char in _PAIRS.values():
            opened.append((char, position))
            count[char] = count.get(char, 0) + 1
        elif count.get(_PAIRS.get(char, ""), 0):
            while True:
                other, start = opened.pop()
                count[other] -= 1
                if other == _PAIRS[char]:
                    break
            yield start, position + 1
    yield from _straight_quotes(text)


def _straight_quotes(text: str) -> Iterator[tuple[int, int]]:
    """The pairs of ``"``: which of the two a sign is shows in what stands beside it."""
    start = None
    for quote in re.finditer('"', text):
        before = text[quote.start() - 1] if quote.start() else " "
        after = text[quote.end()] if quote.end() < len(text) else " "
        opens = not after.isspace() and not before.isalnum() and before not in ".,!?。！？"
        if start is not None and not before.isspace():
            yield start, quote.end()
            start = None
        elif opens:
            start = quote.start()


@dataclass
class _Markup:
    """The inline markup of a text.

    Attributes:
        length: of the text.
        spans: what no cut may go through.
        loose: signs of emphasis that are only characters, each with what stands beside it:
            a cut there would change what they can pair with.
        breaks: the ends of hard breaks.
        covers: what to cover in the text that is searched, and with which sign.
    """

    length: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    loose: list[tuple[int, int]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    covers: list[tuple[int, int, str]] = field(default_factory=list)

    def searched(self, text: str) -> str:
        """The text with code, addresses and images as one thing each, of equal length."""
        chars = list(text)
        for start, end, sign in self.covers:
            chars[start:end] = sign * (end - start)
        return "".join(chars)


def _markup(text: str) -> _Markup:
    """The inline markup of a text, found by the parser itself."""
    markup = _Markup(len(text))
    _parser().inline.parse(text, _parser(), {"markup": markup}, [])
    for address in re.finditer(r"\b(?:https?://|www\.)[!-;=?-~]+", text):
        # A mark at the end of an address belongs to the sentence around it.
        end = address.end() - len(address[0]) + len(address[0].rstrip(".,;:!?'\")]*_~\\"))
        markup.spans.append((address.start(), end))
    return markup


@cache
def _parser() -> MarkdownIt:
    """The dialect of ``markdown.parser()`` with rules that note where they applied."""
    md = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    md.enable(["strikethrough"])
    md.use(footnotes).use(cjk_emphasis).use(ruby)
    assert set(md.get_active_rules()["inline"]) == set(
        markdown.parser().get_active_rules()["inline"]
    )
    names = md.get_active_rules()["inline"]
    for name, rule in zip(names, md.inline.ruler.getRules(""), strict=True):
        if name != "text":
            md.inline.ruler.at(name, _noting(name, rule))
    md.inline.ruler2.before("fragments_join", "note_pairs", _note_pairs)
    return md


def _noting(name: str, rule: Any) -> Any:
    def noting(state: StateInline, silent: bool) -> bool:
        markup: _Markup = state.env["markup"]
        start, tokens = state.pos, len(state.tokens)
        done: bool = rule(state, silent)
        # The text of an image is parsed for itself; its positions are not ours.
        if not done or silent or len(state.src) != markup.length:
            return done
        if name in ("emphasis", "strikethrough"):
            end = state.pos
            for token in reversed(state.tokens[tokens:]):
                if end > start:
                    token.meta["signs"] = (end - len(token.content), end)
                    end -= len(token.content)
            return done
        if any(token.type == "hardbreak" for token in state.tokens[tokens:]) and name in (
            "newline",
            "escape",
        ):
            markup.breaks.append(state.pos)
        elif name not in ("newline", "entity"):
            markup.spans.append((start, state.pos))
            if name in ("backticks", "autolink", "image"):
                markup.covers.append((start, state.pos, _THING))
            elif name == "footnote_ref":
                markup.covers.append((start, state.pos, _NOTE))
            elif name == "link":
                label = state.md.helpers.parseLinkLabel(state, start)
                markup.covers.append((label, state.pos, _CLOSING))
        return done

    return noting


def _note_pairs(state: StateInline) -> None:
    """Note the spans of emphasis and strikethrough once their signs are paired."""
    markup: _Markup = state.env["markup"]
    if len(state.src) != markup.length:
        return
    opened: list[int] = []
    for token in state.tokens:
        # Of the two signs of ** the inner one carries the token.
        outer = 1 if token.tag == "strong" else 0
        if token.type in ("em_open", "strong_open", "s_open"):
            start, end = token.meta["signs"]
            opened.append(start - outer)
            markup.covers.append((start - outer, end, _OPENING))
        elif token.type in ("em_close", "strong_close", "s_close"):
            markup.spans.append((opened.pop(), token.meta["signs"][1] + outer))
        elif token.content and "signs" in token.meta:
            start, end = token.meta["signs"]
            space = _TRAIL.match(state.src, end)
            markup.loose.append((start - 1, (space.end() if space else end) + 1))
