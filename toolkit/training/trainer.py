"""The loop: batches in, better weights out, at most so many minutes or exactly so many steps.

Computed in bfloat16 where the machine is fast in it, with what is learned in float32 beside (a
step is far smaller than what bfloat16 can add). What is learned are corrections of low rank (see
``adapters``). The rate rises for some steps and falls to nothing at the end, which takes out the
noise of single batches.

A fast machine sees the few sentences of a newsroom many times in the same minutes, and forgets
others over them. So of the corrections only a share is kept in the end: on the straight line from
the old weights to the new ones, what is learned comes early and what is forgotten comes late
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").

With a number of steps, the same seed and pairs give the same weights on the same machine, also
when the run was killed in between: all it needs to go on is in the checkpoint. With minutes,
the rate follows the clock.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, field
from itertools import islice
from pathlib import Path
from shutil import which
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from toolkit.errors import MissingError, UsageError
from toolkit.files import replacing
from toolkit.training.adapters import UP, adapt, as_before, corrections
from toolkit.training.batches import Batch, Example, Material, batched, rounds
from toolkit.training.course import Look, Settings
from toolkit.training.gemma import Gemma
from toolkit.translation.model import threads

COMPILE_FROM = 30
"""Minutes from which on ``torch.compile`` pays: it takes one or two, and saves a sixth."""

LOOKS = 4
"""How often a run looks at the held-out sentences."""

PATIENCE = 3
"""So many looks without anything better end a run."""

COST = 0.015
"""So much of itself the loss of general sentences may rise by, for what is kept: chosen by runs of
``benchmarks.training`` (docs/training.md)."""

LEAST = 0.2
"""The least share of what was learned that is kept, whatever it costs."""

CHECKPOINT_SECONDS = 180.0
"""The least time between two checkpoints."""


@dataclass(frozen=True)
class Trained:
    """The end of a run.

    Attributes:
        corrections: what to add to the matrices, by name; nothing if nothing was better.
        share: of what was learned, that is in them.
        looks: the course, the first one before any step.
        best: the number of the look that the weights are of.
        stopped: whether the run ended early, because nothing got better.
        device, number_format: what it ran on and in.
    """

    corrections: dict[str, Tensor]
    share: float
    looks: tuple[Look, ...]
    best: int
    stopped: bool
    device: str
    number_format: str


Report = Callable[[float, str], None]
"""Is called after each step with the share of the run that is done, and words for it."""

Looked = Callable[[Sequence[Look], int], object]
"""Is called after each look with all so far, and the number of the best."""


@dataclass
class _State:
    """All that a run has to remember."""

    step: int = 0
    round: int = 0
    place: int = 0
    seconds: float = 0.0
    best: int = 0
    recent: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


def device_of(name: str) -> str:
    """The device that a name means.

    Raises:
        UsageError: the machine has no CUDA.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise UsageError("PyTorch finds no CUDA device here: leave --device out, or say cpu")
    return "cuda" if name != "cpu" and torch.cuda.is_available() else "cpu"


