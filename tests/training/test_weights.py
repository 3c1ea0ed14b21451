"""The file of a CTranslate2 model, read and written: against CTranslate2's own hand."""

from pathlib import Path

import numpy as np
import pytest

from tests.training import tiny
from toolkit.errors import ContentError
from toolkit.training.weights import blocks, quantized, read_binary, replaced
from toolkit.translation.evaluation import opened


def test_what_is_read_of_the_shipped_model_is_written_again_byte_for_byte() -> None:
    with opened("ja-en") as package:
        path = package.path / "model" / "model.bin"
        binary = read_binary(path)
        assert b"".join(blocks(binary)) == path.read_bytes()
        # Weights that were not changed are stored as they were, all 126 million of them.
        name = "decoder/layer_7/ffn/linear_1/weight"
        again = replaced(binary, {name: binary.weight(name)})
        assert np.array_equal(again.variables[name], binary.variables[name])


def test_rows_are_quantized_as_ctranslate2_does_it(tmp_path: Path) -> None:
    pieces = tiny.tokenizer()[1]
    tiny.model(tmp_path / "float", pieces, quantization=None)
    tiny.model(tmp_path / "int8", pieces, quantization="int8")
    exact = read_binary(tmp_path / "float" / "model.bin")
    theirs = read_binary(tmp_path / "int8" / "model.bin")
    names = [name for name in theirs.variables if name + "_scale" in theirs.variables]
    assert len(names) == 11
    for name in names:
        rows, scale = quantized(exact.variables[name])
        assert np.array_equal(rows, theirs.variables[name])
        assert np.allclose(scale, theirs.variables[name + "_scale"])


def test_a_row_of_zeros_stays_one() -> None:
    rows, scale = quantized(np.zeros((2, 3), np.float32))
    assert not rows.any()
    assert np.isfinite(scale).all()


@pytest.mark.parametrize("damage", ["short", "longer", "garbage", "empty", "version"])
def test_a_damaged_file_is_one_line(damage: str, tmp_path: Path) -> None:
    tiny.model(tmp_path / "model", tiny.tokenizer()[1])
    path = tmp_path / "model" / "model.bin"
    data = path.read_bytes()
    path.write_bytes(
        {
            "short": data[: len(data) // 2],
            "longer": data + b"more",
            "garbage": data[:40] + bytes(400) + data[440:],
            "empty": b"",
            "version": b"\x03" + data[1:],
        }[damage]
    )
    with pytest.raises(ContentError, match=r"damaged|binary version 3"):
        read_binary(path)
