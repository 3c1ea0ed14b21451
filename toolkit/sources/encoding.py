"""Bytes → text, for the encodings Japanese text comes in, and without control characters.

UTF-8 is tried strictly first: other encodings almost never are valid UTF-8 by chance.
Short texts are where statistics fail, so Shift_JIS (cp932) and EUC-JP are told apart by
how ordinary the characters are that each reading gives; charset-normalizer judges the rest.
"""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from toolkit.document.japanese import is_kana, is_kanji
from toolkit.errors import ContentError
from toolkit.sources.draft import Action, Change

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the BOM of UTF-16 LE: first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "a zip or Word file: give it its own extension (.docx)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file: open it in Word and save it as .docx"),
    (b"%PDF-", "a PDF: copy its text into a .txt file"),
    (b"{\\rtf", "an RTF file: open it in Word and save it as .docx"),
    (b"\x89PNG", "an image, not text"),
    (b"\xff\xd8\xff", "an image, not text"),
    (b"GIF8", "an image, not text"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
)
# Control characters, invisible joins and direction overrides; the joiner of emoji (U+200D)
# and the marks of right-to-left text (U+200E, U+200F) mean something and stay.
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffc]"
)
_BINARY_SHARE = 0.02


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding it came in, and the control characters that were dropped."""

    text: str
    encoding: str
    changes: tuple[Change, ...] = ()


def decode(data: bytes, path: Path) -> Decoded:
    """The text of a file, line ends as ``\\n``, without control characters.

    Raises:
        ContentError: it is empty, binary, or in an encoding that cannot be told.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise ContentError(f"is {kind}", path)
    text, encoding = _read(data, path)
    controls = len(_CONTROL.findall(text)) - text.count("\ufeff") - text.count("\u200b")
    if controls > 4 and controls > len(text) * _BINARY_SHARE:
        raise ContentError("holds binary data, not text", path)
    decoded = without_controls(text, encoding)
    if not decoded.text.strip():
        raise ContentError("holds no text", path)
    return decoded


def without_controls(text: str, encoding: str = "utf-8") -> Decoded:
    """The text with plain line ends, its control characters dropped and counted by line."""
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    changes = []
    if _CONTROL.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if found := Counter(_CONTROL.findall(line)):
                names = ", ".join(
                    f"U+{ord(char):04X}" + (f" ×{count}" if count > 1 else "")
                    for char, count in sorted(found.items())
                )
                changes.append(Change(number, "control-characters", Action.DROPPED, names))
    return Decoded(_CONTROL.sub("", text), encoding, tuple(changes))


def _read(data: bytes, path: Path) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise ContentError(
                    f"begins as {encoding} text but is damaged: save it again as UTF-8", path
                ) from None
    if b"\x1b$" in data:  # the escape of ISO-2022-JP, whose bytes are ASCII
        try:
            return data.decode("iso2022_jp_ext"), "iso2022_jp"
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise ContentError("holds binary data, not text", path)
    candidates = []
    for encoding in ("cp932", "euc_jp"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        candidates.append((_likelihood(text), text, encoding))
    best = max(candidates, default=(0.0, "", ""))
    if best[0] > 0.5:
        return best[1], best[2]
    if western := _western(data):
        return western, "cp1252"
    import charset_normalizer

    guess = charset_normalizer.from_bytes(data).best()
    if guess is None:
        raise ContentError("its encoding cannot be told: save it as UTF-8", path)
    return str(guess), guess.encoding


def _western(data: bytes) -> str:
    """The text as Windows-1252, where all of it is Western European writing; else nothing."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return text if re.fullmatch("[\x00-\x7fÀ-ÖØ-öø-ÿ‘’“”–—…•€£§©®°·½\xa0«»¿¡]*", text) else ""


def _likelihood(text: str) -> float:
    """How much a reading looks like Japanese, from -2 to 1: the mean over what is not ASCII."""
    scores = [_score(char) for char in text[:100_000] if not char.isascii()]
    return sum(scores) / len(scores) if scores else 0.0


def _score(char: str) -> float:
    if "\uff61" <= char <= "\uff9f":
        return -1.0  # half-width katakana: what EUC-JP looks like when read as Shift_JIS
    if is_kana(char) or char in "、。「」『』（）・ー！？〜～：　％":
        return 1.0
    if is_kanji(char):
        # The kanji in use are those of level 1 of JIS X 0208, rows 16 to 47.
        try:
            return 0.9 if 0xB0 <= char.encode("euc_jp")[0] <= 0xCF else -0.5
        except UnicodeEncodeError:
            return -0.5
    if unicodedata.east_asian_width(char) == "F" or unicodedata.category(char)[0] in "PS":
        return 0.6
    return -1.0 if unicodedata.category(char)[0] == "C" else 0.0
