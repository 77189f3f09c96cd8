"""Loading a large table: from its CSV file into SQLite by columns, without objects for its cells.

ADBC (https://arrow.apache.org/adbc/) takes batches of Arrow and binds their cells in C. It brings
an SQLite of its own, so no other connection may be at work on the file meanwhile.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import adbc_driver_sqlite
import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_manager import AdbcConnection, AdbcStatement, Error, StatementOptions

from openbaar.database.statements import sql_type
from openbaar.schema.columns import typed_batches
from openbaar.tables.dataset import TableInFile

CACHE = 64 * 2**10  # kilobytes of the file in memory: enough for the upper part of a large index
ARROW_TYPES = {"INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
TWICE = "UNIQUE constraint failed"
FULL = "database or disk is full"
Batch = Any  # cells by column; the types of Arrow are not published
Watch = Callable[[TableInFile, Batch], None]


class KeyUsedTwiceError(Exception):
    """A key of the table is there twice."""


def load(database: Path, data: TableInFile, watch: Watch) -> None:
    """Put the rows of a large table into its table in an SQLite file, which is there and empty.

    `watch` sees each batch of rows as it passes. Raises KeyUsedTwiceError where SQLite finds a key
    of the table twice, OSError where the disk is full.
    """
    fields = data.table.table_schema.fields
    types = [ARROW_TYPES[sql_type(field, data.whole)] for field in fields]
    schema = pa.schema(list(zip(data.table.columns, types, strict=True)))
    failed: list[Exception] = []
    batches = _noting(_sql_batches(data, schema, watch), failed)
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    with adbc_driver_sqlite.connect(str(database)) as opened, AdbcConnection(opened) as connection:
        # Nothing is lost when the machine stops halfway: the file is thrown away then.
        _execute(connection, "PRAGMA journal_mode = OFF")
        _execute(connection, "PRAGMA synchronous = OFF")
        _execute(connection, "PRAGMA secure_delete = ON")  # no remains: as where rows are copied
        _execute(connection, f"PRAGMA cache_size = -{CACHE}")
        connection.set_autocommit(False)
        try:
            _insert(connection, data.table.name, reader)
            connection.commit()
        except Error as error:
            raise failed[0] if failed else _as_of_openbaar(error, database, data) from error


def pass_by(data: TableInFile, watch: Watch) -> None:
    """Let `watch` see the rows of a large table, which are loaded nowhere."""
    for batch in typed_batches(data.file, data.table.table_schema, data.scan):
        watch(data, batch)


def _noting(batches: Iterator[Batch], failed: list[Exception]) -> Iterator[Batch]:
    """The batches; an error on their way is noted: ADBC passes on no more than its text."""
    try:
        yield from batches
    except Exception as error:
        failed.append(error)
        raise


def _as_of_openbaar(error: Error, database: Path, data: TableInFile) -> Exception:
    """What SQLite says of a key or of the disk, which ADBC gives no codes; any other as it is."""
    said = str(error)
    if TWICE in said:
        return KeyUsedTwiceError(data.table.name)
    if FULL in said:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(database))
    return error


def _execute(connection: AdbcConnection, statement: str) -> None:
    with AdbcStatement(connection) as prepared:
        prepared.set_sql_query(statement)
        prepared.execute_update()


def _insert(connection: AdbcConnection, table: str, reader: Any) -> None:
    with AdbcStatement(connection) as statement:
        statement.set_options(
            **{
                StatementOptions.INGEST_TARGET_TABLE.value: table,
                StatementOptions.INGEST_MODE.value: "adbc.ingest.mode.append",
            }
        )
        statement.bind_stream(reader)
        statement.execute_update()


def _sql_batches(data: TableInFile, schema: Any, watch: Watch) -> Iterator[Batch]:
    """The rows as SQLite stores them."""
    for batch in typed_batches(data.file, data.table.table_schema, data.scan):
        watch(data, batch)
        columns = []
        for kind, cells in zip(schema.types, batch.columns, strict=True):
            columns.append(pc.cast(cells, kind))
        yield pa.record_batch(columns, schema=schema)
