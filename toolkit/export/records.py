"""What an earlier build says of its outputs, and whether they are still what it made.

The record is ``build.json`` beside the outputs of an issue. It can be thrown away: then the
outputs are made again, as they are if it is broken. An output is up to date if the record
has it, everything it was made from has the same digest now, and the file is the one that was
written: the same size and time of change, or else the same content. A file changed by hand
so that both stay the same is the one thing that is not noticed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.document.publication import Publication
from toolkit.export.inputs import (
    Origin,
    file_digest,
    file_name,
    own_templates,
    settings_digest,
    toolkit_digest,
)
from toolkit.files import write_atomic
from toolkit.findings import Finding, Severity

REPORT = "build.json"

NEW, FORCED = "not built yet", "asked for with --force"


@dataclass(frozen=True)
class Output:
    """One file that a build made, now or before.

    Attributes:
        slug, language, format: what it is.
        path: where it lies.
        size: in bytes. ``pages``: None where the format has none, or does not know.
        drafts: how many of its sentences are machine translations nobody approved.
        seconds: by stage: ``read``, ``translate``, ``render``, ``write``. Reading and
            translating serve all formats of an edition and are counted in the first.
        findings: what an editor should know about the file.
        digest: of its content, as ``toolkit.export.inputs.file_digest`` gives it.
        modified: when it was written, in nanoseconds, as its file system says.
        origin: what it was made from.
    """

    slug: str
    language: str
    format: str
    path: Path
    size: int
    pages: int | None
    drafts: int
    seconds: Mapping[str, float]
    findings: tuple[Finding, ...]
    digest: str
    modified: int
    origin: Origin

    def as_dict(self) -> dict[str, Any]:
        """What is told about it, as plain values: for ``--json``."""
        return {
            "file": self.path.name,
            "language": self.language,
            "format": self.format,
            "bytes": self.size,
            "pages": self.pages,
            "drafts": self.drafts,
            "warnings": [finding.as_dict() for finding in self.findings],
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
        }

    def as_record(self) -> dict[str, Any]:
        """``as_dict``, and what tells whether it is up to date: for ``build.json``."""
        return self.as_dict() | {
            "digest": self.digest,
            "modified": self.modified,
            "key": self.origin.key,
            "toolkit": self.origin.toolkit,
            "settings": self.origin.settings,
            "inputs": dict(self.origin.files),
        }


def read_records(folder: Path, slug: str) -> dict[str, Output]:
    """What the record in an issue's folder says, by the outputs' names.

    Entries that cannot be read are left out: their outputs are made again.
    """
    records = {}
    for entry in _entries(folder / REPORT):
        try:
            output = _output(entry, folder, slug)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # written by an earlier version, or broken
        records[output.path.name] = output
    return records


def write_records(folder: Path, slug: str, made: Sequence[Output]) -> None:
    """Write the record: what was made now, and what lies there from builds before.

    Raises:
        MissingError: the place cannot be written.
    """
    path = folder / REPORT
    files = {
        entry["file"]: entry
        for entry in _entries(path)
        if isinstance(entry, dict)
        and isinstance(entry.get("file"), str)
        and (folder / entry["file"]).is_file()
    }
    files.update({output.path.name: output.as_record() for output in made})
    report = {"issue": slug, "files": [files[name] for name in sorted(files)]}
    write_atomic(path, json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def _entries(path: Path) -> list[Any]:
    try:
        entries = json.loads(path.read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return entries if isinstance(entries, list) else []


def _output(entry: Mapping[str, Any], folder: Path, slug: str) -> Output:
    return Output(
        slug=slug,
        language=entry["language"],
        format=entry["format"],
        path=folder / f"{slug}.{entry['language']}.{entry['format']}",
        size=int(entry["bytes"]),
        pages=entry["pages"],
        drafts=int(entry["drafts"]),
        seconds=dict(entry["seconds"]),
        findings=tuple(
            Finding(
                Path(found["path"]),
                int(found["line"]),
                Severity(found["severity"]),
                str(found["rule"]),
                str(found["message"]),
            )
            for found in entry["warnings"]
        ),
        digest=str(entry["digest"]),
        modified=int(entry["modified"]),
        origin=Origin(str(entry["toolkit"]), str(entry["settings"]), dict(entry["inputs"])),
    )


class State:
    """What the files of a publication are now. Each is read once, however many outputs use it.

    So it is good for one look: make a new one to look again.
    """

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._digests: dict[str, str] = {}
        self._settings: dict[str, str] = {}
        self._templates = [file_name(publication, path) for path in own_templates(publication)]

    def changes(self, former: Output | None, path: Path) -> tuple[str, ...]:
        """Why an output has to be made, in words; nothing if it is up to date.

        Args:
            former: what the record has of it, None if nothing.
            path: where it should lie.
        """
        if former is None:
            return (NEW if not path.exists() else "no record says what it was made from",)
        return (
            *self._output_changes(former),
            *self._file_changes(former.origin),
            *self._settings_changes(former),
            *(["the toolkit changed"] if former.origin.toolkit != toolkit_digest() else []),
        )

    def _output_changes(self, former: Output) -> Iterable[str]:
        try:
            status = former.path.stat()
        except OSError:
            yield "it is gone"
            return
        same = status.st_size == former.size
        if same and status.st_mtime_ns != former.modified:
            same = file_digest(former.path) == former.digest
        if not same:
            yield "it is not what the build wrote"

    def _settings_changes(self, former: Output) -> Iterable[str]:
        if former.format not in self._settings:
            self._settings[former.format] = settings_digest(self._publication, former.format)
        if former.origin.settings != self._settings[former.format]:
            also = " or --pdf-variant" if former.format == "pdf" else ""
            yield f"newsletter.toml{also} changed"

    def _file_changes(self, origin: Origin) -> Iterable[str]:
        for name, digest in origin.files.items():
            now = self._digest(name)
            if now != digest:
                yield f"{name} {'changed' if now and digest else 'is new' if now else 'is gone'}"
        for name in self._templates:
            if name not in origin.files:
                yield f"{name} is new"

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = file_digest(self._publication.root / name)
        return self._digests[name]
