"""Sentences in one language → sentences in another, on this machine: the engine.

Two kinds of package run on CTranslate2: a decoder-only model continues a prompt
(``Generator``), an encoder-decoder model translates (``Translator``). Both get all sentences
at once, sorted by length and cut into batches of about the same number of tokens, and both
give the same text for the same list of sentences on the same machine.

A model that is unsure may repeat itself without end. What does so, or is empty, or does not
come to an end within a length that fits its source, is decoded again in the way of the next
attempt, then in halves, and as a last resort cut where it began to repeat
(``Draft.complete`` is then false). What holds pieces of the other language is decoded once
more without them (``Draft.guessed`` is then true).
"""

import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from toolkit.errors import MissingError
from toolkit.translation import bundled
from toolkit.translation.clauses import clauses, halves
from toolkit.translation.metadata import Package, read_package
from toolkit.translation.model import Answer, Decoding, Model, load
from toolkit.translation.package import find
from toolkit.translation.placing import Attention


@dataclass(frozen=True)
class Draft:
    """What a machine made of a sentence.

    Attributes:
        text: the translation; empty for an empty sentence, or where nothing could be made of
            one (``complete`` is then false).
        score: the mean log probability of a token, at most 0; 0 where nothing was translated.
        complete: false where no way of decoding came to an end, and the text was cut.
        attention: what was looked at, where the model tells.
        guessed: whether the model left words in the source's language, and was made to say
            them in the target's: names above all, which it may invent.
    """

    text: str
    score: float
    complete: bool = True
    attention: Attention | None = None
    guessed: bool = False


