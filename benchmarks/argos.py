"""The toolkit beside ``argostranslate.translate``: sentences a second with one package.

Argos Translate runs as users have it, from PyPI (``argos-translate-lt``, which needs neither
Stanza nor PyTorch), in an environment of its own that is made in a temporary folder. It gets
one sentence a paragraph, and its sentence splitter, whose model it would download, is told
that each paragraph is one: both sides translate the same sentences, and only Argos is spared
the work of finding them.

No package of Argos's index comes with this repository. Where ``--package`` names none, one of
their size is built: 6 + 6 layers of width 512, int8, the vocabulary of the translator that
ships. Its weights are made by hand so that it puts an English piece for every Japanese one;
so its answers have the length of the sentences, end, and bring back placeholders. What it says
means nothing. What it costs is what a model of that form costs.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine import sentences

RUNS, BEAMS = 5, (1, 4)
LAYERS, HEADS, WIDTH, POSITIONS, CODE = 6, 8, 512, 300, 224
OTHER = "argos-translate-lt>=1.12,<2"

BARE = """
import json, sys, time
from argostranslate import sbd
sbd.MiniSBDSentencizer.split_sentences = lambda self, text: [text]
from argostranslate.translate import get_translation_from_codes
texts = json.load(sys.stdin)
translation = get_translation_from_codes("ja", "en")
translation.translate(texts[0])
start = time.perf_counter()
answer = translation.translate("\\n".join(texts))
taken = time.perf_counter() - start
assert answer.count("\\n") == len(texts) - 1
print(json.dumps({"seconds": taken, "texts": answer.split("\\n")}))
"""


def build(folder: Path) -> Path:
    """Write a package of the size of Argos's that puts an English piece for a Japanese one."""
    import ctranslate2.specs
    import numpy as np
    import sentencepiece

    from toolkit.translation.engine import ready
    from toolkit.translation.package import find

    tokenizer = ready(find("ja", "en", "ja-en")).path / "sentencepiece.model"
    processor = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
    known = [processor.id_to_piece(number) for number in range(processor.get_piece_size())]
    special = ["<unk>", "<s>", "</s>"]
    pieces = special + [piece for piece in known if piece not in special]
    dice = np.random.default_rng(7)

    def codes(number: int, width: int) -> Any:
        """Random directions: any two are nearly at right angles."""
        drawn = dice.standard_normal((number, width)).astype(np.float32)
        drawn -= drawn.mean(axis=1, keepdims=True)
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    # A vector is position (64), the piece that was read (224), the piece to write (224).
    place, code = codes(POSITIONS, 64), codes(len(pieces), CODE)
    read, write = slice(64, 64 + CODE), slice(64 + CODE, WIDTH)
    spec = ctranslate2.specs.TransformerSpec.from_config(LAYERS, HEADS)
    zeros = np.zeros(WIDTH, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), zeros

    def linear(layer: Any, weight: Any) -> None:
        layer.weight = weight.astype(np.float32)
        layer.bias = np.zeros(len(weight), np.float32)

    def noise(rows: int, columns: int) -> Any:
        return 0.02 * dice.standard_normal((rows, columns))

    def idle(attention: Any, *shapes: int) -> None:
        """An attention that is computed, and of which nothing is kept."""
        norm(attention.layer_norm)
        for number, rows in enumerate(shapes):
            linear(attention.linear[number], noise(rows, WIDTH))
        linear(attention.linear[len(shapes)], np.zeros((WIDTH, WIDTH)))

    for side in (spec.encoder, spec.decoder):
        embedding = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embedding.weight = np.zeros((len(pieces), WIDTH), np.float32)
        embedding.weight[:, read] = code
        side.scale_embeddings = False
        encodings = np.zeros((POSITIONS, WIDTH), np.float32)
        encodings[:, :64] = place
        side.position_encodings.encodings = encodings
        norm(side.layer_norm)
        for layer in side.layer:
            idle(layer.self_attention, 3 * WIDTH)
            norm(layer.ffn.layer_norm)
            linear(layer.ffn.linear_0, noise(4 * WIDTH, WIDTH))
            linear(layer.ffn.linear_1, np.zeros((WIDTH, 4 * WIDTH)))
    for layer in spec.decoder.layer[:-1]:
        idle(layer.attention, WIDTH, 2 * WIDTH)
    # The last one looks from position n of the answer at position n of the source, in every head.
    attention = spec.decoder.layer[-1].attention
    norm(attention.layer_norm)
    by_place, value, kept = (np.zeros((WIDTH, WIDTH)) for _ in range(3))
    for head in range(HEADS):
        by_place[64 * head : 64 * head + 64, :64] = 1.5 * np.eye(64)
    value[:CODE, read] = np.eye(CODE)
    kept[write, :CODE] = np.eye(CODE)
    linear(attention.linear[0], by_place)
    linear(attention.linear[1], np.concatenate([by_place, value]))
    linear(attention.linear[2], kept)
    written = np.zeros((len(pieces), WIDTH), np.float32)
    written[[answer for _, answer in sorted(_answers(pieces).items())], write] = 2 * code
    linear(spec.decoder.projection, written)
    spec.config.add_source_eos = True
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.validate()
    spec.optimize(quantization="int8")
    (folder / "model").mkdir(parents=True)
    spec.save(str(folder / "model"))
    (folder / "sentencepiece.model").write_bytes(tokenizer.read_bytes())
    about = {
        "package_version": "1.0",
        "argos_version": "1.9",
        "from_code": "ja",
        "from_name": "Japanese",
        "to_code": "en",
        "to_name": "English",
    }
    (folder / "metadata.json").write_text(json.dumps(about), "utf-8")
    return folder


