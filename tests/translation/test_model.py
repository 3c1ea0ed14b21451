import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.translation.packages import dictionary_package
from toolkit.errors import MissingError
from toolkit.translation.metadata import read_package
from toolkit.translation.model import Decoding, compatible, load, threads

WORDS = {"ねこ": "cat", "いぬ": "dog", "は": "is", "。": "."}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３（株）", "ABC123(株)"),
        ("ﾃﾞｰﾀ", "データ"),
        ("㈱㎏…Ⅳ", "(株)kg...IV"),
        # NFKC would melt the number into the word: 1研究.
        ("①研究と⑳開発", "(1)研究と(20)開発"),
        ("㊙ Ⓐ", "(秘) (A)"),
        # NFKC would make them TM, m2 and 1⁄2.
        ("X™ 5m² ½", "X™ 5m² ½"),
        ("⟦0⟧ は ⟦7⟧", "⟦0⟧ は ⟦7⟧"),
        # A letter and its mark become one, across nothing that is kept.
        ("か\u3099 e\u0301", "が é"),
        ("", ""),
    ],
)
def test_what_a_model_reads(text: str, expected: str) -> None:
    assert compatible(text) == expected


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert compatible(compatible(text)) == compatible(text)


@pytest.mark.parametrize(
    ("value", "expected"), [("3", 3), ("2,1", 2), ("", None), ("0", None), ("many", None)]
)
def test_threads(monkeypatch: pytest.MonkeyPatch, value: str, expected: int | None) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert threads() == (expected or len(os.sched_getaffinity(0)))


def test_a_model_answers_in_pieces(tmp_path: Path) -> None:
    package = read_package(dictionary_package(tmp_path / "some", WORDS))
    model = load(package, "en")
    batch = [model.encode("ねこ。"), model.encode("ねこはいぬ。")]
    short, long = (call() for call in model.submit(batch, Decoding(), 20))
    assert model.decode(short.pieces) == "cat."
    assert model.decode(long.pieces) == "catisdog."
    assert short.ended
    assert -0.01 < short.score <= 0
    (cut,) = (call() for call in model.submit(batch[1:], Decoding(), 3))
    assert len(cut.pieces) == 3
    assert not cut.ended


def test_the_prefix_of_a_package_is_forced_and_not_returned(tmp_path: Path) -> None:
    words = {"ねこ": "ねこ", "<2xx>": "<2xx>"}
    package = read_package(dictionary_package(tmp_path / "some", words, target_prefix="<2xx>"))
    model = load(package, "en")
    # The model copies by position, so the prefix stands in the place of the first piece.
    (answer,) = (call() for call in model.submit([["▁", "ねこ"]], Decoding(), 20))
    assert answer.pieces == ("ねこ",)


def test_a_control_piece_written_out_is_spelled(tmp_path: Path) -> None:
    words = {"<2xx>": "<2xx>", "<": "<", "2": "2", "x": "x", ">": ">"}
    package = read_package(dictionary_package(tmp_path / "some", words, target_prefix="<2xx>"))
    pieces = load(package, "en").encode("x<2xx>x</s>")
    assert "<2xx>" not in pieces
    assert "</s>" not in pieces
    assert "".join(pieces).replace("▁", "") == "x<2xx>x</s>"


def test_a_package_that_was_replaced_is_loaded_anew(tmp_path: Path) -> None:
    folder = dictionary_package(tmp_path / "some", WORDS)
    before = load(read_package(folder), "en")
    folder.rename(tmp_path / "old")
    dictionary_package(folder, WORDS | {"ねこ": "dog"})
    after = load(read_package(folder), "en")
    answers = [
        model.decode(call().pieces)
        for model in (before, after)
        for call in model.submit([model.encode("ねこ")], Decoding(), 20)
    ]
    assert answers == ["cat", "dog"]


@pytest.mark.parametrize("name", ["model/model.bin", "sentencepiece.model"])
@pytest.mark.parametrize("damage", ["empty", "cut", "noise"])
def test_a_damaged_model_is_one_line(tmp_path: Path, name: str, damage: str) -> None:
    folder = dictionary_package(tmp_path / "some", WORDS)
    whole = (folder / name).read_bytes()
    damaged = {"empty": b"", "cut": whole[: len(whole) // 2], "noise": b"\x07" * 500}[damage]
    (folder / name).write_bytes(damaged)
    with pytest.raises(MissingError, match=r"some cannot be loaded .*install it again") as raised:
        load(read_package(folder), "en")
    assert "\n" not in str(raised.value)


def test_a_prompt_that_the_vocabulary_lacks(tmp_path: Path) -> None:
    folder = dictionary_package(
        tmp_path / "some",
        WORDS,
        architecture="decoder-only",
        prompt={"en": ["<2en>", "{source}"]},
        end="</s>",
    )
    with pytest.raises(MissingError, match="cannot be loaded"):
        load(read_package(folder), "en")
