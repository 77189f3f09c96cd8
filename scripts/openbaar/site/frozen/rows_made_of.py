"""What the pages of rows are made of: a hash for each, which is another one when a page may be.

A row has a page in each language and an address to cite. They are made of the row and its places in
the documents, of what is said about its table, and of the tables that it refers to or that refer to
it. Whatever else there is belongs to all pages, unless it is named here as on none of them: of what
is added later, and forgotten here, too many pages are made again, and never too few. The footer,
which tells the version, is put on each page apart.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.utils import path_from_row_pks

from openbaar.files import sha256_of
from openbaar.schema.conventions import (
    ANSWERS,
    COUNTS,
    FOUND,
    TEXTS,
    TRUST_TABLES,
    VERSION,
)
from openbaar.site.frozen.static_paths import MOST_ROWS, Page, has_pages_of_rows, is_on_one_page
from openbaar.site.pages.remarks import conditions
from openbaar.site.published import Descriptor, Published, referenced_table
from openbaar.site.routes.identifiers import LATEST
from openbaar.site.routes.questions import is_question
from openbaar.tables.places import EVERY_ROW

if TYPE_CHECKING:
    from datasette.app import Datasette

BY_TABLE = ("counts", "facets", "figures", "labels", "sorted")  # in `_site`, a part of each table
# What no page of a row shows: in `_site`, in the descriptor, in the metadata, among the tables.
OF_QUESTIONS = ("answered", "queries")
OF_A_VERSION = ("modified", "resources", "version")
OF_A_FILE = ("bytes", "hash")
PLAIN = ("databases", "description_html", "plugins", "queries", "tables")
ELSEWHERE = ("_changes", "_charts", "_search", "_site", "footnotes", "reconciliation", "sqlite_")
OF_LARGE_TABLES = (ANSWERS, COUNTS, FOUND, TEXTS)
INDEX = re.compile(r"(\w+)_fts(_\w+)?")  # of the words of a table


class Digest:
    """A hash over all that is added."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, *said: Any) -> None:
        """Add plain values, or lists and mappings of such."""
        self._hash.update(f"{said!r}\n".encode("utf-8", "surrogatepass"))

    def __str__(self) -> str:
        """The hash so far, in hexadecimal."""
        return self._hash.hexdigest()


