"""The words sentences are compared by, and whether a Japanese sentence names its subject."""

import pytest

from toolkit.editorial.words import content_words, names_its_subject


def test_japanese_words_in_one_spelling() -> None:
    # ５０００億 and 5000億 are one number; は, を and だ say nothing.
    assert content_words("市は５０００億円を投じた。", "ja") == content_words(
        "市が5000億円を投じる", "ja"
    )
    assert "500000000000" in content_words("5000億ドルだ。", "ja")


def test_english_words_in_one_spelling() -> None:
    assert content_words("The Library’s tools were LENT to 4,300 people.", "en") == [
        "library",
        "tools",
        "lent",
        "4,300",
        "people",
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("text", ["", " ", "。、！", "🚢", "は"])
def test_nothing_to_compare(text: str, language: str) -> None:
    assert [word for word in content_words(text, language) if word.isalnum()] in ([], ["は"])


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("市は船を買った。", True),
        ("船が港に戻った。", True),
        ("漁協も賛成した。", True),
        ("東京では雨が降った。", True),
        ("額面の3倍を超える。", False),
        ("4月には公表した。", False),
        ("「船は沈まない」と語った。", False),
        ("早く戻ったが、また出港した。", False),
        ("2倍に増え、前の年を上回る。", False),
    ],
)
def test_subject(sentence: str, named: bool) -> None:
    assert names_its_subject(sentence) is named
