"""How good and how fast a package translates, by test sets of sentences that people translated.

Measured is either the package alone (each row one question, no protection, no control of
repetition) or all the toolkit makes of it (``translate_lines``, without a glossary). The
scores are sacrebleu's, BLEU (Papineni et al. 2002) and chrF2 (Popović 2015); BLEU cuts English
by ``13a`` and Japanese by MeCab, as the WMT shared tasks do. Neither minds a wrong number much,
so the rows that say all their numbers right are counted too.
"""

import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from toolkit.document.glossary import Glossary
from toolkit.document.japanese import is_kana, is_kanji
from toolkit.errors import ContentError, MissingError, UsageError
from toolkit.files import read_text
from toolkit.translation.engine import clean, decode, engine_of, ready
from toolkit.translation.metadata import Package, read_package
from toolkit.translation.model import Decoding, load
from toolkit.translation.numbers import compare_values, find_amounts
from toolkit.translation.package import find, installed, shown_pairs, unpacked
from toolkit.translation.translate import translate_lines

BOTH = (("ja", "en"), ("en", "ja"))
"""The directions a test set can be used in."""

LONGEST_ANSWER = 200
"""The most pieces that a package alone may answer with: what loops ends there."""

_DIRECTION = re.compile(r"(?<![a-z])(?:ja[-_]en|en[-_]ja)(?![a-z])")
_SIZE_LIMIT = 64 * 1024 * 1024

Report = Callable[[int], None]
"""Is called with how many rows have been finished since the last call."""