class Engine(Protocol):
    """Translates sentences of one language into another.

    ``open_engine`` gives one; a test may bring its own.
    """

    @property
    def source(self) -> str:
        """The code of the language of the sentences."""

    @property
    def target(self) -> str:
        """The code of the language of the drafts."""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Marks that the model was trained to copy from sentence to draft; empty if none.

        What stands for itself in a text and looks like one is the caller's to protect.
        """

    def translate(
        self,
        sentences: Sequence[str],
        *,
        attempt: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> list[Draft]:
        """Translate sentences; the result has one draft for each, in the same order.

        Args:
            sentences: plain text, a sentence each; line breaks count as spaces. One without
                any letter (``—``, ``2025``, a lone placeholder) comes back as it is.
            attempt: 0 is the fast way; each higher number decodes in another way (there are
                ``len(ATTEMPTS)``), for a sentence whose draft was not good enough.
            progress: called with how many sentences have been finished since the last call.

        Raises:
            MissingError: the package's model cannot be run.
        """


ATTEMPTS = (
    Decoding(),
    Decoding(repetition_penalty=1.2),
    Decoding(beam_size=3, no_repeat_ngram_size=4),
    Decoding(beam_size=4, repetition_penalty=1.1, no_repeat_ngram_size=3),
)
"""The ways of decoding, by attempt, cheap ones first: a beam takes 4 times as long as greedy."""

BATCH_TOKENS = 1024
"""Source tokens in a batch: twice as many would be a little faster and take 900 MB of memory
(docs/performance.md)."""

LENGTH_FACTOR, LENGTH_MARGIN = 2, 16
"""An answer has at most so many times the tokens of its source, and so many more."""

UNSPACED = ("ja", "zh", "zt", "th")
"""Languages written without spaces (codes as Argos's: zt is Chinese in traditional script)."""

_JOINERS = "\u200c\u200d"


def open_engine(source: str, target: str, package: str = "") -> Engine:
    """The engine for a pair of languages.

    Args:
        source: the code of the language written in.
        target: the code of the language wanted.
        package: the code of the package to use (``Publication.package``); empty for whichever
            is installed, at least the one that comes with the toolkit.

    Raises:
        MissingError: no package translates the pair, or it is broken.
    """
    return engine_of(ready(find(source, target, package)), source, target)


def ready(package: Package) -> Package:
    """A package whose files are there: the one that comes with the toolkit is assembled first.

    Raises:
        MissingError: it cannot be assembled.
    """
    return read_package(bundled.assemble(package.path.parent)) if package.bundled else package


def engine_of(package: Package, source: str, target: str) -> "PackageEngine":
    """The engine of a package whose files are there.

    Raises:
        MissingError: its model cannot be loaded.
    """
    return PackageEngine(source, target, package.placeholders, package, load(package, target))


@dataclass(frozen=True)
class PackageEngine:
    """An ``Engine`` that runs a package's model."""

    source: str
    target: str
    placeholders: tuple[str, ...]
    package: Package
    model: Model

    def translate(
        self,
        sentences: Sequence[str],
        *,
        attempt: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> list[Draft]:
        """See ``Engine``."""
        drafts: dict[int, Draft] = {}
        texts: list[str] = []
        places: dict[int, range] = {}  # of each sentence's clauses among the texts
        for number, sentence in enumerate(sentences):
            text = clean(sentence)
            if self._has_words(text):
                parts = self._parts(text)
                places[number] = range(len(texts), len(texts) + len(parts))
                texts += [part.strip() for part in parts]
            else:
                drafts[number] = Draft(text, 0.0)
        owners = [number for number, place in places.items() for _ in place]
        report = progress or (lambda finished: None)
        if drafts:
            report(len(drafts))
        done: dict[int, Draft] = {}
        for index, draft in self._translate(texts, attempt % len(ATTEMPTS)):
            done[index] = draft
            place = places[owners[index]]
            if all(part in done for part in place):
                drafts[owners[index]] = self._joined([done[part] for part in place])
                report(1)
        return [drafts[number] for number in range(len(sentences))]

    def _has_words(self, text: str) -> bool:
        for placeholder in self.placeholders:
            text = text.replace(placeholder, "")
        return any(character.isalpha() for character in text)

    def _parts(self, text: str) -> list[str]:
        """What to ask for: a text as it is if it is short, else its clauses."""

        def up_to(pieces: int) -> Callable[[str], bool]:
            return lambda text: len(self.model.encode(text)) <= pieces

        easy, longest = up_to(self.package.easy), up_to(self.package.longest)
        signs = self.placeholders
        return [
            part
            for clause in clauses(text, easy, signs, anywhere=False)
            for part in clauses(clause, longest, signs)
        ]

    def _translate(self, texts: Sequence[str], attempt: int) -> Iterator[tuple[int, Draft]]:
        """Texts that fit the model, each with its number, as they are finished."""
        sources = [self.model.encode(text) for text in texts]
        pending = []
        for index, text in enumerate(texts):
            if self._has_words(text):
                pending.append(index)
            else:
                yield index, Draft(text, 0.0)
        rejected: dict[int, Answer] = {}
        # One more way mends nearly all; whoever wants another asks for a higher attempt.
        for decoding in (ATTEMPTS[attempt], ATTEMPTS[(attempt + 1) % len(ATTEMPTS)]):
            failed = []
            left: dict[int, Draft] = {}
            for index, answer in self._answers(sources, pending, decoding):
                draft = self._whole(sources[index], answer)
                if draft is not None and self.model.foreign.isdisjoint(answer.pieces):
                    yield index, draft
                elif draft is not None:
                    left[index] = draft
                elif _is_endless(sources[index]):
                    # Such a source (ああああああ…) is answered like this in every way.
                    yield index, self._cut(answer)
                else:
                    rejected.setdefault(index, answer)
                    failed.append(index)
            native = replace(decoding, native=True)
            for index, answer in self._answers(sources, sorted(left), native):
                draft = self._whole(sources[index], answer)
                yield index, left[index] if draft is None else replace(draft, guessed=True)
            pending = sorted(failed)
        for index in pending:
            parts = halves(texts[index], self.placeholders, anywhere=False)
            if parts:
                drafts = dict(self._translate([part.strip() for part in parts], attempt))
                yield index, self._joined([drafts[0], drafts[1]])
            else:
                yield index, self._cut(rejected[index])

    def _whole(self, source: Sequence[str], answer: Answer) -> Draft | None:
        """The draft that an answer is, or None where it is empty, has no end or loops."""
        text = self._text(answer.pieces)
        if not text or not answer.ended or _loops(source, answer.pieces):
            return None
        return Draft(text, answer.score, True, _attention(source, answer))

    def _cut(self, answer: Answer) -> Draft:
        """What can be kept of an answer that has no end: all before it repeats itself."""
        pieces = answer.pieces[: repetition(answer.pieces)]
        return Draft(self._text(pieces), answer.score, complete=False)

    def _answers(
        self, sources: Sequence[Sequence[str]], pending: Sequence[int], decoding: Decoding
    ) -> Iterator[tuple[int, Answer]]:
        def longest(pieces: int) -> int:
            return LENGTH_FACTOR * pieces + LENGTH_MARGIN

        return decode(self.package, self.model, sources, pending, decoding, longest)

    def _text(self, pieces: Sequence[str]) -> str:
        return clean(self.model.decode(list(pieces)))

    def _joined(self, parts: Sequence[Draft]) -> Draft:
        """The drafts of a sentence's clauses as one; its score is the mean of theirs."""
        between = "" if self.target in UNSPACED else " "
        return Draft(
            between.join(part.text for part in parts),
            sum(part.score for part in parts) / len(parts),
            all(part.complete for part in parts),
            _one_after_another([part.attention for part in parts]),
            any(part.guessed for part in parts),
        )


def decode(
    package: Package,
    model: Model,
    sources: Sequence[Sequence[str]],
    pending: Sequence[int],
    decoding: Decoding,
    longest: Callable[[int], int],
) -> Iterator[tuple[int, Answer]]:
    """Answers to sources, each with its number: batch by batch, the longest source first.

    Args:
        package: what to name in errors.
        model: the package's model.
        sources: texts as the model reads them (``Model.encode``).
        pending: the numbers of those that are asked for.
        decoding: how.
        longest: by the pieces of the longest source of a batch, the most pieces an answer has.

    Raises:
        MissingError: the model cannot be run.
    """
    running: deque[tuple[tuple[int, ...], list[Callable[[], Answer]]]] = deque()
    batches = deque(_batches(sources, pending, BATCH_TOKENS // decoding.beam_size))
    try:
        while batches or running:
            # One batch waits in line, so that no core idles; more would only delay an
            # interrupt, which has to wait for what was begun.
            while batches and len(running) <= model.parallel:
                batch = batches.popleft()
                most = longest(len(sources[batch[0]]))
                calls = model.submit([sources[number] for number in batch], decoding, most)
                running.append((batch, calls))
            batch, calls = running.popleft()
            for number, call in zip(batch, calls, strict=True):
                yield number, call()
    except RuntimeError as error:
        raise MissingError(
            f"the package {package.code} cannot translate ({error}): install it again",
            package.path,
        ) from None


def _attention(source: Sequence[str], answer: Answer) -> Attention | None:
    if not answer.attention:
        return None
    return Attention(tuple(source), answer.pieces, answer.attention)


def _one_after_another(parts: Sequence[Attention | None]) -> Attention | None:
    """What was looked at for a whole of parts: each for itself, nothing of the others."""
    if len(parts) == 1:
        return parts[0]
    whole = Attention((), (), ())
    for part in parts:
        if part is None:
            return None
        before, after = len(whole.source), len(part.source)
        whole = Attention(
            whole.source + part.source,
            whole.target + part.target,
            (
                *([*row, *[0.0] * after] for row in whole.weights),
                *([*[0.0] * before, *row] for row in part.weights),
            ),
        )
    return whole


def clean(text: str) -> str:
    """A text on one line, without control characters and without invisible ones but joiners."""
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace()
        or character in _JOINERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )
    return " ".join("".join(kept).split())


def _batches(
    sources: Sequence[Sequence[str]], pending: Sequence[int], tokens: int
) -> Iterator[tuple[int, ...]]:
    """Numbers of sources, longest first, cut where a batch would hold too many tokens."""
    batch: list[int] = []
    for index in sorted(pending, key=lambda index: -len(sources[index])):
        if batch and len(sources[batch[0]]) * (len(batch) + 1) > tokens:
            yield tuple(batch)
            batch = []
        batch.append(index)
    if batch:
        yield tuple(batch)


def _loops(source: Sequence[str], answer: Sequence[str]) -> bool:
    """Whether an answer repeats itself in a way that its source does not."""
    return repetition(answer) is not None and not _is_endless(source)


def _is_endless(source: Sequence[str]) -> bool:
    """Whether a source itself is little more than a repetition; a row of dots in it is not."""
    return repetition(source) is not None and 2 * len(set(source)) <= len(source)


def repetition(pieces: Sequence[str]) -> int | None:
    """Where pieces begin to repeat: the end of the first of 3 or more equal runs in a row.

    A run of one or two pieces may come 4 times (``……``, ``ハハハハ``) before it counts.
    """
    for length in range(1, len(pieces) // 3 + 1):
        needed = length * (5 if length <= 2 else 3)
        same = 0
        for place in range(length, len(pieces)):
            same = same + 1 if pieces[place] == pieces[place - length] else 0
            if same + length >= needed:
                return place + 1 - same
    return None
