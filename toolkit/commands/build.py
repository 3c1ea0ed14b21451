"""``newsletter build``: issues × languages × formats, into dist/."""

from pathlib import Path

import click

from toolkit.commands import (
    json_option,
    open_publication,
    print_findings,
    print_json,
    progress_bar,
    publication_option,
)
from toolkit.document.issue import issue_folder
from toolkit.document.publication import LANGUAGES
from toolkit.errors import UsageError, shown
from toolkit.export import Report, build
from toolkit.rendering import FORMATS


@click.command("build")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--all", "all_issues", is_flag=True, help="Build every issue of the publication.")
@click.option(
    "--lang",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="A language to build; may be given again. By default all of the publication's.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help="A format to build; may be given again. By default all.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the files; by default the publication's dist/.",
)
@publication_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    slugs: tuple[str, ...],
    all_issues: bool,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
    out: Path | None,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Render issues as OUT/SLUG/SLUG.LANG.FORMAT, with a build.json beside them.

    Without a SLUG, the newest issue is built. An edition in another language needs
    its catalog: run `newsletter translate` first.

    \b
    Examples:
      newsletter build 2025-11-25
      newsletter build --all --lang en --format pdf --out ~/archive
    """
    opened = open_publication(publication)
    known = opened.slugs()
    if all_issues and slugs:
        raise UsageError("give either --all or the issues' names, not both")
    for slug in slugs:
        issue_folder(opened, slug)
    if not known:
        raise UsageError("the publication has no issues yet: `newsletter new` makes one")
    chosen = known if all_issues else list(dict.fromkeys(slugs)) or known[-1:]
    # Asking twice for one thing (`--lang ja --lang ja`) makes it once.
    languages = tuple(dict.fromkeys(languages)) or opened.languages
    formats = tuple(dict.fromkeys(formats)) or FORMATS

    total = len(chosen) * len(languages) * len(formats)
    with progress_bar(total, "Building") as bar:
        report = build(opened, chosen, languages, formats, out, lambda name: bar.update(1, name))
    _print(report, as_json=as_json)
    context.exit(1 if report.failures else 0)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "outputs": [
                    {"issue": output.slug, "path": str(output.path)} | output.as_dict()
                    for output in report.outputs
                ],
                "failures": [
                    {
                        "issue": failure.slug,
                        "language": failure.language,
                        "format": failure.format,
                        "error": str(failure.error),
                    }
                    for failure in report.failures
                ],
            }
        )
        return
    for output in report.outputs:
        about = [f"{output.size / 1024:,.0f} KB"]
        if output.pages is not None:
            about.insert(0, f"{output.pages} page{'s' if output.pages > 1 else ''}")
        if output.drafts:
            about.append(f"{output.drafts} drafts not yet approved")
        click.echo(f"{shown(output.path)}  ({', '.join(about)})")
    findings = {finding: None for output in report.outputs for finding in output.findings}
    print_findings(findings, err=True)
    for failure in report.failures:
        click.echo(f"newsletter: {failure.error}", err=True)
