"""What makes the translator that ships faster: settings of CTranslate2, beside the toolkit's own.

Each setting runs in a process of its own, in turn with all others, so that the machine's noise
falls on all of them; its tokens a second are divided by those of the first setting in the same
round, and the table shows the median of these ratios, of seconds and of processor seconds (on
a busy machine the steadier of the two). With ``--test FILE`` (a test set as
``newsletter models evaluate`` reads it) the sentences are that file's, and BLEU and chrF2 say
what a setting costs in quality.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.engine import prompted, read_tokenizer, sentences
from toolkit.translation.engine import BATCH_TOKENS

CODE = "ja-en"


@dataclass(frozen=True)
class Setting:
    """One way to run the model; ``tokens`` are those of the prompts in a batch, padding too."""

    name: str
    tokens: int = BATCH_TOKENS
    compute: str = "default"
    inter: int = 1
    intra: int = 0  # all cores
    sort: bool = True
    static: bool = False
    beam: int = 1
    environment: dict[str, str] = field(default_factory=dict)


BASE = Setting(f"batches of {BATCH_TOKENS:,} tokens, 1 worker with all threads")


def settings(cores: int) -> list[Setting]:
    """What is compared; the first is what the others are measured by."""
    import ctranslate2

    types = ctranslate2.get_supported_compute_types("cpu") - {"int8_float32"}  # the base's
    return [
        BASE,
        *(
            replace(BASE, name=f"batches of {tokens:,} tokens", tokens=tokens)
            for tokens in (256, 2048, 4096)
        ),
        replace(BASE, name="a sentence at a time", tokens=1),
        replace(BASE, name="not sorted by length", sort=False),
        replace(BASE, name="static prompt", static=True),
        replace(BASE, name=f"{cores} workers of 1 thread", inter=cores, intra=1),
        *(replace(BASE, name="weights in", compute=name) for name in sorted(types)),
        replace(BASE, name="threads that do not spin", environment={"KMP_BLOCKTIME": "0"}),
        replace(BASE, name="beam 2", beam=2),
        replace(BASE, name="beam 4", beam=4),
    ]


def texts(direction: tuple[str, str], test: Path | None, limit: int) -> tuple[list[str], list[str]]:
    """Sentences to translate, and a person's translations where there are some."""
    if test is None:
        return sentences(direction[0])[:limit], []
    from toolkit.translation.evaluation import read_test_set

    rows = read_test_set(test, limit)
    return list(rows.side(direction[0])), list(rows.side(direction[1]))


def measure(setting: Setting, rows: Sequence[str], target: str) -> dict[str, Any]:
    """Translate with a setting: seconds, tokens, the texts, and memory at most (MB)."""
    import ctranslate2

    from toolkit.translation.engine import ready
    from toolkit.translation.model import threads
    from toolkit.translation.package import find

    package = ready(find("ja", "en", CODE))
    generator = ctranslate2.Generator(
        str(package.path / "model"),
        device="cpu",
        compute_type=setting.compute,
        inter_threads=setting.inter,
        intra_threads=setting.intra or threads(),
    )
    tokenizer = read_tokenizer(package)
    prompts = prompted(package, tokenizer, target, rows)
    static = None
    if setting.static:
        length = package.prompt[target].index("{source}")
        static, prompts = prompts[0][:length], [prompt[length:] for prompt in prompts]
    options = {
        "max_length": 200,
        "include_prompt_in_result": False,
        "end_token": package.end,
        "static_prompt": static,
        "beam_size": setting.beam,
    }
    generator.generate_batch(prompts[:2], **options)
    start, worked = time.perf_counter(), time.process_time()
    if setting.sort:
        tokens = max(setting.tokens // setting.beam, 1)
        answers = generator.generate_batch(
            prompts, max_batch_size=tokens, batch_type="tokens", **options
        )
    else:
        size = max(1, setting.tokens * len(prompts) // sum(map(len, prompts)))
        answers = [
            answer
            for first in range(0, len(prompts), size)
            for answer in generator.generate_batch(prompts[first : first + size], **options)
        ]
    return {
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - worked,
        "tokens": sum(len(answer.sequences[0]) for answer in answers),
        "texts": [tokenizer.decode_pieces(answer.sequences[0]) for answer in answers],
        "compute": generator.compute_type,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def run(setting: Setting, rows: Sequence[str], target: str) -> dict[str, Any]:
    """``measure`` in a process of its own."""
    asked = {"setting": asdict(setting), "rows": list(rows), "target": target}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tune", "--measure"],
        input=json.dumps(asked),
        env={**os.environ, **setting.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", type=Path, help="a test set, for quality")
    parser.add_argument("--limit", type=int, default=50, help="how many sentences")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only settings whose names match this")
    parser.add_argument("--target", choices=("ja", "en"), default="en")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        asked = json.load(sys.stdin)
        print(json.dumps(measure(Setting(**asked["setting"]), asked["rows"], asked["target"])))
        return
    from toolkit.translation.evaluation import score
    from toolkit.translation.model import threads

    direction = ("ja", "en") if arguments.target == "en" else ("en", "ja")
    rows, references = texts(direction, arguments.test, arguments.limit)
    compared = [
        setting
        for setting in settings(threads())
        if setting is BASE or re.search(arguments.only, setting.name)
    ]
    found: list[list[dict[str, Any]]] = [[] for _ in compared]
    for number in range(arguments.rounds):
        for setting, runs in zip(compared, found, strict=True):
            runs.append(run(setting, rows, arguments.target))
            told = f"{runs[-1]['tokens']} tokens in {runs[-1]['seconds']:.1f} s"
            print(f"round {number + 1}, {setting.name} {setting.compute}: {told}", file=sys.stderr)
    print(
        f"{' → '.join(direction)}, {len(rows)} sentences, {threads()} threads, "
        f"{arguments.rounds} rounds; × is the speed beside the first line's\n"
    )
    print("| setting | tokens/s | × | × by processor time | BLEU / chrF2 | memory (MB) |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for setting, runs in zip(compared, found, strict=True):
        last = runs[-1]
        speed = statistics.median(run["tokens"] / run["seconds"] for run in runs)
        ratios = [
            statistics.median(
                run["tokens"] / run[clock] / (base["tokens"] / base[clock])
                for run, base in zip(runs, found[0], strict=True)
            )
            for clock in ("seconds", "processor")
        ]
        quality = "–"
        if references:
            scores = score(last["texts"], references, arguments.target)
            quality = f"{scores.bleu_nfkc:.1f} / {scores.chrf_nfkc:.1f}"
        named = (
            f"{setting.name} {last['compute']}" if setting.compute != "default" else setting.name
        )
        print(
            f"| {named} | {speed:.0f} | {ratios[0]:.2f} | {ratios[1]:.2f} | {quality} "
            f"| {last['memory']} |"
        )


if __name__ == "__main__":
    main()
