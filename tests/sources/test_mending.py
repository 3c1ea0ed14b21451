"""Every rule of the importer, on case files; and the proof that no text is lost."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.sources.casefiles import CASES as FOLDER
from tests.sources.casefiles import Case, read_cases, said, written
from toolkit.errors import ContentError
from toolkit.sources.importing import Imported, read_source
from toolkit.sources.mending import RULES, is_pasted

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, tmp_path: Path) -> None:
    name, text = next((k, v) for k, v in case.blocks.items() if k.startswith("input"))
    path = tmp_path / ("case.md" if name.endswith(".md") else "case.txt")
    path.write_text(text + "\n", encoding="utf-8")
    imported = read_source(path)
    assert written(imported, "case") == case.blocks["article"]
    if "summary" in case.blocks:
        of_rule = [change for change in imported.changes if change.rule == case.rule]
        assert said(of_rule) == case.blocks["summary"]
    assert not _unexplained(imported)


def test_every_case_is_read() -> None:
    """A case that the reader of the files skips would pass without being looked at."""
    files = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")]
    assert len(CASES) == sum(text.count("\n~~~~ article\n") for text in files) > 50
    assert all("article" in case.blocks for case in CASES)


def test_every_rule_has_cases() -> None:
    assert {rule.name for rule in RULES} <= {case.rule for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_came_out_stays_as_it_is(case: Case, tmp_path: Path) -> None:
    """An article is Markdown: imported once more, its body does not change."""
    article = case.blocks["article"]
    has_matter = re.match("(?:title|author|source|url|published|language): ", article)
    path = tmp_path / "again.md"
    # A heading of our own, so that one-line bodies are not taken for pasted text.
    body = article.partition("\n\n")[2] if has_matter else article
    path.write_text(f"---\ntitle: x\n---\n\n## A\n\n{body}\n", encoding="utf-8")
    assert read_source(path).article.body == f"## A\n\n{body}\n"


FRAGMENTS = [
    "-", "- 項目", "・点の項目", "深掘り記事", "気になった記事", "小ネタ2本", "小ネタ①：見出し",
    "編集後記", "1. 見出し", "2. 次の話", "① 小見出し", "② 二つ目", "コメント", "—END—", "（了）",
    "関連記事：別の話", "作者：山田,通信", "2025年1月2日", "https://example.com/a?b=c_d",
    "Agency - 長い文がここから続きます。とても長い文です。", "これは文です。", "途中の行は、",
    "「一言です」", "「二行に", "わたる」", "という話です。", "**太字**の話。", "** 空き**です。",
    "**片方だけ。", "ＡＢＣと１２３。", "ｱﾒﾘｶの話。", "終わり。.", "", "", "Short heading",
    "An English sentence that is long enough to be a paragraph of its own.",
    "*star* and _under_ and `code` and <b>tag</b>", "[link](https://a.example/x) text",
    "[注]: 参照", "+ plus", "a | b", "  字下げ", "&amp; &lt;", "{漢字|かんじ}", "~~取消~~",
    "背景：", "同時に、", "\\_x\\*", "1) 一", "■ 印", "【見出し】", "***", "![図](x.png)",
    "本記事はAIにより翻訳されたもので、正確性を保証しません。",
    "同じ段落がここにもう一度あらわれますので、四十文字をこえるように書いておきますよ。",
]  # fmt: skip
LINES = st.one_of(
    st.sampled_from(FRAGMENTS),
    st.text(
        alphabet=st.characters(
            codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        ),
        max_size=30,
    ),
)


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=14))
def test_nothing_vanishes_unnamed(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    """Every letter of the source is in the article, or in what the summary names as gone."""
    path = tmp_path_factory.mktemp("any") / "any.txt"
    text = "\n".join(lines)
    path.write_text(text, encoding="utf-8")
    try:
        imported = read_source(path)
    except ContentError:
        assert not re.search(r"\w{20}", text)  # only a text of no substance is refused
        return
    assert not _unexplained(imported)
    # An account of its own, by another parser: letters in, letters out, letters named.
    source = _letters(text)
    for change in imported.changes:
        source += _letters(change.after) - _letters(change.before)
        source -= _letters(change.before) - _letters(change.after)
    if is_pasted(text, markdown_file=False):
        assert source == _letters(_seen(imported.article.body))


def _unexplained(imported: Imported) -> list[str]:
    return [c.before for c in imported.changes if c.rule in ("unaccounted", "unwritten")]


def _letters(text: str) -> Counter[str]:
    return Counter(re.sub(r"[\W_]", "", text))


def _seen(body: str) -> str:
    """All a reader can get out of a Markdown text, addresses included, by plain CommonMark."""
    parts = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(body):
        parts.append(token.content if token.type in ("fence", "code_block") else "")
        for child in token.children or []:
            parts.append(child.content)
            parts += [str(child.attrs.get(key, "")) for key in ("href", "src", "title")]
    return "\n".join(parts)
