"""The web page, read back with an HTML parser."""

import re
from base64 import b64decode
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from fontTools.ttLib import TTFont

from tests.rendering.pages import (
    DATA,
    LANGUAGES,
    SLUG,
    THEMES,
    copy,
    edition_of,
    with_text,
)
from toolkit.document import markdown
from toolkit.errors import ContentError, NewsletterError
from toolkit.rendering import Rendered
from toolkit.rendering.body import is_statement, phrases, set_line
from toolkit.rendering.edition import Edition
from toolkit.rendering.fonts import edition_text
from toolkit.rendering.html import render


@cache
def page(language: str, theme: str = "classic") -> tuple[Edition, Rendered, BeautifulSoup]:
    edition = edition_of(DATA / language, theme)
    rendered = render(edition)
    return edition, rendered, BeautifulSoup(rendered.data, "html.parser")


def soup(root: Path) -> BeautifulSoup:
    return BeautifulSoup(render(edition_of(root)).data, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return re.sub(r"\s+", " ", tag.get_text()).strip()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryPage:
    def test_raises_no_finding_and_has_no_pages(self, language: str, theme: str) -> None:
        rendered = page(language, theme)[1]
        assert (rendered.findings, rendered.pages) == ((), None)

    def test_asks_for_nothing_and_runs_nothing(self, language: str, theme: str) -> None:
        html = page(language, theme)[2]
        assert not html.find_all(["script", "link", "iframe", "object", "embed", "base", "form"])
        for tag in html.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], tag
            for name in ("src", "srcset", "data", "poster", "background"):
                assert str(tag.get(name, "data:")).startswith("data:"), tag
        style = html.style.get_text() if html.style else ""
        assert "@import" not in style
        assert all(url.startswith("data:") for url in re.findall(r'url\("?(.*?)"?\)', style))
        policy = html.find("meta", {"http-equiv": "Content-Security-Policy"})
        assert policy is not None
        assert "default-src 'none'" in str(policy["content"])

    def test_headings_go_down_by_one_from_a_single_h1(self, language: str, theme: str) -> None:
        edition, _, html = page(language, theme)
        headings = html.find_all(re.compile("^h[1-6]$"))
        levels = [int(heading.name[1]) for heading in headings]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        named = [heading for heading in headings[1:] if heading["id"] != "contents"]
        assert [(int(heading.name[1]), heading["id"]) for heading in named] == [
            (heading.level, heading.id) for heading in edition.headings()
        ]

    def test_every_reference_leads_to_one_place(self, language: str, theme: str) -> None:
        html = page(language, theme)[2]
        ids = [tag["id"] for tag in html.find_all(id=True)]
        assert len(ids) == len(set(ids))
        for link in html.find_all("a"):
            href = str(link["href"])
            assert href.startswith("https://") or href[1:] in ids, href
        for tag in html.select("[aria-labelledby]"):
            assert tag["aria-labelledby"] in ids

    def test_has_the_landmarks_of_a_page(self, language: str, theme: str) -> None:
        html = page(language, theme)[2]
        assert html.html is not None
        assert html.html["lang"] == language
        for name in ("header", "nav", "main", "footer"):
            assert len(html.find_all(name)) == 1, name
        assert len(html.find_all("article")) == 5
        assert html.find("meta", {"name": "viewport"}) is not None

    def test_its_fonts_open_and_write_its_text(self, language: str, theme: str) -> None:
        edition, rendered, _ = page(language, theme)
        fonts = re.findall(r"data:font/woff;base64,([\w+/=]+)", rendered.data.decode())
        assert len(fonts) == {"classic": 6, "modern": 5}[theme]
        written: set[int] = set()
        for font in fonts:
            written |= set(TTFont(BytesIO(b64decode(font))).getBestCmap())
        drawn = {char for char in edition_text(edition) if not char.isspace()}
        assert {chr(code) for code in written} >= drawn

    def test_is_of_a_size_to_be_sent(self, language: str, theme: str) -> None:
        assert len(page(language, theme)[1].data) < 700_000


