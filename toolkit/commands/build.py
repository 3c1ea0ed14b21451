"""``newsletter build``: issues × languages × formats, into dist/, as far as they are stale."""

import datetime
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import click

from toolkit.commands import (
    complete_issues,
    is_terminal,
    json_option,
    open_publication,
    print_findings,
    progress_bar,
    publication_option,
)
from toolkit.document.publication import LANGUAGES, PDF_VARIANT, PDF_VARIANTS, Publication
from toolkit.errors import NewsletterError, UsageError, shown
from toolkit.export import (
    Event,
    Failure,
    Output,
    Report,
    Skipped,
    Started,
    Step,
    available_processors,
    build,
)
from toolkit.export.selection import select
from toolkit.export.tasks import collect_seldom
from toolkit.export.watch import in_turn, saves
from toolkit.rendering import DEFAULT_FORMATS, FORMATS

STDIN = "-"
BILINGUAL = [f"{first}-{second}" for first, second in permutations(LANGUAGES, 2)]


@click.command("build")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1, shell_complete=complete_issues)
@click.option("--all", "all_issues", is_flag=True, help="Build every issue of the publication.")
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only issues of this date and later; without a SLUG, all of them.",
)
@click.option(
    "--until",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only issues of this date and earlier; without a SLUG, all of them.",
)
@click.option(
    "--lang",
    "languages",
    type=click.Choice([*LANGUAGES, *BILINGUAL]),
    multiple=True,
    help="A language to build, or two side by side (ja-en); may be given again. By default "
    "each of the publication's.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help=f"A format to build; may be given again. By default {', '.join(DEFAULT_FORMATS)}.",
)
@click.option(
    "--pdf-variant",
    type=click.Choice(PDF_VARIANTS),
    default=PDF_VARIANT,
    show_default=True,
    help="The standard that PDFs meet: pdf/ua for accessibility, pdf/a for archives.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the files; by default the publication's dist/.",
)
@click.option("--force", is_flag=True, help="Make also what is up to date.")
@click.option("--explain", is_flag=True, help="Say of each output why it is or is not made.")
@click.option("--dry-run", is_flag=True, help="Make nothing; say what would be made.")
@click.option("--watch", is_flag=True, help="Go on, and build again on every save; Ctrl-C ends.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=available_processors,
    help="How many processes work at once; by default one a processor.",
)
@click.option(
    "--task-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="The longest one output may take; then it fails and the others go on.",
)
@click.option(
    "--max-memory",
    metavar="MB",
    type=click.IntRange(min=1),
    help="A process that holds more after an edition gives way to a new one.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Build on a Dask cluster: its scheduler, as in tcp://192.168.1.20:8786. --jobs does "
    "not matter then.",
)
@publication_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    slugs: tuple[str, ...],
    all_issues: bool,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
    pdf_variant: str,
    out: Path | None,
    force: bool,
    explain: bool,
    dry_run: bool,
    watch: bool,
    jobs: int,
    task_timeout: float | None,
    max_memory: int | None,
    scheduler: str | None,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Render issues as OUT/SLUG/SLUG.LANG.FORMAT, with a build.json beside them.

    SLUG names an issue, or is its number, a pattern such as '2025-*', or - to read any of
    these from standard input, a line each. Without one, the newest issue is built. An edition in
    another language needs its catalog: run `newsletter translate` first.

    Only what is not up to date is made: what an output was made from is compared by
    content, and an output that is missing or was changed is made again. Files that could
    not be made are told on standard error, and the exit status is 1. While one build is at
    work in OUT another ends at once, with exit status 3.

    With --json each event is a line of JSON: started, finished, failed, skipped, and a
    summary at the end.

    A process that dies, hangs (--task-timeout) or grows too large (--max-memory) costs at
    most the outputs it was making; each has its line. A build that is killed leaves whole
    files only, and the next one makes the rest. Ctrl-C ends at once.

    With --scheduler the outputs are made on a Dask cluster. Its scheduler and workers need
    the same toolkit with its extra [cluster], and no shared disk: files travel there, each
    once, and outputs come back. A worker that is lost costs time, no output. Whoever can
    reach a Dask scheduler can run anything on its machines: keep it in a network you trust.

    With --watch an error, too, is told and waited out: the next save mends it.

    \b
    Examples:
      newsletter build 2025-11-25
      newsletter build '2025-*' --explain --dry-run
      newsletter build --all --lang en --format pdf --out ~/archive
      newsletter build 12 --format pdf
      ls issues | tail -n 3 | newsletter build -
      newsletter build --all --scheduler tcp://192.168.1.20:8786
    """
    collect_seldom()
    # Asking twice for one thing (`--lang ja --lang ja`) makes it once.
    languages = tuple(dict.fromkeys(languages))
    formats = tuple(dict.fromkeys(formats)) or DEFAULT_FORMATS

    def choose(opened: Publication) -> list[str]:
        return _chosen(opened, slugs, all_issues=all_issues, since=since, until=until)

    def make(opened: Publication, chosen: Sequence[str], *, force: bool) -> Report:
        start = time.perf_counter()

        def run(on_event: Callable[[Event], None]) -> Report:
            return build(
                replace(opened, pdf_variant=pdf_variant),
                chosen,
                languages or opened.languages,
                formats,
                out,
                jobs=jobs,
                force=force,
                dry_run=dry_run,
                task_timeout=task_timeout,
                max_memory=max_memory and max_memory * 1_000_000,
                scheduler=scheduler,
                on_event=on_event,
            )

        if as_json:
            report = run(lambda event: _print_line(_as_dict(event)))
            for step in report.steps if dry_run or explain else ():
                _print_line(_step_as_dict(step))
            _print_line(_summary(report, time.perf_counter() - start))
        else:
            total = len(chosen) * len(languages or opened.languages) * len(formats)
            with progress_bar(total, "Building") as bar:

                def show(event: Event) -> None:
                    if isinstance(event, Started):
                        name = f"{event.slug}.{event.language}.{event.format}"
                        bar.update(0, name)
                        bar.render_progress()  # while it is made, not when the next is done
                    else:
                        bar.update(1)

                report = run(show)
            _print(report, explain=explain or dry_run, dry_run=dry_run)
        return report

    opened = open_publication(publication)
    if watch:
        if dry_run or STDIN in slugs:
            raise UsageError("--watch goes neither with --dry-run nor with - (standard input)")
        choose(opened)  # What is misspelt now will not be mended by a save.
        # The page to look at is there at once, the PDF, which takes longest, after the others.
        formats = tuple(sorted(formats, key=lambda format_: format_ == "pdf"))
        with suppress(KeyboardInterrupt):
            for saved in saves(opened, out or opened.dist):
                try:
                    now = open_publication(publication)
                    for group in in_turn(now, choose(now), saved):
                        make(now, group, force=force)
                except NewsletterError as error:
                    click.echo(f"newsletter: {error}", err=True)
                force = False
        return
    report = make(opened, choose(opened), force=force)
    context.exit(1 if report.failures else 0)


def _chosen(
    publication: Publication,
    names: tuple[str, ...],
    *,
    all_issues: bool,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
) -> list[str]:
    if all_issues and names:
        raise UsageError("give either --all or the issues' names, not both")
    listed = list(names)
    if STDIN in listed:
        given = [line.strip() for line in sys.stdin]
        place = listed.index(STDIN)
        listed[place : place + 1] = [name for name in given if name]
    if not names:
        known = publication.slugs()
        if not known:
            raise UsageError("the publication has no issues yet: `newsletter new` makes one")
        listed = known if all_issues or since or until else known[-1:]
    return select(
        publication, listed, since.date() if since else None, until.date() if until else None
    )


def _print(report: Report, *, explain: bool, dry_run: bool) -> None:
    if explain:
        for step in report.steps:
            verb = "would be made" if dry_run else "stale"
            why = f"{verb}: {'; '.join(step.reasons)}" if step.reasons else "up to date"
            click.echo(f"{shown(step.path)}: {why}")
    for output in report.outputs:
        about = [f"{output.size / 1024:,.0f} KB"]
        if output.pages is not None:
            about.insert(0, f"{output.pages} page{'s' if output.pages > 1 else ''}")
        if output.drafts:
            about.append(f"{output.drafts} drafts not yet approved")
        click.echo(f"{shown(output.path)}  ({', '.join(about)})")
    if report.skipped and not explain and is_terminal():
        # Where nobody watches, silence says that all is well.
        click.echo(f"{len(report.skipped):,} up to date", err=True)
    findings = {finding: None for output in report.outputs for finding in output.findings}
    print_findings(findings, err=True)
    for error in dict.fromkeys(str(failure.error) for failure in report.failures):
        click.echo(f"newsletter: {error}", err=True)


def _print_line(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
    # Whoever reads the lines wants them as they happen.
    sys.stdout.flush()


def _as_dict(event: Event) -> dict[str, Any]:
    match event:
        case Output():
            return _output_as_dict("finished", event)
        case Skipped(output):
            return _output_as_dict("skipped", output)
        case Failure(error=error):
            return _named("failed", event) | {
                "error": error.message,
                "path": str(error.path) if error.path else None,
                "line": error.line,
            }
        case Started():
            return _named("started", event)


def _named(kind: str, about: Output | Failure | Started | Step) -> dict[str, Any]:
    return {
        "event": kind,
        "issue": about.slug,
        "language": about.language,
        "format": about.format,
    }


def _output_as_dict(kind: str, output: Output) -> dict[str, Any]:
    return _named(kind, output) | {"path": str(output.path)} | output.as_dict()


def _step_as_dict(step: Step) -> dict[str, Any]:
    return _named("planned", step) | {"path": str(step.path), "reasons": list(step.reasons)}


def _summary(report: Report, seconds: float) -> dict[str, Any]:
    return {
        "event": "summary",
        "made": len(report.outputs),
        "failed": len(report.failures),
        "skipped": len(report.skipped),
        "bytes": sum(output.size for output in report.outputs),
        "drafts": sum(output.drafts for output in report.outputs),
        "warnings": sum(len(output.findings) for output in report.outputs),
        "seconds": round(seconds, 3),
    }
