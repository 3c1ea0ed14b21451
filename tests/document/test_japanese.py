"""What counts as Japanese writing."""

import pytest

from toolkit.document.japanese import is_kana, is_kanji, is_wide, language_of


@pytest.mark.parametrize("char", "港あア、。「（！Ａ１　ｱ｡々𠮷")
def test_wide(char: str) -> None:
    assert is_wide(char)


@pytest.mark.parametrize("char", "a1.(é“–한ㄱא ")
def test_not_wide(char: str) -> None:
    assert not is_wide(char)


def test_kana_and_kanji() -> None:
    assert all(map(is_kana, "ぁんァヴーｱﾟ"))
    assert not any(map(is_kana, "港aＡ。"))
    assert all(map(is_kanji, "港々㐂𠮷"))
    assert not any(map(is_kanji, "あaＡ。"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("港の話。", "ja"),
        ("東京", "ja"),
        ("NVIDIAとOpenAIとMicrosoftの提携について", "ja"),
        ("The word 港 means port in this English sentence.", "en"),
        ("12345 !?", "en"),
        ("", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language
