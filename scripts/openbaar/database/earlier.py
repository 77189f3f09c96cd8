"""What was published before and need not be made again: charts, and the rows of large tables.

They are in the earlier database, which is looked at only where nobody changed it and the same
toolkit made it (`staleness.still_published`). What is taken from it gives the same bytes as what is
made anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openbaar.database.shown.found import add_texts, index_found
from openbaar.package.model import Descriptor
from openbaar.schema.conventions import COUNTS, FOUND, TEXTS
from openbaar.tables.authored.model import Table

CHART = "SELECT * FROM _charts WHERE page = ? AND parameters = ? AND language = ? AND made_of = ?"
CREATED = "SELECT sql FROM sqlite_schema WHERE name = ?"


@dataclass(frozen=True)
class Earlier:
    """A publication as it was published before; without a database, nothing of it.

    `alike` are the tables of which its descriptor says what that of now says: their bytes (by their
    hash), schema and texts are the same. Those with `same_rows` may have other texts. `parquet` are
    the files of its large tables, `facets` the facets of all, and `counted` what the rows of some
    were counted by, as plain data (`counts.Counted`).
    """

    database: Path | None = None
    alike: frozenset[str] = frozenset()
    same_rows: frozenset[str] = frozenset()
    parquet: Mapping[str, Path] = field(default_factory=dict)
    facets: Mapping[str, list[str]] = field(default_factory=dict)
    counted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def chart(self, *wanted: str) -> tuple[Any, ...] | None:
        """The chart of a page, parameters and language that was made of the same, as it is stored.

        None where it was made of something else, or there was none.
        """
        if self.database is None:
            return None
        with closing(_opened(str(self.database))) as connection:
            row: tuple[Any, ...] | None = connection.execute(CHART, wanted).fetchone()
        return row

    def has_rows(self, table: str) -> bool:
        """Whether the rows of a large table, as they are stored, are those of now."""
        return table in self.same_rows

    def has_file(self, table: str) -> bool:
        """Whether the Parquet file of a large table, which tells its texts, is that of now."""
        return table in self.alike and table in self.parquet

    def copy_rows(self, target: Path, table: str) -> None:
        """Copy the rows of a table into the database `target`, which has it without rows.

        SQLite then copies records as they are, the primary key included
        (https://www.sqlite.org/lang_insert.html, the transfer optimization of VACUUM).
        """
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA secure_delete = ON")  # as where rows are loaded
            connection.execute("ATTACH ? AS earlier", (str(self.database),))
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM earlier.{table}")

    def has_counts(self, table: Table, searched: list[str]) -> bool:
        """Whether the rows of a table were counted by the facets and the search of now."""
        name = table.name
        if name not in self.alike or name not in self.counted:
            return False
        same_facets = self.facets[name] == list(table.facets)
        return same_facets and self.counted[name]["searched"] == searched

    def copy_counts(self, connection: sqlite3.Connection, table: Table) -> None:
        """Copy the counts of a table into another database, in the order in which they are made."""
        counted = self.counted[table.name]
        with closing(_opened(str(self.database))) as before:
            if counted["found"] is not None:
                _copy(before, connection, f"{FOUND}{table.name}")
                index_found(connection, table.name)
                searched = ", ".join(counted["searched"])
                texts = f"SELECT rowid, {searched} FROM {TEXTS}{table.name} ORDER BY rowid"
                add_texts(connection, table, before.execute(texts))
            if counted["facets"]:
                _copy(before, connection, f"{COUNTS}{table.name}")


def _copy(before: sqlite3.Connection, connection: sqlite3.Connection, table: str) -> None:
    """Copy a table, without its indexes, from one database into another."""
    (created,) = before.execute(CREATED, (table,)).fetchone()
    rows = before.execute(f"SELECT * FROM {table}")
    places = ", ".join("?" * len(rows.description))
    connection.execute("BEGIN")
    connection.execute(created)
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
    connection.commit()


def earlier_edition(
    database: Path | None, parquet: Mapping[str, Path], descriptor: Descriptor
) -> Earlier:
    """What can be taken from a database that was published, for what `descriptor` describes."""
    if database is None:
        return Earlier()
    with closing(_opened(str(database))) as connection:
        content = dict(connection.execute("SELECT name, content FROM _site"))
    before = json.loads(content["descriptor"])
    known = {resource["name"]: resource for resource in before["resources"]}
    alike, same_rows = set(), set()
    for resource in json.loads(json.dumps(descriptor))["resources"]:
        earlier = known.get(resource["name"])
        if earlier is not None and _rows_of(earlier) == _rows_of(resource):
            same_rows.add(resource["name"])
        if earlier == resource:
            alike.add(resource["name"])
    return Earlier(
        database=database,
        alike=frozenset(alike),
        same_rows=frozenset(same_rows),
        parquet=parquet,
        facets=json.loads(content["facets"]),
        counted=json.loads(content["counts"]),
    )


def _rows_of(resource: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a resource says of how its rows are stored: all but texts."""
    schema = resource["schema"]
    columns = [(each["name"], each["type"], each.get("constraints")) for each in schema["fields"]]
    keys = {key: value for key, value in schema.items() if key != "fields"}
    return resource["hash"], columns, keys


def _opened(database: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(database)}?mode=ro&immutable=1", uri=True)
