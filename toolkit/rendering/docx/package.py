"""A Word document as bytes that are the same each time."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold; python-docx would write the current one."""

_PACKED = (".png", ".jpeg", ".gif")
"""Pictures, which do not get any smaller."""


def pack(members: dict[str, bytes]) -> bytes:
    """A zip of the members, sorted by name (so ``[Content_Types].xml`` comes first)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(members):
            member = zipfile.ZipInfo(name, _EPOCH)
            is_packed = name.endswith(_PACKED)
            member.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            member.create_system = 0
            archive.writestr(member, members[name])
    return packed.getvalue()


def to_bytes(document: Any) -> bytes:
    """The document, saved: what python-docx would write, packed once."""
    package = document.part.package
    parts = package.parts
    for part in parts:
        part.before_marshal()
    relations = {package: "_rels/.rels"} | {
        part: part.partname.rels_uri.membername for part in parts if len(part.rels)
    }
    return pack(
        {"[Content_Types].xml": _content_types(parts)}
        | {name: owner.rels.xml for owner, name in relations.items()}
        | {part.partname.membername: part.blob for part in parts}
    )


def _content_types(parts: Sequence[Any]) -> bytes:
    """What each part is (ISO/IEC 29500-2, 10.1.2.2): by its name's end, or by its name."""
    from docx.opc.constants import CONTENT_TYPE
    from docx.opc.oxml import CT_Types, serialize_part_xml
    from docx.opc.spec import default_content_types

    ends = {"rels": CONTENT_TYPE.OPC_RELATIONSHIPS, "xml": CONTENT_TYPE.XML}
    names: dict[str, str] = {}
    for part in parts:
        end, kind = part.partname.ext, part.content_type
        if (end.lower(), kind) in default_content_types:
            ends[end] = kind
        else:
            names[part.partname] = kind
    new: Any = CT_Types.new
    types = new()
    for end, kind in sorted(ends.items()):
        types.add_default(end, kind)
    for name, kind in sorted(names.items()):
        types.add_override(name, kind)
    data: bytes = serialize_part_xml(types)
    return data
