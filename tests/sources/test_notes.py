"""Footnotes of pages, as the programs that write pages mark them up, become ours."""

from pathlib import Path

import pytest

from toolkit.sources.importing import Imported, read_source

TEXT = "北の町で、深い港を掘る工事が始まった"
MORE = "計画は三年前にできた。船が大きくなり、荷が増えたからだという。"

# What stands for a mark, and what stands below the text, by who writes it so.
WRITERS = {
    "pandoc": (
        '<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>',
        '<section class="footnotes" role="doc-endnotes"><hr /><ol><li id="fn1"><p>{note}'
        '<a href="#fnref1" class="footnote-back" role="doc-backlink">↩︎</a></p></li></ol></section>',
    ),
    "substack": (
        '<a data-component-name="FootnoteAnchorToDOM" id="footnote-anchor-1-99"'
        ' href="https://port.example.com/p/one#footnote-1-99" class="footnote-anchor">1</a>',
        '<div class="footnote" data-component-name="FootnoteToDOM"><a id="footnote-1-99"'
        ' href="https://port.example.com/p/one#footnote-anchor-1-99" class="footnote-number">1</a>'
        '<div class="footnote-content"><p>{note}</p></div></div>',
    ),
    "wordpress": (
        '<sup data-fn="ab-12" class="fn"><a href="#ab-12" id="ab-12-link">1</a></sup>',
        '<ol class="wp-block-footnotes"><li id="ab-12">{note} '
        '<a href="#ab-12-link" aria-label="移動">↩︎</a></li></ol>',
    ),
    "hatena": (
        '<span class="footnote"><a href="#f-ab" id="fn-ab" name="fn-ab" title="注">*1</a></span>',
        '<div class="footnote"><p class="footnote"><a href="#fn-ab" id="f-ab" name="f-ab"'
        ' class="footnote-number">*1</a><span class="footnote-delimiter">:</span>'
        '<span class="footnote-text">{note}</span></p></div>',
    ),
    "wikipedia": (
        '<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup>',
        '<ol class="references"><li id="cite_note-1"><span class="mw-cite-backlink">'
        '<b><a href="#cite_ref-1">^</a></b></span> <span class="reference-text">{note}</span>'
        "</li></ol>",
    ),
    "word": (
        '<a style="mso-footnote-id:ftn1" href="#_ftn1" name="_ftnref1"><span>[1]</span></a>',
        '<div><br clear="all"><hr><div id="ftn1"><p class="MsoFootnoteText">'
        '<a href="#_ftnref1" name="_ftn1"><span>[1]</span></a> {note}</p></div></div>',
    ),
}


def page(folder: Path, mark: str, note: str) -> Imported:
    path = folder / "page.html"
    path.write_text(
        '<html lang="ja"><head><title>港</title></head><body><article><h1>港</h1>'
        f"<p>{TEXT}{mark}。</p><p>{MORE}</p>{note}</article></body></html>",
        "utf-8",
    )
    return read_source(path)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_mark_and_its_note(writer: str, tmp_path: Path) -> None:
    mark, note = WRITERS[writer]
    said = "水深は<b>十五</b>メートルになる。"
    imported = page(tmp_path, mark, note.format(note=said))
    body = imported.article.body
    assert body == f"{TEXT}[^1]。\n\n{MORE}\n\n[^1]: 水深は**十五**メートルになる。\n"
    # Besides the headline, nothing went: a number and an arrow are marks, not words.
    assert [change.before for change in imported.changes] == ["港"]


def test_a_note_of_several_blocks_with_two_marks(tmp_path: Path) -> None:
    mark = '<sup id="r1"><a href="#n1">1</a></sup>と岸<sup id="r2"><a href="#n1">1</a></sup>'
    note = (
        '<ol><li id="n1"><p>一つ目の段落。</p><ul><li>項目</li></ul><p>終わりの段落。'
        '<a href="#r1">↩</a> <a href="#r2">↩</a></p></li></ol>'
    )
    assert page(tmp_path, mark, note).article.body == (
        f"{TEXT}[^1]と岸[^1]。\n\n{MORE}\n\n"
        "[^1]: 一つ目の段落。\n\n    - 項目\n\n    終わりの段落。\n"
    )


def test_symbols_for_private_use_are_no_signs_of_ours(tmp_path: Path) -> None:
    """Word's bullet from Wingdings, an icon of a web font, and what only we use."""
    mark, note = WRITERS["pandoc"]
    mark = f"\uf0b7、\ue105、\ue000、&#x102005;{mark}"
    assert page(tmp_path, mark, note.format(note="注である。")).article.body == (
        f"{TEXT}\uf0b7、\ue105、\ue000、[^1]。\n\n{MORE}\n\n[^1]: 注である。\n"
    )


def test_a_link_into_the_page_is_no_footnote(tmp_path: Path) -> None:
    body = page(
        tmp_path, '<a href="#costs">費用</a>', '<h2 id="costs">費用</h2><p>百億円だ。</p>'
    ).article.body
    assert body == f"{TEXT}費用。\n\n{MORE}\n\n## 費用\n\n百億円だ。\n"


@pytest.mark.parametrize("ending", ["md", "txt"])
def test_markdown_keeps_its_footnotes_and_all_their_words(ending: str, tmp_path: Path) -> None:
    text = (
        f"# 港\n\n{TEXT}[^深]。{MORE}^[発表による。]\n次の行もある。\n\n"
        "[^深]: 水深は十五メートルになる。\n\n    二つ目の段落。\n\n終わりの文である。\n"
    )
    path = tmp_path / f"a.{ending}"
    path.write_text(text, "utf-8")
    imported = read_source(path)
    assert [change.before for change in imported.changes] == ["# 港"]
    assert f"{TEXT}[^深]。{MORE}[^1]" in imported.article.body
    assert "[^深]: 水深は十五メートルになる。\n\n    二つ目の段落。\n" in imported.article.body
    assert "[^1]: 発表による。\n" in imported.article.body
