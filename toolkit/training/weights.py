"""The file of a CTranslate2 model ↔ arrays: ``model.bin``, binary version 6.

The base of a training is what was shipped: int8 rows with a scale each. They become float32,
are corrected, and take their places in a copy of the same file, in int8 again (``rounding``).
Everything else of the file (the architecture in numbers, the aliases) stays as it is, so what
CTranslate2 ran before it runs after.

Layout (``ctranslate2/specs/model_spec.py``, ``_serialize``): version, name of the specification,
its revision; the variables: name, rank, dimensions, type, bytes; the aliases. Integers are
little-endian; a string has its length before it and a NUL after it.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toolkit.errors import ContentError

VERSION = 6
SPECIFICATION = "TransformerDecoderSpec"
DAMAGED = "is damaged, or no model of CTranslate2: install the package again"

Array = npt.NDArray[Any]

_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
SCALE = "_scale"


@dataclass(frozen=True)
class Binary:
    """What a ``model.bin`` holds.

    Attributes:
        path: the file.
        specification: which of CTranslate2's kinds of model it is.
        revision: of that specification.
        variables: name → array, in the file's order.
        aliases: name → the name of the variable that it stands for.
    """

    path: Path
    specification: str
    revision: int
    variables: Mapping[str, Array]
    aliases: Mapping[str, str]

    def number(self, name: str, default: float | None = None) -> float:
        """A variable that is one number.

        Raises:
            ContentError: there is none, and no default.
        """
        value = self.variables.get(name)
        if value is not None and value.size == 1:
            return float(value.reshape(()))
        if default is None:
            raise ContentError(f"lacks {name}: {DAMAGED}", self.path)
        return default

    def weight(self, name: str) -> Array:
        """A variable in float32, whatever it is stored as.

        Raises:
            ContentError: there is none.
        """
        name = self.aliases.get(name, name)
        if name not in self.variables:
            raise ContentError(f"lacks {name}: {DAMAGED}", self.path)
        stored = self.variables[name]
        scale = self.variables.get(name + SCALE)
        values = stored.astype(np.float32)
        if scale is None:
            return values
        if scale.shape != stored.shape[:1]:
            raise ContentError(f"has no scale for each row of {name}: {DAMAGED}", self.path)
        return values / scale.reshape(-1, *[1] * (stored.ndim - 1))


def read_binary(path: Path) -> Binary:
    """The variables of a ``model.bin``.

    Raises:
        ContentError: it cannot be read, is damaged, or of another version.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ContentError(f"cannot be read: {error.strerror}", path) from None
    try:
        return _parsed(path, data)
    except (struct.error, ValueError, IndexError):  # UnicodeDecodeError is a ValueError
        raise ContentError(DAMAGED, path) from None


def _parsed(path: Path, data: bytes) -> Binary:
    position = 0

    def take(form: str) -> int:
        nonlocal position
        (value,) = struct.unpack_from(f"<{form}", data, position)
        position += struct.calcsize(f"<{form}")
        return int(value)

    def text() -> str:
        nonlocal position
        length = take("H")
        position += length
        return data[position - length : position - 1].decode("ascii")

    if (version := take("I")) != VERSION:
        raise ContentError(
            f"is of CTranslate2's binary version {version}, and only {VERSION} can be trained on: "
            "convert the model again with a present CTranslate2",
            path,
        )
    specification, revision = text(), take("I")
    variables: dict[str, Array] = {}
    for _ in range(take("I")):
        name = text()
        shape = [take("I") for _ in range(take("B"))]
        kind = np.dtype(_TYPES[take("B")])
        size = take("I")
        flat = np.frombuffer(data, kind, size // kind.itemsize, position)
        variables[name] = flat.reshape(shape)
        position += size
    aliases = {text(): text() for _ in range(take("I"))}
    if position != len(data):
        raise ValueError("there is more in the file")
    return Binary(path, specification, revision, variables, aliases)


def blocks(binary: Binary) -> Iterator[bytes]:
    """The file of a model, in pieces to be written one after the other."""

    def text(value: str) -> bytes:
        encoded = value.encode("ascii") + b"\0"
        return struct.pack("<H", len(encoded)) + encoded

    yield struct.pack("<I", VERSION) + text(binary.specification)
    yield struct.pack("<II", binary.revision, len(binary.variables))
    for name, values in binary.variables.items():
        kind = [np.dtype(known) for known in _TYPES].index(values.dtype)
        yield text(name) + struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
        yield struct.pack("<BI", kind, values.nbytes)
        yield np.ascontiguousarray(values).tobytes()
    yield struct.pack("<I", len(binary.aliases))
    for alias, name in binary.aliases.items():
        yield text(alias) + text(name)
