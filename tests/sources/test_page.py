"""Web pages: what is the article's stays, what is the page's goes and is named."""

from pathlib import Path

import pytest

from toolkit.errors import ContentError
from toolkit.sources.importing import Imported, read_source

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    b"\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
HEAD = """<title>港が動き出す | 港町通信</title><meta name="author" content="山田 花子">
<meta property="og:site_name" content="港町通信">
<meta property="article:published_time" content="2025-03-09T09:00:00+09:00">
<link rel="canonical" href="https://example.com/port/1">"""
PAGE = f"""<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">{HEAD}</head><body>
<header><nav><ul><li><a href="/">表紙</a></li>
<li><a href="/eco">経済の記事</a></li></ul></nav></header>
<main><article><h1>港が動き出す</h1><p>2025年3月9日 山田 花子</p>
<p>北の町で、<strong>「深い港」</strong>を掘る工事が始まった。<a
href="/plan">計画</a>は三年前にできた。</p>
<h2>背景</h2><p>船が大きくなった。</p>
<ul><li>荷が増えた<ul><li>米</li><li>機械</li></ul></li><li>人が減った</li></ul>
<h4>費用</h4>
<table><tr><th>年</th><th>額</th></tr><tr><td>2024</td><td>百億円</td></tr></table>
<figure><img src="page_files/port.png" alt="港の写真"><figcaption>掘り始めた港</figcaption></figure>
<figure><img src="/far.png" alt="遠い写真"></figure>
<p>短い。</p><p onclick="steal()"><ruby>桟橋<rp>(</rp><rt>さんばし</rt><rp>)</rp></ruby>も
直す。<br>道も、<br>直す。<br><br>来年は店が開く。</p>
<script>document.write("盗む")</script><style>p {{ color: red }}</style>
<blockquote><p>「待っていた」と漁師は言う。</p></blockquote>
<p><a href="javascript:steal()">危ない言葉</a>と<em>斜体</em>。</p>
<dl><dt>港</dt><dd>船が着くところ。</dd></dl></article>
<aside><h3>よく読まれている記事</h3>
<ul><li><a href="/c">山の話は別の記事</a></li></ul></aside></main>
<footer>© 港町通信</footer></body></html>"""


def page(tmp_path: Path, text: str, codec: str = "utf-8", name: str = "page.html") -> Imported:
    path = tmp_path / name
    path.write_bytes(text.encode(codec))
    return read_source(path)


def test_an_article_with_all_its_parts(tmp_path: Path) -> None:
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "port.png").write_bytes(PNG)
    imported = page(tmp_path, PAGE)
    article = imported.article
    assert (article.title, article.author, article.source, article.published, article.url) == (
        "港が動き出す",
        "山田 花子",
        "港町通信",
        "2025-03-09",
        "https://example.com/port/1",
    )
    assert (
        article.body
        == """\
北の町で、**「深い港」**を掘る工事が始まった。[計画](https://example.com/plan)は三年前にできた。

## 背景

船が大きくなった。

- 荷が増えた
  - 米
  - 機械
- 人が減った

### 費用

| 年   | 額     |
| ---- | ------ |
| 2024 | 百億円 |

![港の写真](images/page-1.png)

掘り始めた港

![遠い写真](https://example.com/far.png)

短い。

{桟橋|さんばし}も直す。\\
道も、直す。

来年は店が開く。

> 「待っていた」と漁師は言う。

危ない言葉と*斜体*。

**港**

船が着くところ。
"""
    )
    assert dict(imported.images) == {"page-1.png": PNG}


def test_what_is_left_out_of_a_page_is_named(tmp_path: Path) -> None:
    imported = page(tmp_path, PAGE)
    dropped = [c.before for c in imported.changes if c.rule == "page-parts"]
    assert dropped == [
        "表紙",
        "経済の記事",
        "よく読まれている記事",
        "山の話は別の記事",
        "© 港町通信",
    ]
    lifted = [c.before for c in imported.changes if c.rule == "page-metadata"]
    assert lifted == ["港が動き出す", "2025年3月9日 山田 花子"]
    images = [c.before for c in imported.changes if c.rule == "page-images"]
    assert images == []  # both have an address: the local one is not there, so its page's is used


