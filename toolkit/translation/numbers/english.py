"""Amounts found in English: about $500 billion, 3–5%, tens of millions of yen, 17.5 years."""

import re
from decimal import Decimal

from toolkit.translation.numbers.amount import (
    CODE,
    LONGEST,
    PARTS,
    SCALES,
    SEVERAL,
    SMALL_NUMBERS,
    Amount,
    Kind,
    Rule,
    any_of,
    first_of,
    hedges,
    read_code,
    signs,
    unit_names,
    unit_of,
)
from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.numerals import DIGITS, scaled

_HEDGE_SIGNS = {"~": "about", "±": "plus or minus"}
_SHORT_SCALES = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "t": 12, "tn": 12}


_PARTS = (
    {name: whole for whole, name in PARTS.items()}
    | {f"{name}s": whole for whole, name in PARTS.items() if whole > 2}
    | {"halves": 2, "fourth": 4, "fourths": 4}
)
"""What the parts of a whole are called, and how many of them make it."""


def patterns() -> tuple[Rule, ...]:
    """The rules that find amounts in English, the most particular first."""
    units = any_of(list(unit_names("en")))
    unit = rf"(?:[\s-]?(?:{units})(?:(?<=%)|(?![A-Za-z]))(?![\s-]old))"
    number = rf"(?:{DIGITS}|\.\d+)"
    scale = (
        rf"(?:[\s-]?(?:thousand|{'|'.join(SCALES)})(?![a-z])|(?:bn|mn|tn|[kmbtKMBT])(?![A-Za-z]))"
    )
    sign = rf"(?P<sign>[+\-](?=[\d.]|{any_of(list(signs()))}))?"
    money = rf"(?P<cs>{any_of(list(signs()))})?\s?"
    hedge = rf"(?:(?P<before>\b(?:{any_of(list(hedges('en', 'en')))})\s|[~±]))?"
    no_name = r"(?<![A-Za-z0-9_.,/])(?<![A-Za-z0-9][-–&])"
    flags = re.IGNORECASE
    small = "|".join([*SMALL_NUMBERS, "half a", "a half", "a"])
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
    before_names = any_of(number_data().before_names)
    currencies = any_of([n for c in number_data().currencies.values() for n in c["en"]])
    return (
        (CODE, read_code),
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
            re.compile(
                rf"{hedge}(?<![\w-])(?:(?P<n>an?|{any_of(SMALL_NUMBERS)})(?P<gap>[\s-])"
                rf"(?P<d>{any_of(_PARTS)})|(?P<a>{DIGITS})/(?P<b>{DIGITS})(?=\sof\b(?!\s\d{{4}}\b)))(?![\w/])",
                flags,
            ),
            _fraction_en,
        ),
        (
            re.compile(
                rf"{hedge}(?<![\w-])(?:(?P<n>{any_of(SMALL_NUMBERS)}|\d+)[\s-]and[\s-]a[\s-]half"
                rf"(?:(?P<as>{scale})(?P<unit>{unit})?|(?P<ua>{unit})|(?P<x>\stimes))"
                rf"|an?\s(?P<one>year|month|hour)\sand\sa\shalf)(?![\w-])",
                flags,
            ),
            _and_a_half_en,
        ),
        (
            re.compile(rf"(?<![\w-])(?P<s>{several})(?:\s(?P<ua>{units})(?![A-Za-z]))?", flags),
            _several_en,
        ),
        (
            re.compile(
                rf"{hedge}{no_name}{money}(?P<a>{number})(?:[–-](?P<b>{number}))?"
                rf"(?:[\s-](?P<ua>{currencies}))?\s(?P<for>to|per|against)\s(?:(?<=per\s)|(?:the|one|1)\s)"
                rf"(?P<per>{currencies})(?![A-Za-z])(?<!\breal(?=\s[a-z]))"
            ),
            _rate_en,
        ),
        (
            re.compile(
                rf"{hedge}{no_name}{sign}{money}{low}(?P<ub>{unit})?(?:[–—~]|(?<=[\d%])-|\s[–—]\s|(?P<to>\s(?:to|and)\s))"
                rf"(?P<sign2>[+-])?(?P<cs2>{any_of(list(signs()))})?{high}(?P<ua>{unit})?(?![\w-]*\d)"
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


def _fraction_en(match: re.Match[str]) -> Amount | None:
    if match["a"]:
        start = match.start("a")
        part, whole = (_english(match[group], None, money=False) for group in "ab")
    else:
        start = match.start("n")
        word, name = match["n"].lower(), match["d"].lower()
        article = word.startswith("a")
        part = Decimal(1 if article else SMALL_NUMBERS.index(word) + 1)
        whole = Decimal(_PARTS[name])
        if name.endswith("s") != (part > 1) or not _is_part(match, name, article=article):
            return None
    if part is None or whole is None or not 0 < part < whole or part % 1 or whole % 1:
        return None
    hedge, start = _hedge_en(match, Kind.FRACTION, start)
    return Amount(start, match.end(), Kind.FRACTION, part, f"{whole:f}", hedge=hedge)


def _and_a_half_en(match: re.Match[str]) -> Amount | None:
    if match["one"]:
        number, name = Decimal(1), match["one"]
    else:
        word, name = match["n"].lower(), match["ua"] or match["unit"]
        number = Decimal(word if word.isdigit() else SMALL_NUMBERS.index(word) + 1)
    value = _english(f"{number + Decimal('0.5')}", match["as"], money=False)
    if value is None:
        return None
    kind, code, _ = unit_of(name, None, "en")
    kind = Kind.TIMES if match["x"] else kind
    start = (
        match.start("n")
        if match["n"]
        else match.end("before") + 1
        if match["before"]
        else match.start()
    )
    hedge, start = _hedge_en(match, kind, start)
    return Amount(start, match.end(), kind, value, code, hedge=hedge)


def _is_part(match: re.Match[str], name: str, *, article: bool) -> bool:
    """Whether it is a part of something: no third country, no three quarters of growth."""
    if match["gap"] == "-" or name == "half":
        return not article
    after = match.string[match.end() :]
    if name.startswith("quarter") and not article:
        whose = r"all|the|its|their|our|his|her|my|your|this|that|these|those"
        return bool(re.match(rf"\sof\s(?:{whose})\b", after))
    if re.match(r"\sof\s(?!(?:an?|the|this|last|next)\s(?:century|decade|year|month)\b)", after):
        return True
    ends = bool(re.match(r"\s(?:less|lower|more|higher|as)\b|[.,;:!?)]|$", after))
    return ends and not article


def _scale_en(match: re.Match[str]) -> Amount | None:
    exponent = _power(match["s"].lower())
    _, code, _ = unit_of(match["ua"], None, "en")
    return Amount(match.start("s"), match.end(), Kind.SCALE, Decimal(exponent), code)


def _name_en(match: re.Match[str]) -> Amount | None:
    digits = match["a"]
    value = re.sub(r"\D", "", digits)
    if len(digits) > LONGEST:
        return None
    return Amount(match.start("a"), match.end("a"), Kind.NAME, Decimal(value), digits)


def _single_en(match: re.Match[str]) -> Amount | None:
    counted = bool(match["cs"]) or _is_counted(match)
    value = _english(match["a"], match["as"], money=counted)
    if value is None or not _is_word_end(match):
        return None
    kind, code, _ = unit_of(match["ua"], match["cs"], "en")
    end = match.end()
    if match["x"]:
        if match["x"].strip() == "times" and not _is_multiple(match):
            end = match.end("as") if match["as"] else match.end("a")
        else:
            kind = Kind.TIMES
    negative = match["sign"] == "-" or match["sign2"] == "-"
    start = match.start("sign") if match["sign"] else first_of(match)
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


def _rate_en(match: re.Match[str]) -> Amount | None:
    kind, code, _ = unit_of(match["ua"], match["cs"], "en")
    _, per, _ = unit_of(match["per"], None, "en")
    low = _english(match["a"], None, money=True)
    high = _english(match["b"], None, money=True) if match["b"] else None
    if kind is not Kind.MONEY or low is None or code == per:
        return None
    if per == "GBP" and match["for"] == "per":
        return None  # the price of a weight
    if match["b"] and (high is None or low >= high):
        return None
    hedge, start = _hedge_en(match, Kind.RATE, first_of(match))
    return Amount(start, match.end(), Kind.RATE, low, f"{code}/{per}", upto=high, hedge=hedge)


def _range_en(match: re.Match[str]) -> Amount | None:
    money = bool(match["cs"])
    unit, other = unit_of(match["ua"], match["cs"], "en"), match["ub"]
    if match["to"] and (
        match["to"].strip() == "and"
        or other
        or match["cs2"]
        or match["as"]
        or not (match["bs"] or match["ua"])
    ):
        return None
    if (other and unit_of(other, match["cs"], "en") != unit) or not _is_word_end(match):
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
    start = match.start("sign") if match["sign"] else first_of(match)
    hedge, start = _hedge_en(match, unit[0], start)
    if match["to"] and not hedge and match.string[:start].lower().endswith("from "):
        start -= len("from ")
    kind, code, _ = unit
    return Amount(
        start, match.end(), kind, low, code, upto=high, hedge=hedge, plus=match["sign"] == "+"
    )


def _words_en(match: re.Match[str]) -> Amount | None:
    words = {"half a": "0.5", "a half": "0.5", "a": "1"}
    word = match["w"].lower()
    number = Decimal(words.get(word) or SMALL_NUMBERS.index(word) + 1)
    kind, code, _ = unit_of(match["ua"], None, "en")
    hedge, start = _hedge_en(match, kind, match.start("w"))
    return Amount(start, match.end(), kind, number * SCALES[match["as"].lower()], code, hedge=hedge)


def _several_en(match: re.Match[str]) -> Amount | None:
    exponent = _power(match["s"].lower())
    if exponent not in SEVERAL:
        return None
    kind, code, _ = unit_of(match["ua"], None, "en")
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
    if len(match["a"]) > LONGEST:
        return None
    if match["ua"]:
        return Amount(match.start(), match.end(), Kind.UNIT, value, match["ua"].lower())
    person = (match["c"] or "").lower() in ("president", "chairman", "governor", "generation")
    return Amount(match.start(), match.end(), Kind.ORDINAL, value, "代" if person else "回")


def _hedge_en(match: re.Match[str], kind: Kind, start: int) -> tuple[str, int]:
    """The hedge that is part of an English amount, and where the amount begins with it."""
    word = (match["before"] or "").strip().lower()
    name = _HEDGE_SIGNS.get(match[0][0]) or hedges("en", "en").get(word, "")
    if not name:
        return "", start
    if kind is Kind.NUMBER and "before" not in number_data().hedges[name]:
        return "", start
    return name, match.start()


def _is_word_end(match: re.Match[str]) -> bool:
    after = match.string[match.end() : match.end() + 2]
    before = match.string[match.end() - 1]
    return not (before.isalnum() and after[:1].isalnum()) and not re.match(r"[.,]\d|/\d|:\d", after)


def _is_counted(match: re.Match[str]) -> bool:
    """Whether 10k, 5M or 2B counts something (10k users), and is no 4K screen or 10k race."""
    if match["as"] not in ("k", "M", "B") or match["ua"] or match["x"]:
        return False
    return bool(
        re.match(
            r"\+?\s(?!(?:was|has|does|this|goes|runs|plus|versus)\b)(?:(?:new|active|monthly|daily|paying|more|other)\s)*(?:people|[a-z]+[^s\W]s)\b",
            match.string[match.end() :],
        )
    )


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
    if len(digits) > LONGEST:
        return None
    value = Decimal(digits.replace(",", ""))
    if not scale:
        return value
    name = scale.strip(" -\u00a0").lower()
    if name == "thousand":
        return scaled(value, 1000)
    if name in SCALES:
        return value * SCALES[name]
    return scaled(value, 10 ** _SHORT_SCALES[name]) if money else None
