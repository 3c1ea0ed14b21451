"""E-mails, read back by Python's parser and by a second one (fast-mail-parser, in Rust)."""

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import fast_mail_parser
import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.rendering.pages import DATA, LANGUAGES, SLUG, THEMES, copy, edition_of, with_text
from tests.support import Newsletter
from toolkit.document import markdown
from toolkit.document.publication import Mail
from toolkit.errors import ContentError
from toolkit.rendering import Rendered
from toolkit.rendering.edition import Edition
from toolkit.rendering.eml import CLIP, header, render
from toolkit.rendering.txt import write_text

MAIL = Mail("", "letters@example.org", "desk@example.org", "https://example.org/leave?id=1")


def addressed(edition: Edition, mail: Mail = MAIL) -> Edition:
    return replace(edition, publication=replace(edition.publication, mail=mail))


def parsed(rendered: Rendered) -> EmailMessage:
    message = email.message_from_bytes(rendered.data, policy=default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


@cache
def mail(language: str, theme: str = "classic") -> tuple[Edition, Rendered, EmailMessage]:
    edition = addressed(edition_of(DATA / language, theme))
    rendered = render(edition)
    return edition, rendered, parsed(rendered)


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryMail:
    def test_its_parts(self, language: str) -> None:
        _, rendered, message = mail(language)
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
        ]
        assert rendered.findings == ()

    def test_its_header(self, language: str) -> None:
        edition, _, message = mail(language)
        expected = {
            "ja": "週刊「港の灯」 第128号：連絡船が帰ってきた冬に、港町は何を積んで出ていくのか",
            "en": "Harbour Light No. 128: The ferry is back",
        }
        assert message["Subject"] == expected[language]
        (sender,) = message["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (edition.name, "letters@example.org")
        assert message["Reply-To"] == "desk@example.org"
        assert message["List-Unsubscribe"] == "<https://example.org/leave?id=1>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Content-Language"] == language
        assert message["Date"].datetime.date() == edition.issue.date
        assert re.fullmatch(rf"<[0-9a-f]{{32}}\.{language}@example\.org>", message["Message-ID"])
        names = [name.lower() for name in message.keys()]  # noqa: SIM118
        assert len(names) == len(set(names))

    def test_a_second_parser_reads_the_same(self, language: str) -> None:
        _, rendered, message = mail(language)
        second = fast_mail_parser.parse_email(rendered.data)
        assert second.subject == message["Subject"]
        assert [part.replace("\r\n", "\n") for part in second.text_plain] == [text_of(message)]
        assert [part.replace("\r\n", "\n") for part in second.text_html] == [html_of(message)]
        (picture,) = second.attachments
        assert picture.mimetype == "image/png"
        assert Image.open(BytesIO(bytes(picture.content))).size == (720, 260)

    def test_it_is_ascii_in_short_lines_that_end_as_the_standard_says(self, language: str) -> None:
        data = mail(language)[1].data
        assert data.isascii()
        assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
        assert max(map(len, data.split(b"\r\n"))) <= 78

    def test_the_text_part_is_written_for_reading(self, language: str) -> None:
        edition, _, message = mail(language)
        written, _ = write_text(edition)
        leave = edition.labels["unsubscribe"]
        assert text_of(message) == f"{written}\n{leave}: https://example.org/leave?id=1\n"

    def test_the_html_part_says_the_same(self, language: str) -> None:
        edition, _, message = mail(language)
        page = BeautifulSoup(html_of(message), "html.parser")
        heads = [head.get_text() for head in page.find_all(re.compile("^h[1-6]$"))]
        assert heads[0] == edition.plain_title
        for head, heading in zip(heads[1:], edition.headings(), strict=True):
            title = markdown.plain(markdown.parse_inline(heading.title or ""))
            assert head.startswith((heading.label, heading.number))
            assert head.endswith(title)
        levels = [int(head.name[1]) for head in page.find_all(re.compile("^h[1-6]$"))]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert len(page.select("ul > li > ul > li > ul > li")) == 1
        assert page.select("th")[0].get_text() in ("区分", "Ticket")
        hidden = page.select_one(".preheader")
        assert hidden is not None
        assert hidden.get_text() == markdown.plain(markdown.parse_inline(edition.lead))
        (leave,) = page.select(".unsubscribe a")
        assert leave["href"] == "https://example.org/leave?id=1"

    def test_every_picture_is_in_the_message(self, language: str) -> None:
        message = mail(language)[2]
        page = BeautifulSoup(html_of(message), "html.parser")
        (image,) = page.find_all("img")
        cids = [part["Content-ID"] for part in message.walk() if part["Content-ID"]]
        assert [f"<{str(image['src']).removeprefix('cid:')}>"] == cids
        assert image["alt"]
        # Shown within the sheet in its proportions, also where max-width is not known.
        assert (image["width"], image["height"]) == ("560", "202")
        (picture,) = [part for part in message.walk() if part.get_content_maintype() == "image"]
        assert (picture.get_filename(), picture.get_content_disposition()) == ("cost.png", "inline")

    def test_the_same_edition_gives_the_same_bytes(self, language: str) -> None:
        edition, rendered, _ = mail(language)
        assert render(edition) == rendered

    @pytest.mark.parametrize("theme", THEMES)
    def test_it_loads_nothing_and_its_styles_are_on_its_elements(
        self, language: str, theme: str
    ) -> None:
        html = html_of(mail(language, theme)[2])
        page = BeautifulSoup(html, "html.parser")
        assert not page.find_all(["script", "link", "iframe", "form", "base"])
        assert not re.search(r"url\(|@import|@font-face|var\(|https?://[^\"]*\.(css|png)", html)
        for tag in page.select("body, .sheet, h1, h2, p, li, td, th, figure img, .statement"):
            assert tag.get("style"), tag
        assert "font-family" in str(page.select_one(".sheet"))
        (style,) = page.find_all("style")
        assert style.get_text().count("@media") == 1
        assert "prefers-color-scheme: dark" in style.get_text()
        scheme = page.find("meta", {"name": "color-scheme"})
        assert scheme is not None
        assert scheme["content"] == "light dark"


