"""What ``newsletter check`` says of catalogs, also of translations that people wrote."""

from pathlib import Path

import polib
import pytest

from tests.support import Newsletter, Result
from toolkit.translation.catalog import Draft, set_draft

SLUG = "2025-11-25"
HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def catalog(publication: Path) -> Path:
    (publication / "glossary.csv").write_text("ja,en,note\n港,harbour,\n", "utf-8")
    path = publication / "issues" / SLUG / "en.po"
    path.unlink()
    return path


def check(newsletter: Newsletter, catalog: Path, *entries: str) -> Result:
    catalog.write_text(HEADER + "\n".join(entries), "utf-8")
    return newsletter("check", SLUG, cwd=catalog.parent)


def entry(source: str, target: str, before: str = "") -> str:
    return f'{before}msgid "{source}"\nmsgstr "{target}"\n'


@pytest.mark.parametrize(
    ("source", "target", "finding"),
    [
        ("船が30隻ある。", "There are 40 ships.", "30 is missing in the translation"),
        ("**船**が着く。", "A ship arrives.", "strong is missing in the translation"),
        ("港が開く。", "The port opens.", "the glossary's harbour is not used"),
        ("船が着く。", "A 船 arrives.", "words are left in Japanese"),
        (
            "[船](https://example.org)が着く。",
            "[A ship](https://example.com) arrives.",
            "link https://example.org is missing in the translation",
        ),
    ],
)
@pytest.mark.parametrize("before", ["", "#, fuzzy\n"], ids=["approved", "edited"])
def test_what_a_person_wrote_is_compared_too(
    newsletter: Newsletter, catalog: Path, source: str, target: str, finding: str, before: str
) -> None:
    result = check(newsletter, catalog, entry(source, target, before))
    assert result.code == 0, "a warning is no error"
    assert f"en.po:6: warning: {finding} (translation)" in result.out.splitlines()


def test_good_missing_and_obsolete_translations_have_no_findings(
    newsletter: Newsletter, catalog: Path
) -> None:
    result = check(
        newsletter,
        catalog,
        entry("船が30隻ある。", "There are 30 ships."),
        entry("船が40隻ある。", ""),
        '#~ msgid "船が50隻ある。"\n#~ msgstr "Ships."\n',
    )
    assert (result.code, result.out) == (0, "")


@pytest.mark.parametrize(
    ("confidence", "finding"),
    [("49%", "the translator is unsure (49%) (translation)"), ("50%", ""), ("100%", "")],
)
def test_an_engines_doubt_counts_until_somebody_touches_its_draft(
    newsletter: Newsletter, catalog: Path, confidence: str, finding: str
) -> None:
    drafted = polib.POEntry(msgid="船が着く。")
    set_draft(drafted, Draft("A ship arrives.", f"machine translation, confidence {confidence}"))
    result = check(newsletter, catalog, str(drafted))
    assert result.out.partition("warning: ")[2].rstrip() == finding
    mended = str(drafted).replace("arrives", "comes in")
    assert check(newsletter, catalog, mended).out == ""


def test_lines_are_those_of_the_entries(newsletter: Newsletter, catalog: Path) -> None:
    result = check(
        newsletter,
        catalog,
        '# A note\n#: a.md:1\nmsgid ""\n"船が"\n"着く。"\nmsgstr "A 船."\n',
        entry("港だ。", "Port.", "#: a.md:2\n"),
    )
    lines = catalog.read_text("utf-8").split("\n")
    assert [line.split(": ")[0] for line in result.out.splitlines()] == ["en.po:6", "en.po:13"]
    assert (lines[5], lines[12]) == ("# A note", "#: a.md:2")


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# ok\n", 0),
        ("# OK: 30 is missing in the translation\n# ok: the glossary's harbour\n", 0),
        ("# ok: 30 is missing\n", 1),
        ("# ok: another thing\n", 2),
        ("# okay with me\n", 2),
        ("#. ok\n", 2),
        ("# ok\n#, fuzzy\n", 2),
    ],
)
def test_a_comment_waives_findings_of_what_is_approved(
    newsletter: Newsletter, catalog: Path, comment: str, left: int
) -> None:
    result = check(newsletter, catalog, entry("港に船が30隻ある。", "Ships.", comment))
    assert result.out.count("\n") == left


def test_a_broken_catalog_is_an_error_and_hides_nothing_else(
    newsletter: Newsletter, catalog: Path
) -> None:
    catalog.write_text("<<<<<<< HEAD\n", "utf-8")
    (catalog.parent / "brief-1.md").write_text("# 港\n\n船。。\n", "utf-8")
    result = newsletter("check", cwd=catalog.parent)
    assert result.code == 1
    assert "brief-1.md:3: warning" in result.out
    assert "en.po:1: error: is no valid catalog" in result.out
    assert "(catalog)" in result.out


def test_the_rules_name_what_is_found_in_catalogs(newsletter: Newsletter) -> None:
    result = newsletter("check", "--rules")
    assert {"catalog", "translation"} <= {line.split()[0] for line in result.out.splitlines()}
