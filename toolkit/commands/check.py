"""``newsletter check``: what is wrong, as file:line: message."""

from dataclasses import replace
from pathlib import Path

import click

from toolkit.commands import (
    complete_issues,
    json_option,
    print_findings,
    print_json,
    publication_option,
)
from toolkit.document.publication import MANIFEST, find_publication, read_publication
from toolkit.editorial.check import FILES, RULES, check, unreadable
from toolkit.errors import ContentError, shown
from toolkit.findings import Finding, Severity, failed


@click.command("check")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1, shell_complete=complete_issues)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules instead.")
@publication_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    slugs: tuple[str, ...],
    list_rules: bool,
    publication: Path | None,
    as_json: bool,
) -> None:
    """Say what is wrong with the publication: `path:line: severity: message (rule)`.

    Without a SLUG, all issues are checked, with their translations. Ends with exit code 1
    if any finding is an error; warnings are for the editor to judge. An approved
    translation that is right all the same says so in its catalog: a comment `# ok` waives
    all its findings, `# ok: WORDS` those that begin with WORDS.

    \b
    Examples:
      newsletter check
      newsletter check 2025-11-25 --json
      newsletter check --rules
    """
    if list_rules:
        _print_rules(as_json=as_json)
        return
    root = find_publication(publication or Path.cwd())
    count = len(slugs)
    try:
        opened = read_publication(root)
    except ContentError as error:
        findings = [unreadable(error, "publication", root / MANIFEST)]
    else:
        from toolkit.translation.findings import check_catalogs

        findings = sorted({*check(opened, slugs), *check_catalogs(opened, slugs)})
        count = len(set(slugs)) or len(opened.slugs())
    if as_json:
        print_json(
            {
                "issues": count,
                "errors": _count(findings, Severity.ERROR),
                "warnings": _count(findings, Severity.WARNING),
                "findings": [
                    replace(finding, path=shown(finding.path)).as_dict() for finding in findings
                ],
            }
        )
    else:
        print_findings(findings)
        click.echo(_summary(findings, count), err=True)
    context.exit(1 if failed(findings) else 0)


def _summary(findings: list[Finding], issues: int) -> str:
    checked = _counted(issues, "issue")
    if not findings:
        return f"{checked} checked: nothing found"
    errors = _counted(_count(findings, Severity.ERROR), "error")
    warnings = _counted(_count(findings, Severity.WARNING), "warning")
    return f"{checked} checked: {errors}, {warnings}"


def _count(findings: list[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _print_rules(*, as_json: bool) -> None:
    from toolkit.translation import findings

    rules = [*FILES, *((rule.name, rule.severity, rule.about) for rule in RULES), *findings.RULES]
    if as_json:
        print_json(
            [
                {"rule": name, "severity": str(severity), "about": about}
                for name, severity, about in rules
            ]
        )
        return
    for name, severity, about in rules:
        click.echo(f"{name:<18} {severity:<8} {about}")
