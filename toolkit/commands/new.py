"""``newsletter new``: an issue out of articles."""

import datetime
from pathlib import Path

import click

from toolkit.commands import (
    complete_articles,
    json_option,
    open_publication,
    print_findings,
    print_json,
    publication_option,
)
from toolkit.document.issue import MANIFEST
from toolkit.editorial.assemble import assemble, split
from toolkit.editorial.issue_files import NewIssue, to_do, write_issue
from toolkit.errors import UsageError, shown
from toolkit.findings import Finding

UNITS = {"ja": "characters", "en": "words"}


@click.command("new")
@click.argument("slug")
@click.option(
    "--deep-dive",
    metavar="ARTICLE",
    shell_complete=complete_articles,
    help="The article that is kept whole.",
)
@click.option(
    "--side-story",
    "side_stories",
    metavar="ARTICLE",
    multiple=True,
    shell_complete=complete_articles,
    help="An article to condense to a side story; may be given again.",
)
@click.option(
    "--brief",
    "briefs",
    metavar="ARTICLE",
    multiple=True,
    shell_complete=complete_articles,
    help="An article to condense to a brief; may be given again.",
)
@click.option(
    "--editors-note", metavar="FILE", help="The editor's note; without one, three questions."
)
@click.option("--title", help="The issue's title; by default the deep dive's.")
@click.option(
    "--number",
    type=click.IntRange(min=1),
    help="The issue's number; by default one more than the highest.",
)
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The issue's date; by default SLUG, where it is a date, else today.",
)
@click.option(
    "--from",
    "whole",
    metavar="ARTICLE",
    shell_complete=complete_articles,
    help="Split this article, which holds a whole issue, instead of naming one for each role.",
)
@publication_option
@json_option
def command(
    slug: str,
    deep_dive: str | None,
    side_stories: tuple[str, ...],
    briefs: tuple[str, ...],
    editors_note: str | None,
    title: str | None,
    number: int | None,
    date: datetime.datetime | None,
    whole: str | None,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Make the issue SLUG out of articles.

    ARTICLE is a name in articles/, or a path to a file there. The deep dive is kept
    whole; side stories and briefs are condensed by choosing sentences, for the editor
    to go on from. SLUG is the name of the issue's folder, most often its date.

    \b
    Examples:
      newsletter new 2025-11-25 --deep-dive genesis-mission \\
        --side-story stargate --brief tree --brief survey --editors-note note.md
      newsletter new 2025-11-25 --from articles/pasted-issue.md
    """
    opened = open_publication(publication)
    day = date.date() if date else None
    if whole is not None:
        if deep_dive or side_stories or briefs:
            raise UsageError(
                "--from takes all sections from one article: "
                "leave out --deep-dive, --side-story and --brief"
            )
        issue = split(
            opened, slug, whole, editors_note=editors_note, title=title, number=number, date=day
        )
    else:
        missing = [
            option
            for option, given in (
                ("--deep-dive", deep_dive),
                ("--side-story", side_stories),
                ("--brief", briefs),
            )
            if not given
        ]
        if deep_dive is None or missing:
            raise UsageError(
                f"an issue needs {', '.join(missing)} (or --from with a whole issue); "
                "see `newsletter new --help`"
            )
        issue = assemble(
            opened,
            slug,
            deep_dive=deep_dive,
            side_stories=side_stories,
            briefs=briefs,
            editors_note=editors_note,
            title=title,
            number=number,
            date=day,
        )
    folder = write_issue(opened, issue)
    findings = to_do(opened, issue)
    if as_json:
        print_json(_as_dict(issue, folder, findings))
    else:
        _print(issue, folder, findings)


def _print(issue: NewIssue, folder: Path, findings: list[Finding]) -> None:
    click.echo(f"{shown(folder / MANIFEST)}  (number {issue.number}, {issue.date.isoformat()})")
    for section in issue.sections:
        about = ""
        if section.condensed and section.condensed.kept < section.condensed.of:
            chosen = section.condensed
            about = (
                f"  ({chosen.kept} of {chosen.of} sentences kept: {chosen.size:,} of "
                f"{chosen.of_size:,} {UNITS[section.language]}"
            )
            if chosen.of_notes:
                about += f", {chosen.notes} of {chosen.of_notes} footnotes"
            about += ")"
        click.echo(f"{shown(folder / section.name)}{about}")
    print_findings(findings, err=True)


def _as_dict(issue: NewIssue, folder: Path, findings: list[Finding]) -> dict[str, object]:
    return {
        "issue": issue.slug,
        "path": str(folder),
        "number": issue.number,
        "date": issue.date.isoformat(),
        "title": issue.title,
        "sections": [
            {
                "kind": str(section.kind),
                "file": section.name,
                "articles": list(section.articles),
                "language": section.language,
                "condensed": section.condensed
                and {
                    "kept": section.condensed.kept,
                    "of": section.condensed.of,
                    "size": section.condensed.size,
                    "of_size": section.condensed.of_size,
                    "footnotes": section.condensed.notes,
                    "of_footnotes": section.condensed.of_notes,
                    "unit": UNITS[section.language],
                },
            }
            for section in issue.sections
        ],
        "findings": [finding.as_dict() for finding in findings],
    }
