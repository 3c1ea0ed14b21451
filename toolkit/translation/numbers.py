"""Amounts and dates: found in a text, written in the other language, compared.

    find_amounts("1兆5000億円", "ja")  →  ¥1,500,000,000,000  →  realise(…, "en") = "¥1.5 trillion"

Values are exact decimals and no currency becomes another. The styles written:

- English: commas below a million (94,000), above it the largest of million, billion,
  trillion and quadrillion that needs at most three decimals ($1.25 trillion), otherwise
  every digit; ranges with an en dash and the scale once (3–5%, $3–5 billion).
- Japanese: as newspapers write, in groups of 万, 億, 兆 without commas (9万4000, 5000億ドル,
  1兆5000億円), ranges with 〜 (3〜5%, 390万〜420万).

A length of time keeps its unit (約17年半 → about 17.5 years), and a number that is a name
keeps its digits (Order 14320). A number before another counter or a noun is found without
it (94,000 of 94,000人): the engine knows the noun, and its grammar, better than a rule.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

from toolkit.translation.dates import When, find_dates, ordinal, write_date
from toolkit.translation.japanese_numbers import DIGITS, read_numeral, write_numeral
from toolkit.translation.number_data import number_data

SCALES = {
    "quadrillion": Decimal(10**15),
    "trillion": Decimal(10**12),
    "billion": Decimal(10**9),
    "million": Decimal(10**6),
}
_SHORT_SCALES = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}
_SEVERAL = {
    1: ("several dozen", "数十"),
    2: ("several hundred", "数百"),
    3: ("several thousand", "数千"),
    4: ("tens of thousands of", "数万"),
    5: ("hundreds of thousands of", "数十万"),
    6: ("several million", "数百万"),
    7: ("tens of millions of", "数千万"),
    8: ("hundreds of millions of", "数億"),
    9: ("several billion", "数十億"),
    10: ("tens of billions of", "数百億"),
    11: ("hundreds of billions of", "数千億"),
    12: ("several trillion", "数兆"),
}
_SCALE_WORDS = {
    3: "千", 4: "万", 6: "百万", 7: "千万", 8: "億", 9: "十億", 10: "百億", 11: "千億", 12: "兆"
}  # fmt: skip
"""What a table's figures are in (単位は百万円), by the power of ten."""

_LONGEST = 24  # digits; no amount is longer, and decimals are exact up to 28
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("−"): "-", ord("　"): " "}
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
]