class TestTheJapanesePage:
    def test_the_parts_of_a_section(self) -> None:
        html = page("ja")[2]
        dive = html.select_one("article.deep-dive")
        assert dive is not None
        assert [words(tag) for tag in dive.select("h3")][:2] == [
            "1. 復活までの八年",
            "2. 運賃の仕組み",
        ]
        assert [words(tag) for tag in dive.select("h4")] == [
            "① 割引は誰のためか",
            "② 値上げの順番",
        ]
        assert [words(tag) for tag in dive.select("p.statement")] == [
            "「桟橋は、町のいちばん長い交差点だ」",
            "「遅れない船より、遅れたと言う船を選ぶ」",
            "「橋は町をつなぎ、船は町を待つ」",
        ]
        assert len(dive.select("ul > li > ul > li > ul > li")) == 1
        assert len(dive.select("ol > li > ol > li")) == 2
        assert words(dive.select_one("blockquote p")).startswith("潮は予定を守る。")
        assert [words(tag) for tag in dive.select("strong")][1] == "「しおさい二号」"
        assert "定期券の買い手の一人は、この医師でした。" in words(dive)

    def test_a_figure_has_an_alternative_and_a_caption(self) -> None:
        figure = page("ja")[2].figure
        assert figure is not None
        assert figure.img is not None
        assert figure.img["alt"] == "棒が三本並ぶ図。左から燃料、人件費、保険料で、燃料が最も長い。"
        assert (figure.img["width"], figure.img["height"]) == ("720", "260")
        encoded = str(figure.img["src"]).removeprefix("data:image/png;base64,")
        picture = DATA / "ja" / "issues" / SLUG / "cost.png"
        assert b64decode(encoded) == picture.read_bytes()
        assert words(figure.figcaption).startswith("運航一日あたりの費用。")

    def test_a_table_scrolls_and_has_scopes(self) -> None:
        table = page("ja")[2].table
        assert table is not None
        assert table.parent is not None
        assert (table.parent["role"], table.parent["tabindex"]) == ("region", "0")
        assert [head["scope"] for head in table.find_all("th")] == ["col"] * 4
        assert table.find_all("td")[1]["class"] == ["right", "short"]
        first = table.select("tr:nth-of-type(3) td")[0]
        assert first["class"] == ["short"]

    def test_ruby_reads_without_support_for_it(self) -> None:
        rubies = page("ja")[2].find_all("ruby")
        assert ["".join(ruby.find_all(string=True)) for ruby in rubies] == [
            "時化（しけ）",
            "舵（だ）輪（りん）",
        ]

    def test_titles_of_sources_keep_their_language(self) -> None:
        cites = page("ja")[2].find_all("cite")
        assert [cite.get("lang") for cite in cites] == [None, "en"]
        assert words(cites[1]) == "『What the Tide Tables Leave Out』"

    def test_contents_list_every_heading_to_the_third_level(self) -> None:
        edition, _, html = page("ja")
        links = html.select("nav a")
        assert [str(link["href"])[1:] for link in links] == [
            heading.id for heading in edition.contents()
        ]
        assert words(links[1]) == "1. 復活までの八年"


def test_no_notice_without_drafts_and_one_with(tmp_path: Path) -> None:
    assert page("en")[2].select_one(".notice") is None
    rendered = render(edition_of(copy("en", tmp_path), drafts=1))
    notice = BeautifulSoup(rendered.data, "html.parser").select_one(".notice")
    assert words(notice).startswith("This edition contains 1 machine-translated sentence that")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_edition_gives_the_same_bytes(language: str, tmp_path: Path) -> None:
    assert render(edition_of(copy(language, tmp_path))).data == page(language)[1].data


def test_markup_in_the_text_is_text(tmp_path: Path) -> None:
    root = copy("en", tmp_path)
    hostile = "<script>alert(1)</script> <img src=x onerror=y> </style> {{ 7*7 }} \"'&"
    with_text(root, f"# {hostile}\n\n{hostile}\n\n- {hostile}\n\n`{hostile}`\n")
    html = soup(root)
    assert not html.find_all("script")
    assert len(html.find_all("img")) == 1
    assert words(html).count("<script>alert(1)</script>") == 5
    assert "49" not in words(html.select_one("#brief-2"))


