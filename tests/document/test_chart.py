"""Charts: a fenced block read as an editor writes it. What is wrong with one is in
``tests/editorial/cases/check/chart.md``."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document import markdown
from toolkit.document.chart import Chart, ChartKind, is_chart, read_chart, read_figure

FIGURES = [
    *csv.DictReader(
        (Path(__file__).parent / "cases" / "figures.csv").read_text("utf-8").splitlines()
    )
]


def read(text: str) -> Chart:
    (token,) = [token for token in markdown.parse(text) if is_chart(token)]
    return read_chart(token, Path("brief.md"))


@pytest.mark.parametrize("case", FIGURES, ids=lambda case: case["cell"])
def test_figures_as_they_are_printed(case: dict[str, str]) -> None:
    assert read_figure(case["cell"]) == (Decimal(case["figure"]) if case["figure"] else None)


@given(st.decimals(-(10**15), 10**15, places=3), st.booleans(), st.booleans())
def test_a_figure_is_read_back(value: Decimal, has_commas: bool, is_full: bool) -> None:
    text = f"{value:,f}" if has_commas else f"{value:f}"
    if is_full:
        text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() or c in ",.-" else c for c in text)
    assert read_figure(text) == value


def test_everything_that_a_chart_can_say() -> None:
    chart = read(
        "Text.\n\n"
        "``` chart  line\n"
        "Title： 売上高：四半期\n"
        "unit: 億円\n"
        "\n"
        '"期, 会計年度",国内,"海外, その他"\n'
        '"第1四半期","1,020",△3\n'
        "\n"
        "第2四半期, 5.0 ,―\n"
        "```\n"
    )
    assert chart.kind is ChartKind.LINE
    assert (chart.title, chart.unit, chart.source) == ("売上高：四半期", "億円", "")
    assert (chart.corner, chart.series) == ("期, 会計年度", ("国内", "海外, その他"))
    assert [row.label for row in chart.rows] == ["第1四半期", "第2四半期"]
    assert [row.values for row in chart.rows] == [
        (Decimal(1020), Decimal(-3)),
        (Decimal("5.0"), None),
    ]
    assert list(chart.texts()) == [
        ("売上高：四半期", 4),
        ("期, 会計年度", 7),
        ("国内", 7),
        ("海外, その他", 7),
        ("第1四半期", 8),
        ("第2四半期", 10),
    ]


def test_a_single_series_needs_no_name() -> None:
    assert read("```chart bar\n,\n船,3\n```\n").series == ("",)


def test_a_chart_in_a_list_counts_the_lines_of_its_file() -> None:
    chart = read("- item\n\n  ```chart bar\n  ,2024\n  船,3\n  ```\n")
    assert list(chart.texts()) == [("2024", 4), ("船", 5)]


@pytest.mark.parametrize("info", ["", "csv", "charts bar", "python chart"])
def test_other_blocks_are_code(info: str) -> None:
    assert not any(is_chart(token) for token in markdown.parse(f"```{info}\n,1\na,1\n```\n"))


def test_a_chart_is_written_back_as_it_was() -> None:
    text = '```chart bar\ntitle: 船\n\n,2024\n"a, b","1,020"\n```\n'
    assert markdown.write(markdown.parse(text)) == text
