"""Pairs → batches of numbered pieces, the same ones for the same seed.

A round is every example of the newsroom once, in both directions and with fresh markup
(``markup``), and as many examples of the replay sample as it is to be mixed with. A batch holds
examples of about the same length, so that little of it is padding.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from toolkit.errors import ContentError
from toolkit.training.course import LONGEST
from toolkit.training.markup import marked_up
from toolkit.training.pairs import Pair
from toolkit.translation.metadata import SOURCE, Package
from toolkit.translation.model import load


@dataclass(frozen=True)
class Example:
    """What the model reads and writes: prompt and source, then the answer.

    Attributes:
        pieces: numbers of pieces, all of them.
        asked: how many of them are the prompt and the source.
        target: the language of the answer.
        replayed: whether it is a general one, of which nothing new is to be learned.
    """

    pieces: tuple[int, ...]
    asked: int
    target: str
    replayed: bool = False


Batch = tuple[Example, ...]
Encode = Callable[[Pair, str], Example]
"""Makes the example that translates a pair into a language."""


def encoder(package: Package) -> Encode:
    """How a package's model reads pairs.

    Raises:
        ContentError: its vocabulary cannot be read.
        MissingError: its model cannot be loaded.
    """
    path = package.path / "model" / "vocabulary.json"
    try:
        pieces = json.loads(path.read_text("utf-8"))
        numbers = {piece: number for number, piece in enumerate(pieces)}
    except (OSError, ValueError, TypeError) as error:
        raise ContentError(f"cannot be read ({error}): install the package again", path) from None
    models = {target: load(package, target) for target in package.prompt}

    def encode(pair: Pair, target: str) -> Example:
        model, prompt = models[target], package.prompt[target]
        place = prompt.index(SOURCE)
        source, answer = (pair.ja, pair.en) if target == "en" else (pair.en, pair.ja)
        asked = [*prompt[:place], *model.encode(source), *prompt[place + 1 :]]
        written = [*asked, *model.encode(answer), package.end]
        unknown = numbers.get("<unk>", 0)
        return Example(tuple(numbers.get(piece, unknown) for piece in written), len(asked), target)

    return encode


@dataclass(frozen=True)
class Material:
    """What is trained on.

    Attributes:
        pairs: the newsroom's.
        replay: general ones, so that nothing else is forgotten.
        share: how many replayed examples come with each example of the newsroom's.
        encode: see ``Encode``.
        tokens: about how many pieces a batch holds, padding included.
        placeholders: what the model was trained to copy.
    """

    pairs: Sequence[Pair]
    replay: Sequence[Pair]
    share: float
    encode: Encode
    tokens: int
    placeholders: Sequence[str]


def rounds(material: Material, seed: int) -> Iterator[list[Batch]]:
    """The batches of each round, without end.

    Replay goes through its sample in an order of its own before any of it comes again.
    """
    order: list[tuple[int, str]] = []
    number = 0
    while True:
        # A generator for each round: a run that goes on half-way draws what it would have drawn.
        draw = random.Random(f"{seed}/{number}")  # noqa: S311
        examples = [
            material.encode(marked_up(pair, material.placeholders, draw), target)
            for pair in material.pairs
            for target in ("en", "ja")
        ]
        wanted = round(material.share * len(examples)) if material.replay else 0
        while len(order) < wanted:
            again = [
                (place, target) for place in range(len(material.replay)) for target in ("en", "ja")
            ]
            draw.shuffle(again)
            order += again
        chosen, order = order[:wanted], order[wanted:]
        for place, target in chosen:
            pair = marked_up(material.replay[place], material.placeholders, draw)
            examples.append(replace(material.encode(pair, target), replayed=True))
        batches = batched(examples, material.tokens)
        draw.shuffle(batches)
        yield batches
        number += 1


def batched(examples: Sequence[Example], tokens: int) -> list[Batch]:
    """Examples, sorted by length and cut where a batch would hold more than ``tokens`` pieces."""
    batches: list[Batch] = []
    batch: list[Example] = []
    for example in sorted(examples, key=lambda example: (len(example.pieces), example.pieces)):
        if len(example.pieces) > LONGEST:
            continue
        if batch and len(example.pieces) * (len(batch) + 1) > tokens:
            batches.append(tuple(batch))
            batch = []
        batch.append(example)
    if batch:
        batches.append(tuple(batch))
    return batches


def sides(pairs: Sequence[Pair], encode: Encode) -> Mapping[str, list[Example]]:
    """Examples of pairs as they are, by the language of the answer."""
    return {target: [encode(pair, target) for pair in pairs] for target in ("en", "ja")}
