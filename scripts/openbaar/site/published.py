"""What a running site knows of the publication it shows, and nothing of what its authors wrote.

The descriptor, the names of codes and the queries are in hidden tables of the database. The
plugin's configuration in Datasette adds where the site is known and where its files are:

    plugins:
      openbaar:
        folder: .                  # holds tables/, sources/ and dist/; without it, no downloads
        url: https://data.example  # without it, links begin with the address of each request;
                                   # with a path, the whole site is below that path
        public: true               # strangers reach the site: limit what they can do
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from datasette.utils import tilde_encode

from openbaar.schema.conventions import ROW_NUMBER, TRUST_TABLES
from openbaar.site.document_parts import Part, Parts
from openbaar.site.requests.addresses import Addresses
from openbaar.texts import is_unknown

if TYPE_CHECKING:  # Datasette imports its plugins before this module of its own is complete
    from datasette.app import Datasette

HIDDEN = {
    "answered",
    "counts",
    "descriptor",
    "facets",
    "figures",
    "labels",
    "parts",
    "queries",
    "sorted",
}  # what the table `_site` of a database holds
PLUGIN = "openbaar"  # the name of the plugin, in the configuration of Datasette and in addresses
MOST_NAMED = 5  # documents that a page names one by one
# Tables that the home page lists; 2,000 of them with their charts, files and hashes are 2.6 MB.
MOST_LISTED = 60
ONE_PART = Parts({})  # those of a short document
Descriptor = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]  # code list → code → language → name


@dataclass(frozen=True, eq=False)  # told apart as objects, what is made of one is kept for it
class Published:
    """A publication as a site shows it.

    `name` is the name of its database. `folder` is None where the site has no files to offer. `url`
    is the address at which the site is known, without a slash at the end; None means the one of
    each request. `public` says that strangers reach the site, so that it limits what they can do
    and lets caches keep what never changes.
    """

    name: str
    descriptor: Descriptor
    labels: Labels = field(default_factory=dict)
    queries: Mapping[str, Descriptor] = field(default_factory=dict)
    facets: Mapping[str, list[str]] = field(default_factory=dict)  # by table, as authors order them
    answered: Sequence[str] = ()  # the questions whose answers are in tables of their own
    counts: Mapping[str, Descriptor] = field(default_factory=dict)  # by table, what was counted
    parts: Mapping[str, Descriptor] = field(default_factory=dict)  # of long documents, by path
    figures: Mapping[str, list[str]] = field(default_factory=dict)  # numbers without a unit
    sorted: Mapping[str, str] = field(default_factory=dict)  # by table, the column authors sort by
    folder: Path | None = None
    permalinks: Descriptor = field(default_factory=dict)
    url: str | None = None
    public: bool = False

    @property
    def version(self) -> str:
        """The version of the publication that is served."""
        return str(self.descriptor["version"])

    @property
    def released_on(self) -> str | None:
        """The day on which this version was made, as far as its authors say: `2024-02-03`."""
        return day_of(self.descriptor)

    @property
    def languages(self) -> list[str]:
        """The languages of the publication, the first one first."""
        return list(self.descriptor["languages"])

    @cached_property
    def addresses(self) -> Addresses:
        """How the addresses of its site are made."""
        return Addresses(self.name, tuple(self.languages), self.url or "")

    @cached_property
    def tables(self) -> dict[str, Descriptor]:
        """The resource of each table by its name, in the order in which readers see them."""
        return {resource["name"]: resource for resource in self.descriptor["resources"]}

    @property
    def tables_of_authors(self) -> list[str]:
        """The tables that say what authors publish, not how far to trust it."""
        return [name for name in self.tables if name not in TRUST_TABLES]

    @cached_property
    def documents(self) -> dict[str, Descriptor]:
        """The documents by the part of their path that is in their address."""
        return {document_name(source["path"]): source for source in self.descriptor["sources"]}

    def read_for(self, table: str) -> list[Descriptor]:
        """The documents that a table was read from; none where it was made by hand."""
        sources = self.tables[table].get("sources", [])
        paths = {source["path"] for source in sources if "path" in source}
        names = [document_name(path) for path in sorted(paths)]
        return [self.documents[name] for name in names if name in self.documents]

    @property
    def are_documents_named(self) -> bool:
        """Whether pages that are about all documents name them; of many they say how many."""
        return len(self.documents) <= MOST_NAMED

    @property
    def are_tables_listed(self) -> bool:
        """Whether the home page lists all tables; of many it shows the first, and leads to a list.

        Readers of many tables search. What machines read of the whole is as short then: each table
        says of what it is a part.
        """
        return len(self.tables) <= MOST_LISTED

    @property
    def additions(self) -> list[Descriptor]:
        """The licences of what this publication adds to its documents."""
        licences = self.descriptor.get("licenses", [])
        return [each for each in licences if each["appliesTo"] == "additions"]

    @property
    def contact(self) -> Descriptor | None:
        """Who answers questions, with a mail address, a page, or both; None where nobody does."""
        contact: Descriptor | None = self.descriptor.get("contact")
        return contact

    @cached_property
    def code_lists(self) -> list[str]:
        """The tables of the authors that only say what codes in other tables mean."""
        referenced = set()
        for table in self.tables:
            for key in self.foreign_keys(table):
                referenced.add(referenced_table(table, key))
        labelled = referenced & self.labels.keys()
        return [name for name in self.tables if name in labelled]

    def keys(self, table: str) -> list[str]:
        """The columns of the primary key of a table, or the number of the row where it has none."""
        return self.primary_key(table) or [ROW_NUMBER]

    def primary_key(self, table: str) -> list[str]:
        """The columns of the primary key of a table, none where it has none."""
        key: list[str] = self.tables[table]["schema"].get("primaryKey", [])
        return key

    def foreign_keys(self, table: str) -> list[Descriptor]:
        """The foreign keys of a table, those that hold only where a cell is filled too."""
        schema = self.tables[table]["schema"]
        return [*schema.get("foreignKeys", []), *schema.get("foreignKeysWhereFilled", [])]

    def column_names(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        return [field["name"] for field in self.tables[table]["schema"]["fields"]]

    def path(self, *parts: str) -> str:
        """The path of a page of the database, from the root: of a table, of a row, of a query."""
        return "/" + "/".join(_encoded(part) for part in (self.name, *parts))

    def row_path(self, table: str, key: Sequence[str]) -> str:
        """The path of the page of a row, `key` being the parts of its key."""
        return f"{self.path(table)}/{','.join(_encoded(part) for part in key)}"

    def line_path(self, document: str, page: str | None, line: int) -> str:
        """The path at which a line of a document is shown."""
        part = self.parts_of(document).of_line(page or "", line)
        return f"{self.document_path(document, part)}#{anchor(page, line)}"

    def document_path(self, document: str, part: Part) -> str:
        """The path of the page of a part of a document."""
        return f"/source/{quote(document_name(document))}{part.ending}"

    def parts_of(self, document: str) -> Parts:
        """The parts in which a document is shown."""
        return self._parts.get(document, ONE_PART)

    @cached_property
    def _parts(self) -> dict[str, Parts]:
        return {path: Parts(found) for path, found in self.parts.items()}

    def page_address(self, path: str, language: str, request: Any = None) -> str:
        """The full address of the page at `path` in a language, as `address` makes it."""
        return self.address(self.addresses.below_prefix(path, language), request)

    def address(self, path: str, request: Any = None) -> str:
        """The full address of `path` (`/…`): on `url`, else on that of `request`, else `path`."""
        if self.url is not None:
            return self.url + path
        if request is not None:
            return f"{request.scheme}://{request.host}{path}"
        return path


@lru_cache(maxsize=5_000)  # a page has a link in each cell with a code
def _encoded(part: str) -> str:
    """A part of an address as Datasette writes it."""
    return str(tilde_encode(part))


def referenced_table(table: str, key: Descriptor) -> str:
    """The table to which a foreign key of `table` points; an empty name means the table itself."""
    resource = key["reference"].get("resource")
    return str(resource) if resource else table


def document_name(path: str) -> str:
    """The part of a document's path that is in its address."""
    return path.removeprefix("sources/")


