"""An issue in another language: its catalog read back into it."""

from dataclasses import replace

from toolkit.document.issue import Issue
from toolkit.document.publication import Publication
from toolkit.errors import ContentError
from toolkit.translation.catalog import (
    State,
    catalog_path,
    live_entries,
    read_catalog,
    state,
)
from toolkit.translation.segments import segments, translated

_NAMES = {"ja": "Japanese", "en": "English"}


def edition(publication: Publication, issue: Issue, language: str) -> Issue:
    """The issue in a language of its publication: as written, or as its catalog has it.

    The sections keep their files, so that images resolve as in the original. ``drafts``
    counts the sentences whose translation nobody approved; what they stand in is marked.

    Raises:
        ContentError: there is no catalog, it cannot be read, or it lacks sentences.
    """
    if language == issue.language:
        return issue
    path = catalog_path(issue, language)
    remedy = f"run `newsletter translate {issue.slug} --to {language}`"
    name = _NAMES[language]
    if not path.is_file():
        raise ContentError(f"there is no translation into {name} yet: {remedy}", path)
    entries = live_entries(read_catalog(path))
    sentences = list(dict.fromkeys(segment.text for segment in segments(issue)))
    states = [state(entries[text]) if text in entries else State.MISSING for text in sentences]
    if missing := states.count(State.MISSING):
        sentences_have = "sentence has" if missing == 1 else "sentences have"
        raise ContentError(f"{missing} {sentences_have} no {name} yet: {remedy}", path)
    translations = {text: entries[text].msgstr for text in sentences}
    drafts = {
        text for text, found in zip(sentences, states, strict=True) if found is not State.APPROVED
    }
    return replace(translated(issue, translations, language, drafts), drafts=len(drafts))
