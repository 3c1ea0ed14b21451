"""The translator's model in PyTorch: a Gemma 3 decoder, in any size that a package has.

Layers of grouped-query attention (one head of keys and values for all queries, or more), norms
before and after each half of a layer, rotary positions with one base for local layers and another
for global ones, GELU-gated feed-forward, and the embeddings as output layer (Gemma Team, "Gemma 3
Technical Report", 2025, section 2). Local layers see as many words back as a window has; that is
not computed, since no example is longer than a window may be short.

A norm's weight is stored less one, as Gemma stores it: ``(1 + weight) · x / rms(x)``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from toolkit.errors import ContentError
from toolkit.training.course import LONGEST
from toolkit.training.weights import SPECIFICATION, Binary

EPSILON = 1e-6
FORBIDDEN = -1e4
"""Added to the score of a word that must not be seen; finite, so that bfloat16 stays finite."""

_NORMS = {
    "input_norm": "input_layer_norm",
    "attention_norm": "post_attention_layer_norm",
    "middle_norm": "pre_feedforward_layer_norm",
    "output_norm": "post_feedforward_layer_norm",
    "query_norm": "self_attention/q_norm",
    "key_norm": "self_attention/k_norm",
}
LINEARS = {
    "queries_keys_values": "self_attention/linear_0",
    "attended": "self_attention/linear_1",
    "gate": "ffn/linear_0",
    "up": "ffn/linear_0_noact",
    "down": "ffn/linear_1",
}


@dataclass(frozen=True)
class Shape:
    """The architecture in numbers.

    Attributes:
        vocabulary: how many pieces there are.
        width: of what one layer hands to the next.
        hidden: width of the feed-forward.
        heads: of queries.
        shared_heads: of keys and values.
        head: width of a head.
        bases: of the rotary positions, a layer each.
    """

    vocabulary: int
    width: int
    hidden: int
    heads: int
    shared_heads: int
    head: int
    bases: tuple[float, ...]


def shape_of(binary: Binary) -> Shape:
    """The architecture of a CTranslate2 model.

    Raises:
        ContentError: it is no decoder of this kind.
    """
    if binary.specification != SPECIFICATION:
        raise ContentError(
            f"is a {binary.specification}: only decoder-only models can be trained", binary.path
        )
    layers = 0
    while f"decoder/layer_{layers}/ffn/linear_0/weight" in binary.variables:
        layers += 1
    wanted = {"decoder/pre_norm": 1, "decoder/scale_embeddings": 1, "decoder/activation": 1}
    parts = ("linear_0_noact", "linear_1")
    known = layers > 0 and all(binary.number(name, -1) == value for name, value in wanted.items())
    known &= all(f"decoder/layer_0/ffn/{part}/weight" in binary.variables for part in parts)
    known &= "decoder/layer_0/self_attention/q_norm/gamma" in binary.variables
    known &= binary.aliases.get("decoder/projection/weight") == "decoder/embeddings/weight"
    if not known:
        raise ContentError(
            "is no model of the Gemma 3 kind: only such ones can be trained", binary.path
        )
    windows = [
        binary.number(f"decoder/layer_{layer}/self_attention/sliding_window", 0)
        for layer in range(layers)
    ]
    if any(0 < window < LONGEST for window in windows):
        raise ContentError(
            f"has layers that see fewer than {LONGEST} words: such ones cannot be trained",
            binary.path,
        )
    vocabulary, width = binary.variables["decoder/embeddings/weight"].shape
    first = "decoder/layer_0/self_attention/"
    return Shape(
        vocabulary=int(vocabulary),
        width=int(width),
        hidden=len(binary.variables["decoder/layer_0/ffn/linear_0/weight"]),
        heads=int(binary.number("decoder/num_heads")),
        shared_heads=int(binary.number(f"{first}num_heads_kv")),
        head=int(binary.number(f"{first}head_dim")),
        bases=tuple(
            binary.number(f"decoder/layer_{layer}/self_attention/rotary_base")
            for layer in range(layers)
        ),
    )


class Layer(nn.Module):
    """One layer: attention, then feed-forward, each added to what came in."""

    input_norm: nn.Parameter
    attention_norm: nn.Parameter
    middle_norm: nn.Parameter
    output_norm: nn.Parameter
    query_norm: nn.Parameter
    key_norm: nn.Parameter

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        rows = (shape.heads + 2 * shape.shared_heads) * shape.head
        self.queries_keys_values = nn.Linear(shape.width, rows, bias=False)
        self.attended = nn.Linear(shape.heads * shape.head, shape.width, bias=False)
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)
        for name in _NORMS:
            size = shape.head if name in ("query_norm", "key_norm") else shape.width
            setattr(self, name, nn.Parameter(torch.zeros(size)))

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor) -> Tensor:
        """Hand on ``x`` (texts × words × width), with the layer's part added."""
        y = self._attention(_norm(x, self.input_norm), cosine, sine, mask)
        x = x + _norm(y, self.attention_norm)
        y = _norm(x, self.middle_norm)
        y = functional.gelu(self.gate(y), approximate="tanh") * self.up(y)
        return x + _norm(self.down(y), self.output_norm)

    def _attention(self, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor) -> Tensor:
        shape = self.shape
        texts, words, _ = x.shape
        heads, shared = shape.heads, shape.shared_heads
        mixed = self.queries_keys_values(x).view(texts, words, heads + 2 * shared, shape.head)
        queries, keys, values = mixed.split([heads, shared, shared], 2)
        queries = _rotated(_norm(queries, self.query_norm), cosine, sine)
        keys = _rotated(_norm(keys, self.key_norm), cosine, sine)
        # All queries of a shared head as rows of one matrix: no copy of keys and values for each.
        group = heads // shared
        queries = queries.view(texts, words, shared, group, shape.head)
        queries = queries.permute(0, 2, 3, 1, 4).reshape(texts, shared, group * words, shape.head)
        keys, values = keys.transpose(1, 2), values.transpose(1, 2)
        scores = queries @ keys.transpose(2, 3) * shape.head**-0.5
        scores = scores.view(texts, shared, group, words, words) + mask
        seen = torch.softmax(scores, -1).view(texts, shared, group * words, words) @ values
        seen = seen.view(texts, shared, group, words, shape.head).permute(0, 3, 1, 2, 4)
        return self.attended(seen.reshape(texts, words, heads * shape.head))


