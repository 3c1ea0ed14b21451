"""``newsletter review``: a translation to correct in Word, and back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.commands import (
    complete_issues,
    json_option,
    open_publication,
    print_findings,
    print_json,
    publication_option,
)
from toolkit.document.issue import read_issue
from toolkit.document.publication import LANGUAGES, Publication
from toolkit.errors import UsageError, shown

if TYPE_CHECKING:
    from toolkit.translation.review import Returned


@click.command("review")
@click.argument("slug", metavar="SLUG", shell_complete=complete_issues)
@click.option(
    "--to",
    "target",
    type=click.Choice(LANGUAGES),
    help="The language of the translation; needed where there are several.",
)
@click.option("--docx", "as_docx", is_flag=True, help="Write a Word document to correct.")
@click.option(
    "--xliff",
    "xliff",
    type=click.Choice(["2.0", "1.2"]),
    help="Write an XLIFF file of this version, for a translation tool.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; by default dist/SLUG/SLUG.LANG.review.docx (or .xlf).",
)
@click.option(
    "--apply",
    "returned",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Bring a corrected document or XLIFF file into the catalog.",
)
@click.option(
    "--approve-all", is_flag=True, help="With --apply: approve every row, also without an ok."
)
@publication_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    slug: str,
    target: str | None,
    as_docx: bool,
    xliff: str | None,
    out: Path | None,
    returned: Path | None,
    approve_all: bool,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Correct a translation in Word or a translation tool, and bring it back.

    --docx writes a table with a row a sentence: source, translation, state, findings. What
    is changed in it counts as approved; ok in the column State approves a row as it is.
    Rows may be moved, changes tracked. Comments come back as comments of the catalog.
    --xliff writes the same for a translation tool, with bold, links and code as tags; what
    the tool marks as reviewed, final or approved is approved.

    --apply reads it back. Where the catalog was edited meanwhile, both texts are kept; a
    row that belongs to no sentence is kept in LANG.unplaced.txt beside the catalog. Either
    ends with exit code 1.

    \b
    Examples:
      newsletter review 2025-11-25 --to en --docx
      newsletter review 2025-11-25 --to en --apply corrected.docx
      newsletter review 2025-11-25 --xliff 2.0 --out issue.xlf
    """
    if as_docx + (xliff is not None) + (returned is not None) != 1:
        raise UsageError(
            "give --docx or --xliff VERSION to write a review, or --apply FILE to bring one back"
        )
    if out is not None and returned is not None:
        raise UsageError("--out goes with --docx and --xliff")
    if approve_all and returned is None:
        raise UsageError("--approve-all goes with --apply")
    opened = open_publication(publication)
    issue = read_issue(opened, slug)
    language = _target(opened, issue.language, target)
    from toolkit.translation.review import export_review, return_review, review_path

    if returned is None:
        place = out or review_path(opened, issue, language, xliff or "docx")
        exported = export_review(opened, issue, language, place, xliff or "docx")
        if as_json:
            print_json(exported.as_dict())
        else:
            marked = f"{exported.marked} marked to look at first"
            click.echo(f"{shown(exported.path)}: {exported.rows} rows, {marked}")
        return
    result = return_review(opened, issue, language, returned, approve_all=approve_all)
    if as_json:
        print_json(result.as_dict())
    else:
        _print(result)
    context.exit(1 if result.applied.conflicts or result.applied.unplaced else 0)


def _target(publication: Publication, written: str, target: str | None) -> str:
    others = [language for language in publication.languages if language != written]
    if target is not None:
        if target not in others:
            raise UsageError(f"the issue has no translation into {target}")
        return target
    if len(others) != 1:
        raise UsageError(f"say into which language: --to {' or --to '.join(others or LANGUAGES)}")
    return others[0]


def _print(result: "Returned") -> None:
    applied = result.applied
    counts = (
        (applied.corrected, "corrected"),
        (applied.approved, "approved as they were"),
        (applied.unchanged, "unchanged"),
        (applied.absent, "without a row"),
        (applied.remarks, "comments taken over"),
        (len(applied.conflicts), "to look at"),
        (len(applied.unplaced), "without a place"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    click.echo(f"{shown(result.path)}: {told or 'no rows'}")
    print_findings(applied.conflicts, err=True)
    for row, reason in applied.unplaced:
        kept = f"kept in {shown(result.side_file)}" if result.side_file else ""
        source = f" ({row.source[:30]})" if row.source else ""
        click.echo(f"{row.place}{source}: {reason}; {kept}", err=True)
