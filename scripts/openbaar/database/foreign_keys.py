"""Whether the foreign keys of the tables point to rows that are there."""

from __future__ import annotations

from openbaar.errors import Place, Problem
from openbaar.schema.csvfile import Row, row_lines
from openbaar.schema.model import ForeignKey
from openbaar.schema.values import Value, value_text
from openbaar.tables.dataset import Dataset, TableData, csv_path

KeyValues = tuple[Value, ...]


def foreign_key_problems(dataset: Dataset) -> list[Problem]:
    """Every row whose foreign key points to no row, at its line in the CSV file.

    As in SQL, a key with an empty part points to nothing and is right.
    """
    problems: list[Problem] = []
    for data in dataset.tables.values():
        for key in data.table.table_schema.foreignKeys:
            problems += _problems_of_key(dataset, data, key)
    return problems


def _problems_of_key(dataset: Dataset, data: TableData, key: ForeignKey) -> list[Problem]:
    """The rows of one table of which this key points to no row."""
    target = key.reference
    known = {_values(row, target.fields) for row in dataset.rows(target.resource)}
    broken: dict[int, KeyValues] = {}  # by the index of the row
    for index, row in enumerate(data.rows):
        values = _values(row, key.fields)
        if None not in values and values not in known:
            broken[index] = values
    if not broken:
        return []  # most often, and without reading the file again
    lines = row_lines(data.csv)
    problems: list[Problem] = []
    for index, values in broken.items():
        problems.append(_problem(Place(data.path, lines[index]), key, values))
    return problems


def _problem(place: Place, key: ForeignKey, values: KeyValues) -> Problem:
    target = key.reference
    shown = ", ".join(value_text(value) for value in values)
    where = f"{target.resource} ({', '.join(target.fields)})"
    message = f"{', '.join(key.fields)}: '{shown}' is not in {where}"
    return Problem(place, message, f"correct it, or add it to {csv_path(target.resource)}")


def _values(row: Row, columns: tuple[str, ...]) -> KeyValues:
    return tuple(row[column] for column in columns)
