"""The toolkit's ``translate`` beside a bare ``generate_batch``: tokens a second, and memory.

Both work in one process with one loaded model, in turn. The bare side gets, in one call, the
very prompts that the toolkit makes of the sample issue's sentences: read, protected, cut into
pieces, all of that done before. The toolkit starts from the files and ends with the catalog
written. What it asks again (a sentence whose placeholders were lost, that loops, that lacks a
number) the bare side never does; these tokens and seconds are counted apart.

Then the command itself runs as an editor runs it, in processes of their own: once with
everything to translate, for its peak of memory, and again with nothing changed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

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
MEMORY_BAR, AGAIN_BAR = 900, 0.5


@dataclass
class Count:
    """Tokens and seconds, of what was asked first and of what was asked again."""

    tokens: int = 0
    seconds: float = 0.0
    again_tokens: int = 0
    again_seconds: float = 0.0
    asked: list[str] = field(default_factory=list)


@dataclass
class Counted:
    """An ``Engine`` that counts what it does."""

    engine: PackageEngine
    count: Count
    first: bool = True
    since: float | None = None  # when something was first asked again in this call

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
                self.since = time.perf_counter()
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
        self.since = None if self.first else time.perf_counter()
        if self.first:
            self.count.asked += sentences
        drafts = self.engine.translate(sentences, attempt=attempt, progress=progress)
        if self.since is not None:
            self.count.again_seconds += time.perf_counter() - self.since
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
            start = time.perf_counter()
            publication = read_publication(root)
            issue = read_issue(publication, SLUG)
            translate_issue(publication, issue, "en", lambda *pair: counted)
            count.seconds = time.perf_counter() - start - count.again_seconds
        finally:
            drafting.draft_sentences = draft_sentences
    return count


def bare(
    engine: PackageEngine, generator: Any, tokenizer: Any, asked: Sequence[str]
) -> tuple[int, float]:
    """Tokens and seconds of one ``generate_batch`` over prepared prompts."""
    prompts = prompted(engine.package, tokenizer, engine.target, asked)
    start = time.perf_counter()
    answers = generator.generate_batch(
        prompts,
        max_batch_size=BATCH_TOKENS,
        batch_type="tokens",
        max_length=LENGTH_FACTOR * max(map(len, prompts)) + LENGTH_MARGIN,
        include_prompt_in_result=False,
        end_token=engine.package.end,
        return_scores=True,
    )
    return sum(len(answer.sequences[0]) for answer in answers), time.perf_counter() - start


def command(root: Path) -> tuple[float, float, int]:
    """Seconds, processor seconds and peak memory (MB) of the command on the sample issue.

    To be called before anything large is loaded here: a child's peak of memory begins with
    its parent's.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "toolkit.cli", "translate", SLUG, "--publication", str(root)],
        # As installed: with compiled modules, wherever they may be kept.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(root / "pyc")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def command_runs(runs: int) -> None:
    """Run the command with everything to do, and again with nothing, and print."""
    with sample() as root:
        seconds, _, memory = command(root)
        print(
            f"newsletter translate {SLUG}, a process: {seconds:.1f} s, "
            f"memory at most {memory} MB (bar: {MEMORY_BAR})"
        )
        again = [command(root) for _ in range(runs)]
    seconds, processor, memory = map(statistics.median, zip(*again, strict=True))
    print(
        f"again, nothing changed: {seconds:.2f} s, {processor:.2f} s of processor time "
        f"(bar: {AGAIN_BAR}), {memory:.0f} MB"
    )


def main(runs: int = RUNS) -> None:
    """Measure and print."""
    command_runs(runs)
    import ctranslate2

    package = ready(find("ja", "en", "ja-en"))
    engine = engine_of(package, "ja", "en")
    tokenizer = read_tokenizer(package)
    generator = ctranslate2.Generator(
        str(package.path / "model"), device="cpu", intra_threads=threads()
    )
    generator.generate_batch(prompted(package, tokenizer, "en", ["今日は晴れだ。"]))
    engine.translate(["今日は晴れだ。"])
    ratios, whole, shown = [], [], []
    for _ in range(runs):
        count = toolkit(engine)
        tokens, seconds = bare(engine, generator, tokenizer, count.asked)
        rate = tokens / seconds
        mine = count.tokens / count.seconds
        both = (count.tokens + count.again_tokens) / (count.seconds + count.again_seconds)
        ratios.append(mine / rate)
        whole.append(both / rate)
        shown.append((rate, mine, both, count.again_tokens, count.again_seconds))
    bare_rate, mine, both, again, again_seconds = (
        statistics.median(column) for column in zip(*shown, strict=True)
    )
    print(f"Sample issue {SLUG}, ja → en, medians of {runs} runs in turn (tokens a second)")
    print(f"bare generate_batch, prompts prepared          {bare_rate:8.1f}")
    print(
        f"newsletter translate, each sentence once       {mine:8.1f}   "
        f"{statistics.median(ratios):.0%} of it (bar: 90%)"
    )
    print(
        f"    with what is asked again ({again:.0f} tokens, {again_seconds:.1f} s)"
        f" {both:8.1f}   {statistics.median(whole):.0%}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    main(parser.parse_args().runs)
