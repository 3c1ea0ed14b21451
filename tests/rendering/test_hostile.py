"""What must not leak, hang or break a page, in every format where it could."""

import zipfile
from base64 import b64decode
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import docx
import pdfplumber
import pypdf
import pytest
from bs4 import BeautifulSoup

from tests.rendering.pages import copy, edition_of, with_text
from toolkit.errors import ContentError
from toolkit.rendering import FORMATS, Rendered, renderer

ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY secret SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<image xlink:href="http://127.0.0.1:9/x.png"/><script>alert(1)</script><text>&secret;&a;</text>
</svg>
"""
ACTIVE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40" onload="alert(1)">
<script href="http://127.0.0.1:9/x.js">alert(2)</script>
<style>@import url("http://127.0.0.1:9/x.css"); rect { fill: url(http://127.0.0.1:9/x.svg#a) }
@font-face { font-family: a; src: url(file:///etc/passwd) }</style>
<a href="javascript:alert(3)"><rect width="80" height="40" onclick="alert(4)">
<animate attributeName="href" to="javascript:alert(5)"/></rect></a>
<text y="20" style="font-family: a; filter: url(http://127.0.0.1:9/x.svg#b)">港</text>
</svg>
"""
TEN = "".join(f'<use href="#p{{0}}" x="{number}"/>' for number in range(10))
BOMB = "".join(
    [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path id="p0" d="M0 0"/>',
        *(f'<g id="p{number}">{TEN.format(number - 1)}</g>' for number in range(1, 12)),
        "</svg>",
    ]
)
MARKUP = """# 題<script>alert(1)</script>

<script>alert(2)</script>

<img src="http://127.0.0.1:9/x.png" onerror="alert(3)"> <iframe src="file:///etc/passwd"></iframe>

文<b onclick="alert(4)">です</b>。[悪](javascript:alert(5)) [悪](data:text/html,x)
"""
SCRIPTS = """# 文字

مرحبا שלום \u202eabc\u202c e\u0301\u0302\u0303\u0304 Z\u0338\u0321\u0322a\u0337

👩‍👩‍👧‍👦 🇯🇵 👍🏽 ❤️ 終わり
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication that sends e-mails, free to change."""
    root = copy("ja", tmp_path)
    manifest = root / "newsletter.toml"
    text = manifest.read_text("utf-8")
    if "[email]" not in text:
        manifest.write_text(f'{text}\n[email]\nfrom = "letters@example.org"\n', "utf-8")
    return root


def render(root: Path, format_: str) -> Rendered:
    return renderer(format_)(edition_of(root))


def pages(data: bytes, format_: str) -> list[BeautifulSoup]:
    """The HTML of an output."""
    if format_ == "html":
        return [BeautifulSoup(data, "html.parser")]
    if format_ == "eml":
        body = message_from_bytes(data, policy=default).get_body(("html",))
        assert body is not None
        return [BeautifulSoup(body.get_content(), "html.parser")]
    with zipfile.ZipFile(BytesIO(data)) as book:
        names = [name for name in book.namelist() if name.endswith(".xhtml")]
        return [BeautifulSoup(book.read(name), "xml") for name in names]


def words(data: bytes, format_: str) -> str:
    """What a reader reads of an output."""
    if format_ in ("html", "eml", "epub"):
        return "".join(page.get_text() for page in pages(data, format_))
    if format_ == "docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(BytesIO(data)).paragraphs)
    return data.decode()


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:9/x.png",
        "//127.0.0.1:9/x.png",
        "../../../../../../../../etc/passwd",
        "data:image/png;base64,AAAA",
        "drawing.svg",
        "outside.svg",
        "bomb.svg",
    ],
)
@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "txt"])
def test_no_picture_comes_from_elsewhere(root: Path, format_: str, source: str) -> None:
    path = with_text(root, f"# 絵\n\n文です。\n\n![港]({source})\n")
    (path.parent / "drawing.svg").write_text(ENTITIES, "utf-8")
    outside = '<svg viewBox="0 0 8 8"><image href="file:///etc/passwd" width="8" height="8"/></svg>'
    (path.parent / "outside.svg").write_text(outside, "utf-8")
    (path.parent / "bomb.svg").write_text(BOMB, "utf-8")
    with pytest.raises(ContentError) as raised:
        render(root, format_)
    assert (raised.value.path, raised.value.line) == (path, 5)
    assert "root:" not in raised.value.message


