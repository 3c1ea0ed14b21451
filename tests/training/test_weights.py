"""The file of a CTranslate2 model, read and written: against CTranslate2's own hand."""

from pathlib import Path

import pytest

from tests.training import tiny
from toolkit.errors import ContentError
from toolkit.training.weights import blocks, read_binary
from toolkit.translation.evaluation import opened


def test_what_is_read_of_the_shipped_model_is_written_again_byte_for_byte() -> None:
    with opened("ja-en") as package:
        path = package.path / "model" / "model.bin"
        binary = read_binary(path)
        assert b"".join(blocks(binary)) == path.read_bytes()


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
