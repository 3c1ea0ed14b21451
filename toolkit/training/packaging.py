"""Trained weights → an ``.argosmodel``, with all that whoever passes it on has to pass on."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from toolkit.errors import ContentError
from toolkit.resources import folder
from toolkit.training.weights import Binary, blocks
from toolkit.translation.archive import MARKER
from toolkit.translation.metadata import FILE, Package, version_order

TRAINED = "-trained"
"""Ends the code of a package that was trained here."""

MODEL = "model/model.bin"
CARD, CURVE, NOTICE, REPLAYED = "MODEL_CARD.md", "training.svg", "NOTICE.md", "REPLAYED.md"

_EPOCH = (1980, 1, 1, 0, 0, 0)


def code_of(base: Package) -> str:
    """The code of the package that training ``base`` makes; a trained one is trained further."""
    return base.code if base.code.endswith(TRAINED) else base.code + TRAINED


def next_version(base: Package, installed: Package | None) -> str:
    """A version above that of the base and of what is installed under the new code.

    1.0 becomes 1.0.1, and that 1.0.2.
    """
    above = [*version_order(base.version or "0"), 0]
    if base.code == code_of(base):
        above = [*version_order(base.version or "0")]
    if installed is not None:
        above = max(above, [*version_order(installed.version)])
    return ".".join(map(str, [*above[:-1], above[-1] + 1]))


def write_package(
    file: IO[bytes],
    base: Package,
    binary: Binary,
    version: str,
    account: Mapping[str, Any],
    curve: str,
) -> None:
    """Write a package: the base's files, but for the weights, and what was done to them.

    The same weights and account give the same bytes.

    Args:
        file: to write to.
        base: the package that was trained, its files there.
        binary: the trained model.
        version: of the new package.
        account: of the training, plain values; the card and ``metadata.json`` tell them.
        curve: the picture of the training's course, SVG.

    Raises:
        ContentError: the base cannot be read.
    """
    code = code_of(base)
    try:
        metadata = json.loads((base.path / FILE).read_text("utf-8"))
        notice = base.path / NOTICE
        before = notice.read_text("utf-8").rstrip() + "\n\n" if notice.is_file() else ""
    except (OSError, ValueError) as error:
        raise ContentError(f"cannot be read ({error}): install it again", base.path) from None
    told = {
        **account,
        "code": code,
        "version": version,
        "card": CARD,
        "curve": CURVE,
        "replayed": REPLAYED,
    }
    metadata |= {"package_version": version, "trained": account}
    written = {
        FILE: json.dumps(metadata, ensure_ascii=False, indent=2) + "\n",
        NOTICE: before + filled("notice.md.j2", **told),
        CARD: filled("model-card.md.j2", **told),
        REPLAYED: (Path(__file__).parent / "data" / "README.md").read_text("utf-8"),
        CURVE: curve,
    }
    own = {*written, MODEL, MARKER}
    copied = {
        path.relative_to(base.path).as_posix(): path
        for path in base.path.rglob("*")
        if path.is_file() and path.relative_to(base.path).as_posix() not in own
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted({*written, *copied, MODEL}):
            info = zipfile.ZipInfo(f"{code}/{name}", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                if name == MODEL:
                    for block in blocks(binary):
                        member.write(block)
                elif name in written:
                    member.write(written[name].encode("utf-8"))
                else:
                    member.write(copied[name].read_bytes())


def filled(name: str, **values: Any) -> str:
    """A template of ``templates/training``, filled in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - Markdown and our own SVG, no HTML
        loader=FileSystemLoader(folder("templates") / "training"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(values)
