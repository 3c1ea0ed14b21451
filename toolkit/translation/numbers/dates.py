"""Dates, months, fiscal years, quarters and times of day, found and written by rules.

Eras become years of the common era (令和8年 → 2026). A bare ``22日`` is a day of the month
only where nothing makes it a number of days (22日間); ``3年`` is a duration and no year.
English writes dates as in the United States, with months in full.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.numerals import read_numeral

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS_JA = "月火水木金土日"
QUARTERS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class When:
    """A point in the calendar or on the clock; what is not said is None.

    Attributes:
        weekday: 0 for Monday to 6 for Sunday.
        fiscal: ``year`` for a fiscal year (2025年度), ``end`` for the one that ends in a
            month (2026年3月期), ``decade`` for ten years (1990年代).
        quarter: 1 to 4.
        hour: 0 to 24 as written; ``half`` is ``am`` or ``pm`` where hours are of 12.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    fiscal: str = ""
    quarter: int | None = None
    hour: int | None = None
    minute: int | None = None
    half: str = ""


@dataclass(frozen=True)
class Dated:
    """A date in a text, or two, the ends of a span of time."""

    start: int
    end: int
    when: When
    upto: When | None = None


_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_Y = r"(?:\d{4}|[一二〇零三四五六七八九]{4})"
_DASH = r"\s?[〜~\-–—]\s?"
_W = r"(?:\((?P<w{0}>[月火水木金土日])(?:曜日?)?(?:・?祝)?\))?"


def _ja_year(group: str, *, short: bool) -> str:
    eras = "|".join(number_data().eras)
    alone = rf"|(?P<s{group}>\d\d)" if short else ""
    return rf"(?:(?:(?P<era{group}>{eras})(?P<ey{group}>元|{_N})|(?P<y{group}>{_Y}){alone})年)"


_Span = tuple[When, When | None] | None


