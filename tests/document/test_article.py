"""Articles: front matter, titles, and errors that name the line."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document.article import Article, article_text, read_article, write_article
from toolkit.errors import ContentError


def read(tmp_path: Path, text: str) -> Article:
    path = tmp_path / "port.md"
    path.write_text(text, encoding="utf-8")
    return read_article(path)


def test_all_the_front_matter(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "---\ntitle: 'No: 2025'\nauthor: 山田\nsource: 港町通信\nurl: https://example.com/1\n"
        "published: 2025-03-09\nlanguage: en\n---\n\n文。\n",
    )
    assert article == Article(
        slug="port",
        title="No: 2025",
        body="\n文。\n",
        author="山田",
        source="港町通信",
        url="https://example.com/1",
        published="2025-03-09",
        language="en",
        body_line=9,
    )


@pytest.mark.parametrize("value", ["No", "2025", "1.0", "null", "2025-03-09", "~"])
def test_every_value_is_a_text(tmp_path: Path, value: str) -> None:
    assert read(tmp_path, f"---\ntitle: {value}\n---\n文。\n").title == value


@pytest.mark.parametrize(
    ("text", "title", "body", "line"),
    [
        ("# 港の話\n\n文。\n", "港の話", "\n文。\n", 2),
        ("# 港の話 #\n文。\n", "港の話", "文。\n", 2),
        ("\n\n# 港の話\n文。\n", "港の話", "文。\n", 4),
        ("---\nauthor: 山田\n---\n# 港の話\n文。\n", "港の話", "文。\n", 5),
        ("---\ntitle: 題\n---\n# 港の話\n文。\n", "題", "# 港の話\n文。\n", 4),
        ("文だけ。\n", "port", "文だけ。\n", 1),
        ("## 二番目の見出し\n", "port", "## 二番目の見出し\n", 1),
    ],
)
def test_the_title_and_where_the_body_begins(
    tmp_path: Path, text: str, title: str, body: str, line: int
) -> None:
    article = read(tmp_path, text)
    assert (article.title, article.body, article.body_line) == (title, body, line)


def test_the_language_is_seen(tmp_path: Path) -> None:
    assert read(tmp_path, "Port words about a harbour.\n").language == "en"
    assert read(tmp_path, "港 NVIDIA OpenAI AWS\n").language == "en"
    assert read(tmp_path, "港の話はNVIDIAとOpenAIから始まる。\n").language == "ja"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\ntitle: a: b\n---\n文。\n", 2, "put the value in quotes"),
        ("---\ntitle: 題\ntag: x\n---\n文。\n", 3, "unknown key in the front matter: tag"),
        ("---\ntitle: [a]\n---\n文。\n", None, "`key: value`"),
        ("---\njust words\n---\n文。\n", 1, "`key: value`"),
        ("---\ntitle: 題\n---\n\n", None, "holds no text"),
        ("", None, "holds no text"),
        ("文\0。\n", 1, "binary data"),
    ],
)
def test_errors_name_the_line(tmp_path: Path, text: str, line: int | None, message: str) -> None:
    with pytest.raises(ContentError) as raised:
        read(tmp_path, text)
    assert message in raised.value.message
    if line is not None:
        assert raised.value.line == line
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "port.md"
    path.write_bytes("一行目\n".encode() + "港の話。".encode("cp932"))
    with pytest.raises(ContentError, match="newsletter import") as raised:
        read_article(path)
    assert raised.value.line == 2


LINE = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=40
).map(str.strip)


@given(title=LINE.filter(bool), author=LINE, source=LINE, url=LINE, published=LINE, body=LINE)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    title: str, author: str, source: str, url: str, published: str, body: str,
) -> None:  # fmt: skip
    article = Article("port", title, f"文{body}", author, source, url, published, "ja")
    path = tmp_path_factory.mktemp("articles") / "port.md"
    write_article(article, path)
    found = read_article(path)
    assert replace(found, body=found.body.strip(), body_line=1) == replace(
        article, body=article.body.strip()
    )
    assert article_text(found).encode() == path.read_bytes()
