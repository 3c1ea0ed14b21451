"""Figures that wait for the text after them, which ``--may-wait`` asks of a PDF."""

import pytest
import weasyprint
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rendering.lines import read_lines
from toolkit.rendering.typesetter import teach_weasyprint

STYLE = """<style>
@page { size: 300pt 200pt; margin: 20pt }
body { margin: 0; font: 10pt/12pt sans-serif; orphans: 2; widows: 2 }
* { margin-break: discard }
p, h2, figure { margin: 0 0 6pt } h2 { break-after: avoid; font-size: 10pt }
figure { height: 90pt; break-inside: avoid; background: silver }
.waits figure { --may-wait: 1 }
</style>"""


def pages(blocks: list[str], mode: str = "waits") -> list[list[str]]:
    """What stands on each page: the first words of its lines (p1, h2, f3; p1-2 a second line)."""
    teach_weasyprint()
    data = weasyprint.HTML(string=f"{STYLE}<body class={mode}>{''.join(blocks)}").write_pdf()
    found: dict[int, list[str]] = {}
    for line in read_lines(data):
        found.setdefault(line.page, []).append(line.text.split(" ")[0])
    return list(found.values())


def p(number: int, lines: int = 1) -> str:
    return f"<p>{'<br>'.join(f'p{number}-{line} text' for line in range(1, lines + 1))}</p>"


def f(number: int) -> str:
    return f"<figure>f{number} figure</figure>"


def h(number: int) -> str:
    return f"<h2>h{number} heading</h2>"


def test_the_paragraphs_after_it_fill_the_page() -> None:
    blocks = [p(1, 6), f(1), p(2), p(3), p(4, 2)]
    assert pages(blocks, "stays") == [
        ["p1-1", "p1-2", "p1-3", "p1-4", "p1-5", "p1-6"],
        ["f1", "p2-1", "p3-1", "p4-1", "p4-2"],
    ]
    assert pages(blocks) == [
        ["p1-1", "p1-2", "p1-3", "p1-4", "p1-5", "p1-6", "p2-1", "p3-1", "p4-1", "p4-2"],
        ["f1"],
    ]


def test_it_follows_a_paragraph_that_ends_overleaf() -> None:
    first, second = pages([p(1, 6), f(1), p(2, 8), p(3)])
    assert first == [*(f"p1-{line}" for line in range(1, 7)), *(f"p2-{n}" for n in range(1, 7))]
    assert second == ["p2-7", "p2-8", "f1", "p3-1"]


def test_a_paragraph_that_cannot_begin_stays_behind_it() -> None:
    # One line has room, and two must stand together.
    first, second = pages([p(1, 11), f(1), p(2, 3)])
    assert first == [f"p1-{line}" for line in range(1, 12)]
    assert second == ["f1", "p2-1", "p2-2", "p2-3"]


@pytest.mark.parametrize("barrier", [h(1), f(2), "<ul><li>li1 item</ul>", "<table><tr><td>t1 cell"])
def test_it_passes_nothing_but_paragraphs(barrier: str) -> None:
    blocks = [p(1, 6), f(1), barrier]
    assert pages(blocks)[0] == pages(blocks, "stays")[0]
    assert pages([p(1, 6), f(1), p(2), barrier])[0][-1] == "p2-1"


def test_a_figure_that_fits_stays_where_it_is() -> None:
    assert pages([p(1, 2), f(1), p(2)]) == [["p1-1", "p1-2", "f1", "p2-1"]]


BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("p"), st.integers(1, 9)),
        st.tuples(st.just("f"), st.just(1)),
        st.tuples(st.just("h"), st.just(1)),
    ),
    min_size=1,
    max_size=16,
)


@settings(max_examples=40)
@given(BLOCKS)
def test_nothing_is_lost_or_leaves_its_section(drawn: list[tuple[str, int]]) -> None:
    blocks, wanted = [], []
    for number, (kind, lines) in enumerate(drawn):
        if kind == "p":
            blocks.append(p(number, lines))
            wanted += [f"p{number}-{line}" for line in range(1, lines + 1)]
        else:
            blocks.append(f(number) if kind == "f" else h(number))
            wanted.append(f"{kind}{number}")
    found = [word for page in pages(blocks) for word in page]
    assert sorted(found) == sorted(wanted)
    for kind in "pfh":
        assert [w for w in found if w[0] == kind] == [w for w in wanted if w[0] == kind]
    assert sections(found) == sections(wanted)


def sections(words: list[str]) -> list[set[str]]:
    """The words between the headings."""
    found: list[set[str]] = [set()]
    for word in words:
        if word[0] == "h":
            found.append(set())
        found[-1].add(word)
    return found
