"""Amounts found in Japanese: 約5000億ドル, 3〜5%, 数千万円, 17年半, 第3回."""

import re
from decimal import Decimal
from functools import cache

from toolkit.translation.numbers.amount import (
    CODE,
    LONGEST,
    SCALE_WORDS,
    SEVERAL,
    Amount,
    Kind,
    Rule,
    any_of,
    first_of,
    hedges,
    numeral,
    read_code,
    signs,
    unit_names,
    unit_of,
)
from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.numerals import DIGITS

_MINUS = ("-", "△", "▲", "マイナス")
_SEN = r"(?:(?P<sen>\d\d?)銭)?"


def patterns() -> tuple[Rule, ...]:
    """The rules that find amounts in Japanese, the most particular first."""
    names = any_of(list(unit_names("ja")))
    latin_end = r"(?<![A-Za-z])|(?<=[A-Za-z])(?![A-Za-z0-9])"
    other_words = "(?!ネル|カード|首相|大統領|社員|会長)"
    unit = rf"(?:{names}|倍|割(?!合|り|れ|当|振))(?:{latin_end}){other_words}"
    # Atomic, for a run of digits can be cut in exponentially many ways.
    digit = "〇零一二三四五六七八九十百千"
    run = rf"(?>(?:{DIGITS}|[{digit}])(?:{DIGITS}|(?!四半期)[{digit}万億兆京])*)"
    before, after = any_of(list(hedges("ja", "before"))), any_of(list(hedges("ja", "after")))
    hedge = rf"(?P<before>{before})?\s?"
    hedged = rf"(?P<after>(?:{after})(?!え|め|い|く(?!の)|化|ま|力|制|気|者))?"
    sign = rf"(?P<sign>(?:[+\-△▲]|マイナス)(?=\d|{any_of(list(signs()))}))?"
    money = rf"(?P<cs>{any_of(list(signs()))})?"
    dash = r"(?:\s?[〜~–—]\s?|(?<=[\d%])-(?=\d))"
    name_before = (
        rf"(?<![A-Za-z0-9_.])(?<![A-Za-z0-9][-&.])(?<!\d,)(?<![{digit}万億兆京](?=[{digit}\d]))"
    )
    single = (
        rf"{hedge}{name_before}{sign}{money}(?P<a>{run})"
        rf"(?:\s?(?P<ua>{unit})(?:(?P<bu>[1-9一二三四五六七八九]分)|(?<=円){_SEN})?)?"
    )
    durations = "|".join(
        rf"{re.escape(name)}{'半?' if duration.get('halves') else ''}"
        rf"{duration.get('follows', '') if number == 0 else ''}(?!目|連続)"
        for duration in number_data().durations.values()
        for number, name in reversed([*enumerate(duration["ja"])])
    )
    currencies = any_of([n for c in number_data().currencies.values() for n in c["ja"]])
    return (
        (CODE, read_code),
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
                rf"{name_before}1(?P<per>{currencies})\s?(?:=|は|が|につき|あたり|当たり)?\s?{hedge}"
                rf"(?P<a>{run})(?:(?:{currencies})?{dash}(?P<b>{run}))?(?P<ua>{currencies})"
                rf"(?:(?<=円){_SEN})?{hedged}"
            ),
            _rate_ja,
        ),
        (
            re.compile(
                rf"{hedge}{name_before}(?<![数何])(?P<b>{run})(?P<ua>分の)(?P<a>{run})(?![回本番度曲]){hedged}"
            ),
            _fraction_ja,
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
    value = numeral(match["a"])
    if value is None or not _is_number(match, match["a"], match["ua"]):
        return None
    kind, code, factor = unit_of(match["ua"], match["cs"], "ja")
    if match["ua"] == "元" and not re.search(r"[\d万億兆]", match["a"]):
        return None  # 二元 and 一元 are words
    value *= factor
    if match["bu"]:
        if match["ua"] != "割":
            return None
        value += numeral(match["bu"][:-1]) or 0
    value += _sen(match)
    hedge, end = _hedge_ja(match)
    return Amount(
        match.start("before")
        if match["before"]
        else match.start("sign")
        if match["sign"]
        else first_of(match),
        end,
        kind,
        -value if match["sign"] in _MINUS else value,
        code,
        hedge=hedge,
        plus=match["sign"] == "+",
    )


def _range_ja(match: re.Match[str]) -> Amount | None:
    low, high = numeral(match["a"]), numeral(match["b"])
    if low is None or high is None:
        return None
    if not _is_number(match, match["b"], match["ua"]) or not _is_number(
        match, match["a"], match["ua"]
    ):
        return None
    if match["ub"] and match["ub"] != match["ua"]:
        return None
    scale = re.search("[万億兆京]$", match["b"])
    if scale and not match["ub"] and not re.search("[万億兆京]", match["a"]):
        power = numeral("1" + scale[0]) or Decimal(1)
        low = low * power if low < high / power else low
    kind, code, factor = unit_of(match["ua"], match["cs"], "ja")
    low, high = low * factor, high * factor
    if match["sign"] in _MINUS:
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
        else first_of(match)
    )
    return Amount(start, end, kind, low, code, upto=high, hedge=hedge, plus=match["sign"] == "+")


