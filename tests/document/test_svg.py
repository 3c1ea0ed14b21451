"""Drawings: the cases of ``cases/svg.md``, sizes, and what would take for ever.

A case is a title, a file (without the namespaces, which are put in), and what is expected: a line
``refused:`` with the beginning of the message; or a line ``note:`` where there is one, and then
what is left between the tags of the drawing.
"""

import re
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from toolkit.document.svg import DEEPEST, LIMIT, LONGEST, MOST_ELEMENTS, is_svg, read_svg
from toolkit.errors import ContentError

CASES = Path(__file__).parent / "cases" / "svg.md"
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


def cases() -> list[Any]:
    parts = re.split(r"^\.\n", CASES.read_text("utf-8"), flags=re.MULTILINE)
    assert len(parts) % 3 == 1, "a title, a dot, a file, a dot, what is expected, a dot"
    return [
        pytest.param(parts[at + 1], parts[at + 2], id=parts[at].strip().splitlines()[-1])
        for at in range(0, len(parts) - 1, 3)
    ]


def drawing(written: str) -> bytes:
    return written.replace("<svg", f'<svg xmlns="{SVG}"', 1).encode()


def inside(data: bytes) -> str:
    """What lies between the tags, in the one order and spacing of canonical XML."""
    root = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    for element in root.iter():
        element.tail = (element.tail or "").strip("\n") or None
    root.attrib.clear()
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, method="c14n").decode())


@pytest.mark.parametrize(("written", "expected"), cases())
def test_what_is_left_of_a_drawing(written: str, expected: str) -> None:
    if expected.startswith("refused: "):
        with pytest.raises(ContentError) as raised:
            read_svg(drawing(written))
        assert raised.value.message.startswith(expected.removeprefix("refused: ").strip())
        assert "root:" not in raised.value.message
        return
    made = read_svg(drawing(written))
    *noted, left = expected.partition("\n")[::2] if expected.startswith("note: ") else [expected]
    assert list(made.notes) == [note.removeprefix("note: ") for note in noted]
    wanted = f'<svg xmlns="{SVG}" xmlns:xlink="{XLINK}">{left}</svg>'
    assert inside(made.data) == inside(wanted.encode())
    for never in (b"secret", b"alert", b"127.0.0.1", b"passwd", b" style=", b"<style", b"class"):
        assert never not in made.data
    # What was read once is read again as the same.
    assert read_svg(made.data).data == made.data


@pytest.mark.parametrize(
    ("attributes", "width", "height"),
    [
        ('width="300" height="200"', 300, 200),
        ('width="300px" height="200px" viewBox="0 0 30 20"', 300, 200),
        ('viewBox="0 0 640 480"', 640, 480),
        ('viewBox="-5,-5,640,480"', 640, 480),
        ('width="100%" height="100%" viewBox="0 0 640 480"', 640, 480),
        ('width="320" viewBox="0 0 640 480"', 320, 240),
        ('height="240" viewBox="0 0 640 480"', 320, 240),
        ('width="1in" height="2.54cm"', 96, 96),
        ('width="25.4mm" height="72pt"', 96, 96),
        ('width="6pc" height="101.6Q"', 96, 96),
        ('width="6em" height="12ex"', 96, 96),
        ('width="0" height="0" viewBox="0 0 64 48"', 64, 48),
        ('width="1e2" height="5e1"', 100, 50),
        ('viewBox="0 0 80000 40000"', LONGEST, LONGEST / 2),
        ('viewBox="0 0 0.5 0.25"', 1, 1),
    ],
)
def test_its_size(attributes: str, width: float, height: float) -> None:
    made = read_svg(f'<svg xmlns="{SVG}" {attributes}><rect/></svg>'.encode())
    assert made.width == pytest.approx(width, abs=0.01)
    assert made.height == pytest.approx(height, abs=0.01)
    root = etree.fromstring(made.data)
    assert float(root.get("width", "")) == pytest.approx(width, abs=0.01)
    assert len(re.split(r"[ ,]", root.get("viewBox", ""))) == 4


def refusal(inner: str) -> str:
    with pytest.raises(ContentError) as raised:
        read_svg(f'<svg xmlns="{SVG}" viewBox="0 0 8 8">{inner}</svg>'.encode())
    return raised.value.message


def test_what_would_take_for_ever_is_refused() -> None:
    assert "parts, more than" in refusal("<g/>" * (MOST_ELEMENTS + 1))
    deep = DEEPEST + 1
    assert "deep in one another" in refusal("<g>" * deep + "</g>" * deep)
    assert "damaged" in refusal("<g>" * 5000 + "</g>" * 5000)
    rules = "".join(f".a{number} {{ fill: red }}" for number in range(5000))
    assert "too many style rules" in refusal(f"<style>{rules}</style>" + "<g/>" * 2000)
    arrows = f'<path marker-mid="url(#a)" d="M{"0 0 " * 30_000}"/>'
    assert "too often" in refusal(f'<marker id="a">{"<path/>" * 9}</marker>{arrows}')
    blur = '<filter id="a"><feGaussianBlur stdDeviation="9"/></filter>'
    assert "too often" in refusal(blur + '<rect filter="url(#a)"/>' * 150)
    assert "too often" in refusal('<g opacity="0.5"><rect/></g>' * 150)
    assert "too large" in refusal("<!--" + "x" * LIMIT + "-->")


def test_a_selector_as_deep_as_the_drawing_ends() -> None:
    """What engines that go back and try again take for ever to find."""
    selector = " ".join(["g"] * 60) + " rect"
    inner = "<g>" * 90 + "<path/>" + "</g>" * 90
    style = f"<style>{selector} {{ fill: red }}</style>"
    made = read_svg(drawing(f'<svg viewBox="0 0 8 8">{style}{inner}</svg>'))
    assert b"red" not in made.data


def test_a_picture_within_goes_through_what_makes_it_fit() -> None:
    source = b64encode(b"photo").decode()
    written = f'<svg viewBox="0 0 8 8"><image href="data:image/png;base64,{source}"/></svg>'
    asked: list[bytes] = []

    def bitmap(data: bytes) -> tuple[str, bytes]:
        asked.append(data)
        return "image/jpeg", b"bare"

    root = etree.fromstring(read_svg(drawing(written), bitmap).data)
    assert asked == [b"photo"]
    kind, _, data = str(root[0].get(f"{{{XLINK}}}href")).partition(",")
    assert (kind, b64decode(data)) == ("data:image/jpeg;base64", b"bare")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<svg/>", True),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<svg:svg xmlns:svg="x">', True),
        (b"<!-- " + b"long " * 2000 + b"--><svg >", True),
        (b"<svgs>", False),
        (b"not <svg>", False),
        (b"\x89PNG\r\n\x1a\n<svg>", False),
        (b"", False),
    ],
)
def test_a_drawing_is_known_by_what_it_holds(data: bytes, expected: bool) -> None:
    assert is_svg(data) is expected
