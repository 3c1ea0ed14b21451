"""An amount written as each language writes it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from toolkit.translation.numbers.amount import (
    PARTS,
    SCALE_WORDS,
    SCALES,
    SEVERAL,
    SMALL_NUMBERS,
    Amount,
    Kind,
    unit_table,
)
from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.dates import When, ordinal, write_date
from toolkit.translation.numbers.numerals import write_numeral

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
        number, name = _bare(amount), str(unit_table(amount.unit)["en"][0])
        text = f"{number}-{name.replace(' ', '-')}"
    else:
        text = (_in_japanese if language == "ja" else _in_english)(amount, amount.value, upper)
    if not amount.hedge:
        return text
    if language == "en":
        return f"{amount.hedge} {text}"
    hedge = number_data().hedges[amount.hedge]
    if "before" not in hedge:
        return f"{text}{hedge['after'][0]}"
    if amount.kind is Kind.RATE:
        return text.replace("=", f"={hedge['before'][0]}")
    return f"{hedge['before'][0]}{text}"


def _in_japanese(amount: Amount, value: Decimal, upto: Decimal | None) -> str:
    if amount.kind is Kind.SEVERAL:
        text = SEVERAL[int(value)][1]
        return text + (unit_table(amount.unit)["ja"][0] if amount.unit else "")
    if amount.kind is Kind.ORDINAL:
        counter = amount.unit if amount.unit in ("回", "次", "弾", "波", "代") else ""
        return f"第{value}{counter}"
    if amount.kind is Kind.FRACTION:
        return f"{write_numeral(Decimal(amount.unit))}分の{write_numeral(value)}"
    if amount.kind is Kind.SCALE:
        return SCALE_WORDS[int(value)] + str(unit_table(amount.unit)["ja"][0])
    if amount.kind is Kind.RATE:
        code, _, per = amount.unit.partition("/")
        sen = value % 1 * 100
        if code == "JPY" and upto is None and sen and sen % 1 == 0:
            price = f"{write_numeral(Decimal(int(value)))}円{int(sen)}銭"
        else:
            price = _in_japanese(replace(amount, kind=Kind.MONEY, unit=code), value, upto)
        return f"1{unit_table(per)['ja'][0]}={price}"
    unit = {Kind.PERCENT: "%", Kind.TIMES: "倍"}.get(amount.kind, "")
    if amount.unit:
        table = unit_table(amount.unit)
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
        text = SEVERAL[int(value)][0]
        if not amount.unit:
            return text
        return f"{text} {unit_table(amount.unit)['en'][1]}"
    if amount.kind is Kind.ORDINAL:
        number = int(value)
        return _ORDINALS[number - 1] if 1 <= number <= 10 else ordinal(number)
    if amount.kind is Kind.FRACTION:
        return _fraction(int(value), int(amount.unit))
    if amount.kind is Kind.SCALE:
        words = SEVERAL[int(value)][0].replace("several ", "")
        words = words if words.endswith(" of") else f"{words}s of"
        return f"{words} {unit_table(amount.unit)['en'][1]}"
    if amount.kind is Kind.RATE:
        code, _, per = amount.unit.partition("/")
        price = _in_english(replace(amount, kind=Kind.NUMBER, unit=""), value, upto)
        return f"{price} {unit_table(code)['en'][1]} to the {unit_table(per)['en'][0]}"
    sign, unit = "", {Kind.PERCENT: "%", Kind.TIMES: " times"}.get(amount.kind, "")
    if amount.unit:
        table = unit_table(amount.unit)
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


def _fraction(part: int, whole: int) -> str:
    """A fraction in English: two-thirds; 7/12 where the part has no name."""
    if whole not in PARTS or part > len(SMALL_NUMBERS):
        return f"{part:,}/{whole:,}"
    name = PARTS[whole]
    return f"{SMALL_NUMBERS[part - 1]}-{name if part == 1 else f'{name}s'}"


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
