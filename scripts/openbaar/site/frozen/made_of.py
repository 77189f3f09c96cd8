"""What pages are made of: a hash for each, which is another one when the page may be.

A page is made of what all pages show and of what it shows of tables and questions. Only pages that
are known to concern few of these have a hash: those of rows and tables, of questions, of what
describes or cites them, of their charts and of their versions, and of documents. All others are
made each time.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from openbaar.schema.conventions import VERSION
from openbaar.site.frozen.digests import Digests, digest_of
from openbaar.site.frozen.related import Related
from openbaar.site.frozen.static_paths import RESULTS, Page, has_pages_of_rows
from openbaar.site.kept.kept_results import PARAMETER
from openbaar.site.published import PLUGIN, Published
from openbaar.site.routes import downloads
from openbaar.site.routes.identifiers import LATEST
from openbaar.site.routes.kept_versions import first_rows, kept_descriptor

if TYPE_CHECKING:
    from datasette.app import Datasette

# Functions of SQL whose results may be others another time.
OF_THE_MOMENT = {
    "changes",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "last_insert_rowid",
    "random",
    "randomblob",
    "strftime",
    "time",
    "timediff",
    "total_changes",
    "unixepoch",
}
Shown = list[Any]  # the hashes of what a page shows


class MadeOf:
    """What each page of a publication is made of."""

    def __init__(self, datasette: Datasette, published: Published) -> None:
        """Read what `datasette` shows."""
        self._published = published
        self._is_known = not _has_other_plugins()
        self._digests = Digests(datasette, published)
        self._related = Related(published, self._digests.together)
        self._of_table = cache(self._table)
        self._of_rows = cache(self._rows)
        self._of_question = cache(self._question)
        self._of_version = cache(self._version)
        self._of_document = cache(self._document)
        self._described = cache(self._description)

    def of(self, page: Page) -> str | None:
        """The hash of what a page is made of; None where that is not known."""
        shown = self._shown(page) if self._is_known else None
        return None if shown is None else digest_of(self._digests.everywhere, shown)

    def is_of_row(self, page: Page) -> bool:
        """Whether a page is of a row, or its address to cite: neither is another by the version."""
        match page.path.split("/")[1:]:
            case [self._published.name, _, _]:
                return True
            case ["id", _, part]:
                return not _is_version(part)
        return False

    def _shown(self, page: Page) -> Shown | None:
        match page.path.split("/")[1:]:
            case [self._published.name, name]:
                return self._page(name)
            case [self._published.name, table, key] if not page.query:
                return self._row(table, key)
            case ["id", table, part]:
                return self._below_identifier(table, part)
            case ["id" | "cite", name]:
                return self._described(name.partition(".")[0])
            case ["download", self._published.version, "tables", name] if name.endswith(".json"):
                return self._described(name.removesuffix(".json"))
            case ["source", *names]:
                return self._of_document(unquote("/".join(names)))
            case ["chart", name]:
                return self._chart(name.rpartition(".")[0])
            case ["embed", name]:
                return self._chart(name)
            case ["embed", table, "rows"] if table in self._published.tables:
                return self._of_table(table)
        return None

    def _page(self, name: str) -> Shown | None:
        """The page of a table or a question, or the result of a question as a file."""
        if name in self._published.tables:
            return self._of_table(name)
        query = PurePosixPath(name)
        if query.suffix in ("", *RESULTS) and query.stem in self._published.queries:
            return self._of_question(query.stem)
        return None

    def _table(self, table: str) -> Shown:
        """The page of a table."""
        digests = self._digests
        around = self._related.of_table(table)
        return [
            self._described(table),
            digests.notes(table),
            digests.charts(table),
            self._about(around),
            [digests.rows(each) for each in sorted(around)],
        ]

    def _about(self, tables: Iterable[str]) -> Shown:
        """What is said of tables, and of all where one of these names tables."""
        names = sorted(tables)
        if any(self._related.names_tables(name) for name in names):
            return [self._digests.about_all]
        return [(name, self._digests.about(name)) for name in names]

    def _row(self, table: str, key: str) -> Shown | None:
        """The page of a row, whose footer is put on it apart, or its address to cite."""
        if table not in self._published.tables or not has_pages_of_rows(self._published, table):
            return None
        row = self._digests.row(table, key)
        return None if row is None else [*self._of_rows(table), row]

    def _rows(self, table: str) -> Shown:
        """What each page of a row of a table shows beside the row itself."""
        digests = self._digests
        around = sorted(self._related.of_row(table))
        beside = [(each, digests.about(each), digests.rows(each)) for each in around]
        said = (digests.about(table), digests.remarks(table), digests.moved(table))
        return [digest_of(said, beside)]

    def _description(self, name: str) -> Shown | None:
        """What describes and cites a table or a question, its file, and where it leads to."""
        digests = self._digests
        shown = [digests.version, digests.released(name), digests.moved(name)]
        if name in self._published.queries:
            return [*shown, digests.question(name)]
        if name not in self._published.tables:
            return None
        files = downloads.links(self._published, name)
        resource = self._published.tables[name]
        return [*shown, digests.about(name), files, resource["hash"], resource["rows"]]

    def _below_identifier(self, name: str, part: str) -> Shown | None:
        """A version of a table or a question, or a row."""
        return self._of_version(name, part) if _is_version(part) else self._row(name, part)

    def _version(self, name: str, version: str) -> Shown | None:
        """A version as it was, whose tables and columns are called what they are now."""
        described = self._described(name)
        if described is None or self._published.folder is None:
            return None
        if name in self._published.queries:
            return [described, self._about(self._tables_then(name, version))]
        shown = [
            described,
            self._about([name, *self._related.reached([name])]),
            self._digests.rows(name),
        ]
        if version == LATEST:
            return shown
        told = kept_descriptor(self._published, version)
        file = downloads.table_file(self._published, name, version)
        if "table_name" in first_rows(name, file)[0]:
            shown.append(self._digests.about_all)
        return [*shown, downloads.sha256(file), None if told is None else downloads.sha256(told)]

    def _tables_then(self, query: str, version: str) -> list[str]:
        """The tables that a question asked in a version, as far as they are still here."""
        recorded = self._published.permalinks.get("queries", {}).get(query, {})
        return list(filter(self._is_here, recorded.get(version, {}).get("tables", [])))

    def _document(self, name: str) -> Shown | None:
        """The page of a document, or of a part of it."""
        documents = self._published.documents
        source = documents.get(name) or documents.get(name.rpartition("/part/")[0])
        if source is None:
            return None
        digests, path = self._digests, source["path"]
        tables = {*filter(self._is_here, digests.tables_in(path)), *self._tables_from(path)}
        return [
            digests.version,
            digests.document(path),
            self._about(tables | self._related.reached(tables)),
            [digests.rows(table) for table in sorted(tables)],
        ]

    def _tables_from(self, path: str) -> list[str]:
        """The tables that name a document as where they are from."""
        tables = []
        for table, resource in self._published.tables.items():
            paths = [source.get("path") for source in resource.get("sources", [])]
            if path in paths:
                tables.append(table)
        return tables

    def _is_here(self, table: str) -> bool:
        return table in self._published.tables

    def _chart(self, name: str) -> Shown | None:
        """A chart as a file, or on a page of its own, which leads to the page that it is of."""
        page = unquote(name).partition(".")[0]
        if page not in self._published.tables and page not in self._published.queries:
            return None
        return [self._digests.charts(page), self._described(page)]

    def _question(self, name: str) -> Shown | None:
        """The page of a question, whatever values were chosen, and its result."""
        read = self._tables_read(name)
        if read is None:
            return None
        digests = self._digests
        tables = {*read, *filter(self._is_here, self._published.queries[name]["tables"])}
        around = set()
        for table in tables:
            around |= self._related.of_table(table)
        names_tables = "table_name" in self._published.queries[name]["sql"]
        return [
            self._described(name),
            digests.questions,
            digests.columns,
            digests.charts(name),
            [digests.notes(table) for table in sorted(tables)],
            digests.about_all if names_tables else self._about(around),
            [digests.rows(table) for table in sorted(tables)],
        ]

    def _tables_read(self, name: str) -> set[str] | None:
        """The tables of authors that a question reads.

        None where it reads others, where its result may be another one another time, or where
        Datasette asks something else.
        """
        if not self._digests.is_asked_as_written(name):
            return None
        sql = self._published.queries[name]["sql"]
        if any(parameter.startswith("_") for parameter in PARAMETER.findall(sql)):
            return None  # the moment, or a visitor
        uses = self._uses(sql)
        if uses is None or uses.functions & OF_THE_MOMENT:
            return None
        return uses.tables if uses.tables <= self._published.tables.keys() else None

    def _uses(self, sql: str) -> _Uses | None:
        """What SQL uses; None where it cannot be asked."""
        read: set[str] = set()
        called: set[str] = set()

        def note(action: int, first: str | None, second: str | None, *_more: str | None) -> int:
            if action == sqlite3.SQLITE_READ:
                read.add(str(first))
            elif action == sqlite3.SQLITE_FUNCTION:
                called.add(str(second).lower())
            return sqlite3.SQLITE_OK

        with closing(self._digests.connected()) as connection:
            connection.set_authorizer(note)
            try:
                connection.execute(f"EXPLAIN {sql}", defaultdict(str))
            except sqlite3.Error:
                return None
        return _Uses(read, called)


class _Uses(NamedTuple):
    """The tables that SQL reads, and the functions that it calls."""

    tables: set[str]
    functions: set[str]


def _has_other_plugins() -> bool:
    """Whether a plugin is installed that neither we nor Datasette wrote: it may show anything."""
    from datasette.plugins import pm  # loads all plugins, of which this module is a part

    names = [name for name, _ in pm.list_name_plugin()]
    return any(name != PLUGIN and not name.startswith("datasette.") for name in names)


def _is_version(part: str) -> bool:
    """Whether a part of an address may be a version; a row with such a key is taken for one."""
    return part == LATEST or re.fullmatch(VERSION, part) is not None
