"""Reading, cleaning and splitting pairs."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import ContentError, UsageError
from toolkit.training.pairs import (
    LEAST,
    Pair,
    checked,
    clean,
    read_pairs,
    sentence_hash,
    split,
)
from toolkit.translation.tmx import Unit, write_tmx

CASES = Path(__file__).parent / "cases" / "cleaning.tsv"


def test_each_pair_is_kept_or_dropped_for_its_reason() -> None:
    """One after the other: a later line may be dropped because of an earlier one."""
    rows = [line.split("\t") for line in CASES.read_text("utf-8").splitlines()[1:]]
    pairs = [Pair(ja, en, f"cleaning.tsv:{number}") for number, (ja, en, _) in enumerate(rows, 2)]
    cleaned = clean(pairs)
    reasons = {pair.place: reason for pair, reason in cleaned.dropped}
    assert [(p.ja, p.en, reasons.get(p.place, "")) for p in pairs] == [tuple(r) for r in rows]
    assert len(cleaned.kept) + len(cleaned.dropped) == len(pairs)


def test_sentences_of_tests_are_dropped_whatever_their_marks_and_widths() -> None:
    tested = {sentence_hash("売上は12億円、と社長。"), sentence_hash("It was not their first.")}
    pairs = [
        Pair("売上は**１２億円**・と社長", "Sales are ¥1.2 billion, the president says."),
        Pair("初めてではなかった。", "it was NOT their first"),
        Pair("初めてではありません。", "It is not their first."),
    ]
    cleaned = clean(pairs, tested)
    assert cleaned.kept == (pairs[2],)
    assert cleaned.reasons() == [("it is a sentence of a test set", 2, pairs[0])]


def test_tsv_and_tmx_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("\ufeff猫 \tA cat\r\n\r\n犬\tA dog\r\n", "utf-8")
    units = [Unit("猫", "A cat"), Unit("犬", "A dog")]
    (tmp_path / "a.tmx").write_bytes(write_tmx(units, "ja"))
    tsv, tmx = (read_pairs(str(tmp_path / f"a.{kind}")) for kind in ("tsv", "tmx"))
    assert [(pair.ja, pair.en) for pair in tsv] == [(pair.ja, pair.en) for pair in tmx]
    assert [pair.place for pair in tsv] == ["a.tsv:1", "a.tsv:3"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.tsv", "猫\tcat\n犬 dog\n".encode(), "a.tsv:2: has 1 columns: a line is Japanese"),
        ("a.tsv", "news\t猫\tcat\n".encode(), "a.tsv:1: has 3 columns"),
        ("a.tsv", "猫\tcat\n犬\tdog\n".encode("cp932"), "a.tsv:1: is not UTF-8 text"),
        ("a.tsv", "猫\tcat\n".encode("utf-16"), "a.tsv:1: is not UTF-8 text"),
        ("a.tmx", b"<tmx", "a.tmx"),
    ],
)
def test_a_file_that_is_none_is_one_line(
    name: str, data: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ContentError) as error:
        read_pairs(str(tmp_path / name))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_neither_file_nor_memory() -> None:
    with pytest.raises(UsageError, match=r"neither a \.tsv file"):
        read_pairs("pairs.xlsx")
    with pytest.raises(UsageError, match="the memory of which publication"):
        read_pairs("memory")


def numbered(count: int) -> list[Pair]:
    """Pairs that differ in letters."""
    kana, letters = "あいうえおかきくけこ", "abcdefghij"
    return [
        Pair(
            f"これは文{kana[number % 10]}{'らりるれろ' * (number // 10)}です。",
            f"This is sentence {letters[number % 10]}{'x' * (number // 10)}.",
        )
        for number in range(count)
    ]


def test_too_few_pairs_say_how_many_there_are() -> None:
    kept = numbered(LEAST)
    assert checked(clean(kept), "a.tsv") == tuple(kept)
    with pytest.raises(ContentError, match=f"has {LEAST - 1} pairs .* {LEAST} are the least"):
        checked(clean(kept[1:]), "a.tsv")


def test_swapped_columns_are_named_as_the_reason() -> None:
    swapped = [Pair(pair.en, pair.ja, f"a.tsv:{n}") for n, pair in enumerate(numbered(50), 1)]
    with pytest.raises(ContentError) as error:
        checked(clean(swapped), "a.tsv")
    assert str(error.value) == (
        "a.tsv: 50 of 50 pairs cannot be learned from: the languages are swapped (first at "
        "a.tsv:1); a line is Japanese, tab, English"
    )


WORDS = st.text("あいうえおアイウ漢字", min_size=1, max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=40), st.randoms(use_true_random=False))
def test_the_split_is_the_same_in_any_order_and_shares_no_sentence(
    rows: list[tuple[str, str]], draw: Random
) -> None:
    pairs = [Pair(ja, en) for ja, en in rows]
    parts = split(pairs, 3)
    assert sorted((*parts.learned, *parts.held_out), key=str) == sorted(pairs, key=str)
    assert not {pair.ja for pair in parts.learned} & {pair.ja for pair in parts.held_out}
    assert not {pair.en for pair in parts.learned} & {pair.en for pair in parts.held_out}
    draw.shuffle(pairs)
    assert set(split(pairs, 3).held_out) == set(parts.held_out)


def test_new_pairs_move_no_old_one_and_numbers_do_not_count() -> None:
    pairs = numbered(200)
    before, after = split(pairs[:120]), split(pairs)
    assert set(before.learned) <= set(after.learned)
    assert set(before.held_out) <= set(after.held_out)
    assert 10 <= len(after.held_out) <= 40
    news = [Pair(f"株価は{n}円上がった。", f"The share rose by ¥{n}.") for n in range(30)]
    assert {len(part) for part in (split(news).learned, split(news).held_out)} == {0, 30}
