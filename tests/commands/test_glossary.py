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
