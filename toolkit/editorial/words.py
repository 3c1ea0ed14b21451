"""The words of a sentence that carry its meaning, to compare sentences by."""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from toolkit.editorial.data import read_data

if TYPE_CHECKING:
    from sudachipy import Tokenizer

_WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
_QUOTED = re.compile(r"「[^「」]*」|『[^『』]*』|\([^()]*\)|“[^“”]*”")
_SUBJECT = {"は": ("係助詞",), "も": ("係助詞",), "が": ("格助詞",)}
_CONTENT = frozenset({"名詞", "動詞", "形容詞", "形状詞"})
_CHUNK = 10_000
"""Characters given to SudachiPy at a time: it refuses more than 49,149 bytes."""


def content_words(text: str, language: str) -> list[str]:
    """The words of a text in one spelling each, without those that say nothing.

    Japanese: SudachiPy's normalized forms of nouns, verbs and adjectives. English:
    words in lower case, without a possessive ``'s``. Numbers are words in both.
    """
    text = unicodedata.normalize("NFKC", text)
    words = _japanese(text) if language == "ja" else _english(text)
    stopwords = _stopwords(language)
    return [word for word in words if word not in stopwords]


def names_its_subject(text: str) -> bool:
    """Whether a Japanese sentence says what it is about: a topic or subject with は, が or も.

    Japanese leaves out what the sentence before has named. What stands in quotation marks
    or brackets does not count, nor does は after another particle (には, では).
    """
    outside = _QUOTED.sub("", unicodedata.normalize("NFKC", text))
    after_particle = False
    for start in range(0, len(outside), _CHUNK):
        for morpheme in _tokenizer().tokenize(outside[start : start + _CHUNK]):
            kind, detail, *_ = morpheme.part_of_speech()
            particle = kind == "助詞"
            if particle and detail in _SUBJECT.get(morpheme.surface(), ()) and not after_particle:
                return True
            after_particle = particle
    return False


def morphemes(text: str) -> list[tuple[str, str]]:
    """A Japanese text in its smallest words, each with its part of speech in UniDic's terms.

    Joined, they are the text.
    """
    return [
        (morpheme.surface(), morpheme.part_of_speech()[0])
        for start in range(0, len(text), _CHUNK)
        for morpheme in _tokenizer().tokenize(text[start : start + _CHUNK])
    ]


def _english(text: str) -> list[str]:
    return [re.sub(r"['’]s$", "", word.casefold()) for word in _WORD.findall(text)]


def _japanese(text: str) -> list[str]:
    return [
        morpheme.normalized_form().casefold()
        for start in range(0, len(text), _CHUNK)
        for morpheme in _tokenizer().tokenize(text[start : start + _CHUNK])
        if morpheme.part_of_speech()[0] in _CONTENT
    ]


@cache
def _stopwords(language: str) -> frozenset[str]:
    return frozenset(read_data("condense.toml")["stopwords"][language])


@cache
def _tokenizer() -> "Tokenizer":
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").tokenizer(SplitMode.B)
