"""Punctuation and spaces of a translated sentence, as its language writes them.

The sentence is flat text (``toolkit.translation.inline``) whose atoms stand for words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from toolkit.document.japanese import is_wide
from toolkit.translation.inline import ATOM, Flat, is_atom

_TO_ENGLISH = {
    "。": ".", "、": ",", "，": ",", "．": ".", "：": ":", "；": ";", "！": "!", "？": "?",
    "（": "(", "）": ")", "「": "“", "」": "”", "『": "‘", "』": "’", "％": "%", "・": " ",
    "　": " ", "〜": "–", "～": "–", "＆": "&", "【": "[", "】": "]", "―": "—",
    "《": "“", "》": "”", "〈": "‘", "〉": "’", "«": "“", "»": "”",
}  # fmt: skip
_TO_JAPANESE = {"“": "「", "”": "」", "‘": "『", "’": "』", ";": "；", "«": "「", "»": "」"}
_JUNK = "≪≫⟪⟫⟨⟩«»《》〈〉"
"""Brackets that a model makes up; where the source has no pair of any kind, they go."""

_QUOTATION = re.compile(r"[「『“\"‘《〈«≪【（(\[]")
_ONE_OF_MANY = re.compile(r"(?<![\d.,])1 (?:year|month|week|day|hour|minute|second)s\b")


def english(flat: Flat, source: str, contents: Mapping[str, str]) -> Flat:
    """English: half-width punctuation, spaces between words, a capital, an end as the source's.

    Args:
        flat: the translation.
        source: the sentence it is of, as plain text.
        contents: what the atoms will say, to set spaces beside them.
    """
    flat = _without_junk(flat, source)
    flat = _replaced(flat, lambda text: "".join(_TO_ENGLISH.get(char, char) for char in text))
    flat = _edited(flat, _ONE_OF_MANY.pattern, lambda m: m[0][:-1])
    flat = _edited(flat, r'"([^"]*)"', lambda m: f"“{m[1]}”")
    flat = _edited(flat, rf"\b[Tt]he\s(?={ATOM})", _unless_there("the ", contents))
    flat = _edited(flat, rf"\b[Aa]n?\s(?={ATOM})", _article(contents))
    flat = _edited(flat, r"([“(])\s+", lambda m: m[1])
    flat = _edited(flat, r"\s+([”)])", lambda m: m[1])
    flat = _edited(flat, rf"(?<=[\w,;:.!?%)”]|{ATOM})(?={ATOM})", _gap(contents))
    flat = _edited(flat, rf"(?<={ATOM})(?=[\w(“])", _gap(contents))
    flat = _edited(flat, r"(?<=[,;!?”)])(?=[A-Za-z])", lambda m: " ")
    flat = _edited(flat, r"\s+([,.;:!?])(?!\w)", lambda m: m[1])
    flat = _edited(flat, r"[ \t\n]{2,}", lambda m: " ")
    flat = _edited(
        flat,
        r"([,.;:!?])\1+(?<!\.\.\.)",
        lambda m: m[0] if m[1] == "." and len(m[0]) == 3 else m[1],
    )
    flat = _edited(flat, rf"(?<={ATOM})\.(?!\.)", _unless_stopped(contents))
    return _capital(_ended(_trimmed(flat), source, ".", contents))


def japanese(flat: Flat, source: str, contents: Mapping[str, str]) -> Flat:
    """Japanese: 、。「」, no spaces beside Japanese characters, an end as the source's.

    Args: as ``english``.
    """
    flat = _without_junk(flat, source)
    flat = _replaced(flat, lambda text: "".join(_TO_JAPANESE.get(char, char) for char in text))
    flat = _edited(flat, r'"([^"]*)"', lambda m: f"「{m[1]}」")
    wide = r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60]"
    flat = _edited(flat, rf"(?<={wide}|{ATOM})\s+(?={wide})", lambda m: "")
    flat = _edited(flat, rf"(?<={wide})\s+(?={ATOM})", lambda m: "")
    flat = _edited(flat, rf"(?<={wide})[ ]+(?=[\w(])|(?<=[\w)])[ ]+(?={wide})", lambda m: "")
    flat = _edited(flat, rf"(?<=[A-Za-z0-9]|{ATOM})(?={ATOM})", _gap(contents, latin=True))
    flat = _edited(flat, rf"(?<={ATOM})(?=[A-Za-z0-9])", _gap(contents, latin=True))
    flat = _edited(flat, rf"(?<={ATOM})\s+(?={ATOM})", _gap(contents, latin=True))
    # An address would go on to the next space.
    flat = _edited(flat, rf"(?<={ATOM})(?=[^\W\d_])", _gap_after_address(contents))
    flat = _edited(flat, rf"(?<={wide}),\s*|(?<={ATOM}),\s+(?={wide}|{ATOM})", lambda m: "、")
    flat = _edited(flat, rf"(?<={wide}|{ATOM})\.(?=\s|$)", lambda m: "。")
    flat = _edited(flat, r"([、。])[、。]+", lambda m: m[1])
    return _ended(_trimmed(flat), source, "。", contents)


def without_marks(flat: Flat, notes: Sequence[str]) -> tuple[Flat, str]:
    """The text without the marks (atoms) of footnotes, and those marks in order."""
    if not notes:
        return flat, ""
    marks = f"[{''.join(notes)}]"
    found = "".join(re.findall(marks, flat.text))
    return _edited(flat, rf"\s*{marks}", lambda m: ""), found


def with_marks(flat: Flat, marks: str, language: str) -> Flat:
    """The text with footnotes' marks at its end: in Japanese before 。, else behind all."""
    if not marks:
        return flat
    place = len(flat.text) - (language == "ja" and flat.text.endswith("。"))
    return _inserted(flat, place, marks)


