"""Corrections → a model in int8 that still has them.

Training moves most weights by less than half a step of the int8 grid. Each rounded for itself
would fall back to where it was, and what was learned would be gone. So the columns of a matrix
are rounded one after the other, and each one's error is made up for by those that follow, as
far as the inputs of the matrix go together in real sentences (Frantar et al. 2022, "GPTQ",
section 3). The grid stays: a weight that nothing was added to is on it already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from toolkit.training.batches import Example
from toolkit.training.gemma import model_of, names
from toolkit.training.weights import SCALE, Array, Binary

DAMPING = 0.01
"""Of the mean diagonal, added to it: inputs that were hardly ever seen are not relied on."""

BLOCK = 128
"""Columns whose errors are kept together before the later ones are told."""


def corrected(
    binary: Binary, corrections: Mapping[str, Tensor], examples: Sequence[Example]
) -> Binary:
    """A model with corrections, each matrix stored as it was stored before.

    Args:
        binary: the model.
        corrections: what to add, by the names of the parameters in PyTorch.
        examples: sentences that show which inputs go together; some dozens will do.
    """
    model = model_of(binary)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, values in corrections.items():
            parameters[name].add_(values.cpu())
    moments = _moments(model, corrections, examples)
    variables = dict(binary.variables)
    for name, variable in names(model.shape):
        if name not in corrections:
            continue
        values = parameters[name].detach()
        scale = variables.get(variable + SCALE)
        if scale is None:
            variables[variable] = values.numpy().astype(variables[variable].dtype)
        else:
            variables[variable] = rounded(values, torch.from_numpy(scale.copy()), moments[name])
    return replace(binary, variables=variables)


def rounded(values: Tensor, scale: Tensor, moments: Tensor) -> Array:
    """A matrix in int8.

    Args:
        values: the matrix, in float32.
        scale: of each row: so many steps of the grid are 1.
        moments: the sum of ``x xᵀ`` over its inputs.
    """
    steps = values * scale[:, None]
    columns = steps.shape[1]
    damped = moments + DAMPING * moments.diagonal().mean() * torch.eye(columns)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    factor = torch.linalg.cholesky(inverse, upper=True)
    whole = torch.empty_like(steps)
    for start in range(0, columns, BLOCK):
        end = min(start + BLOCK, columns)
        block, errors = steps[:, start:end].clone(), torch.empty_like(steps[:, start:end])
        part = factor[start:end, start:end]
        for column in range(end - start):
            nearest = block[:, column].round().clamp(-127, 127)
            error = (block[:, column] - nearest) / part[column, column]
            block[:, column:] -= error[:, None] * part[column, column:]
            whole[:, start + column], errors[:, column] = nearest, error
        steps[:, end:] -= errors @ factor[start:end, end:]
    return whole.to(torch.int8).numpy()


def _moments(
    model: nn.Module, corrections: Mapping[str, Tensor], examples: Sequence[Example]
) -> dict[str, Tensor]:
    """The sum of ``x xᵀ`` of the inputs of each matrix that is corrected, by its name."""
    sums: dict[str, Tensor] = {}

    def seen(name: str, x: Tensor) -> None:
        rows = x.flatten(0, -2)
        sums[name] = sums.get(name, 0) + rows.T @ rows

    modules = dict(model.named_modules())
    hooks = [
        modules[name.removesuffix(".weight")].register_forward_pre_hook(
            lambda _, inputs, name=name: seen(name, inputs[0])
        )
        for name in corrections
    ]
    with torch.no_grad():
        for example in examples:
            model(torch.tensor([example.pieces]))
    for hook in hooks:
        hook.remove()
    return sums
