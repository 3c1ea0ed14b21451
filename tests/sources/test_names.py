"""The names articles get."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import ContentError
from toolkit.sources.names import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Stargate Report (final)", "stargate-report-final"),
        ("港の話", "港の話"),
        ("ＡＩ＿計画　第２版", "ai-計画-第2版"),
        ("report.ja", "report.ja"),
        ("../../etc/passwd", "etc-passwd"),
        ("a_b--c..d", "a-b-c.d"),
        ("CON", "con-article"),
        ("-rf", "rf"),
        ("👩‍💻 notes", "notes"),
        (unicodedata.normalize("NFD", "ガス"), "ガス"),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize("name", ["", "!!!", "...", "__"])
def test_no_name(name: str) -> None:
    with pytest.raises(ContentError, match="rename the file"):
        slug(name)


@given(st.text(max_size=200))
def test_a_slug_is_a_plain_file_name_and_its_own_slug(name: str) -> None:
    try:
        result = slug(name)
    except ContentError:
        return
    assert result == slug(result)
    assert not set(result) & set('/\\:*?"<>| \0')
    assert not result.startswith((".", "-"))
    assert len(result) <= 88