def _rate_ja(match: re.Match[str]) -> Amount | None:
    low, high = numeral(match["a"]), numeral(match["b"]) if match["b"] else None
    _, code, _ = unit_of(match["ua"], None, "ja")
    _, per, _ = unit_of(match["per"], None, "ja")
    if low is None or code == per or (match["b"] and (high is None or low >= high)):
        return None
    if high is None:
        low += _sen(match)
    else:
        high += _sen(match)
    hedge, end = _hedge_ja(match)
    return Amount(match.start(), end, Kind.RATE, low, f"{code}/{per}", upto=high, hedge=hedge)


def _sen(match: re.Match[str]) -> Decimal:
    """The hundredths of a yen that an amount ends with."""
    return Decimal(match["sen"]).scaleb(-2) if match["sen"] else Decimal(0)


def _several_ja(match: re.Match[str]) -> Amount | None:
    power = numeral(("1" if match["s"][:1] in "万億兆" else "") + match["s"])
    if power is None or match["s"] == "":
        return None
    kind, code, _ = unit_of(match["ua"], None, "ja")
    end = match.end()
    if match["ua"] and kind not in (Kind.MONEY, Kind.UNIT):
        return None
    exponent = power.adjusted()
    if exponent not in SEVERAL:
        return None
    return Amount(match.start(), end, Kind.SEVERAL, Decimal(exponent), code)


def _scale_ja(match: re.Match[str]) -> Amount | None:
    power = numeral(("1" if match["s"][:1] in "万億兆" else "") + match["s"])
    if power is None or power.adjusted() not in SCALE_WORDS:
        return None
    _, code, _ = unit_of(match["ua"], None, "ja")
    start = match.start("s")
    return Amount(start, match.end(), Kind.SCALE, Decimal(power.adjusted()), code)


def _name_ja(match: re.Match[str]) -> Amount | None:
    digits = match["n"] or match["o"]
    value = Decimal(digits) if digits else numeral(match["k"])
    if value is None or len(match[0]) > LONGEST:
        return None
    digits = digits or f"{value:f}"
    named = digits if match["law"] is not None else f"No. {digits}"
    return Amount(match.start(), match.end(), Kind.NAME, value, named)


def _fraction_ja(match: re.Match[str]) -> Amount | None:
    part, whole = numeral(match["a"]), numeral(match["b"])
    if part is None or whole is None or not 0 < part < whole or part % 1 or whole % 1:
        return None
    hedge, end = _hedge_ja(match)
    start = match.start("before") if match["before"] else match.start("b")
    return Amount(start, end, Kind.FRACTION, part, f"{whole:f}", hedge=hedge)


def _duration_ja(match: re.Match[str]) -> Amount | None:
    low = numeral(match["a"])
    high = numeral(match["b"]) if match["b"] else None
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
    value = numeral(match["a"])
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
    before = hedges("ja", "before").get(match["before"] or "", "")
    after = match["after"] or ""
    groups = match.groupdict()
    bare = not groups["ua"] and not groups.get("cs") and after in ("強", "弱", "前後", "程度")
    if before or not after or bare:
        end = match.start("after") if after else match.end()
        return before, end
    return hedges("ja", "after")[after], match.end()
