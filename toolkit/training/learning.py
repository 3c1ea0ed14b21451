"""From a package and a newsroom's pairs to a package that is better, or to none.

What is long is done once: a run that was killed goes on where its last checkpoint was, as soon
as it is called again with the same package, pairs and settings. One training runs at a time.
"""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit import __version__
from toolkit.errors import ContentError, MissingError
from toolkit.files import replacing, write_atomic
from toolkit.training.course import LONGEST, Look, Settings, Watcher
from toolkit.training.curve import curve
from toolkit.training.judging import Marks, exam, objection, sit
from toolkit.training.markup import as_shown
from toolkit.training.packaging import code_of, next_version, write_package
from toolkit.training.pairs import Cleaned, Pair, Split, checked, clean, split, spread
from toolkit.training.sample import general_pairs, hashes_of_tests
from toolkit.translation.evaluation import BOTH, require_sacrebleu
from toolkit.translation.metadata import DECODER_ONLY, Package
from toolkit.translation.package import install, installed, unpacked

if TYPE_CHECKING:
    from toolkit.training.batches import Encode
    from toolkit.training.trainer import Trained

SHARE = 0.25
"""So many general examples are replayed for each of the newsroom's."""

TOKENS = {"cpu": 500, "cuda": 8192}
"""Pieces in a batch: many small steps where few sentences a second are seen."""

WATCHED = 24, 50
"""Held-out and general pairs whose loss is looked at on the way, in both directions."""

CALIBRATED = 12
"""Pairs of the newsroom's, and general ones, that show how to round what was learned."""

LEAST_SHARE = 0.4
"""At least this share of the minutes is for training, however slow the judging is."""


ROUNDING = 0.7
"""Rounding what was learned takes about so much of the time that judging takes."""


@dataclass(frozen=True)
class Material:
    """Pairs made ready: what was kept and dropped, and how they were split."""

    cleaned: Cleaned
    split: Split


@dataclass(frozen=True)
class Result:
    """What came of a training.

    Attributes:
        base: the package that was trained.
        material: see there.
        replay: how many general pairs there were to replay.
        before, after: how the base and the new package did; after is None where no weights
            were better than the base's.
        standing: how the package did that an earlier training installed, if one did.
        looks, best, stopped, share: see ``Trained``.
        curve: where the picture of the course lies.
        objection: why the new package was not kept; empty if it was.
        kept: the new package where it was installed, or the file it was written to.
    """

    base: Package
    material: Material
    replay: int
    before: Marks
    after: Marks | None
    standing: Marks | None
    looks: tuple[Look, ...]
    best: int
    stopped: bool
    share: float
    curve: Path
    objection: str
    kept: Package | Path | None

    def figures(self) -> Iterator[tuple[str, float, float | None]]:
        """Each figure: its name, before, and after."""
        before, after = self.before, self.after
        for kind, name in (("held_out", "held out"), ("general", "general")):
            for pair, one in getattr(before, kind).items():
                other = getattr(after, kind)[pair] if after else None
                for score, field in (("BLEU", "bleu_nfkc"), ("chrF2", "chrf_nfkc")):
                    label = f"{name}, {' → '.join(pair)}, {score}"
                    yield label, getattr(one, field), getattr(other, field, None)
        for field, name in (("hidden", "placeholders back"), ("marked", "bold and links back")):
            if (share := getattr(before, field)) is not None:
                later = getattr(after, field) if after else None
                yield f"{name}, %", 100 * share, None if later is None else 100 * later


def require_torch() -> None:
    """See to it that there is PyTorch, before anything is read.

    Raises:
        MissingError: there is none, or none that can be loaded.
    """
    try:
        import torch  # noqa: F401
    except (ImportError, OSError) as error:
        name = getattr(error, "name", None) or error
        raise MissingError(
            f"training needs PyTorch ({name} is missing): pip install torch 'sacrebleu[ja]', or "
            "the toolkit with its extra, train"
        ) from None


def prepare(pairs: Sequence[Pair], what: str) -> Material:
    """Clean and split pairs.

    Args:
        pairs: as they were read.
        what: where from; for messages.

    Raises:
        ContentError: too few are fit to learn from, or to be held out.
    """
    cleaned = clean(pairs, hashes_of_tests())
    parts = split(checked(cleaned, what))
    if not parts.held_out or not parts.learned:
        raise ContentError(
            "has pairs that are too much alike: none can be held out to judge by", Path(what)
        )
    return Material(cleaned, parts)


