"""The gate: what comes in from others passes here, whole and unchanged, or is refused.

A data package (a folder or a zip, with its `datapackage.json`) or a single CSV file is read here,
and its files by `handed`: nothing is unpacked to the disk, nothing outside the folder is opened,
and nothing is fetched. What the gate takes are the bytes as they came, with the rows that they
mean; it never repairs. `docs/incoming.md` lists what is refused, with reasons. Documents pass a
gate of their own, `documents.reader`, which keeps to the same list.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import read_inside
from openbaar.jsonfile import read_json
from openbaar.limits import most
from openbaar.models import load_model
from openbaar.package.handed import HandedFiles, HandedFolder, handed_zip
from openbaar.package.received import (
    ReceivedForeignKey,
    ReceivedPackage,
    ReceivedResource,
)
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.schema.csvfile import Row, Rows, header_of, read_csv, row_lines
from openbaar.schema.model import Schema, bare_field
from openbaar.schema.names import check_name
from openbaar.schema.values import Value, hidden_character, value_text
from openbaar.yamlfile import KeyPath, YamlFile

HASHES = ("md5", "sha1", "sha256", "sha512")


@dataclass(frozen=True)
class ReceivedTable:
    """A table as it came: the bytes of its CSV file, and its rows, typed by its schema."""

    name: str
    schema: Schema
    csv: bytes
    rows: Rows


@dataclass(frozen=True)
class Received:
    """What passed: the descriptor as it came (none with a single CSV file), and the tables."""

    descriptor: Mapping[str, Any] | None
    tables: tuple[ReceivedTable, ...]


def receive(path: Path) -> Received:
    """Read a package (a folder or a zip) or a CSV file that somebody handed us.

    Raises OpenbaarError with everything that is wrong with it, each problem with its file, line and
    column in the package.
    """
    if path.is_dir():
        return _package(HandedFolder(path))
    if path.suffix.lower() == ".csv":
        return _single_table(path)
    return _package(handed_zip(path))


def _package(files: HandedFiles) -> Received:
    """A package: its descriptor, and then each table that it describes."""
    file = read_json(files.read(DESCRIPTOR, most("authored_bytes")), DESCRIPTOR)
    problems = list(_hidden(file, file.data, ()))
    try:
        package = load_model(file, ReceivedPackage)
    except OpenbaarError as error:
        raise OpenbaarError([*problems, *error.problems]) from error
    tables: dict[str, ReceivedTable] = {}
    for index, resource in enumerate(package.resources):
        place = file.place("resources", index, "path")
        try:
            tables[resource.name] = _table(files, resource, place)
        except OpenbaarError as error:
            problems += error.problems
    problems += _key_problems(file, package, tables)
    if problems:
        raise OpenbaarError(problems)
    return Received(file.data, tuple(tables.values()))


def _table(files: HandedFiles, resource: ReceivedResource, place: Place) -> ReceivedTable:
    """A table of a package. Raises OpenbaarError with everything that is wrong with its file."""
    data = files.read(resource.path, most("table_bytes"))
    problems = list(_changed(resource, data, place))
    schema = resource.table_schema.columns()
    rows: Rows = ()
    try:
        rows = read_csv(data, schema, resource.path)
    except OpenbaarError as error:
        problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return ReceivedTable(resource.name, schema, data, rows)


def _changed(resource: ReceivedResource, data: bytes, place: Place) -> Iterator[Problem]:
    """Where the file of a table is not the one that the descriptor tells of."""
    if resource.bytes is not None and resource.bytes != len(data):
        message = f"{resource.path} has {len(data)} bytes, not the {resource.bytes} stated"
        yield Problem(place, message, "ask who sent it for the right file")
    if resource.hash is None:
        return
    algorithm, _, digest = resource.hash.rpartition(":")
    algorithm = algorithm or "md5"  # as the standard has it
    if algorithm not in HASHES:
        yield Problem(place, f"the hash '{algorithm}' is not known", f"use {', '.join(HASHES)}")
        return
    found = hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
    if found != digest.lower():
        message = f"{resource.path} has the {algorithm} {found}, not the one stated"
        yield Problem(place, message, "ask who sent it for the right file")


def _key_problems(
    file: YamlFile, package: ReceivedPackage, tables: Mapping[str, ReceivedTable]
) -> Iterator[Problem]:
    """What is wrong with the foreign keys of the tables that could be read."""
    for index, resource in enumerate(package.resources):
        if resource.name in tables:
            keys = file.place("resources", index, "schema", "foreignKeys")
            yield from _foreign_key_problems(resource, tables, keys)


def _hidden(file: YamlFile, data: Any, path: KeyPath) -> Iterator[Problem]:
    """Each text of the descriptor, keys too, with a character in it that nobody sees."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _hidden(file, key, (*path, key))
            yield from _hidden(file, value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _hidden(file, value, (*path, index))
    elif isinstance(data, str):
        hidden = hidden_character(data.replace("\r\n", "\n"))
        if hidden is not None:
            yield Problem(file.place(*path), f"has the hidden character {hidden}", "remove it")


def _foreign_key_problems(
    resource: ReceivedResource, tables: Mapping[str, ReceivedTable], place: Place
) -> Iterator[Problem]:
    """Keys to tables or columns that are not there, and values that are in no row there."""
    table = tables[resource.name]
    for key in resource.table_schema.foreign_keys:
        name = key.reference.resource or resource.name
        target = tables.get(name)
        if target is None:
            yield Problem(place, f"a key leads to '{name}', which is no table that could be read")
        elif not set(key.reference.fields) <= set(target.schema.names):
            listed = ", ".join(key.reference.fields)
            yield Problem(place, f"a key leads to the columns {listed} of '{name}', not all there")
        elif len(key.fields) != len(key.reference.fields):
            yield Problem(place, "a key should have as many columns as it leads to")
        else:
            yield from _lost_rows(resource.path, table, key, target)


def _lost_rows(
    path: str, table: ReceivedTable, key: ReceivedForeignKey, target: ReceivedTable
) -> Iterator[Problem]:
    """The rows whose key is filled and leads to no row."""
    known = {_values(row, key.reference.fields) for row in target.rows}
    lines = row_lines(io.StringIO(table.csv.decode("utf-8"), newline=""))
    for row, line in zip(table.rows, lines, strict=True):
        values = _values(row, key.fields)
        if None not in values and values not in known:
            shown = ", ".join(map(value_text, values))
            message = f"{', '.join(key.fields)}: '{shown}' is not in {target.name}"
            yield Problem(Place(path, line), message)


def _values(row: Row, columns: tuple[str, ...]) -> tuple[Value, ...]:
    return tuple(row[column] for column in columns)


def _single_table(path: Path) -> Received:
    """A CSV file by itself: its columns are texts with the names of its header."""
    data = read_inside(path.parent, path.name, most("table_bytes"))
    names = header_of(data, path.name)
    problems = []
    for name in names:
        try:
            check_name(name)
        except ValueError as error:
            problems.append(Problem(Place(path.name, 1), str(error)))
        if names.count(name) > 1:
            problems.append(Problem(Place(path.name, 1), f"the column '{name}' is there twice"))
    if problems:
        raise OpenbaarError(dict.fromkeys(problems))
    schema = Schema(fields=tuple(map(bare_field, names)), primaryKey=())
    table = ReceivedTable(path.stem, schema, data, read_csv(data, schema, path.name))
    return Received(None, (table,))
