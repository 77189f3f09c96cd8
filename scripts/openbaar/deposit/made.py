"""What a repository gets of a version: its metadata as that repository takes it, and the files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import sha256_of
from openbaar.package.catalogues.facts import Facts
from openbaar.package.catalogues.from_descriptor import facts
from openbaar.publishing.staleness import is_stale
from openbaar.schema.conventions import DESCRIPTOR, workbook_endings

PACKAGE = "tables/package.yaml"
PUBLISH = "run `openbaar publish`"


@dataclass(frozen=True)
class DepositFile:
    """A file, the name that it gets, and what else the repository is told of it."""

    path: Path
    name: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deposit:
    """A version as a repository takes it."""

    metadata: Mapping[str, Any]
    files: Sequence[DepositFile]
    doi: str | None = None  # what the publication has by now

    def as_data(self) -> dict[str, Any]:
        """What would be sent, as plain data."""
        files = []
        for each in self.files:
            known = {"bytes": each.path.stat().st_size, "sha256": sha256_of(each.path)}
            files.append({"name": each.name, **known, **each.metadata})
        return {"metadata": self.metadata, "files": files}


@dataclass(frozen=True)
class Given:
    """What a repository answered: where the deposit is, and its DOI where it has one by now."""

    address: str
    doi: str | None = None


def published_facts(root: Path) -> Facts:
    """What the published descriptor of the publication in `root` says.

    Raises OpenbaarError where it was never published.
    """
    path = root / DESCRIPTOR
    if not path.is_file():
        raise OpenbaarError(
            Problem(Place(DESCRIPTOR), "is missing, so nothing can be deposited", PUBLISH)
        )
    return facts(json.loads(path.read_bytes()))


def check_published(root: Path) -> None:
    """Raise OpenbaarError where something changed since the publication was last published."""
    if is_stale(root):
        message = "the publication changed since it was last published"
        raise OpenbaarError(Problem(Place(PACKAGE), message, PUBLISH))


def packed_files(root: Path, known: Facts) -> list[DepositFile]:
    """The files with all tables of this version, as `publish` left them in `dist/`.

    Raises OpenbaarError where one is missing.
    """
    found, problems = [], []
    for ending in (".zip", *workbook_endings(known.languages).values(), ".db"):
        name = f"{known.name}-{known.version}{ending}"
        path = root / "dist" / name
        if path.is_file():
            found.append(DepositFile(path, name))
        else:
            place = Place(f"dist/{name}")
            problems.append(Problem(place, "is missing, so nothing can be deposited", PUBLISH))
    if problems:
        raise OpenbaarError(problems)
    return found
