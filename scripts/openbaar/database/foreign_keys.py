"""Whether the keys of the tables are right: foreign ones point to a row, others are used once.

Tables in memory are checked before a database is built. Those in files are checked by SQLite, once
they are in it: it needs no memory for that. What it finds is then looked up in the CSV file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from openbaar.database.statements import SqlValue, sql_value
from openbaar.errors import Place, Problem
from openbaar.schema.csvfile import MOST_PROBLEMS, Row, used_twice
from openbaar.schema.model import ForeignKey
from openbaar.schema.values import Value, value_text
from openbaar.tables.dataset import Dataset, TableData, TableInFile, csv_path

KeyValues = tuple[Value, ...]
Columns = tuple[str, ...]


def foreign_key_problems(dataset: Dataset) -> list[Problem]:
    """Every row whose foreign key points to no row, at its line in the CSV file.

    As in SQL, a key with an empty part points to nothing and is right. Keys of large tables, and
    keys to them, are left to `large_key_problems`.
    """
    problems: list[Problem] = []
    for data, key in _foreign_keys(dataset):
        if not _is_large(dataset, data, key):
            problems += _problems_of_key(dataset, data, key)
    return problems


def large_key_problems(
    database: Database, dataset: Dataset, unchanged: Collection[str]
) -> list[Problem]:
    """What `foreign_key_problems` says, of keys of and to large tables that are in a database.

    At most `MOST_PROBLEMS` of each key are looked up; none between tables that are `unchanged`
    since they were right.
    """
    problems: list[Problem] = []
    for data, key in _foreign_keys(dataset):
        if {data.table.name, key.reference.resource} <= set(unchanged):
            continue
        if _is_large(dataset, data, key):
            broken = _broken_values(database, key, data.table.name)
            if broken:
                problems += _problems_of_values(data, key, broken)
    return problems


def repeated_key_problems(data: TableInFile, beside: Path) -> list[Problem]:
    """The rows of a large table with a key that a row before them has, at most `MOST_PROBLEMS`.

    The keys are sorted by SQLite in files of their own, in the folder `beside`.
    """
    schema = data.table.table_schema
    keys = [schema.primaryKey, *schema.all_unique_keys]
    problems: list[Problem] = []
    with TemporaryDirectory(prefix="keys-", dir=beside) as folder:
        for number, key in enumerate(keys):
            connection = sqlite3.connect(Path(folder) / f"{number}.db")
            try:
                problems += _repeated(connection, data, key)
            finally:
                connection.close()
    return problems


def _foreign_keys(dataset: Dataset) -> Iterator[tuple[TableData, ForeignKey]]:
    for data in dataset.tables.values():
        for key in data.table.table_schema.foreignKeys:
            yield data, key


def _is_large(dataset: Dataset, data: TableData, key: ForeignKey) -> bool:
    """Whether a key is of or to a table that is in a file."""
    target = dataset.tables[key.reference.resource]
    return isinstance(data, TableInFile) or isinstance(target, TableInFile)


def _problems_of_key(dataset: Dataset, data: TableData, key: ForeignKey) -> list[Problem]:
    """The rows of one table of which this key points to no row."""
    target = key.reference
    known = {_values(row, target.fields) for row in dataset.rows(target.resource)}
    broken: set[KeyValues] = set()
    for row in data.rows:
        values = _values(row, key.fields)
        if None not in values and values not in known:
            broken.add(values)
    if not broken:
        return []  # most often, and without reading the file again
    problems: list[Problem] = []
    for row, line in zip(data.rows, data.lines(), strict=True):
        values = _values(row, key.fields)
        if values in broken:
            problems.append(_problem(Place(data.path, line), key, values))
    return problems


def _broken_values(
    database: Database, key: ForeignKey, table: str
) -> Collection[tuple[SqlValue, ...]]:
    """Values of a key that are in no row of the table that it points to."""
    columns = ", ".join(key.fields)
    filled = " AND ".join(f"{column} IS NOT NULL" for column in key.fields)
    pairs = zip(key.reference.fields, key.fields, strict=True)
    same = " AND ".join(f"target.{there} = source.{here}" for there, here in pairs)
    statement = (
        f"SELECT DISTINCT {columns} FROM {table} AS source WHERE {filled} AND NOT EXISTS"
        f" (SELECT 1 FROM {key.reference.resource} AS target WHERE {same}) LIMIT {MOST_PROBLEMS}"
    )
    return set(database.execute(statement))


def _problems_of_values(
    data: TableData, key: ForeignKey, broken: Collection[tuple[SqlValue, ...]]
) -> list[Problem]:
    """The rows in which a key has one of these values."""
    problems: list[Problem] = []
    for row, line in zip(data.rows, data.lines(), strict=True):
        values = _values(row, key.fields)
        if tuple(sql_value(value) for value in values) in broken:
            problems.append(_problem(Place(data.path, line), key, values))
            if len(problems) == MOST_PROBLEMS:
                break
    return problems


def _problem(place: Place, key: ForeignKey, values: KeyValues) -> Problem:
    target = key.reference
    shown = ", ".join(value_text(value) for value in values)
    where = f"{target.resource} ({', '.join(target.fields)})"
    message = f"{', '.join(key.fields)}: '{shown}' is not in {where}"
    return Problem(place, message, f"correct it, or add it to {csv_path(target.resource)}")


def _numbered(data: TableInFile, key: Columns) -> Iterator[tuple[object, ...]]:
    """The line of each row, with its key as SQLite has it."""
    for row, line in zip(data.rows, data.lines(), strict=True):
        yield (line, *map(sql_value, _values(row, key)))


def _repeated(connection: sqlite3.Connection, data: TableInFile, key: Columns) -> list[Problem]:
    """The rows in which a key is used again; a unique key that is partly empty equals no other."""
    columns = ", ".join(key)
    filled = " AND ".join(f"{column} IS NOT NULL" for column in key)
    places = ", ".join("?" * (len(key) + 1))
    connection.execute(f"CREATE TABLE keys (_line INTEGER PRIMARY KEY, {columns})")
    connection.executemany(f"INSERT INTO keys VALUES ({places})", _numbered(data, key))
    found = connection.execute(
        f"SELECT * FROM (SELECT _line, min(_line) OVER (PARTITION BY {columns}) AS _first"
        f" FROM keys WHERE {filled}) WHERE _line != _first ORDER BY _line LIMIT {MOST_PROBLEMS}"
    )
    first_lines = dict(found.fetchall())
    problems: list[Problem] = []
    rows = zip(data.rows, data.lines(), strict=True)
    repeated = ((row, line) for row, line in rows if line in first_lines)
    for row, line in islice(repeated, len(first_lines)):
        message = used_twice(_values(row, key), first_lines[line])
        problems.append(Problem(Place(data.path, line), message))
    return problems


def _values(row: Row, columns: Columns) -> KeyValues:
    return tuple(row[column] for column in columns)
