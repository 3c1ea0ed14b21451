"""``newsletter glossary``: TBX of both editions in, TBX out."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support import Newsletter
from toolkit.document.glossary import read_glossary

OLD = """<?xml version="1.0"?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body>
<termEntry id="1"><note>a bank</note>
  <langSet xml:lang="ja-JP"><tig><term>連銀</term></tig></langSet>
  <langSet xml:lang="en-US"><ntig><termGrp><term>Federal  Reserve, New York</term></termGrp></ntig>
  </langSet></termEntry>
<termEntry id="2"><langSet xml:lang="ja"><tig><term>港</term></tig></langSet>
  <langSet xml:lang="de"><tig><term>Hafen</term></tig></langSet></termEntry>
</body></text></martif>
"""
NEW = """<tbx xmlns="urn:iso:std:iso:30042:ed-2" type="TBX-Basic" style="dca" xml:lang="en">
<text><body>
<conceptEntry id="c1">
  <langSec xml:lang="ja"><termSec><term>船</term></termSec>
  <termSec><term>船舶</term></termSec></langSec>
  <langSec xml:lang="en"><termSec><term>ship</term></termSec></langSec>
</conceptEntry></body></text></tbx>
"""


def tbx(publication: Path, text: str) -> Path:
    path = publication / "given.tbx"
    path.write_text(text, "utf-8")
    return path


def terms(publication: Path) -> list[tuple[str, str, str]]:
    glossary = read_glossary(publication / "glossary.csv")
    return [(term.ja, term.en, term.note) for term in glossary.entries]


@pytest.fixture
def publication(publication: Path) -> Path:
    (publication / "glossary.csv").write_text("ja,en,note\n橋,bridge,over water", "utf-8")
    return publication


def test_terms_of_both_editions_are_added(newsletter: Newsletter, publication: Path) -> None:
    result = newsletter("glossary", "import", tbx(publication, OLD), cwd=publication)
    assert (result.code, result.out) == (0, "glossary.csv: 1 terms added\n")
    newsletter("glossary", "import", tbx(publication, NEW))
    assert terms(publication) == [
        ("橋", "bridge", "over water"),
        ("連銀", "Federal Reserve, New York", "a bank"),
        ("船", "ship", ""),
        ("船舶", "ship", ""),
    ]
    again = newsletter("glossary", "import", tbx(publication, NEW))
    assert again.out == "glossary.csv: 0 terms added\n"


def test_another_translation_is_named_and_not_taken(
    newsletter: Newsletter, publication: Path
) -> None:
    (publication / "glossary.csv").write_text("ja,en,note\n船,vessel,\n", "utf-8")
    result = newsletter("glossary", "import", tbx(publication, NEW), cwd=publication)
    assert result.code == 1
    assert result.err == "given.tbx: 船 is vessel already; line 3 has ship\n"
    assert terms(publication) == [("船", "vessel", ""), ("船舶", "ship", "")]


def test_what_is_exported_comes_back(newsletter: Newsletter, publication: Path) -> None:
    newsletter("glossary", "import", tbx(publication, NEW), cwd=publication)
    before = terms(publication)
    assert newsletter("glossary", "export", "out.tbx").out == "out.tbx: 3 terms\n"
    root = ET.fromstring((publication / "out.tbx").read_bytes())
    x = "{urn:iso:std:iso:30042:ed-2}"
    assert root.get("type") == "TBX-Core"
    assert len(root.findall(f"{x}text/{x}body/{x}conceptEntry")) == 2
    (publication / "glossary.csv").unlink()
    newsletter("glossary", "import", "out.tbx")
    assert terms(publication) == before


def test_widths_make_no_second_term(newsletter: Newsletter, publication: Path) -> None:
    (publication / "glossary.csv").write_text("ja,en,note\nＡＩ,AI,\n", "utf-8")
    given = tbx(publication, NEW.replace("船舶", "AI").replace("ship", "AI"))
    assert newsletter("glossary", "import", given, cwd=publication).code == 0
    assert terms(publication) == [("ＡＩ", "AI", ""), ("船", "AI", "")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<tbx>", "given.tbx:1: is no valid XML"),
        ("<html/>", "is no TBX file: it begins with <html>"),
        ("<tbx/>", "holds no term in both"),
        ('<!DOCTYPE tbx [<!ENTITY a SYSTEM "file:///x">]><tbx>&a;</tbx>', "declares entities"),
    ],
)
def test_a_bad_file_changes_nothing(
    newsletter: Newsletter, publication: Path, text: str, message: str
) -> None:
    result = newsletter("glossary", "import", tbx(publication, text), cwd=publication)
    assert result.code == 1
    assert message in result.err
    assert terms(publication) == [("橋", "bridge", "over water")]


def test_check_names_every_fault_and_every_term_that_is_not_used(
    newsletter: Newsletter, publication: Path
) -> None:
    (publication / "glossary.csv").write_text(
        "ja,en,note\n橋,bridge,\n橋,Bridge,\n港,,\n新線,branch line,\n市,city,\n市,city,\n", "utf-8"
    )
    result = newsletter("glossary", "check", cwd=publication)
    assert result.code == 1
    lines = result.out.splitlines()
    assert lines[:3] == [
        "glossary.csv:3: error: 橋 is on line 2 already, there as bridge, here as Bridge: keep one "
        "of them (glossary)",
        "glossary.csv:4: error: the English term is missing (glossary)",
        "glossary.csv:7: error: 市 is on line 6 already: keep one of them (glossary)",
    ]
    assert any("warning: the glossary's branch line is not used" in line for line in lines[3:])
    assert all("warning: the glossary's " in line for line in lines[3:])
    assert {*lines} <= {*newsletter("check").out.splitlines()}


def test_check_of_a_good_glossary_says_so(newsletter: Newsletter, publication: Path) -> None:
    result = newsletter("glossary", "check", cwd=publication)
    assert (result.code, result.out) == (0, "")
    assert result.err == "glossary.csv: 1 terms, nothing found\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "ja,en\n橋,bridge\n".encode("cp932"),
            "glossary.csv:2: error: is not UTF-8 text but",
        ),
        ("橋,bridge,\n".encode(), "glossary.csv:1: error: the first line must be the header"),
        ('ja,en,note\n橋,"bridge,\n'.encode(), "glossary.csv:2: error: is no valid CSV"),
    ],
)
def test_check_of_what_is_no_glossary_is_one_line(
    newsletter: Newsletter, publication: Path, content: bytes, message: str
) -> None:
    (publication / "glossary.csv").write_bytes(content)
    result = newsletter("glossary", "check", cwd=publication)
    assert result.code == 1
    assert result.out.startswith(message)
    assert result.out.count("\n") == 1
    assert (publication / "glossary.csv").read_bytes() == content
