"""The size of pages, and the standards that a PDF claims."""

import dataclasses
from io import BytesIO
from typing import Any

import docx
import pdfplumber
import pypdf
import pytest
from lxml import etree

from tests.rendering.pages import DATA, LANGUAGES, edition_of
from toolkit.document.publication import PDF_VARIANT, PDF_VARIANTS
from toolkit.rendering import docx as word
from toolkit.rendering import pdf
from toolkit.rendering.bilingual import pair
from toolkit.rendering.edition import Edition

MILLIMETRE = 72 / 25.4
LETTER = (612.0, 792.0)
"""8½ × 11 inches, in points."""

MEASURE = {"ja": 148, "en": 136}
"""How long a line is at most, in millimetres: the same as on A4."""


def on(language: str, **changes: Any) -> Edition:
    edition = edition_of(DATA / language)
    publication = dataclasses.replace(edition.publication, **changes)
    return dataclasses.replace(edition, publication=publication)


def box(page: Any) -> tuple[float, float]:
    return float(page.mediabox.width), float(page.mediabox.height)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_the_size_and_lines_the_same_length(language: str) -> None:
    rendered = pdf.render(on(language, paper="letter"))
    assert rendered.findings == ()
    with pdfplumber.open(BytesIO(rendered.data)) as read:
        for sheet in read.pages:
            assert (sheet.width, sheet.height) == pytest.approx(LETTER, abs=0.01)
        chars = [char for sheet in read.pages[1:] for char in sheet.chars]
    width = max(char["x1"] for char in chars) - min(char["x0"] for char in chars)
    assert width / MILLIMETRE == pytest.approx(MEASURE[language], abs=1.5)


def test_so_have_those_of_the_bilingual_edition_and_of_word() -> None:
    edition = pair(
        on("ja", paper="letter"), dataclasses.replace(on("ja", paper="letter"), language="en")
    )
    for sheet in pypdf.PdfReader(BytesIO(pdf.render(edition).data)).pages:
        assert box(sheet) == pytest.approx(LETTER, abs=0.01)
    for written in (on("ja", paper="letter"), on("en", paper="letter"), edition):
        section = docx.Document(BytesIO(word.render(written).data)).sections[0]
        width, height = section.page_width, section.page_height
        assert width is not None
        assert height is not None
        size = width.pt, height.pt
        assert size == pytest.approx(LETTER, abs=0.1)
        assert section.left_margin == section.right_margin


def claims(data: bytes) -> dict[str, str]:
    """What a file's XMP metadata says of the standards it meets."""
    root: Any = pypdf.PdfReader(BytesIO(data)).trailer["/Root"]
    xmp = etree.fromstring(root["/Metadata"].get_object().get_data())
    return {
        name.split("/")[3] + name.rpartition("}")[2]: value
        for element in xmp.iter()
        for name, value in element.attrib.items()
        if name.startswith(("{http://www.aiim.org/pdfua", "{http://www.aiim.org/pdfa"))
    }


# WeasyPrint leaves its colour profile for the garbage collector to close.
@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")
@pytest.mark.parametrize(
    ("variant", "claim", "version"),
    [
        ("pdf/ua-2", {"pdfuapart": "2"}, "2.0"),
        ("pdf/a-2b", {"pdfapart": "2", "pdfaconformance": "B"}, "1.7"),
        ("pdf/a-3a", {"pdfapart": "3", "pdfaconformance": "A"}, "1.7"),
    ],
)
def test_a_pdf_claims_the_standard_asked_for(
    variant: str, claim: dict[str, str], version: str
) -> None:
    rendered = pdf.render(on("ja", pdf_variant=variant))
    assert rendered.findings == ()
    assert rendered.data.startswith(f"%PDF-{version}".encode())
    assert claim.items() <= claims(rendered.data).items()
    root: Any = pypdf.PdfReader(BytesIO(rendered.data)).trailer["/Root"]
    # An archive's colours mean the same on every device; levels without "b" are tagged.
    assert ("/OutputIntents" in root) == variant.startswith("pdf/a")
    assert ("/StructTreeRoot" in root) == (variant != "pdf/a-2b")


def test_weasyprint_knows_every_variant() -> None:
    from weasyprint.pdf import VARIANTS

    assert set(PDF_VARIANTS) <= set(VARIANTS)
    assert PDF_VARIANTS[0] == PDF_VARIANT
