"""``newsletter site``: the archive, read back as a visitor, a feed reader and a robot read it."""

import json
import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from lxml import etree

from tests.conftest import DATA
from tests.support import Newsletter
from toolkit.document.publication import read_publication
from toolkit.site import Site, write_site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
URL = "https://example.org/weekly/"
OLD, NEW = "2025-11-25", "2025-12-02"


def second_issue(publication: Path, slug: str = NEW, date: str = NEW) -> Path:
    """Another issue, a week later, that nobody has translated."""
    folder = Path(shutil.copytree(publication / "issues" / OLD, publication / "issues" / slug))
    (folder / "en.po").unlink()
    manifest = folder / "issue.toml"
    text = manifest.read_text("utf-8").replace(f"date = {OLD}", f"date = {date}")
    manifest.write_text(text.replace("number = 1\n", "number = 2\n"), "utf-8")
    return folder


def with_url(publication: Path) -> None:
    with (publication / "newsletter.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[site]\nurl = "{URL}"\n')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of two issues, one of them in both languages, that stands nowhere yet."""
    root = Path(shutil.copytree(DATA / "publication", tmp_path_factory.mktemp("site") / "weekly"))
    second_issue(root)
    return write_site(read_publication(root))


@pytest.fixture(scope="module")
def addressed(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same, where it stands on the web."""
    root = Path(shutil.copytree(DATA / "publication", tmp_path_factory.mktemp("site") / "weekly"))
    second_issue(root)
    with_url(root)
    return write_site(read_publication(root))


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_bytes(), "html.parser")


def names(site: Site) -> list[str]:
    return [path.relative_to(site.out).as_posix() for path in site.files]


def hrefs(page: BeautifulSoup, selector: str) -> list[str]:
    return [str(tag["href"]) for tag in page.select(selector)]


def feed(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes())


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(text) for text in root.xpath(path, namespaces=ATOM)]


def link_targets(page: Path) -> Iterator[Path]:
    """The files that the links of a page lead to, as a browser in a folder finds them."""
    for href in hrefs(soup(page), "a[href], link[href]"):
        if urlsplit(href).scheme in ("", "file"):
            yield Path(unquote(urlsplit(urljoin(page.as_uri(), href)).path))


class TestASite:
    def test_lies_in_dist_and_holds_every_edition_there_is(self, site: Site) -> None:
        assert site.out.parts[-2:] == ("dist", "site")
        assert sorted(names(site)) == [
            "en/2025-11-25.html",
            "en/feed.xml",
            "en/index.html",
            "index.html",
            "ja/2025-11-25.html",
            "ja/2025-12-02.html",
            "ja/feed.xml",
            "ja/index.html",
        ]
        assert all(path.is_file() for path in site.files)

    def test_every_link_leads_to_a_file(self, site: Site) -> None:
        for page in site.files:
            if page.suffix == ".html":
                targets = list(link_targets(page))
                assert targets
                assert [target for target in targets if not target.is_file()] == []

    def test_pages_run_nothing_and_load_nothing(self, site: Site) -> None:
        for page in site.files:
            if page.suffix == ".html":
                html = soup(page)
                assert not html.find_all(["script", "iframe", "form", "object", "base"])
                assert html.find("meta", {"http-equiv": "Content-Security-Policy"})
                assert {str(tag["rel"]) for tag in html.find_all("link")} <= {"['alternate']"}

    def test_an_index_lists_the_newest_first(self, site: Site) -> None:
        html = soup(site.out / "ja" / "index.html")
        assert html.html is not None
        assert html.html["lang"] == "ja"
        assert hrefs(html, ".issues h3 a") == ["2025-12-02.html", "2025-11-25.html"]
        assert [tag["datetime"] for tag in html.select(".issues time")] == [NEW, OLD]
        assert [tag.get_text() for tag in html.select(".issues .imprint span")] == [
            "第2号",
            "第1号",
        ]
        levels = [int(tag.name[1]) for tag in html.find_all(re.compile("^h[1-6]$"))]
        assert levels == [1, 2, 3, 3]
        assert hrefs(soup(site.out / "en" / "index.html"), ".issues h3 a") == ["2025-11-25.html"]

    def test_an_issue_leads_to_its_other_language_and_to_all_issues(self, site: Site) -> None:
        page = soup(site.out / "ja" / f"{OLD}.html")
        assert hrefs(page, "nav.archive a") == ["index.html", f"../en/{OLD}.html"]
        other = page.select_one("nav.archive a[hreflang]")
        assert other is not None
        assert (other["hreflang"], other["lang"], other.get_text()) == (
            "en",
            "en",
            "English edition",
        )
        alternates = {
            str(tag["hreflang"]): str(tag["href"])
            for tag in page.select("head link[rel=alternate][hreflang]")
        }
        assert alternates == {"ja": f"{OLD}.html", "en": f"../en/{OLD}.html"}
        assert hrefs(soup(site.out / "ja" / f"{NEW}.html"), "nav.archive a") == ["index.html"]

    def test_the_first_page_leads_to_the_languages(self, site: Site) -> None:
        links = soup(site.out / "index.html").select("main a")
        assert [(link["href"], link["hreflang"]) for link in links] == [
            ("ja/index.html", "ja"),
            ("en/index.html", "en"),
        ]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("index.html", ["ja/index.html", "en/index.html", "index.html"]),
            ("ja/index.html", ["index.html", "../en/index.html", "../index.html"]),
            ("en/index.html", ["../ja/index.html", "index.html", "../index.html"]),
        ],
    )
    def test_indexes_name_each_other_and_the_page_for_all_others(
        self, site: Site, name: str, expected: list[str]
    ) -> None:
        links = soup(site.out / name).select("head link[hreflang]")
        assert [link["hreflang"] for link in links] == ["ja", "en", "x-default"]
        assert [link["href"] for link in links] == expected

    def test_fonts_write_all_that_a_page_says(self, site: Site) -> None:
        for name in ("index.html", "ja/index.html", f"ja/{OLD}.html"):
            html = soup(site.out / name)
            assert html.body is not None
            written: set[int] = set()
            for font in re.findall(r"font/woff;base64,([\w+/=]+)", str(html.style)):
                written |= set(TTFont(BytesIO(b64decode(font))).getBestCmap())
            said = {ord(char) for char in html.body.get_text() if not char.isspace()}
            assert said <= written

    def test_what_is_left_out_is_named(self, site: Site) -> None:
        assert [(finding.rule, finding.path.parts[-2:]) for finding in site.findings] == [
            ("no-edition", (NEW, "en.po"))
        ]
        assert f"`newsletter translate {NEW} --to en`" in site.findings[0].message
        assert site.failures == ()

    def test_the_same_publication_gives_the_same_files(self, site: Site, publication: Path) -> None:
        second_issue(publication)
        again = write_site(read_publication(publication), publication / "elsewhere")
        assert names(again) == names(site)
        for former, later in zip(site.files, again.files, strict=True):
            assert former.read_bytes() == later.read_bytes(), later.name


class TestAFeed:
    def test_has_what_rfc_4287_asks_for(self, site: Site) -> None:
        root = feed(site.out / "ja" / "feed.xml")
        assert root.tag == f"{{{ATOM['a']}}}feed"
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ja"
        # Sections 4.1.1 and 4.1.2: one id, one title, one date each; an author; a link.
        for element in (root, *root.findall("a:entry", ATOM)):
            for name in ("id", "title", "updated"):
                assert len(element.findall(f"a:{name}", ATOM)) == 1, name
            assert texts(element, "a:id/text()")[0].startswith("urn:uuid:")
            assert len(texts(element, "a:link[@rel='alternate']/@href")) == 1
        assert len(texts(root, "a:author/a:name/text()")) == 1
        assert texts(root, "a:updated/text()") == ["2025-12-02T00:00:00Z"]
        assert texts(root, "a:entry/a:updated/text()") == [
            "2025-12-02T00:00:00Z",
            "2025-11-25T00:00:00Z",
        ]
        ids = texts(root, "//a:id/text()")
        ids += texts(feed(site.out / "en" / "feed.xml"), "//a:id/text()")
        assert len(ids) == len(set(ids)) == 5

    def test_leads_to_the_pages_from_a_folder(self, site: Site) -> None:
        root = feed(site.out / "ja" / "feed.xml")
        assert texts(root, "a:entry/a:link/@href") == [f"{NEW}.html", f"{OLD}.html"]
        assert texts(root, "a:link[@rel='self']/@href") == []

    def test_leads_to_the_web_where_the_site_stands_there(self, addressed: Site) -> None:
        root = feed(addressed.out / "ja" / "feed.xml")
        assert texts(root, "a:link[@rel='self']/@href") == [f"{URL}ja/feed.xml"]
        assert texts(root, "a:entry/a:link/@href") == [f"{URL}ja/{NEW}.html", f"{URL}ja/{OLD}.html"]

    def test_ids_stay_when_the_site_moves(self, site: Site, addressed: Site) -> None:
        before, after = (feed(one.out / "ja" / "feed.xml") for one in (site, addressed))
        assert texts(before, "//a:id/text()") == texts(after, "//a:id/text()")


class TestAnAddress:
    def test_gives_machines_whole_addresses_and_visitors_relative_links(
        self, addressed: Site
    ) -> None:
        page = soup(addressed.out / "en" / f"{OLD}.html")
        assert hrefs(page, "link[rel=canonical]") == [f"{URL}en/{OLD}.html"]
        assert hrefs(page, "link[hreflang]") == [f"{URL}ja/{OLD}.html", f"{URL}en/{OLD}.html"]
        assert hrefs(page, "nav.archive a") == ["index.html", f"../ja/{OLD}.html"]

    def test_gives_a_sitemap_of_every_page(self, site: Site, addressed: Site) -> None:
        space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
        root = etree.fromstring((addressed.out / "sitemap.xml").read_bytes())
        places = [str(place) for place in root.xpath("//s:loc/text()", namespaces=space)]
        pages = [name for name in names(addressed) if name.endswith(".html")]
        assert sorted(places) == sorted(URL + name for name in pages)
        assert not (site.out / "sitemap.xml").exists()


def test_the_command_says_what_it_wrote_and_what_it_left_out(
    newsletter: Newsletter, publication: Path
) -> None:
    second_issue(publication)
    result = newsletter("site", "--out", "www", cwd=publication)
    assert (result.code, result.out) == (0, "www/index.html  (8 files)\n")
    assert result.err.startswith(f"issues/{NEW}/en.po: warning: there is no English edition yet")
    result = newsletter("site", "--out", "www", "--json", cwd=publication)
    value = json.loads(result.out)
    assert len(value["files"]) == 8
    assert [warning["rule"] for warning in value["warnings"]] == ["no-edition"]


def test_pages_of_an_issue_that_is_gone_are_named_and_kept(
    newsletter: Newsletter, publication: Path
) -> None:
    folder = second_issue(publication)
    newsletter("site", cwd=publication)
    shutil.rmtree(folder)
    result = newsletter("site", cwd=publication)
    assert result.code == 0
    assert result.err.splitlines() == [
        f"dist/site/ja/{NEW}.html: warning: belongs to nothing in the archive any more: "
        "delete it, or put its issue back (stale-page)"
    ]
    assert (publication / "dist" / "site" / "ja" / f"{NEW}.html").is_file()
    assert NEW not in (publication / "dist" / "site" / "ja" / "index.html").read_text("utf-8")


def test_an_issue_with_a_problem_fails_alone(newsletter: Newsletter, publication: Path) -> None:
    folder = second_issue(publication)
    newsletter("site", cwd=publication)
    (folder / "brief-1.md").write_text("# 題\n\n![何か](none.png)\n", "utf-8")
    result = newsletter("site", cwd=publication)
    assert result.code == 1
    assert f"newsletter: issues/{NEW}/brief-1.md:3: there is no picture none.png" in result.err
    assert "stale-page" not in result.err
    assert hrefs(soup(publication / "dist/site/ja/index.html"), ".issues h3 a") == [f"{OLD}.html"]


def test_a_site_of_nothing_but_problems_is_not_written(
    newsletter: Newsletter, publication: Path
) -> None:
    (publication / "issues" / OLD / "issue.toml").write_text("date = 1\n", "utf-8")
    result = newsletter("site", cwd=publication)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"newsletter: issues/{OLD}/issue.toml:1: date must be")
    assert not (publication / "dist" / "site").exists()


@pytest.mark.parametrize(
    ("slug", "message"), [("", "has no issues yet"), ("Index", "would be the index")]
)
def test_what_can_be_no_site(
    newsletter: Newsletter, publication: Path, slug: str, message: str
) -> None:
    if slug:
        second_issue(publication, slug)
    else:
        shutil.rmtree(publication / "issues" / OLD)
    result = newsletter("site", cwd=publication)
    assert result.code == 2
    assert message in result.err
    assert result.err.count("\n") == 1


def test_a_place_that_cannot_be_written(newsletter: Newsletter, publication: Path) -> None:
    (publication / "www").mkdir()
    (publication / "www" / "ja").write_text("in the way", "utf-8")
    result = newsletter("site", "--out", "www", cwd=publication)
    assert result.code == 3
    assert result.err.startswith("newsletter: www/ja/")


def test_markup_controls_and_a_name_of_its_own_do_no_harm(publication: Path) -> None:
    folder = second_issue(publication, "冬の号")
    manifest = folder / "issue.toml"
    text = manifest.read_text("utf-8")
    title = '"<script>x</script> ]]> & \\u0001 **太い**"'
    manifest.write_text(re.sub('title = ".*"', lambda _: f"title = {title}", text), "utf-8")
    with_url(publication)
    site = write_site(read_publication(publication))
    html = soup(site.out / "ja" / "index.html")
    assert not html.find_all("script")
    heading = html.select_one(".issues h3")
    assert heading is not None
    assert heading.get_text().startswith("<script>x</script> ]]> &")
    assert hrefs(html, ".issues h3 a")[0] == "%E5%86%AC%E3%81%AE%E5%8F%B7.html"
    assert all(target.is_file() for target in link_targets(site.out / "ja" / "index.html"))
    root = feed(site.out / "ja" / "feed.xml")
    assert texts(root, "a:entry/a:title/text()")[0] == "第2号：<script>x</script> ]]> &  太い"
    assert texts(root, "a:entry/a:link/@href")[0].isascii()


def test_a_publications_own_template(newsletter: Newsletter, publication: Path) -> None:
    own = publication / "templates" / "site"
    own.mkdir(parents=True)
    (own / "feed.xml.j2").write_text("<feed><title>{{ name }}</feed>", "utf-8")
    result = newsletter("site", cwd=publication)
    assert result.code == 1
    assert result.err.startswith(
        "newsletter: templates/site/feed.xml.j2: the template makes no XML"
    )
    assert result.err.count("\n") == 1