def anchor(page: str | None, line: int) -> str:
    """The anchor of a line on the page of its document."""
    return f"P{quote(page)}-L{line}" if page else f"L{line}"


def day_of(descriptor: Descriptor) -> str | None:
    """The day on which a version was made, as far as its descriptor says."""
    for key in ("modified", "issued", "created"):
        if descriptor.get(key):
            return str(descriptor[key]).partition("T")[0]
    return None


def text_of(described: Descriptor, key: str, language: str) -> str:
    """The text `key` of a part of a descriptor in `language`, else in its first language.

    What nobody has said is not shown as a text: a title that is unknown is the name that the thing
    has in addresses, and other texts are empty.
    """
    translated = described.get("translations", {}).get(language, {})
    found = str(translated.get(key) or described.get(key, ""))
    if is_unknown(found):
        return str(described.get("name", found)) if key == "title" else ""
    return found


def known_contributors(descriptor: Descriptor) -> list[Descriptor]:
    """Those who made the publication, without one whose name is `unknown`."""
    return [each for each in descriptor["contributors"] if not is_unknown(each["title"])]


_known: WeakKeyDictionary[Datasette, Published | None] = WeakKeyDictionary()


def published_by(datasette: Datasette) -> Published | None:
    """The publication that a Datasette shows; None where openbaar built none of its databases.

    Read once, when it is asked for first. Raises ValueError for files of the publication that
    cannot be read.
    """
    try:
        return _known[datasette]  # each cell of a page asks
    except KeyError:
        return _known.setdefault(datasette, _first_published(datasette))


def publication_of(datasette: Datasette) -> Published:
    """The publication that a Datasette shows. Raises LookupError where it shows none of ours."""
    published = published_by(datasette)
    if published is None:
        raise LookupError("openbaar built none of the databases of this Datasette")
    return published


def _first_published(datasette: Datasette) -> Published | None:
    configured = datasette.plugin_config(PLUGIN)
    for database in datasette.databases.values():
        if database.path is None:
            continue
        content = _hidden_content(Path(database.path))
        if content is not None:
            known = {} if configured is None else _configuration(configured)
            return Published(database.name, **content, **known)
    return None


def _hidden_content(database: Path) -> dict[str, Any] | None:
    """What the table `_site` of a database holds; None where openbaar did not build it.

    Read without Datasette, which is still starting.
    """
    address = f"{database.resolve().as_uri()}?immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            content = dict(connection.execute("SELECT name, content FROM _site").fetchall())
    except sqlite3.Error:
        return None
    if set(content) != HIDDEN:
        return None
    return {name: json.loads(text) for name, text in content.items()}


def _configuration(configured: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration of the plugin adds to what the database holds."""
    added: dict[str, Any] = {"public": bool(configured.get("public"))}
    if configured.get("url"):
        added["url"] = configured["url"].rstrip("/")
    if configured.get("folder"):
        added["folder"] = Path(configured["folder"])
        added["permalinks"] = _permalinks(added["folder"])
    return added


def _permalinks(folder: Path) -> Descriptor:
    """The addresses that were released, as `openbaar publish` recorded them."""
    recorded = folder / "tables" / "permalinks.json"
    if not recorded.is_file():
        return {}
    return dict(json.loads(recorded.read_text("utf-8")))
