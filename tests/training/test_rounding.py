"""What was learned is in the int8 file: also where it is less than half a step of the grid."""

from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from tests.training import tiny
from toolkit.training.batches import encoder
from toolkit.training.pairs import Pair
from toolkit.training.weights import SCALE, blocks, read_binary
from toolkit.translation.metadata import read_package

torch = pytest.importorskip("torch", reason="PyTorch is not installed: the extra [train] has it")


def test_what_is_on_the_grid_stays() -> None:
    from toolkit.training.rounding import rounded

    draw = np.random.default_rng(0)
    rows = draw.integers(-127, 128, (24, 200)).astype(np.int8)
    scale = torch.from_numpy(draw.uniform(300, 900, 24).astype(np.float32))
    inputs = torch.from_numpy(draw.normal(0, 1, (500, 200)).astype(np.float32))
    values = torch.from_numpy(rows.astype(np.float32)) / scale[:, None]
    assert np.array_equal(rounded(values, scale, inputs.T @ inputs), rows)


def test_a_correction_far_below_a_step_is_still_there() -> None:
    """Each for itself, no weight would move; rounded together, most of the change is kept."""
    from toolkit.training.rounding import rounded

    draw = np.random.default_rng(1)
    rows = torch.from_numpy(draw.integers(-90, 91, (48, 300)).astype(np.float32))
    scale = torch.full((48,), 500.0)
    # Inputs that go together, as in a model: forty causes for three hundred columns.
    mixed = draw.normal(0, 1, (2000, 40)) @ draw.normal(0, 1, (40, 300))
    inputs = torch.from_numpy((mixed + draw.normal(0, 0.5, mixed.shape)).astype(np.float32))
    change = torch.from_numpy(
        (draw.normal(0, 1, (48, 2)) @ draw.normal(0, 1, (2, 300))).astype(np.float32)
    )
    change *= 0.4 / change.abs().amax(1, keepdim=True)
    assert torch.equal((rows + change).round(), rows)
    whole = torch.from_numpy(
        rounded((rows + change) / scale[:, None], scale, inputs.T @ inputs).astype(np.float32)
    )
    wanted, missed = inputs @ change.T, inputs @ (whole - rows - change).T
    assert missed.square().mean() < 0.5 * wanted.square().mean()


def test_ctranslate2_computes_with_what_was_learned(tmp_path: Path) -> None:
    """Its logits are nearer to those of the corrected model than rounding each weight gets."""
    from toolkit.training.gemma import model_of, names
    from toolkit.training.rounding import corrected

    folder = tiny.package(tmp_path / "tiny", width=192)
    path = folder / "model" / "model.bin"
    binary = read_binary(path)
    encode = encoder(read_package(folder))
    examples = [encode(Pair(*pair), target) for pair in tiny.sentences() for target in ("en", "ja")]
    generator = torch.Generator().manual_seed(0)
    model = model_of(binary)
    matrices = {
        name: value.detach()
        for name, value in model.named_parameters()
        if name.startswith("layers") and name.endswith(".weight")
    }
    changes = {}
    for name, value in matrices.items():
        ends = (torch.randn(size, 1, generator=generator) for size in value.shape)
        change = next(ends) @ next(ends).T
        changes[name] = change * 0.003 / change.abs().max()
    variables = dict(names(model.shape))
    plain = dict(binary.variables)
    for name, change in changes.items():
        scale = plain[variables[name] + SCALE][:, None]
        steps = np.rint((matrices[name] + change).numpy() * scale)
        plain[variables[name]] = steps.clip(-127, 127).astype(np.int8)
    ours = corrected(binary, changes, examples[:40])
    with torch.no_grad():
        for name, change in changes.items():
            matrices[name] += change
    pieces = tiny.tokenizer()[1]
    errors = []
    for one in (replace(binary, variables=plain), ours):
        path.write_bytes(b"".join(blocks(one)))
        generated = ctranslate2.Generator(str(folder / "model"), compute_type="float32")
        error = 0.0
        for example in examples[40:80]:
            theirs = generated.forward_batch([[pieces[number] for number in example.pieces]])
            with torch.no_grad():
                wanted = model.logits(model(torch.tensor([example.pieces])))[0].numpy()
            error += float(np.square(np.array(theirs)[0] - wanted).mean())
        errors.append(error)
    assert errors[1] < 0.7 * errors[0]
