import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.translation.clauses import clauses, halves

TEXT = st.text(st.sampled_from("あい、。「」 ab,.;—0⟦⟧é\u0301が"), max_size=60)


@given(TEXT, st.integers(1, 20))
def test_nothing_is_lost(text: str, limit: int) -> None:
    pieces = clauses(text, lambda piece: len(piece) <= limit)
    assert "".join(pieces) == text


@given(st.lists(st.sampled_from(["⟦0⟧", "⟦1⟧", "あ", "、"]), max_size=30))
def test_a_placeholder_is_never_cut(parts: list[str]) -> None:
    pieces = clauses("".join(parts), lambda piece: len(piece) <= 4, ("⟦0⟧", "⟦1⟧"))
    for piece in pieces:
        assert piece.count("⟦") == piece.count("⟧")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # At the comma nearest to the middle, which stays with what it ends.
        ("春は桜、夏は海、秋は月、冬は雪", ("春は桜、夏は海、", "秋は月、冬は雪")),
        # A comma between digits is no clause.
        ("it costs 1,000,000 yen, they said", ("it costs 1,000,000 yen,", " they said")),
        # A full stop inside brackets stays with the bracket.
        ("「行く。」と言った人がいた", ("「行く。」", "と言った人がいた")),
        # No punctuation: between words.
        ("one two three four", ("one two ", "three four")),
        # No space either: anywhere.
        ("ああああああ", ("あああ", "あああ")),
        # Not within a letter and its accent, nor a kana and its mark.
        ("かか\u3099か", ("か", "か\u3099か")),
    ],
)
def test_where_a_text_is_halved(text: str, expected: tuple[str, str]) -> None:
    assert halves(text) == expected


@pytest.mark.parametrize("text", ["", " ", "a", "⟦0⟧", "  a  "])
def test_what_cannot_be_halved(text: str) -> None:
    assert halves(text, ("⟦0⟧",)) is None


def test_only_at_punctuation_if_so_asked() -> None:
    assert halves("one two three four", anywhere=False) is None
    kept = clauses("one two three four, five", lambda piece: len(piece) <= 10, anywhere=False)
    assert kept == ["one two three four,", " five"]
