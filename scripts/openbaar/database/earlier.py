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

from openbaar.package.model import Descriptor

CHART = "SELECT * FROM _charts WHERE page = ? AND parameters = ? AND language = ? AND made_of = ?"


@dataclass(frozen=True)
class Earlier:
    """A publication as it was published before; without a database, nothing of it.

    `alike` are the tables of which its descriptor says what that of now says: their bytes (by their
    hash), schema and texts are the same. `parquet` are the files of its large tables.
    """

    database: Path | None = None
    alike: frozenset[str] = frozenset()
    parquet: Mapping[str, Path] = field(default_factory=dict)

    def chart(self, *wanted: str) -> tuple[Any, ...] | None:
        """The chart of a page, parameters and language that was made of the same, as it is stored.

        None where it was made of something else, or there was none.
        """
        if self.database is None:
            return None
        with closing(_opened(self.database)) as connection:
            row: tuple[Any, ...] | None = connection.execute(CHART, wanted).fetchone()
        return row

    def has_rows(self, table: str) -> bool:
        """Whether the rows and the Parquet file of a large table are those of now."""
        return table in self.alike and table in self.parquet

    def copy_rows(self, target: Path, table: str) -> None:
        """Copy the rows of a table into the database `target`, which has it without rows.

        SQLite then copies records as they are, the primary key included
        (https://www.sqlite.org/lang_insert.html, the transfer optimization of VACUUM).
        """
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("ATTACH ? AS earlier", (str(self.database),))
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM earlier.{table}")


def earlier_edition(
    database: Path | None, parquet: Mapping[str, Path], descriptor: Descriptor
) -> Earlier:
    """What can be taken from a database that was published, for what `descriptor` describes."""
    if database is None:
        return Earlier()
    with closing(_opened(database)) as connection:
        query = "SELECT content FROM _site WHERE name = 'descriptor'"
        before = json.loads(connection.execute(query).fetchone()[0])
    known = {resource["name"]: resource for resource in before["resources"]}
    alike = set()
    for resource in json.loads(json.dumps(descriptor))["resources"]:
        if known.get(resource["name"]) == resource:
            alike.add(resource["name"])
    return Earlier(database, frozenset(alike), parquet)


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(database))}?mode=ro&immutable=1", uri=True)
