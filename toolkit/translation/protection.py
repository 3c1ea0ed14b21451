"""What an engine must not touch: found in a sentence, hidden from it, put back.

Code, images, addresses, @names, #tags, file names and emoji are copied; amounts, dates and
terms are written in the target language by rules; in Japanese, names in Latin letters are
copied. Each becomes one atom (see ``toolkit.translation.inline``), and an atom is shown to
the engine as a placeholder. Where it helps the grammar, the placeholder stands in a frame,
words that say what it is (1月⟦0⟧日 for a date) and that are taken off again afterwards.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from toolkit.document.glossary import Glossary, find_terms
from toolkit.document.japanese import is_kana, is_kanji
from toolkit.translation.inline import ATOMS, Flat, flatten, is_atom
from toolkit.translation.numbers import Amount, Kind, find_amounts, realise
from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.dates import When
from toolkit.translation.typography import with_marks, without_marks

FIRM = ("element", "address", "emoji")
"""Kinds that are copied and that no engine may ever see."""

_ADDRESS = re.compile(
    r"(?:https?|ftp)://[!-~]+|www\.[A-Za-z0-9-]+\.[!-~]+"
    r"|(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?<![A-Za-z0-9])[@＠][A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*"
    r"|(?<![A-Za-z0-9&])[#＃](?!\d+(?:\W|$))(?:[\w\u30a1-\u30fe\u3400-\u9fff]+|[\u3041-\u309f]+)"
    r"|(?<![A-Za-z0-9_./\\-])(?:[A-Za-z]:\\|~?/)?(?:[A-Za-z0-9_.-]+[/\\])*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
    r"\.(?:csv|docx?|epub|html?|jpe?g|json|js|md|mp[34]|pdf|png|po|pptx?|py|svg|tar|toml|tsv|txt"
    r"|xlsx?|xml|ya?ml|zip|gz)(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9.-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|dev|ai|gov|edu|jp|co\.jp|go\.jp|co\.uk|eu)\b(?:/[!-~]*)?"
    r"|⟦[^⟧]*⟧",
    re.ASCII | re.IGNORECASE,
)
_NAME = re.compile(
    r"[A-Za-z\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f]*(?:[&.'’+/_-][A-Za-z0-9\u00c0-\u024f]+|[+]+)*"
    r"(?:[ ][A-Za-z0-9\u00c0-\u024f&][A-Za-z0-9\u00c0-\u024f&.'’+/_-]*)*"
)
_NAME_WITH_DIGITS = re.compile(r"\b[A-Z][A-Za-z&]*-?\d(?:[A-Za-z0-9.-]*[A-Za-z0-9])?\b")
_NO_NOUN_JA = "前後間以内目続分余超強弱近来程度毎経過越半未"
_CLOSING = ".,;:!?)]}。、）」』’”'\""


@dataclass(frozen=True)
class Frame:
    """Words around a placeholder: as shown, and as they come back around it.

    Attributes:
        shown: the frame, with ``{}`` for the placeholder.
        before, after: patterns of the translated frame.
        instead: what stands in the place of what ``before`` took off.
    """

    shown: str = "{}"
    before: str = ""
    after: str = ""
    instead: str = ""


@dataclass(frozen=True)
class Guard:
    """Something hidden from the engine.

    Attributes:
        kind: element, address, emoji, amount, term or name.
        source: how the sentence had it; empty for an element.
        target: what stands for it in the translation.
        before_noun: what stands for it before a noun; empty where that is the same.
        joined: whether a noun follows in the source.
    """

    kind: str
    source: str
    target: Token | str
    frame: Frame = Frame()
    before_noun: str = ""
    joined: bool = False

    @property
    def text(self) -> str:
        """The target as plain text, to decide on spaces; for an element, a letter."""
        if isinstance(self.target, str):
            return self.target
        return "" if self.target.type == "hardbreak" or self.is_note else "x"

    @property
    def is_note(self) -> bool:
        """Whether it is the mark of a footnote."""
        return isinstance(self.target, Token) and self.target.type == "footnote_ref"


@dataclass(frozen=True)
class Guarded:
    """A sentence whose hidden parts are atoms, and what each atom stands for."""

    flat: Flat
    guards: dict[str, Guard]


# A model may go on counting after a placeholder: ⟦0⟧ billion dollars, ⟦0⟧,000 dollars.
_SCALE_EN = r"(?:[\s,]?0[0,]*)?(?:[\s-]?(?:thousand|million|billion|trillion)\b)?"
_FRAMES: dict[tuple[str, str], Frame] = {
    ("en", "date"): Frame("1月{}日", r"(?:(?:January|Jan\.)\s?|1月)", r"(?:st|nd|rd|th)?日?"),
    ("en", "day"): Frame("{}日", r"(?:the\s)?", r"(?:st|nd|rd|th)?日?"),
    ("en", "period"): Frame("{}年", r"(?:the\syear\s)?", r"年?"),
    ("en", "money"): Frame(
        "{}ドル",
        r"(?:US)?[$¥€£]?",
        # The engine also makes words up here: a ⟦0⟧-dollinary menu.
        rf"{_SCALE_EN}(?:[\s-]?(?:(?:US\s)?doll[a-z]*|ドル))?",
    ),
    ("en", "percent"): Frame("{}%", "", r"\s?(?:%|percent\b|per\scent\b)"),
    ("en", "times"): Frame("{}倍", "", r"(?:\s?times\b|-?fold\b|x\b|倍)"),
    ("en", "point"): Frame("{}ポイント", "", r"[\s-]?(?:percentage\s)?points?\b"),
    ("en", "unit"): Frame(
        "{}トン", "", r"(?:[\s-]?(?:metric\s)?[Tt]on(?:n?e)?s?\b(?:['’]s\b)?|['’]s\b)"
    ),
    ("ja", "date"): Frame("January {}", r"(?:1月|January\s?)", r"日?"),
    ("ja", "period"): Frame("January {}", r"(?:1月|January\s?)", r"(?:年1月|年|日)?"),
    ("ja", "year"): Frame("{}", "", r"年?"),
    ("ja", "money"): Frame("${}", r"[$¥€£]?", r"[万億兆]?(?:米?ドル)?"),
    ("ja", "percent"): Frame("{}%", "", r"(?:%|％|パーセント)"),
    ("ja", "times"): Frame("{} times", "", r"[倍回]"),
    ("ja", "point"): Frame("{} points", "", r"(?:ポイント|点)"),
    ("ja", "unit"): Frame("{} tons", "", r"トン"),
}
_LEFT_OVER = {
    "en": r"\bJanuary\b|\bdollars?\b|[$£€¥]|\btons?\b",
    "ja": r"1月|ドル|[$£€¥]|トン",
}
# Years are shown as months: the model takes a number of years for a year (⟦0⟧年で → in ⟦0⟧).
_SPANS = {"year": "month", "quarter": "month"}
_SPAN_JA = {
    "month": "カ月",
    "week": "週間",
    "day": "日間",
    "hour": "時間",
    "minute": "分",
    "second": "秒",
}
_SPAN_AFTER_JA = {
    "month": r"(?:[カかヶヵケ箇][月年]|年|月)",
    "week": "週間?",
    "day": "日",
    "hour": "時間",
    "minute": "分",
    "second": "秒",
}


def protect(sentence: str, glossary: Glossary, source: str, target: str) -> Guarded:
    """Hide everything in a sentence that an engine must not see or change.

    Args:
        sentence: inline Markdown.
        glossary: its terms are written as it says.
        source, target: ``ja`` and ``en``, or the other way round.
    """
    flat, elements = flatten(sentence)
    # Marks within a sentence would cost it words; at its end the engine need not see them.
    notes = [char for char, token in elements.items() if token.type == "footnote_ref"]
    bare, marks = without_marks(flat, notes)
    words = tuple(span for span in bare.spans if span.start < span.end)
    flat = with_marks(replace(bare, spans=words), marks, "")
    guards = {
        char: Guard("element", char if token.type == "text" else "", token)
        for char, token in elements.items()
    }
    found = _found(flat.text, glossary, source, target)
    return _hidden(flat, guards, found)


def reveal(guarded: Guarded, kinds: Sequence[str]) -> Guarded:
    """The same with what is of certain kinds shown as the sentence had it."""
    flat, guards = guarded.flat, dict(guarded.guards)
    shown = {char: guard.source for char, guard in guards.items() if guard.kind in kinds}
    text = ""
    places = [0]
    for char in flat.text:
        text += shown.get(char, char)
        places.append(len(text))
    spans = tuple(
        replace(span, start=places[span.start], end=places[span.end]) for span in flat.spans
    )
    kept = {char: guard for char, guard in guards.items() if char not in shown}
    return Guarded(Flat(text, spans), kept)


def needs_engine(guarded: Guarded, source: str) -> bool:
    """Whether anything is left to translate once the hidden parts are out of sight."""
    return any(
        (is_kana(char) or is_kanji(char)) if source == "ja" else char.isalpha()
        for char in guarded.flat.text
        if not is_atom(char)
    )


def take_off_frames(
    text: str, guards: Mapping[str, Guard], target: str
) -> tuple[str, dict[str, Guard], bool]:
    """A translation without the words that framed its atoms.

    Returns:
        The text; the guards, with what stands before a noun in the form for that (a 20-year
        contract); and whether none of the words is left over.
    """
    framed = False
    guards = dict(guards)
    for char, guard in guards.items():
        frame = guard.frame
        if frame == Frame() or char not in text:
            continue
        framed = True
        # Marks of bold may stand between an atom and its frame: they stay.
        pattern = (
            rf"(?P<before>{frame.before or ''})?(?P<open>\*\*\s?)?{char}"
            rf"(?P<close>\s?\*\*)?(?P<after>{frame.after or ''})?"
        )
        match = re.search(pattern, text)
        assert match is not None
        rest, after = text[match.end() :], match["after"] or ""
        noun = re.match(r"(?:\*\*)?\s([a-z]+)", rest)
        if noun and after.endswith("s") and after[-2] in "'’":
            rest = f" of{rest}"  # 10 gigawatts's power
        first = text[: match.start()] + (frame.instead if match["before"] else "")
        text = first + (match["open"] or "") + char + (match["close"] or "") + rest
        follows = noun is not None and noun[1] not in number_data().not_nouns
        if guard.before_noun and follows and (guard.joined or after.startswith("-")):
            guards[char] = replace(guard, target=guard.before_noun)
    return text, guards, not (framed and re.search(_LEFT_OVER[target], text))


_Found = tuple[int, int, Guard]


def _found(text: str, glossary: Glossary, source: str, target: str) -> list[_Found]:
    """What to hide, the more important first; what overlaps an earlier one is dropped."""
    found: list[_Found] = []
    taken = bytearray(is_atom(char) for char in text)

    def add(start: int, end: int, guard: Guard) -> None:
        if start < end and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append((start, end, guard))

    for match in _ADDRESS.finditer(text):
        words = match[0]
        if "://" in words or words.startswith("www."):
            words = words.rstrip(_CLOSING)
        add(match.start(), match.start() + len(words), Guard("address", words, words))
    for start, end in _emoji(text):
        add(start, end, Guard("emoji", text[start:end], text[start:end]))
    amounts = find_amounts(text, source)
    for term in find_terms(text, glossary, source):
        # A term may hold an amount (S&P500), but must not take one apart (ドル of 5億ドル).
        overlapping = [a for a in amounts if a.start < term.end and term.start < a.end]
        if all(term.start <= a.start and a.end <= term.end for a in overlapping):
            words = term.term.text(target)
            add(term.start, term.end, Guard("term", text[term.start : term.end], words))
    for amount in amounts:
        if _is_word(amount, text):
            continue
        add(amount.start, amount.end, _amount_guard(amount, text, target))
    names = _NAME if source == "ja" else _NAME_WITH_DIGITS
    for match in names.finditer(text):
        add(match.start(), match.end(), Guard("name", match[0], match[0]))
    return sorted(found, key=lambda item: item[0])


def _amount_guard(amount: Amount, text: str, target: str) -> Guard:
    words, written = text[amount.start : amount.end], realise(amount, target)
    if amount.kind is Kind.NAME:
        return Guard("name", words, written)
    before_noun = ""
    measured = amount.kind in (Kind.UNIT, Kind.DURATION) and amount.unit not in (
        "celsius",
        "fahrenheit",
    )
    if (
        target == "en"
        and measured
        and not amount.unit.startswith(("century", "anniversary", "straight"))
    ):
        before_noun = realise(amount, target, before_noun=True)
    after = text[amount.end : amount.end + 1]
    joined = bool(after) and (
        "ァ" <= after <= "ヺ" or (is_kanji(after) and after not in _NO_NOUN_JA)
    )
    frame = (
        _span_frame(amount, words, written, target, after)
        if amount.kind is Kind.DURATION
        else _frame(amount, target)
    )
    return Guard("amount", words, written, frame, before_noun, joined)


def _span_frame(amount: Amount, words: str, written: str, target: str, after: str) -> Frame:
    """A length of time with its unit around the placeholder, which comes back or not."""
    code = amount.unit.removeprefix("straight ")
    code = _SPANS.get(code, code)
    if target == "en":
        again = "連続" * amount.unit.startswith("straight")
        before = r"\bby\s" if after == "で" else ""
        in_a_row = r"(?:[\s-](?:straight|consecutive))?" if again else ""
        row = r"(?:\sin\sa\srow|\sa\syear)?" if again else ""
        names = "(?:year|month)" if code == "month" else code
        tail = rf"{in_a_row}[\s-]{names}s?\b(?:['’]s?(?!\w))?{row}"
        instead = "for " if again else "in "
        return Frame(f"{{}}{_SPAN_JA[code]}{again}", before, tail, instead)
    again = "straight " * amount.unit.startswith("straight")
    tail = _SPAN_AFTER_JA[code] + ("間?(?:連続)?" if again or written.endswith("半") else "")
    joint = "-" if "-" in words and amount.upto is None else " "
    return Frame(f"{{}}{joint}{again}{code}{'s' * (joint == ' ')}", "", tail)


def _is_word(amount: Amount, text: str) -> bool:
    """Whether an amount is better said in words: 1年前 is "a year ago", 4つ is "four".

    The comparison of values knows these words, so that a slip is still found.
    """
    if amount.kind is Kind.DURATION:
        return amount.value == 1 and amount.upto is None and not amount.hedge
    small = amount.kind is Kind.NUMBER and amount.upto is None and amount.value in range(1, 10)
    return small and (amount.value == 1 or text[amount.end : amount.end + 1] == "つ")


def _hidden(flat: Flat, guards: dict[str, Guard], found: list[_Found]) -> Guarded:
    text, places, position = "", [], 0
    for start, end, guard in found:
        for index in range(position, start):
            places.append(len(text))
            text += flat.text[index]
        char = chr(ATOMS.start + len(guards))
        guards[char] = guard
        places += [len(text)] * (end - start)
        text += char
        position = end
    for index in range(position, len(flat.text)):
        places.append(len(text))
        text += flat.text[index]
    places.append(len(text))
    # A span that ends inside something hidden covers the whole of it.
    spans = tuple(
        replace(span, start=places[span.start], end=places[span.end - 1] + 1) for span in flat.spans
    )
    return Guarded(Flat(text, spans), guards)


def _frame(amount: Amount, target: str) -> Frame:
    when = amount.value
    if isinstance(when, When):
        if when.hour is not None:
            return Frame()
        if when.day is not None:
            name = "date" if when.month is not None or target == "ja" else "day"
        else:
            only_year = when == When(year=when.year)
            name = "year" if target == "ja" and only_year else "period"
        return _FRAMES[target, name]
    name = str(amount.kind)
    if amount.kind is Kind.UNIT:
        name = "point" if "point" in amount.unit else "unit"
        if amount.unit in ("century", "anniversary"):
            return Frame()
    return _FRAMES.get((target, name), Frame())


def _emoji(text: str) -> list[tuple[int, int]]:
    """Runs of emoji with their joiners and variation selectors, as one each."""
    runs: list[tuple[int, int]] = []
    for position, char in enumerate(text):
        pictured = (
            "\U0001f000" <= char <= "\U0001faff"
            or char in "\u200d\ufe0f\u20e3"
            or (unicodedata.category(char) == "So" and "\u2600" <= char <= "\u27bf")
        )
        if pictured and runs and runs[-1][1] == position:
            runs[-1] = (runs[-1][0], position + 1)
        elif pictured and char not in "\u200d\ufe0f\u20e3":
            runs.append((position, position + 1))
    return runs