def _answers(pieces: list[str]) -> dict[int, int]:
    """By piece, the piece that is put for it: each once; letters and digits stay themselves."""
    japanese = [number for number, piece in enumerate(pieces) if any(c > "\u3000" for c in piece)]
    words = [
        number
        for number, piece in enumerate(pieces)
        if piece[0] == "▁" and len(piece) > 3 and piece[1:].isascii() and piece[1:].isalpha()
    ]
    answers = {number: number for number in range(len(pieces))}
    for one, other in zip(japanese, words, strict=False):
        answers[one], answers[other] = other, one
    return answers


def environment(folder: Path) -> Path:
    """The Python of an environment with Argos Translate in it, made by pip in a folder."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", OTHER]
    subprocess.run(install, check=True)
    return python


def theirs(python: Path, packages: Path, texts: list[str], beam: int) -> float:
    """Seconds that Argos Translate takes, its model loaded before."""
    from toolkit.translation.model import threads

    done = subprocess.run(
        [str(python), "-c", BARE],
        input=json.dumps(texts),
        env={
            **os.environ,
            "ARGOS_PACKAGES_DIR": str(packages),
            "ARGOS_BEAM_SIZE": str(beam),
            "ARGOS_INTRA_THREADS": str(threads()),
            "XDG_DATA_HOME": str(packages.parent),
            "XDG_CONFIG_HOME": str(packages.parent),
            "XDG_CACHE_HOME": str(packages.parent),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout)["seconds"])


def ours(package: Path, texts: list[str]) -> dict[int, Callable[[], object]]:
    """By beam: all the toolkit does at its fast way, greedy; and its engine with a beam."""
    from toolkit.document.glossary import Glossary
    from toolkit.translation.drafting import draft_sentences
    from toolkit.translation.engine import decode, engine_of
    from toolkit.translation.metadata import read_package
    from toolkit.translation.model import Decoding

    engine = engine_of(read_package(package), "ja", "en")
    engine.translate(texts[:1])

    def with_beam(beam: int) -> list[str]:
        sources = [engine.model.encode(text) for text in texts]
        answers = decode(
            engine.package,
            engine.model,
            sources,
            range(len(texts)),
            Decoding(beam_size=beam),
            lambda pieces: 256,
        )
        return [engine.model.decode(answer.pieces) for _, answer in answers]

    def all_of_it() -> None:
        drafts = draft_sentences(texts, engine, Glossary())
        assert all(draft.text for draft in drafts)

    return {beam: partial(with_beam, beam) if beam > 1 else all_of_it for beam in BEAMS}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="the folder of a package from ja to en")
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    texts = list(dict.fromkeys(sentences("ja", range(2, 10))))
    with tempfile.TemporaryDirectory() as temporary:
        packages = Path(temporary) / "packages"
        package = arguments.package or build(packages / "translate-ja_en")
        python = environment(Path(temporary) / "environment")
        work = ours(package, texts)
        print(
            f"The toolkit beside argostranslate.translate: {len(texts)} sentences, "
            f"{'a package of hand-made weights' if not arguments.package else package.name}, "
            f"medians of {arguments.runs} runs in turn"
        )
        for beam in BEAMS:
            pairs = []
            for _ in range(arguments.runs):
                start = time.perf_counter()
                work[beam]()
                mine = time.perf_counter() - start
                pairs.append((mine, theirs(python, package.parent, texts, beam)))
            rates = [len(texts) / statistics.median(side) for side in zip(*pairs, strict=True)]
            ratio = statistics.median(other / mine for mine, other in pairs)
            what = "newsletter translate, whole" if beam == 1 else "the toolkit's engine"
            print(
                f"beam {beam}: {what:<28}{rates[0]:7.1f} sentences/s   "
                f"argostranslate {rates[1]:6.1f}   {ratio:.1f} times as fast"
            )


if __name__ == "__main__":
    main()
