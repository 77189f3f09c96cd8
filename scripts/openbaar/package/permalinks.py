"""The addresses that were ever released, in `tables/permalinks.json`, and the files behind them.

An address that someone cited must go on working. So the record only grows: each table of each
version with the hash of its CSV file, each question with its SQL, the tables that got another name,
and those that were withdrawn. The CSV files are kept in `tables/releases/<version>/`, because a
later version changes those in `tables/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, sha256_of
from openbaar.models import Strict
from openbaar.schema.names import Name, Version
from openbaar.tables.authored.publication import Publication
from openbaar.tables.dataset import Dataset
from openbaar.texts import localized

FILE = "tables/permalinks.json"
RELEASES = "tables/releases"
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
ReleasedTables = dict[Name, dict[Version, Sha256]]  # table -> version -> hash of its CSV file


class ReleasedQuery(Strict):
    """A question as it was in a version: its title, its SQL, and the tables that this reads."""

    title: dict[str, str]
    sql: str
    tables: tuple[Name, ...]


ReleasedQueries = dict[Name, dict[Version, ReleasedQuery]]  # query -> version -> the question


class Permalinks(Strict):
    """The record: released tables and questions, old names with the new ones, withdrawn tables."""

    tables: ReleasedTables = {}
    queries: ReleasedQueries = {}
    moved: dict[Name, Name] = {}
    withdrawn: dict[Name, dict[str, str]] = {}

    def to_bytes(self) -> bytes:
        """The record as the bytes of its file, tables by name and versions by number."""
        data: dict[str, Any] = {"tables": _by_number(self.tables)}
        if self.queries:  # records of before they were kept have none
            queries = self.model_dump(mode="json")["queries"]
            data["queries"] = _by_number(queries)
        data |= {"moved": self.moved, "withdrawn": self.withdrawn}
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _by_number(released: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was released, by name, and of each name by version."""
    found = {}
    for name in sorted(released):
        versions = released[name]
        found[name] = {version: versions[version] for version in sorted(versions, key=number)}
    return found


def number(version: str) -> tuple[int, ...]:
    """The parts of a version, which put versions in order: `1.10.0` is (1, 10, 0)."""
    return tuple(int(part) for part in version.split("."))


def is_in_the_making(version: str) -> bool:
    """Whether a version promises nothing yet: no address, and no figure that somebody confirmed."""
    return number(version) < (1,)


def release_path(version: str, table: str) -> str:
    """The path at which the CSV file of a table, as released in a version, is kept."""
    return f"{RELEASES}/{version}/{table}.csv"


def read_permalinks(root: Path) -> Permalinks:
    """The record in the publication folder; an empty one when nothing was ever released.

    Raises OpenbaarError when the file is not what `to_bytes` writes: it is generated, and an edit
    by hand, or half of a merge, would break addresses without anyone seeing it.
    """
    path = root / FILE
    if not path.exists():
        return Permalinks()
    try:
        content = path.read_bytes()
        recorded = Permalinks.model_validate_json(content)
    except OSError as error:
        raise _unreadable(str(error.strerror)) from error
    except ValidationError as error:
        raise _unreadable(error.errors()[0]["msg"]) from error
    if recorded.to_bytes() != content:
        raise _unreadable("it is not as `openbaar publish` writes it")
    return recorded


def _unreadable(reason: str) -> OpenbaarError:
    hint = "restore it from git; `openbaar publish` adds to it"
    return OpenbaarError(Problem(Place(FILE), f"cannot be read: {reason}", hint))


def released(recorded: Permalinks, dataset: Dataset) -> dict[str, Content]:
    """The files to write when a dataset is published, by path: CSV files to keep, and the record.

    A version that begins with 0 is still being made, and promises no address.
    """
    package = dataset.publication.package
    tables, queries = recorded.tables, recorded.queries
    kept: dict[str, Content] = {}
    if not is_in_the_making(package.version):
        tables = _with_this_version(recorded, dataset)
        queries = _with_these_queries(recorded, dataset.publication)
        kept = _release_files(tables, dataset)
    grown = Permalinks(
        tables=tables, queries=queries, moved=package.moved, withdrawn=package.withdrawn
    )
    return {**kept, FILE: grown.to_bytes()}


