"""The translator that comes with the toolkit: assembling, loading, and sentences a second.

Attempt 0 (greedy) and the attempt with a beam run in turn on the same sentences, both ways, so
that the machine's noise falls on both; medians over the runs. Then marked-up sentences of the
tests are drafted, and the shares are printed of those that are whole, and of the spans that
stand on the right words; ``--drafts`` does that alone.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.translation.metadata import Package

RUNS = 3
TOKENIZER = "sentencepiece.model"
CASES = Path(__file__).parents[1] / "tests" / "translation" / "cases"
TERMS = (
    ("半導体", "semiconductors"),
    ("大統領令", "executive order"),
    ("日銀", "Bank of Japan"),
    ("生成AI", "generative AI"),
)

JAPANESE = (
    "政府は{0}月、{1}の研究を支える新しい計画を発表した。",
    "{1}の利用者は増え続けているが、収益はまだ安定していない。",
    "この工場では、来年の春から{1}に使う部品が作られる予定である。",
    "専門家は、{1}の需要が{0}年以内に二倍になると見ている。",
    "会社は{1}への投資を増やし、{0}つの研究所を新しく設ける。",
)
ENGLISH = (
    "The government announced a new plan in {0} steps to support research on {1}.",
    "The number of people who use {1} keeps growing, but revenue is not yet stable.",
    "The plant will begin to make parts for {1} next spring.",
    "Experts believe that demand for {1} will double within {0} years.",
    "The company will invest more in {1} and open {0} new laboratories.",
)
THEMES = {
    "ja": ("電池", "半導体", "人工知能", "医療", "衛星"),
    "en": ("batteries", "chips", "artificial intelligence", "medicine", "satellites"),
}

PROCESS = """
import time
start = time.perf_counter()
from toolkit.translation.engine import open_engine
engine = open_engine("ja", "en", "ja-en")
print(time.perf_counter() - start)
"""


def sentences(language: str, numbers: Sequence[int] = (2, 7)) -> list[str]:
    """Sentences, 25 for each number; the number stands in some of them."""
    shapes = JAPANESE if language == "ja" else ENGLISH
    themes = THEMES[language]
    return [
        shape.format(number, theme) for number in numbers for shape in shapes for theme in themes
    ]


def read_tokenizer(package: "Package") -> Any:
    """The SentencePiece model of a package."""
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(package.path / TOKENIZER))


def prompted(
    package: "Package", tokenizer: Any, target: str, texts: Sequence[str]
) -> list[list[str]]:
    """Texts as the prompts of a decoder-only package."""
    from toolkit.translation.metadata import SOURCE
    from toolkit.translation.model import compatible

    prompt = package.prompt[target]
    place = prompt.index(SOURCE)
    return [
        [
            *prompt[:place],
            *tokenizer.encode(compatible(text), out_type=str),
            *prompt[place + 1 :],
        ]
        for text in texts
    ]


def timed(work: Callable[[], object]) -> float:
    """Seconds some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def loading(packages: Path) -> float:
    """Seconds from nothing imported to an open engine, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", PROCESS],
        env={**os.environ, "ARGOS_PACKAGES_DIR": str(packages)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ran.stdout)


def shown(name: str, seconds: list[float]) -> str:
    """A line of the table: median, and the spread."""
    return (
        f"{name:<42}{statistics.median(seconds):8.2f} s   ({min(seconds):.2f}–{max(seconds):.2f})"
    )


def drafting(language: str, package: str = "ja-en") -> None:
    """Draft the marked-up sentences of the tests: processor time, what came back, and memory."""
    from benchmarks.covering import judge, read_expected, shares
    from toolkit.document.glossary import Glossary, Term
    from toolkit.translation.drafting import draft_sentences
    from toolkit.translation.engine import open_engine
    from toolkit.translation.inline import elements

    lines = (CASES / f"markup.{language}.md").read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line and not line.startswith("#")]
    target = "en" if language == "ja" else "ja"
    engine = open_engine(language, target, package)
    engine.translate([texts[0]])
    terms = Glossary(tuple(Term(ja, en) for ja, en in TERMS))
    start = time.process_time()
    drafts = draft_sentences(texts, engine, terms)
    seconds = time.process_time() - start
    pairs = [(elements(s), elements(d.text)) for s, d in zip(texts, drafts, strict=True)]
    parsed = sum(there == here for there, here in pairs)
    kinds = ("link", "code", "image")
    firm = sum(
        all(here[kind, where] == count for (kind, where), count in there.items() if kind in kinds)
        for there, here in pairs
    )
    flagged = sum(bool(draft.findings) for draft in drafts)
    pieces = sum("piece by piece" in " ".join(draft.findings) for draft in drafts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    languages = f"{language}-{target}"
    expected = read_expected(CASES / f"covering.{languages}.md")
    verdicts = [
        verdict
        for text, draft in zip(texts, drafts, strict=True)
        if text in expected
        for verdict in judge(text, draft.text, expected[text], terms, languages)
    ]
    print(
        f"{language} → {target}, {len(texts)} marked-up sentences: "
        f"{seconds:.1f} s of processor time\n"
        f"    links, code and images back {firm / len(texts):.1%}, same inline elements "
        f"{parsed / len(texts):.1%}, with a finding {flagged / len(texts):.1%}, "
        f"piece by piece {pieces / len(texts):.1%}; memory at most {memory} MB\n"
        f"    {shares(verdicts)}"
    )


def main(runs: int = RUNS) -> None:
    """Measure and print."""
    from toolkit.translation import bundled
    from toolkit.translation.engine import open_engine
    from toolkit.translation.model import threads

    print(f"Translation engine ({threads()} threads, medians of {runs} runs)")
    with tempfile.TemporaryDirectory() as temporary:
        homes = [Path(temporary) / str(run) for run in range(runs)]
        assembling = [timed(partial(bundled.assemble, home)) for home in homes]
        print(shown("assemble the parts (once a machine)", assembling))
        print(shown("import and load (once a process)", [loading(home) for home in homes]))
    for source, target in (("ja", "en"), ("en", "ja")):
        engine = open_engine(source, target, "ja-en")
        texts = sentences(source)
        engine.translate(texts[:2])
        taken: dict[int, list[float]] = {0: [], 2: []}
        for _ in range(runs):
            for attempt, seconds in taken.items():
                seconds.append(timed(partial(engine.translate, texts, attempt=attempt)))
        for attempt, seconds in taken.items():
            rate = len(texts) / statistics.median(seconds)
            line = shown(f"{source} → {target}, {len(texts)} sentences, attempt {attempt}", seconds)
            print(f"{line}   {rate:.1f} sentences/s")
    for language in ("ja", "en"):
        drafting(language)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--drafts", action="store_true", help="only draft marked-up sentences")
    arguments = parser.parse_args()
    if arguments.drafts:
        for language in ("ja", "en"):
            drafting(language)
    else:
        main(arguments.runs)
