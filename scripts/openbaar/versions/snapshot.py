"""A version of a publication as data: its descriptor, and its tables as they are printed in CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.schema.csvfile import read_cells
from openbaar.versions.sources import (
    FolderFiles,
    GivenFiles,
    ReleasedFiles,
    VersionFiles,
)

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """A table of a version: its header, and its rows as text.

    Text, because that is what somebody cited: `1.0` and `1` are the same number and not the same
    print.
    """

    columns: Cells
    rows: Sequence[Cells]


@dataclass(frozen=True)
class Snapshot:
    """A version: what it is called, what its descriptor says, and its tables by name.

    `described` is false for a release that kept its CSV files only: then nothing is known of its
    texts, and its keys are those of today.
    """

    name: str
    descriptor: Mapping[str, Any]
    tables: Mapping[str, Contents]
    described: bool = True

    @property
    def version(self) -> str:
        """The version that the descriptor states, else what the snapshot is called."""
        return str(self.descriptor.get("version", self.name))

    @property
    def label(self) -> str:
        """What people call it: its version, and where it was found if that is something else."""
        return self.version if self.name == self.version else f"{self.version} ({self.name})"

    @property
    def resources(self) -> dict[str, Mapping[str, Any]]:
        """What the descriptor says of each table, by name."""
        return {resource["name"]: resource for resource in self.descriptor["resources"]}

    def key(self, table: str) -> list[str]:
        """The columns of a table's primary key; none where it has none."""
        named = self.resources[table].get("schema", {}).get("primaryKey", [])
        return [named] if isinstance(named, str) else list(named)


def snapshot(files: VersionFiles, today: Mapping[str, Any] | None = None) -> Snapshot:
    """Read a version. `today` is the descriptor of now, for releases that did not keep theirs.

    Raises OpenbaarError where the descriptor or a table is missing or cannot be read.
    """
    found = files.read(DESCRIPTOR)
    if found is not None:
        described = read_descriptor(found, files.name)
        return Snapshot(files.name, described, _tables(files, described))
    if isinstance(files, ReleasedFiles | GivenFiles) and files.tables:
        return _undescribed(files, today or {})
    message = f"has no {DESCRIPTOR}"
    raise OpenbaarError(
        Problem(Place(files.name), message, "name a folder, zip or version with one")
    )


def read_descriptor(data: bytes, name: str) -> Mapping[str, Any]:
    """The descriptor of the version `name`.

    Raises OpenbaarError where it is none.
    """
    place = Place(f"{name}/{DESCRIPTOR}")
    try:
        read = json.loads(data)
    except ValueError as error:
        raise OpenbaarError(Problem(place, f"is no JSON: {error}")) from error
    if not isinstance(read, dict) or not isinstance(read.get("resources"), list):
        raise OpenbaarError(Problem(place, "is no Data Package: it has no list of resources"))
    if not all(_is_table(resource) for resource in read["resources"]):
        raise OpenbaarError(Problem(place, "has a resource without a name or the path of a file"))
    return read


def _is_table(resource: Any) -> bool:
    """Whether a resource of a descriptor has a name, and one file."""
    if not isinstance(resource, dict):
        return False
    return all(isinstance(resource.get(key), str) for key in ("name", "path"))


def _tables(files: VersionFiles, descriptor: Mapping[str, Any]) -> dict[str, Contents]:
    tables = {}
    problems = []
    for resource in descriptor["resources"]:
        path = resource["path"]
        data = files.read(path)
        if data is None:
            problems.append(Problem(Place(f"{files.name}/{path}"), "is missing in this version"))
        else:
            tables[resource["name"]] = _contents(data, f"{files.name}/{path}")
    if problems:
        raise OpenbaarError(problems)
    return tables


def _undescribed(files: ReleasedFiles | GivenFiles, today: Mapping[str, Any]) -> Snapshot:
    """A release that kept its CSV files only, with the keys of today where it has their columns."""
    known = {resource["name"]: resource for resource in today.get("resources", [])}
    tables = {}
    resources = []
    for name in files.tables:
        path = f"tables/{name}.csv"
        tables[name] = _contents(files.read(path) or b"", f"{files.name}/{path}")
        key = known.get(name, {}).get("schema", {}).get("primaryKey", [])
        fields = [{"name": column} for column in tables[name].columns]
        has_key = set(key) <= set(tables[name].columns)
        resources.append(
            {"name": name, "schema": {"fields": fields, "primaryKey": key if has_key else []}}
        )
    descriptor = {"version": files.name, "resources": resources}
    return Snapshot(files.name, descriptor, tables, described=False)


def _contents(data: bytes, name: str) -> Contents:
    """The header and rows of a CSV file. Raises OpenbaarError where they cannot be read."""
    columns, rows = read_cells(data, name)
    return Contents(tuple(columns), [tuple(row) for row in rows])


def todays_descriptor(root: Path) -> Mapping[str, Any]:
    """The descriptor of the publication as it is now; an empty one where there is none."""
    found = FolderFiles(root, str(root)).read(DESCRIPTOR)
    return {} if found is None else read_descriptor(found, str(root))