def _with_this_version(recorded: Permalinks, dataset: Dataset) -> ReleasedTables:
    """What was released, with the tables of this version; a hash that is recorded stays."""
    version = dataset.publication.package.version
    tables = {name: dict(versions) for name, versions in recorded.tables.items()}
    for name, data in dataset.tables.items():
        tables.setdefault(name, {}).setdefault(version, data.sha256)
    return tables


def _with_these_queries(recorded: Permalinks, publication: Publication) -> ReleasedQueries:
    """The questions that were released, with those of this version as they are now."""
    package = publication.package
    queries = {name: dict(versions) for name, versions in recorded.queries.items()}
    for name, query in package.queries.items():
        tables = tuple(table.name for table in publication.tables_of(query))
        title = {language: localized(query.title, language) for language in package.languages}
        question = ReleasedQuery(title=title, sql=query.sql, tables=tables)
        queries.setdefault(name, {})[package.version] = question
    return queries


def _release_files(tables: ReleasedTables, dataset: Dataset) -> dict[str, Content]:
    """The CSV files of this version that are as recorded; one that changed is not kept."""
    version = dataset.publication.package.version
    files: dict[str, Content] = {}
    for name, data in dataset.tables.items():
        if tables[name][version] == data.sha256:
            files[release_path(version, name)] = data.content
    return files


def permalink_problems(recorded: Permalinks, dataset: Dataset) -> list[Problem]:
    """Each address that was released and that publishing the dataset would break."""
    return [
        *_gone(recorded, dataset.publication),
        *_changed(recorded, dataset),
        *_lost(recorded, dataset),
        *_unrecorded(recorded, dataset.publication),
    ]


def _gone(recorded: Permalinks, publication: Publication) -> Iterator[Problem]:
    """Tables that had an address, and that the package file names no more."""
    package = publication.package
    once_named = {*recorded.tables, *recorded.moved, *recorded.withdrawn}
    still_named = {*publication.resources, *package.moved, *package.withdrawn}
    place = publication.place(None, "tables")
    hint = "name it there under 'moved' with its new name, or under 'withdrawn' with the reason"
    for name in sorted(once_named - still_named):
        yield Problem(place, f"the address /id/{name} was released, but no longer exists", hint)


def _changed(recorded: Permalinks, dataset: Dataset) -> Iterator[Problem]:
    """Tables with other bytes than were released under this version."""
    version = dataset.publication.package.version
    for name, data in dataset.tables.items():
        known = recorded.tables.get(name, {}).get(version)
        if known not in (None, data.sha256):
            message = f"differs from what was released as /id/{name}/{version}"
            hint = (
                "`openbaar release` makes the next version; to publish before, "
                "raise 'version' in tables/package.yaml"
            )
            yield Problem(Place(data.path), message, hint)


def _lost(recorded: Permalinks, dataset: Dataset) -> Iterator[Problem]:
    """Files of releases that are neither kept nor written now. Those of withdrawn tables may go."""
    publication = dataset.publication
    written_now = released(recorded, dataset)
    for name, versions in recorded.tables.items():
        if name in publication.package.withdrawn:
            continue
        for version, digest in versions.items():
            if release_path(version, name) not in written_now:
                yield from _file_problems(publication.root, version, name, digest)


def _file_problems(root: Path, version: str, table: str, digest: str) -> Iterator[Problem]:
    """Why the file that is kept of a release is not the one that was released."""
    path = release_path(version, table)
    address = f"/id/{table}/{version}"
    hint = "restore it from git"
    file = root / path
    if not file.is_file():
        message = f"is missing, but was released as {address}"
        yield Problem(Place(path), message, hint)
    elif sha256_of(file) != digest:
        yield Problem(Place(path), f"differs from what was released as {address}", hint)


def _unrecorded(recorded: Permalinks, publication: Publication) -> Iterator[Problem]:
    """Files of releases that the record does not have: it has lost an entry."""
    hint = "restore it from git; `openbaar publish` only adds to it"
    for file in sorted((publication.root / RELEASES).glob("*/*.csv")):
        table, version = file.stem, file.parent.name
        if version not in recorded.tables.get(table, {}):
            address = f"/id/{table}/{version}"
            message = f"{address} was released, as {RELEASES} shows, but is not recorded"
            yield Problem(Place(FILE), message, hint)
