"""A package's model in memory: pieces of text in, pieces of text out, by CTranslate2.

What a decoder-only model reads is normalised by NFKC, as what it was trained on, except where
NFKC loses the sense: a circled number would melt into the word after it (①研究 → 1研究), so it
becomes ``(1)``; ``™``, ``²`` and ``½`` stay as they are. Nothing in the text can act as a
control piece: SentencePiece never makes one of text, and pieces of a package's own that it
would make (``<2en>`` written out) are spelled character by character.
"""

import os
import unicodedata
from array import array
from collections.abc import Callable, Sequence, Set
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from toolkit.document.japanese import is_kana, is_kanji
from toolkit.errors import MissingError
from toolkit.translation.metadata import DECODER_ONLY, SOURCE, TOKENIZERS, Package


@dataclass(frozen=True)
class Decoding:
    """A way to search for a translation; but for the last the names are CTranslate2's.

    ``native`` never takes one of the model's ``foreign`` pieces.
    """

    beam_size: int = 1
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    native: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """What CTranslate2 is told."""
        values = asdict(self)
        del values["native"]
        return values


@dataclass(frozen=True)
class Answer:
    """What a model wrote.

    Attributes:
        pieces: of text.
        score: their mean log probability.
        ended: whether it came to an end.
        attention: for each piece, how much an encoder-decoder model looked at each piece of its
            source. CTranslate2 returns the heads that a model was trained to align with, else
            the first head of the last layer.
    """

    pieces: tuple[str, ...]
    score: float
    ended: bool
    attention: tuple[Sequence[float], ...] = ()


@dataclass(frozen=True)
class Model:
    """A model that is loaded.

    Attributes:
        encode: a text as the pieces the model reads.
        decode: pieces as text.
        submit: start on a batch of encoded texts (with a way of decoding and the longest answer
            in pieces); the calls it returns wait for an answer each.
        parallel: how many batches are worked on at once.
        foreign: pieces that no text in the target language holds, where it can do without.
    """

    encode: Callable[[str], list[str]]
    decode: Callable[[Sequence[str]], str]
    submit: Callable[[Sequence[Sequence[str]], Decoding, int], list[Callable[[], Answer]]]
    parallel: int
    foreign: frozenset[str] = frozenset()


def load(package: Package, target: str) -> Model:
    """The model of a package, for one target language; its weights are loaded once a process.

    Raises:
        MissingError: it cannot be loaded: files are missing, damaged, or of an unknown form.
    """
    build = _decoder_only if package.architecture == DECODER_ONLY else _encoder_decoder
    try:
        return build(package, target)
    except (RuntimeError, ValueError, OSError, MemoryError) as error:
        raise MissingError(
            f"the package {package.code} cannot be loaded ({error}): remove it with `newsletter "
            "models remove` and install it again",
            package.path,
        ) from None


def _decoder_only(package: Package, target: str) -> Model:
    generator = _weights("Generator", package.path, _stamp(package))
    processor = _sentencepiece(package.path / TOKENIZERS[0], _stamp(package))
    prompt = package.prompt[target]
    place = prompt.index(SOURCE)
    before, after = prompt[:place], prompt[place + 1 :]
    control = {piece for pieces in package.prompt.values() for piece in pieces if piece != SOURCE}
    control.add(package.end)
    for piece in sorted(control):
        if processor.piece_to_id(piece) == processor.unk_id():
            raise ValueError(f"its vocabulary lacks {piece}")

    foreign = _foreign(processor, target)
    never = [[piece] for piece in sorted(control - {package.end})]
    never_foreign = never + [[piece] for piece in sorted(foreign)]

    def encode(text: str) -> list[str]:
        return _spelled(processor, compatible(text), control)

    def submit(
        batch: Sequence[Sequence[str]], decoding: Decoding, longest: int
    ) -> list[Callable[[], Answer]]:
        pending = generator.generate_batch(
            [[*before, *pieces, *after] for pieces in batch],
            include_prompt_in_result=False,
            end_token=package.end,
            suppress_sequences=never_foreign if decoding.native else never,
            max_length=longest,
            return_scores=True,
            asynchronous=True,
            **decoding.options,
        )
        return [partial(_answer, one, "sequences", longest) for one in pending]

    return Model(encode, processor.decode_pieces, submit, generator.num_generators, foreign)