def test_links_that_lead_nowhere_are_text_and_findings(tmp_path: Path) -> None:
    root = copy("en", tmp_path)
    path = with_text(
        root,
        "# Links\n\nWords.\n\n[a](other.md) [b](#nowhere) [c](ftp://x.example/) [d](//x.example)"
        " [e](#deep-dive-1) [f](mailto:a@example.org) [g](javascript:alert(1))\n",
    )
    rendered = render(edition_of(root))
    assert [(finding.path, finding.line) for finding in rendered.findings] == [(path, 5)] * 4
    assert all(finding.rule == "dead-link" for finding in rendered.findings)
    html = BeautifulSoup(rendered.data, "html.parser")
    brief = html.select_one("article[aria-labelledby=brief-2]")
    assert brief is not None
    assert [link["href"] for link in brief.select("a")] == [
        "#deep-dive-1",
        "mailto:a@example.org",
    ]
    assert "[g](javascript:alert(1))" in words(brief)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/hostname",
        "https://",
        "https://exam ple.org/",
        "https://example.org:80a/",
    ],
)
def test_a_source_links_to_the_web_or_not_at_all(tmp_path: Path, url: str) -> None:
    root = copy("en", tmp_path)
    article = root / "articles" / "tides.md"
    article.write_text(
        article.read_text("utf-8").replace(
            "https://www.example.com/essays/what-the-tide-tables-leave-out/", url
        ),
        "utf-8",
    )
    links = soup(root).select(".sources a")
    assert [link["href"] for link in links] == ["https://example.org/news/2026/ferry-returns"]


def test_the_address_of_a_source_is_written_as_a_url(tmp_path: Path) -> None:
    root = copy("en", tmp_path)
    article = root / "articles" / "tides.md"
    text = re.sub("url: .*", "url: https://example.org/潮 位/?a={b}", article.read_text("utf-8"))
    article.write_text(text, "utf-8")
    link = soup(root).select(".sources a")[-1]
    assert link["href"] == "https://example.org/%E6%BD%AE%20%E4%BD%8D/?a=%7Bb%7D"
    assert link.get_text() == "example.org/潮 位/?a={b}"


