"""What changed between the versions of a publication, as much of it as a site shows.

It is found out once, when the database is built, so that no visitor makes a server compare. Each
of the latest versions is compared with the next one, and with the one of now, which is what whoever
cited it wants to know.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from openbaar.files import Content, sha256_of
from openbaar.package.permalinks import RELEASES, number
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.versions.changes import Diff, TableDiff
from openbaar.versions.diff import difference
from openbaar.versions.snapshot import Snapshot, read_descriptor, snapshot
from openbaar.versions.sources import GivenFiles, released_versions

LATEST = 10  # versions that are compared; `openbaar diff` compares any two
LARGEST = 8 * 2**20  # bytes of a file whose rows are compared
LISTED = 100  # changes of a kind in a table; of more than these only the number is told
LISTS = ("rows_added", "rows_gone", "rows_changed", "schema", "texts")


@dataclass(frozen=True)
class Step:
    """What changed from one version to another.

    `not_compared` names the tables that changed and are too large for their rows to be compared.
    """

    diff: Diff
    not_compared: Sequence[str] = ()

    def as_data(self) -> dict[str, Any]:
        """Plain data, with the first changes of each kind and how many there are."""
        listed = [_listed(table) for table in self.diff.tables]
        package = replace(self.diff, tables=(), texts=self.diff.texts[:LISTED])
        return {
            "part": self.diff.part,
            **asdict(package),
            "tables": listed,
            "not_compared": list(self.not_compared),
        }


def _listed(table: TableDiff) -> dict[str, Any]:
    """What changed in a table, as data of a bounded size."""
    told = asdict(table)
    counts = {}
    for kind in LISTS:
        counts[kind] = len(told[kind])
        told[kind] = told[kind][:LISTED]
    return {**told, "counts": counts}


def steps(
    root: Path,
    descriptor: Mapping[str, Any],
    tables: Mapping[str, Content],
    withdrawn: Collection[str] = (),
) -> Iterator[Step]:
    """What changed between the versions that were released of the publication in `root`.

    The last version is the one of now: `descriptor` describes it, and `tables` are its CSV files by
    their path in the package. Nothing is told of tables that were withdrawn.
    Raises OpenbaarError where the kept files of a version cannot be read.
    """
    current = str(descriptor["version"])
    now = GivenFiles({**tables, DESCRIPTOR: json.dumps(descriptor).encode("utf-8")}, current)
    earlier = [each for each in released_versions(root) if number(each) < number(current)]
    kept = [_kept_files(root, version, withdrawn) for version in earlier[-LATEST:]]
    files = [*kept, now]
    for old, new in pairwise(files):
        yield _step(old, new, descriptor)
    for old in files[:-2]:
        yield _step(old, now, descriptor)


def _kept_files(root: Path, version: str, withdrawn: Collection[str]) -> GivenFiles:
    """The files that are kept of a version, by their path in its package."""
    folder = root / RELEASES / version
    files: dict[str, Content] = {}
    for path in folder.glob("*.csv"):
        if path.stem not in withdrawn:
            files[f"tables/{path.name}"] = path
    if (folder / DESCRIPTOR).is_file():
        described = dict(read_descriptor((folder / DESCRIPTOR).read_bytes(), str(folder)))
        still = [each for each in described["resources"] if each["name"] not in withdrawn]
        files[DESCRIPTOR] = json.dumps({**described, "resources": still}).encode("utf-8")
    return GivenFiles(files, version)


def _step(old: GivenFiles, new: GivenFiles, today: Mapping[str, Any]) -> Step:
    """Compare two versions; the rows of a table with the same bytes in both are not read."""
    large = {*_large(old), *_large(new)}
    shared = (old.files.keys() & new.files.keys()) - {DESCRIPTOR}
    changed = {path for path in shared if _differs(old, new, path)}
    unread = large | (shared - changed)
    diff = difference(_read(old, unread, today), _read(new, unread, today))
    return Step(diff, [Path(path).stem for path in sorted(large & changed)])


def _large(version: GivenFiles) -> Iterator[str]:
    """The paths of the tables whose rows are not compared."""
    for path, content in version.files.items():
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        if size > LARGEST and path != DESCRIPTOR:
            yield path


def _read(version: GivenFiles, unread: set[str], today: Mapping[str, Any]) -> Snapshot:
    """The version with some tables as if they had no rows."""
    headers = {path: _header(version.files[path]) for path in unread & version.files.keys()}
    return snapshot(GivenFiles({**version.files, **headers}, version.name), today)


def _header(content: Content) -> bytes:
    """The first line of a CSV file."""
    if isinstance(content, bytes):
        return content.partition(b"\n")[0]
    with content.open("rb") as file:
        return file.readline()


def _differs(old: GivenFiles, new: GivenFiles, path: str) -> bool:
    """Whether a table that both versions have has other bytes now."""
    return sha256_of(old.files[path]) != sha256_of(new.files[path])
