"""The model in PyTorch says what CTranslate2 says of the same file."""

import json
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest

from tests.training import tiny
from tests.translation.packages import dictionary_package
from toolkit.errors import ContentError
from toolkit.training.pairs import Pair
from toolkit.training.weights import read_binary
from toolkit.translation.evaluation import opened

torch = pytest.importorskip("torch", reason="PyTorch is not installed: the extra [train] has it")


def logits(folder: Path, pieces: list[int]) -> Any:
    from toolkit.training.gemma import model_of

    model = model_of(read_binary(folder / "model.bin"))
    with torch.no_grad():
        return model.logits(model(torch.tensor([pieces])))[0].numpy()


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"shared": 2, "head": 8},
        {"window": 512},
        {"layers": 3, "width": 32, "heads": 2, "quantization": None},
    ],
    ids=["one shared head", "two shared heads", "local layers", "three layers in float"],
)
def test_logits_are_ctranslate2s(shape: dict[str, Any], tmp_path: Path) -> None:
    pieces = tiny.tokenizer()[1]
    tiny.model(tmp_path / "model", pieces, **shape)
    read = [2, 4, 21, 9, 33, 17, 28, 40, 6, 19, 30]
    generator = ctranslate2.Generator(str(tmp_path / "model"), compute_type="float32")
    theirs = generator.forward_batch([[pieces[number] for number in read]])
    assert np.allclose(np.array(theirs)[0], logits(tmp_path / "model", read), atol=1e-4)


def test_the_shipped_model_answers_as_ctranslate2_does() -> None:
    """Given CTranslate2's greedy answer, each piece of it is the likeliest here too, both ways."""
    from toolkit.training.batches import encoder
    from toolkit.training.gemma import model_of

    pair = Pair("新しい工場は⟦0⟧に完成します。", "The new plant will be finished in ⟦0⟧.")
    with opened("ja-en") as package:
        encode = encoder(package)
        model = model_of(read_binary(package.path / "model" / "model.bin"))
        generator = ctranslate2.Generator(str(package.path / "model"), compute_type="float32")
        pieces = json.loads((package.path / "model" / "vocabulary.json").read_text("utf-8"))
        for target in ("en", "ja"):
            example = encode(pair, target)
            prompt = list(example.pieces[: example.asked])
            theirs = generator.generate_batch(
                [[pieces[number] for number in prompt]],
                max_length=12,
                include_prompt_in_result=False,
                sampling_topk=1,
            )[0].sequences_ids[0]
            with torch.no_grad():
                known = model(torch.tensor([prompt + theirs]))[0, len(prompt) - 1 : -1]
                ours = model.logits(known).argmax(-1).tolist()
            assert len(theirs) > 4
            assert ours == theirs


def test_layers_that_see_few_words_are_refused(tmp_path: Path) -> None:
    from toolkit.training.gemma import shape_of

    tiny.model(tmp_path / "model", tiny.tokenizer()[1], window=64)
    with pytest.raises(ContentError, match="fewer than 320 words"):
        shape_of(read_binary(tmp_path / "model" / "model.bin"))


def test_another_kind_of_model_is_one_line(tmp_path: Path) -> None:
    from toolkit.training.gemma import shape_of

    folder = dictionary_package(tmp_path / "translate-ja_en", {"ねこ": "cat"})
    with pytest.raises(ContentError, match="only decoder-only models can be trained"):
        shape_of(read_binary(folder / "model" / "model.bin"))
