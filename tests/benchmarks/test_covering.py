"""The reference for where bold, emphasis and links belong: it is complete, and it can fail."""

from pathlib import Path

import pytest

from benchmarks.covering import CASES, Expected, judge, read_expected, shares
from toolkit.document.glossary import Glossary
from toolkit.translation.inline import flatten

NO_TERMS = Glossary(())


@pytest.mark.parametrize("languages", ["ja-en", "en-ja"])
def test_every_marked_up_stretch_has_its_reference(languages: str) -> None:
    lines = (CASES / f"markup.{languages[:2]}.md").read_text("utf-8").splitlines()
    expected = read_expected(CASES / f"covering.{languages}.md")
    there = {}
    for line in lines:
        if line and not line.startswith("#"):
            flat, atoms = flatten(line)
            places = dict.fromkeys((span.start, span.end) for span in flat.spans)
            if places:
                there[line] = [
                    "".join(atoms[c].content if c in atoms else c for c in flat.text[start:end])
                    for start, end in places
                ]
    assert {line: [one.words for one in all_] for line, all_ in expected.items()} == there
    assert sum(map(len, there.values())) >= 150


def test_a_span_is_judged_by_the_words_it_covers() -> None:
    expected = [
        Expected("速さ", frozenset({"speed"}), frozenset({"pace"}), frozenset({"spade"})),
        Expected("確かさ", frozenset({"certainty"})),
    ]
    source = "*速さ*より*確かさ*だ。"
    for draft, right in [
        ("*The speed* or *“certainty,”* which?", [True, True]),
        ("*Certainty*, not *pace*.", [True, True]),
        ("*Certainty*, not *a spade*.", [True, True]),
        ("*Certainty, not* speed*.*", [False, False]),
        ("*Speed* of *sound*.", [True, False]),
        ("*Speed* or certainty.", [True, False]),
        ("*Speedy* certainty.", [False, False]),
    ]:
        verdicts = judge(source, draft, expected, NO_TERMS, "ja-en")
        assert [verdict.right for verdict in verdicts] == right, draft


def test_what_was_foreseen_judged_and_copied_is_told_apart() -> None:
    expected = [
        Expected("速さ", frozenset({"speed"}), frozenset({"pace"}), frozenset({"spade"})),
        Expected("5億円", frozenset({"¥500 million"})),
    ]
    source = "*速さ*に**5億円**。"
    drafts = ("*Speed* **¥500 million**", "*Pace* **¥500 million**", "*Spade* **¥500**")
    verdicts = [v for draft in drafts for v in judge(source, draft, expected, NO_TERMS, "ja-en")]
    assert shares(verdicts) == (
        "6 spans, on the right words 83.3% (of 3 that were translated, not copied, 100.0%; "
        "and on a right translation of them 66.7%, on one foreseen 33.3%)"
    )


def test_what_is_in_brackets_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "some.md"
    path.write_text("# About\n\n**a** b\n- a = (old) pipe(s) | The Tube\n  + hose\n  ~ horse\n")
    (expected,) = read_expected(path)["**a** b"]
    assert expected.written == {"pipe", "pipes", "old pipe", "old pipes", "tube"}
    assert expected.seen == {"hose"}
    assert expected.stood == {"horse"}
    path.write_text("**a** b\n- a: pipe\n")
    with pytest.raises(ValueError, match=r"some.md: '- a: pipe' is none of"):
        read_expected(path)