class Kind(StrEnum):
    """What an amount is of."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    TIMES = "times"
    UNIT = "unit"
    DURATION = "duration"
    ORDINAL = "ordinal"
    SEVERAL = "several"
    SCALE = "scale"
    NAME = "name"
    DATE = "date"


@dataclass(frozen=True)
class Amount:
    """An amount or a date in a text, from ``start`` up to ``end``.

    Attributes:
        value: the number, exact; a ``When`` where the kind is ``DATE``; for ``SEVERAL`` and
            ``SCALE`` (a table in 億円) the power of ten that there are several of.
        unit: the code of the currency or unit in ``numbers.toml``; for an ordinal, what
            Japanese counts with (回, 代); for a name, its digits and what stands with them.
        upto: the upper end of a range.
        hedge: ``about``, ``at least`` and so on, where it is a part of the amount.
        plus: whether a plus sign is written.
    """

    start: int
    end: int
    kind: Kind
    value: Decimal | When
    unit: str = ""
    upto: Decimal | When | None = None
    hedge: str = ""
    plus: bool = False


def find_amounts(text: str, language: str) -> list[Amount]:
    """The amounts and dates of a text in ``ja`` or ``en``, in order, none overlapping.

    Digits that belong to a name (GPT-4, S&P500, H100) are no amounts, nor are English
    numbers in words below a million, nor single kanji numbers (一部, 一人).
    """
    folded = text.translate(_FOLD)
    taken = bytearray(len(text))
    amounts = []
    for dated in find_dates(folded, language):
        taken[dated.start : dated.end] = b"\1" * (dated.end - dated.start)
        amounts.append(Amount(dated.start, dated.end, Kind.DATE, dated.when, upto=dated.upto))
    for pattern, read in _patterns(language):
        for match in pattern.finditer(folded):
            amount = read(match)
            if amount is None or any(taken[amount.start : amount.end]):
                continue
            taken[amount.start : amount.end] = b"\1" * (amount.end - amount.start)
            amounts.append(amount)
    return sorted(amounts, key=lambda amount: amount.start)


def realise(amount: Amount, language: str, *, before_noun: bool = False) -> str:
    """An amount as it is written in ``ja`` or ``en``; no digit of its value is lost.

    Args:
        before_noun: in English, in the form that stands before a noun (a 20-year contract);
            only for what has a unit.
    """
    if isinstance(amount.value, When):
        upto = amount.upto if isinstance(amount.upto, When) else None
        return write_date(amount.value, upto, language)
    upper = amount.upto if isinstance(amount.upto, Decimal) else None
    if amount.kind is Kind.NAME:
        return amount.unit
    if before_noun:
        number, name = _bare(amount), str(_unit_table(amount.unit)["en"][0])
        text = f"{number}-{name.replace(' ', '-')}"
    else:
        text = (_in_japanese if language == "ja" else _in_english)(amount, amount.value, upper)
    if not amount.hedge:
        return text
    if language == "en":
        return f"{amount.hedge} {text}"
    hedge = number_data().hedges[amount.hedge]
    return f"{hedge['before'][0]}{text}" if "before" in hedge else f"{text}{hedge['after'][0]}"


def compare_values(
    source: str, target: str, source_language: str, target_language: str
) -> list[str]:
    """What one sentence says in numbers and the other does not, a line each.

    Dates are compared by year, month and day, so that a sentence may say them in another
    order. A number may be a word on the other side (3社, three companies) or stand in a
    name (S&P500, the S&P 500), but an amount of money, of percent or with a unit must have
    its unit on both sides.
    """
    there = _values(source, source_language)
    here = _values(target, target_language)
    for same in (lambda a, b: a.key == b.key, _same_number):
        for value in list(there):
            found = next((other for other in here if same(value, other)), None)
            if found is not None:
                there.remove(value)
                here.remove(found)
    loose_here = _loose_numbers(target, target_language)
    loose_there = _loose_numbers(source, source_language)
    missing = [value.text for value in there if not value.loosely_in(*loose_here)]
    added = [value.text for value in here if not value.loosely_in(*loose_there)]
    return [f"{text} is missing in the translation" for text in dict.fromkeys(missing)] + [
        f"{text} is in the translation only" for text in dict.fromkeys(added)
    ]


# Finding -------------------------------------------------------------------------------


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Amount | None]]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def _names(language: str) -> dict[str, tuple[Kind, str]]:
    """Every name of a unit or currency, with the kind and code it stands for."""
    data = number_data()
    names = {
        name: (Kind.MONEY, code)
        for code, currency in data.currencies.items()
        for name in currency[language]
    }
    names |= {
        name: (Kind.UNIT, code) for code, unit in data.units.items() for name in unit[language]
    }
    names |= {
        name: (Kind.DURATION, code)
        for code, duration in data.durations.items()
        for name in duration[language]
        if language == "en"
    }
    percent = ["%", "パーセント"] if language == "ja" else ["%", "percent", "per cent", "pct"]
    return names | dict.fromkeys(percent, (Kind.PERCENT, ""))


@cache
def _signs() -> dict[str, str]:
    return {
        sign: code
        for code, currency in number_data().currencies.items()
        for sign in currency["signs"]
    }


def _hedges(language: str, place: str) -> dict[str, str]:
    return {
        word: name
        for name, hedge in number_data().hedges.items()
        for word in hedge.get(place, [])
        if language == "ja" or place == "en"
    }


@cache
def _patterns(language: str) -> tuple[_Rule, ...]:
    return _japanese_patterns() if language == "ja" else _english_patterns()


def _japanese_patterns() -> tuple[_Rule, ...]:
    names = _any(list(_names("ja")))
    latin_end = r"(?<![A-Za-z])|(?<=[A-Za-z])(?![A-Za-z0-9])"
    other_words = "(?!ネル|カード|首相|大統領|社員|会長)"
    unit = rf"(?:{names}|倍|割(?!合|り|れ|当|振))(?:{latin_end}){other_words}"
    # Atomic, for a run of digits can be cut in exponentially many ways.
    digit = "〇零一二三四五六七八九十百千"
    run = rf"(?>(?:{DIGITS}|[{digit}])(?:{DIGITS}|(?!四半期)[{digit}万億兆京])*)"
    before, after = _any(list(_hedges("ja", "before"))), _any(list(_hedges("ja", "after")))
    hedge = rf"(?P<before>{before})?\s?"
    hedged = rf"(?P<after>(?:{after})(?!え|め|い|く(?!の)|化|ま|力|制|気|者))?"
    sign = rf"(?P<sign>[+\-±△▲](?=\d|{_any(list(_signs()))}))?"
    money = rf"(?P<cs>{_any(list(_signs()))})?"
    dash = r"(?:\s?[〜~–—]\s?|(?<=[\d%])-(?=\d))"
    name_before = (
        rf"(?<![A-Za-z0-9_.])(?<![A-Za-z0-9][-&.])(?<!\d,)(?<![{digit}万億兆京](?=[{digit}\d]))"
    )
    single = (
        rf"{hedge}{name_before}{sign}{money}(?P<a>{run})"
        rf"(?:\s?(?P<ua>{unit})(?P<bu>[1-9一二三四五六七八九]分)?)?"
    )
    durations = "|".join(
        rf"{re.escape(name)}{'半?' if duration.get('halves') else ''}"
        rf"{duration.get('follows', '') if number == 0 else ''}(?!目|連続)"
        for duration in number_data().durations.values()
        for number, name in reversed([*enumerate(duration["ja"])])
    )
    currencies = _any([n for c in number_data().currencies.values() for n in c["ja"]])
    return (
        (
            re.compile(
                rf"(?:(?<=単位は)|(?<=単位[:=])|(?<=単位)|(?<=\()(?<=単位[:は]\())\s?"
                rf"(?P<s>[十百千]?[万億兆]?)(?<=[十百千万億兆])(?P<ua>{currencies})"
            ),
            _scale_ja,
        ),
        (
            re.compile(
                rf"(?P<law>(?<=[令法案則])|(?<=決議))\s?(?:第?(?P<n>\d+)号?|第(?P<k>{run})号)"
                r"(?![\d,.%]*\d|[人円年月日時兆億万])|第(?P<o>\d+)号"
            ),
            _name_ja,
        ),
        (
            re.compile(
                rf"{hedge}{name_before}(?<![割数何幾])(?P<a>{run})(?:(?P<ub>{durations})?{dash}(?P<b>{run}))?"
                rf"(?P<ua>{durations}){hedged}"
            ),
            _duration_ja,
        ),
        (
            re.compile(
                rf"(?:約\s?)?[数何](?P<s>[十百千]?[万億兆]?)(?<![数何])(?P<ua>{unit})?(?!年)"
            ),
            _several_ja,
        ),
        (re.compile(rf"第(?P<a>{run})(?P<c>回|次(?!世界)|弾|波|段階|代|世代)"), _ordinal_ja),
        (
            re.compile(
                rf"{hedge}{name_before}{sign}{money}(?P<a>{run})(?P<ub>{unit})?{dash}"
                rf"(?P<sign2>[+-])?(?P<b>{run})(?:\s?(?P<ua>{unit}))?{hedged}"
            ),
            _range_ja,
        ),
        (re.compile(single + hedged), _single_ja),
    )


def _single_ja(match: re.Match[str]) -> Amount | None:
    value = _numeral(match["a"])
    if value is None or not _is_number(match, match["a"], match["ua"]):
        return None
    kind, code, factor = _unit_of(match["ua"], match["cs"], "ja")
    if match["ua"] == "元" and not re.search(r"[\d万億兆]", match["a"]):
        return None  # 二元 and 一元 are words
    value *= factor
    if match["bu"]:
        if match["ua"] != "割":
            return None
        value += _numeral(match["bu"][:-1]) or 0
    hedge, end = _hedge_ja(match)
    return Amount(
        match.start("before")
        if match["before"]
        else match.start("sign")
        if match["sign"]
        else _first(match),
        end,
        kind,
        -value if match["sign"] in ("-", "△", "▲") else value,
        code,
        hedge=hedge,
        plus=match["sign"] == "+",
    )


def _range_ja(match: re.Match[str]) -> Amount | None:
    low, high = _numeral(match["a"]), _numeral(match["b"])
    if low is None or high is None:
        return None
    if not _is_number(match, match["b"], match["ua"]) or not _is_number(
        match, match["a"], match["ua"]
    ):
        return None
    if (match["ub"] and match["ub"] != match["ua"]) or match["sign"] == "±":
        return None
    scale = re.search("[万億兆京]$", match["b"])
    if scale and not match["ub"] and not re.search("[万億兆京]", match["a"]):
        power = _numeral("1" + scale[0]) or Decimal(1)
        low = low * power if low < high / power else low
    kind, code, factor = _unit_of(match["ua"], match["cs"], "ja")
    low, high = low * factor, high * factor
    if match["sign"] in ("-", "△", "▲"):
        low = -low
    if match["sign2"] == "-":
        high = -high
    if low >= high:
        return None
    hedge, end = _hedge_ja(match)
    start = (
        match.start("before")
        if match["before"]
        else match.start("sign")
        if match["sign"]
        else _first(match)
    )
    return Amount(start, end, kind, low, code, upto=high, hedge=hedge, plus=match["sign"] == "+")


def _several_ja(match: re.Match[str]) -> Amount | None:
    power = _numeral(("1" if match["s"][:1] in "万億兆" else "") + match["s"])
    if power is None or match["s"] == "":
        return None
    kind, code, _ = _unit_of(match["ua"], None, "ja")
    end = match.end()
    if match["ua"] and kind not in (Kind.MONEY, Kind.UNIT):
        return None
    exponent = power.adjusted()
    if exponent not in _SEVERAL:
        return None
    return Amount(match.start(), end, Kind.SEVERAL, Decimal(exponent), code)


def _scale_ja(match: re.Match[str]) -> Amount | None:
    power = _numeral(("1" if match["s"][:1] in "万億兆" else "") + match["s"])
    if power is None or power.adjusted() not in _SCALE_WORDS:
        return None
    _, code, _ = _unit_of(match["ua"], None, "ja")
    start = match.start("s")
    return Amount(start, match.end(), Kind.SCALE, Decimal(power.adjusted()), code)


def _name_ja(match: re.Match[str]) -> Amount | None:
    digits = match["n"] or match["o"]
    value = Decimal(digits) if digits else _numeral(match["k"])
    if value is None or len(match[0]) > _LONGEST:
        return None
    digits = digits or f"{value:f}"
    named = digits if match["law"] is not None else f"No. {digits}"
    return Amount(match.start(), match.end(), Kind.NAME, value, named)


def _duration_ja(match: re.Match[str]) -> Amount | None:
    low = _numeral(match["a"])
    high = _numeral(match["b"]) if match["b"] else None
    unit = match["ua"]
    half = unit.endswith("半")
    code = _durations_ja()[unit.removesuffix("半")]
    kanji = not re.search(r"\d", match["a"])
    if low is None or (match["b"] and high is None) or (kanji and code in ("minute", "second")):
        return None
    if match["ub"] and _durations_ja().get(match["ub"].removesuffix("半")) != code:
        return None
    extra = Decimal("0.5") if half else Decimal(0)
    if high is None:
        low += extra
    else:
        high += extra
        if low >= high:
            return None
    hedge, end = _hedge_ja(match)
    start = match.start("before") if match["before"] else match.start("a")
    return Amount(start, end, Kind.DURATION, low, code, upto=high, hedge=hedge)


@cache
def _durations_ja() -> dict[str, str]:
    return {
        name: code for code, duration in number_data().durations.items() for name in duration["ja"]
    }


def _ordinal_ja(match: re.Match[str]) -> Amount | None:
    value = _numeral(match["a"])
    if value is None or value != int(value):
        return None
    end = match.end() if match["c"] in ("回", "次", "弾", "波", "代") else match.start("c")
    return Amount(match.start(), end, Kind.ORDINAL, value, match["c"])


def _is_number(match: re.Match[str], numeral: str, unit: str | None) -> bool:
    """Whether what reads as a number is one, and no part of a word or a name."""
    after = match.string[match.end() : match.end() + 2]
    if not unit and re.match(r"[A-Za-z_]|[.-][A-Za-z]", after) and not re.match("x[^a-z]", after):
        return False
    if re.search(r"\d", numeral):
        return True
    if unit or re.search("[万億兆京]", numeral):
        return not re.match("[引]", after)
    counted = r"[人社件台個本回年日歳位枚名店校国州分秒円点時]|[カかヶケ][月所国年]"
    return len(numeral) > 1 and bool(re.search("[十百千]", numeral) and re.match(counted, after))


def _hedge_ja(match: re.Match[str]) -> tuple[str, int]:
    """The hedge of a Japanese amount and where the amount ends with it."""
    before = _hedges("ja", "before").get(match["before"] or "", "")
    after = match["after"] or ""
    groups = match.groupdict()
    bare = not groups["ua"] and not groups.get("cs") and after in ("強", "弱", "前後", "程度")
    if before or not after or bare:
        end = match.start("after") if after else match.end()
        return before, end
    return _hedges("ja", "after")[after], match.end()


def _first(match: re.Match[str]) -> int:
    return match.start("cs") if match["cs"] else match.start("a")


def _english_patterns() -> tuple[_Rule, ...]:
    units = _any(list(_names("en")))
    unit = rf"(?:[\s-]?(?:{units})(?:(?<=%)|(?![A-Za-z]))(?![\s-]old))"
    number = rf"(?:{DIGITS}|\.\d+)"
    scale = (
        rf"(?:[\s-]?(?:thousand|{'|'.join(SCALES)})(?![a-z])|(?:bn|mn|tn|[kmbtKMBT])(?![A-Za-z]))"
    )
    sign = rf"(?P<sign>[+\-±](?=[\d.]|{_any(list(_signs()))}))?"
    money = rf"(?P<cs>{_any(list(_signs()))})?\s?"
    hedge = rf"(?:(?P<before>\b(?:{_any(list(_hedges('en', 'en')))})\s|~))?"
    no_name = r"(?<![A-Za-z0-9_.,/])(?<![A-Za-z0-9][-–&])"
    flags = re.IGNORECASE
    small = "one|two|three|four|five|six|seven|eight|nine|ten|half a|a half|a"
    several = "|".join(
        [
            r"several dozen|dozens of",
            r"(?:several|a few) hundred(?! (?:thousand|million|billion))",
            r"hundreds of(?! (?:thousands|millions|billions))",
        ]
        + [r"(?:several|a few) thousand|thousands of|tens of thousands of|hundreds of thousands of"]
        + [
            rf"(?:several|a few) {name}|tens of {name}s of|hundreds of {name}s of|{name}s of"
            for name in ("million", "billion", "trillion")
        ]
    )
    low = rf"(?P<a>{number})(?P<as>{scale})?"
    high = rf"(?P<b>{number})(?P<bs>{scale})?"
    before_names = _any(number_data().before_names)
    currencies = _any([n for c in number_data().currencies.values() for n in c["en"]])
    return (
        (
            re.compile(
                rf"(?:(?:^|\()[Ii]n |\b[Ff]igures in )(?P<s>(?:tens of |hundreds of )?"
                rf"(?:thousand|million|billion|trillion)s) of (?P<ua>{currencies})(?=[).;,:]|$)"
            ),
            _scale_en,
        ),
        (
            re.compile(
                rf"(?<![A-Za-z])(?:(?:{before_names})\s|Nos?\.\s?|#)(?P<a>\d[\d,.-]*(?<=\d))(?![\w%]|-\w)"
            ),
            _name_en,
        ),
        (
            re.compile(rf"(?<![\w-])(?P<s>{several})(?:\s(?P<ua>{units})(?![A-Za-z]))?", flags),
            _several_en,
        ),
        (
            re.compile(
                rf"{hedge}{no_name}{sign}{money}{low}(?P<ub>{unit})?(?:[–—~]|(?<=[\d%])-|\s[–—]\s|(?P<to>\s(?:to|and)\s))"
                rf"(?P<sign2>[+-])?(?P<cs2>{_any(list(_signs()))})?{high}(?P<ua>{unit})?(?![\w-]*\d)"
            ),
            _range_en,
        ),
        (
            re.compile(
                rf"{hedge}(?<![\w-])(?P<w>{small})[\s-](?P<as>million|billion|trillion|quadrillion)(?P<ua>{unit})?(?![a-z])",
                flags,
            ),
            _words_en,
        ),
        (
            re.compile(
                rf"{no_name}(?P<a>\d+)(?:st|nd|rd|th)\b(?:[\s-](?P<ua>century|anniversary)\b|(?=\s(?P<c>[a-z]+)))?",
                flags,
            ),
            _ordinal_en,
        ),
        (
            re.compile(
                rf"{hedge}{no_name}{sign}{money}(?P<sign2>-)?{low}"
                rf"(?:(?P<ua>{unit})|(?P<x>[\s-]times|-fold|fold|x)(?![A-Za-z]))?(?!-[A-Z]\b)"
            ),
            _single_en,
        ),
    )


def _scale_en(match: re.Match[str]) -> Amount | None:
    exponent = _power(match["s"].lower())
    _, code, _ = _unit_of(match["ua"], None, "en")
    return Amount(match.start("s"), match.end(), Kind.SCALE, Decimal(exponent), code)


def _name_en(match: re.Match[str]) -> Amount | None:
    digits = match["a"]
    value = re.sub(r"\D", "", digits)
    if len(digits) > _LONGEST:
        return None
    return Amount(match.start("a"), match.end("a"), Kind.NAME, Decimal(value), digits)


def _single_en(match: re.Match[str]) -> Amount | None:
    value = _english(match["a"], match["as"], money=bool(match["cs"]))
    if value is None or not _is_word_end(match):
        return None
    kind, code, _ = _unit_of(match["ua"], match["cs"], "en")
    end = match.end()
    if match["x"]:
        if match["x"].strip() == "times" and not _is_multiple(match):
            end = match.end("as") if match["as"] else match.end("a")
        else:
            kind = Kind.TIMES
    negative = match["sign"] == "-" or match["sign2"] == "-"
    start = match.start("sign") if match["sign"] else _first(match)
    hedge, start = _hedge_en(match, kind, start)
    return Amount(
        start,
        end,
        kind,
        -value if negative else value,
        code,
        hedge=hedge,
        plus=match["sign"] == "+",
    )


def _range_en(match: re.Match[str]) -> Amount | None:
    money = bool(match["cs"])
    unit, other = _unit_of(match["ua"], match["cs"], "en"), match["ub"]
    if match["to"] and (
        match["to"].strip() == "and"
        or other
        or match["cs2"]
        or match["as"]
        or not (match["bs"] or match["ua"])
    ):
        return None
    if (other and _unit_of(other, match["cs"], "en") != unit) or not _is_word_end(match):
        return None
    if match["cs2"] and match["cs2"] != match["cs"]:
        return None
    high = _english(match["b"], match["bs"], money=money)
    low = _english(match["a"], match["as"], money=money)
    if low is None or high is None:
        return None
    if match["bs"] and not match["as"] and not match["cs2"] and not other:
        shared = _english(match["a"], match["bs"], money=money)
        low = shared if shared is not None and shared < high else low
    if match["sign"] == "-":
        low = -low
    if match["sign2"] == "-":
        high = -high
    if low >= high:
        return None
    start = match.start("sign") if match["sign"] else _first(match)
    hedge, start = _hedge_en(match, unit[0], start)
    if match["to"] and not hedge and match.string[:start].lower().endswith("from "):
        start -= len("from ")
    kind, code, _ = unit
    return Amount(
        start, match.end(), kind, low, code, upto=high, hedge=hedge, plus=match["sign"] == "+"
    )


def _words_en(match: re.Match[str]) -> Amount | None:
    words = {"half a": "0.5", "a half": "0.5", "a": "1"}
    names = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    word = match["w"].lower()
    number = Decimal(words.get(word) or names.index(word) + 1)
    kind, code, _ = _unit_of(match["ua"], None, "en")
    hedge, start = _hedge_en(match, kind, match.start("w"))
    return Amount(start, match.end(), kind, number * SCALES[match["as"].lower()], code, hedge=hedge)


def _several_en(match: re.Match[str]) -> Amount | None:
    exponent = _power(match["s"].lower())
    if exponent not in _SEVERAL:
        return None
    kind, code, _ = _unit_of(match["ua"], None, "en")
    if match["ua"] and kind not in (Kind.MONEY, Kind.UNIT):
        return None
    return Amount(match.start(), match.end(), Kind.SEVERAL, Decimal(exponent), code)


def _power(words: str) -> int:
    """The power of ten of ``tens of millions`` (7) or ``several dozen`` (1)."""
    names = ((12, "trillion"), (9, "billion"), (6, "million"), (3, "thousand"))
    scale = next((power for power, name in names if name in words), 0)
    if "hundred" in words:
        return 2 + scale
    return scale + ("dozen" in words or words.startswith("tens"))


def _ordinal_en(match: re.Match[str]) -> Amount | None:
    value = Decimal(match["a"])
    if len(match["a"]) > _LONGEST:
        return None
    if match["ua"]:
        return Amount(match.start(), match.end(), Kind.UNIT, value, match["ua"].lower())
    person = (match["c"] or "").lower() in ("president", "chairman", "governor", "generation")
    return Amount(match.start(), match.end(), Kind.ORDINAL, value, "代" if person else "回")


def _hedge_en(match: re.Match[str], kind: Kind, start: int) -> tuple[str, int]:
    """The hedge that is part of an English amount, and where the amount begins with it."""
    word = (match["before"] or "").strip().lower()
    name = "about" if match[0].startswith("~") else _hedges("en", "en").get(word, "")
    if not name:
        return "", start
    if kind is Kind.NUMBER and "before" not in number_data().hedges[name]:
        return "", start
    return name, match.start()


def _is_word_end(match: re.Match[str]) -> bool:
    after = match.string[match.end() : match.end() + 2]
    before = match.string[match.end() - 1]
    return not (before.isalnum() and after[:1].isalnum()) and not re.match(r"[.,]\d|/\d|:\d", after)


def _is_multiple(match: re.Match[str]) -> bool:
    """Whether ``3 times`` means threefold rather than on three occasions."""
    after = match.string[match.end() :]
    before = match.string[: match.start("a")].rstrip().split(" ")[-1].lower()
    return (
        "." in match["a"]
        or bool(
            re.match(
                r"\s(?:as|more|higher|larger|greater|faster|bigger|the|its|their|what|that of"
                r"|earnings|sales)\b",
                after,
            )
        )
        or before in ("to", "by", "than", "nearly", "almost", "at", "about", "over")
    )


def _english(digits: str, scale: str | None, *, money: bool) -> Decimal | None:
    if len(digits) > _LONGEST:
        return None
    value = Decimal(digits.replace(",", ""))
    if not scale:
        return value
    name = scale.strip(" -\u00a0").lower()
    if name == "thousand":
        return value * 1000
    if name in SCALES:
        return value * SCALES[name]
    return value.scaleb(_SHORT_SCALES[name]) if money else None


def _numeral(text: str) -> Decimal | None:
    return read_numeral(text) if len(text) <= _LONGEST else None


def _unit_of(name: str | None, sign: str | None, language: str) -> tuple[Kind, str, int]:
    """The kind and code of a unit's name or a currency's sign, and what to multiply with."""
    if name:
        name = name.strip(" -")
        if name == "割":
            return Kind.PERCENT, "", 10
        if name == "倍":
            return Kind.TIMES, "", 1
        kind, code = _names(language)[name]
        return kind, code, 1
    return (Kind.MONEY, _signs()[sign], 1) if sign else (Kind.NUMBER, "", 1)


# Writing -------------------------------------------------------------------------------


def _in_japanese(amount: Amount, value: Decimal, upto: Decimal | None) -> str:
    if amount.kind is Kind.SEVERAL:
        text = _SEVERAL[int(value)][1]
        return text + (_unit_table(amount.unit)["ja"][0] if amount.unit else "")
    if amount.kind is Kind.ORDINAL:
        counter = amount.unit if amount.unit in ("回", "次", "弾", "波", "代") else ""
        return f"第{value}{counter}"
    if amount.kind is Kind.SCALE:
        return _SCALE_WORDS[int(value)] + str(_unit_table(amount.unit)["ja"][0])
    unit = {Kind.PERCENT: "%", Kind.TIMES: "倍"}.get(amount.kind, "")
    if amount.unit:
        table = _unit_table(amount.unit)
        unit = table["ja"][0]
        if table.get("halves") and upto is None and value % 1 == Decimal("0.5"):
            value, unit = value - Decimal("0.5"), f"{unit}半"
            value = value.quantize(Decimal(1))
            if not value:
                value, unit = Decimal("0.5"), table["ja"][0]
    text = _signed(value, write_numeral, plus=amount.plus)
    if upto is not None:
        upper = write_numeral(abs(upto))
        # 5〜10億 is read as 5億〜10億: where it is not, the digits are written out.
        if upper[-1] in "万億兆京" and text[-1].isdigit():
            upper = f"{abs(upto):,f}"
        text += f"〜{'-' if upto < 0 else ''}{upper}"
    return text + unit


def _in_english(amount: Amount, value: Decimal, upto: Decimal | None) -> str:
    if amount.kind is Kind.SEVERAL:
        text = _SEVERAL[int(value)][0]
        if not amount.unit:
            return text
        return f"{text} {_unit_table(amount.unit)['en'][1]}"
    if amount.kind is Kind.ORDINAL:
        number = int(value)
        return _ORDINALS[number - 1] if 1 <= number <= 10 else ordinal(number)
    if amount.kind is Kind.SCALE:
        words = _SEVERAL[int(value)][0].replace("several ", "")
        words = words if words.endswith(" of") else f"{words}s of"
        return f"{words} {_unit_table(amount.unit)['en'][1]}"
    sign, unit = "", {Kind.PERCENT: "%", Kind.TIMES: " times"}.get(amount.kind, "")
    if amount.unit:
        table = _unit_table(amount.unit)
        sign = str(table.get("sign", "")) if amount.kind is Kind.MONEY else ""
        if table.get("ordinal"):
            return f"{ordinal(int(value))} {table['en'][0]}"
        one = abs(value) == 1 and upto is None
        unit = "" if sign else " " + table["en"][0 if one else 1]
    if upto is None:
        return _signed(value, lambda v: sign + _scaled(v), plus=amount.plus) + unit
    low, high = _scaled(abs(value)), _scaled(abs(upto))
    shared = next((name for name in SCALES if low.endswith(name) and high.endswith(name)), None)
    if shared:
        low = low.removesuffix(" " + shared)
    elif low[-1].isdigit() and not sign:
        # 3–5 million is 3 million to 5 million: where it is not, the digits are written out.
        high = f"{abs(upto):,f}"
    minus = "-" if value < 0 else "+" if amount.plus else ""
    if upto < 0:
        return f"{minus}{sign}{low} to -{sign}{high}{unit}"
    return f"{minus}{sign}{low}–{'' if shared or not sign else sign}{high}{unit}"


def _unit_table(code: str) -> dict[str, Any]:
    data = number_data()
    table: dict[str, Any] = (
        data.currencies.get(code) or data.units.get(code) or data.durations[code]
    )
    return table


def _bare(amount: Amount) -> str:
    """The English number of an amount without its unit or hedge."""
    assert isinstance(amount.value, Decimal)
    upper = amount.upto if isinstance(amount.upto, Decimal) else None
    return _in_english(replace(amount, kind=Kind.NUMBER, unit=""), amount.value, upper)


def _signed(value: Decimal, write: Callable[[Decimal], str], *, plus: bool) -> str:
    return ("-" if value < 0 else "+" if plus else "") + write(abs(value))


def _scaled(value: Decimal) -> str:
    """An English number: 94,000; 3.9 million; 1.25 trillion; 1,234,567."""
    for name, scale in SCALES.items():
        if value >= scale:
            mantissa = (value / scale).normalize()
            exponent = mantissa.as_tuple().exponent
            if isinstance(exponent, int) and exponent >= -3 and mantissa < 10**4:
                return f"{mantissa:,f} {name}"
    return f"{value:,f}" if value >= 1000 else f"{value:f}"


# Comparing -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Value:
    """One value of a sentence: a number of a kind, and the text it was written in."""

    kind: str
    number: Decimal
    text: str
    said: Decimal | None = None  # the number as written, where it was brought to another unit

    @property
    def key(self) -> tuple[str, Decimal]:
        return self.kind, self.number

    @property
    def is_loose(self) -> bool:
        """Whether its kind may be said in another way: 第3回 and three, 2倍 and doubled."""
        return self.kind in (
            "number",
            "times",
            "ordinal",
            "year",
            "month",
            "day",
            "quarter",
            "name",
            "unit:point",
        )

    def loosely_in(self, digits: set[Decimal], words: set[Decimal]) -> bool:
        """Whether it may be said by digits in a name, or by words.

        One of something may go without saying (1ドル=150円, 150 yen to the dollar), and
        eight tenths are eight of ten.
        """
        number = abs(self.number if self.said is None else self.said)
        if number == 1 and self.kind.startswith(("number", "unit", "money", "duration")):
            return True
        if self.kind == "percent":
            return number in words or (10 in words and number / 10 in words)
        return number in words or (self.is_loose and number in digits)


def _same_number(one: _Value, other: _Value) -> bool:
    if one.number == other.number and (one.is_loose or other.is_loose):
        return True
    # A minus may be a word: -3% is "fell 3%".
    return one.kind == other.kind and abs(one.number) == abs(other.number)


def _values(text: str, language: str) -> list[_Value]:
    return [
        value
        for amount in find_amounts(text, language)
        for value in _values_of(amount, text[amount.start : amount.end])
    ]


def _values_of(amount: Amount, text: str) -> Iterator[_Value]:
    for value in (amount.value, amount.upto):
        if isinstance(value, When):
            yield from _values_of_date(value, text)
        elif value is not None:
            kind = str(amount.kind)
            said = None
            if amount.kind is Kind.DURATION:
                # 1年半 is 18 months, and 2 weeks are 14日.
                table = number_data().durations[amount.unit]
                kind, said = f"duration:{table['in']}", value
                value *= table["of"]
            elif amount.kind is Kind.SCALE:
                kind = f"{Kind.SEVERAL}:{amount.unit}"  # trillions of dollars are both
            elif amount.kind in (Kind.MONEY, Kind.UNIT, Kind.SEVERAL):
                kind += f":{amount.unit}"
            yield _Value(kind, value, text, said)


def _values_of_date(when: When, text: str) -> Iterator[_Value]:
    for name in ("year", "month", "day", "quarter"):
        number = getattr(when, name)
        if number is not None:
            yield _Value(name, Decimal(number), text)
    if when.hour is not None:
        # Either language may count the hours to 12 or to 24.
        yield _Value("time", Decimal((when.hour * 60 + (when.minute or 0)) % 720), text)


def _loose_numbers(text: str, language: str) -> tuple[set[Decimal], set[Decimal]]:
    """Numbers in names, and in words, which satisfy a comparison but ask for nothing."""
    folded = text.translate(_FOLD)
    found = re.findall(DIGITS, folded)
    digits = {Decimal(number.replace(",", "")) for number in found if len(number) <= _LONGEST}
    table = number_data().words[language]
    if language == "ja":
        words = {number for word in table if word in folded for number in table[word]}
        for run in re.findall("[〇一二三四五六七八九十百千万億兆]{1,20}", folded):
            value = read_numeral(run)
            words |= {value} if value is not None else set()
        return digits, words
    tokens = re.findall("[a-z]+", folded.lower())
    words = {number for token in tokens for number in table.get(token, ())}
    for ten, one in pairwise(tokens):
        tens, ones = table.get(ten, ()), table.get(one, ())
        if tens and ones and 20 <= tens[0] <= 90 and ones[0] < 10:
            words.add(tens[0] + ones[0])
    words |= {_roman(numeral) for numeral in re.findall(r"\b[IVX]{1,6}\b", folded)}
    return digits, words


def _roman(numeral: str) -> Decimal:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in numeral]
    return Decimal(sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)))