def test_without_a_sender_there_is_no_mail(newsletter: Newsletter, publication: Path) -> None:
    result = newsletter("build", "--format", "eml", "--lang", "ja", cwd=publication)
    assert result.code == 1
    assert "newsletter.toml" in result.err
    assert "[email]" in result.err


def test_the_command_writes_it(newsletter: Newsletter, publication: Path) -> None:
    with (publication / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write('\n[email]\nfrom = "編集室 <desk@example.org>"\n')
    result = newsletter("build", "--format", "eml", "--lang", "ja", cwd=publication)
    assert result.code == 0, result.err
    (path,) = (publication / "dist").rglob("*.ja.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("編集室", "desk@example.org")
    assert message["List-Unsubscribe"] is None
    assert message["Reply-To"] is None


def test_a_title_cannot_begin_a_header_of_its_own() -> None:
    hostile = "題\r\nBcc: all@example.com\n\n<script>alert(1)</script>\u2028\x07末"
    edition = addressed(edition_of(DATA / "ja", title=hostile))
    edition = replace(edition, name='名\r\nX-Own: 1"<a@b.example>', issue=edition.issue)
    message = parsed(render(edition))
    assert message["Bcc"] is None
    assert message["X-Own"] is None
    assert message["Subject"].endswith("題 Bcc: all@example.com <script>alert(1)</script> 末")
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "letters@example.org"
    assert not BeautifulSoup(html_of(message), "html.parser").find_all("script")


@pytest.mark.parametrize(
    "name", ["Plain", 'With "quotes", and more', "back\\slash", "=?utf-8?B?eA==?=", "長い名前" * 20]
)
def test_names_of_senders(name: str) -> None:
    sent = render(addressed(edition_of(DATA / "en"), replace(MAIL, sender=name)))
    (sender,) = parsed(sent)["From"].addresses
    # Python keeps the spaces between encoded words in a name, against RFC 2047, section 6.2.
    assert sender.display_name.replace(" ", "") == name.replace(" ", "")
    assert sender.addr_spec == "letters@example.org"
    (written,) = fast_mail_parser.parse_email(sent.data).headers["From"]
    assert name.replace("\\", "") in written.replace("\\", "")


LINES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])
    | st.sampled_from(" あ港👩‍👧é"),
    min_size=1,
    max_size=150,
).map(lambda text: " ".join(text.split()))


