"""Both kinds of engine: a dictionary whose answers are known, and the translator that ships.

Of the latter only properties are tested, never words: a better one will replace it.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.translation.packages import dictionary_package
from toolkit.errors import MissingError
from toolkit.translation.engine import (
    ATTEMPTS,
    Draft,
    Engine,
    PackageEngine,
    clean,
    open_engine,
    repetition,
)
from toolkit.translation.metadata import LONGEST
from toolkit.translation.model import Answer, Decoding, Model

WORDS = {
    "ねこ": "cat",
    "いぬ": "dog",
    "は": " is ",
    "、": ",",
    "。": ".",
    "⟦0⟧": "⟦0⟧",
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("packages") / "dictionary"
    return engine_of(dictionary_package(folder, WORDS, placeholders=["⟦0⟧"]))


def engine_of(folder: Path) -> Engine:
    from toolkit.translation.metadata import read_package
    from toolkit.translation.model import load

    package = read_package(folder)
    return PackageEngine("ja", "en", package.placeholders, package, load(package, "en"))


def scripted(*answers: str) -> tuple[Engine, list[Decoding]]:
    """An engine whose model gives these answers to whatever it is asked, and what it was asked.

    An answer that ends with ``…`` did not come to an end.
    """
    asked: list[Decoding] = []

    def submit(
        batch: Sequence[Sequence[str]], decoding: Decoding, longest: int
    ) -> list[Callable[[], Answer]]:
        calls: list[Callable[[], Answer]] = []
        for _ in batch:
            text = answers[min(len(asked), len(answers) - 1)]
            asked.append(decoding)
            pieces = tuple(text.removesuffix("…").split())
            calls.append(partial(Answer, pieces, -1.0, not text.endswith("…")))
        return calls

    from toolkit.translation.metadata import Package

    package = Package("scripted", Path("scripted"), "", "", (("ja", "en"),))
    model = Model(str.split, " ".join, submit, 1)
    return PackageEngine("ja", "en", (), package, model), asked


def test_a_long_sentence_is_cut_only_at_its_punctuation() -> None:
    engine, asked = scripted("word")
    assert isinstance(engine, PackageEngine)
    engine = replace(engine, package=replace(engine.package, easy=2))
    drafts = engine.translate(["one two, three four", "one two three four"])
    assert [draft.text for draft in drafts] == ["word word", "word"]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("answers", "text", "guessed"),
    [
        (("the fish",), "the fish", False),
        (("the 魚", "the fish"), "the fish", True),
        # What cannot be said otherwise stays as it was.
        (("the 魚", "the the the the the the"), "the 魚", False),
        (("the 魚", "the fish…"), "the 魚", False),
    ],
)
def test_words_left_in_the_other_language_are_asked_for_without_it(
    answers: tuple[str, ...], text: str, guessed: bool
) -> None:
    engine, asked = scripted(*answers)
    assert isinstance(engine, PackageEngine)
    engine = replace(engine, model=replace(engine.model, foreign=frozenset({"魚"})))
    (draft,) = engine.translate(["words"])
    assert (draft.text, draft.guessed, draft.complete) == (text, guessed, True)
    assert [decoding.native for decoding in asked] == [False, True][: len(answers)]


def test_the_model_that_ships_can_do_without_japanese() -> None:
    """Asked for English without a piece of Japanese, it writes none, not even by its bytes."""
    engine = open_engine("ja", "en", "ja-en")
    assert isinstance(engine, PackageEngine)
    model = engine.model
    sources = [model.encode(text) for text in ("宮沢賢治の童話", "炉と鮨と魑魅魍魎")]
    calls = model.submit(sources, Decoding(native=True), 60)
    texts = [model.decode(call().pieces) for call in calls]
    assert all(texts)
    assert not any(JAPANESE.search(text) for text in texts)
    assert not open_engine("en", "ja", "ja-en").model.foreign  # type: ignore[attr-defined]


def test_a_dictionary_translates(dictionary: Engine) -> None:
    drafts = dictionary.translate(["ねこはいぬ。", "いぬ、ねこ"])
    assert [draft.text for draft in drafts] == ["cat is dog.", "dog,cat"]
    assert all(-0.01 < draft.score <= 0 and draft.complete for draft in drafts)


def test_order_is_kept_whatever_the_lengths(dictionary: Engine) -> None:
    sentences = [f"{'ねこ、いぬ、' * (number * 7 % 5)}ねこ" for number in range(25)]
    expected = [f"{'cat,dog,' * (number * 7 % 5)}cat" for number in range(25)]
    assert [draft.text for draft in dictionary.translate(sentences)] == expected


def test_one_sentence_more_than_a_batch_holds_is_reported_too(dictionary: Engine) -> None:
    finished: list[int] = []
    dictionary.translate(["ねこ、" * 30, "", "—", *["ねこ"] * 500], progress=finished.append)
    assert sum(finished) == 503
    assert len(finished) > 2
    assert all(count > 0 for count in finished)


def test_a_long_sentence_is_split_and_nothing_of_it_lost(dictionary: Engine) -> None:
    clauses = ["ねこは⟦0⟧、", "いぬはねこ、", "⟦0⟧は⟦0⟧、"]
    sentence = "".join(clauses[number * number % 3] for number in range(2 * LONGEST)) + "いぬ。"
    (draft,) = dictionary.translate([sentence])
    expected = sentence
    for word, translation in WORDS.items():
        expected = expected.replace(word, translation)
    assert draft.text.replace(" ", "") == expected.replace(" ", "")
    assert draft.complete


@pytest.mark.parametrize(("longest", "parts"), [(LONGEST, 1), (4, 1), (3, 2), (1, 4)])
def test_a_package_says_how_much_it_takes_in_one(longest: int, parts: int) -> None:
    engine, asked = scripted("word")
    assert isinstance(engine, PackageEngine)
    engine = replace(engine, package=replace(engine.package, longest=longest))
    (draft,) = engine.translate(["one two, three four"])
    assert (len(asked), draft.text) == (parts, " ".join(["word"] * parts))


@pytest.mark.parametrize("sentence", ["", " \n", "—", "2025", "⟦0⟧", "⟦0⟧ – ⟦0⟧", "😀", "１２％"])
def test_what_has_no_words_comes_back(dictionary: Engine, sentence: str) -> None:
    assert dictionary.translate([sentence]) == [Draft(sentence.strip(), 0.0)]


def test_nothing_to_do(dictionary: Engine) -> None:
    assert dictionary.translate([]) == []


@pytest.mark.parametrize("sentence", ["ねこ</s>いぬ", "<s>ねこ", "<unk>ねこ", "⟦0⟧ねこ⟦1⟧"])
def test_what_looks_like_a_control_piece_is_text(dictionary: Engine, sentence: str) -> None:
    expected = sentence.replace("ねこ", "cat").replace("いぬ", "dog")
    assert expected == dictionary.translate([sentence])[0].text.replace("⁇", "1").replace(" ", "")


def test_every_attempt_decodes_in_its_own_way() -> None:
    seen = []
    for attempt in range(len(ATTEMPTS)):
        engine, asked = scripted("fine")
        engine.translate(["文"], attempt=attempt)
        seen += asked
    assert seen == list(ATTEMPTS)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no end …",
        "round and round and round and round and round and",
        "a b c a b c a b c",
        "x x x x x",
    ],
)
def test_a_bad_answer_is_decoded_again(bad: str) -> None:
    engine, asked = scripted(bad, "fine")
    assert engine.translate(["文"]) == [Draft("fine", -1.0)]
    assert asked == list(ATTEMPTS[:2])


def test_what_loops_in_every_way_is_translated_in_halves() -> None:
    engine, asked = scripted(*["loop loop loop loop loop"] * 2, "first", "second")
    (draft,) = engine.translate(["一つ目の節である、二つ目の節である"])
    assert draft == Draft("first second", -1.0)
    assert asked == [*ATTEMPTS[:2], ATTEMPTS[0], ATTEMPTS[0]]


def test_what_loops_and_has_no_halves_is_cut_and_marked() -> None:
    engine, asked = scripted("it goes round and round and round and round and round and …")
    assert engine.translate(["文"]) == [Draft("it goes round and", -1.0, complete=False)]
    assert asked == list(ATTEMPTS[:2])


def test_a_source_that_never_ends_is_not_tried_again() -> None:
    engine, asked = scripted("ha ha ha ha ha ha …")
    assert engine.translate(["ハ " * 50]) == [Draft("ha", -1.0, complete=False)]
    assert len(asked) == 1


def test_a_repetition_of_the_source_may_be_repeated() -> None:
    engine, asked = scripted("ha ha ha ha ha ha")
    assert engine.translate(["ハ ハ ハ ハ ハ ハ"])[0].complete
    assert len(asked) == 1


def test_a_row_of_dots_in_the_source_excuses_no_loop() -> None:
    engine, asked = scripted("so it is is is is is is", "fine")
    assert engine.translate(["それ は そう だ が 話 は … … … … … 続く"]) == [Draft("fine", -1.0)]
    assert len(asked) == 2


def test_clauses_without_words_are_not_shown_to_the_model() -> None:
    engine, asked = scripted("words")
    (draft,) = engine.translate(["12, " * LONGEST + "言葉"])
    assert draft.text == "12, " * (LONGEST // 2) + "words"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("pieces", "place"),
    [
        ("", None),
        ("a b c d", None),
        ("a a a a", None),
        ("a a a a a", 1),
        ("x a b a b a b a b", None),
        ("x a b a b a b a b a b", 3),
        ("a b c a b c", None),
        ("a b c a b c a b c", 3),
        ("x y a b c d a b c d a b c d z", 6),
        ("a b c a b c a b d", None),
    ],
)
def test_where_pieces_begin_to_repeat(pieces: str, place: int | None) -> None:
    assert repetition(pieces.split()) == place


@given(st.text())
def test_a_clean_text_is_one_line(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert len(cleaned.splitlines()) <= 1
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_a_model_that_fails_is_one_line() -> None:
    engine, _ = scripted("fine")

    def submit(*_: object) -> list[Callable[[], Answer]]:
        raise RuntimeError("no AVX")

    assert isinstance(engine, PackageEngine)
    broken = PackageEngine("ja", "en", (), engine.package, Model(str.split, " ".join, submit, 1))
    with pytest.raises(MissingError, match=r"scripted cannot translate \(no AVX\)"):
        broken.translate(["文"])


def test_an_installed_package_is_used_by_its_code(home: Path) -> None:
    dictionary_package(home / "dictionary", WORDS)
    engine = open_engine("ja", "en", "dictionary")
    assert (engine.source, engine.target, engine.placeholders) == ("ja", "en", ())
    assert engine.translate(["ねこ。"])[0].text == "cat."


def test_no_engine_for_a_pair(home: Path) -> None:
    with pytest.raises(MissingError, match="no installed package translates ja → de"):
        open_engine("ja", "de")


SENTENCES = [
    "政府は新しい研究計画を発表した。",
    "この工場では、来年の春から新しい部品が作られる予定である。",
    "利用者は増え続けているが、収益はまだ安定していない。",
    "川沿いの町に小さな図書館ができた。",
]
"""Written for these tests."""

ENGLISH = [
    "The city opened a small library by the river.",
    "Engineers expect the new plant to start in spring.",
    "The number of readers keeps growing, but revenue is not yet stable.",
]


def test_the_shipped_translator_from_japanese(japanese_to_english: Engine) -> None:
    drafts = japanese_to_english.translate(SENTENCES)
    assert len(drafts) == len(SENTENCES)
    assert drafts == japanese_to_english.translate(SENTENCES)
    for draft in drafts:
        assert re.search(r"[A-Za-z]{2}", draft.text)
        assert len(JAPANESE.findall(draft.text)) < len(draft.text) / 2
        assert draft.score < 0
        assert draft.complete


def test_the_shipped_translator_from_english(english_to_japanese: Engine) -> None:
    for draft in english_to_japanese.translate(ENGLISH):
        assert JAPANESE.search(draft.text)
        assert draft.score < 0


def test_the_shipped_translator_copies_most_placeholders(japanese_to_english: Engine) -> None:
    marks = japanese_to_english.placeholders
    sentences = [f"{one}は{two}を発表した。" for one, two in pairwise(marks)] + [
        f"会議は{mark}に開かれる。" for mark in marks
    ]
    wanted = [mark for sentence in sentences for mark in marks if mark in sentence]
    drafts = japanese_to_english.translate(sentences)
    kept = [
        mark
        for sentence, draft in zip(sentences, drafts, strict=True)
        for mark in marks
        if mark in sentence and draft.text.count(mark) == 1
    ]
    assert len(kept) >= 0.8 * len(wanted)


def test_the_shipped_translator_and_hostile_text(japanese_to_english: Engine) -> None:
    sentences = [
        "<eos><2ja>を消す",
        "<bos> <sep> 終わり",
        "\u202e逆向き",
        "\udcff壊れた字",
        "が" * 20,
    ]
    drafts = japanese_to_english.translate(sentences)
    assert len(drafts) == len(sentences)
    for draft in drafts:
        assert draft.text or not draft.complete
        draft.text.encode("utf-8")


def test_both_directions_share_one_model_in_memory(
    japanese_to_english: Engine, english_to_japanese: Engine
) -> None:
    assert isinstance(japanese_to_english, PackageEngine)
    assert isinstance(english_to_japanese, PackageEngine)
    first, second = japanese_to_english.package, english_to_japanese.package
    assert first == second
    # CTranslate2's object is the same: only the prompt differs.
    assert _generator(japanese_to_english) is _generator(english_to_japanese)


def _generator(engine: PackageEngine) -> object:
    return inspect.getclosurevars(engine.model.submit).nonlocals["generator"]
