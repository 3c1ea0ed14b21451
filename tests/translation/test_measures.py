"""What charts count, in the other language: the cases of ``cases/measures.csv``.

Figures are parted by spaces. Words that no rule knows (人) are translated as in ``WORDS``.
"""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document.chart import Chart, ChartKind, Row
from toolkit.translation.measures import chart_texts, in_language, shown

WORDS = {"人": "people", "台": "vehicles", "people": "人"}
CASES = [
    *csv.DictReader(
        (Path(__file__).parent / "cases" / "measures.csv").read_text("utf-8").splitlines()
    )
]


def chart(unit: str, *values: Decimal) -> Chart:
    rows = tuple(Row(str(number), (value,), number) for number, value in enumerate(values, 3))
    return Chart(ChartKind.BAR, "", unit, "", "", ("",), rows, (1, 2, 1, 2))


def figures(made: Chart, language: str) -> tuple[str, list[Decimal]]:
    unit, scale = shown(made, language)
    return unit, [value / scale for row in made.rows for value in row.values if value is not None]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['unit']} {case['figures']} {case['target']}"
)
def test_case(case: dict[str, str]) -> None:
    written = chart(case["unit"], *map(Decimal, case["figures"].split()))
    if case["source"] != case["target"]:
        written = in_language(written, case["source"], case["target"], WORDS)
    unit, values = figures(written, case["target"])
    assert unit == case["shown unit"]
    assert values == [Decimal(figure) for figure in case["shown figures"].split()]


_UNITS = {"円": 0, "千円": 3, "万円": 4, "百万円": 6, "億円": 8, "兆円": 12}
_ENGLISH = {"¥": 0, "¥ million": 6, "¥ billion": 9, "¥ trillion": 12}


@given(
    st.sampled_from(sorted(_UNITS)),
    st.lists(st.decimals("0.001", 10**9, places=3), min_size=1, max_size=5),
)
def test_no_amount_changes(unit: str, values: list[Decimal]) -> None:
    made, after = figures(in_language(chart(unit, *values), "ja", "en", {}), "en")
    assert [value.scaleb(_ENGLISH[made]) for value in after] == [
        value.scaleb(_UNITS[unit]) for value in values
    ]


@pytest.mark.parametrize(
    ("unit", "words"), [("億円", []), ("TWh", []), ("万人", ["人"]), ("か所", ["か所"]), ("", [])]
)
def test_what_of_a_unit_is_translated(unit: str, words: list[str]) -> None:
    texts = [(text, line) for text, line in chart_texts(chart(unit), "ja") if text in unit]
    assert texts == [(word, 2) for word in words]