@pytest.mark.parametrize("format_", ["pdf", "html", "epub", "docx", "eml"])
def test_a_drawing_runs_and_loads_nothing(root: Path, format_: str) -> None:
    path = with_text(root, "# 絵\n\n文です。\n\n![港](drawing.svg)\n")
    (path.parent / "drawing.svg").write_text(ACTIVE, "utf-8")
    rendered = render(root, format_)
    (found,) = [found for found in rendered.findings if found.rule == "drawing"]
    assert (found.path, found.line) == (path, 5)
    for word in ("<script>", "onload", "onclick", "@import", "links", "animation", "elsewhere"):
        assert word in found.message
    # As it is, and what is packed in it.
    parts = [rendered.data]
    if format_ in ("epub", "docx"):
        with zipfile.ZipFile(BytesIO(rendered.data)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    elif format_ == "html":
        (image,) = BeautifulSoup(rendered.data, "html.parser").select('img[src*="svg"]')
        parts = [b64decode(str(image["src"]).partition(",")[2])]
    for part in parts:
        for never in (b"alert(", b"javascript:", b"127.0.0.1", b"/etc/passwd", b"<animate"):
            assert never not in part


@pytest.mark.parametrize("format_", ["html", "docx", "epub", "eml"])
def test_a_file_of_the_machine_is_no_picture_but_text(root: Path, format_: str) -> None:
    with_text(root, "# 絵\n\n![港](file:///etc/passwd)\n")
    found = words(render(root, format_).data, format_)
    assert "![港](file:///etc/passwd)" in found
    assert "root:" not in found


@pytest.mark.parametrize("format_", ["html", "epub", "eml"])
def test_markup_is_text_and_runs_nothing(root: Path, format_: str) -> None:
    with_text(root, MARKUP)
    data = render(root, format_).data
    assert "<script>alert(2)</script>" in words(data, format_)
    for page in pages(data, format_):
        assert page.find(["script", "iframe", "object", "embed"]) is None
        for element in page.find_all(True):
            assert not [name for name in element.attrs if name.startswith("on")]
            for name in ("href", "src"):
                value = str(element.get(name, ""))
                assert not value.startswith(("javascript:", "file:", "data:text", "http://127")), (
                    value
                )


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "pdf"])
def test_text_of_any_script_comes_out_as_it_went_in(root: Path, format_: str) -> None:
    with_text(root, SCRIPTS)
    found = words(render(root, format_).data, format_)
    for line in SCRIPTS.split("\n\n")[1:]:
        for word in line.split():
            assert word in found, word


def test_what_no_font_of_ours_writes_is_named_not_hidden(root: Path) -> None:
    path = with_text(root, SCRIPTS)
    rendered = render(root, "pdf")
    named = {
        found.message[0]: found for found in rendered.findings if found.rule == "missing-glyph"
    }
    assert len(rendered.findings) == len(named)
    assert set("مرحباשלוم👩👧👦🇯🇵👍🏽") <= set(named)
    assert {(found.path, found.line) for found in named.values()} <= {(path, 3), (path, 5)}
    # Joiners, marks of direction and selectors draw nothing.
    assert not set("\u200d\ufe0f\u202e\u202c") & set(named)
    assert rendered.pages == 6
    read = pypdf.PdfReader(BytesIO(rendered.data))
    # What comes after it is there; its own line pypdf cannot read, poppler can.
    assert any("編集後記" in sheet.extract_text() for sheet in read.pages[1:])


def test_a_word_of_any_length_ends(root: Path) -> None:
    with_text(root, f"# 語\n\n{'x' * 20_000}終\n")
    rendered = render(root, "pdf")
    assert rendered.findings == ()
    written = 0
    with pdfplumber.open(BytesIO(rendered.data)) as pdf:
        for sheet in pdf.pages:
            written += sum(char["text"] == "x" for char in sheet.chars)
            assert all(char["x1"] <= sheet.width for char in sheet.chars)
    assert written >= 20_000


def test_a_table_of_ten_thousand_rows_is_all_there(root: Path) -> None:
    rows = "\n".join(f"| {number} | 値 |" for number in range(10_000))
    with_text(root, f"# 表\n\n| a | b |\n| - | - |\n{rows}\n")
    page = render(root, "html").data.decode()
    assert page.count("<td") > 20_000
