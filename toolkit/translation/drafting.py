"""Sentences of inline Markdown → drafts that an editor can trust, by any engine.

    protect ─▶ show to the engine ─▶ read back ─▶ judge ─▶ typography ─▶ Markdown
                      ▲                             │ not whole
                      └──────── next way ◀──────────┘

A draft is whole when every hidden thing came back exactly once and its inline elements are
the source's. The ways are tried in order, all sentences that still need one in one batch;
the last resort, pieces between the hidden things, cannot fail. What a way costs the reader is
said in the draft's findings.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from toolkit.document.glossary import Glossary
from toolkit.translation.engine import Draft, Engine
from toolkit.translation.inline import (
    ATOM,
    Flat,
    Span,
    elements,
    is_atom,
    nested,
    unflatten,
)
from toolkit.translation.placing import (
    Evidence,
    Placed,
    group,
    in_order,
    looks,
    moved,
    outermost,
    place,
)
from toolkit.translation.protection import (
    Guard,
    Guarded,
    needs_engine,
    protect,
    reveal,
    take_off_frames,
)
from toolkit.translation.quality import (
    MARK_MOVED,
    differences,
    has_mark_within,
    in_words,
    odd_signs,
)
from toolkit.translation.questions import (
    MARK,
    Question,
    Range,
    Way,
    in_clauses,
    in_one,
    off_edges,
    question_for,
    swapped,
    unmarked,
    with_atoms,
)
from toolkit.translation.typography import english, japanese, with_marks, without_marks


@dataclass(frozen=True)
class DraftedSentence:
    """A machine translation.

    Attributes:
        text: inline Markdown; never empty for a sentence that is not.
        score: the engine's mean log probability of a token; 0 where no engine was needed.
        findings: what an editor should look at, in words.
    """

    text: str
    score: float
    findings: tuple[str, ...] = ()


GUESSED = "words that the translator left in the source's language were guessed: check names"

IN_CLAUSES = "translated in clauses: read it as a whole"

BEAM = 2
"""The engine's attempt with a beam."""

WAYS = (
    Way(),
    # Clauses keep as much of what the first way loses, in a third of a beam's time; but what a
    # beam gives is still one sentence, and reads like one.
    Way(attempt=BEAM),
    Way(parts=2, finding=IN_CLAUSES),
    Way(framed=False, marked=False),
    Way(framed=False, marked=False, parts=4, finding=IN_CLAUSES),
    Way(
        framed=False,
        marked=False,
        shown=("term", "name"),
        finding="names and terms were not protected: check them",
    ),
    Way(
        framed=False,
        marked=False,
        shown=("term", "name", "amount"),
        finding="amounts were left to the engine; their values agree, but check how they read",
    ),
)

PATIENCE = 2
"""From this way on, a whole draft is taken with its faults; before, a better one is hoped for."""

LAST_RESORT = "translated piece by piece, because the engine lost protected parts: rewrite it"
UNTRANSLATED = "not translated: the engine had no words for it"


def draft_sentences(
    sentences: Sequence[str],
    engine: Engine,
    glossary: Glossary,
    *,
    progress: Callable[[int], None] | None = None,
) -> list[DraftedSentence]:
    """Draft translations, one for each sentence, in order.

    Args:
        sentences: inline Markdown, a sentence each. One with nothing to translate (a
            number, an address, code) is written by rules and not shown to the engine.
        engine: gives the languages, translates.
        glossary: terms that must be used.
        progress: called with how many sentences were finished since the last call.

    Raises:
        MissingError: the engine cannot run.
    """
    jobs = [_Job.of(sentence, engine, glossary) for sentence in sentences]
    engine = _Remembering(engine)
    meter = _Meter(progress or (lambda finished: None))
    for number, way in enumerate(WAYS):
        pending = [job for job in jobs if job.pending]
        meter.show(len(jobs) - len(pending))
        _try(pending, way, engine, meter if number == 0 else None)
        for job in pending:
            job.settle(final=number >= PATIENCE)
    _last_resort([job for job in jobs if job.pending], engine)
    meter.show(len(jobs))
    return [job.result() for job in jobs]