def number_format(device: str) -> torch.dtype:
    """bfloat16 where it is fast: on CUDA, and on processors that multiply in it."""
    if device == "cuda":
        return torch.bfloat16
    fast = any(
        getattr(torch.cpu, name, lambda: False)()
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
    return torch.bfloat16 if fast else torch.float32


class _Run:
    """A model on its way."""

    def __init__(self, model: Gemma, settings: Settings, device: str) -> None:
        self.settings = settings
        self.device = device
        self.format = number_format(device)
        adapt(model)
        self.model = model.to(device)
        learned = {key: value for key, value in model.named_parameters() if value.requires_grad}
        self.names = list(learned)
        self.master = [value.detach().clone().requires_grad_() for value in learned.values()]
        self.best = [value.detach().clone() for value in self.master]
        model.to(self.format)
        self.weights: list[Tensor] = [value for value in model.parameters() if value.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.master, lr=settings.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        self.state = _State()
        if settings.minutes >= COMPILE_FROM and not settings.steps and _can_compile(device):
            # What cannot be compiled here runs as it is: slower, with the same result.
            torch._dynamo.config.suppress_errors = True
            for layer in model.layers:
                layer.forward = torch.compile(layer.forward, dynamic=True)

    def _answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The log-probabilities of all pieces at each place of the answers, and the right ones."""
        length = max(len(example.pieces) for example in batch) - 1
        pieces = torch.zeros(len(batch), length, dtype=torch.long)
        answers = torch.full((len(batch), length), -1, dtype=torch.long)
        for row, example in enumerate(batch):
            numbers = torch.tensor(example.pieces)
            pieces[row, : len(numbers) - 1] = numbers[:-1]
            answers[row, example.asked - 1 : len(numbers) - 1] = numbers[example.asked :]
        places = (answers >= 0).flatten().nonzero().squeeze(1)
        known = self.model(pieces.to(self.device)).flatten(0, 1)
        logits = self.model.logits(known[places.to(self.device)]).float()
        return logits.log_softmax(-1), answers.flatten()[places].to(self.device)

    def learn(self, batch: Batch, rate: float) -> float:
        """One step; the mean loss of a piece before it.

        What is replayed is to be answered as before, whatever stands beside it: that is told by
        all pieces' probabilities (Kullback–Leibler), where a reference tells one piece of many.
        """
        told, wanted = self._answers(batch)
        losses = functional.nll_loss(told, wanted, reduction="none")
        total = losses.sum()
        if replayed := tuple(example for example in batch if example.replayed):
            counts = torch.tensor([len(example.pieces) - example.asked for example in batch])
            kinds = torch.tensor([example.replayed for example in batch])
            again = kinds.repeat_interleave(counts).to(self.device)
            with as_before(self.model):
                before, _ = self._answers(replayed)
            total = losses[~again].sum() + functional.kl_div(
                told[again], before, reduction="sum", log_target=True
            )
        (total / len(losses)).backward()
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        for master, weight in zip(self.master, self.weights, strict=True):
            assert weight.grad is not None
            master.grad, weight.grad = weight.grad.float(), None
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_(self.weights, self.master)
        return losses.mean().item()

    def losses(self, *groups: Sequence[Batch]) -> list[float]:
        """The mean loss of a piece in each group of batches."""
        found = []
        with torch.no_grad():
            for batches in groups:
                total = count = 0.0
                for told, wanted in map(self._answers, batches):
                    total += functional.nll_loss(told, wanted, reduction="sum").item()
                    count += len(wanted)
                found.append(total / max(count, 1))
        return found

    def keep(self) -> None:
        """Remember what has been learned by now as the best."""
        with torch.no_grad():
            torch._foreach_copy_(self.best, self.master)

    def take(self, share: float) -> None:
        """Be the start and a share of the way from there to the best."""
        with torch.no_grad():
            for name, weight, best in zip(self.names, self.weights, self.best, strict=True):
                weight.copy_(best * share if name.endswith(UP) else best)

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint holds beside the state."""
        found: dict[str, Tensor] = {}
        for number, name in enumerate(self.names):
            found[f"master/{name}"] = self.master[number]
            found[f"best/{name}"] = self.best[number]
            for kind in ("exp_avg", "exp_avg_sq", "step"):
                found[f"{kind}/{name}"] = self.optimizer.state[self.master[number]][kind]
        return found

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Be as a checkpoint was."""
        with torch.no_grad():
            for number, name in enumerate(self.names):
                master = self.master[number]
                master.copy_(torch.from_numpy(stored[f"master/{name}"]))
                self.best[number].copy_(torch.from_numpy(stored[f"best/{name}"]))
                self.optimizer.state[master] = {
                    kind: torch.from_numpy(stored[f"{kind}/{name}"]).to(self.device)
                    for kind in ("exp_avg", "exp_avg_sq")
                }
                self.optimizer.state[master]["step"] = torch.tensor(
                    float(stored[f"step/{name}"]), device=self.device
                )
            torch._foreach_copy_(self.weights, self.master)
        lists = ("recent", "looks")
        numbers = {name: stored[name].item() for name in asdict(_State()) if name not in lists}
        looks = [
            Look(int(step), seconds, None if training < 0 else training, held_out, general)
            for step, seconds, training, held_out, general in stored["looks"].tolist()
        ]
        self.state = _State(**numbers, recent=stored["recent"].tolist(), looks=looks)


def _can_compile(device: str) -> bool:
    """Whether ``torch.compile`` has what it needs: on a CPU, a compiler for C++."""
    return device == "cuda" or any(which(name) for name in ("c++", "g++", "clang++"))


def train(
    model: Gemma,
    material: Material,
    held_out: Sequence[Example],
    general: Sequence[Example],
    settings: Settings,
    *,
    checkpoint: Path | None = None,
    key: str = "",
    report: Report = lambda done, words: None,
    looked: Looked = lambda looks, best: None,
) -> Trained:
    """Train a model; it is changed, and the best corrections are in the result.

    Args:
        model: in float32; what it learns is in its layers afterwards.
        material: what to learn from.
        held_out: examples that say when it gets no better.
        general: examples that say how much of what was learned is kept.
        settings: how.
        checkpoint: where to keep what a killed run needs to go on; gone when the run is over.
        key: of the run that the checkpoint belongs to; one of another run is of no use.
        report: see ``Report``.
        looked: see ``Looked``.

    Raises:
        UsageError: the device is not there.
        MissingError: the checkpoint cannot be written.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(threads())
    run = _Run(model, settings, device_of(settings.device))
    groups = batched(held_out, 2 * material.tokens), batched(general, 2 * material.tokens)
    began = time.monotonic()
    if checkpoint and (stored := _stored(checkpoint, key)):
        run.restore(stored)
        began -= run.state.seconds
        done = _done(run.state.step, run.state.seconds, settings)
        report(done, f"going on from step {run.state.step}")
    else:
        run.state.looks.append(Look(0, 0.0, None, *run.losses(*groups)))
    state = run.state
    saved = time.monotonic()
    stopped = False
    rounds_from_here = islice(rounds(material, settings.seed), state.round, None)
    for number, batches in enumerate(rounds_from_here, state.round):
        state.round = number
        for batch in batches[state.place :]:
            done = _done(state.step, state.seconds, settings)
            state.recent.append(run.learn(batch, _rate(state.step, done, settings)))
            state.step += 1
            state.place += 1
            state.seconds = time.monotonic() - began
            done = _done(state.step, state.seconds, settings)
            report(done, f"step {state.step}, loss {state.recent[-1]:.2f}")
            if done >= len(state.looks) / LOOKS or done >= 1:
                mean = sum(state.recent) / len(state.recent)
                state.recent.clear()
                state.looks.append(Look(state.step, state.seconds, mean, *run.losses(*groups)))
                if state.looks[-1].held_out < state.looks[state.best].held_out:
                    state.best = len(state.looks) - 1
                    run.keep()
                looked(state.looks, state.best)
                state.seconds = time.monotonic() - began
                stopped = len(state.looks) - 1 - state.best >= PATIENCE
            if done >= 1 or stopped:
                break
            if checkpoint and time.monotonic() - saved >= CHECKPOINT_SECONDS:
                _store(checkpoint, key, run)
                saved = time.monotonic()
        else:
            state.place = 0
            continue
        break
    share = _take_share(run, groups[1])
    if checkpoint:
        with suppress(FileNotFoundError):
            checkpoint.unlink()
    return Trained(
        corrections(dict(zip(run.names, run.best, strict=True)), share),
        share,
        tuple(state.looks),
        state.best,
        stopped,
        run.device,
        str(run.format).removeprefix("torch."),
    )


def _take_share(run: _Run, general: Sequence[Batch]) -> float:
    """Take the largest share of the best corrections that costs general sentences little.

    The loss on the line from the start to the best is a parabola, as near as can be seen, so that
    a third point tells where it crosses what is allowed.
    """
    looks, best = run.state.looks, run.state.best
    if best == 0:
        run.take(1.0)
        return 1.0
    start = looks[0].general
    run.take(0.5)
    half, whole = run.losses(general)[0] - start, looks[best].general - start
    share = _crossing(half, whole, COST * start)
    run.take(share)
    return share


def _crossing(half: float, whole: float, allowed: float) -> float:
    """Up to where, from ``LEAST`` to 1, a parabola stays under what is allowed.

    Args:
        half, whole: the parabola at 0.5 and at 1; it is 0 at 0.
        allowed: not below 0.
    """
    bend, slope = 2 * (whole - 2 * half), 4 * half - whole
    if whole <= allowed:
        return 1.0
    if bend <= 0:
        return max(LEAST, allowed / slope)  # It stays under its tangent.
    return max(LEAST, (math.hypot(slope, 2 * math.sqrt(bend * allowed)) - slope) / (2 * bend))


def _done(step: int, seconds: float, settings: Settings) -> float:
    if settings.steps:
        return step / settings.steps
    return seconds / (60 * settings.minutes)


def _rate(step: int, done: float, settings: Settings) -> float:
    rising = min(1.0, (step + 1) / settings.warm_up)
    return settings.rate * rising * min(1.0, max(0.0, (1 - done) / settings.decay))


def _store(path: Path, key: str, run: _Run) -> None:
    looks = [[-1.0 if v is None else v for v in astuple(look)] for look in run.state.looks]
    state = asdict(run.state) | {"looks": looks, "key": key}
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in state.items()}
    arrays |= {name: value.detach().cpu().numpy() for name, value in run.tensors().items()}
    with replacing(path) as file:
        np.savez(file, **arrays)


def _stored(path: Path, key: str) -> Mapping[str, Any] | None:
    """A checkpoint, if it is whole and of this run; one that is not is deleted."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            if stored["key"].item() == key:
                return dict(stored.items())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        pass
    try:
        path.unlink()
    except OSError as error:
        raise MissingError(f"cannot be deleted: {error.strerror}", path) from None
    return None
