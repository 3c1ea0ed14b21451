import pytest

from toolkit.document.footnotes import marked
from toolkit.document.markdown import parse


# Looked for up to the end of the text each time, these took the square of their number:
# minutes for the first, hours for a megabyte.
@pytest.mark.parametrize("sign", ["[^", "^[", "^[[["])
def test_signs_that_lead_nowhere_are_read_in_time(sign: str) -> None:
    assert not marked(parse(sign * 8_000))


def test_a_note_in_one_piece_may_be_long_and_hold_links() -> None:
    note = "港の[市](a)と" * 20 + "あ" * 4000
    assert marked(parse(f"本文^[{note}]。")) == {"1"}