class Gemma(nn.Module):
    """The whole model, up to its last norm; ``logits`` gives the scores of the next piece."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embeddings = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in shape.bases)
        self.norm = nn.Parameter(torch.zeros(shape.width))

    def forward(self, pieces: Tensor) -> Tensor:
        """What is known after each piece (texts × words × width); texts end in any padding."""
        words = pieces.shape[1]
        x = self.embeddings(pieces) * self.shape.width**0.5
        angles = {base: _angles(words, base, self.shape.head, x) for base in set(self.shape.bases)}
        mask = torch.full((words, words), FORBIDDEN, dtype=x.dtype, device=x.device).triu(1)
        for layer, base in zip(self.layers, self.shape.bases, strict=True):
            x = layer(x, *angles[base], mask)
        return _norm(x, self.norm)

    def logits(self, known: Tensor) -> Tensor:
        """Scores of every piece to come next."""
        return known @ self.embeddings.weight.t()


def _norm(x: Tensor, weight: Tensor) -> Tensor:
    return functional.rms_norm(x, (x.shape[-1],), 1 + weight, EPSILON)


def _rotated(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat([-second, first], -1) * sine


def _angles(words: int, base: float, head: int, like: Tensor) -> tuple[Tensor, Tensor]:
    steps = torch.arange(0, head, 2, device=like.device, dtype=torch.float32) / head
    places = torch.arange(words, device=like.device, dtype=torch.float32)
    angles = (places[:, None] / base**steps).repeat(1, 2)[:, None]
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def model_of(binary: Binary) -> Gemma:
    """A CTranslate2 model as a PyTorch one, in float32.

    Raises:
        ContentError: it is no decoder of this kind, or something is missing in it.
    """
    model = Gemma(shape_of(binary))
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, variable in names(model.shape):
            values = torch.from_numpy(binary.weight(variable))
            if values.shape != parameters[name].shape:
                raise ContentError(f"has {variable} in an unknown form", binary.path)
            parameters[name].copy_(values)
    return model


def names(shape: Shape) -> Iterator[tuple[str, str]]:
    """Each parameter's name here, and the name of CTranslate2's variable."""
    yield "embeddings.weight", "decoder/embeddings/weight"
    yield "norm", "decoder/layer_norm/gamma"
    for layer in range(len(shape.bases)):
        for name, variable in LINEARS.items():
            yield f"layers.{layer}.{name}.weight", f"decoder/layer_{layer}/{variable}/weight"
        for name, variable in _NORMS.items():
            yield f"layers.{layer}.{name}", f"decoder/layer_{layer}/{variable}/gamma"
