from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.document.glossary import Glossary, Term, find_terms, inspect_glossary, read_glossary
from toolkit.errors import ContentError


def glossary(*pairs: tuple[str, str]) -> Glossary:
    return Glossary(tuple(Term(ja, en) for ja, en in pairs))


def found(text: str, terms: Glossary, language: str) -> list[str]:
    return [text[m.start : m.end] for m in find_terms(text, terms, language)]


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "glossary.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_reads_terms_with_notes_quotes_and_lines(tmp_path: Path, bom: str, end: str) -> None:
    rows = [
        "ja,en,note",
        '半導体,"semiconductor",',
        "",
        '"甲,乙","Kō, ""Otsu""","two, with a comma"',
        "日銀,Bank of Japan",
    ]
    path = write(tmp_path, bom + end.join(rows))
    assert read_glossary(path).entries == (
        Term("半導体", "semiconductor", "", 2),
        Term("甲,乙", 'Kō, "Otsu"', "two, with a comma", 4),
        Term("日銀", "Bank of Japan", "", 5),
    )


def test_no_file_is_an_empty_glossary(tmp_path: Path) -> None:
    terms = read_glossary(tmp_path / "none.csv")
    assert terms.entries == ()
    assert find_terms("日銀は", terms, "ja") == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "header ja,en,note"),
        ("日銀,Bank of Japan,\n", 1, "header ja,en,note"),
        ("ja;en;note\n", 1, "header ja,en,note"),
        ("en,ja,note\n", 1, "header ja,en,note"),
        (
            "ja,en,note\n日銀,BOJ,\n\n日銀,Bank of Japan,\n",
            4,
            "there as BOJ, here as Bank of Japan",
        ),
        ("ja,en,note\n日銀,BOJ,\n日銀,BOJ,\n", 3, "on line 2 already"),
        ("ja,en,note\nＡＩ,AI,\nAI,AI,\n", 3, "on line 2 already"),
        ("ja,en,note\n,BOJ,\n", 2, "Japanese term is missing"),
        ("ja,en,note\n日銀, ,\n", 2, "English term is missing"),
        ("ja,en,note\n甲,Kō, Otsu, and more\n", 2, "fields"),
        ('ja,en,note\n日銀,BOJ,\n甲,"open,\nmore\n', 3, "no valid CSV"),
        ('ja,en,note\n甲,"a"b,\n', 2, "no valid CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ContentError, match=message) as caught:
        read_glossary(path)
    assert (caught.value.path, caught.value.line) == (path, line)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "ja,en,note\n日銀,BOJ,\n".encode("shift_jis"))
    with pytest.raises(ContentError, match="not UTF-8 text but Shift_JIS: save it as") as caught:
        read_glossary(path)
    assert caught.value.line == 2
    path.write_bytes("ja,en,note\n日銀,BOJ,\n".encode("utf-16"))
    with pytest.raises(ContentError, match=r"not UTF-8 text but UTF-16: .* -f UTF-16 -t UTF-8"):
        read_glossary(path)


def test_all_that_is_wrong_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "ja,en,note\n日銀,BOJ,\n,x,\n日銀,Bank of Japan,\n港,port,\n港,port,\n甲,a,b,c\n"
    read, faults = inspect_glossary(write(tmp_path, text))
    assert [(term.ja, term.en) for term in read.entries] == [("日銀", "BOJ"), ("港", "port")]
    assert [fault.line for fault in faults] == [3, 4, 6, 7]


def test_the_longest_term_wins_and_none_overlap() -> None:
    terms = glossary(("大統領", "president"), ("大統領令", "executive order"), ("令状", "warrant"))
    assert found("大統領令状と大統領", terms, "ja") == ["大統領令", "大統領"]


def test_latin_and_katakana_words_match_whole() -> None:
    terms = glossary(("AI", "AI"), ("ドル", "dollar"), ("アーム", "Arm"))
    text = "OpenAIのAI、アイドル、1ドル、アームズ、アーム社、ＡＩ"
    assert found(text, terms, "ja") == ["AI", "ドル", "アーム", "ＡＩ"]


def test_english_case_and_plurals() -> None:
    terms = glossary(
        ("子会社", "subsidiary"),
        ("大統領令", "Executive Order"),
        ("世界保健機関", "WHO"),
        ("連銀", "Fed"),
        ("画像処理半導体", "GPU"),
        ("関税", "tariffs"),
        ("税", "tax"),
    )
    text = "Subsidiaries who fed WHO, an executive order, the Fed's GPUs, a TARIFF, taxes, taxing"
    assert found(text, terms, "en") == [
        "Subsidiaries",
        "WHO",
        "executive order",
        "Fed",
        "GPUs",
        "TARIFF",
        "taxes",
    ]


def test_a_term_as_written_beats_one_derived_from_another() -> None:
    terms = glossary(("商品", "good"), ("財", "goods"))
    assert [m.term.ja for m in find_terms("goods", terms, "en")] == ["財"]


def test_the_first_of_two_japanese_terms_is_used() -> None:
    terms = glossary(("連邦準備制度理事会", "Federal Reserve"), ("FRB", "Federal Reserve"))
    assert [m.term.ja for m in find_terms("the Federal Reserve", terms, "en")] == [
        "連邦準備制度理事会"
    ]


TEXT = st.text("aAiIsyY日銀行ドル・ー1 ß-İ", max_size=30)


@given(TEXT, st.lists(st.text("aAiI日銀ドル", min_size=1, max_size=3), max_size=6))
def test_matches_are_ordered_whole_and_really_there(text: str, terms: list[str]) -> None:
    matches = find_terms(text, glossary(*((term, "x") for term in terms)), "ja")
    for before, after in pairwise(matches):
        assert before.end <= after.start
    for match in matches:
        assert text[match.start : match.end].lower() == match.term.ja.lower()
