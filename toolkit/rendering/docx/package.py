"""A Word document as bytes that are the same each time."""

import io
import zipfile
from typing import Any

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold; python-docx would write the current one."""


def pack(members: dict[str, bytes]) -> bytes:
    """A zip of the members, sorted by name (so ``[Content_Types].xml`` comes first)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            member.create_system = 0
            archive.writestr(member, members[name])
    return packed.getvalue()


def to_bytes(document: Any) -> bytes:
    """The document, saved."""
    saved = io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as archive:
        return pack({name: archive.read(name) for name in archive.namelist()})
