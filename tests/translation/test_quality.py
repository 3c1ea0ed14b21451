import csv
from pathlib import Path

import pytest

from toolkit.document.glossary import Glossary, Term
from toolkit.translation.drafting import GUESSED
from toolkit.translation.quality import differences, is_repeating, kind_of

GLOSSARY = Glossary((Term("大統領令", "executive order"), Term("日銀", "Bank of Japan")))
CASES = Path(__file__).parent / "cases" / "quality.csv"


def cases() -> list[tuple[str, ...]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


@pytest.mark.parametrize(("language", "source", "target", "found"), cases())
def test_what_looks_wrong_is_said(language: str, source: str, target: str, found: str) -> None:
    other = "en" if language == "ja" else "ja"
    assert " | ".join(differences(source, target, language, other, GLOSSARY)) == found


@pytest.mark.parametrize(
    ("text", "source", "repeating"),
    [
        ("the plan the plan the plan the plan", "計画", True),
        ("計画は計画は計画は計画は計画は", "the plan", True),
        ("ha ha ha ha ha ha ha", "ははははははははははははは", False),
        ("The plan is a plan for the planet.", "計画", False),
        ("", "", False),
    ],
)
def test_loops_are_seen(text: str, source: str, repeating: bool) -> None:
    assert is_repeating(text, source) is repeating


@pytest.mark.parametrize(
    ("finding", "kind"),
    [
        ("strong is missing in the translation", "markup"),
        ("link https://example.org/a is only in the translation", "markup"),
        ("the link to https://example.org/ is not in the translation", "markup"),
        ("the place of bold, emphasis or a link was guessed", "markup"),
        ("5億円 is missing in the translation", "number"),
        ("$500 million is in the translation only", "number"),
        ("the glossary's Bank of Japan is not used", "term"),
        ("words are left in Japanese", "language"),
        (GUESSED, "language"),
        ("not translated: the engine had no words for it", "language"),
        ("the translation repeats itself", "repetition"),
        ("the translation is much longer than its source", "length"),
        ("quotation marks or brackets do not pair: “”", "punctuation"),
        ("the translator is unsure (38%)", "doubt"),
        ("translated in clauses: read it as a whole", "wording"),
    ],
)
def test_a_finding_has_a_kind(finding: str, kind: str) -> None:
    assert kind_of(finding) == kind