@dataclass(frozen=True)
class TestSet:
    """Sentences in Japanese and English, row by row.

    Attributes:
        path: its file.
        ja, en: the two columns.
        directions: what it may be used for: where its text was written in Japanese and
            translated into English, only ja → en says how well that is done.
    """

    path: Path
    ja: tuple[str, ...]
    en: tuple[str, ...]
    directions: tuple[tuple[str, str], ...] = BOTH

    __test__ = False  # pytest, seeing the name, would take it for a test

    def side(self, language: str) -> tuple[str, ...]:
        """The column in a language."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True)
class Translated:
    """Texts, one for each row, the pieces that the model has for them, and the seconds taken."""

    texts: tuple[str, ...]
    pieces: int
    seconds: float


@dataclass(frozen=True)
class Scores:
    """sacrebleu's scores, from 0 to 100, with its signatures, which say how they were computed.

    ``bleu_nfkc`` and ``chrf_nfkc`` compare both sides in NFKC, so that the width of a digit or
    a bracket does not count. In English they are hardly ever different.
    """

    bleu: float
    chrf: float
    bleu_nfkc: float
    chrf_nfkc: float
    bleu_signature: str
    chrf_signature: str


@dataclass(frozen=True)
class Numbers:
    """How many rows hold numbers, and in how many of them a translation says all of them right.

    Counted are rows where the person's translation has the source's values, by the same
    comparison (``compare_values``): where a person wrote "thousands" for 3,500, or where the
    comparison reads something wrongly, nothing can be said of a machine.
    """

    rows: int
    right: int


@dataclass(frozen=True)
class Evaluation:
    """The result of one test set in one direction.

    Attributes:
        test: the name of the set.
        package, version: the package's code and version.
        source, target: the direction.
        way: ``alone`` or ``toolkit``.
        beam: how many hypotheses the package alone was let follow; 1 is greedy.
        rows, pieces: rows translated; pieces in the translations (a model's tokens).
        seconds: taken for translating, without loading.
        scores: see ``Scores``.
        numbers: see ``Numbers``.
    """

    test: str
    package: str
    version: str
    source: str
    target: str
    way: str
    beam: int
    rows: int
    pieces: int
    seconds: float
    scores: Scores
    numbers: Numbers

    @property
    def rows_per_second(self) -> float:
        """Rows, which are mostly sentences, a second."""
        return self.rows / self.seconds

    @property
    def pieces_per_second(self) -> float:
        """Pieces of translation a second."""
        return self.pieces / self.seconds

    def as_dict(self) -> dict[str, Any]:
        """The result as plain values, for ``--json``."""
        values = asdict(self)
        return {
            **values | values.pop("scores"),
            "rows_per_second": round(self.rows_per_second, 2),
            "pieces_per_second": round(self.pieces_per_second, 1),
        }


def read_test_set(path: Path, limit: int = 0) -> TestSet:
    """A test set: UTF-8, a row a line, Japanese and English with a tab between them.

    A name such as ``wmt21_ja-en.tsv`` says that it is for that direction only.

    Args:
        path: the file.
        limit: how many rows to read; 0 for all.

    Raises:
        ContentError: the file is missing, empty, no UTF-8, or a row has not two columns.
    """
    ja, en = [], []
    for number, line in enumerate(read_text(path, _SIZE_LIMIT).split("\n"), 1):
        if not line.strip():
            continue
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) != 2 or not all(columns):
            raise ContentError(
                "must hold a Japanese and an English sentence with a tab between them", path, number
            )
        ja.append(columns[0])
        en.append(columns[1])
        if len(ja) == limit:
            break
    if not ja:
        raise ContentError("holds no sentences: a row is Japanese, tab, English", path)
    if not any(map(_is_japanese, ja)):
        raise ContentError("holds no Japanese in its first column, where it belongs", path, 1)
    named = _DIRECTION.search(path.stem)
    directions = (direction_of(named[0]),) if named else BOTH
    return TestSet(path, tuple(ja), tuple(en), directions)


def direction_of(text: str) -> tuple[str, str]:
    """``ja-en`` as (source, target)."""
    return text[:2], text[3:]


def _is_japanese(text: str) -> bool:
    return any(is_kana(char) or is_kanji(char) for char in text)


@contextmanager
def opened(what: str) -> Iterator[Package]:
    """A package by its file, its folder, its code, or a pair that it translates.

    A file is unpacked for as long as it is needed; nothing is installed. A pair restricts the
    package to that direction.

    Raises:
        ContentError: the file or the folder is no package.
        MissingError: the package that is meant is broken.
        UsageError: there is no such package.
    """
    path = Path(what)
    if path.is_file():
        with unpacked(path) as package:
            yield package
        return
    if path.is_dir() and not any(package.code == what for package in installed()):
        yield read_package(path.resolve())
        return
    for package in installed():
        if package.code == what:
            yield ready(package)
            return
    if what in ("ja-en", "en-ja"):
        pair = direction_of(what)
        yield replace(ready(find(*pair)), pairs=(pair,))
        return
    names = ", ".join(package.code for package in installed())
    raise UsageError(
        f"{what} is no package: give an .argosmodel file, a folder, or the code of an installed "
        f"one ({names})"
    )


def directions(
    package: Package, test: TestSet, wanted: tuple[str, str] | None = None
) -> list[tuple[str, str]]:
    """The directions to evaluate a package in: what it translates of what the set is for.

    Args:
        package: the package.
        test: the test set.
        wanted: the only direction asked for, whatever the set's name says.

    Raises:
        UsageError: the package translates none of them.
    """
    asked = (wanted,) if wanted else test.directions
    served = [pair for pair in asked if pair in package.pairs]
    if not served:
        raise UsageError(
            f"the package {package.code} translates {shown_pairs(package.pairs)}, "
            f"not {shown_pairs(asked)}, which {test.path.name} was to be used for"
        )
    return served


def evaluate(
    package: Package,
    test: TestSet,
    source: str,
    target: str,
    *,
    beam: int = 1,
    toolkit: bool = False,
    progress: Report | None = None,
) -> Evaluation:
    """Translate one side of a test set and compare with the other.

    Args:
        package: a package whose files are there, that translates the direction.
        test: the test set.
        source: the language to translate from, ``ja`` or ``en``.
        target: the other.
        beam: see ``Evaluation``.
        toolkit: whether all of the toolkit takes part, rather than the package alone.
        progress: see ``Report``.

    Raises:
        MissingError: the package cannot be run, or sacrebleu is not installed.
    """
    require_sacrebleu()
    if toolkit:
        done = translate_with_toolkit(package, test.side(source), source, target, progress)
    else:
        done = translate_alone(package, test.side(source), target, beam, progress)
    return Evaluation(
        test=test.path.stem,
        package=package.code,
        version=package.version,
        source=source,
        target=target,
        way="toolkit" if toolkit else "alone",
        beam=beam,
        rows=len(done.texts),
        pieces=done.pieces,
        seconds=done.seconds,
        scores=score(done.texts, test.side(target), target),
        numbers=count_numbers(test.side(source), done.texts, test.side(target), source, target),
    )


def translate_alone(
    package: Package,
    rows: Sequence[str],
    target: str,
    beam: int = 1,
    progress: Report | None = None,
) -> Translated:
    """What a package makes of rows when nobody helps it.

    Raises:
        MissingError: it cannot be run.
    """
    model = load(package, target)
    start = time.perf_counter()
    sources = [model.encode(clean(row)) for row in rows]
    decoding = Decoding(beam_size=beam)
    texts = [""] * len(rows)
    pieces = 0
    answers = decode(
        package, model, sources, range(len(rows)), decoding, lambda pieces: LONGEST_ANSWER
    )
    for number, answer in answers:
        texts[number] = clean(model.decode(answer.pieces))
        pieces += len(answer.pieces)
        if progress:
            progress(1)
    return Translated(tuple(texts), pieces, time.perf_counter() - start)


def translate_with_toolkit(
    package: Package,
    rows: Sequence[str],
    source: str,
    target: str,
    progress: Report | None = None,
) -> Translated:
    """What the toolkit makes of rows with a package, as ``newsletter translate -`` does.

    Progress is told once, at the end: the toolkit counts sentences, not rows.

    Raises:
        MissingError: the package cannot be run.
    """
    engine = engine_of(package, source, target)
    start = time.perf_counter()
    lines = translate_lines(rows, target, lambda *pair: engine, Glossary(), source=source)
    seconds = time.perf_counter() - start
    if progress:
        progress(len(rows))
    texts = tuple(line.text for line in lines)
    return Translated(texts, sum(len(engine.model.encode(text)) for text in texts), seconds)


def require_sacrebleu() -> None:
    """See to it that scores can be computed, before an hour goes into translating.

    Raises:
        MissingError: sacrebleu, or what it needs for Japanese, is not installed.
    """
    try:
        import ipadic  # noqa: F401
        import MeCab  # noqa: F401
        import sacrebleu  # noqa: F401
    except ImportError as error:
        raise MissingError(
            f"scores need sacrebleu and its parts for Japanese ({error.name} is missing): "
            "pip install 'sacrebleu[ja]', or the toolkit with its extra, evaluate"
        ) from None


def score(texts: Sequence[str], references: Sequence[str], target: str) -> Scores:
    """Compare translations with a person's.

    Args:
        texts: the translations.
        references: a person's, in the same order.
        target: the language of both, ``ja`` or ``en``.

    Raises:
        MissingError: sacrebleu is not installed.
    """
    require_sacrebleu()
    from sacrebleu import BLEU, CHRF

    bleu, chrf = BLEU(tokenize="ja-mecab" if target == "ja" else "13a"), CHRF()
    same_width = [_nfkc(text) for text in texts], [_nfkc(text) for text in references]
    return Scores(
        bleu=bleu.corpus_score(texts, [references]).score,
        chrf=chrf.corpus_score(texts, [references]).score,
        bleu_nfkc=bleu.corpus_score(same_width[0], [same_width[1]]).score,
        chrf_nfkc=chrf.corpus_score(same_width[0], [same_width[1]]).score,
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
    )


def count_numbers(
    rows: Sequence[str],
    texts: Sequence[str],
    references: Sequence[str],
    source: str,
    target: str,
) -> Numbers:
    """Count the rows that hold numbers, and those whose translation says them right.

    Args:
        rows: what was translated.
        texts: the translations.
        references: a person's.
        source, target: the languages.
    """
    sure = [
        (row, text)
        for row, text, reference in zip(rows, texts, references, strict=True)
        if find_amounts(row, source) and not compare_values(row, reference, source, target)
    ]
    right = sum(not compare_values(row, text, source, target) for row, text in sure)
    return Numbers(len(sure), right)


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
