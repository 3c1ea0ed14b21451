"""The loop, on a tiny model of the same architecture: it learns, ends, and goes on after a kill."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.training import tiny
from toolkit.training import batches
from toolkit.training.course import Settings
from toolkit.training.pairs import Pair
from toolkit.training.weights import Array, blocks, read_binary
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
    """Train the package in a folder; what it learned, by the names of the matrices."""
    from toolkit.training.gemma import model_of
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
    return {name: values.numpy() for name, values in trained.corrections.items()}


def test_what_was_learned_by_heart_is_translated_by_the_real_engine(tmp_path: Path) -> None:
    from toolkit.training.rounding import corrected

    folder = tiny.package(tmp_path / "tiny")
    path = folder / "model" / "model.bin"
    binary = read_binary(path)
    learned = {name: torch.from_numpy(values) for name, values in run(folder, QUICK).items()}
    examples = [material(folder).encode(pair, target) for pair in PAIRS for target in ("en", "ja")]
    path.write_bytes(b"".join(blocks(corrected(binary, learned, examples))))
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
    name = "layers.1.down.weight"
    assert np.array_equal(run(folder, settings, checkpoint)[name], whole[name])
    checkpoint.write_bytes(b"PK\x03\x04 and then nothing")
    run(folder, settings, checkpoint)
    assert not checkpoint.exists()


def test_a_run_that_gets_no_better_ends_and_the_start_is_kept(tmp_path: Path) -> None:
    """At a rate of nothing, after three looks."""
    from toolkit.training.gemma import model_of
    from toolkit.training.trainer import PATIENCE, train

    folder = tiny.package(tmp_path / "tiny")
    stuff = material(folder)
    binary = read_binary(folder / "model" / "model.bin")
    watched = [stuff.encode(Pair("水は私を運んだ。", "0 1 2 3"), "en")]
    trained = train(
        model_of(binary), stuff, watched, watched, Settings(steps=80, rate=0.0, warm_up=1)
    )
    assert (trained.stopped, trained.best, len(trained.looks)) == (True, 0, 1 + PATIENCE)
    assert not any(values.any() for values in trained.corrections.values())


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


def test_the_best_look_is_kept_not_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from toolkit.training import trainer

    folder = tiny.package(tmp_path / "tiny")
    kept = []
    for losses in ([5, 3, 4, 4, 4], [5, 4, 4, 4, 3]):
        course = iter(losses)
        monkeypatch.setattr(
            trainer._Run, "losses", lambda *_, course=course: [float(next(course, 0)), 0.0]
        )
        kept.append(run(folder, Settings(steps=12, rate=2e-3, warm_up=1)))
    assert all(values.any() for one in kept for values in one.values())
    assert not all(np.array_equal(kept[0][name], kept[1][name]) for name in kept[0])


def test_so_much_is_kept_of_what_was_learned_as_costs_general_sentences_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On sentences with each other's answers, watched by those that are right."""
    from toolkit.training.gemma import model_of
    from toolkit.training.rounding import corrected
    from toolkit.training.trainer import LEAST, train

    folder = tiny.package(tmp_path / "tiny")
    path = folder / "model" / "model.bin"
    binary = read_binary(path)
    stuff = material(folder)
    right = [stuff.encode(pair, target) for pair in PAIRS for target in ("en", "ja")]
    learned = {name: torch.from_numpy(values) for name, values in run(folder, QUICK).items()}
    taught = corrected(binary, learned, right)
    wrong = [Pair(one.ja, other.en) for one, other in pairwise(PAIRS)]
    stuff = material(folder, wrong)
    watched = [stuff.encode(pair, "en") for pair in wrong]
    kept = {}
    for cost in (1e9, 2.0, 0.0):
        monkeypatch.setattr("toolkit.training.trainer.COST", cost)
        settings = Settings(steps=30, rate=1e-2, warm_up=2)
        kept[cost] = train(model_of(taught), stuff, watched, right, settings)
    shares = [one.share for one in kept.values()]
    assert shares[0] == 1.0 > shares[1] > shares[2] == LEAST
    for one in kept.values():
        for name, values in one.corrections.items():
            assert torch.allclose(values, one.share * kept[1e9].corrections[name])


def test_what_is_replayed_is_answered_as_before_whatever_stands_beside_it(tmp_path: Path) -> None:
    """Half of the sentences are learned anew, the other half replayed, all with wrong answers."""
    from toolkit.training.gemma import model_of
    from toolkit.training.rounding import corrected
    from toolkit.training.trainer import train

    folder = tiny.package(tmp_path / "tiny")
    binary = read_binary(folder / "model" / "model.bin")
    stuff = material(folder)
    right = [stuff.encode(pair, target) for pair in PAIRS for target in ("en", "ja")]
    learned = {name: torch.from_numpy(values) for name, values in run(folder, QUICK).items()}
    taught = corrected(binary, learned, right)
    wrong = [Pair(one.ja, other.en) for one, other in pairwise(PAIRS)]
    anew, replay = wrong[::2], wrong[1::2]
    known = [stuff.encode(pair, target) for pair in PAIRS[1:-1:2] for target in ("en", "ja")]
    watched = [stuff.encode(pair, "en") for pair in anew]
    after = {}
    for share in (0.0, 1.0):
        stuff = batches.Material(anew, replay, share, stuff.encode, 700, tiny.SIGNS)
        settings = Settings(steps=round(20 * (1 + share)), rate=1e-2, warm_up=2)
        looks = train(model_of(taught), stuff, watched, known, settings).looks
        assert looks[-1].held_out < looks[0].held_out / 2
        after[share] = looks[-1].general - looks[0].general
    assert after[1.0] < 0.6 * after[0.0]


@pytest.mark.parametrize(
    ("slope", "bend", "allowed", "share"),
    [
        (0.0, 4.0, 1.0, 0.5),
        (1.0, 2.0, 1.0, 0.5),
        (-1.0, 3.0, 0.25, 0.5),
        (-1.0, 1.5, 0.5, 1.0),
        (2.0, 0.0, 1.0, 0.5),
        (2.0, -0.5, 1.2, 0.6),
        (9.0, 9.0, 0.1, 0.2),
    ],
)
def test_the_share_is_where_the_parabola_crosses_what_is_allowed(
    slope: float, bend: float, allowed: float, share: float
) -> None:
    from toolkit.training.trainer import _crossing

    def at(place: float) -> float:
        return slope * place + bend * place**2

    assert _crossing(at(0.5), at(1.0), allowed) == pytest.approx(share, abs=0.01)
