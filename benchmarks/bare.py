"""The toolkit's ``translate`` beside a bare ``generate_batch``: tokens a second, and memory.

Both work in one process with one loaded model, in turn. The bare side gets, in one call, the
very prompts that the toolkit makes of the sample issue's sentences: read, protected, cut into
pieces, all of that done before. The toolkit starts from the files, its memory filled from the
earlier issue, and ends with the catalog written. What it asks again (a sentence whose
placeholders were lost, that loops, that lacks a number) the bare side never does; these tokens
and seconds are counted apart.

First the command itself runs as an editor runs it, in a process of its own, for its peak of
memory.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.build import measure, row
from benchmarks.engine import prompted, read_tokenizer
from toolkit.translation import drafting
from toolkit.translation.engine import (
    ATTEMPTS,
    BATCH_TOKENS,
    LENGTH_FACTOR,
    LENGTH_MARGIN,
    Draft,
    PackageEngine,
    engine_of,
    ready,
)
from toolkit.translation.model import Answer, Decoding, threads
from toolkit.translation.package import find

RUNS = 3
SEEDS = Path(__file__).parents[1] / "seeds"
SLUG = "2025-12-02"
MEMORY_BAR = 900


Clock = tuple[float, float]
"""Seconds, and processor seconds."""


def clock(since: Clock = (0.0, 0.0)) -> Clock:
    """What the clocks say, or what has passed since they said something."""
    return time.perf_counter() - since[0], time.process_time() - since[1]


@dataclass
class Count:
    """Tokens and time, of what was asked first and of what was asked again."""

    tokens: int = 0
    taken: Clock = (0.0, 0.0)
    again_tokens: int = 0
    again: Clock = (0.0, 0.0)
    asked: list[str] = field(default_factory=list)


@dataclass
class Counted:
    """An ``Engine`` that counts what it does."""

    engine: PackageEngine
    count: Count
    first: bool = True
    since: Clock | None = None  # when something was first asked again in this call

    def __post_init__(self) -> None:
        self.engine = replace(
            self.engine, model=replace(self.engine.model, submit=self._counted_submit())
        )

    @property
    def source(self) -> str:
        """The language written in."""
        return self.engine.source

    @property
    def target(self) -> str:
        """The language wanted."""
        return self.engine.target

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Marks that the model copies."""
        return self.engine.placeholders

    def _counted_submit(self) -> Any:
        submit = self.engine.model.submit

        def counted(
            batch: Sequence[Sequence[str]], decoding: Decoding, longest: int
        ) -> list[Callable[[], Answer]]:
            if decoding != ATTEMPTS[0] and self.since is None:
                self.since = clock()
            return [self._counted_call(call) for call in submit(batch, decoding, longest)]

        return counted

    def _counted_call(self, call: Callable[[], Answer]) -> Callable[[], Answer]:
        again = not self.first or self.since is not None

        def counted() -> Answer:
            answer = call()
            if again:
                self.count.again_tokens += len(answer.pieces)
            else:
                self.count.tokens += len(answer.pieces)
            return answer

        return counted

    def translate(
        self,
        sentences: Sequence[str],
        *,
        attempt: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> list[Draft]:
        """Translate, and count."""
        self.since = None if self.first else clock()
        if self.first:
            self.count.asked += sentences
        drafts = self.engine.translate(sentences, attempt=attempt, progress=progress)
        if self.since is not None:
            here = clock(self.since)
            self.count.again = self.count.again[0] + here[0], self.count.again[1] + here[1]
        self.first = False
        return drafts


@contextmanager
def sample() -> Iterator[Path]:
    """A copy of the sample publication in which one issue is still to be translated."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(shutil.copytree(SEEDS, Path(temporary) / "seeds"))
        (root / "issues" / SLUG / "en.po").unlink(missing_ok=True)
        yield root


def toolkit(engine: PackageEngine) -> Count:
    """Translate the issue from its files to its catalog, and count."""
    from toolkit.document.issue import read_issue
    from toolkit.document.publication import read_publication
    from toolkit.translation.memory import open_memory
    from toolkit.translation.translate import translate_issue

    count = Count()
    counted = Counted(engine, count)
    draft_sentences = drafting.draft_sentences

    def begun(*arguments: Any, **options: Any) -> Any:
        counted.first = True
        return draft_sentences(*arguments, **options)

    with sample() as root:
        drafting.draft_sentences = begun
        try:
            publication = read_publication(root)
            with open_memory(publication):
                pass  # an editor's memory has the earlier issues from earlier weeks
            start = clock()
            publication = read_publication(root)
            issue = read_issue(publication, SLUG)
            translate_issue(publication, issue, "en", lambda *pair: counted)
            taken = clock(start)
            count.taken = taken[0] - count.again[0], taken[1] - count.again[1]
        finally:
            drafting.draft_sentences = draft_sentences
    return count


def bare(
    engine: PackageEngine, generator: Any, tokenizer: Any, asked: Sequence[str]
) -> tuple[int, Clock]:
    """Tokens and time of one ``generate_batch`` over prepared prompts."""
    prompts = prompted(engine.package, tokenizer, engine.target, asked)
    start = clock()
    answers = generator.generate_batch(
        prompts,
        max_batch_size=BATCH_TOKENS,
        batch_type="tokens",
        max_length=LENGTH_FACTOR * max(map(len, prompts)) + LENGTH_MARGIN,
        include_prompt_in_result=False,
        end_token=engine.package.end,
        return_scores=True,
    )
    return sum(len(answer.sequences[0]) for answer in answers), clock(start)


def memory() -> None:
    """Run the command, print its peak of memory.

    To be called before anything large is loaded here: a child's peak begins with its parent's.
    """
    with sample() as root:
        script = str(Path(sys.executable).with_name("newsletter"))
        ran = measure(script, "translate", SLUG, "--publication", str(root))
    print(row(f"newsletter translate {SLUG}, the process", [ran]), f"(bar: {MEMORY_BAR} MB)")


def main(runs: int = RUNS) -> None:
    """Measure and print."""
    memory()
    import ctranslate2

    package = ready(find("ja", "en", "ja-en"))
    engine = engine_of(package, "ja", "en")
    tokenizer = read_tokenizer(package)
    generator = ctranslate2.Generator(
        str(package.path / "model"), device="cpu", intra_threads=threads()
    )
    generator.generate_batch(prompted(package, tokenizer, "en", ["今日は晴れだ。"]))
    engine.translate(["今日は晴れだ。"])
    sides = []
    for number in range(runs):
        count = toolkit(engine)
        sides.append((count, *bare(engine, generator, tokenizer, count.asked)))
        print(f"run {number + 1} of {runs} is done", file=sys.stderr)

    def median(value: Callable[[Count, int, Clock], float]) -> float:
        return statistics.median(value(*side) for side in sides)

    print(
        f"Sample issue {SLUG}, ja → en, {threads()} threads, medians of {runs} runs in turn: "
        "tokens a second\n"
        f"bare generate_batch, prompts prepared {median(lambda _, n, t: n / t[0]):16.1f}"
    )
    for what, value in (
        ("newsletter translate, each asked once", once),
        ("    with what is asked again", altogether),
    ):
        rate = median(lambda count, n, t, value=value: value(count, 0))  # type: ignore[misc]
        wall, work = (
            median(lambda count, n, t, c=c, value=value: value(count, c) / (n / t[c]))  # type: ignore[misc]
            for c in (0, 1)
        )
        print(f"{what:<40}{rate:14.1f}   {wall:.0%} of it; by processor time {work:.0%}")
    print(
        f"asked again: {median(lambda count, n, t: count.again_tokens):.0f} tokens, "
        f"{median(lambda count, n, t: count.again[0]):.1f} s; bar for each asked once: 90%"
    )


def once(count: Count, by: int) -> float:
    """Tokens a second, by one of the clocks, of what was asked first."""
    return count.tokens / count.taken[by]


def altogether(count: Count, by: int) -> float:
    """Tokens a second of everything."""
    return (count.tokens + count.again_tokens) / (count.taken[by] + count.again[by])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    main(parser.parse_args().runs)