@settings(max_examples=150, deadline=None)
@given(LINES.filter(bool))
@example("a " * 100 + "z")
@example("x" * 900)
@example("=?utf-8?Q?=41?=")
@example("港" * 400)
@example("👩‍👩‍👧‍👦" * 30 + "e" + "\u0301" * 80)
@example("ASCII と日本語 mixed 文")
def test_any_subject_comes_back(text: str) -> None:
    lines = list(header("Subject", text))
    assert all(len(line) <= 76 and line.isascii() for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    data = "\r\n".join([*lines, "MIME-Version: 1.0", "", "text\r\n"]).encode()
    assert email.message_from_bytes(data, policy=default)["Subject"] == text
    assert fast_mail_parser.parse_email(data).subject == text


def test_encoded_words_cut_no_character() -> None:
    family = "👩‍👩‍👧‍👦"
    for line in header("Subject", f"港{family * 12}"):
        (word,) = re.findall(r"=\?utf-8\?B\?[\w+/=]+\?=", line)
        decoded, _ = email.header.decode_header(word)[0]
        assert decoded.decode().replace("港", "").replace(family, "") == ""


def test_a_mail_that_gmail_would_clip_is_told(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    with_text(root, "# 題\n\n" + "長い話です。" * 6_500)
    rendered = render(addressed(edition_of(root)))
    assert len(html_of(parsed(rendered)).encode()) > CLIP
    (finding,) = rendered.findings
    assert (finding.rule, finding.path.name) == ("gmail-clip", "issue.toml")
    with_text(root, "# 題\n\n" + "長い話です。" * 1_000)
    assert render(addressed(edition_of(root))).findings == ()


def picture(root: Path, name: str, data: bytes) -> EmailMessage:
    (root / "issues" / SLUG / name).write_bytes(data)
    source = name.replace(" ", "%20")
    with_text(root, f"# 題\n\n![見たもの]({source})\n\n本文に![もう一度]({source})。\n")
    return parsed(render(addressed(edition_of(root))))


def drawn(kind: str, size: tuple[int, int], mode: str = "RGB") -> bytes:
    stream = BytesIO()
    Image.new(mode, size, 128).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "mime", "size"),
    [
        ("図 一.jpg", drawn("JPEG", (3000, 1500)), "image/jpeg", (1120, 560)),
        ("a.webp", drawn("WEBP", (200, 100)), "image/png", (200, 100)),
        ("a.png", drawn("PNG", (2240, 1), "P"), "image/png", (1120, 1)),
        ("a.gif", drawn("GIF", (2000, 10), "P"), "image/gif", (1120, 6)),
    ],
)
def test_pictures_as_mail_programs_show_them(
    tmp_path: Path, name: str, data: bytes, mime: str, size: tuple[int, int]
) -> None:
    message = picture(copy("ja", tmp_path), name, data)
    parts: list[Any] = [part for part in message.walk() if part.get_content_maintype() == "image"]
    # The brief's picture, which stands there twice, and that of the deep dive.
    assert len(parts) == 2
    (part,) = [part for part in parts if part.get_filename() != "cost.png"]
    assert part.get_content_type() == mime
    assert Image.open(BytesIO(part.get_content())).size == size
    assert (
        Path(part.get_filename()).suffix
        == {
            "image/jpeg": ".jpg",
            "image/png": ".png",
            "image/gif": ".gif",
        }[mime]
    )


@pytest.mark.parametrize(("columns", "is_wide"), [(3, False), (5, True)])
def test_a_long_cell_of_many_is_not_squeezed(columns: int, is_wide: bool, tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    long = "船が着いた朝の、魚の値段の決まり方"
    rows = ["数"] * columns, ["---"] * columns, ["1"] * (columns - 1) + [long]
    with_text(root, "# 題\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n")
    page = html_of(parsed(render(addressed(edition_of(root)))))
    (cell,) = (td for td in BeautifulSoup(page, "html.parser").select("td") if td.text == long)
    assert ("min-width" in str(cell["style"])) is is_wide
    (around,) = cell.find_parents(class_="table")
    assert "overflow-x: auto" in str(around["style"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mark_of_a_footnote_begins_no_line(language: str, tmp_path: Path) -> None:
    root = copy(language, tmp_path)
    with_text(root, "# 題\n\n船が出ます[^1]。\n\n[^1]: 朝です。\n")
    page = html_of(parsed(render(addressed(edition_of(root)))))
    (mark,) = BeautifulSoup(page, "html.parser").select("sup")
    assert mark.parent is not None
    assert mark.parent.get_text() == "す1"
    assert "nowrap" in str(mark.parent["style"])


def test_a_dead_link_is_told_once(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    with_text(root, "# 題\n\n[無](page.html)\n")
    assert [finding.rule for finding in render(addressed(edition_of(root))).findings] == [
        "dead-link"
    ]


def test_a_style_of_a_publication_loads_no_file(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    own = root / "templates" / "email"
    own.mkdir(parents=True)
    (own / "x.png").write_bytes(drawn("PNG", (1, 1)))
    (own / "email.css").write_text("p { background: url(x.png) }\n", "utf-8")
    with pytest.raises(ContentError, match="can load no file"):
        render(addressed(edition_of(root)))


def test_a_template_of_a_publication_loads_no_style_from_elsewhere(tmp_path: Path) -> None:
    root = copy("ja", tmp_path)
    own = root / "templates" / "email"
    own.mkdir(parents=True)
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: #123456 }\n", "utf-8")
    (own / "newsletter.html.j2").write_text(
        f'<html><head><link rel="stylesheet" href="file://{secret}"></head><body><p>文</p></body>',
        "utf-8",
    )
    assert "#123456" not in html_of(parsed(render(addressed(edition_of(root)))))
