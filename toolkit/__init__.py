"""Newsletters in Japanese and English, made at home, offline.

For scripts in Python there is ``build``, which does all that ``newsletter build`` does:

    import toolkit

    report = toolkit.build("~/weekly", ["2025-*"], languages=["en"], formats=["pdf"])
    for output in report.outputs:
        print(output.path, output.pages, output.seconds)
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from toolkit.document.publication import Publication
    from toolkit.export import Event, Report, Way

__version__ = "0.1.0"


def build(
    publication: "Publication | Path | str",
    issues: Sequence[str] | None = None,
    languages: Sequence[str] = (),
    formats: Sequence[str] = (),
    *,
    out: "Path | str | None" = None,
    since: "datetime.date | None" = None,
    until: "datetime.date | None" = None,
    pdf_variant: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    dry_run: bool = False,
    task_timeout: float | None = None,
    max_memory: int | None = None,
    scheduler: str | None = None,
    on_event: "Callable[[Event], None] | None" = None,
    way: "Way | None" = None,
) -> "Report":
    """Make the files of issues that are not up to date.

    Args:
        publication: its folder, or the publication itself.
        issues: issues by their folders' names, or patterns such as ``2025-*``; all by default.
        languages: some of the publication's languages; all by default. Two as one, such as
            ``ja-en``, is the bilingual edition.
        formats: some of ``toolkit.rendering.FORMATS``; ``DEFAULT_FORMATS`` by default.
        out: the folder for the files; the publication's ``dist`` by default.
        since, until: only issues of these dates and between.
        pdf_variant: one of ``toolkit.document.publication.PDF_VARIANTS``; ``pdf/ua-1`` by default.
        jobs: how many processes may work at once; as many as there are processors by
            default. Scripts need no ``if __name__ == "__main__"`` for it.
        force: make also what is up to date.
        dry_run: make nothing; the report's ``steps`` say what would be made, and why.
        task_timeout: the longest that one output may take, in seconds; no limit by default.
        max_memory: in bytes; a process that holds more after an edition gives way to a new one.
        scheduler: the Dask scheduler whose workers make the outputs, as in
            ``tcp://HOST:8786``; ``jobs`` does not matter then. Needs the extra ``[cluster]``.
        on_event: called with each ``Skipped``, ``Started``, ``Output`` and ``Failure`` of
            ``toolkit.export`` as it comes, in the caller's thread.
        way: another way to run the tasks than processes of this machine (``toolkit.export.pool``).

    Returns:
        What was made, what failed, what was up to date, and why.

    Raises:
        toolkit.errors.UsageError: an issue, a language, a format or a variant that there is not,
            or an address that cannot be a scheduler's.
        toolkit.errors.ContentError: ``newsletter.toml`` has a problem.
        toolkit.errors.MissingError: the machine lacks something, ``out`` cannot be written,
            another build is at work there, or the scheduler does not answer.
    """
    from dataclasses import replace

    from toolkit import export
    from toolkit.document.publication import Publication, read_publication
    from toolkit.export.selection import select

    if not isinstance(publication, Publication):
        publication = read_publication(Path(publication).expanduser())
    if pdf_variant is not None:
        publication = replace(publication, pdf_variant=pdf_variant)
    names = publication.slugs() if issues is None else issues
    return export.build(
        publication,
        select(publication, names, since, until),
        languages,
        formats or export.DEFAULT_FORMATS,
        None if out is None else Path(out).expanduser().absolute(),
        jobs=export.available_processors() if jobs is None else jobs,
        force=force,
        dry_run=dry_run,
        task_timeout=task_timeout,
        max_memory=max_memory,
        scheduler=scheduler,
        on_event=on_event,
        way=way,
    )
