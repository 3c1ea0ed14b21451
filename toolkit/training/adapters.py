"""What is learned: a correction of low rank beside each matrix, which itself stays as it is.

Some hundred sentences are too few to move a hundred million weights well, and too many to do it
in ten minutes. A correction ``up · down`` of rank 64 has an eighth of the numbers: it takes a
far higher rate without harm to what the model knew, no gradients of the matrices have to be
computed, and a checkpoint is small (Hu et al. 2021, "LoRA"). The lowest third of the layers,
which spells words together, is left alone, so that the way back ends above it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from toolkit.training.gemma import LINEARS, Gemma

RANK = 64
"""Of a correction."""

UP, DOWN = ".up", ".down"
"""How the names of its two factors end."""

ALONE = 1 / 3
"""The share of the layers, the lowest, that get none."""


class Adapted(nn.Module):
    """A linear layer that stays, and its correction, which is nothing at first."""

    def __init__(self, weight: nn.Parameter, rank: int) -> None:
        super().__init__()
        rows, columns = weight.shape
        rank = min(rank, rows, columns)
        self.weight = weight
        self.down = nn.Parameter(torch.randn(rank, columns) * columns**-0.5)
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.corrected = True

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output, corrected unless within ``as_before``."""
        y = functional.linear(x, self.weight)
        if not self.corrected:
            return y
        return y + functional.linear(functional.linear(x, self.down), self.up)


def adapt(model: Gemma) -> None:
    """Freeze a model, and give it corrections to learn, drawn by PyTorch's generator."""
    model.requires_grad_(False)
    for layer in list(model.layers)[int(ALONE * len(model.layers)) :]:
        for name in LINEARS:
            setattr(layer, name, Adapted(getattr(layer, name).weight, RANK))


@contextmanager
def as_before(model: Gemma) -> Iterator[None]:
    """Let an adapted model answer as it did before it learned anything; without gradients."""
    layers = [module for module in model.modules() if isinstance(module, Adapted)]
    for layer in layers:
        layer.corrected = False
    try:
        with torch.no_grad():
            yield
    finally:
        for layer in layers:
            layer.corrected = True


def corrections(parameters: dict[str, Tensor], share: float = 1.0) -> dict[str, Tensor]:
    """From the factors that were learned, what is to be added, by the name of the matrix.

    Args:
        parameters: both factors of each correction, by their names in the model.
        share: of what was learned.
    """
    names = [name.removesuffix(UP) for name in parameters if name.endswith(UP)]
    return {
        f"{name}.weight": share * (parameters[name + UP].float() @ parameters[name + DOWN].float())
        for name in names
    }
