"""Bracket balance over any nesting: nothing found when balanced, something when one is lost."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit.editorial.rules.wording import unbalanced

PAIRS = ["「」", "『』", "（）", "“”", "【】", "()", "[]"]
words = st.text(alphabet="船港朝アあ、。", max_size=5)
balanced = st.recursive(
    words,
    lambda inner: st.builds(
        lambda before, pair, inside, after: before + pair[0] + inside + pair[1] + after,
        inner,
        st.sampled_from(PAIRS),
        # A letter or two before a bracket at the head of a line would be an enumeration.
        inner.map(lambda text: f"船の朝{text}"),
        inner,
    ),
    max_leaves=12,
)


@given(balanced)
def test_balanced_text_is_clean(text: str) -> None:
    assert unbalanced(text) == []


@given(balanced, st.data())
def test_a_lost_bracket_is_found(text: str, data: st.DataObject) -> None:
    brackets = [place for place, char in enumerate(text) if char in "".join(PAIRS)]
    if brackets:
        lost = data.draw(st.sampled_from(brackets))
        assert unbalanced(text[:lost] + text[lost + 1 :])


@given(st.text(alphabet="「」（）()“”[]船a1.\n", max_size=60))
def test_every_place_is_a_bracket_of_the_text(text: str) -> None:
    found = unbalanced(text)
    assert all(text[place] in "「」（）()“”[]" for place, _ in found)
    assert len({place for place, _ in found}) == len(found)