def fitting(material: Material, encode: "Encode", placeholders: Sequence[str]) -> Material:
    """The material as a package sees it, without the pairs that it cannot.

    Args:
        material: pairs of Markdown sentences.
        encode: how the package reads them.
        placeholders: those of the package.

    Raises:
        ContentError: nothing is left to learn from, or to judge by.
    """
    shown: dict[Pair, Pair] = {}
    dropped: list[tuple[Pair, str]] = []
    for pair in material.cleaned.kept:
        seen = as_shown(pair, placeholders)
        if seen is None:
            dropped.append((pair, "its code, images or addresses differ"))
        elif any(len(encode(seen, target).pieces) > LONGEST for _, target in BOTH):
            dropped.append((pair, "it is too long"))
        else:
            shown[pair] = seen
    parts = (material.split.learned, material.split.held_out)
    learned, held_out = (tuple(shown[pair] for pair in part if pair in shown) for part in parts)
    if not learned or not held_out:
        raise ContentError("the pairs are too long for the model: cut them into sentences")
    cleaned = Cleaned(tuple(shown.values()), (*material.cleaned.dropped, *dropped))
    return Material(cleaned, Split(learned, held_out))


def learn(
    base: Package,
    material: Material,
    settings: Settings,
    folder: Path,
    *,
    out: Path | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Train a package, judge it, and keep it if it is better.

    Args:
        base: the package to go on from, its files there.
        material: the newsroom's pairs, from ``prepare``.
        settings: ``minutes`` are for all of it, judging included.
        folder: for the checkpoint and the curve; one training at a time has it.
        out: a file to write the package to; else it is installed.
        watcher: is told what happens.

    Raises:
        ContentError: the package is damaged, or of a kind that cannot be trained.
        UsageError: there is no such device.
        MissingError: PyTorch or sacrebleu is missing, another training runs, the disk is full.
    """
    require_torch()
    require_sacrebleu()
    if base.architecture != DECODER_ONLY or not set(BOTH) <= set(base.pairs):
        raise ContentError(
            f"the package {base.code} is {base.architecture} for "
            f"{', '.join('-'.join(pair) for pair in base.pairs)}: only a decoder-only package for "
            "both ja-en and en-ja can be trained",
            base.path,
        )
    from toolkit.training.batches import encoder
    from toolkit.training.gemma import model_of
    from toolkit.training.rounding import corrected
    from toolkit.training.trainer import device_of
    from toolkit.training.weights import read_binary

    began = time.monotonic()
    watcher = watcher or Watcher()
    device = device_of(settings.device)
    binary = read_binary(base.path / "model" / "model.bin")
    model = model_of(binary)
    encode = encoder(base)
    material = fitting(material, encode, base.placeholders)
    replay, general = general_pairs()
    watcher.prepared(base, material, len(replay))
    papers = exam(material.split.held_out, general, base.placeholders)
    # What is looked at on the way is not what it is judged by, where there is enough of both.
    watched = tuple(pair for pair in general if pair not in papers.general) or general

    def sat(package: Package, name: str) -> Marks:
        with watcher.judging(name, len(papers)) as progress:
            return sit(package, papers, progress)

    with _alone(folder):
        before = sat(base, f"judging {base.code}")
        took = time.monotonic() - began
        standing_package = next(
            (one for one in installed() if one.code == code_of(base) != base.code), None
        )
        standing = None
        if out is None and standing_package is not None:
            standing = sat(standing_package, f"judging {standing_package.code}")
        elapsed = time.monotonic() - began
        reserved = (1 + ROUNDING) * took
        left = max(LEAST_SHARE * settings.minutes, settings.minutes - (elapsed + reserved) / 60)
        picture = folder / "training.svg"

        def draw(looks: Sequence[Look], best: int) -> str:
            drawn = curve(looks, best, f"{base.code} {base.version}, trained further")
            write_atomic(picture, drawn)
            return drawn

        trained = _trained(
            model,
            base,
            encode,
            material,
            (replay, watched),
            replace(settings, minutes=left),
            device,
            folder,
            draw,
            watcher,
        )
        drawn = draw(trained.looks, trained.best)
        result = Result(
            base=base,
            material=material,
            replay=len(replay),
            before=before,
            after=None,
            standing=standing,
            looks=trained.looks,
            best=trained.best,
            stopped=trained.stopped,
            share=trained.share,
            curve=picture,
            objection="no weights were better on the held-out sentences",
            kept=None,
        )
        if trained.best == 0:
            return result
        del model
        learned, shown = material.split.learned, spread(replay, CALIBRATED)
        calibration = [
            encode(pair, target)
            for pair in (*spread(learned, CALIBRATED), *shown)
            for _, target in BOTH
        ]
        better = corrected(binary, trained.corrections, calibration)
        version = next_version(base, standing_package)
        file = folder / f"{code_of(base)}.argosmodel"
        account = _account(result, settings, trained)
        try:
            with replacing(file) as written:
                write_package(written, base, better, version, account, drawn)
            with unpacked(file) as package:
                after = sat(package, "judging what was learned")
            result = replace(result, after=after, objection=_objection(before, standing, after))
            if result.objection:
                return result
            # What was written told only what was known before it was judged.
            account = _account(result, settings, trained)
            with replacing(out or file) as written:
                write_package(written, base, better, version, account, drawn)
            return replace(result, kept=out or install(str(file)))
        finally:
            file.unlink(missing_ok=True)


def _objection(before: Marks, standing: Marks | None, after: Marks) -> str:
    if reason := objection(before, after):
        return reason
    if standing is not None and objection(standing, after):
        return f"compared with the one installed before, {objection(standing, after)}"
    return ""


def _trained(
    model: Any,
    base: Package,
    encode: "Encode",
    material: Material,
    samples: tuple[Sequence[Pair], Sequence[Pair]],
    settings: Settings,
    device: str,
    folder: Path,
    looked: Callable[[Sequence[Look], int], object],
    watcher: Watcher,
) -> "Trained":
    from toolkit.training import batches
    from toolkit.training.trainer import train

    replay, watched = samples
    learned = batches.Material(
        material.split.learned, replay, SHARE, encode, TOKENS[device], base.placeholders
    )

    def both(pairs: Sequence[Pair]) -> list[batches.Example]:
        return [encode(pair, target) for pair in pairs for _, target in BOTH]

    try:
        with watcher.training() as report:
            return train(
                model,
                learned,
                both(spread(material.split.held_out, WATCHED[0])),
                both(spread(watched, WATCHED[1])),
                settings,
                checkpoint=folder / "checkpoint.npz",
                key=_key(base, material, settings),
                report=report,
                looked=looked,
            )
    except (RuntimeError, MemoryError) as error:
        # PyTorch says so when memory runs out, of the machine or of its card.
        reason = str(error).partition("\n")[0] or "out of memory"
        raise MissingError(
            f"PyTorch cannot go on ({reason}): free some memory, or choose another --device"
        ) from None


def _key(base: Package, material: Material, settings: Settings) -> str:
    """Says which run a checkpoint belongs to; the minutes may differ when it goes on."""
    digest = hashlib.sha256((base.path / "model" / "model.bin").read_bytes())
    told = asdict(settings) | {"minutes": 0.0, "version": __version__}
    digest.update(repr((told, material.split)).encode())
    return digest.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder of trainings; what a killed one left half-written there is cleared away.

    Raises:
        MissingError: another training is at work, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("wb")
    except OSError as error:
        raise MissingError(
            f"cannot be written: {error.strerror}; change its rights", folder
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MissingError("another training is at work: wait for its end", folder) from None
        for leftover in folder.glob(".*"):
            leftover.unlink()
        yield


def _account(result: Result, settings: Settings, trained: "Trained") -> dict[str, Any]:
    """What the package tells of its training."""
    best = trained.looks[trained.best]
    return {
        "base": f"{result.base.code} {result.base.version}".strip(),
        "toolkit": __version__,
        "learned": len(result.material.split.learned),
        "held_out": len(result.material.split.held_out),
        "dropped": len(result.material.cleaned.dropped),
        "replay": result.replay,
        "steps": trained.looks[-1].step,
        "best_step": best.step,
        "share": round(100 * trained.share),
        "seed": settings.seed,
        "device": trained.device,
        "number_format": trained.number_format,
        "figures": [
            [name, f"{before:.1f}", "" if after is None else f"{after:.1f}"]
            for name, before, after in result.figures()
        ],
    }
