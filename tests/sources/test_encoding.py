"""Bytes of every encoding Japanese text comes in, and bytes that are no text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import ContentError
from toolkit.sources.draft import Action
from toolkit.sources.encoding import decode

PATH = Path("text.txt")
SHORT = ["東京", "経済", "港の話。", "はい", "「市場」は、夜も開く。", "コーヒー店", "第３回・資料"]


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp932", "cp932"),
        ("euc_jp", "euc_jp"),
        ("iso2022_jp", "iso2022_jp"),
    ],
)
def test_even_a_short_text_comes_out_right(text: str, codec: str, name: str) -> None:
    decoded = decode(text.encode(codec), PATH)
    assert (decoded.text, decoded.encoding) == (text, name)


def test_utf_16_in_the_other_order() -> None:
    assert decode(b"\xfe\xff" + "港".encode("utf-16-be"), PATH).text == "港"


def test_half_width_katakana_in_shift_jis() -> None:
    text = "ｱﾒﾘｶの港では、船が待っている。"
    assert decode(text.encode("cp932"), PATH).text == text


def test_western_text() -> None:
    text = "Café “naïve” – déjà vu"
    assert decode(text.encode("cp1252"), PATH).text == text


def test_line_ends_become_one() -> None:
    assert decode("一\r\n二\r三\u2028四\n".encode(), PATH).text == "一\n二\n三\n四\n"


def test_control_characters_are_dropped_and_counted_by_line() -> None:
    decoded = decode("一行目\n二\x00行\x00目\u202e\n\ufeff三\u00ad".encode(), PATH)
    assert decoded.text == "一行目\n二行目\n三"
    assert [(c.line, c.action, c.before) for c in decoded.changes] == [
        (2, Action.DROPPED, "U+0000 ×2, U+202E"),
        (3, Action.DROPPED, "U+00AD, U+FEFF"),
    ]


def test_what_joins_emoji_and_right_to_left_text_stays() -> None:
    text = "👩‍💻 と שלום\u200f。"
    assert decode(text.encode(), PATH).text == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "holds no text"),
        (b" \r\n\t ", "holds no text"),
        (b"\xef\xbb\xbf", "holds no text"),
        (b"PK\x03\x04rest", "zip or Word file"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xd0\xcf\x11\xe0", "old Office file"),
        (b"\x89PNG\r\n", "an image"),
        (bytes(range(256)) * 8, "binary data"),
        (b"\x00\x01\x02\x03" * 50, "binary data"),
        (b"\xff\xfea", "damaged"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        decode(data, PATH)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_valid_utf_8_is_always_read_as_such(text: str) -> None:
    try:
        decoded = decode(text.encode(), PATH)
    except ContentError:
        assert not text.strip() or text.startswith(("PK", "%PDF-", "{\\rtf", "GIF8"))
        return
    assert decoded.encoding == "utf-8"
    assert decoded.text.replace("\n", "") == text.replace("\u2028", "").replace("\u2029", "")


@given(
    st.text(alphabet="あいうえおかきくけこアイウエオ一二三港市場船町電気水山川、。「」", min_size=2)
)
def test_ordinary_japanese_is_told_apart(text: str) -> None:
    for codec in ("cp932", "euc_jp"):
        assert decode(text.encode(codec), PATH).text == text
