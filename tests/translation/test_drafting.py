"""Drafts are whole whatever the engine does: the engines here do their worst."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.covering import judge, read_expected
from toolkit.document.glossary import Glossary, Term
from toolkit.document.japanese import is_kana, is_kanji
from toolkit.translation import drafting
from toolkit.translation.drafting import GUESSED, WAYS, draft_sentences
from toolkit.translation.engine import Draft, Engine
from toolkit.translation.inline import elements
from toolkit.translation.quality import MARK_MOVED

CASES = Path(__file__).parent / "cases"
GLOSSARY = Glossary(
    (
        Term("大統領令", "executive order"),
        Term("半導体", "semiconductors"),
        Term("日銀", "Bank of Japan"),
        Term("生成AI", "generative AI"),
    )
)
MARKS = tuple(f"⟦{number}⟧" for number in range(8))


@dataclass
class Fake:
    """An engine that answers by a function, and remembers what it was shown."""

    answer: Callable[[str], str]
    source: str = "ja"
    target: str = "en"
    placeholders: tuple[str, ...] = MARKS
    shown: list[list[str]] = field(default_factory=list)

    def translate(
        self,
        sentences: Sequence[str],
        *,
        attempt: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> list[Draft]:
        self.shown.append(list(sentences))
        for _ in sentences:
            if progress:
                progress(1)
        return [Draft(self.answer(sentence), -0.5) for sentence in sentences]


def marks_of(text: str) -> list[str]:
    return re.findall(r"⟦\d⟧|ZQ\d+X", text)


def honest(text: str) -> str:
    """Every Japanese or English word becomes "word", everything else stays."""
    words = re.sub(r"[\u3040-\u30ff\u3400-\u9fff、。]+", " word ", text)
    return re.sub(r"\s+", " ", words).strip()


HOSTILE: dict[str, Callable[[str], str]] = {
    "drops every placeholder": lambda text: honest(re.sub(r"⟦\d⟧|ZQ\d+X", "", text)) or "word",
    "drops the last placeholder": lambda text: honest(
        re.sub(r"(⟦\d⟧|ZQ\d+X)(?!.*(⟦|ZQ))", "", text)
    ),
    "doubles placeholders": lambda text: honest(re.sub(r"(⟦\d⟧|ZQ\d+X)", r"\1 \1", text)),
    "reverses everything": lambda text: " ".join(reversed(honest(text).split())),
    "invents placeholders": lambda text: honest(text) + " ⟦7⟧",
    "breaks placeholders": lambda text: honest(text).replace("⟧", ""),
    "repeats itself": lambda text: (honest(text) + " ") * 20,
    "says nothing": lambda text: "",
    "says only spaces": lambda text: " \n ",
    "leaves Japanese": lambda text: text,
    "drops marks": lambda text: honest(text).replace("**", ""),
    "adds marks": lambda text: "**" + honest(text) + "** `code` [x](y)",
    "leaves marks open": lambda text: "**" + honest(text),
    "writes numbers": lambda text: honest(text) + " 1234 $5 billion",
    "writes Markdown": lambda text: honest(text) + " *a* ~~b~~ ![c](d) <b>",
}


def sentences(name: str) -> list[str]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


JAPANESE = sentences("marked-up.ja.txt")
ENGLISH = sentences("marked-up.en.txt")
MARKUP = {language: sentences(f"markup.{language}.md") for language in ("ja", "en")}


def firm(text: str) -> list[str]:
    """Addresses and code, which must be in the draft to the letter."""
    return sorted(
        re.findall(
            r"`[^`]+`|(?<!\()https?://[!-~]*[A-Za-z0-9/]|[\w.]+@[\w.]+\w|@\w+|\w+\.csv",
            text.replace("\\`", ""),
            re.ASCII,
        )
    )


@pytest.mark.parametrize("placeholders", [MARKS, ()], ids=["trained", "untrained"])
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_lost_whatever_the_engine_does(
    answer: Callable[[str], str], placeholders: tuple[str, ...]
) -> None:
    engine = Fake(answer, placeholders=placeholders)
    drafts = draft_sentences(JAPANESE, engine, GLOSSARY)
    for sentence, draft in zip(JAPANESE, drafts, strict=True):
        assert elements(draft.text) == elements(sentence)
        assert firm(draft.text) == firm(sentence)
        assert draft.text.strip()
        assert not re.search("⟦|⟧|ZQ\\d", draft.text)
        assert not any("\U000f0000" <= char <= "\U000fffff" for char in draft.text)


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_lost_into_japanese_either(answer: Callable[[str], str]) -> None:
    engine = Fake(answer, "en", "ja")
    for sentence, draft in zip(ENGLISH, draft_sentences(ENGLISH, engine, GLOSSARY), strict=True):
        assert elements(draft.text) == elements(sentence)
        assert firm(draft.text) == firm(sentence)
        assert draft.text.strip()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_all_markup_comes_back_whatever_the_engine_does(
    answer: Callable[[str], str], language: str
) -> None:
    # Every sentence meets a quarter of the engines.
    lines = MARKUP[language][[*HOSTILE.values()].index(answer) % 4 :: 4]
    engine = Fake(answer, language, "en" if language == "ja" else "ja")
    for sentence, draft in zip(lines, draft_sentences(lines, engine, GLOSSARY), strict=True):
        assert elements(draft.text) == elements(sentence)
        assert firm(draft.text) == firm(sentence)


def test_there_are_enough_marked_up_sentences() -> None:
    assert sum(map(len, MARKUP.values())) >= 300


def test_clauses_carry_their_own_bold_and_become_one_sentence() -> None:
    def translate(text: str) -> str:
        return {
            "**⟦0⟧**は伸びて、": "**⟦0⟧** grew.",
            "**⟦0⟧**は縮んだと市は言う。": "The **⟦0⟧** shrank, the city says.",
        }.get(text, "lost")

    sentence = "**半導体**は伸びて、**日銀**は縮んだと市は言う。"
    (draft,) = draft_sentences([sentence], Fake(translate), GLOSSARY)
    assert draft.text == ("**Semiconductors** grew, the **Bank of Japan** shrank, the city says.")
    assert draft.findings == ("translated in clauses: read it as a whole",)


@pytest.mark.parametrize(
    ("alone", "answer", "text"),
    [
        ("Central bank.", "The central bank moved.", "The Bank of Japan moved."),
        ("The central bank", "Central bank moved.", "Bank of Japan moved."),
        ("Nichigin", "Nichigin’s Nichigin moved.", None),  # which of the two?
        ("bank", "The embankment moved.", None),
        ("", "The central bank moved.", None),
    ],
)
def test_a_term_the_engine_will_not_carry_is_put_for_its_own_words(
    alone: str, answer: str, text: str | None
) -> None:
    def translate(shown: str) -> str:
        return {"日銀": alone, "日銀が動いた。": answer}.get(shown, "lost")

    (draft,) = draft_sentences(["日銀が動いた。"], Fake(translate), GLOSSARY)
    if text is None:
        assert "piece by piece" in draft.findings[0]
    else:
        assert draft.text == text
        assert draft.findings == ("names and terms were not protected: check them",)


def test_only_the_clause_that_lost_something_is_asked_for_again() -> None:
    asked: list[tuple[int, str]] = []

    @dataclass
    class Moody(Fake):
        def translate(
            self,
            sentences: Sequence[str],
            *,
            attempt: int = 0,
            progress: Callable[[int], None] | None = None,
        ) -> list[Draft]:
            asked.extend((attempt, text) for text in sentences)
            known = {
                "⟦0⟧は伸びて、": "⟦0⟧ grew.",
                "⟦0⟧は縮んだと市は言う。": "⟦0⟧ shrank, the city says." if attempt else "lost",
            }
            return [Draft(known.get(text, "lost"), -0.5) for text in sentences]

    sentence = "半導体は伸びて、日銀は縮んだと市は言う。"
    (draft,) = draft_sentences([sentence], Moody(honest), GLOSSARY)
    assert draft.text == "Semiconductors grew, Bank of Japan shrank, the city says."
    assert [attempt for attempt, text in asked if text == "⟦0⟧は伸びて、"] == [0]
    assert [attempt for attempt, text in asked if text.startswith("⟦0⟧は縮")] == [0, 2]


def test_who_guessed_says_so_unless_a_beam_did_not() -> None:
    class Guessing(Fake):
        def translate(
            self,
            sentences: Sequence[str],
            *,
            attempt: int = 0,
            progress: Callable[[int], None] | None = None,
        ) -> list[Draft]:
            return [
                Draft(
                    "A quick word." if attempt == 0 else "A slow word.",
                    -0.5,
                    guessed=attempt == 0 or "宮沢" in text,
                )
                for text in sentences
            ]

    sure, guessed = draft_sentences(["炉が動く。", "宮沢が来る。"], Guessing(honest), Glossary())
    assert (sure.text, sure.findings) == ("A slow word.", ())
    assert (guessed.text, guessed.findings) == ("A quick word.", (GUESSED,))


def test_a_quotation_is_not_cut_from_its_particle() -> None:
    engine = Fake(lambda text: "lost")
    draft_sentences(["**「半導体」**が日本の工場で動き出した。"], engine, GLOSSARY)
    # Only the last resort, after all ways, cuts at every edge.
    assert not any(text.startswith("が") for batch in engine.shown[:-1] for text in batch)


def test_nothing_is_asked_twice_in_the_same_way() -> None:
    engine = Fake(HOSTILE["drops every placeholder"])
    draft_sentences([*JAPANESE, *JAPANESE], engine, GLOSSARY)
    for batch in engine.shown:
        assert len(set(batch)) == len(batch)


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_what_needed_the_last_resort_or_is_faulty_says_so(answer: Callable[[str], str]) -> None:
    engine = Fake(answer)
    sentence = "OpenAIは5000億ドルを日銀に渡した。"
    (draft,) = draft_sentences([sentence], engine, GLOSSARY)
    if not answer(sentence).strip():
        assert draft.text == sentence
        assert draft.findings[0] == "not translated: the engine had no words for it"
        return
    assert "$500 billion" in draft.text
    assert "OpenAI" in draft.text
    assert "Bank of Japan" in draft.text
    harmless = ("reverses everything", "drops marks", "leaves marks open")
    assert bool(draft.findings) is not (answer in [HOSTILE[name] for name in harmless])


def test_the_engine_sees_nothing_that_is_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    firm, soft = r"https?:|@|`|\.csv|🎉|!\[|\]\(", "OpenAI|大統領令|日銀|5000|令和"
    engine = Fake(HOSTILE["drops every placeholder"])
    draft_sentences(JAPANESE, engine, GLOSSARY)
    assert not any(re.search(firm, text) for batch in engine.shown for text in batch)
    assert any(re.search(soft, text) for batch in engine.shown for text in batch)
    monkeypatch.setattr(drafting, "WAYS", [way for way in WAYS if not way.shown])
    engine = Fake(HOSTILE["drops every placeholder"])
    draft_sentences(JAPANESE, engine, GLOSSARY)
    assert not any(re.search(f"{firm}|{soft}", text) for batch in engine.shown for text in batch)


def test_one_batch_an_attempt_and_only_what_failed_again() -> None:
    def moody(text: str) -> str:
        return honest(text) if "市場" not in text else "word"

    engine = Fake(moody)
    lines = ["市場は5000億ドルだ。", "これは文だ。", "日銀が動いた。"]
    draft_sentences(lines, engine, GLOSSARY)
    assert len(engine.shown[0]) == 3
    assert [len(batch) for batch in engine.shown[1:3]] == [1, 1]


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("", ""),
        ("  ", ""),
        ("2026年11月22日(日)", "Sunday, November 22, 2026"),
        ("5000億ドル", "$500 billion"),
        ("**5000億ドル**", "**$500 billion**"),
        ("https://example.org/", "https://example.org/"),
        ("🎉", "🎉"),
        ("`code`", "`code`"),
        ("大統領令", "Executive order"),
        ("OpenAI、Nvidia", "OpenAI, Nvidia"),
        ("[OpenAI](https://example.org/a)", "[OpenAI](https://example.org/a)"),
    ],
)
def test_what_needs_no_engine_never_goes_there(sentence: str, text: str) -> None:
    engine = Fake(lambda shown: "must not be asked")
    (draft,) = draft_sentences([sentence], engine, GLOSSARY)
    assert (draft.text, draft.score, draft.findings) == (text, 0.0, ())
    assert engine.shown == [] or engine.shown == [[]]


def test_more_than_eight_hidden_things_are_asked_for_in_parts() -> None:
    names = "、".join(f"Name{letter}" for letter in "ABCDEFGHIJKL")
    engine = Fake(honest)
    (draft,) = draft_sentences([names + "が参加した。"], engine, GLOSSARY)
    assert all(f"Name{letter}" in draft.text for letter in "ABCDEFGHIJKL")
    for batch in engine.shown:
        assert all(len(set(marks_of(text))) == len(marks_of(text)) <= 8 for text in batch)


def test_frames_are_taken_off_again() -> None:
    def translate(text: str) -> str:
        return {
            "⟦0⟧は1月⟦1⟧日に⟦2⟧ドルを得た。": "⟦0⟧ got ⟦2⟧ dollars on January ⟦1⟧.",
        }.get(text, "word")

    (draft,) = draft_sentences(["OpenAIは12月1日に50億ドルを得た。"], Fake(translate), GLOSSARY)
    assert draft.text == "OpenAI got $5 billion on December 1."


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        ("電力は10ギガワットだ。", "It is ⟦0⟧ tons's power.", "It is 10 gigawatts of power."),
        ("電力は10ギガワットだ。", "It is ⟦0⟧'s power.", "It is 10 gigawatts of power."),
        ("10ギガワットが要る。", "It needs ⟦0⟧ Tones.", "It needs 10 gigawatts."),
        ("10ギガワットの計画だ。", "It is a ⟦0⟧-ton plan.", "It is a 10-gigawatt plan."),
        ("20年契約を結んだ。", "It signed a ⟦0⟧ contract.", "It signed a 20-year contract."),
        ("20年契約を結んだ。", "It signed for ⟦0⟧ months.", "It signed for 20 years."),
        ("任期は約17年半だ。", "It is a ⟦0⟧-year term.", "It is an about 17.5-year term."),
        ("3年で終えた。", "It finished by ⟦0⟧ months.", "It finished in 3 years."),
        ("3年連続で増えた。", "It rose by ⟦0⟧ months a year.", "It rose for 3 straight years."),
        ("費用は**5億ドル**だ。", "The cost is £**⟦0⟧ dollars**.", "The cost is **$500 million**."),
        ("費用は**5億ドル**だ。", "The cost is **£⟦0⟧**.", "The cost is **$500 million**."),
        ("費用は**5億ドル**だ。", "The cost is **⟦0⟧** dollars.", "The cost is **$500 million**."),
        ("5億ドルの献立だ。", "It is a ⟦0⟧-dollinary menu.", "It is a $500 million menu."),
        ("それは計画だ。", "It is ≪the≫ plan.", "It is the plan."),
        ("それは「計画」だ。", "It is ≪the≫ «plan».", "It is the “plan”."),
        ("それは1日で終わる。", "It ends in 1 days.", "It ends in 1 day."),
        ("それは21日間続く。", "It lasts ⟦0⟧ days.", "It lasts 21 days."),
    ],
)
def test_amounts_read_as_english_does(source: str, answer: str, text: str) -> None:
    (draft,) = draft_sentences([source], Fake(lambda shown: answer), GLOSSARY)
    assert (draft.text, draft.findings) == (text, ())


def test_signs_that_nobody_wrote_are_reported() -> None:
    (draft,) = draft_sentences(["それは計画だ。"], Fake(lambda shown: "It is a § plan."), GLOSSARY)
    assert draft.findings == ("there are signs in it that the source has not: §",)


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        ("It grew in 3 years.", "それは⟦0⟧ヶ月で成長した。", "それは3年で成長した。"),
        ("It grew for 3 years.", "それは⟦0⟧ヶ月間成長した。", "それは3年間成長した。"),
        ("It took 10 months.", "⟦0⟧ヶ月かかった。", "10カ月かかった。"),
        ("It lasted 17.5 years.", "⟦0⟧ヶ月間続いた。", "17年半続いた。"),
        ("It took 2 hours.", "⟦0⟧時間かかった。", "2時間かかった。"),
        ("He signed Order 14320.", "彼は命令⟦0⟧に署名した。", "彼は命令14320に署名した。"),
    ],
)
def test_amounts_read_as_japanese_does(source: str, answer: str, text: str) -> None:
    (draft,) = draft_sentences([source], Fake(lambda shown: answer, "en", "ja"), GLOSSARY)
    assert (draft.text, draft.findings) == (text, ())


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        ("これは文だ。", "this is ， a sentence。", "This is, a sentence."),
        ("見出し", "A heading.", "A heading"),
        ("彼は「はい」と言った。", "He said 「yes」.", "He said “yes”."),
        ("OpenAIの社長。", "The ⟦0⟧president", "The OpenAI president."),
        ("市場は3%だ。", "The market is⟦0⟧%", "The market is 3%."),
        ("市場は3%？", "Is it ⟦0⟧% ?", "Is it 3%?"),
        ("開始は午後3時だ。", "It opens at ⟦0⟧.", "It opens at 3 p.m."),
        ("開始は**午後3時**だ。", "It opens at **⟦0⟧**.", "It opens at **3 p.m.**"),
        ("午後3時に。後で。", "At ⟦0⟧. Later.", "At 3 p.m. Later."),
    ],
)
def test_english_is_set_as_english(source: str, answer: str, text: str) -> None:
    (draft,) = draft_sentences([source], Fake(lambda shown: answer), GLOSSARY)
    assert draft.text == text


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        ("This is it.", "これ は 文 です.", "これは文です。"),
        ("A heading", "見出し。", "見出し"),
        ("He said “yes”.", "彼は“はい”と言った", "彼は「はい」と言った。"),
        ("It rose 3%.", "それは ⟦0⟧% 上がった。", "それは3%上がった。"),
        ("The market rose.", "市場,株は上がった。。", "市場、株は上がった。"),
    ],
)
def test_japanese_is_set_as_japanese(source: str, answer: str, text: str) -> None:
    engine = Fake(lambda shown: answer, "en", "ja")
    (draft,) = draft_sentences([source], engine, GLOSSARY)
    assert draft.text == text


@pytest.mark.parametrize("answer", [honest, HOSTILE["drops every placeholder"]])
def test_progress_goes_up_to_the_number_of_sentences(answer: Callable[[str], str]) -> None:
    counted: list[int] = []
    draft_sentences(JAPANESE, Fake(answer), GLOSSARY, progress=counted.append)
    assert sum(counted) == len(JAPANESE)
    assert min(counted) > 0
    assert len(counted) > 10


@pytest.mark.parametrize("direction", ["ja", "en"])
def test_the_bundled_translator_keeps_everything_in_its_place(
    direction: str, japanese_to_english: Engine, english_to_japanese: Engine
) -> None:
    engine = japanese_to_english if direction == "ja" else english_to_japanese
    languages = f"{engine.source}-{engine.target}"
    expected = read_expected(CASES / f"covering.{languages}.md")
    # A sample: the benchmark drafts every sentence and prints the shares.
    lines = (JAPANESE if direction == "ja" else ENGLISH)[::8] + MARKUP[direction][::4]
    verdicts = []
    for sentence, draft in zip(lines, draft_sentences(lines, engine, GLOSSARY), strict=True):
        assert elements(draft.text) == elements(sentence)
        assert firm(draft.text) == firm(sentence)
        if direction == "ja" and not draft.findings:
            assert not any(is_kana(char) or is_kanji(char) for char in draft.text)
        if sentence in expected:
            verdicts += judge(sentence, draft.text, expected[sentence], GLOSSARY, languages)
    wrong = [(verdict.expected.words, verdict.covered) for verdict in verdicts if not verdict.right]
    assert len(verdicts) >= 40
    assert len(wrong) <= 0.2 * len(verdicts), wrong


class TestFootnotes:
    """The engine never sees a mark; it stands where its language has it."""

    @pytest.mark.parametrize(
        ("source", "target", "sentence", "expected"),
        [
            ("ja", "en", "橋は残す[^1]。", "Word.[^1]"),
            ("ja", "en", "橋は残す。[^1][^二]", "Word.[^1][^二]"),
            ("ja", "en", "橋[^1]は残す。", "Word.[^1]"),
            ("ja", "en", "**橋[^1]**は残す。", "**Word**.[^1]"),
            ("ja", "en", "**[^1]**橋は残す。", "Word.[^1]"),
            ("ja", "en", "橋は***[^1]***残す。", "Word.[^1]"),
            ("en", "ja", "The bridge stays.[^1]", "橋は残る[^1]。"),
            ("en", "ja", "The bridge stays[^1]", "橋は残る[^1]"),
        ],
    )
    def test_stand_at_the_end(self, source: str, target: str, sentence: str, expected: str) -> None:
        def answer(text: str) -> str:
            bold = "**" in text
            end = "." * text.endswith("。") if target == "en" else "。" * text.endswith(".")
            said = "word" if target == "en" else "橋は残る"
            return f"**{said}**{end}" if bold else said + end

        engine = Fake(answer, source, target)
        (draft,) = draft_sentences([sentence], engine, Glossary())
        assert draft.text == expected
        shown = "".join(text for asked in engine.shown for text in asked)
        assert "[^" not in shown
        assert "⟦" not in shown

    def test_a_mark_that_moved_is_told(self) -> None:
        engine = Fake(honest)
        within, last = draft_sentences(["橋[^1]は残す。", "橋は残す[^1]。"], engine, Glossary())
        assert [MARK_MOVED in draft.findings for draft in (within, last)] == [True, False]