@cache
def _patterns(
    language: str,
) -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Span]], ...]:
    if language == "ja":
        y1, y2 = _ja_year("1", short=True), _ja_year("2", short=True)
        years1 = _ja_year("1", short=False)
        not_days = r"(?!間|前|後|以内|連続|目|ぶり|分|本|米|曜|程度|ほど|[〜~\-–]\d)"
        sources: tuple[tuple[str, Callable[[re.Match[str]], _Span]], ...] = (
            (
                rf"{y1}?(?P<m1>{_N})月(?P<d1>{_N})日{_W.format(1)}{_DASH}"
                rf"{y2}?(?:(?P<m2>{_N})月)?(?P<d2>{_N})日{_W.format(2)}",
                _ja,
            ),
            (rf"{y1}?(?P<m1>{_N})月(?P<d1>{_N}){_DASH}(?P<d2>{_N})日", _ja),
            (rf"{y1}?(?P<m1>{_N})月(?P<d1>{_N})日{_W.format(1)}", _ja),
            (rf"{y1}(?P<m1>{_N})月(?P<end>期)(?!間)", _ja),
            (rf"{y1}?(?P<m1>{_N})月?{_DASH}{y2}?(?P<m2>{_N})月", _ja),
            (rf"{y1}?(?P<m1>{_N})月(?!\d|曜|間)", _ja),
            (rf"(?:{years1}|(?P<s2>\d\d)年)(?P<fy>度)?(?:の)?第(?P<q>[1-4一二三四])四半期", _ja),
            (r"第(?P<q>[1-4一二三四])四半期", _ja),
            (rf"(?P<y1>{_Y})年?{_DASH}(?:(?P<y2>{_Y})|(?P<s2>\d\d))年(?P<fy>度)?", _ja),
            (r"(?P<y1>(?:1[5-9]|20)\d0)年(?P<decade>代)", _ja),
            (rf"{years1}(?P<fy>度)?(?!前(?!半|後)|以上|ぶり|続|もの|連続)", _ja),
            (
                r"(?P<s1>[12]\d)年(?=に(?!一|1|わた|渡|及|およ|ひと|数|満|近|な[るっ]|相当|延|伸|短縮|は1))",
                _ja,
            ),
            (r"(?P<s1>\d\d)年(?P<fy>度)", _ja),
            (rf"(?<=[今先来同当毎]月)(?P<d1>{_N})日{_W.format(1)}", _ja),
            (rf"(?P<d1>\d{{1,2}}){_DASH}(?P<d2>\d{{1,2}})日(?=[、にのはまも開]|$)", _ja),
            (
                rf"(?P<d1>\d{{1,2}})日{_W.format(1)}{not_days}(?=[、。にのはかまもが付朝午夜発未)]|$)",
                _ja,
            ),
            (r"(?P<half>午前|午後)(?P<h>\d{1,2})時(?:(?P<mi>\d{1,2})分|(?P<hh>半))?(?!間)", _clock),
            (r"(?P<h>\d{1,2})時(?P<mi>\d{1,2})分(?!の\d)", _clock),
            (r"(?P<h>\d{1,2})時(?=[、。にのはかまよ]|ごろ|$)", _clock),
            (r"(?P<h>[01]?\d|2[0-4]):(?P<mi>[0-5]\d)(?![:\d])", _clock),
            (
                r"(?P<y1>\d{4})(?P<sep>[-/.])(?P<m1>\d{1,2})(?P=sep)(?P<d1>\d{1,2})(?!\d|(?P=sep)\d)"
                + _W.format(1),
                _ja,
            ),
            # 11/25 alone may be a fraction or the 11th of 25.
            (rf"(?P<m1>\d{{1,2}})/(?P<d1>\d{{1,2}}){_W.format(1)}(?<=\))", _ja),
        )
        return tuple((re.compile(rf"(?<![\d.,第]){source}"), read) for source, read in sources)
    month = rf"(?P<M{{0}}>{'|'.join(MONTHS)}|(?:{'|'.join(name[:3] for name in MONTHS)}|Sept)\.?)"
    m1, m2 = month.format(1), month.format(2)
    weekday = rf"(?:(?P<W>{'|'.join(WEEKDAYS)}|(?:Mon|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun)\.?),?\s)?"
    fiscal = r"(?P<fy>[Ff]iscal(?:\s[Yy]ear)?|FY)"
    day = r"(?P<d{0}>\d{{1,2}})(?:st|nd|rd|th)?"
    quarter = (
        r"(?:(?P<Q>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|1st|2nd|3rd|4th)[ -]quarter"
        r"|Q(?P<q>[1-4])|(?P<q0>[1-4])Q)"
    )
    # May and March are other words too: they need a word before them that says when.
    plain_months = "|".join(name for name in MONTHS if name not in ("May", "March"))
    months_before = (
        r"(?<=[Ii]n |[Bb]y |of |il |ce |om |or |st |xt |is |ch |ly |te |id |nd |to |en |e, )"
    )
    sources = (
        (
            rf"{weekday}{m1}\s{day.format(1)}(?:,?\s(?P<y1>\d{{4}}))?{_DASH}"
            rf"(?:{m2}\s)?{day.format(2)}(?:,?\s(?P<y2>\d{{4}}))?(?![\d,]*\d)",
            _en,
        ),
        (rf"{weekday}{m1}\s{day.format(1)}(?:,?\s(?P<y1>\d{{4}}))?(?!\d)", _en),
        (rf"{weekday}{day.format(1)}\s(?:of\s)?{m1}(?:,?\s(?P<y1>\d{{4}}))?(?!\d)", _en),
        (rf"[Ff]iscal\syear\s(?P<end>ending|ended)\s{m1}\s(?P<y1>\d{{4}})(?!\d)", _en),
        (
            rf"{m1}(?:,?\s(?P<y1>\d{{4}}))?(?:{_DASH}|[\s-]to[\s-]|\sthrough\s)"
            rf"{m2}(?:,?\s(?:of\s)?(?P<y2>\d{{4}}))?(?!\d)",
            _en,
        ),
        (rf"{m1},?\s(?:of\s)?(?P<y1>\d{{4}})(?!\d)", _en),
        (rf"{quarter}(?:,?\s(?:of\s)?(?:{fiscal}\s?)?(?P<y1>(?:19|20|21)\d\d))?(?!\d)", _en),
        (
            rf"{fiscal}\s?(?P<y1>\d{{4}}|(?P<s1>\d\d))"
            rf"(?:{_DASH}(?P<y2>\d{{4}}|(?P<s2>\d\d)))?(?!\d)",
            _en,
        ),
        (r"(?P<y1>(?:1[5-9]|20)\d0)(?P<decade>s)\b", _en),
        (
            rf"(?P<y1>(?:19|20)\d\d){_DASH}(?:(?P<y2>(?:19|20)\d\d)|(?P<s2>\d\d))(?![\d,.%-]*\d|\w)",
            _en,
        ),
        (rf"{months_before}(?P<M1>May|March)(?![a-z])", _en),
        (rf"^(?:{m1})$", _en),
        (
            rf"(?P<M1>{plain_months})(?![a-z])",
            _en,
        ),
        (r"(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})(?![\d-])", _en),
        (
            r"the\s(?P<d1>\d{1,2})(?:st|nd|rd|th)"
            r"(?=[,.;:)]|\s(?:at|that|and|to|after|when|as|with|by)\b|$)",
            _en,
        ),
        (
            r"(?P<h>1[0-2]|0?[1-9])(?::(?P<mi>[0-5]\d))?\s?(?P<half>[ap]\.?\s?m\b\.?|AM\b|PM\b)",
            _clock,
        ),
        (r"(?P<h>[01]?\d|2[0-4]):(?P<mi>[0-5]\d)(?![:\d])", _clock),
        (
            r"(?<=[Ii]n |[Bb]y |ce |il |om |re |er |te |ly |id |ng |gh |of )"
            r"(?P<y1>1[89]\d\d|20\d\d)(?!\d|[,.]\d|\s?%|\s(?:people|\w+s)\b)",
            _en,
        ),
        (
            r"(?<![$€£¥₩₹] )(?P<y1>19[5-9]\d|20[0-4]\d)"
            r"(?![,.]?\d|\s?%|\s?(?:million|billion|trillion)|[\w-]"
            r"|\s(?:people|men|women|[a-z]+s)\b)",
            _en,
        ),
    )
    return tuple(
        (re.compile(rf"(?<![\w.,$€£¥₩₹+])(?<!\d[-–/]){source}"), read) for source, read in sources
    )