def _without_junk(flat: Flat, source: str) -> Flat:
    unwanted = "" if _QUOTATION.search(source) else _JUNK
    unwanted += "".join(char for char in "≪≫⟪⟫⟨⟩" if char not in source)
    return _edited(flat, f"[{re.escape(unwanted)}]", lambda m: "") if unwanted else flat


def _gap(contents: Mapping[str, str], *, latin: bool = False) -> Callable[[re.Match[str]], str]:
    """A space where words would run together; none beside punctuation, breaks and dashes.

    With ``latin``, only between two words in Latin letters or digits, as in Japanese.
    """

    def gap(match: re.Match[str]) -> str:
        before, after = match.string[match.start() - 1], match.string[match.end()]
        left, right = contents.get(before, before), contents.get(after, after)
        if not left or not right or left[-1] in '([“‘"/-–—\n' or right[0] in ",.;:!?)]”’%/":
            return ""
        if latin and not (re.match("[A-Za-z0-9]", left[-1]) and re.match("[A-Za-z0-9@#]", right)):
            return ""
        return " "

    return gap


def _unless_there(article: str, contents: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    """Drop an article before an atom that brings its own."""

    def keep(match: re.Match[str]) -> str:
        content = contents.get(match.string[match.end()], "")
        return "" if content.lower().startswith(article) else match[0]

    return keep


def _unless_stopped(contents: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    """Drop a full stop behind an atom that ends with one: at 3 p.m."""

    def keep(match: re.Match[str]) -> str:
        content = contents.get(match.string[match.start() - 1], "")
        return "" if content.endswith(".") else match[0]

    return keep


def _article(contents: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    """*a* or *an* before an amount, by how the amount is said: an $8 billion plan."""

    def article(match: re.Match[str]) -> str:
        content = contents.get(match.string[match.end()], "").lstrip("$€£¥")
        if not re.match(r"\d|about |at |over |under |up ", content):
            return match[0]
        vowel = re.match(r"[aou]|8|1[18](?:,\d{3})*(?![\d,])", content)
        return match[0][0] + "n" * bool(vowel) + " "

    return article


def _gap_after_address(contents: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def gap(match: re.Match[str]) -> str:
        content = contents.get(match.string[match.start() - 1], "")
        return " " * bool(re.match(r"https?://|www\.", content))

    return gap


def _replaced(flat: Flat, change: Callable[[str], str]) -> Flat:
    return replace(flat, text=change(flat.text))


def _edited(flat: Flat, pattern: str, change: Callable[[re.Match[str]], str]) -> Flat:
    """The text with every match replaced, and the spans kept on their words."""
    text, places, position = "", [], 0
    for match in re.finditer(pattern, flat.text):
        for index in range(position, match.start()):
            places.append(len(text))
            text += flat.text[index]
        new = change(match)
        for index in range(match.end() - match.start()):
            places.append(len(text) + min(index, len(new)))
        text += new
        position = match.end()
    for index in range(position, len(flat.text)):
        places.append(len(text))
        text += flat.text[index]
    places.append(len(text))
    spans = tuple(
        replace(span, start=places[span.start], end=max(places[span.start], places[span.end]))
        for span in flat.spans
    )
    return Flat(text, spans)


def _trimmed(flat: Flat) -> Flat:
    return _edited(flat, r"^\s+|\s+$", lambda m: "")


def _ended(flat: Flat, source: str, stop: str, contents: Mapping[str, str]) -> Flat:
    """With a full stop at the end where the source has one, and none where it has none."""
    closing = '」』）”’)"*_ '
    said = source.rstrip(closing)
    text = flat.text.rstrip(closing)
    last = contents.get(text[-1:], text[-1:])
    if said[-1:] in ("。", ".", "．") and not said.endswith(("...", "U.S.")):
        if last[-1:] not in (*"。.!?！？:：…", ""):
            place = len(flat.text) if stop == "。" else len(text) + _quotes(flat.text[len(text) :])
            if (
                stop == "。"
                and flat.text[len(text) :].startswith("」")
                and source.rstrip()[-1:] != "。"
            ):
                place = len(text)
            return _inserted(flat, place, stop)
        return flat
    if (
        text[-1:] in ("。", ".")
        and said[-1:].isalnum()
        and not text.endswith(("...", ".m.", "U.S."))
    ):
        return _edited(flat, rf"(?<!\.)[。.](?=[{re.escape(closing)}]*$)", lambda m: "")
    return flat


def _quotes(tail: str) -> int:
    return 0 if tail.startswith(("”", "’")) else len(tail)


def _inserted(flat: Flat, place: int, text: str) -> Flat:
    spans = tuple(
        replace(
            span,
            start=span.start + len(text) * (span.start >= place),
            end=span.end + len(text) * (span.end > place),
        )
        for span in flat.spans
    )
    return Flat(flat.text[:place] + text + flat.text[place:], spans)


def _capital(flat: Flat) -> Flat:
    """A capital at the beginning, unless it begins with a name or an amount."""
    match = re.match(r"[\"“‘(\[]*", flat.text)
    place = match.end() if match else 0
    first = flat.text[place : place + 1]
    if not first or is_atom(first) or is_wide(first) or len(first.upper()) != 1:
        return flat
    return replace(flat, text=flat.text[:place] + first.upper() + flat.text[place + 1 :])
