"""The addresses that were ever released, in `tables/permalinks.json`, and the bytes that stand behind them.

An address that someone cited must go on working. So what is recorded here only grows: each table of each version with
the hash of its CSV, the tables that got another name, and those that were withdrawn. The CSV files themselves are kept
in `tables/releases/<version>/`, because a later version changes those in `tables/`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.conventions import VERSION
from openbaar.tables.dataset import Dataset, csv_path
from openbaar.tables.publication import Publication

FILE = "tables/permalinks.json"
RELEASES = "tables/releases"
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Permalinks:
    """What is recorded: table → version → SHA-256 of its CSV; old name → new name; withdrawn table → reason."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    withdrawn: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The record as the bytes of its file, tables by name and versions by number."""
        tables = {
            name: {
                version: self.tables[name][version]
                for version in sorted(self.tables[name], key=number)
            }
            for name in sorted(self.tables)
        }
        data = {"tables": tables, "moved": self.moved, "withdrawn": self.withdrawn}
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def number(version: str) -> tuple[int, ...]:
    """The parts of a version such as `1.2.10`, to put versions in order."""
    return tuple(int(part) for part in version.split("."))


def release_path(version: str, table: str) -> str:
    """Where the CSV of `table` as released in `version` is kept."""
    return f"{RELEASES}/{version}/{table}.csv"


def read_permalinks(root: Path) -> Permalinks:
    """What is recorded in the publication folder; nothing when nothing was ever released.

    Raises OpenbaarError when the record is not what `to_bytes` writes: it is generated, and a hand in it, or half of
    a merge, would break addresses unseen.
    """
    path = root / FILE
    if not path.exists():
        return Permalinks()
    try:
        data: Any = json.loads(path.read_bytes())
        recorded = Permalinks(**data)
        if not _is_well_formed(recorded) or recorded.to_bytes() != path.read_bytes():
            raise ValueError("not as `openbaar publish` writes it")
    except (OSError, TypeError, ValueError, AttributeError) as error:
        hint = "restore it from git; `openbaar publish` adds to it"
        raise OpenbaarError(Problem(Place(FILE), f"cannot be read: {error}", hint)) from error
    return recorded


def _is_well_formed(recorded: Permalinks) -> bool:
    hashes = [digest for versions in recorded.tables.values() for digest in versions.values()]
    versions = [version for each in recorded.tables.values() for version in each]
    return all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes) and all(
        re.fullmatch(VERSION, version) for version in versions
    )


def released(recorded: Permalinks, dataset: Dataset) -> dict[str, bytes]:
    """The files to write when the publication is published: the grown record, and the CSVs of this version.

    A hash that is recorded stays as it is; `permalink_problems` tells when the
    bytes are others now. A version that begins with 0 is still being made, and promises no address.
    """
    publication = dataset.publication
    version = publication.package.version
    tables = {name: dict(versions) for name, versions in recorded.tables.items()}
    made: dict[str, bytes] = {}
    for name in publication.resources if number(version) >= (1,) else ():
        data = dataset.tables[name]
        if tables.setdefault(name, {}).setdefault(version, data.sha256) == data.sha256:
            made[release_path(version, name)] = data.csv
    grown = Permalinks(tables, publication.package.moved, publication.package.withdrawn)
    return {**made, FILE: grown.to_bytes()}


def permalink_problems(
    recorded: Permalinks, publication: Publication, files: Files
) -> list[Problem]:
    """Each address that was released and is gone, and each whose bytes are others than those released.

    `files` holds by path what is about to be published: the CSVs, and what `released` gave.
    """
    return [
        *_gone(recorded, publication),
        *_changed(recorded, publication, files),
        *_lost(recorded, publication, files),
        *_unrecorded(recorded, publication),
    ]


def _gone(recorded: Permalinks, publication: Publication) -> Iterator[Problem]:
    package = publication.package
    for name in sorted(
        {*recorded.tables, *recorded.moved, *recorded.withdrawn} - set(publication.resources)
    ):
        if name not in package.moved and name not in package.withdrawn:
            hint = "name it there under 'moved' with its new name, or under 'withdrawn' with the reason"
            yield Problem(
                publication.place(None, "tables"),
                f"the address /id/{name} was released and is gone",
                hint,
            )


def _changed(recorded: Permalinks, publication: Publication, files: Files) -> Iterator[Problem]:
    version = publication.package.version
    for name in publication.resources:
        known = recorded.tables.get(name, {}).get(version)
        if known is not None and known != _sha256(files[csv_path(name)]):
            message = f"differs from what was released as /id/{name}/{version}"
            yield Problem(
                Place(f"tables/{name}.csv"), message, "raise 'version' in tables/package.yaml"
            )


def _lost(recorded: Permalinks, publication: Publication, files: Files) -> Iterator[Problem]:
    """The bytes of a version that was released, where they are neither kept nor made anew. Withdrawn ones may go."""
    for name, versions in recorded.tables.items():
        for version, digest in versions.items():
            if name in publication.package.withdrawn:
                continue
            path = release_path(version, name)
            file = publication.root / path
            if path in files:
                continue
            if not file.is_file() or _sha256(file.read_bytes()) != digest:
                verb = "differs from" if file.is_file() else "is missing, but it is"
                yield Problem(
                    Place(path),
                    f"{verb} what was released as /id/{name}/{version}",
                    "restore it from git",
                )


def _unrecorded(recorded: Permalinks, publication: Publication) -> Iterator[Problem]:
    """A file of a release without its record: the record was cut."""
    for file in sorted((publication.root / RELEASES).glob("*/*.csv")):
        if file.parent.name not in recorded.tables.get(file.stem, {}):
            message = f"/id/{file.stem}/{file.parent.name} was released, as {RELEASES} shows, but is not recorded"
            yield Problem(
                Place(FILE), message, "restore it from git; `openbaar publish` only adds to it"
            )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
