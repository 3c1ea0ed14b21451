import csv
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.translation.numbers import Amount, Kind, compare_values, find_amounts, realise
from toolkit.translation.numbers.data import number_data
from toolkit.translation.numbers.dates import When
from toolkit.translation.numbers.numerals import read_numeral, write_numeral

CASES = Path(__file__).with_name("cases")
OTHER = {"ja": "en", "en": "ja"}


def cases(name: str) -> list[tuple[str, ...]]:
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def translated(text: str, language: str) -> str:
    return " | ".join(realise(a, OTHER[language]) for a in find_amounts(text, language))


@pytest.mark.parametrize(("text", "amounts"), cases("numbers.ja-en"))
def test_japanese_amounts_in_english(text: str, amounts: str) -> None:
    assert translated(text, "ja") == amounts


@pytest.mark.parametrize(("text", "amounts"), cases("numbers.en-ja"))
def test_english_amounts_in_japanese(text: str, amounts: str) -> None:
    assert translated(text, "en") == amounts


# From 0.001 to 10^16: up to three decimals below a million, whole numbers above, and
# round ones, as people write them.
SMALL = st.decimals(Decimal("0.001"), 10**6, places=3)
WHOLE = st.integers(1, 10**16).map(Decimal)
ROUND = st.builds(lambda m, e: Decimal(m) * 10**e, st.integers(1, 9999), st.integers(0, 12))
VALUES = st.one_of(SMALL, WHOLE, ROUND)
UNITS = [
    (Kind.NUMBER, ""),
    (Kind.PERCENT, ""),
    (Kind.TIMES, ""),
    *((Kind.MONEY, code) for code in number_data().currencies),
    *((Kind.UNIT, c) for c, table in number_data().units.items() if not table.get("ordinal")),
]


@pytest.mark.parametrize("language", ["ja", "en"])
@given(value=VALUES, unit=st.sampled_from(UNITS), negative=st.booleans())
def test_what_is_written_reads_as_the_same_value(
    language: str, value: Decimal, unit: tuple[Kind, str], negative: bool
) -> None:
    kind, code = unit
    # "3 times" alone may be three occasions; a multiple is recognised by what follows.
    follows = " as many" if kind is Kind.TIMES and language == "en" else ""
    amount = Amount(0, 0, kind, -value if negative else value, code)
    text = realise(amount, language)
    (found,) = find_amounts(text + follows, language)
    assert (found.kind, found.value, found.unit) == (kind, amount.value, code)
    assert (found.start, found.end) == (0, len(text))


@pytest.mark.parametrize("language", ["ja", "en"])
@given(parts=st.lists(st.integers(1, 100_000), min_size=2, max_size=2, unique=True).map(sorted))
def test_a_fraction_reads_as_the_same(language: str, parts: list[int]) -> None:
    part, whole = parts
    text = realise(Amount(0, 0, Kind.FRACTION, Decimal(part), str(whole)), language)
    # 1/12 alone may be a date.
    (found,) = find_amounts(f"{text} of" if language == "en" else text, language)
    assert (found.kind, found.value, found.unit) == (Kind.FRACTION, Decimal(part), str(whole))


@pytest.mark.parametrize("language", ["ja", "en"])
@given(
    halves=st.integers(2, 1998),
    unit=st.sampled_from([code for code in number_data().durations if code != "quarter"]),
)
def test_a_length_of_time_reads_as_the_same(language: str, halves: int, unit: str) -> None:
    value = Decimal(halves) / 2 if unit in ("year", "month", "hour") else Decimal(halves)
    text = realise(Amount(0, 0, Kind.DURATION, value, unit), language)
    # 3日 alone is a day of the month; 3日以内 is a number of days.
    follows = "以内" if (language, unit) == ("ja", "day") else ""
    (found,) = find_amounts(text + follows, language)
    assert (found.kind, found.value, found.unit) == (Kind.DURATION, value, unit)


@pytest.mark.parametrize("language", ["ja", "en"])
@given(
    ends=st.tuples(VALUES, VALUES).filter(lambda ends: ends[0] != ends[1]),
    unit=st.sampled_from([u for u in UNITS if u[0] is not Kind.TIMES]),
)
def test_a_range_reads_as_the_same_two_values(
    language: str, ends: tuple[Decimal, Decimal], unit: tuple[Kind, str]
) -> None:
    low, high = sorted(ends)
    kind, code = unit
    text = realise(Amount(0, 0, kind, low, code, upto=high), language)
    found = [v for a in find_amounts(text, language) for v in (a.value, a.upto) if v is not None]
    assert found == [low, high]


@pytest.mark.parametrize("language", ["ja", "en"])
@given(
    value=st.decimals(Decimal("0.01"), 99_999, places=2),
    codes=st.permutations(list(number_data().currencies)).map(lambda codes: codes[:2]),
    hedge=st.sampled_from(["", "about", "over"]),
)
def test_a_rate_of_exchange_reads_as_the_same(
    language: str, value: Decimal, codes: list[str], hedge: str
) -> None:
    rate = Amount(0, 0, Kind.RATE, value, "/".join(codes), hedge=hedge)
    (found,) = find_amounts(realise(rate, language), language)
    assert (found.kind, found.value, found.unit, found.hedge) == (
        Kind.RATE, value, rate.unit, hedge
    )  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
@given(date=st.dates(), weekday=st.booleans())
def test_a_date_reads_as_the_same_date(language: str, date: object, weekday: bool) -> None:
    from datetime import date as day_of

    assert isinstance(date, day_of)
    day = date.replace(year=1900 + date.year % 200)
    when = When(day.year, day.month, day.day, day.weekday() if weekday else None)
    (found,) = find_amounts(realise(Amount(0, 0, Kind.DATE, when), language), language)
    assert found.value == when


@given(st.text("0123456789,.万億兆千百十数約%〜-–$¥円年月日第時分:五〇 ab", max_size=30))
def test_any_text_gives_ordered_amounts_that_can_be_written(text: str) -> None:
    for language in ("ja", "en"):
        amounts = find_amounts(text, language)
        for before, after in pairwise(amounts):
            assert before.end <= after.start
        for amount in amounts:
            assert realise(amount, "ja")
            assert realise(amount, "en")


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("5千4百万", 54_000_000),
        ("1万1000", 11_000),
        ("三十五", 35),
        ("二〇二五", 2025),
        ("1,234.5", Decimal("1234.5")),
        ("1.5億", 150_000_000),
        ("千", 1000),
        ("万", None),
        ("一二十", 12 * 10),
        ("百千", None),
        ("1億2兆", None),
        ("", None),
    ],
)
def test_numerals(numeral: str, value: Decimal | None) -> None:
    assert read_numeral(numeral) == value


@given(st.integers(0, 10**19))
def test_every_whole_number_survives_japanese_writing(number: int) -> None:
    assert read_numeral(write_numeral(Decimal(number))) == number


def test_a_currency_is_never_another() -> None:
    (amount,) = find_amounts("5000億円", "ja")
    assert realise(amount, "en") == "¥500 billion"
    assert compare_values("5000億円を投資", "It invests $500 billion", "ja", "en") == [
        "5000億円 is missing in the translation",
        "$500 billion is in the translation only",
    ]


@pytest.mark.parametrize(
    ("source", "target", "differences"),
    cases("comparisons.ja-en"),
)
def test_values_are_compared(source: str, target: str, differences: str) -> None:
    assert " | ".join(compare_values(source, target, "ja", "en")) == differences
    turned = compare_values(target, source, "en", "ja")
    assert bool(turned) == bool(differences)
