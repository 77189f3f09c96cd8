"""SDMX-CSV 2.0: a table as statistical offices exchange it.

See https://github.com/sdmx-twg/sdmx-csv/blob/v2.0.0/data-message/docs/sdmx-csv-field-guide.md. The
columns of the message come first: which structure the rows follow, and that they are information.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content
from openbaar.tables.authored.sdmx import OBSERVATION, PART

Described = Mapping[str, Any]
TextRow = Mapping[str, str]  # the cells of a row of a CSV file, by column
Read = Callable[[str], Iterable[TextRow]]  # the rows of a table, by its name
INFORMATION = "I"  # neither adds to what the reader has nor replaces it


def path_of(table: str) -> str:
    """Where the message of a table lies in the data package."""
    return f"sdmx/{table}.csv"


def rows_of(content: Content) -> Iterator[TextRow]:
    """The rows of a CSV file, their cells as text, one after the other."""
    if isinstance(content, bytes):
        yield from csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
        return
    with content.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def message(resource: Described, read: Read) -> bytes:
    """The SDMX-CSV of a table whose resource, in the descriptor, has the key `sdmx`.

    Raises OpenbaarError with each row that lacks a code of a concept that tells rows apart.
    """
    described = resource["sdmx"]
    concepts = described["concepts"]
    writers = {name: _Concept(name, each, resource, read) for name, each in concepts.items()}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # as RFC 4180, which the guide follows
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *concepts])
    problems: list[Problem] = []
    for row in read(resource["name"]):
        cells = []
        for name, concept in writers.items():
            cells.append(concept.text(row))
            if cells[-1] == "" and concept.is_needed:
                problems.append(_uncoded(resource, name, row))
        writer.writerow(["datastructure", described["structure"], INFORMATION, *cells])
    if problems:
        raise OpenbaarError(problems)
    return out.getvalue().encode("utf-8")


def _uncoded(resource: Described, concept: str, row: TextRow) -> Problem:
    key = ", ".join(row[column] for column in resource["schema"]["primaryKey"])
    message = f"the row '{key}' has no code for the concept {concept}"
    hint = "give one under 'codes' of the concept, by the code of the row"
    return Problem(Place(f"tables/{resource['name']}.yaml"), message, hint)


class _Concept:
    """A concept of one table, which writes its text for each row."""

    def __init__(self, name: str, concept: Described, resource: Described, read: Read) -> None:
        columns = [found[1] for found in PART.finditer(concept["value"])]
        keys = resource["schema"]["primaryKey"]
        # What tells rows apart is a dimension, which is never empty; attributes and figures may be.
        self.is_needed = name != OBSERVATION and any(column in keys for column in columns)
        self._value = concept["value"]
        self._own_codes: Mapping[str, str] = concept.get("codes", {})
        self._lists = dict(_code_lists(concept["value"], resource, read))

    def text(self, row: TextRow) -> str:
        """The text for a row; nothing where one of its parts is empty."""
        texts = {found[0]: self._part(row, *found.groups()) for found in PART.finditer(self._value)}
        if "" in texts.values():
            return ""
        return PART.sub(lambda found: texts[found[0]], self._value)

    def _part(self, row: TextRow, column: str, through: str | None) -> str:
        cell = row[column]
        if through is None:
            return self._own_codes.get(cell, cell)
        return self._lists[column, through].get(cell, "") or self._own_codes.get(cell, "")


def code_of(concept: Described, cell: str, resource: Described, read: Read) -> str:
    """The code of a concept of one column for a cell of that column; nothing where it has none."""
    column, through = PART.fullmatch(concept["value"]).groups()  # type: ignore[union-attr]
    own: Mapping[str, str] = concept.get("codes", {})
    if through is None:
        return own.get(cell, cell)
    lists = dict(_code_lists(concept["value"], resource, read))
    return lists[column, through].get(cell, "") or own.get(cell, "")


def _code_lists(
    value: str, resource: Described, read: Read
) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    """For each column that leads through a code list: its codes there, by our own code."""
    for column, through in PART.findall(value):
        if through:
            reference = reference_of(resource, column)
            (code,) = reference["fields"]
            rows = read(reference["resource"])
            yield (column, through), {row[code]: row[through] for row in rows}


def reference_of(resource: Described, column: str) -> Described:
    """The table and column that a column of a table points to by itself.

    Raises LookupError where it points to none.
    """
    schema = resource["schema"]
    for key in (*schema.get("foreignKeys", []), *schema.get("foreignKeysWhereFilled", [])):
        if list(key["fields"]) == [column]:
            return {"resource": resource["name"], **key["reference"]}
    raise LookupError(f"the column '{column}' of '{resource['name']}' points to no table")


def messages(descriptor: Described, read: Read) -> dict[str, bytes]:
    """The messages of all tables that have one, by their path in the data package.

    Raises OpenbaarError with the problems of all of them.
    """
    made = {}
    problems: list[Problem] = []
    for resource in descriptor["resources"]:
        if "sdmx" in resource:
            try:
                made[path_of(resource["name"])] = message(resource, read)
            except OpenbaarError as error:
                problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return made