def test_every_sentence_of_a_long_page_arrives(tmp_path: Path) -> None:
    """trafilatura alone drops short and unusual paragraphs; none may be lost."""
    sentences = [f"第{n}の段落は、港の工事の{n}日目について述べる。" for n in range(60)]
    parts = []
    for n, sentence in enumerate(sentences):
        tag = ("p", "div", "section", "blockquote", "p")[n % 5]
        parts.append(f"<{tag}>{sentence}</{tag}>")
        if n % 7 == 0:
            parts.append(f"<p>短文{n}。</p>")
    html = f"<html><head>{HEAD}</head><body><div class='x'>{''.join(parts)}</div></body></html>"
    body = page(tmp_path, html).article.body
    missing = [s for s in [*sentences, *(f"短文{n}。" for n in range(0, 60, 7))] if s not in body]
    assert missing == []


def test_a_page_of_nothing_but_boxes(tmp_path: Path) -> None:
    html = """<html><head><title>市場が再開 - 港町通信</title></head><body>
<div class="menu"><div><a href="/1">政治</a></div><div><a href="/2">経済</a></div></div>
<div class="wrap"><div class="left"><h1>市場が再開</h1><div class="date">2025/03/09 10:00</div>
<div class="body">三年ぶりに町の市場が開き、<br>朝から長い行列ができた。<br><br>
昼前には<div class="ad">広告の言葉</div><b>魚も「野菜も」</b>売り切れた。<br><br>次は十五日。</div>
<ul class="share"><li><a href="#">シェア</a></li></ul>
<div class="related">関連記事<ul><li><a href="/9">市場の昔</a></li></ul></div>
<div id="comments"><h3>コメント</h3><p>楽しみですね。</p></div></div></div></body></html>"""
    imported = page(tmp_path, html)
    assert imported.article.body == (
        "三年ぶりに町の市場が開き、朝から長い行列ができた。\n\n昼前には"
        "**魚も「野菜も」**売り切れた。\n\n次は十五日。\n"
    )
    named = " ".join(change.before for change in imported.changes)
    for text in ("政治", "経済", "広告の言葉", "シェア", "関連記事", "市場の昔", "楽しみですね。"):
        assert text in named


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("Shift_JIS", "cp932"), ("EUC-JP", "euc_jp"), ("utf-8", "utf-8"), ("utf-8", "cp932")],
)
def test_the_declared_encoding_is_respected_and_a_wrong_one_found_out(
    tmp_path: Path, declared: str, codec: str
) -> None:
    html = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}">'
        "<title>港の話</title></head><body><p>北の町で、深い港を掘る工事が始まった。</p></body></html>"
    )
    assert "深い港を掘る工事が始まった。" in page(tmp_path, html, codec).article.body


def test_nothing_that_acts_survives(tmp_path: Path) -> None:
    html = PAGE.replace(
        "<p>短い。</p>",
        "<p>短い。<svg onload=x()><script>y()</script></svg><iframe src='https://evil.example'>"
        "</iframe><img src=x onerror=z()><img src='data:image/svg+xml,<svg onload=1>'></p>",
    )
    imported = page(tmp_path, html)
    body = imported.article.body
    for trace in ("script", "onerror", "onload", "javascript:", "iframe", "data:", "steal", "盗む"):
        assert trace not in body
    assert "短い。" in body


def test_a_drawing_comes_along_if_it_can_be_shown(tmp_path: Path) -> None:
    flow = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect/></svg>'
    sprite = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><use href="all.svg#a"/></svg>'
    )
    (tmp_path / "flow.svg").write_bytes(flow)
    (tmp_path / "sprite.svg").write_bytes(sprite)
    html = (
        "<body><p>北の町で工事が始まった。</p><p><img src='flow.svg' alt='荷の流れ'></p>"
        "<p>船が大きくなった。</p><p><img src='sprite.svg' alt='印'></p></body>"
    )
    imported = page(tmp_path, html)
    assert dict(imported.images) == {"page-1.svg": flow}
    assert "![荷の流れ](images/page-1.svg)" in imported.article.body
    assert [c.before for c in imported.changes if c.rule == "page-images"] == ["印"]


def test_an_image_outside_of_the_folder_stays_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    inner = tmp_path / "inner"
    inner.mkdir()
    html = "<body><p>北の町で工事が始まった。</p><img src='../secret.png' alt='秘密'></body>"
    imported = page(inner, html)
    assert dict(imported.images) == {}
    assert [(c.rule, c.before) for c in imported.changes if "image" in c.rule] == [
        ("page-images", "秘密")
    ]


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("", "holds no text"),
        ("ただの文です。", "holds no HTML"),
        ("<html><head><title>題</title></head><body><script>x()</script></body></html>", "no text"),
    ],
)
def test_a_page_without_text_is_refused(tmp_path: Path, html: str, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        page(tmp_path, html)
