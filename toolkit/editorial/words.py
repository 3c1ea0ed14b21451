"""The words of a sentence that carry its meaning, to compare sentences by."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from toolkit.editorial.data import read_data

_WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
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


def _english(text: str) -> list[str]:
    return [re.sub(r"['’]s$", "", word.casefold()) for word in _WORD.findall(text)]


def _japanese(text: str) -> list[str]:
    tokenize = _tokenizer()
    return [
        word
        for start in range(0, len(text), _CHUNK)
        for word in tokenize(text[start : start + _CHUNK])
    ]


@cache
def _stopwords(language: str) -> frozenset[str]:
    return frozenset(read_data("condense.toml")["stopwords"][language])


@cache
def _tokenizer() -> Callable[[str], list[str]]:
    from sudachipy import Dictionary, SplitMode

    tokenizer = Dictionary(dict="core").tokenizer(SplitMode.B)

    def tokenize(text: str) -> list[str]:
        return [
            morpheme.normalized_form().casefold()
            for morpheme in tokenizer.tokenize(text)
            if morpheme.part_of_speech()[0] in _CONTENT
        ]

    return tokenize