def _foreign(processor: Any, target: str) -> frozenset[str]:
    """The pieces that no text in a language holds: in English, kana and kanji."""
    if target != "en":
        return frozenset()
    pieces = map(processor.id_to_piece, range(processor.get_piece_size()))
    japanese = {piece for piece in pieces if any(is_kana(char) or is_kanji(char) for char in piece)}
    # The bytes that they begin with in UTF-8, for what is spelled in bytes.
    return frozenset(japanese | {f"<0x{byte:X}>" for byte in range(0xE3, 0xEA)})


def _encoder_decoder(package: Package, target: str) -> Model:
    translator = _weights("Translator", package.path, _stamp(package))
    prefix = [package.target_prefix] if package.target_prefix else []
    control = {"<s>", "</s>", "<unk>", "<pad>", *prefix}
    decode: Callable[[Sequence[str]], str]
    if (package.path / TOKENIZERS[0]).is_file():
        processor = _sentencepiece(package.path / TOKENIZERS[0], _stamp(package))
        encode = partial(_spelled, processor, control=control)
        decode = processor.decode_pieces
    else:
        from argostranslate.tokenizer import BPETokenizer

        source = next(source for source, reached in package.pairs if reached == target)
        words = BPETokenizer(package.path / TOKENIZERS[1], source, target)
        words.lazy_load()
        encode, decode = words.encode, words.decode

    def submit(
        batch: Sequence[Sequence[str]], decoding: Decoding, longest: int
    ) -> list[Callable[[], Answer]]:
        pending = translator.translate_batch(
            [list(pieces) for pieces in batch],
            target_prefix=[prefix] * len(batch) if prefix else None,
            replace_unknowns=True,
            return_attention=True,
            max_decoding_length=longest,
            return_scores=True,
            asynchronous=True,
            **decoding.options,
        )
        return [partial(_answer, one, "hypotheses", longest, len(prefix)) for one in pending]

    return Model(encode, decode, submit, translator.num_translators)


def _answer(pending: Any, field: str, longest: int, prefix: int = 0) -> Answer:
    result = pending.result()
    pieces = getattr(result, field)[0]
    # CTranslate2 divides the sum by the length (its length_penalty is 1 by default).
    rows = getattr(result, "attention", None) or [[]]
    attention = tuple(array("f", row) for row in rows[0][prefix:])
    ended = len(pieces) < longest
    return Answer(tuple(pieces[prefix:]), min(0.0, result.scores[0]), ended, attention)


def threads() -> int:
    """How many threads to compute with: ``OMP_NUM_THREADS``, else one for each core we may use."""
    number = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if number.isdecimal() and int(number) > 0:
        return int(number)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _stamp(package: Package) -> tuple[int, ...]:
    """What changes when a package is replaced by another in the same place."""
    stat = (package.path / "model" / "model.bin").stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=2)
def _weights(kind: str, path: Path, stamp: tuple[int, ...]) -> Any:
    import ctranslate2

    # Two batches of four threads are faster than one of eight; below that one batch is.
    cores = threads()
    batches = max(1, cores // 4)
    return getattr(ctranslate2, kind)(
        str(path / "model"), device="cpu", inter_threads=batches, intra_threads=cores // batches
    )


@lru_cache(maxsize=4)
def _sentencepiece(path: Path, stamp: tuple[int, ...]) -> Any:
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor()
    # From bytes: SentencePiece opens no path with characters the locale cannot encode.
    processor.LoadFromSerializedProto(path.read_bytes())
    return processor


def _spelled(processor: Any, text: str, control: Set[str]) -> list[str]:
    """The pieces of a text; a control piece written out in it is spelled in characters."""
    pieces: list[str] = processor.encode(text, out_type=str)
    if control.isdisjoint(pieces):
        return pieces
    return [part for piece in pieces for part in (piece if piece in control else (piece,))]


def compatible(text: str) -> str:
    """A text in NFKC, but for what loses its sense there (see above)."""
    parts = []
    for circled_or_kept, characters in groupby(text, _loses_sense):
        if not circled_or_kept:
            parts.append(unicodedata.normalize("NFKC", "".join(characters)))
            continue
        for character in characters:
            kind, *codes = unicodedata.decomposition(character).split()
            inside = "".join(chr(int(code, 16)) for code in codes)
            parts.append(f"({inside})" if kind == "<circle>" else character)
    return "".join(parts)


def _loses_sense(character: str) -> bool:
    return unicodedata.decomposition(character).startswith(("<circle>", "<super>", "<fraction>"))
