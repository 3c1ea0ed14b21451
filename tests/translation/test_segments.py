"""Segments: what is taken out of an issue, and that it comes back in the same shape."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from toolkit.document import markdown
from toolkit.document.issue import Issue, read_issue
from toolkit.document.publication import read_publication
from toolkit.translation.segments import lost_markup, segments, stray_marks, translated

ROOT = Path(__file__).parents[1] / "data" / "publication"

SECTION = """\
# 橋の話。続きがある

市は**「新線」**を開いた。停留所は[九つ](https://example.org/a "停留所の一覧。全部。")だ。\\
料金は未定だ。`make all` と打つ。

![橋の図。赤い線。](bridge.png "図一、橋")

- 朝の便
  - 港行き。二本ある。
- https://example.org/

1. NVIDIA
2. 2025

### 小見出し

| 区間 | AI |
| --- | ---: |
| 中心部 | 180 |

> 引用だ。

```
これは訳さない。
```
"""


@cache
def small_issue() -> Issue:
    return read_issue(read_publication(ROOT), "2025-11-25")


@pytest.fixture
def issue() -> Issue:
    return small_issue()


def with_body(issue: Issue, text: str) -> Issue:
    """The issue with one section of this text, below a heading."""
    section = replace(issue.sections[0], title="", body=tuple(markdown.parse(text)))
    return replace(issue, title="", lead="", sections=(section,))


def shape(tokens: tuple[Token, ...]) -> list[tuple[object, ...]]:
    """Everything about blocks but their words."""
    return [
        (token.type, token.tag, token.level, token.markup, token.info, str(token.attrs), token.map)
        + ((token.content,) if token.type in ("fence", "code_block") else ())
        for token in tokens
    ]


def elements(tokens: tuple[Token, ...]) -> Counter[tuple[str, str]]:
    """The inline elements: bold, links, images, code, hard breaks."""
    return Counter(
        (child.type, str(child.attrs.get("href") or child.attrs.get("src") or ""))
        for token in tokens
        for child in token.children or []
        if child.type not in ("text", "softbreak", "ruby")
    )


def test_sentences_come_in_reading_order_with_their_places(issue: Issue, tmp_path: Path) -> None:
    found = [
        (segment.text, *segment.reference(issue.path.parent))
        for segment in segments(with_body(issue, SECTION))
    ]
    file = "deep-dive.md"
    assert found == [
        ("橋の話。", file, "1"),
        ("続きがある", file, "1"),
        ("市は**「新線」**を開いた。", file, "3"),
        ("停留所は[九つ](https://example.org/a)だ。", file, "3"),
        ("料金は未定だ。", file, "3"),
        ("`make all` と打つ。", file, "3"),
        ("停留所の一覧。", file, "3"),
        ("全部。", file, "3"),
        ("橋の図。", file, "6"),
        ("赤い線。", file, "6"),
        ("図一、橋", file, "6"),
        ("朝の便", file, "8"),
        ("港行き。", file, "9"),
        ("二本ある。", file, "9"),
        ("小見出し", file, "15"),
        ("区間", file, "17"),
        ("中心部", file, "19"),
        ("引用だ。", file, "21"),
    ]


def test_title_lead_and_headlines_are_segments(issue: Issue) -> None:
    texts = [segment.text for segment in segments(issue)]
    assert texts[:3] == ["路面電車が帰ってくる", "新線の開業を読み解く。", "路面電車の新線"]
    assert "夜の図書館" in texts
    places = [segment.reference(issue.path.parent) for segment in segments(issue)[:3]]
    assert places == [("issue.toml", "3"), ("issue.toml", "4"), ("deep-dive.md", "1")]


def test_an_english_issue_has_its_latin_words(issue: Issue) -> None:
    english = replace(with_body(issue, "NVIDIA\n\n2025\n\n`code`\n\na@b.org\n"), language="en")
    assert [segment.text for segment in segments(english)] == ["NVIDIA"]


def test_translations_stand_where_their_sentences_stood(issue: Issue) -> None:
    source = with_body(issue, SECTION)
    english = {
        "市は**「新線」**を開いた。": "The city opened the **“new line.”**",
        "停留所は[九つ](https://example.org/a)だ。": "It has [nine](https://example.org/a) stops.",
        "料金は未定だ。": "Fares are open.",
        "`make all` と打つ。": "Type `make all`.",
        "停留所の一覧。": "List of stops.",
        "全部。": "All.",
        "橋の図。": "A bridge.",
        "赤い線。": "A red line.",
        "図一、橋": 'Fig. 1: the "bridge"',
        "中心部": "Center | core",
        "小見出し": "Sub-head",
    }
    body = translated(source, english, "en").sections[0].body
    text = markdown.write(body)
    assert text.splitlines()[:6] == [
        "# 橋の話。 続きがある",
        "",
        'The city opened the **“new line.”** It has [nine](https://example.org/a "List of stops. '
        'All.") stops.\\',
        "Fares are open. Type `make all`.",
        "",
        '![A bridge. A red line.](bridge.png "Fig. 1: the \\"bridge\\"")',
    ]
    assert elements(body) == elements(source.sections[0].body)
    assert shape(body) == shape(source.sections[0].body)
    assert "これは訳さない。" in text


def test_japanese_sentences_are_joined_without_a_space(issue: Issue) -> None:
    english = replace(with_body(issue, "It opened. It closed. OK. Go.\n"), language="en")
    japanese = {"It opened.": "開いた。", "It closed.": "閉じた。"}
    body = translated(english, japanese, "ja").sections[0].body
    assert markdown.write(body) == "開いた。閉じた。OK. Go.\n"


def test_the_same_picture_twice_keeps_both_captions(issue: Issue) -> None:
    source = with_body(issue, '![一](a.png "壱")と![二](a.png "弐")。\n')
    words = {"一": "one", "壱": "First", "二": "two", "弐": "Second"}
    sentence = {"![](a.png)と![](a.png)。": "![](a.png) and ![](a.png)."}
    body = translated(source, words | sentence, "en").sections[0].body
    assert markdown.write(body) == '![one](a.png "First") and ![two](a.png "Second").\n'


@pytest.mark.parametrize(
    "hostile",
    [
        "# a heading",
        "- a bullet\n- another",
        "1. one\n\n\n2. two",
        "> quoted",
        "```\nfence\n```",
        "| a | b |\n| - | - |\n| c | d |",
        "**never closed",
        "closed** never [opened](",
        "`open",
        "a\\\nb",
        "a  \nb",
        "---",
        "<script>alert(1)</script>",
        "[a]: https://example.org",
        "\u202e右から左 😀 \x00\x0b\u2028",
        "",
    ],
)
def test_no_translation_breaks_the_structure(issue: Issue, hostile: str) -> None:
    source = with_body(issue, SECTION)
    everything = {segment.text: hostile for segment in segments(source)}
    edition = translated(source, everything, "en")
    body = edition.sections[0].body
    assert shape(body) == shape(source.sections[0].body)
    for token in body:
        if token.type == "inline":
            depth = 0
            for child in token.children or []:
                depth += child.nesting
                assert depth >= 0
            assert depth == 0
    # What is written down and read again has the same blocks, too.
    again = markdown.parse(markdown.write(body))
    if hostile.strip():
        assert [t.type for t in again] == [t.type for t in source.sections[0].body]


def test_a_sentence_cannot_reach_into_the_next(issue: Issue) -> None:
    source = with_body(issue, "開いた。閉じた。\n")
    halves = {"開いた。": "It **opened.", "閉じた。": "It closed.** Really."}
    body = translated(source, halves, "en").sections[0].body
    assert not any(child.type == "strong_open" for child in body[1].children or [])


def test_the_original_is_left_as_it_was(issue: Issue) -> None:
    source = with_body(issue, SECTION)
    before = [token.as_dict() for token in source.sections[0].body]
    translated(source, {segment.text: "x" for segment in segments(source)}, "en")
    assert [token.as_dict() for token in source.sections[0].body] == before


BLOCKS = (
    "文です。次です。",
    "A **bold。** *text*.",
    "- 項目。\n  - 入れ子！",
    "## 見出し",
    "> 引用。",
    "```\nコード。\n```",
    "| 甲 | 乙 |\n| - | - |\n| 丙。丁。 | `x` |",
    '![図。](a.png "題。")',
    "[link。](https://example.org/ 'title') と。",
    "改行。\\\n次。",
    "{漢字|かんじ}です。",
    "Mr. A said “b. C.” Then  \nD.",
    "snake_case *a_ ~~b~~",
    "1. one\n2. two",
    "---",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(BLOCKS) | st.text(max_size=12), max_size=6).map("\n\n".join))
def test_an_issue_translated_into_itself_is_itself(text: str) -> None:
    source = with_body(small_issue(), text)
    identity = {segment.text: segment.text for segment in segments(source)}
    body = translated(source, identity, "ja").sections[0].body
    assert shape(body) == shape(source.sections[0].body)
    for token, original in zip(body, source.sections[0].body, strict=True):
        assert visible(token) == visible(original)


def visible(token: Token) -> list[tuple[str, ...]]:
    """The inline children by kind and content; texts as they are read, not as they are cut."""
    found: list[tuple[str, ...]] = []
    for child in token.children or []:
        kind, content = child.type, child.content
        if kind in ("text", "softbreak"):
            kind, content = "text", "".join(content.split())  # white space may be another
            if found and found[-1][0] == "text":
                content = found.pop()[1] + content
            if not content:
                continue
        if kind == "image":
            content = markdown.plain(Token("inline", "", 0, children=child.children))
        where = child.attrs.get("href") or child.attrs.get("src") or ""
        found.append((kind, content, str(where), str(child.attrs.get("title", ""))))
    return found


def test_lost_links_images_and_code_are_named() -> None:
    source = "[a](https://a.org) `x` `x` ![](p.png) **b**"
    assert lost_markup(source, "`x` [b](https://a.org)") == ["the code x", "the image p.png"]
    assert lost_markup(source, source) == []


NOTED = """\
港[^1]は**静か**[^二]だ。[^1]船は出た。

[^1]: 注は一つ。
    続きの文だ。

    二つ目の段落だ。

[^二]: 別の注だ。
"""


class TestFootnotes:
    def test_a_note_is_sentences_on_their_own_lines(self, issue: Issue) -> None:
        found = segments(with_body(issue, NOTED))
        assert [(s.text, s.line) for s in found if s.path.name == "deep-dive.md"][-6:] == [
            ("港[^1]は**静か**[^二]だ。[^1]", 1),
            ("船は出た。", 1),
            ("注は一つ。", 3),
            ("続きの文だ。", 3),
            ("二つ目の段落だ。", 6),
            ("別の注だ。", 8),
        ]

    def test_every_mark_is_there_after_translation(self, issue: Issue) -> None:
        noted = with_body(issue, NOTED)
        said = {"港[^1]は**静か**[^二]だ。[^1]": "Quiet[^二] port.", "船は出た。": "It left.[^1]"}
        made = translated(noted, said, "en").sections[0].body
        text = next(token for token in made if token.type == "inline")
        assert markdown.write_inline(text) == "Quiet[^二] port.[^1][^1] It left.[^1]"
        assert [token.type for token in made] == [token.type for token in noted.sections[0].body]

    def test_a_mark_that_is_missing_is_named(self) -> None:
        assert lost_markup("港[^1]は静か[^二]だ。", "The port[^1] is quiet.") == ["the footnote 二"]

    def test_a_mark_that_only_the_translation_has_is_named(self) -> None:
        assert stray_marks("港[^1]だ。", "A port[^1][^2].[^1]") == ["2"]
