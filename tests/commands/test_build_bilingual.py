"""``newsletter build --lang ja-en``: the files, the record and what cannot be."""

import json
from pathlib import Path

from bs4 import BeautifulSoup

from tests.support import Newsletter

SLUG = "2025-11-25"


def test_files_are_named_by_both_languages(publication: Path, newsletter: Newsletter) -> None:
    options = ("--lang", "ja-en", "--lang", "en-ja", "--format", "html")
    result = newsletter("build", SLUG, *options, cwd=publication)
    assert (result.code, result.err) == (0, "")
    folder = publication / "dist" / SLUG
    for order in ("ja-en", "en-ja"):
        page = BeautifulSoup((folder / f"{SLUG}.{order}.html").read_bytes(), "html.parser")
        titles = [str(cell["lang"]) for cell in page.select("h1 .cell")]
        assert titles == order.split("-")
    record = json.loads((folder / "build.json").read_text("utf-8"))
    assert [file["language"] for file in record["files"]] == ["en-ja", "ja-en"]
    assert [file["file"] for file in record["files"]] == [
        f"{SLUG}.en-ja.html",
        f"{SLUG}.ja-en.html",
    ]


def test_it_is_made_only_when_asked_for(publication: Path, newsletter: Newsletter) -> None:
    assert newsletter("build", SLUG, "--format", "html", cwd=publication).code == 0
    names = sorted(path.name for path in (publication / "dist" / SLUG).glob("*.html"))
    assert names == [f"{SLUG}.en.html", f"{SLUG}.ja.html"]


def test_a_changed_translation_makes_it_again(publication: Path, newsletter: Newsletter) -> None:
    command = ("build", SLUG, "--lang", "ja-en", "--format", "html")
    page = publication / "dist" / SLUG / f"{SLUG}.ja-en.html"
    assert newsletter(*command, cwd=publication).code == 0
    before = page.read_bytes()
    catalog = publication / "issues" / SLUG / "en.po"
    text = catalog.read_text("utf-8")
    start = text.index('msgstr "', text.index("msgid", text.index("#: "))) + len('msgstr "')
    catalog.write_text(f"{text[:start]}Anew: {text[start:]}", "utf-8")
    assert newsletter(*command, cwd=publication).code == 0
    assert page.read_bytes() != before
    assert "Anew: " in page.read_text("utf-8")


def test_without_a_translation_it_says_what_to_do(
    publication: Path, newsletter: Newsletter
) -> None:
    (publication / "issues" / SLUG / "en.po").unlink()
    result = newsletter("build", SLUG, "--lang", "ja-en", "--format", "html", cwd=publication)
    assert result.code == 1
    assert f"newsletter translate {SLUG} --to en" in result.err


def test_a_format_of_one_column_is_refused(publication: Path, newsletter: Newsletter) -> None:
    result = newsletter("build", SLUG, "--lang", "ja-en", "--format", "epub", cwd=publication)
    assert result.code == 2
    assert "pdf, docx, html" in result.err


def test_a_publication_in_one_language_has_none(publication: Path, newsletter: Newsletter) -> None:
    manifest = publication / "newsletter.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('languages = ["ja", "en"]', 'languages = ["ja"]'), "utf-8")
    result = newsletter("build", SLUG, "--lang", "ja-en", "--format", "html", cwd=publication)
    assert result.code == 2
    assert "does not appear in 'en'" in result.err
