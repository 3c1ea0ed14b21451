"""Condensing keeps whole sentences, in order, within the size, and the facts that matter."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.document import markdown
from toolkit.document.article import Article, read_article
from toolkit.editorial.condense import TOLERANCE, Condensed, condense, measure

CASES = Path(__file__).parent / "cases" / "condense"
FACTS = tomllib.loads((CASES / "facts.toml").read_text("utf-8"))
SIZES = {"side-story": {"ja": 600, "en": 240}, "brief": {"ja": 200, "en": 80}}
ARTICLES = sorted(path.stem for path in CASES.glob("*.md"))


def article_named(name: str) -> Article:
    return read_article(CASES / f"{name}.md")


def condensed(article: Article, kind: str) -> Condensed:
    size = SIZES[kind][article.language]
    return condense(article.title, markdown.parse(article.body), article.language, size)


def pieces(body: str) -> list[str]:
    """The lead and the bullets, each as plain words."""
    return [
        markdown.plain(token).replace(" ", "")
        for token in markdown.parse(body)
        if token.type == "inline"
    ]


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("name", FACTS)
def test_facts_are_kept_and_asides_are_not(name: str, kind: str) -> None:
    body = condensed(article_named(name), kind).body
    assert [fact for fact in FACTS[name][kind] if fact not in body] == []
    assert [aside for aside in FACTS[name]["never"] if aside in body] == []


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("name", FACTS)
def test_whole_sentences_in_the_order_of_the_article(name: str, kind: str) -> None:
    article = article_named(name)
    blocks = pieces(article.body)
    text = "\n" + "\n".join(blocks)
    place = 0
    for piece in pieces(condensed(article, kind).body):
        found = text.index(piece, place)
        assert text[found - 1] in '\n。」."”'
        assert piece[-1] in '。」."”' or piece in blocks
        place = found + len(piece)


@pytest.mark.parametrize("size", range(60, 660, 60))
def test_a_sentence_that_points_back_follows_what_it_points_at(size: int) -> None:
    article = article_named("ferry.ja")
    body = condense(article.title, markdown.parse(article.body), "ja", size).body
    assert "これについて市は" not in body or "冬の季節風が強い日には" in body


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("name", FACTS)
def test_a_lead_then_bullets_within_the_size(name: str, kind: str) -> None:
    article = article_named(name)
    result = condensed(article, kind)
    tokens = markdown.parse(result.body)
    assert [token.type for token in tokens if token.level == 0] == [
        "paragraph_open",
        "paragraph_close",
        "bullet_list_open",
        "bullet_list_close",
    ]
    words = " ".join(markdown.plain(token) for token in tokens if token.type == "inline")
    assert result.size == measure(words, article.language)
    assert SIZES[kind][article.language] * 0.5 <= result.size
    assert result.size <= SIZES[kind][article.language] * TOLERANCE
    assert 1 < result.kept < result.of


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("name", FACTS)
def test_nothing_is_said_twice(name: str, kind: str) -> None:
    """Both articles repeat their first sentence further down."""
    found = pieces(condensed(article_named(name), kind).body)
    assert len(set(found)) == len(found)
    starts = [piece[:20] for piece in found]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("name", ARTICLES)
def test_markup_stays_balanced(name: str, kind: str) -> None:
    body = condensed(article_named(name), kind).body
    for token in markdown.parse(body):
        for child in token.children or []:
            if child.type == "text":
                assert "**" not in child.content
                assert not re.search(r"\]\(", child.content)


@pytest.mark.parametrize("name", ARTICLES)
def test_the_same_choice_every_time(name: str) -> None:
    assert condensed(article_named(name), "brief") == condensed(article_named(name), "brief")


FLEET = (
    "港の船団は電池で走る船を12隻持つ。\n\n"
    "市は費用の総額を38億円と見積もる。船団の電池で走る船を4年で36隻に増やす。\n\n"
    "船団の船は島のために役目を果たす。\n\n- 島の子どもの通学に使う船\n- 島の病人の通院に使う船\n\n"
    "港では船団の船の充電が夜間に行われる。船団の船は毎朝6時に港を出る。雨の日も港の船は休まない。"
)


@pytest.mark.parametrize("size", range(20, 130, 6))
def test_what_needs_another_sentence_is_not_chosen_without_it(size: int) -> None:
    body = condense("電池で走る船団", markdown.parse(FLEET), "ja", size).body
    # Without a subject: it stays with the sentence before it, in one bullet.
    assert "36隻" not in body or "見積もる。船団の電池で走る船を4年で36隻" in body
    # The bare items of a list come only with what announces them, which says little alone.
    assert "通学" not in body
    assert "役目" not in body


def test_a_sentence_without_a_subject_follows_in_the_same_bullet() -> None:
    text = (
        "港の船団は電池で走る船を12隻持つ。船団の船を4年で36隻に増やす。\n\n"
        "港の倉庫では冬の網の手入れが静かに続いている。漁師の多くは山の畑へ出かける。"
    )
    body = condense("電池で走る船団", markdown.parse(text), "ja", 40).body
    assert body == "港の船団は電池で走る船を12隻持つ。船団の船を4年で36隻に増やす。"


# Two sentences of the same shape, of which one fits; what sets them apart decides.
SHIPS = "The harbour ships sail at dawn every day. {} {} The crews rest in the harbour."


@pytest.mark.parametrize(
    ("title", "first", "second", "chosen"),
    [
        pytest.param(
            "Harbour ships",
            "The northern ships carry timber and wool.",
            "The southern ships carry salt and rope.",
            "timber",
            id="the earlier",
        ),
        pytest.param(
            "Salt and rope return",
            "The northern ships carry timber and wool.",
            "The southern ships carry salt and rope.",
            "salt",
            id="the one of the headline",
        ),
        pytest.param(
            "Harbour ships",
            "The northern ships carry timber and wool.",
            "The southern ships carry 40 tons, 50 crates.",
            "40 tons",
            id="the one with numbers",
        ),
        pytest.param(
            "Harbour ships",
            "However, northern ships carry timber and wool.",
            "The southern ships carry salt and rope.",
            "salt",
            id="the one that begins anew",
        ),
        pytest.param(
            "Harbour ships",
            "The ships wait.",
            "The southern ships carry salt and rope.",
            "salt",
            id="the one that says something",
        ),
    ],
)
def test_what_decides_between_two(title: str, first: str, second: str, chosen: str) -> None:
    body = condense(title, markdown.parse(SHIPS.format(first, second)), "en", 15).body
    lead, bullet = body.split("\n\n- ")
    assert lead == "The harbour ships sail at dawn every day."
    assert chosen in bullet
    assert "\n" not in bullet


def test_a_sentence_over_the_size_is_kept_whole() -> None:
    article = article_named("one-sentence.ja")
    result = condensed(article, "brief")
    assert result.body == article.body.strip()
    assert (result.kept, result.of) == (1, 1)


def test_of_a_list_whole_items_are_chosen() -> None:
    article = article_named("lists-only.en")
    result = condense(article.title, markdown.parse(article.body), "en", 40)
    items = {line for line in article.body.splitlines() if line}
    assert set(result.body.splitlines()) < items
    assert result.kept < result.of
    # An item brings the items below it.
    assert ("line 4" in result.body) == ("On Sundays" in result.body)


def test_a_short_article_stays_as_it_is() -> None:
    body = "船が戻った。\n\n- 一つ目\n- 二つ目\n\n| 船 | 数 |\n|---|---|\n| 網 | 3 |\n"
    result = condense("船", markdown.parse(body), "ja", 200)
    assert "| 網" in result.body
    assert "- 一つ目\n- 二つ目" in result.body
    assert result.kept == result.of == 3


def test_a_sentence_that_would_begin_a_list_is_escaped() -> None:
    sentences = ["The rule has two parts in all, says the court in its long opinion."]
    sentences += ["2\\. Appeals must be filed within 30 days of the first ruling by the court."]
    sentences += [
        f"Filler number {'x' * n} is here and says little else of note." for n in range(9)
    ]
    result = condense("Appeals rule", markdown.parse(" ".join(sentences)), "en", 30)
    assert "ordered_list_open" not in [token.type for token in markdown.parse(result.body)]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_text_without_a_break_is_no_hurdle(language: str) -> None:
    """SudachiPy refuses more than 49,149 bytes at a time."""
    text = "あ" * 60_000 if language == "ja" else "a " * 60_000
    result = condense("長い", markdown.parse(text), language, 100)
    assert result.kept == 1


def test_thousands_of_sentences() -> None:
    text = "".join(f"第{n}の船は{n * 7}人を乗せて港を出た。" for n in range(3000))
    result = condense("船", markdown.parse(text), "ja", 200)
    assert 100 <= result.size <= 220
    assert result.of == 3000


inline = st.text(
    alphabet=st.sampled_from("船港朝あア。、「」（）*_`[]()<>#-1. \n!？A\\~|{}"),
    min_size=1,
    max_size=200,
)


@settings(deadline=None, max_examples=150)
@given(st.lists(inline, min_size=1, max_size=6), st.sampled_from(["ja", "en"]))
def test_any_text_gives_text_and_loses_no_words(paragraphs: list[str], language: str) -> None:
    tokens = markdown.parse("\n\n".join(paragraphs))
    result = condense("見出し", tokens, language, 20)
    words = "".join(markdown.plain(token) for token in tokens if token.type == "inline")
    assert bool(result.body) or not words.strip() or not result.of
    assert 0 <= result.kept <= result.of
    again = markdown.parse(result.body)
    kept = "".join(markdown.plain(token) for token in again if token.type == "inline")
    source = re.sub(r"\s", "", words)
    assert set(re.sub(r"\s", "", kept)) <= set(source)


@pytest.mark.parametrize("size", [90, 2000])
def test_a_footnote_comes_along_with_its_sentence(size: int) -> None:
    text = "".join(
        f"北の町の第{number}埠頭で{number}00億円をかける工事が始まったと市が言った[^{number}]。\n\n"
        for number in range(1, 9)
    )
    notes = "".join(f"[^{number}]: 注{number}\n\n" for number in range(1, 9))
    made = condense("港が動き出す", markdown.parse(text + notes), "ja", size)
    marks = re.findall(r"\[\^(\d)\](?!:)", made.body)
    assert re.findall(r"^\[\^(\d)\]: 注\1$", made.body, re.MULTILINE) == marks
    assert (made.notes, made.of_notes) == (len(marks), 8)
    assert (made.kept, made.of) == (len(marks), 8)
    assert 0 < len(marks) < 8 if size == 90 else len(marks) == 8
