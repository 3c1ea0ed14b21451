"""A picture's caption and credit in every format, and in the catalog."""

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docx import Document

from tests.rendering.pages import SLUG, copy, edition_of, with_text
from toolkit.document.captions import join_caption, split_caption
from toolkit.document.issue import read_issue
from toolkit.document.publication import read_publication
from toolkit.rendering import renderer
from toolkit.rendering.edition import prepare
from toolkit.translation.segments import segments, translated

TEXT = '# 港\n\n本文。\n\n![棒の図](cost.png "朝の港 | 写真：灯野みなと")\n'


@pytest.mark.parametrize(
    ("title", "caption", "credit"),
    [
        ("朝の港", "朝の港", ""),
        ("朝の港 | 写真：灯野", "朝の港", "写真：灯野"),
        ("朝の港｜写真：灯野", "朝の港", "写真：灯野"),
        ("朝の港| © A. Author", "朝の港", "© A. Author"),
        ("a | b | c", "a | b", "c"),
        ("| Photo: A. Author", "", "Photo: A. Author"),
        ("|x|", "|x|", ""),
        ("", "", ""),
    ],
)
def test_a_title_is_caption_and_credit(title: str, caption: str, credit: str) -> None:
    assert split_caption(title) == (caption, credit)
    assert split_caption(join_caption(caption, credit)) == (caption, credit)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy("ja", tmp_path_factory.mktemp("credits"))
    with_text(root, TEXT)
    return root


def test_every_format_prints_both(root: Path) -> None:
    edition = edition_of(root)
    made = {name: renderer(name)(edition).data for name in ("html", "epub", "docx", "md", "txt")}
    pages = [made["html"].decode()]
    with zipfile.ZipFile(BytesIO(made["epub"])) as book:
        pages += [book.read(n).decode() for n in book.namelist() if n.endswith("brief-2.xhtml")]
        pages += [book.read(n).decode() for n in book.namelist() if n.endswith("briefs.xhtml")]
    found = []
    for page in pages:
        for caption in BeautifulSoup(page, "html.parser").select("figcaption:has(.credit)"):
            found.append(caption.get_text())
    assert found == 2 * ["朝の港 写真：灯野みなと"]
    words = [paragraph.text for paragraph in Document(BytesIO(made["docx"])).paragraphs]
    assert "朝の港\u2002写真：灯野みなと" in words
    for name in ("md", "txt"):
        assert "朝の港\u2002写真：灯野みなと" in made[name].decode()


def test_both_are_translated_each_for_itself(root: Path) -> None:
    issue = read_issue(read_publication(root), SLUG)
    brief = next(section for section in issue.sections if section.path.name == "brief-2.md")
    issue = replace(issue, sections=(brief,))
    texts = [segment.text for segment in segments(issue)]
    assert texts[-2:] == ["朝の港", "写真：灯野みなと"]
    english = {"朝の港": "The harbour", "写真：灯野みなと": "Photo: M. Hino"}
    edition = prepare(read_publication(root), translated(issue, english, "en"))
    page = BeautifulSoup(renderer("html")(edition).data, "html.parser")
    assert page.select("figcaption")[0].get_text() == "The harbour Photo: M. Hino"
