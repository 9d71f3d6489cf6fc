"""The file of a backup: every row of every table as JSON, the same whichever database it comes from or goes to."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"
Row = dict[str, Any]


class ArchiveError(ValueError):
    """The file is no backup, or not as it was written; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """revision: of the tables; tables: name → (rows, SHA-256); keys: purpose → what tells its key from another."""

    revision: str
    made_at: datetime
    tables: Mapping[str, tuple[int, str]]
    keys: Mapping[str, str]


def write_table(archive: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any]]) -> tuple[int, str]:
    """How many rows there were, and the SHA-256 of what was written."""
    count, digest = 0, hashlib.sha256()
    with archive.open(_path(name), "w", force_zip64=True) as file:
        for row in rows:
            line = json.dumps({key: _told(value) for key, value in row.items()}, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return count, digest.hexdigest()


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    said = {
        "format": FORMAT,
        "revision": manifest.revision,
        "made_at": manifest.made_at.isoformat(),
        "tables": manifest.tables,
        "keys": manifest.keys,
    }
    archive.writestr(MANIFEST, json.dumps(said, indent=1))


def open_archive(path: Path) -> tuple[zipfile.ZipFile, Manifest]:
    """The archive with its manifest, every table compared with it. Raises ArchiveError."""
    try:
        archive = zipfile.ZipFile(path)
        said = json.loads(archive.read(MANIFEST))
        manifest = Manifest(
            revision=str(said["revision"]),
            made_at=datetime.fromisoformat(said["made_at"]),
            tables={name: (int(rows), str(digest)) for name, (rows, digest) in said["tables"].items()},
            keys=dict(said["keys"]),
        )
        known = said["format"] == FORMAT
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{path} is no backup of ours, or is cut off ({type(error).__name__})") from None
    if not known:
        raise ArchiveError(f"{path}: a backup of format {said['format']}, and this release reads {FORMAT}")
    for name, (rows, digest) in manifest.tables.items():
        _compare(archive, name, rows, digest)
    return archive, manifest


def _compare(archive: zipfile.ZipFile, name: str, rows: int, digest: str) -> None:
    found, count = hashlib.sha256(), 0
    try:
        with archive.open(_path(name)) as file:
            for line in file:
                found.update(line)
                count += 1
    except (KeyError, zipfile.BadZipFile) as error:
        raise ArchiveError(f"table {name} is missing or broken ({type(error).__name__})") from None
    if (count, found.hexdigest()) != (rows, digest):
        raise ArchiveError(f"table {name} is not what was written")


def read_table(archive: zipfile.ZipFile, name: str) -> Iterator[Row]:
    with archive.open(_path(name)) as file:
        for line in file:
            yield {key: _meant(value) for key, value in json.loads(line).items()}


def _path(table: str) -> str:
    return f"tables/{table}.jsonl"


def _told(value: Any) -> Any:
    """A value as JSON; what JSON has no word for is named. A time without its zone is UTC, as we store it."""
    match value:
        case bytes() | memoryview():
            return {"$bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"$at": (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()}
        case date():
            return {"$on": value.isoformat()}
        case Decimal():
            return {"$number": str(value)}
        case dict() | list():
            return {"$json": value}
    return value


def _meant(value: Any) -> Any:
    match value:
        case {"$bytes": str(text)}:
            return base64.b64decode(text)
        case {"$at": str(text)}:
            return datetime.fromisoformat(text)
        case {"$on": str(text)}:
            return date.fromisoformat(text)
        case {"$number": str(text)}:
            return Decimal(text)
        case {"$json": plain}:
            return plain
    return value
