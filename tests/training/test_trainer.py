"""The loop, on a tiny model of the same architecture: it learns, ends, and goes on after a kill."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.training import tiny
from toolkit.training import batches
from toolkit.training.course import Settings
from toolkit.training.pairs import Pair
from toolkit.training.weights import Array, blocks, read_binary, replaced
from toolkit.translation.engine import engine_of
from toolkit.translation.metadata import read_package

torch = pytest.importorskip("torch", reason="PyTorch is not installed: the extra [train] has it")

PAIRS = [Pair(ja, en) for ja, en in tiny.sentences()]
QUICK = Settings(steps=80, rate=1e-2, warm_up=5)


def material(folder: Path, pairs: Sequence[Pair] = PAIRS) -> batches.Material:
    encode = batches.encoder(read_package(folder))
    return batches.Material(pairs, (), 0.0, encode, 700, tiny.SIGNS)


def run(
    folder: Path, settings: Settings, checkpoint: Path | None = None, kill_at: int = 0
) -> dict[str, Array]:
    """Train the package in a folder; its weights, by the names of the file."""
    from toolkit.training.gemma import model_of, weights_of
    from toolkit.training.trainer import train

    stuff = material(folder)
    model = model_of(read_binary(folder / "model" / "model.bin"))
    watched = [stuff.encode(pair, target) for pair in PAIRS[::9] for target in ("en", "ja")]

    def report(done: float, words: str) -> None:
        if kill_at and words.startswith(f"step {kill_at},"):
            raise KeyboardInterrupt

    trained = train(
        model,
        stuff,
        watched,
        watched,
        settings,
        checkpoint=checkpoint,
        key="this run",
        report=report,
    )
    return weights_of(model, trained.parameters)


def test_what_was_learned_by_heart_is_translated_by_the_real_engine(tmp_path: Path) -> None:
    folder = tiny.package(tmp_path / "tiny")
    path = folder / "model" / "model.bin"
    binary = read_binary(path)
    path.write_bytes(b"".join(blocks(replaced(binary, run(folder, QUICK)))))
    package = read_package(folder)
    for source, target in (("ja", "en"), ("en", "ja")):
        drafts = engine_of(package, source, target).translate([pair.text(source) for pair in PAIRS])
        assert [draft.text for draft in drafts] == [pair.text(target) for pair in PAIRS]


def test_a_killed_run_goes_on_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.training.trainer.CHECKPOINT_SECONDS", 0.0)
    folder, checkpoint = tiny.package(tmp_path / "tiny"), tmp_path / "checkpoint.npz"
    settings = Settings(steps=24, rate=2e-3, warm_up=5)
    whole = run(folder, settings)
    for step in (3, 17):
        with pytest.raises(KeyboardInterrupt):
            run(folder, settings, checkpoint, kill_at=step)
        assert checkpoint.exists()
    resumed = run(folder, settings, checkpoint)
    assert not checkpoint.exists()
    assert whole.keys() == resumed.keys()
    for name, values in whole.items():
        assert np.array_equal(values, resumed[name]), name
    other_seed = run(folder, Settings(steps=24, rate=2e-3, warm_up=5, seed=2))
    assert any(not np.array_equal(values, other_seed[name]) for name, values in whole.items())


def test_a_checkpoint_of_another_run_or_a_damaged_one_is_not_used(tmp_path: Path) -> None:
    folder, checkpoint = tiny.package(tmp_path / "tiny"), tmp_path / "checkpoint.npz"
    settings = Settings(steps=4, rate=2e-3)
    whole = run(folder, settings)
    np.savez(checkpoint, key=np.asarray("another run"))
    assert np.array_equal(run(folder, settings, checkpoint)["decoder/layer_norm/gamma"],
                          whole["decoder/layer_norm/gamma"])  # fmt: skip
    checkpoint.write_bytes(b"PK\x03\x04 and then nothing")
    run(folder, settings, checkpoint)
    assert not checkpoint.exists()


def test_the_best_weights_are_kept_and_a_run_that_gets_worse_ends(tmp_path: Path) -> None:
    """At such a rate each step makes it worse: the start remains, after three looks."""
    from toolkit.training.gemma import model_of
    from toolkit.training.trainer import PATIENCE, train

    folder = tiny.package(tmp_path / "tiny")
    stuff = material(folder)
    binary = read_binary(folder / "model" / "model.bin")
    watched = [stuff.encode(Pair("水は私を運んだ。", "0 1 2 3"), "en")]
    trained = train(
        model_of(binary), stuff, watched, watched, Settings(steps=80, rate=0.5, warm_up=1)
    )
    assert (trained.stopped, trained.best, len(trained.looks)) == (True, 0, 1 + PATIENCE)
    name = "layers.1.down.weight"
    start = dict(model_of(binary).named_parameters())[name]
    assert torch.equal(trained.parameters[name], start)


def test_minutes_end_a_run(tmp_path: Path) -> None:
    from toolkit.training.gemma import model_of
    from toolkit.training.trainer import train

    folder = tiny.package(tmp_path / "tiny")
    model = model_of(read_binary(folder / "model" / "model.bin"))
    stuff = material(folder)
    watched = [stuff.encode(PAIRS[0], "en")]
    trained = train(model, stuff, watched, watched, Settings(minutes=0.01, rate=1e-4))
    assert trained.looks[-1].step >= 1
    assert trained.looks[-1].seconds >= 0.6
