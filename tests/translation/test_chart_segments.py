"""The texts of a chart are sentences like any other; its figures and units go by rule."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from toolkit.document import markdown
from toolkit.document.chart import Chart
from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import read_publication
from toolkit.errors import ContentError
from toolkit.translation.segments import segments, translated

ROOT = Path(__file__).parents[1] / "data" / "publication"

CHART = """\
本文。

```chart bar
title: 会員の数。来年も。
unit: 万人
source: *市*の調べ

区,2023年,AI
東区,"1,200",3.5
西区,,△2
```
"""
ENGLISH = {
    "本文。": "Text.",
    "会員の数。": "Members.",
    "来年も。": "Next year, too.",
    "人": "people",
    "区": "Ward",
    "2023年": "2023",
    "東区": "East **Ward**",
    "西区": "West Ward",
    "\\*市\\*の調べ": "The city",
}


@pytest.fixture
def issue() -> Issue:
    issue = read_issue(read_publication(ROOT), "2025-11-25")
    section = replace(issue.sections[0], body=tuple(markdown.parse(CHART)), title="")
    return replace(issue, title="", lead="", sections=(section,))


def test_each_text_is_a_sentence_with_its_line(issue: Issue) -> None:
    assert [(segment.text, segment.line) for segment in segments(issue)] == [
        ("本文。", 1),
        ("人", 5),
        ("会員の数。", 4),
        ("来年も。", 4),
        ("区", 8),
        ("2023年", 8),
        ("東区", 9),
        ("西区", 10),
        ("\\*市\\*の調べ", 6),
    ]


def test_texts_come_back_as_plain_words_and_figures_by_rule(issue: Issue) -> None:
    (section,) = translated(issue, ENGLISH, "en", drafts={"西区"}).sections
    *_, token = section.body
    chart = token.meta["chart"]
    assert isinstance(chart, Chart)
    assert (chart.title, chart.unit, chart.source) == (
        "Members. Next year, too.",
        "people",
        "The city",
    )
    assert (chart.corner, chart.series) == ("Ward", ("2023", "AI"))
    assert [(row.label, row.values) for row in chart.rows] == [
        ("East Ward", (Decimal(12_000_000), Decimal(35_000))),
        ("West Ward", (None, Decimal(-20_000))),
    ]
    assert token.meta["draft"]
    # What is not a draft is not marked, and the issue as written keeps its own.
    (approved,) = translated(issue, ENGLISH, "en").sections
    assert "draft" not in approved.body[-1].meta
    assert "chart" not in issue.sections[0].body[-1].meta


def test_a_chart_that_cannot_be_read_stops_the_translation(issue: Issue) -> None:
    broken = tuple(markdown.parse(CHART.replace("3.5", "約3.5")))
    section = replace(issue.sections[0], body=broken)
    with pytest.raises(ContentError, match=r"約3\.5") as raised:
        segments(replace(issue, sections=(section,)))
    assert (raised.value.path, raised.value.line) == (section.path, 9)
