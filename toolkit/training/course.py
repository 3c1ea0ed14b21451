"""How a training is to run, how far it was when it looked, and who is told; without PyTorch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.training.learning import Material
    from toolkit.translation.metadata import Package

DEVICES = ("auto", "cpu", "cuda")

LONGEST = 320
"""The longest example, in pieces of both sides: a paragraph is no sentence."""


@dataclass(frozen=True)
class Settings:
    """How to train.

    Attributes:
        minutes: of training, checkpoints and looks included.
        steps: exactly so many instead; 0 for as many as the minutes allow.
        seed: of everything that is drawn.
        device: one of ``DEVICES``; ``auto`` is CUDA where there is one.
        rate: the highest step, for AdamW.
        warm_up: steps until the rate is at its highest.
        decay: the last share of the run, in which the rate falls to nothing.
    """

    minutes: float = 10.0
    steps: int = 0
    seed: int = 1
    device: str = "auto"
    rate: float = 2e-4
    warm_up: int = 20
    decay: float = 0.8


@dataclass(frozen=True)
class Look:
    """How far a run was, and the mean loss of a piece, in nats.

    Attributes:
        step: steps taken.
        seconds: since the start.
        training: the loss since the look before; of the first look, none.
        held_out: the loss on the newsroom's held-out sentences, both directions.
        general: the loss on general sentences, both directions.
    """

    step: int
    seconds: float
    training: float | None
    held_out: float
    general: float


class Watcher:
    """Is told what happens; this one keeps it to itself."""

    def prepared(self, base: "Package", material: "Material", replay: int) -> None:
        """The pairs are ready."""

    @contextmanager
    def judging(self, name: str, translations: int) -> Iterator[Callable[[int], None]]:
        """A package sits an exam of so many translations; what is given counts them."""
        yield lambda finished: None

    @contextmanager
    def training(self) -> Iterator[Callable[[float, str], None]]:
        """Training begins; what is given takes the share that is done, and words for it."""
        yield lambda done, words: None
