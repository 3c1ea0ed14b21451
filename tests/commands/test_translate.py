"""``newsletter translate``, with an engine that knows a few sentences by heart."""

import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import polib
import pytest

from tests.support import Newsletter
from tests.translation import phrasebook as books
from tests.translation.phrasebook import Phrasebook
from toolkit.translation import engine as engines
from toolkit.translation.engine import Engine

PHRASES = {
    "路面電車が帰ってくる": "The Tram Returns",
    "市は「新線」を開業した。": "The city opened the “new line.”",
    "橋が開いた。": "The bridge opened.",
    "船が通る。": "Ships pass.",
}


@pytest.fixture
def phrasebook(monkeypatch: pytest.MonkeyPatch) -> Phrasebook:
    """The engine every command of the test opens."""
    book = Phrasebook(PHRASES)

    def open_engine(source: str, target: str, package: str = "") -> Engine:
        return book if target == "en" else Phrasebook({}, "en", "ja")

    monkeypatch.setattr(engines, "open_engine", open_engine)
    return book


@pytest.fixture
def publication(publication: Path) -> Path:
    """The small publication before anything in it was translated."""
    for catalog in publication.glob("issues/*/*.po"):
        catalog.unlink()
    return publication


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that is in no publication."""
    return tmp_path


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_catalog_is_made_and_then_left_alone(
    newsletter: Newsletter, publication: Path, phrasebook: Phrasebook
) -> None:
    first = newsletter("translate", "2025-11-25", cwd=publication)
    assert first.code == 0
    counted, summary = first.out.splitlines()
    assert counted == "issues/2025-11-25/en.po: 28 sentences: 28 drafted"
    path = publication / "issues" / "2025-11-25" / "en.po"
    catalog = polib.pofile(str(path))
    assert catalog.find("路面電車が帰ってくる").msgstr == "The Tram Returns"  # type: ignore[union-attr]
    assert all(entry.fuzzy for entry in catalog)
    marked = sum("check: " in entry.comment for entry in catalog)
    # The phrasebook leaves in Japanese what it does not know.
    left = sum("words are left in Japanese" in entry.comment for entry in catalog)
    assert summary.startswith(f"    {marked} sentences to look at: {left} language, ")
    before = path.read_bytes()
    again = newsletter("translate", "--all", "--to", "en", cwd=publication / "issues")
    before_that = first.out.removeprefix("issues/").replace("28 drafted", "28 drafted before")
    assert again.out == before_that
    assert path.read_bytes() == before


def test_the_result_as_json(
    newsletter: Newsletter, publication: Path, phrasebook: Phrasebook
) -> None:
    result = newsletter("translate", "--all", "--json", cwd=publication)
    told = json.loads(result.out)
    assert told["failures"] == []
    (catalog,) = told["catalogs"]
    assert (catalog["issue"], catalog["language"]) == ("2025-11-25", "en")
    assert (catalog["sentences"], catalog["drafted"], catalog["written"]) == (28, 28, True)


def test_the_edition_can_be_built_and_says_it_is_a_draft(
    newsletter: Newsletter, publication: Path, phrasebook: Phrasebook
) -> None:
    newsletter("translate", "2025-11-25", cwd=publication)
    result = newsletter("build", "--lang", "en", "--format", "html", cwd=publication)
    assert result.code == 0, result.err
    assert "28 drafts not yet approved" in result.out
    page = (publication / "dist" / "2025-11-25" / "2025-11-25.en.html").read_text("utf-8")
    assert "The Tram Returns" in page
    assert "28 machine-translated sentences" in page


def test_a_broken_catalog_fails_its_issue_and_no_other(
    newsletter: Newsletter, publication: Path, phrasebook: Phrasebook
) -> None:
    other = publication / "issues" / "2025-12-02"
    other.mkdir()
    manifest = 'date = 2025-12-02\ntitle = "橋が開いた。"\n[[section]]\nkind = "brief"\n'
    (other / "issue.toml").write_text(manifest + 'file = "b.md"\n', "utf-8")
    (other / "b.md").write_text("船が通る。\n", "utf-8")
    (publication / "issues" / "2025-11-25" / "en.po").write_text("<<<<<<< HEAD\n")
    result = newsletter("translate", "--all", cwd=publication)
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith(
        "newsletter: issues/2025-11-25/en.po:1: is no valid catalog"
    )
    assert result.out == "issues/2025-12-02/en.po: 2 sentences: 2 drafted\n"
    assert (publication / "issues" / "2025-11-25" / "en.po").read_text() == "<<<<<<< HEAD\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the issues to translate"),
        (("2025-11-25", "--all"), "name the issues to translate"),
        (("1999-01-01",), "no issue 1999-01-01"),
        (("../2025-11-25",), "named by its folder"),
        (("--all", "--to", "ja"), "written in ja"),
        (("--all", "--from", "ja"), "--from goes with"),
        (("--text", "橋"), "into which language"),
        (("--text", "橋", "--to", "en", "2025-11-25"), "one of them"),
        (("-", "2025-11-25", "--to", "en"), "one of them"),
        (("-", "--to", "en", "--json"), "--json goes with"),
        (("--text", "橋", "--to", "en", "--all"), "one of them"),
    ],
)
def test_what_has_no_meaning_is_refused(
    newsletter: Newsletter,
    publication: Path,
    phrasebook: Phrasebook,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    result = newsletter("translate", *arguments, cwd=publication)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert not (publication / "issues" / "2025-11-25" / "en.po").exists()


def test_a_publication_in_one_language_has_nothing_to_translate(
    newsletter: Newsletter, publication: Path
) -> None:
    (publication / "newsletter.toml").write_text(
        'languages = ["ja"]\n[name]\nja = "週報"\n', "utf-8"
    )
    result = newsletter("translate", "--all", cwd=publication)
    assert (result.code, "one language only" in result.err) == (2, True)
    result = newsletter("translate", "--all", "--to", "en", cwd=publication)
    assert (result.code, "does not appear in en" in result.err) == (2, True)


def test_a_text_is_translated_outside_of_any_publication(
    newsletter: Newsletter, outside: Path, phrasebook: Phrasebook
) -> None:
    result = newsletter(
        "translate", "--text", "橋が開いた。船が通る。\n\n船が通る。", "--to", "en", cwd=outside
    )
    assert (result.code, result.out) == (0, "The bridge opened. Ships pass.\n\nShips pass.\n")
    result = newsletter("translate", "--text", "橋が開いた。", "--to", "en", "--json", cwd=outside)
    assert json.loads(result.out)["translation"] == "The bridge opened."


def test_a_publications_glossary_is_used(
    newsletter: Newsletter, publication: Path, phrasebook: Phrasebook
) -> None:
    (publication / "glossary.csv").write_text("ja,en,note\n灯台,Lighthouse,\n", "utf-8")
    result = newsletter("translate", "--text", "灯台", "--to", "en", cwd=publication)
    assert result.out == "Lighthouse\n"
    (publication / "glossary.csv").write_text("no header\n", "utf-8")
    result = newsletter("translate", "--text", "灯台", "--to", "en", cwd=publication)
    assert (result.code, result.err.startswith("newsletter: glossary.csv:1: ")) == (1, True)


def test_standard_input_comes_back_line_by_line(
    newsletter: Newsletter,
    outside: Path,
    phrasebook: Phrasebook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [
        "# 橋が開いた。\r\n",
        "\n",
        "  - 船が通る。橋が開いた。\n",
        "12\n",
        "OK\n",
        "船が通る。",
    ]
    feed(monkeypatch, "\ufeff".encode() + "".join(lines).encode())
    result = newsletter("translate", "-", "--to", "en", cwd=outside)
    assert result.code == 0
    assert result.out.splitlines(keepends=True) == [
        "# The bridge opened.\r\n",
        "\n",
        "  - Ships pass. The bridge opened.\n",
        "12\n",
        "OK\n",
        "Ships pass.",
    ]


def test_many_lines_stay_as_many(
    newsletter: Newsletter,
    outside: Path,
    phrasebook: Phrasebook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed(monkeypatch, "橋が開いた。\n\n".encode() * 150)
    result = newsletter("translate", "-", "--to", "en", cwd=outside)
    assert result.out == "The bridge opened.\n\n" * 150


def test_nothing_in_nothing_out(
    newsletter: Newsletter,
    outside: Path,
    phrasebook: Phrasebook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed(monkeypatch, b"")
    assert newsletter("translate", "-", "--to", "en", cwd=outside).out == ""


def test_input_that_is_no_text_is_one_error_with_its_line(
    newsletter: Newsletter,
    outside: Path,
    phrasebook: Phrasebook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed(monkeypatch, b"ok\n" + "橋\n".encode("shift_jis"))
    result = newsletter("translate", "-", "--to", "en", cwd=outside)
    assert result.code == 1
    assert result.err == ("newsletter: -:2: is not UTF-8 text: send it through `iconv -t UTF-8`\n")


def test_what_has_arrived_is_translated_before_more_is_waited_for(tmp_path: Path) -> None:
    """A second process feeds a line, and the next only once the first came back."""
    script = (
        "from toolkit.translation import engine\n"
        "from phrasebook import Phrasebook\n"
        "engine.open_engine = lambda *pair: Phrasebook({'橋が開いた。': 'The bridge opened.'})\n"
        "from toolkit.cli import main\n"
        "main(['translate', '-', '--to', 'en'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(books.__file__).parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    guard = threading.Timer(60, process.kill)
    guard.start()
    try:
        for _ in range(2):
            process.stdin.write("橋が開いた。\n".encode())
            process.stdin.flush()
            assert process.stdout.readline() == b"The bridge opened.\n"
        process.stdin.close()
        assert process.wait() == 0
    finally:
        guard.cancel()
        process.stdout.close()


def test_the_real_translator_translates_a_text(newsletter: Newsletter, outside: Path) -> None:
    result = newsletter("translate", "--text", "5000億ドル", "--to", "en", cwd=outside)
    assert (result.code, result.out) == (0, "$500 billion\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'msgid "\xe6\xa9\x8b"\nmsgstr "bri', "en.po:2: is no valid catalog"),
        ('msgid "橋"\n'.encode("cp932"), "en.po:1: is not UTF-8 text: save it as UTF-8\n"),
        (b'msgid "a"\nmsgstr "b"\n<<<<<<< HEAD\n', "en.po:3: is no valid catalog"),
        (b'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "en.po:4: the sentence is on line 1"),
        (bytes(400), "en.po:1: holds binary data"),
    ],
)
def test_a_damaged_catalog_is_one_line_and_stays_as_it_is(
    newsletter: Newsletter,
    publication: Path,
    phrasebook: Phrasebook,
    content: bytes,
    message: str,
) -> None:
    catalog = publication / "issues" / "2025-11-25" / "en.po"
    catalog.write_bytes(content)
    result = newsletter("translate", "--all", cwd=publication)
    assert result.code == 1
    assert message in result.err
    assert result.err.count("\n") == 1
    assert catalog.read_bytes() == content


def test_translations_of_sentences_that_are_gone_are_kept_as_obsolete(
    newsletter: Newsletter, publication: Path, phrasebook: Phrasebook
) -> None:
    catalog = publication / "issues" / "2025-11-25" / "en.po"
    catalog.write_text('msgid "もうない文。"\nmsgstr "A sentence that is gone."\n', "utf-8")
    result = newsletter("translate", "--all", cwd=publication)
    assert "1 no longer used" in result.out
    kept = polib.pofile(str(catalog)).find("もうない文。", include_obsolete_entries=True)
    assert kept is not None
    assert (kept.msgstr, kept.obsolete) == ("A sentence that is gone.", 1)