def find_dates(text: str, language: str) -> Iterator[Dated]:
    """Everything of the calendar and the clock in a text; earlier patterns win.

    The text must have its full-width letters folded (``toolkit.translation.numbers``
    does). Impossible dates (13月, 2月30日) are not found.
    """
    taken = bytearray(len(text))
    for pattern, read in _patterns(language):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            span = read(match)
            if span is None or not all(_possible(when) for when in span if when):
                continue
            taken[start:end] = b"\1" * (end - start)
            yield Dated(start, end, *span)


def write_date(when: When, upto: When | None, language: str) -> str:
    """A date, or a span of two, in ``ja`` or ``en``."""
    if language == "ja":
        return _write_ja(when) if upto is None else _write_span_ja(when, upto)
    return _write_en(when) if upto is None else _write_span_en(when, upto)


_FISCAL = {"fy": "year", "end": "end", "decade": "decade"}


def _ja(match: re.Match[str]) -> _Span:
    groups = match.groupdict()

    def number(name: str) -> int | None:
        text = groups.get(name)
        value = read_numeral(text) if text else None
        return int(value) if value is not None else None

    def year(end: str) -> int | None:
        era = groups.get(f"era{end}")
        if era:
            nth = 1 if groups[f"ey{end}"] == "元" else number(f"ey{end}")
            return number_data().eras[era] + nth if nth else None
        short = number(f"s{end}")
        return 2000 + short if short is not None else number(f"y{end}")

    def weekday(end: str) -> int | None:
        name = groups.get(f"w{end}")
        return WEEKDAYS_JA.index(name) if name else None

    fiscal = next((name for key, name in _FISCAL.items() if groups.get(key)), "")
    first = When(year("1"), number("m1"), number("d1"), weekday("1"), fiscal, number("q"))
    second = When(year("2"), number("m2"), number("d2"), weekday("2"), fiscal)
    if "q" in groups:
        # Where the year has two digits, it stands in the second year's place.
        return (replace(first, year=first.year or second.year), None)
    if second == When(fiscal=fiscal):
        return first, None
    return _ends(first, second)


def _en(match: re.Match[str]) -> _Span:
    groups = match.groupdict()

    def number(name: str) -> int | None:
        text = groups.get(name)
        return int(text) if text and text.isdecimal() else None

    def month(end: str) -> int | None:
        name = groups.get(f"M{end}")
        return _index(name, MONTHS) + 1 if name else number(f"m{end}")

    def year(end: str) -> int | None:
        short = number(f"s{end}")
        return 2000 + short if short is not None else number(f"y{end}")

    weekday = groups.get("W")
    fiscal = next((name for key, name in _FISCAL.items() if groups.get(key)), "")
    quarter = number("q") or number("q0")
    if groups.get("Q"):
        name = groups["Q"].lower()
        quarter = int(name[0]) if name[0].isdigit() else QUARTERS.index(name) + 1
    first = When(
        year("1"),
        month("1"),
        number("d1"),
        _index(weekday, WEEKDAYS) if weekday else None,
        fiscal,
        quarter,
    )
    second = When(year("2"), month("2"), number("d2"), None, fiscal)
    return (first, None) if second == When(fiscal=fiscal) else _ends(first, second)


def _clock(match: re.Match[str]) -> _Span:
    groups = match.groupdict()
    half = {"午前": "am", "午後": "pm", "a": "am", "p": "pm"}.get(
        (groups.get("half") or "")[:2]
        if "時" in match[0]
        else (groups.get("half") or "")[:1].lower(),
        "",
    )
    minute = 30 if groups.get("hh") else int(groups["mi"]) if groups.get("mi") else None
    return When(hour=int(groups["h"]), minute=minute, half=half), None


