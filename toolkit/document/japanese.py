"""What counts as Japanese writing, character by character."""

import unicodedata
from functools import cache

_HANGUL = (("\u1100", "\u11ff"), ("\u3130", "\u318f"), ("\ua960", "\ua97f"), ("\uac00", "\ud7ff"))


@cache  # asked of every character, several times a document
def is_wide(char: str) -> bool:
    """Whether a character is set full width, as in Japanese writing: kanji, kana, 。「」！.

    Half-width katakana counts, for it is the same writing; Hangul does not, for
    Korean puts spaces between words (Unicode Standard Annex 11, East Asian Width).
    """
    if unicodedata.east_asian_width(char) not in "WFH":
        return False
    return not any(first <= char <= last for first, last in _HANGUL)


def is_kana(char: str) -> bool:
    """Whether a character is hiragana or katakana (with the long mark, and half width)."""
    return "\u3041" <= char <= "\u30ff" or "\uff66" <= char <= "\uff9f"


def is_kanji(char: str) -> bool:
    """Whether a character is a Han character, or the repetition mark 々."""
    return (
        "\u4e00" <= char <= "\u9fff"
        or "\u3400" <= char <= "\u4dbf"
        or char == "々"
        or "\uf900" <= char <= "\ufaff"
        or "\U00020000" <= char <= "\U0003ffff"
    )


def language_of(text: str) -> str:
    """``ja`` where a text is written in Japanese, ``en`` otherwise.

    A Japanese article may be full of Latin names; an English one has at most a few
    Japanese words. So a tenth of the letters in kana or kanji decides.
    """
    japanese = sum(is_kana(char) or is_kanji(char) for char in text)
    letters = sum(char.isalpha() for char in text)
    return "ja" if japanese and japanese * 10 >= letters else "en"
