"""TMX, TBX and XLIFF that are broken or mean harm: one line each, and nothing is fetched."""

from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from toolkit.errors import ContentError
from toolkit.translation import tbx, tmx
from toolkit.translation.review import xliff
from toolkit.translation.review.keys import key_of

FORMATS: dict[str, tuple[Callable[[Path], object], str]] = {
    "tmx": (
        lambda path: list(tmx.read_tmx(path)),
        '<tmx version="1.4"><header/><body><tu><tuv xml:lang="ja"><seg>橋</seg></tuv>'
        '<tuv xml:lang="en"><seg>@</seg></tuv></tu></body></tmx>',
    ),
    "tbx": (
        tbx.read_tbx,
        '<tbx type="TBX-Core"><text><body><conceptEntry id="c1"><langSec xml:lang="ja"><termSec>'
        '<term>橋</term></termSec></langSec><langSec xml:lang="en"><termSec><term>@</term>'
        "</termSec></langSec></conceptEntry></body></text></tbx>",
    ),
    "xliff": (
        xliff.read_xliff,
        '<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"><file original="x" '
        'source-language="ja" target-language="en" datatype="plaintext"><body><trans-unit id="KEY">'
        "<source>橋</source><target>@</target></trans-unit></body></file></xliff>",
    ),
}
KEY = str(key_of(polib.POEntry(msgid="橋", msgstr="bridge")))
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
LAUGHS = '<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 64)
)
TRICKS = {
    "billion laughs": (f"<!DOCTYPE x [{LAUGHS}]>", "&l63;"),
    "quadratic blow-up": (f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 50_000),
    "a file": ('<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "&x;"),
    "an address": ('<!DOCTYPE x [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>', "&x;"),
    "a parameter entity": (
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
        "bridge",
    ),
    "not declared": ("", "&nothing;"),
}

formats = pytest.mark.parametrize("kind", FORMATS)


def refused(kind: str, path: Path, data: bytes) -> str:
    """The line with which a file is refused."""
    path.write_bytes(data)
    read, _ = FORMATS[kind]
    with pytest.raises(ContentError) as caught:
        read(path)
    assert caught.value.path == path
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 400
    assert path.read_bytes() == data
    return line


@formats
def test_the_files_are_good_but_for_the_tricks(kind: str, tmp_path: Path) -> None:
    read, text = FORMATS[kind]
    path = tmp_path / "file.xml"
    path.write_text(HEAD + text.replace("@", "bridge").replace("KEY", KEY), "utf-8")
    assert read(path)


@formats
@pytest.mark.parametrize("trick", TRICKS)
def test_entities_are_refused(kind: str, trick: str, tmp_path: Path) -> None:
    declared, used = TRICKS[trick]
    text = HEAD + declared + FORMATS[kind][1].replace("@", used)
    line = refused(kind, tmp_path / "file.xml", text.encode())
    assert "declares entities" in line or "no valid XML" in line


@formats
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-12],  # cut off
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"</", b"<", 1),
        lambda data: data.replace(b"UTF-8", b"no-such-encoding"),
        lambda data: data.decode().encode("cp932"),  # declares UTF-8
        lambda data: data.replace(b"@", b"\xff\xfe"),
        lambda data: data.replace(b"@", b"\0"),
        lambda data: b"PK\x03\x04" + bytes(200),
        lambda data: b"",
        lambda data: b"<a>" * 5000,
        lambda data: data.replace(b"@", b"<x>" * 5000 + b"</x>" * 5000),
        lambda data: b"<html><body>a page</body></html>",
    ],
)
def test_what_is_broken_is_refused(
    kind: str, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = change((HEAD + FORMATS[kind][1]).encode())
    refused(kind, tmp_path / "file.xml", data)


@formats
def test_what_is_huge_is_refused_unread(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tmx, tbx, xliff):
        monkeypatch.setattr(module, "LIMIT", 300)
    line = refused(kind, tmp_path / "file.xml", FORMATS[kind][1].encode() + b" " * 300)
    assert "is too large" in line


@formats
def test_a_folder_and_nothing_are_one_line(kind: str, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.xml"):
        with pytest.raises(ContentError):
            FORMATS[kind][0](path)
