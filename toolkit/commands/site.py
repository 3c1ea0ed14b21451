"""``newsletter site``: all issues as a static web site."""

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
from toolkit.errors import shown


@click.command("site")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for the site; by default the publication's dist/site.",
)
@publication_option
@json_option
@click.pass_context
def command(
    context: click.Context, out: Path | None, publication: Path | None, as_json: bool
) -> None:
    """Write all issues as a web site: an index and an Atom feed in each language.

    The site is files only, with relative links: put the folder on any web server, or open
    its index.html. Say where it stands as `url` under [site] in newsletter.toml, and feeds
    and sitemap.xml have whole addresses. An issue without a translation is left out of the
    other language, and named.

    \b
    Examples:
      newsletter site
      newsletter site --out ~/www/weekly
    """
    from toolkit.site import write_site

    opened = open_publication(publication)
    with progress_bar(len(opened.slugs()) * len(opened.languages), "Writing") as bar:
        site = write_site(opened, out, lambda name: bar.update(1, name))
    if as_json:
        print_json(
            {
                "out": str(site.out),
                "files": [path.relative_to(site.out).as_posix() for path in site.files],
                "warnings": [finding.as_dict() for finding in site.findings],
                "failures": [str(error) for error in site.failures],
            }
        )
    else:
        click.echo(f"{shown(site.out / 'index.html')}  ({len(site.files)} files)")
        print_findings(site.findings, err=True)
        for error in site.failures:
            click.echo(f"newsletter: {error}", err=True)
    context.exit(1 if site.failures else 0)