def _ends(first: When, second: When) -> _Span:
    """The two ends of a span, each with the parts that are written once for both."""
    if first.year is None and second.year is not None and second.month is not None:
        first = replace(first, year=second.year)
    if second.year is None and first.year is not None:
        second = replace(second, year=first.year)
    if first.month is not None and second.month is None and second.day is not None:
        second = replace(second, month=first.month)
    order = [(when.year or 0, when.month or 0, when.day or 0) for when in (first, second)]
    if first.year is not None and order[0] >= order[1]:
        return None
    return first, second


def _possible(when: When) -> bool:
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if when.month is not None and not 1 <= when.month <= 12:
        return False
    if when.day is not None and not 1 <= when.day <= days[(when.month or 1) - 1]:
        return False
    return when.hour is None or (when.hour <= (12 if when.half else 24) and (when.minute or 0) < 60)


def _index(name: str, names: list[str]) -> int:
    return next(i for i, full in enumerate(names) if full.startswith(name.rstrip(".")[:3]))


def _write_ja(when: When) -> str:
    if when.hour is not None:
        half = {"am": "午前", "pm": "午後"}.get(when.half, "")
        if not half:
            return f"{when.hour}:{when.minute or 0:02}"
        return f"{half}{when.hour}時" + (f"{when.minute}分" if when.minute else "")
    after = {"year": "度", "decade": "代"}.get(when.fiscal, "")
    text = f"{when.year}年{after}" if when.year else ""
    if when.quarter:
        return f"{text}第{when.quarter}四半期"
    text += f"{when.month}月" if when.month else ""
    text += f"{when.day}日" if when.day else ""
    text += f"({WEEKDAYS_JA[when.weekday]})" if when.weekday is not None else ""
    return text + ("期" if when.fiscal == "end" else "")


def _write_span_ja(when: When, upto: When) -> str:
    fiscal = "度" if when.fiscal == "year" else ""
    if when.month is None and when.day is None:
        return f"{when.year}〜{upto.year}年{fiscal}"
    if when.day is None and when.year == upto.year:
        return (f"{when.year}年" if when.year else "") + f"{when.month}〜{upto.month}月"
    if (when.year, when.month) == (upto.year, upto.month):
        return f"{_write_ja(when)}〜{_write_ja(replace(upto, year=None, month=None))}"
    if when.year == upto.year:
        return f"{_write_ja(when)}〜{_write_ja(replace(upto, year=None))}"
    return f"{_write_ja(when)}〜{_write_ja(upto)}"


def _write_en(when: When) -> str:
    if when.hour is not None:
        if not when.half:
            return f"{when.hour}:{when.minute or 0:02}"
        minutes = f":{when.minute:02}" if when.minute else ""
        # 午前0時 is 12 a.m.: English has no hour 0 of twelve.
        return f"{when.hour or 12}{minutes} {'a.m.' if when.half == 'am' else 'p.m.'}"
    if when.quarter:
        fiscal = "fiscal " if when.fiscal else ""
        return f"Q{when.quarter}" + (
            f" of {fiscal}{when.year}" if fiscal else f" {when.year}" if when.year else ""
        )
    if when.fiscal == "year":
        return f"fiscal {when.year}"
    if when.fiscal == "end" and when.month:
        return f"fiscal year ending {MONTHS[when.month - 1]} {when.year}"
    if when.month is None and when.day is None:
        return f"{when.year}{'s' * (when.fiscal == 'decade')}"
    if when.month is None:
        weekday = f"{WEEKDAYS[when.weekday]}, " if when.weekday is not None else ""
        return f"{weekday}the {ordinal(when.day or 0)}"
    text = MONTHS[when.month - 1] + (f" {when.day}" if when.day else "")
    if when.year:
        text += f", {when.year}" if when.day else f" {when.year}"
    return f"{WEEKDAYS[when.weekday]}, {text}" if when.weekday is not None else text


def _write_span_en(when: When, upto: When) -> str:
    if when.month is None and when.day is None:
        fiscal = "fiscal " if when.fiscal == "year" else ""
        return f"{fiscal}{when.year}–{upto.year}"
    if when.month is None:
        return f"the {ordinal(when.day or 0)}–{ordinal(upto.day or 0)}"
    if when.year == upto.year:
        year = (f", {when.year}" if when.day else f" {when.year}") if when.year else ""
        first = replace(when, year=None)
        if when.day and when.month == upto.month and upto.weekday is None:
            return f"{_write_en(first)}–{upto.day}{year}"
        return f"{_write_en(first)}–{_write_en(replace(upto, year=None, weekday=None))}{year}"
    return f"{_write_en(when)}–{_write_en(upto)}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th …"""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
