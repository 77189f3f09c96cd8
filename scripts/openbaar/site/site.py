"""What the pages know: the database, with the hidden tables in which the build put all there is to say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.utils import tilde_encode

from openbaar.site.language import visit
from openbaar.site.published import text_of

Described = Mapping[str, Any]
TRUST_TABLES = ("provenance", "reconciliation", "footnotes", "anomalies")


@dataclass(frozen=True)
class Column:
    """What a page says of a column: its title, meaning and unit in the language of the visit, and its kind."""

    name: str
    title: str
    description: str = ""
    unit: str = ""
    type: str = "string"
    code_list: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds figures, which are written as the language writes them; a year is a name."""
        return bool(self.unit) or self.type == "number"


@dataclass(frozen=True)
class Site:
    """One published database: its name, its descriptor, the names of codes, and the queries."""

    database: str
    descriptor: Described
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]
    queries: Mapping[str, Described]

    @cached_property
    def tables(self) -> dict[str, Described]:
        """The resource of each table by its name, in the order in which readers see them."""
        return {resource["name"]: resource for resource in self.descriptor["resources"]}

    @property
    def languages(self) -> list[str]:
        """The languages of the publication, the first one first."""
        return list(self.descriptor["languages"])

    @cached_property
    def documents(self) -> dict[str, Described]:
        """The documents by the part of their path that stands in an address."""
        return {document_name(source["path"]): source for source in self.descriptor["sources"]}

    @cached_property
    def code_lists(self) -> list[str]:
        """The authors' tables that only say what codes of other tables mean."""
        keys = [self._foreign_keys(table) for table in self.tables.values()]
        pointed = {
            key["reference"].get("resource") or table
            for table, each in zip(self.tables, keys, strict=True)
            for key in each
        }
        return [name for name in self.tables if name in pointed and name in self.labels]

    def _foreign_keys(self, resource: Described) -> list[Described]:
        schema = resource["schema"]
        return [*schema.get("foreignKeys", []), *schema.get("foreignKeysWhereFilled", [])]

    def address(self, *parts: str) -> str:
        """The address of a page of this database."""
        return "/" + "/".join(tilde_encode(part) for part in (self.database, *parts))

    def text(self, described: Described, key: str) -> str:
        """A text of the descriptor in the language of the visit."""
        return text_of(described, key, visit().language)

    def text_in(self, texts: Mapping[str, str]) -> str:
        """A text given per language, in the language of the visit."""
        return in_language(texts)

    def column(self, table: str, name: str) -> Column:
        """What is known of a column of a table; only its name where nothing is."""
        resource = self.tables.get(table)
        fields = resource["schema"]["fields"] if resource else []
        field = next((field for field in fields if field["name"] == name), None)
        if resource is None or field is None:
            return Column(name, name)
        keys = [
            key["reference"].get("resource") or table
            for key in self._foreign_keys(resource)
            if key["fields"] == [name]
        ]
        texts = {key: self.text(field, key) for key in ("title", "description", "unit")}
        return Column(
            name, type=field.get("type", "string"), code_list=keys[0] if keys else None, **texts
        )

    def column_names(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        return [field["name"] for field in self.tables[table]["schema"]["fields"]]

    def columns(self, table: str) -> list[Column]:
        """All columns of a table, in order."""
        return [self.column(table, name) for name in self.column_names(table)]

    def result_column(self, query: str | None, name: str) -> Column:
        """What is known of a column of a query's result: the query's own words, else those of the table's column."""
        known = self.queries.get(query or "", {}).get("columns", {}).get(name)
        if known is None:
            return Column(name, name)
        if "table" in known:
            return self.column(known["table"], name)
        texts = {
            key: in_language(known[key])
            for key in ("title", "description", "unit")
            if known.get(key)
        }
        return Column(name, **texts)

    def label(self, code_list: str | None, code: Any) -> str | None:
        """The name of a code in the language of the visit; None where it has none."""
        named = self.labels.get(code_list or "", {}).get(str(code))
        return in_language(named) if named else None

    def key_label(self, table: str, key: str) -> str:
        """What a row is called: its key with names for codes, such as '2022, vrouw'."""
        names = self.tables[table]["schema"].get("primaryKey", [])
        parts = key.split(",")
        if len(names) != len(parts):
            return key
        own = self.label(table, key) if len(names) == 1 else None
        named = [
            self.label(self.column(table, name).code_list, part)
            for name, part in zip(names, parts, strict=True)
        ]
        return own or ", ".join(label or part for label, part in zip(named, parts, strict=True))

    def line_address(self, document: str, page: str | None, line: int) -> str:
        """Where a line of a document is shown."""
        return f"/source/{quote(document_name(document))}#{anchor(page, line)}"


def anchor(page: str | None, line: int) -> str:
    """The anchor of a line on the page of its document."""
    return f"P{quote(page)}-L{line}" if page else f"L{line}"


def document_name(path: str) -> str:
    """The part of a document's path that stands in an address."""
    return path.removeprefix("sources/")


def in_language(texts: Mapping[str, str]) -> str:
    """The text in the language of the visit; where it has none, in English; else in the first one."""
    return texts.get(visit().language) or texts.get("en") or next(iter(texts.values()), "")


_sites: WeakKeyDictionary[Datasette, Site | None] = WeakKeyDictionary()


def site_of(datasette: Datasette) -> Site | None:
    """The publication that a Datasette shows; None where none of its databases was built by openbaar."""
    if datasette not in _sites:
        found = (_read(database) for database in datasette.databases.values() if database.path)
        _sites[datasette] = next((site for site in found if site), None)
    return _sites[datasette]


def _read(database: Any) -> Site | None:
    """The site in a database; read once, and before Datasette has started, so without its threads."""
    address = f"{Path(database.path).resolve().as_uri()}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        try:
            content = {
                name: json.loads(text)
                for name, text in connection.execute("SELECT name, content FROM _site")
            }
        except sqlite3.Error:
            return None
    return Site(database.name, **content)
