"""TMX from other programs, whole, broken and hostile; and TMX of our own."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from toolkit.errors import ContentError
from toolkit.translation.tmx import Unit, read_tmx, write_tmx

XML = "{http://www.w3.org/XML/1998/namespace}"


def tmx(*units: str, top: str = "", tool: str = "SomeTool") -> str:
    header = (
        f'<header creationtool="{tool}" creationtoolversion="1" segtype="sentence" o-tmf="x" '
        'adminlang="en" srclang="ja" datatype="html"/>'
    )
    body = f"<body>{''.join(units)}</body>"
    return f'<?xml version="1.0"?>{top}\n<tmx version="1.4">{header}{body}</tmx>'


def tu(*variants: tuple[str, str]) -> str:
    inner = "".join(f'<tuv xml:lang="{lang}"><seg>{seg}</seg></tuv>' for lang, seg in variants)
    return f"\n<tu>{inner}</tu>"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.tmx"


def units(file: Path, text: str | bytes) -> list[Unit | None]:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_tmx(file))


def test_a_unit_with_its_line(file: Path) -> None:
    assert units(file, tmx(tu(("ja", "橋。"), ("en", "A bridge.")))) == [
        Unit("橋。", "A bridge.", 3)
    ]


@pytest.mark.parametrize("codes", [("ja-JP", "en-GB"), ("JA", "EN_us"), ("en", "ja")])
def test_variants_of_languages(file: Path, codes: tuple[str, str]) -> None:
    (found,) = units(file, tmx(tu((codes[0], "あ。"), (codes[1], "a."), ("de", "ä."))))
    assert found is not None
    assert {found.ja, found.en} == {"あ。", "a."}


def test_the_first_variant_of_a_language_counts(file: Path) -> None:
    text = tmx(tu(("ja", "色。"), ("en-GB", "Colour."), ("en-US", "Color.")))
    assert units(file, text) == [Unit("色。", "Colour.", 3)]


@pytest.mark.parametrize(
    "unit",
    [
        tu(("ja", "橋。"), ("de", "Brücke.")),
        tu(("ja", "橋。"), ("en", "  ")),
        tu(("ja", "橋" * 6000), ("en", "A bridge.")),
        "\n<tu/>",
    ],
)
def test_what_is_no_sentence_in_both_is_none(file: Path, unit: str) -> None:
    assert units(file, tmx(unit)) == [None]


def test_codes_of_inline_elements_are_left_out_and_marks_escaped(file: Path) -> None:
    seg = (
        '<bpt i="1">&lt;b&gt;</bpt>A <hi>new</hi><ept i="1">&lt;/b&gt;</ept><ph>&lt;br/&gt;</ph> '
        "bridge,\n  *not* [m]"
    )
    (found,) = units(file, tmx(tu(("ja", "橋。"), ("en", seg))))
    assert found is not None
    assert found.en.replace("\\", "") == "A new bridge, *not* [m]"
    assert "\\*" in found.en


def test_utf_16_and_an_outside_doctype_are_fine(file: Path) -> None:
    text = tmx(tu(("ja", "橋。"), ("en", "A bridge.")), top='<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
    text = text.replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    assert units(file, text.encode("utf-16")) == [Unit("橋。", "A bridge.", 3)]


def test_what_was_written_comes_back(file: Path) -> None:
    written = [
        Unit("**橋**が[港](https://example.org?a=1&b=2)へ。", "A **bridge** <to> `a & b`."),
        Unit("船\\\nだ。", "A ship\x0b."),
    ]
    data = write_tmx(written, "ja")
    assert data == write_tmx(written, "ja")
    found = units(file, data)
    assert [(unit.ja, unit.en) for unit in found if unit] == [
        (written[0].ja, written[0].en),
        ("船\\\nだ。", "A ship."),
    ]
    root = ET.fromstring(data.decode())  # read by another parser
    header = root.find("header")
    assert header is not None
    assert {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang"} <= {
        *header.keys()
    }
    assert [v.get(f"{XML}lang") for v in root.iter("tuv")] == ["ja", "en"] * 2


BOMB = (
    '<!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "no valid XML"),
        ("橋", 1, "no valid XML"),
        (tmx(tu(("ja", "橋。"), ("en", "A <b> bridge."))), 3, "no valid XML"),
        (tmx(tu(("ja", "橋。"), ("en", "A bridge.")))[:-20], 3, "no valid XML"),
        ("<html/>", None, "is no TMX file: it begins with <html>"),
        (tmx(tu(("ja", "橋。"), ("en", "&c;")), top=BOMB), None, "declares entities"),
        (
            tmx(
                tu(("ja", "橋。"), ("en", "&x;")),
                top='<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
            ),
            None,
            "declares entities",
        ),
    ],
)
def test_what_is_refused(file: Path, text: str, line: int | None, message: str) -> None:
    with pytest.raises(ContentError, match=message) as caught:
        units(file, text)
    assert (caught.value.path, caught.value.line) == (file, line)
