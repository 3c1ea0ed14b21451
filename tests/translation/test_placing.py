"""Spans on a translation: on the right words, and never lost nor crossing."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.translation.packages import dictionary_package
from tests.translation.phrasebook import Phrasebook
from toolkit.document.glossary import Glossary
from toolkit.translation.drafting import draft_sentences
from toolkit.translation.engine import PackageEngine
from toolkit.translation.inline import Flat, elements, flatten, unflatten
from toolkit.translation.metadata import read_package
from toolkit.translation.model import load
from toolkit.translation.placing import Attention, Evidence, looks, place

NO_TERMS = Glossary(())


def drafted(
    folder: Path, words: dict[str, str], order: Sequence[int], pair: str, sentence: str
) -> str:
    """A sentence in a real package that translates by a dictionary, in its own order."""
    source, target = pair.split("-")
    package = read_package(
        dictionary_package(folder / pair, words, order=order, from_code=source, to_code=target)
    )
    engine = PackageEngine(source, target, (), package, load(package, target))
    (draft,) = draft_sentences([sentence], engine, NO_TERMS)
    assert draft.findings == ()
    return draft.text


# Both animals have one name, so that only the attention can tell which is which.
TO_ENGLISH = {
    "ねこ": "▁pet", "いぬ": "▁pet", "が": "▁the", "を": "▁a", "みる": "▁sees", "。": ".",
}  # fmt: skip
TO_JAPANESE = {"▁cat": "どうぶつ", "▁dog": "どうぶつ", "▁sees": "みる", "▁it": "それ", ".": "。"}


@pytest.mark.parametrize(
    ("sentence", "order", "text"),
    [
        ("**ねこ**がいぬをみる。", (0, 1, 5, 4, 3, 6), "**Pet** sees a pet."),
        ("**ねこ**がいぬをみる。", (0, 3, 5, 4, 1, 6), "Pet sees a **pet**."),
        ("ねこが[いぬ](u)をみる。", (0, 3, 5, 4, 1, 6), "[Pet](u) sees a pet."),
        ("**ねこ**が*[いぬ](u)*をみる。", (0, 3, 5, 4, 1, 6), "*[Pet](u)* sees a **pet**."),
        ("[ねこが**いぬ**](u)をみる。", (0, 3, 2, 1, 5, 6), "[**Pet** the pet](u) sees."),
    ],
)
def test_spans_go_where_the_model_looked_at_them(
    tmp_path: Path, sentence: str, order: Sequence[int], text: str
) -> None:
    assert drafted(tmp_path, TO_ENGLISH, order, "ja-en", sentence) == text


@pytest.mark.parametrize(
    ("sentence", "order", "text"),
    [
        ("**cat** sees dog.", (0, 1, 2), "**どうぶつ**みるどうぶつ。"),
        ("**cat** sees dog.", (2, 1, 0), "どうぶつみる**どうぶつ**。"),
        ("cat sees [dog](u).", (2, 0, 1), "[どうぶつ](u)どうぶつみる。"),
    ],
)
def test_spans_go_where_the_model_looked_at_them_in_japanese(
    tmp_path: Path, sentence: str, order: Sequence[int], text: str
) -> None:
    assert drafted(tmp_path, TO_JAPANESE, order, "en-ja", sentence) == text


def covered(markdown: str, text: str, evidence: Sequence[Evidence], language: str) -> list[str]:
    """What the spans of a sentence cover in a text."""
    source, _ = flatten(markdown)
    known = {(s.start, s.end): one for s, one in zip(source.spans, evidence, strict=True)}
    placed = place(source, text, known, language)
    assert placed is not None
    return [text[span.start : span.end] for span in placed.flat.spans]


@pytest.mark.parametrize(
    ("markdown", "text", "carried", "words"),
    [
        ("**水**だ。", "It is wat**er**.", (9, 11), "water"),
        ("**水**を飲む。", "He drinks of the water.", (10, 22), "the water"),
        ("**水の中に**いる。", "It is in the water.", (6, 18), "in the water"),
        ("**「水」**と言う。", "He says “water.”", (9, 14), "“water.”"),
        ("**水だ。**", "It is water.", (0, 11), "It is water."),
        ("Some **people**.", "多くの人々が来た。", (0, 6), "多くの人々"),
        ("**quietly** he", "静かに話した。", (0, 3), "静かに"),
        ("by **next spring**.", "来年の春までに、", (0, 7), "来年の春までに"),
        ("**Arm** is", "アルマは", (0, 1), "アルマ"),
    ],
)
def test_a_place_is_whole_words_without_what_stands_beside(
    markdown: str, text: str, carried: tuple[int, int], words: str
) -> None:
    language = "en" if text.isascii() or "“" in text else "ja"
    text = text.replace("**", "")
    assert covered(markdown, text, [Evidence(carried)], language) == [words]


def test_attention_that_says_nothing_gives_way_to_words() -> None:
    text = "The company wants workers."
    vague = [0.2] * len(text)
    found = covered("**社員**を", text, [Evidence(None, vague, ("worker",))], "en")
    assert found == ["workers"]
    sharp = [0.9 * (4 <= place < 11) for place in range(len(text))]
    assert covered("**社員**を", text, [Evidence(None, sharp, ("worker",))], "en") == ["company"]


def test_a_translation_in_the_sentence_comes_before_one_alone() -> None:
    text = "A battery plant near a power factory."
    said = ("battery plant", "power factory")
    assert covered("**電池工場**は", text, [Evidence(said=said)], "en") == ["battery plant"]
    assert covered("**電池工場**は", text, [Evidence(said=("", said[1]))], "en") == [
        "power factory"
    ]


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [("You can rest.", "en", "rest"), ("市長と会った。", "ja", "会っ"), ("To the.", "en", "the")],
)
def test_a_guess_is_no_word_of_grammar_and_says_so(text: str, language: str, word: str) -> None:
    source, _ = flatten("これは**何か**")
    placed = place(source, text, {(3, 5): Evidence()}, language)
    assert placed is not None
    (span,) = placed.flat.spans
    assert (text[span.start : span.end], placed.sure) == (word, (False,))


def test_pieces_are_found_in_texts_that_were_normalised() -> None:
    attention = Attention(("▁", "カ", "タ", "1"), ("▁a", "b", "▁c"), ([0, 0, 0, 1],) * 3)
    assert looks(attention, "ｶﾀ 1", "ab c", [(3, 4), (0, 2)]) == [[1, 1, 0, 1], [0, 0, 0, 0]]


WORDS = ("水", "pipe", "、", "静かに", "the", "5", "」", "ン")


@st.composite
def trees(draw: st.DrawFn, kinds: frozenset[str] = frozenset({"**", "*", "~~", "[]"})) -> str:
    """Inline Markdown with spans in spans, none in one of its own kind."""
    pieces = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["", *sorted(kinds)]))
        inside = draw(trees(kinds - {kind})) if kind else draw(st.sampled_from(WORDS))
        link = f"[{inside}](u{draw(st.integers(1, 9))})" if kind == "[]" else ""
        pieces.append(link or f"{kind}{inside}{kind}")
    return " ".join(pieces)


@settings(max_examples=80, deadline=None)
@given(trees(), st.lists(st.sampled_from(WORDS), max_size=12), st.data())
def test_spans_are_never_lost_and_never_cross(
    markdown: str, words: list[str], data: st.DataObject
) -> None:
    source, _ = flatten(markdown)
    text = data.draw(st.sampled_from(["", " "])).join(words)
    ranges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    evidence = {
        (span.start, span.end): Evidence(
            data.draw(st.none() | ranges.map(lambda pair: (pair[0], pair[1]))),
            data.draw(st.just(()) | st.just([0.7] * len(text))),
            tuple(data.draw(st.lists(st.sampled_from(WORDS), max_size=2))),
        )
        for span in source.spans
    }
    language = data.draw(st.sampled_from(["ja", "en"]))
    placed = place(source, text, evidence, language)
    if placed is None:
        return
    assert [span.kind for span in placed.flat.spans] == [span.kind for span in source.spans]
    for number, one in enumerate(placed.flat.spans):
        assert one.start < one.end
        assert text[one.start : one.end] == text[one.start : one.end].strip()
        for outer, other in zip(source.spans[:number], placed.flat.spans, strict=False):
            if source.spans[number].end <= outer.end:
                assert other.start <= one.start
                assert one.end <= other.end
            else:
                assert other.end <= one.start or one.end <= other.start


@settings(max_examples=30, deadline=None)
@given(trees(), st.permutations(WORDS), st.sampled_from(["ja", "en"]))
def test_drafts_keep_every_span(markdown: str, words: Sequence[str], language: str) -> None:
    source, atoms = flatten(markdown)
    assert elements(unflatten(Flat(source.text, source.spans), atoms)) == elements(markdown)
    answers = {source.text: " ".join(words)}
    engine = Phrasebook(answers, source="ja" if language == "en" else "en", target=language)
    (draft,) = draft_sentences([markdown], engine, NO_TERMS)
    assert elements(draft.text) == elements(markdown)
