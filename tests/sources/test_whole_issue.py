"""Splitting an issue that lies in one article into its sections."""

from pathlib import Path

import pytest

from toolkit.document.article import Article
from toolkit.document.issue import Kind
from toolkit.sources.importing import read_source
from toolkit.sources.section_names import section_name
from toolkit.sources.whole_issue import is_whole_issue, split_issue

PASTED = """深掘り記事
1. 港が動き出す
市は港を深くする。
-
北の岸
-
-
南の岸
2. だれが払うのか
三つの案がある。
① 国が払う
話は早い。
② 市が払う
時間がかかる。
3. これから
春に決まる。
気になった記事
古い橋は戻るのか
橋の直しが終わった。
小ネタ2本
小ネタ①:犬の駅長
駅に犬がいる。
小ネタ②:時計が合わない
塔の時計は五分遅い。
編集後記
今週は寒かった。
「来週は
もっと寒い」
という。
"""


def article(body: str) -> Article:
    return Article("issue", "title", body)


def test_a_pasted_issue_gives_its_sections(tmp_path: Path) -> None:
    path = tmp_path / "issue.txt"
    path.write_text(PASTED, encoding="utf-8")
    imported = read_source(path).article
    assert is_whole_issue(imported)
    assert not any(line.startswith("# ") for line in imported.body.splitlines())
    sections = split_issue(imported)
    assert [(section.kind, section.title) for section in sections] == [
        (Kind.DEEP_DIVE, ""),
        (Kind.SIDE_STORY, "古い橋は戻るのか"),
        (Kind.BRIEF, "犬の駅長"),
        (Kind.BRIEF, "時計が合わない"),
        (Kind.EDITORS_NOTE, ""),
    ]
    headings = [line for line in sections[0].body.splitlines() if line.startswith("#")]
    assert headings == [
        "## 港が動き出す",
        "## だれが払うのか",
        "### 国が払う",
        "### 市が払う",
        "## これから",
    ]
    assert sections[1].body == "橋の直しが終わった。\n"
    assert sections[4].body == "今週は寒かった。\n\n「来週はもっと寒い」\n\nという。\n"


def test_an_english_issue_written_by_hand() -> None:
    sections = split_issue(
        article(
            "A word before.\n\n# Deep Dive: The port\n\n## 1. Why\n\nBecause.\n\n## 2. Who\n\n"
            "### ① The state\n\nIt pays.\n\n# Also Worth Reading\n\n## The bridge\n\n"
            "It is back.\n\n# In Brief\n\n## ① A dog\n\nAt the station.\n\n### Its name\n\nRex.\n\n"
            "## ② A clock\n\nLate.\n\n# Editor's Note\n\nCold.\n"
        )
    )
    assert [(section.kind, section.title, section.body) for section in sections] == [
        (
            Kind.DEEP_DIVE,
            "The port",
            "A word before.\n\n## Why\n\nBecause.\n\n## Who\n\n### The state\n\nIt pays.\n",
        ),
        (Kind.SIDE_STORY, "The bridge", "It is back.\n"),
        (Kind.BRIEF, "A dog", "At the station.\n\n## Its name\n\nRex.\n"),
        (Kind.BRIEF, "A clock", "Late.\n"),
        (Kind.EDITORS_NOTE, "", "Cold.\n"),
    ]


def test_headings_that_all_have_one_level() -> None:
    sections = split_issue(
        article(
            "## 深掘り記事\n\n## 1. 港\n\n文。\n\n## ① 国\n\n文。\n\n## 2. 船\n\n文。\n\n"
            "## 小ネタ①：犬\n\n犬。\n\n## 小ネタ２：猫\n\n猫。\n"
        )
    )
    assert sections[0].body == "## 港\n\n文。\n\n### 国\n\n文。\n\n## 船\n\n文。\n"
    assert [section.title for section in sections[1:]] == ["犬", "猫"]


def test_the_introduction_of_the_briefs_goes_to_the_first() -> None:
    sections = split_issue(article("## 小ネタ1本\n\n軽い話です。\n\n### 犬\n\n駅にいる。\n"))
    assert [(s.title, s.body) for s in sections] == [("犬", "軽い話です。\n\n駅にいる。\n")]


def test_an_article_is_no_issue() -> None:
    assert not is_whole_issue(article("## 背景\n\n文。\n\n## 編集後記\n\n文。\n"))
    assert split_issue(article("文だけ。\n")) == []


@pytest.mark.parametrize(
    ("line", "kind", "group", "title"),
    [
        ("深掘り記事", Kind.DEEP_DIVE, False, ""),
        ("深掘り記事：港の話", Kind.DEEP_DIVE, False, "港の話"),
        ("小ネタ2本", Kind.BRIEF, True, ""),
        ("小ネタ三本", Kind.BRIEF, True, ""),
        ("小ネタ", Kind.BRIEF, True, ""),
        ("小ネタ①：犬", Kind.BRIEF, False, "犬"),
        ("小ネタ２:猫", Kind.BRIEF, False, "猫"),
        ("editor's note", Kind.EDITORS_NOTE, False, ""),
        ("Editor’s Note", Kind.EDITORS_NOTE, False, ""),
        ("IN BRIEF", Kind.BRIEF, True, ""),
    ],
)
def test_names(line: str, kind: Kind, group: bool, title: str) -> None:
    name = section_name(line)
    assert name is not None
    assert (name.kind, name.group, name.title) == (kind, group, title)


@pytest.mark.parametrize(
    "line", ["編集後記を読む", "深掘り記事は長い。", "小ネタ集", "In brief, no."]
)
def test_no_names(line: str) -> None:
    assert section_name(line) is None


def test_each_section_has_the_notes_of_its_marks() -> None:
    sections = split_issue(
        article(
            "## 深掘り記事\n\n市[^1]だ[^x]。\n\n## 気になった記事\n\n### 橋\n\n橋[^2]だ[^1]。\n\n"
            "[^1]: 橋の一。\n\n## 編集後記\n\n寒い[^2]。\n\n[^2]: 二。\n\n"
            "[^1]: 市の一。\n\n[^3]: 余り。\n"
        )
    )
    assert [section.body for section in sections] == [
        "市[^1]だ[^x]。\n\n[^1]: 市の一。\n",
        "橋[^2]だ[^1]。\n\n[^1]: 橋の一。\n\n[^2]: 二。\n",
        "寒い[^2]。\n\n[^2]: 二。\n\n[^3]: 余り。\n",
    ]
