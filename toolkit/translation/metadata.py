"""What a translation package says of itself: its ``metadata.json``, checked.

A package is Argos Translate's: a folder (as a zip, ``.argosmodel``) with ``metadata.json``,
``sentencepiece.model`` or ``bpe.model``, and ``model/``, a CTranslate2 model.

Some fields are ours. ``architecture`` ``"decoder-only"`` marks a package whose model continues
a prompt; then ``prompt`` (by target language, with ``{source}`` where the sentence goes) and
``end`` say how it is asked. ``placeholders`` lists marks that a model was trained to copy, and
``longest`` says how many pieces it takes in one: a model trained on passages of several
sentences takes more than the usual. ``easy`` says up to how many it does well: a longer sentence
is cut at its punctuation.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from toolkit.errors import ContentError
from toolkit.files import read_text

DECODER_ONLY = "decoder-only"
ENCODER_DECODER = "encoder-decoder"
FILE = "metadata.json"
LONGEST = 120
"""The longest source, in pieces, that a model takes in one if its package says nothing else:
few that models are trained on are longer."""

EASY = 30
"""Up to how many pieces a decoder-only model does well if its package says nothing else, which
is the one that comes with the toolkit. What encoder-decoder models do with
long sentences was not measured: they are not cut before ``LONGEST``."""

SOURCE = "{source}"
"""The place of the sentence in a prompt."""

TOKENIZERS = ("sentencepiece.model", "bpe.model")

_LIMIT = 1_000_000
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Package:
    """A package that can translate.

    Attributes:
        code: the name of its folder, unique; ``package`` in ``newsletter.toml`` names it.
        path: its folder. That of the translator that comes with the toolkit may not be there
            yet: ``toolkit.translation.bundled.assemble`` makes it.
        name: its languages in words, such as ``Japanese ↔ English``.
        version: as its maker counts; may be empty.
        pairs: what it translates, as (source, target) codes.
        architecture: ``decoder-only`` or ``encoder-decoder``.
        prompt: by target language, the pieces a decoder-only model is asked with; one of them
            is ``{source}``.
        end: the piece a decoder-only model's answer ends with.
        placeholders: marks the model was trained to copy; empty if none.
        longest: the longest source, in pieces, that it translates in one.
        easy: the longest that is not cut at its punctuation.
        target_prefix: the piece an encoder-decoder model's answer begins with; may be empty.
        bundled: whether it comes with the toolkit.
    """

    code: str
    path: Path
    name: str
    version: str
    pairs: tuple[tuple[str, str], ...]
    architecture: str = ENCODER_DECODER
    prompt: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    end: str = ""
    placeholders: tuple[str, ...] = ()
    longest: int = LONGEST
    easy: int = LONGEST
    target_prefix: str = ""
    bundled: bool = False


def read_package(folder: Path) -> Package:
    """The package in a folder.

    Raises:
        ContentError: it holds none, or none that translates.
    """
    package = parse_metadata(read_text(folder / FILE, _LIMIT), folder)
    if not (folder / "model" / "model.bin").is_file():
        raise ContentError("holds no model/model.bin: it is no translation package", folder)
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise ContentError(f"holds no {' or '.join(TOKENIZERS)}", folder)
    return package


def parse_metadata(text: str, folder: Path) -> Package:
    """What a ``metadata.json`` says, in either of Argos's forms.

    ``from_code`` and ``to_code`` name one direction; ``languages``, or ``source_languages`` and
    ``target_languages``, every direction between them.

    Raises:
        ContentError: something is missing or of a wrong type.
    """
    path = folder / FILE
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContentError(f"is no valid JSON: {error}", path) from None
    if not isinstance(data, dict):
        raise ContentError("must be a JSON object", path)
    if (kind := data.get("type") or "translate") != "translate":
        raise ContentError(f"type is {kind!r}: only packages that translate can be used", path)
    both = _languages(data, "languages", path)
    sources = both | _languages(data, "source_languages", path) | _language(data, "from", path)
    targets = both | _languages(data, "target_languages", path) | _language(data, "to", path)
    pairs = tuple(pair for pair in product(sources, targets) if pair[0] != pair[1])
    if not pairs:
        raise ContentError("names no two languages: from_code and to_code, or languages", path)
    reached = dict.fromkeys(target for _, target in pairs)
    architecture = _text(data, "architecture", path) or ENCODER_DECODER
    prompt: dict[str, tuple[str, ...]] = {}
    if architecture == DECODER_ONLY:
        prompt = {target: _prompt(data, target, path) for target in reached}
        if not _text(data, "end", path):
            raise ContentError("end must be the piece that an answer ends with", path)
    elif architecture != ENCODER_DECODER:
        raise ContentError(f"architecture {architecture!r} is unknown to the toolkit", path)
    elif len(reached) > 1:
        raise ContentError(
            "does not say how its model is asked for one of several target languages", path
        )
    longest = _pieces(data, "longest", LONGEST, path)
    # Whoever says the longest knows the model, and means that it does that well.
    easy = EASY if architecture == DECODER_ONLY and "longest" not in data else longest
    return Package(
        code=folder.name,
        path=folder,
        name=_name(sources, targets),
        version=_text(data, "package_version", path),
        pairs=pairs,
        architecture=architecture,
        prompt=prompt,
        end=_text(data, "end", path),
        placeholders=_strings(data, "placeholders", path),
        longest=longest,
        easy=_pieces(data, "easy", easy, path),
        target_prefix=_text(data, "target_prefix", path),
    )


def version_order(version: str) -> tuple[int, ...]:
    """A version as it is ordered: 1.9 before 1.10."""
    return tuple(int(number) for number in re.findall(r"[0-9]+", version))


def _name(sources: Mapping[str, str], targets: Mapping[str, str]) -> str:
    if sources.keys() == targets.keys():
        return " ↔ ".join(sources.values())
    return f"{', '.join(sources.values())} → {', '.join(targets.values())}"


def _text(data: Mapping[str, Any], key: str, path: Path) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ContentError(f"{key} must be a string", path)
    return value


def _strings(data: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    value = data.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ContentError(f"{key} must be a list of strings", path)
    return tuple(value)


def _pieces(data: Mapping[str, Any], key: str, usual: int, path: Path) -> int:
    value = data.get(key, usual)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ContentError(f"{key} must be a number of pieces", path)
    return value


def _language(data: Mapping[str, Any], side: str, path: Path) -> dict[str, str]:
    code = _text(data, f"{side}_code", path)
    if not code:
        return {}
    if not _LANGUAGE.fullmatch(code):
        raise ContentError(f"{side}_code must be the code of a language", path)
    return {code: _text(data, f"{side}_name", path) or code}


def _languages(data: Mapping[str, Any], key: str, path: Path) -> dict[str, str]:
    """The languages a key lists, code → name."""
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ContentError(f"{key} must be a list of objects with code and name", path)
    names = {}
    for item in value:
        code = _text(item, "code", path)
        if not _LANGUAGE.fullmatch(code):
            raise ContentError(f"{key}: each needs the code of a language", path)
        names[code] = _text(item, "name", path) or code
    return names


def _prompt(data: Mapping[str, Any], target: str, path: Path) -> tuple[str, ...]:
    prompts = data.get("prompt")
    if not isinstance(prompts, dict):
        raise ContentError("prompt must be an object: target language → pieces", path)
    pieces = _strings(prompts, target, path)
    if pieces.count(SOURCE) != 1:
        raise ContentError(f"prompt for {target} must hold {SOURCE} once", path)
    return pieces