@dataclass
class _Remembering:
    """An engine that is asked for nothing twice: spans, clauses and ways often repeat."""

    engine: Engine
    answers: dict[tuple[int, str], Draft] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return self.engine.source

    @property
    def target(self) -> str:
        return self.engine.target

    @property
    def placeholders(self) -> tuple[str, ...]:
        return self.engine.placeholders

    def translate(
        self,
        sentences: Sequence[str],
        *,
        attempt: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> list[Draft]:
        new = [text for text in dict.fromkeys(sentences) if (attempt, text) not in self.answers]
        if new:
            drafts = self.engine.translate(new, attempt=attempt, progress=progress)
            self.answers |= {
                (attempt, text): draft for text, draft in zip(new, drafts, strict=True)
            }
        return [self.answers[attempt, text] for text in sentences]


@dataclass
class _Meter:
    """Progress over all ways: it never runs back, and ends at the number of sentences."""

    report: Callable[[int], None]
    shown: int = 0

    def show(self, finished: int) -> None:
        """Report up to how many sentences are finished."""
        if finished > self.shown:
            self.report(finished - self.shown)
            self.shown = finished

    def along(self, sentences: int, questions: int) -> Callable[[int], None]:
        """For the engine to call: the first way is nearly all the work, the rest a tenth."""
        start, answered = self.shown, 0

        def count(finished: int) -> None:
            nonlocal answered
            answered += finished
            self.show(start + sentences * answered * 9 // (questions * 10))

        return count


@dataclass(frozen=True)
class _Candidate:
    text: str
    score: float
    faults: tuple[str, ...]
    finding: str


@dataclass
class _Job:
    """A sentence on its way: what is hidden in it, and the best draft so far."""

    sentence: str
    guarded: Guarded
    source: str
    target: str
    glossary: Glossary
    pending: bool = True
    best: _Candidate | None = None

    @classmethod
    def of(cls, sentence: str, engine: Engine, glossary: Glossary) -> "_Job":
        guarded = protect(sentence, glossary, engine.source, engine.target)
        job = cls(sentence, guarded, engine.source, engine.target, glossary)
        if not needs_engine(guarded, engine.source):
            text = _markdown(_set(guarded.flat, job), guarded.guards)
            whole = bool(text) and elements(text) == elements(sentence)
            job.best = _Candidate(text if whole else sentence.strip(), 0.0, (), "")
            job.pending = False
        return job

    def offer(self, candidate: _Candidate) -> None:
        """Keep a whole draft if it is better than the one there is."""
        if self.best is None or len(candidate.faults) < len(self.best.faults):
            self.best = candidate

    def settle(self, *, final: bool) -> None:
        """Be done if the draft there is will do: a faultless one, or any when time is up."""
        if self.best is not None and (final or not self.best.faults):
            self.pending = False

    def result(self) -> DraftedSentence:
        assert self.best is not None
        findings = [self.best.finding, *self.best.faults]
        if has_mark_within(self.sentence):
            findings.append(MARK_MOVED)
        return DraftedSentence(
            self.best.text, self.best.score, in_words([text for text in findings if text])
        )


def _try(jobs: Sequence[_Job], way: Way, engine: Engine, meter: _Meter | None) -> None:
    """Ask for all sentences in one batch, in another for spans without a place, and offer each
    job what came back whole.
    """
    plans = [_plan(job, way, engine) for job in jobs]
    texts = [question.shown for plan in plans for question in plan.questions]
    count = meter.along(len(jobs), len(texts)) if meter else None
    answers = iter(engine.translate(texts, attempt=way.attempt, progress=count) if texts else [])
    drafts = [[next(answers) for _ in plan.questions] for plan in plans]
    _ask_lost_parts_again(plans, drafts, engine)
    readings = [plan.read(some) for plan, some in zip(plans, drafts, strict=True)]
    if way.shown:
        readings = _with_terms(readings, jobs, engine)
    doubts = [
        reading.plan.doubts(reading, engine) if reading is not None else [] for reading in readings
    ]
    texts = [doubt.question.shown for some in doubts for doubt in some]
    answers = iter(engine.translate(texts, attempt=way.attempt) if texts else [])
    for job, reading, some in zip(jobs, readings, doubts, strict=True):
        said = [(doubt, next(answers).text) for doubt in some]
        candidate = reading.candidate(job, said) if reading is not None else None
        if candidate is not None:
            job.offer(candidate)


def _ask_lost_parts_again(
    plans: Sequence["_Plan"], drafts: Sequence[list[Draft]], engine: Engine
) -> None:
    """Where parts of a sentence lost what was hidden, ask for these alone, with a beam.

    Not where all of them did: the next way has more to offer.
    """
    lost = [
        (some, number, question.shown)
        for plan, some in zip(plans, drafts, strict=True)
        for number, question in plan.lost(some)
    ]
    texts = [shown for _, _, shown in lost]
    answers = engine.translate(texts, attempt=BEAM) if texts else []
    for (some, number, _), answer in zip(lost, answers, strict=True):
        some[number] = answer


def _with_terms(
    readings: Sequence["_Reading | None"], jobs: Sequence[_Job], engine: Engine
) -> list["_Reading | None"]:
    """Answers in which the glossary's terms stand for the engine's own words for them.

    What those words are it says when it is asked for a term alone.
    """
    lacking = [
        [
            (atom, guard)
            for atom, guard in job.guarded.guards.items()
            if reading is not None
            and guard.kind == "term"
            and atom not in reading.guards
            and guard.text.lower() not in reading.text.lower()
        ]
        for reading, job in zip(readings, jobs, strict=True)
    ]
    terms = list(dict.fromkeys(guard.source for some in lacking for _, guard in some))
    said = dict(zip(terms, engine.translate(terms) if terms else [], strict=True))
    mended: list[_Reading | None] = []
    for reading, some in zip(readings, lacking, strict=True):
        for atom, guard in some:
            assert reading is not None
            reading = reading.with_term(atom, guard, said[guard.source].text)
        mended.append(reading)
    return mended


@dataclass(frozen=True)
class _Doubt:
    """A span whose place is not known, and what to ask for it: the sentence with marks around
    it alone, or its words on their own.
    """

    span: Span
    question: Question
    in_sentence: bool


@dataclass(frozen=True)
class _Plan:
    """The questions for one sentence: its parts."""

    guarded: Guarded
    way: Way
    target: str
    flat: Flat  # without what stays at the edges
    parts: tuple[Question | str, ...]  # a string is kept as it is
    marked: bool

    @property
    def questions(self) -> list[Question]:
        return [part for part in self.parts if isinstance(part, Question)]

    def lost(self, drafts: Sequence[Draft]) -> list[tuple[int, Question]]:
        """The questions, by number, whose answers lost something, unless that is all of them."""
        found = [
            (number, question)
            for number, (question, draft) in enumerate(zip(self.questions, drafts, strict=True))
            if with_atoms(draft.text, question.places) is None
        ]
        return found if len(found) < len(self.questions) else []

    @property
    def frames(self) -> Mapping[str, Guard]:
        """What was shown in a frame."""
        return self.guarded.guards if self.way.framed else {}

    def read(self, drafts: Sequence[Draft]) -> "_Reading | None":
        """The translated sentence, or None where what was hidden did not come back."""
        answers = iter(drafts)
        pieces: list[str] = []
        scores: list[float] = []
        complete, guessed = True, False
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            draft = next(answers)
            complete &= draft.complete
            guessed |= draft.guessed
            scores.append(draft.score)
            text = with_atoms(draft.text, part.places)
            if text is None:
                return None
            pieces.append(text.strip())
        joined = in_one(pieces, self.parts, self.target)
        joined, framed, clean = take_off_frames(joined, self.frames, self.target)
        text, carried = unmarked(joined, len(group(outermost(self.flat.spans))))
        if not text.strip():
            return None
        guards = {**self.guarded.guards, **framed}
        score = sum(scores) / max(len(scores), 1)
        looked = self._looks(drafts, text)
        return _Reading(
            self,
            text,
            guards,
            carried if self.marked else (),
            looked,
            score,
            complete,
            clean,
            guessed,
        )

    def _looks(self, drafts: Sequence[Draft], text: str) -> list[list[float]]:
        """For each span, how much the engine looked at it for each character of the text."""
        if not self.flat.spans or any(draft.attention is None for draft in drafts):
            return []
        answers, found = "", [list[float]() for _ in self.flat.spans]
        at, rest = 0, iter(drafts)
        for part in self.parts:
            if isinstance(part, str):
                continue
            draft = next(rest)
            assert draft.attention is not None
            inside = [
                [r for r in part.ranges[max(0, s.start - at) : max(0, s.end - at)] if r[1] > r[0]]
                for s in self.flat.spans
            ]
            ranges = [(r[0][0], r[-1][1]) if r else (0, 0) for r in inside]
            looked = looks(draft.attention, part.shown, draft.text, ranges)
            answer = swapped(draft.text, part.places)
            for values, one in zip(found, looked, strict=True):
                values += [one[place] for place, _ in answer]
            answers += "".join(char for _, char in answer)
            at += len(part.ranges)
        return [moved(values, answers, text) for values in found]

    def doubts(self, reading: "_Reading", engine: Engine) -> list[_Doubt]:
        """What to ask for the spans that have no sure place yet."""
        placed = reading.placed({})
        sure = placed.sure if placed else (False,) * len(self.flat.spans)
        unsure = {
            _range(span) for span, is_sure in zip(self.flat.spans, sure, strict=True) if not is_sure
        }
        untold = set()
        if reading.carried and not reading.told_apart:
            untold = {_range(span) for span in outermost(self.flat.spans)}
        few = sum(map(is_atom, self.flat.text)) <= len(engine.placeholders)
        guards = self.guarded.guards
        found = []
        for span, *_ in group(self.flat.spans):
            if _range(span) in unsure and few:
                flat = Flat(self.flat.text, (span,))
                found.append(_Doubt(span, question_for(flat, guards, self.way, engine), True))
            if _range(span) in unsure | untold:
                words = Flat(self.flat.text[span.start : span.end])
                found.append(_Doubt(span, question_for(words, guards, self.way, engine), False))
        return found


@dataclass(frozen=True)
class _Reading:
    """What came back for a sentence, and what is known of the places of its spans.

    Attributes:
        carried: where the marks of the outermost spans are, in the text's order.
        looks: for each span, how much the engine looked at it for each character.
    """

    plan: _Plan
    text: str
    guards: dict[str, Guard]
    carried: tuple[Range, ...]
    looks: list[list[float]]
    score: float
    complete: bool
    clean: bool
    guessed: bool

    @property
    def told_apart(self) -> bool:
        """Whether it does not matter which mark is which: all are of one kind."""
        groups = group(outermost(self.plan.flat.spans))
        return len({tuple(span.kind for span in there) for there in groups}) <= 1

    def with_term(self, atom: str, guard: Guard, words: str) -> "_Reading":
        """The same with a term for the words that the engine has for it, if they stand there."""
        bare = re.sub(r"^(?:the|an?)\s+", "", words.strip(" .。、,"), flags=re.IGNORECASE)
        pattern = rf"(?<![A-Za-z]){re.escape(bare)}(?![A-Za-z])"
        there = list(re.finditer(pattern, self.text, re.IGNORECASE)) if bare else []
        if len(there) != 1:
            return self
        text = self.text[: there[0].start()] + atom + self.text[there[0].end() :]
        looks = [moved(values, self.text, text) for values in self.looks]
        return replace(self, text=text, guards={**self.guards, atom: guard}, looks=looks)

    def placed(self, said: Mapping[Range, Sequence[str]]) -> Placed | None:
        """The spans in their places, by what is known and what was said for them."""
        flat = self.plan.flat
        carried: dict[Range, Range] = {}
        if self.carried:
            tops = [_range(span) for span, *_ in group(outermost(flat.spans))]
            alone = [(said.get(top) or [""])[-1] for top in tops]
            places = in_order(flat, tops, self.text, self.carried, alone)
            carried = dict(zip(tops, places, strict=True))
        evidence = {
            _range(span): Evidence(
                carried.get(_range(span)),
                self.looks[number] if self.looks else (),
                tuple(said.get(_range(span), ())),
            )
            for number, span in enumerate(flat.spans)
        }
        return place(flat, self.text, evidence, self.plan.target)

    def candidate(self, job: _Job, answers: Sequence[tuple[_Doubt, str]]) -> _Candidate | None:
        """The draft with its spans, or None where it is not whole."""
        plan, way, guards = self.plan, self.plan.way, self.guards
        said: dict[Range, list[str]] = {}
        for doubt, answer in answers:
            words = _said(answer, doubt, plan.frames, plan.target)
            said.setdefault(_range(doubt.span), []).append(words)
        placed = self.placed(said)
        if placed is None:
            return None
        flat = _set(nested(placed.flat), job, guards)
        text = _markdown(flat, guards)
        if sorted(filter(is_atom, flat.text)) != sorted(guards) or elements(text) != elements(
            job.sentence
        ):
            return None
        faults = differences(job.sentence, text, job.source, job.target, job.glossary)
        shown = [g for c, g in job.guarded.guards.items() if c not in guards]
        names = [guard.source for guard in shown if guard.kind == "name"]
        if shown and (faults or not all(name in text for name in names)):
            return None  # what was shown to the engine did not come back
        if not all(placed.sure):
            faults.append("the place of bold, emphasis or a link was guessed")
        if self.guessed:
            faults.append(GUESSED)
        if not self.complete:
            faults.append("the translation was cut off")
        if not self.clean:
            faults.append("a unit may be written twice")
        if odd := odd_signs(flat.text, plan.guarded.flat.text, job.target):
            faults.append(f"there are signs in it that the source has not: {odd}")
        changed = len(plan.guarded.guards) < len(job.guarded.guards) if way.shown else True
        finding = way.finding if changed else ""
        return _Candidate(text, self.score, tuple(faults), finding)


def _range(span: Span) -> Range:
    return span.start, span.end


def _plan(job: _Job, way: Way, engine: Engine) -> _Plan:
    guarded = reveal(job.guarded, way.shown) if way.shown else job.guarded
    guards = guarded.guards
    before, flat, after = off_edges(guarded)
    # Marks have no names, so what lies in a marked span is looked for there afterwards.
    tops = outermost(flat.spans)
    clauses = in_clauses(Flat(flat.text, tops), way.parts, len(engine.placeholders) or 16)
    whole = sum(len(clause.spans) for clause in clauses) == len(tops)
    marked = way.marked and bool(engine.placeholders) and whole
    asked = [
        clause.text
        if not clause.spans and all(is_atom(char) or not char.isalnum() for char in clause.text)
        else question_for(clause if marked else Flat(clause.text), guards, way, engine)
        for clause in clauses
    ]
    return _Plan(guarded, way, job.target, flat, (*before, *asked, *after), marked)


def _said(answer: str, doubt: _Doubt, frames: Mapping[str, Guard], target: str) -> str:
    """A translation of a span's words; empty where the answer tells none."""
    text = "".join(char for _, char in swapped(answer, doubt.question.places))
    text, _, _ = take_off_frames(text, frames, target)
    if not doubt.in_sentence:
        return text.replace(MARK, "").strip(" .。、,")
    pieces = text.split(MARK)
    return pieces[1].strip() if len(pieces) == 3 else ""


def _last_resort(jobs: Sequence[_Job], engine: Engine) -> None:
    """The pieces between hidden things and edges of spans, each translated for itself.

    What was hidden, and every span, stays where it stood, so that nothing can be lost. A
    piece the engine has no words for stays as it is.
    """
    cut = [_between(job.guarded.flat) for job in jobs]
    texts = [text for pieces in cut for text in pieces if _has_words(text)]
    answers = iter(engine.translate(texts) if texts else [])
    for job, pieces in zip(jobs, cut, strict=True):
        places, words, scores = [0], "", []
        translated = guessed = False
        for piece in pieces:
            text = piece
            if _has_words(piece):
                draft = next(answers)
                scores.append(draft.score)
                guessed |= draft.guessed
                said = re.sub(f"⟦[^⟧]*⟧?|⟧|{ATOM}", "", draft.text.replace(MARK, "")).strip()
                translated |= bool(said)
                text = said or piece
            gap = " " * (job.target == "en" and bool(words) and text[:1] not in "、。,.!?)」")
            words += gap + text
            # Edges of spans are edges of pieces: as many characters before as after.
            places += [len(words)] * len(piece)
        spans = tuple(
            replace(span, start=places[span.start], end=places[span.end])
            for span in job.guarded.flat.spans
        )
        guards = job.guarded.guards
        text = _markdown(_set(nested(Flat(words, spans)), job), guards)
        finding = LAST_RESORT
        if not translated or elements(text) != elements(job.sentence):
            text, finding = job.sentence.strip(), UNTRANSLATED
        faults = differences(job.sentence, text, job.source, job.target, job.glossary)
        if guessed and finding != UNTRANSLATED:
            faults.append(GUESSED)
        score = sum(scores) / max(len(scores), 1)
        job.offer(_Candidate(text, score, tuple(faults), finding))
        job.pending = False


def _has_words(text: str) -> bool:
    return any(char.isalpha() and not is_atom(char) for char in text)


def _between(flat: Flat) -> list[str]:
    """The text cut at its atoms, which stay as pieces of their own, and at edges of spans."""
    edges = {place for span in flat.spans for place in (span.start, span.end)}
    edges |= {
        place + side for place, char in enumerate(flat.text) if is_atom(char) for side in (0, 1)
    }
    bounds = sorted(edges | {0, len(flat.text)})
    return [flat.text[start:end] for start, end in pairwise(bounds)]


def _set(flat: Flat, job: _Job, guards: Mapping[str, Guard] | None = None) -> Flat:
    """Flat text with its language's punctuation and spaces."""
    guards = job.guarded.guards if guards is None else guards
    notes = [char for char, guard in job.guarded.guards.items() if guard.is_note]
    contents = {char: guard.text for char, guard in guards.items()}
    source = "".join(
        job.guarded.guards[char].source or "x" if char in job.guarded.guards else char
        for char in job.guarded.flat.text
        if char not in notes
    )
    set_ = english if job.target == "en" else japanese
    if not notes:
        return set_(flat, source, contents)
    flat, marks = without_marks(flat, notes)
    return with_marks(set_(flat, source, contents), marks, job.target)


def _markdown(flat: Flat, guards: Mapping[str, Guard]) -> str:
    """The sentence with everything that was hidden, a term at its beginning capitalised."""
    contents = {char: guard.target for char, guard in guards.items()}
    text = unflatten(flat, contents)
    first = flat.text[:1]
    if first in guards and guards[first].kind in ("term", "amount"):
        at = len(text) - len(text.lstrip('*_~[“"('))
        text = text[:at] + text[at : at + 1].upper() + text[at + 1 :]
    return text
