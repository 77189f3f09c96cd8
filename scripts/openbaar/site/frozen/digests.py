"""A hash of each part of a publication that pages show: another one as soon as the part changes.

Whatever is not about one table or one question belongs to all pages, unless it is named here as
kept apart: of what is added later, and forgotten here, too many pages are made again, and never too
few.
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

from openbaar.schema.conventions import ANSWERS, COUNTS, FOUND, TEXTS, TRUST_TABLES
from openbaar.site.frozen.static_paths import MOST_ROWS, has_pages_of_rows, is_on_one_page
from openbaar.site.kept.counts import plain
from openbaar.site.pages.remarks import conditions
from openbaar.site.published import Descriptor, Published
from openbaar.site.routes import downloads, questions
from openbaar.tables.places import RULE

if TYPE_CHECKING:
    from datasette.app import Datasette

BY_TABLE = ("counts", "facets", "figures", "labels", "sorted")  # in `_site`, a part of each table
# What is kept apart: of the descriptor, of each table in it, of the metadata, among the tables.
OF_A_VERSION = ("modified", "version")
OF_A_FILE = ("bytes", "hash")
PLAIN = ("databases", "description_html", "plugins", "queries", "tables")
APART = ("_changes", "_charts", "_search", "_site", "sqlite_", ANSWERS, COUNTS, FOUND, TEXTS)
INDEX = re.compile(r"(\w+)_fts(_\w+)?")  # of the words of a table
ABOUT_A_TABLE = ("footnotes", "reconciliation")  # whose rows say which one, in `table_name`


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


ByName = dict[str, Digest]


def digest_of(*said: Any) -> str:
    """The hash of plain values, or of lists and mappings of such."""
    digest = Digest()
    digest.add(*said)
    return str(digest)


class Digests:
    """The hashes of the parts of a publication."""

    def __init__(self, datasette: Datasette, published: Published) -> None:
        """Read what `datasette` shows."""
        self._published = published
        path = datasette.get_database(published.name).path
        assert path is not None  # noqa: S101  a publication is in a file
        self._database = Path(path)
        self._everywhere = Digest()
        self._about: ByName = defaultdict(Digest)
        self._questions: ByName = defaultdict(Digest)
        self._asked: dict[str, str] = {}  # the SQL of questions that Datasette has
        self._remarks: ByName = defaultdict(Digest)
        self._notes: ByName = defaultdict(Digest)
        self._all_rows: dict[str, str] = {}
        self._rows: dict[str, dict[str, str]] = {}
        self.together: dict[str, set[str]] = defaultdict(set)  # tables that a remark is about
        self._read_metadata(datasette._metadata_local)
        with closing(self.connected()) as connection:
            self._read_site(connection)
            self._read_schema(connection)
            self._read_remarks(connection)
            self._read_notes(connection)
            self._read_tables(connection)

    @property
    def everywhere(self) -> str:
        """What all pages may show."""
        return str(self._everywhere)

    def about(self, table: str) -> str:
        """What is said of a table, but not its rows; of a trust table, that is everywhere."""
        return str(self._about[table])

    @cached_property
    def about_all(self) -> str:
        """What is said of all tables."""
        return digest_of([(table, self.about(table)) for table in self._published.tables])

    def question(self, name: str) -> str:
        """What is said of a question; its result is not part of it."""
        return str(self._questions[name])

    def is_asked_as_written(self, name: str) -> bool:
        """Whether a question has the SQL of its authors, and no other one by `datasette:`.

        Datasette has it without the blanks at the ends of its lines.
        """
        return plain(self._asked[name]) == plain(self._published.queries[name]["sql"])

    @cached_property
    def questions(self) -> str:
        """What questions are called, and about which tables they are."""
        said = []
        for name, query in self._published.queries.items():
            said.append((name, query["title"], query["tables"]))
        return digest_of(said)

    @cached_property
    def columns(self) -> str:
        """Which columns there are, and what they hold."""
        said = []
        for table, resource in self._published.tables.items():
            for field in resource["schema"]["fields"]:
                units = [field.get("unit")]
                for translated in field.get("translations", {}).values():
                    units.append(translated.get("unit"))
                said.append((table, field["name"], field["type"], units))
        return digest_of(said, self._published.figures)

    def remarks(self, table: str) -> str:
        """The points to note about certain rows of a table."""
        return str(self._remarks[table])

    def notes(self, table: str) -> str:
        """What the trust tables say of a table, but where its cells are."""
        return str(self._notes[table])

    def document(self, path: str) -> str:
        """What the trust tables say of a document."""
        return str(self._documents[path])

    def tables_in(self, path: str) -> set[str]:
        """The tables of which they say that something of them stands in a document."""
        return self._tables_in[path]

    @cached_property
    def _tables_in(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        with closing(self.connected()) as connection:
            for name in self._trust_tables(*ABOUT_A_TABLE, "provenance"):
                sql = f"SELECT DISTINCT document, table_name FROM {name}"
                for document, table in connection.execute(sql):
                    found[document].add(table)
        return found

    @cached_property
    def _documents(self) -> ByName:
        found: ByName = defaultdict(Digest)
        with closing(self.connected()) as connection:
            connection.row_factory = sqlite3.Row
            for name in self._trust_tables(*TRUST_TABLES):
                for row in _all(connection, name):
                    found[row["document"]].add(name, *row)
        return found

    def _trust_tables(self, *names: str) -> list[str]:
        """Those of these trust tables that the publication has."""
        return [name for name in names if name in self._published.tables]

    @cached_property
    def version(self) -> str:
        """Which version it is, which files it offers, and which versions it is compared with."""
        descriptor = self._published.descriptor
        with closing(self.connected()) as connection:
            compared = connection.execute("SELECT old, new FROM _changes ORDER BY old, new")
            pairs = compared.fetchall()
        told = [descriptor.get(name) for name in OF_A_VERSION]
        return digest_of(told, sorted(downloads.files(self._published)), pairs)

    def released(self, name: str) -> str:
        """In which versions a table or a question was released."""
        return digest_of(self._recorded(name, "tables", "queries"))

    def moved(self, name: str) -> str:
        """Where the address of a table or a question leads to."""
        is_question = questions.is_question(self._published, name)
        return digest_of(self._recorded(name, "moved", "withdrawn"), is_question)

    def _recorded(self, name: str, *kinds: str) -> list[Any]:
        return [self._published.permalinks.get(kind, {}).get(name) for kind in kinds]

    def charts(self, page: str) -> str:
        """The charts of a table or a question."""
        return str(self._charts[page])

    @cached_property
    def _charts(self) -> ByName:
        found: ByName = defaultdict(Digest)
        with closing(self.connected()) as connection:
            connection.row_factory = sqlite3.Row
            for row in connection.execute("SELECT * FROM _charts ORDER BY rowid"):
                values = dict(row)
                picture = hashlib.blake2b(values.pop("png")).hexdigest()
                found[row["page"]].add(values, picture)
        return found

    def rows(self, table: str) -> str:
        """All rows of a table; a large one, which takes long to read, is told by its file."""
        return self._all_rows[table]

    def row(self, table: str, key: str) -> str | None:
        """A row and where it is printed, by its key as in addresses; None where there is none."""
        return self._rows[table].get(key)

    def connected(self) -> sqlite3.Connection:
        """A connection to the database, to be closed."""
        address = f"{self._database.resolve().as_uri()}?immutable=1"
        return sqlite3.connect(address, uri=True)

    def _read_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Read what Datasette is told of the publication, its tables and its questions."""
        database = metadata["databases"][self._published.name]
        self._everywhere.add(_without(metadata, PLAIN), _without(database, PLAIN))
        for table, told in database["tables"].items():
            self._of(table).add(_without(told, PLAIN))
        for name, told in database.get("queries", {}).items():
            self._questions[name].add(told)
            self._asked[name] = str(told["sql"] if isinstance(told, dict) else told)

    def _read_site(self, connection: sqlite3.Connection) -> None:
        """Read what the site is told of the publication."""
        for name, text in connection.execute("SELECT name, content FROM _site ORDER BY name"):
            content = json.loads(text)
            if name == "descriptor":
                self._read_descriptor(content)
            elif name == "answered":
                for question in content:
                    self._questions[question].add(name)
            elif name == "queries":
                for question, told in content.items():
                    self._questions[question].add(told)
            elif name in BY_TABLE:
                for key, told in content.items():
                    table, _, column = key.partition(".")
                    self._of(table).add(name, column, told)
            else:
                self._everywhere.add(name, content)

    def _read_descriptor(self, descriptor: Descriptor) -> None:
        self._everywhere.add(_without(descriptor, (*OF_A_VERSION, "resources")))
        for resource in descriptor["resources"]:
            table = resource["name"]
            if table in TRUST_TABLES:
                resource = _without(resource, ["rows"])
                self._everywhere.add(table, is_on_one_page(self._published, table))
            self._of(table).add(_without(resource, OF_A_FILE))

    def _read_schema(self, connection: sqlite3.Connection) -> None:
        """Read how tables are made, and whatever is in those that are not of authors."""
        made = "SELECT type, tbl_name, sql FROM sqlite_master ORDER BY tbl_name, name"
        for kind, name, sql in connection.execute(made).fetchall():
            table = self._indexed(name)
            if table in self._published.tables:
                self._of(table).add(sql)
            elif not name.startswith(APART):
                self._everywhere.add(name, sql)
                if kind == "table":
                    self._everywhere.add(str(_of_rows(_all(connection, name))))

    def _indexed(self, name: str) -> str:
        """The table whose words are in one of the database; else that one itself."""
        index = INDEX.fullmatch(name)
        return name if name in self._published.tables or index is None else index[1]

    def _read_remarks(self, connection: sqlite3.Connection) -> None:
        """Read the points to note: each belongs to the tables it is about."""
        if "anomalies" not in self._published.tables:
            return
        connection.row_factory = sqlite3.Row
        for row in _all(connection, "anomalies"):
            tables = json.loads(row["tables"] or "[]")
            concerned = conditions(row["rows_concerned"])
            for table in tables:
                self._notes[table].add(*row)
                if concerned:
                    self._remarks[table].add(*row)
                    self.together[table].update(tables)

    def _read_notes(self, connection: sqlite3.Connection) -> None:
        """Read the footnotes of each table, and what was checked of it."""
        connection.row_factory = sqlite3.Row
        for name in self._trust_tables(*ABOUT_A_TABLE):
            for row in _all(connection, name):
                self._notes[row["table_name"]].add(name, *row)

    def _read_tables(self, connection: sqlite3.Connection) -> None:
        """Read the rows of each table, but of large ones."""
        connection.row_factory = sqlite3.Row
        for table, resource in self._published.tables.items():
            if has_pages_of_rows(self._published, table):
                self._read_rows(connection, table)
            if resource["rows"] > MOST_ROWS:
                self._all_rows[table] = resource["hash"]
            elif table not in self._all_rows:
                self._all_rows[table] = str(_of_rows(_all(connection, table)))

    def _read_rows(self, connection: sqlite3.Connection, table: str) -> None:
        places: ByName = defaultdict(Digest)
        for row in self._places(connection, table):
            row_id = row["row_id"]
            places[RULE if row_id.startswith(RULE) else row_id].add(*row)
        keys = self._published.keys(table)
        together, found = Digest(), {}
        for row in _all(connection, table):
            together.add(*row)
            key = path_from_row_pks(row, keys, False)
            found[key] = digest_of(*row, str(places[key]), str(places[RULE]))
        self._all_rows[table], self._rows[table] = str(together), found

    def _places(self, connection: sqlite3.Connection, table: str) -> Iterable[Any]:
        """Where the cells of a table are in the documents."""
        if "provenance" not in self._published.tables:
            return []
        sql = "SELECT * FROM provenance WHERE table_name = ? ORDER BY rowid"
        return connection.execute(sql, [table])

    def _of(self, table: str) -> Digest:
        """Where to add what is about a table; what is not about one of authors is everywhere."""
        is_of_authors = table in self._published.tables and table not in TRUST_TABLES
        return self._about[table] if is_of_authors else self._everywhere


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
