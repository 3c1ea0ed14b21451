"""Real translation packages, made by hand in a moment: dictionaries that a Transformer looks up.

Each token is a direction of its own, and so is each position. The decoder's cross-attention
compares positions, so that word n of the answer looks at word n of the source, or at another
that it is told to; its value matrix is the dictionary. What such a model must answer can be
said before it is run.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ctranslate2.specs
import numpy as np
import sentencepiece

POSITIONS = 160


def tokenizer(words: Mapping[str, str]) -> bytes:
    """A SentencePiece model in which every word of a dictionary is a piece."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e", "あ い う え お"]),
        model_writer=model,
        model_type="char",
        vocab_size=40 + len({*words, *words.values()}),
        hard_vocab_limit=False,
        user_defined_symbols=sorted({*words, *words.values()} - {"</s>"}),
        minloglevel=2,
    )
    return model.getvalue()


def dictionary_model(
    folder: Path, pieces: list[str], words: Mapping[str, str], ends: bool, order: Sequence[int] = ()
) -> None:
    """Write an encoder-decoder model that puts ``words[piece]`` for each piece.

    Args:
        folder: where CTranslate2's files go.
        pieces: the vocabulary, of source and target alike.
        words: the dictionary; a piece that is not in it stays.
        ends: whether it knows when to stop.
        order: which piece of the source the first, second … piece of the answer looks at;
            from its end on, as they stand.
    """
    size = len(pieces)
    width = POSITIONS + 2 * size  # position, token read, token to write
    spec = ctranslate2.specs.TransformerSpec.from_config(1, 1)
    zeros, square = np.zeros(width, np.float32), np.zeros((width, width), np.float32)
    embeddings = np.zeros((size, width), np.float32)
    embeddings[:, POSITIONS : POSITIONS + size] = np.eye(size)
    positions = np.zeros((POSITIONS, width), np.float32)
    positions[:, :POSITIONS] = np.eye(POSITIONS)
    by_position, look_up = square.copy(), square.copy()
    by_position[:POSITIONS, :POSITIONS] = 3 * np.eye(POSITIONS)
    asking = by_position.copy()
    for place, looked_at in enumerate(order):
        asking[:POSITIONS, place] = by_position[:POSITIONS, looked_at]
    for number, piece in enumerate(pieces):
        answer = pieces.index(words.get(piece, piece))
        look_up[POSITIONS + size + answer, POSITIONS + number] = 1

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(width, np.float32), zeros

    def linear(layer: Any, weight: np.ndarray[Any, Any]) -> None:
        layer.weight, layer.bias = weight, np.zeros(len(weight), np.float32)

    for side in (spec.encoder, spec.decoder):
        embedding = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embedding.weight = embeddings
        side.scale_embeddings = False
        side.position_encodings.encodings = positions
        norm(side.layer_norm)
        (layer,) = side.layer
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], np.zeros((3 * width, width), np.float32))
        linear(layer.self_attention.linear[1], square)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, square)
        linear(layer.ffn.linear_1, square)
    attention = spec.decoder.layer[0].attention
    norm(attention.layer_norm)
    linear(attention.linear[0], asking)
    linear(attention.linear[1], np.concatenate([by_position, look_up]))
    linear(attention.linear[2], np.eye(width, dtype=np.float32))
    written = np.zeros((size, width), np.float32)
    written[:, POSITIONS + size :] = 5 * np.eye(size)
    linear(spec.decoder.projection, written)
    if not ends:
        spec.decoder.projection.bias[pieces.index("</s>")] = -100
    spec.config.add_source_eos = True
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.validate()
    spec.optimize()
    folder.mkdir(parents=True)
    spec.save(str(folder))


def dictionary_package(
    folder: Path,
    words: Mapping[str, str],
    *,
    ends: bool = True,
    order: Sequence[int] = (),
    **metadata: Any,
) -> Path:
    """Make the folder of an Argos package that translates by a dictionary, word for word."""
    processor = sentencepiece.SentencePieceProcessor()
    proto = tokenizer(words)
    processor.LoadFromSerializedProto(proto)
    pieces = [processor.id_to_piece(number) for number in range(processor.get_piece_size())]
    dictionary_model(folder / "model", pieces, words, ends, order)
    (folder / "sentencepiece.model").write_bytes(proto)
    about = {
        "package_version": "1.0",
        "argos_version": "1.9",
        "from_code": "ja",
        "from_name": "Japanese",
        "to_code": "en",
        "to_name": "English",
        **metadata,
    }
    (folder / "metadata.json").write_text(json.dumps(about), "utf-8")
    return folder


def zipped(folder: Path, to: Path) -> Path:
    """A package's folder as an ``.argosmodel``."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path(folder.name) / path.relative_to(folder))
    return to
