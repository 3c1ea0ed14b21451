"""A package like the one that comes with the toolkit, but tiny: random weights, in a moment.

CTranslate2's own specification writes it, so that what reads it is checked against another
hand. Beside it a language small enough to be learned in seconds: who does what, in both.
"""

import io
import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import common_spec, transformer_spec

SIGNS = [f"⟦{number}⟧" for number in range(8)]

PEOPLE = {"猫": "The cat", "犬": "The dog", "鳥": "The bird", "馬": "The horse", "私": "I"}
THINGS = {"魚": "a fish", "本": "a book", "水": "the water", "花": "a flower"}
ACTS = {"見た": "saw", "運んだ": "carried", "忘れた": "forgot"}


def sentences() -> list[tuple[str, str]]:
    """Sixty sentences in both languages."""
    return [
        (f"{ja}は{thing_ja}を{act_ja}。", f"{en} {act_en} {thing_en}.")
        for (ja, en), (thing_ja, thing_en), (act_ja, act_en) in product(
            PEOPLE.items(), THINGS.items(), ACTS.items()
        )
    ]


def tsv(pairs: Sequence[tuple[str, str]], path: Path) -> Path:
    """Write pairs as Japanese, tab, English."""
    path.write_text("".join(f"{ja}\t{en}\n" for ja, en in pairs), "utf-8")
    return path


def tokenizer() -> tuple[bytes, list[str]]:
    """A SentencePiece model of words and characters, and its pieces."""
    model = io.BytesIO()
    words = [*PEOPLE.values(), *THINGS.values(), *ACTS.values()]
    parts = {"▁" + word for phrase in words for word in phrase.split()}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([side for pair in sentences() for side in pair] + ["0 1 2 3 4 5"]),
        model_writer=model,
        model_type="char",
        vocab_size=400,
        hard_vocab_limit=False,
        normalization_rule_name="identity",
        pad_id=0,
        pad_piece="<pad>",
        eos_id=1,
        eos_piece="<eos>",
        bos_id=2,
        bos_piece="<bos>",
        unk_id=3,
        user_defined_symbols=["<2en>", "<2ja>", "<sep>", *SIGNS, *sorted(parts)],
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor()
    processor.LoadFromSerializedProto(model.getvalue())
    pieces = [processor.id_to_piece(number) for number in range(processor.get_piece_size())]
    return model.getvalue(), pieces


def model(
    folder: Path,
    pieces: list[str],
    *,
    layers: int = 2,
    width: int = 48,
    heads: int = 4,
    shared: int = 1,
    head: int = 16,
    window: int = 0,
    seed: int = 0,
    quantization: str | None = "int8",
) -> None:
    """Write a Gemma 3 with random weights; every second layer sees ``window`` words."""
    draw = np.random.default_rng(seed)

    def weight(rows: int, columns: int) -> np.ndarray[Any, Any]:
        return draw.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)

    def norm(layer: Any, size: int) -> None:
        layer.gamma = draw.normal(0, 0.1, size).astype(np.float32)
        layer.layer_norm_use_residual = True

    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        layers,
        heads,
        activation=common_spec.Activation.GELUTanh,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=head,
        rotary_interleave=False,
        rotary_base=1e4,
        num_heads_kv=shared,
        head_dim=head,
        sliding_window=window,
        pre_post_layer_norm=True,
        qk_norm=True,
    )
    decoder = spec.decoder
    decoder.scale_embeddings = True
    decoder.start_from_zero_embedding = False
    listed = isinstance(decoder.embeddings, list)
    embedding = decoder.embeddings[0] if listed else decoder.embeddings
    embedding.weight = weight(len(pieces), width)
    decoder.projection.weight = embedding.weight
    norm(decoder.layer_norm, width)
    hidden = 2 * width
    for number, layer in enumerate(decoder.layer):
        attention = layer.self_attention
        attention.rotary_base = np.dtype("float32").type(1e6 if number % 2 else 1e4)
        attention.sliding_window = np.dtype("int32").type(0 if number % 2 else window)
        for one in (
            layer.input_layer_norm,
            layer.post_attention_layer_norm,
            layer.pre_feedforward_layer_norm,
            layer.post_feedforward_layer_norm,
        ):
            norm(one, width)
        norm(attention.q_norm, head)
        norm(attention.k_norm, head)
        attention.linear[0].weight = weight((heads + 2 * shared) * head, width)
        attention.linear[1].weight = weight(width, heads * head)
        layer.ffn.linear_0.weight = weight(hidden, width)
        layer.ffn.linear_0_noact.weight = weight(hidden, width)
        layer.ffn.linear_1.weight = weight(width, hidden)
    spec.register_vocabulary(pieces)
    spec.config.bos_token, spec.config.eos_token = "<bos>", "<eos>"
    spec.config.unk_token, spec.config.layer_norm_epsilon = "<unk>", 1e-6
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True)
    spec.save(str(folder))


def package(folder: Path, **shape: Any) -> Path:
    """Make the folder of a package with such a model."""
    proto, pieces = tokenizer()
    model(folder / "model", pieces, **shape)
    (folder / "sentencepiece.model").write_bytes(proto)
    about = {
        "package_version": "1.0",
        "type": "translate",
        "languages": [{"code": "ja", "name": "Japanese"}, {"code": "en", "name": "English"}],
        "architecture": "decoder-only",
        "prompt": {
            target: ["<bos>", f"<2{target}>", "{source}", "<sep>"] for target in ("en", "ja")
        },
        "end": "<eos>",
        "placeholders": SIGNS,
    }
    (folder / "metadata.json").write_text(json.dumps(about), "utf-8")
    (folder / "NOTICE.md").write_text("# tiny\n\nThe base's notice.\n", "utf-8")
    return folder