class RowsMadeOf:
    """What each page of a row of a publication is made of."""

    def __init__(self, datasette: Datasette, published: Published) -> None:
        """Read what `datasette` shows."""
        self._published = published
        path = datasette.get_database(published.name).path
        assert path is not None  # noqa: S101  a publication is in a file
        self._database = Path(path)
        self._everywhere = Digest()
        self._about: dict[str, Digest] = defaultdict(Digest)  # each table, but its rows
        self._remarks: dict[str, Digest] = defaultdict(Digest)  # on rows of each table
        self._together: dict[str, set[str]] = defaultdict(set)  # tables that a remark is about
        self._read_metadata(datasette._metadata_local)
        with closing(self._connected()) as connection:
            self._read_site(connection)
            self._read_schema(connection)
            self._read_remarks(connection)
        self._tables: dict[str, str] = {}
        self._all_rows: dict[str, str] = {}
        self._rows: dict[str, dict[str, str]] = {}

    def of(self, page: Page) -> str | None:
        """The hash of what a page is made of; None where it is no page of a row."""
        _, below, *names = page.path.split("/")
        if len(names) != 2 or page.query or below not in ("id", self._published.name):
            return None
        table, key = names
        if table not in self._published.tables or not has_pages_of_rows(self._published, table):
            return None
        if below == "id" and (key == LATEST or re.fullmatch(VERSION, key)):
            return None  # may be a version of the table
        row = self._rows_of(table).get(key)
        if row is None:
            return None
        made_of = Digest()
        made_of.add(self._of_table(table), row)
        return str(made_of)

    def _read_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Read what Datasette is told of the publication and its tables."""
        database = metadata["databases"][self._published.name]
        self._everywhere.add(_without(metadata, PLAIN), _without(database, PLAIN))
        for table, told in database["tables"].items():
            self._of(table).add(_without(told, PLAIN))

    def _read_site(self, connection: sqlite3.Connection) -> None:
        """Read what the site is told of the publication."""
        for name, text in connection.execute("SELECT name, content FROM _site ORDER BY name"):
            content = json.loads(text)
            if name == "descriptor":
                self._read_descriptor(content)
            elif name in BY_TABLE:
                for key, told in content.items():
                    table, _, column = key.partition(".")
                    self._of(table).add(name, column, told)
            elif name not in OF_QUESTIONS:
                self._everywhere.add(name, content)

    def _read_descriptor(self, descriptor: Descriptor) -> None:
        self._everywhere.add(_without(descriptor, OF_A_VERSION))
        for resource in descriptor["resources"]:
            table = resource["name"]
            if table in TRUST_TABLES:
                resource = _without(resource, ["rows"])
                self._everywhere.add(table, is_on_one_page(self._published, table))
            self._of(table).add(_without(resource, OF_A_FILE))

    def _read_schema(self, connection: sqlite3.Connection) -> None:
        """Read how tables are made, and whatever is in those that are not of authors."""
        made = "SELECT type, tbl_name, sql FROM sqlite_master ORDER BY tbl_name, name"
        for kind, table, sql in connection.execute(made).fetchall():
            if self._is_elsewhere(table):
                continue
            self._of(table).add(sql)
            if kind == "table" and table not in self._published.tables:
                self._everywhere.add(table, str(_of_rows(_all(connection, table))))

    def _is_elsewhere(self, table: str) -> bool:
        """Whether no page of a row shows anything of a table in the database."""
        if table in self._published.tables:
            return table in ELSEWHERE
        index = INDEX.fullmatch(table)
        if index is not None and index[1] in self._published.tables:
            return True
        return table.startswith((*ELSEWHERE, *OF_LARGE_TABLES))

    def _read_remarks(self, connection: sqlite3.Connection) -> None:
        """Read the points to note about certain rows: each belongs to the tables it is about."""
        if "anomalies" not in self._published.tables:
            return
        connection.row_factory = sqlite3.Row
        for row in _all(connection, "anomalies"):
            concerned = conditions(row["rows_concerned"])
            tables = json.loads(row["tables"] or "[]") if concerned else []
            for table in tables:
                self._remarks[table].add(*row)
                self._together[table].update(tables)

    def _of(self, table: str) -> Digest:
        """Where to add what is about a table; what is not about one of authors is everywhere."""
        is_of_authors = table in self._published.tables and table not in TRUST_TABLES
        return self._about[table] if is_of_authors else self._everywhere

    def _of_table(self, table: str) -> str:
        """What each page of a row of a table is made of, but for the row itself."""
        if table not in self._tables:
            self._tables[table] = self._made_of_table(table)
        return self._tables[table]

    def _made_of_table(self, table: str) -> str:
        permalinks = self._published.permalinks
        made_of = Digest()
        made_of.add(str(self._everywhere), str(self._about[table]), str(self._remarks[table]))
        made_of.add(is_question(self._published, table))
        made_of.add([permalinks.get(each, {}).get(table) for each in ("moved", "withdrawn")])
        for other in sorted(self._around(table)):
            made_of.add(other, str(self._about[other]), self._all_rows_of(other))
        return str(made_of)

    def _around(self, table: str) -> set[str]:
        """The tables of which a page of a row shows anything: names, titles, how many rows.

        The table itself is among them where a row shows other ones of it.
        """
        beside = self._together[table] & self._published.tables.keys()
        names_tables = "table_name" in self._published.column_names(table)  # by their titles
        for other in self._published.tables:
            if names_tables or table in self._referred[other]:
                beside.add(other)
        around = {*beside, *self._reached([table]), *self._reached(beside - {table})}
        if table not in self._reached([table]):
            around.discard(table)
        return around

    def _reached(self, tables: Iterable[str]) -> set[str]:
        """The tables to which these refer, and to which those refer in turn."""
        reached: set[str] = set()
        waiting = list(tables)
        while waiting:
            found = self._referred[waiting.pop()] - reached
            reached |= found
            waiting += found
        return reached

    @cached_property
    def _referred(self) -> dict[str, set[str]]:
        """The tables to which each table refers."""
        found = {}
        for table in self._published.tables:
            keys = self._published.foreign_keys(table)
            referred = {referenced_table(table, key) for key in keys}
            found[table] = referred & self._published.tables.keys()
        return found

    def _all_rows_of(self, table: str) -> str:
        """All rows of a table; of a large one, which takes long to read, the whole database."""
        if table not in self._all_rows:
            if self._published.tables[table]["rows"] > MOST_ROWS:
                self._all_rows[table] = self._whole
            else:
                with closing(self._connected()) as connection:
                    self._all_rows[table] = str(_of_rows(_all(connection, table)))
        return self._all_rows[table]

    @cached_property
    def _whole(self) -> str:
        return sha256_of(self._database)

    def _rows_of(self, table: str) -> dict[str, str]:
        """Each row of a table and where it is printed, by its key as in addresses."""
        if table not in self._rows:
            with closing(self._connected()) as connection:
                connection.row_factory = sqlite3.Row
                self._rows[table] = self._read_rows(connection, table)
        return self._rows[table]

    def _read_rows(self, connection: sqlite3.Connection, table: str) -> dict[str, str]:
        places: dict[str, Digest] = defaultdict(Digest)
        if "provenance" in self._published.tables:
            sql = "SELECT * FROM provenance WHERE table_name = ? ORDER BY rowid"
            for row in connection.execute(sql, [table]):
                places[row["row_id"]].add(*row)
        keys = self._published.keys(table)
        found = {}
        for row in _all(connection, table):
            key = path_from_row_pks(row, keys, False)
            made_of = Digest()
            made_of.add(*row)
            made_of.add(str(places[key]), str(places[EVERY_ROW]))
            found[key] = str(made_of)
        return found

    def _connected(self) -> sqlite3.Connection:
        address = f"{self._database.resolve().as_uri()}?immutable=1"
        return sqlite3.connect(address, uri=True)


def _without(described: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: told for name, told in described.items() if name not in names}


def _all(connection: sqlite3.Connection, table: str) -> Iterator[Any]:
    """The rows of a table, in an order that is the same as long as they are."""
    return iter(connection.execute(f'SELECT * FROM "{table}"'))


def _of_rows(rows: Iterable[Any]) -> Digest:
    made_of = Digest()
    for row in rows:
        made_of.add(*row)
    return made_of