class TestAPublicationsOwnLooks:
    def own(self, root: Path, name: str, text: str) -> Path:
        path = root / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def test_a_template_takes_the_place_of_ours(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        self.own(root, "newsletter.html.j2", "<h1>{{ title }}</h1>{{ labels['contents'] }}")
        assert render(edition_of(root)).data == b"<h1>The ferry is back</h1>Contents"

    def test_a_style_takes_the_place_of_ours(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        picture = (root / "issues" / SLUG / "cost.png").read_bytes()
        self.own(root, "screen.css", "h1 { background: url(own.png) } /* mine */")
        (root / "templates" / "own.png").write_bytes(picture)
        style = words(soup(root).style)
        assert 'h1 { background: url("data:image/png;base64,' in style
        assert "mine" not in style
        assert "clamp(" not in style

    @pytest.mark.parametrize(
        "template",
        [
            "{% if %}",
            "{{ nothing_of_this_name }}",
            "{{ ''.__class__.__mro__ }}",
            "{{ labels.update({'contents': 'x'}) }}",
            "{% include '../newsletter.toml' %}",
            "{% include '/etc/hostname' %}",
            "{% for i in range(10 ** 9) %}{% endfor %}",
            "{{ 1 / 0 }}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        ],
    )
    def test_a_template_that_must_not_is_one_line(self, tmp_path: Path, template: str) -> None:
        root = copy("en", tmp_path)
        self.own(root, "newsletter.html.j2", template)
        with pytest.raises(ContentError, match="the template cannot be used") as raised:
            render(edition_of(root))
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize(
        ("style", "line"),
        [
            ("\n@import 'other.css';", 2),
            ("h1 { background: url(https://example.org/a.png) }", 1),
            ("\n\nh1 { background: url(../newsletter.toml) }", 3),
            ("h1 { background: url('none.png') }", 1),
            ("h1 { content: '</style><script>' }", 1),
        ],
    )
    def test_a_style_that_must_not_names_the_line(
        self, tmp_path: Path, style: str, line: int
    ) -> None:
        root = copy("en", tmp_path)
        path = self.own(root, "screen.css", style)
        with pytest.raises(ContentError) as raised:
            render(edition_of(root))
        assert (raised.value.path, raised.value.line) == (path, line)

    def test_a_file_that_is_a_link_out_is_refused(self, tmp_path: Path) -> None:
        root = copy("en", tmp_path)
        secret = tmp_path / "secret.css"
        secret.write_text("h1 { color: red }", "utf-8")
        (root / "templates").mkdir()
        (root / "templates" / "base.css").symlink_to(secret)
        with pytest.raises(NewsletterError, match="leads out of the publication"):
            render(edition_of(root))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("「船は町を待つ」", True),
        ("**「船は町を待つ」**", True),
        ("「彼は『待つ』と言った」", True),
        ("『船は町を待つ』", True),
        ("“A boat waits”", True),
        ('"A boat waits"', True),
        ("「船」と「町」", False),
        ("「船は町を待つ」と言った。", False),
        ("船は「町」", False),
        ("「船は町を待つ", False),
        ("「」", False),
        ("“One” and “two”", False),
        ('"One" and "two"', False),
    ],
)
def test_a_statement_is_one_quotation_and_nothing_else(text: str, expected: bool) -> None:
    assert is_statement(markdown.parse(text)[1]) is expected


@pytest.mark.parametrize(
    "title",
    ["連絡船が帰ってきた冬に、港町は何を積んで出ていくのか", "「電車」と（船）。", "", "あ", "ABC"],
)
def test_phrases_lose_nothing_and_obey_kinsoku(title: str) -> None:
    pieces = phrases(title)
    assert "".join(pieces) == title
    assert all(piece[0] not in "、。」）" and piece[-1] not in "「（" for piece in pieces if piece)


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("日銀、2025年の利上げ", "2025年の"),
        ("中期計画、2025-2026年の話", "2025-2026年の"),
        ("株価3.5%高、2026年へ", "2026年へ"),
    ],
)
def test_no_number_is_cut(title: str, whole: str) -> None:
    assert whole in phrases(title)


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("船が出るのは、2026年", "2026年"),
        ("観光客から先に並ぶ順番です。", "番です。"),
        ("船が出るそうだ。", "そうだ。"),
        ("名は**「しおさい」**です。", "です。"),
        ("免許を返さないためです。）", "です。）"),
    ],
)
def test_the_end_of_a_paragraph_is_kept_together(tmp_path: Path, text: str, tail: str) -> None:
    root = copy("ja", tmp_path)
    with_text(root, f"# 題\n\n{text}\n")
    kept = soup(root).select("article[aria-labelledby=brief-2] p .phrase")
    assert [words(span) for span in kept] == [tail]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A 270-day timetable was read.", ["270-day", "was read."]),
        ("A 9-year-old counts to 5 million.", ["9-year-old", "5 million"]),
        ("On 2025-11-25 we read it.", ["read it."]),
        ("The last word is longer.", []),
    ],
)
def test_english_that_stays_on_one_line(text: str, kept: list[str]) -> None:
    found = BeautifulSoup(str(set_line(text, "en", in_phrases=False)), "html.parser")
    assert found.get_text() == text
    assert [span.get_text() for span in found.select(".phrase")] == kept


def test_a_headline_is_marked_between_phrases_in_japanese_only() -> None:
    assert set_line("船は町を待つ", "ja") == (
        '<span class="phrase">船は</span><span class="phrase">町を</span>'
        '<span class="phrase">待つ</span>'
    )
    assert set_line("A boat waits", "en") == "A boat waits"
