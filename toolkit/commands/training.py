"""``newsletter models train``: a package learns from a newsroom's own translations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.commands import (
    json_option,
    open_publication,
    print_json,
    progress_bar,
    publication_option,
)
from toolkit.errors import ContentError, UsageError, shown
from toolkit.training.course import DEVICES, Settings, Watcher

if TYPE_CHECKING:
    from toolkit.training.learning import Material, Result
    from toolkit.translation.metadata import Package

_MOST = 1000
"""Of a progress bar: finer than anybody sees."""


@click.command("train")
@click.option(
    "--from",
    "what",
    metavar="PACKAGE",
    required=True,
    help="What to go on from: the code of an installed package (ja-en comes with the toolkit), "
    "or an .argosmodel file.",
)
@click.option(
    "--pairs",
    "pairs_from",
    metavar="FILE|memory",
    required=True,
    help="What to learn from: a .tsv (Japanese, tab, English), a .tmx, or the word memory for "
    "the publication's approved translations.",
)
@click.option(
    "--minutes",
    metavar="N",
    type=click.FloatRange(0.1, 6000),
    default=10.0,
    show_default=True,
    help="How long it may take, judging before and after included.",
)
@click.option(
    "--steps",
    metavar="N",
    type=click.IntRange(1),
    help="Train exactly so many steps instead: with the same seed and pairs, the same package "
    "comes out.",
)
@click.option(
    "--seed",
    metavar="N",
    type=int,
    default=1,
    show_default=True,
    help="Decides the order of the pairs.",
)
@click.option(
    "--device",
    type=click.Choice(DEVICES),
    default="auto",
    show_default=True,
    help="What to compute on; auto is CUDA where there is one.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the package to an .argosmodel file, and install nothing.",
)
@publication_option
@json_option
def command(
    what: str,
    pairs_from: str,
    minutes: float,
    steps: int | None,
    seed: int,
    device: str,
    out: Path | None,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Teach a package your own translations, and keep what comes out if it is better.

    A part of the pairs is held out: they say before and after how good the package is on your
    sentences, and general sentences what that cost. A package that is no better is not kept,
    and the exit code is 1. A better one is installed beside the one it came from, and used
    instead of it; `newsletter models remove` goes back.

    A run that was killed goes on when it is called again. Training needs PyTorch and
    sacrebleu, which are an extra (train).

    \b
    Examples:
      newsletter models train --from ja-en --pairs memory
      newsletter models train --from ja-en --pairs ours.tmx --minutes 30 --out ours.argosmodel
    """
    import platformdirs

    from toolkit.training.learning import learn, prepare, require_torch
    from toolkit.training.pairs import MEMORY, read_pairs
    from toolkit.translation.evaluation import opened, require_sacrebleu

    require_torch()
    require_sacrebleu()
    if out is not None and out.suffix != ".argosmodel":
        raise UsageError(f"{out} must end in .argosmodel, or nobody can install it")
    magazine = open_publication(publication) if pairs_from == MEMORY else None
    material = prepare(read_pairs(pairs_from, magazine), pairs_from)
    settings = Settings(minutes=minutes, steps=steps or 0, seed=seed, device=device)
    folder = Path(platformdirs.user_cache_dir("newsletter-toolkit")) / "training"
    with opened(what) as base:
        watcher = Watcher() if as_json else _Printer()
        result = learn(base, material, settings, folder, out=out, watcher=watcher)
    if as_json:
        print_json(_as_dict(result))
    else:
        _print(result, magazine.package if magazine else "")
    if result.objection:
        raise ContentError(f"what was trained is not kept: {result.objection}; nothing was changed")


class _Printer(Watcher):
    """Says what happens while it happens."""

    def prepared(self, base: "Package", material: "Material", replay: int) -> None:
        cleaned, parts = material.cleaned, material.split
        click.echo(
            f"{base.code} {base.version}: {len(parts.learned):,} pairs to learn from, "
            f"{len(parts.held_out):,} held out, {replay:,} general ones to replay"
        )
        for reason, count, first in cleaned.reasons():
            click.echo(f"    {count:,} dropped: {reason} (first at {first.place})")

    @contextmanager
    def judging(self, name: str, translations: int) -> Iterator[Callable[[int], None]]:
        with progress_bar(translations, name) as bar:
            yield bar.update

    @contextmanager
    def training(self) -> Iterator[Callable[[float, str], None]]:
        with progress_bar(_MOST, "training") as bar:

            def show(done: float, words: str) -> None:
                bar.update(min(_MOST, round(_MOST * done)) - bar.pos, words)

            yield show


def _print(result: "Result", named: str) -> None:
    """Say what came of it; ``named`` is the package that the publication names, if any."""
    from toolkit.translation.package import find

    best, last = result.looks[result.best], result.looks[-1]
    ended = ", ended early since nothing got better" if result.stopped else ""
    kept = f"; {result.share:.0%} of what was learned by then" if result.best else ""
    click.echo(
        f"{last.step} steps in {last.seconds / 60:.1f} minutes{ended}; best after {best.step}"
        f"{kept}\n"
        f"the course of the loss: {shown(result.curve)}"
    )
    click.echo(f"{'':<32}{'before':>8}{'after':>8}")
    for name, before, after in result.figures():
        click.echo(f"{name:<32}{_number(before)}{_number(after)}")
    if isinstance(result.kept, Path):
        click.echo(f"{shown(result.kept)}: `newsletter models install` puts it to use")
    elif result.kept is not None:
        code = result.kept.code
        used = find("ja", "en", named).code
        use = "it is used from now on"
        if used != code:
            use = f"{used} is used still: name {code} in newsletter.toml, [translation] package"
        click.echo(
            f"installed {code} {result.kept.version}: {use}; "
            f"`newsletter models remove {code}` goes back to {result.base.code}"
        )


def _number(value: float | None) -> str:
    return f"{'–' if value is None else f'{value:.1f}':>8}"


def _as_dict(result: "Result") -> dict[str, Any]:
    kept = result.kept
    return {
        "from": result.base.code,
        "version": result.base.version,
        "learned": len(result.material.split.learned),
        "held_out": len(result.material.split.held_out),
        "dropped": {reason: count for reason, count, _ in result.material.cleaned.reasons()},
        "replay": result.replay,
        "looks": [
            {
                "step": look.step,
                "seconds": round(look.seconds, 1),
                "training": look.training,
                "held_out": look.held_out,
                "general": look.general,
            }
            for look in result.looks
        ],
        "best": result.best,
        "share": result.share,
        "curve": str(result.curve),
        "figures": [
            {"name": name, "before": before, "after": after}
            for name, before, after in result.figures()
        ],
        "objection": result.objection,
        "kept": None if kept is None else str(kept if isinstance(kept, Path) else kept.path),
    }
