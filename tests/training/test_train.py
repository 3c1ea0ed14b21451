"""``newsletter models train`` as an editor runs it, on a tiny package of the same architecture."""

import json
import sys
import zipfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support import Newsletter
from tests.training import tiny
from tests.translation.packages import dictionary_package, zipped
from toolkit.training.course import Settings
from toolkit.training.pairs import Pair, split

needs_torch = pytest.mark.skipif(
    find_spec("torch") is None,
    reason="PyTorch is not installed: the extra [train] has it",
)

GENERAL = [Pair(ja, en, "general") for ja, en in tiny.sentences()[::7]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """A rate that a tiny model learns at, and general sentences in its own language."""
    monkeypatch.setattr(
        "toolkit.commands.training.Settings", partial(Settings, rate=1e-2, warm_up=5)
    )
    monkeypatch.setattr(
        "toolkit.training.learning.general_pairs", lambda: (tuple(GENERAL[:4]), tuple(GENERAL[4:]))
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The tiny package."""
    return zipped(tiny.package(tmp_path / "tiny"), tmp_path / "tiny.argosmodel")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Its sentences, and two that must not be learned from."""
    rows = [*tiny.sentences(), tiny.sentences()[0], ("猫は3匹を見た。", "The cat saw 4 of them.")]
    return tiny.tsv(rows, tmp_path / "pairs.tsv")


def left_over(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.suffix in (".npz", ".argosmodel")]


@needs_torch
def test_it_learns_is_installed_and_used_and_can_be_taken_back(
    newsletter: Newsletter, file: Path, pairs: Path, home: Path, tmp_path: Path
) -> None:
    arguments = ["models", "train", "--pairs", pairs, "--steps", 60, "--device", "cpu"]
    done = newsletter(*arguments, "--from", file, cwd=tmp_path)
    assert done.code == 0, done.err
    parts = split([Pair(ja, en) for ja, en in tiny.sentences()])
    assert done.out.startswith(
        f"tiny 1.0: {len(parts.learned)} pairs to learn from, {len(parts.held_out)} held out, "
        "4 general ones to replay\n"
        "    1 dropped: the same pair came before (first at pairs.tsv:61)\n"
        "    1 dropped: its numbers differ (first at pairs.tsv:62)\n"
    )
    assert "held out, ja → en, chrF2" in done.out
    assert "installed tiny-trained 1.0.1: it is used from now on" in done.out
    assert "`newsletter models remove tiny-trained` goes back to tiny" in done.out
    # A sentence that it never saw, by the whole toolkit.
    unseen = parts.held_out[0]
    spoken = newsletter("translate", "--text", unseen.ja, "--to", "en")
    assert (spoken.code, spoken.out) == (0, f"{unseen.en}\n")

    folder = home / "tiny-trained"
    metadata = json.loads((folder / "metadata.json").read_text("utf-8"))
    assert metadata["package_version"] == "1.0.1"
    assert metadata["trained"]["base"] == "tiny 1.0"
    assert (folder / "NOTICE.md").read_text("utf-8").startswith("# tiny\n\nThe base's notice.\n")
    assert "modified version of tiny 1.0" in (folder / "NOTICE.md").read_text("utf-8")
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert f"| {len(parts.learned)} learned from, {len(parts.held_out)} held out" in card
    assert "Asian Language Treebank" in (folder / "REPLAYED.md").read_text("utf-8")
    picture = ElementTree.parse(folder / "training.svg").getroot()
    assert len(picture.findall("{http://www.w3.org/2000/svg}polyline")) == 3
    assert not left_over(tmp_path / "data")

    # What is there is better by now than what so few steps can make of the base again.
    before = (folder / "model" / "model.bin").read_bytes()
    worse = newsletter(*arguments[:5], 1, "--from", file)
    assert worse.code == 1
    assert "what was trained is not kept: " in worse.err
    assert (folder / "model" / "model.bin").read_bytes() == before

    assert newsletter("models", "remove", "tiny-trained").code == 0
    assert not list(home.glob("tiny*"))


@needs_torch
def test_out_writes_the_same_bytes_for_the_same_seed_and_installs_nothing(
    newsletter: Newsletter, file: Path, pairs: Path, home: Path, tmp_path: Path
) -> None:
    made = []
    for name in ("one.argosmodel", "two.argosmodel"):
        done = newsletter(
            *("models", "train", "--from", file, "--pairs", pairs, "--steps", 40),
            *("--seed", 7, "--out", name, "--json"), cwd=tmp_path,
        )  # fmt: skip
        assert done.code == 0, done.err
        made.append((tmp_path / name).read_bytes())
        told = json.loads(done.out)
        assert told["kept"] == name
        assert told["dropped"] == {"the same pair came before": 1, "its numbers differ": 1}
    assert made[0] == made[1]
    assert not home.exists() or not list(home.glob("tiny*"))
    assert zipfile.ZipFile(tmp_path / "one.argosmodel").testzip() is None


@needs_torch
def test_a_package_that_is_no_better_is_not_kept(
    newsletter: Newsletter, file: Path, pairs: Path, home: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """At such a rate nothing is learned: the start remains the best."""
    monkeypatch.setattr(
        "toolkit.commands.training.Settings", partial(Settings, rate=0.0, warm_up=1)
    )
    out = tmp_path / "out.argosmodel"
    out.write_bytes(b"what was there")
    done = newsletter(
        *("models", "train", "--from", file, "--pairs", pairs, "--steps", 8, "--out", out),
        cwd=tmp_path,
    )
    assert done.code == 1
    assert done.err.splitlines()[-1] == (
        "newsletter: what was trained is not kept: no weights were better on the held-out "
        "sentences; nothing was changed"
    )
    assert out.read_bytes() == b"what was there"


@needs_torch
def test_a_killed_run_leaves_nothing_installed_and_goes_on(
    newsletter: Newsletter, file: Path, pairs: Path, home: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Killed between two steps; what goes on then ends as if nothing had happened."""
    from toolkit.training import trainer

    arguments = ("models", "train", "--from", file, "--pairs", pairs, "--steps", 40)
    assert newsletter(*arguments, "--out", "whole.argosmodel", cwd=tmp_path).code == 0
    learn = trainer._Run.learn

    def killed(run: Any, batch: Any, rate: float) -> float:
        if run.state.step == 21:
            raise KeyboardInterrupt
        return learn(run, batch, rate)

    monkeypatch.setattr(trainer, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(trainer._Run, "learn", killed)
    assert newsletter(*arguments, "--out", "again.argosmodel").code != 0
    assert [path.name for path in left_over(tmp_path / "data")] == ["checkpoint.npz"]
    assert not (tmp_path / "again.argosmodel").exists()
    monkeypatch.setattr(trainer._Run, "learn", learn)
    assert newsletter(*arguments, "--out", "again.argosmodel").code == 0
    assert (tmp_path / "again.argosmodel").read_bytes() == (
        tmp_path / "whole.argosmodel"
    ).read_bytes()
    assert not left_over(tmp_path / "data")


@needs_torch
@pytest.mark.parametrize("first", ["checkpoint", "package"])
def test_a_full_disk_is_one_line(
    first: str, newsletter: Newsletter, file: Path, pairs: Path, home: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """No file may grow over 20 kB here: neither the checkpoint nor the package fits."""
    import resource

    if first == "checkpoint":
        monkeypatch.setattr("toolkit.training.trainer.CHECKPOINT_SECONDS", 0.0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    out = tmp_path / "out.argosmodel"
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        done = newsletter(
            *("models", "train", "--from", tmp_path / "tiny", "--pairs", pairs),
            *("--steps", 24, "--out", out), cwd=tmp_path,
        )  # fmt: skip
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert done.code == 3
    assert "cannot be written: File too large" in done.err
    assert len(done.err.splitlines()) == 1
    assert not out.exists()
    assert not [path for path in left_over(tmp_path / "data") if path.stat().st_size]


def dictionary(folder: Path) -> Path:
    return dictionary_package(folder / "translate-ja_en", {"ねこ": "cat"})


def damaged(folder: Path) -> Path:
    made = tiny.package(folder / "broken")
    path = made / "model" / "model.bin"
    path.write_bytes(path.read_bytes()[:-500])
    return made


@needs_torch
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (dictionary, "only a decoder-only package for both ja-en and en-ja can be trained"),
        (damaged, "is damaged, or no model of CTranslate2: install the package again"),
    ],
)
def test_a_package_that_cannot_be_trained(
    make: Any, message: str, newsletter: Newsletter, pairs: Path, tmp_path: Path
) -> None:
    done = newsletter("models", "train", "--from", make(tmp_path), "--pairs", pairs, cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert message in done.err


@needs_torch
def test_bad_pairs_and_bad_calls(
    newsletter: Newsletter, file: Path, pairs: Path, tmp_path: Path
) -> None:
    few = tiny.tsv(tiny.sentences()[:9], tmp_path / "few.tsv")
    swapped = tiny.tsv([(en, ja) for ja, en in tiny.sentences()], tmp_path / "swapped.tsv")
    for arguments, code, message in (
        (
            ("--pairs", few),
            1,
            "few.tsv: has 9 pairs that can be learned from, and 40 are",
        ),
        (("--pairs", swapped), 1, "swapped.tsv: 60 of 60 pairs cannot be learned from: the lang"),
        (("--pairs", tmp_path / "none.tsv"), 1, "none.tsv: there is no such file"),
        (("--pairs", "memory"), 2, ""),
        (("--pairs", pairs, "--out", "x.zip"), 2, "x.zip must end in .argosmodel"),
        (("--pairs", pairs, "--device", "cuda"), 2, "PyTorch finds no CUDA device here"),
        (("--pairs", pairs, "--from", "nothing"), 2, "nothing is no package"),
    ):
        done = newsletter("models", "train", "--from", file, *arguments, cwd=tmp_path)
        assert (done.code, len(done.err.splitlines())) == (code, 1), done.err
        assert message in done.err


@needs_torch
def test_the_memory_of_a_publication(
    newsletter: Newsletter, publication: Path, file: Path, tmp_path: Path
) -> None:
    """Its approved translations alone are too few; with a memory imported they are enough."""
    arguments = ("models", "train", "--from", file, "--pairs", "memory", "--steps", 40)
    few = newsletter(*arguments, cwd=publication)
    assert few.code == 1
    assert "pairs that can be learned from, and 40 are the least" in few.err
    from toolkit.translation.tmx import Unit, write_tmx

    (tmp_path / "old.tmx").write_bytes(write_tmx([Unit(*p) for p in tiny.sentences()], "ja"))
    assert newsletter("memory", "import", tmp_path / "old.tmx").code == 0
    out = tmp_path / "out.argosmodel"
    assert newsletter(*arguments, "--out", out).code == 0
    assert out.exists()


def test_without_pytorch_it_says_what_to_install(
    newsletter: Newsletter, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    done = newsletter("models", "train", "--from", "ja-en", "--pairs", pairs, cwd=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "newsletter: training needs PyTorch (torch is missing): "
        "pip install torch 'sacrebleu[ja]', or the toolkit with its extra, train\n"
    )


@needs_torch
def test_two_trainings_at_once_do_not_mix(
    newsletter: Newsletter, file: Path, pairs: Path, tmp_path: Path
) -> None:
    import fcntl

    folder = tmp_path / "data" / "newsletter-toolkit" / "training"
    folder.mkdir(parents=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = newsletter("models", "train", "--from", file, "--pairs", pairs, cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (3, 1)
    assert "another training is at work: wait for its end" in done.err


def test_nothing_else_of_the_toolkit_imports_pytorch_or_training() -> None:
    root = Path("toolkit")
    named = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if any(word in path.read_text("utf-8") for word in ("import torch", "toolkit.training"))
    }
    outside = {name for name in named if not name.startswith("training/")}
    assert outside == {"commands/training.py"}
