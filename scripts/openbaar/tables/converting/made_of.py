"""What the reading of a document depends on, as one hash.

Of a table file that is all that reading may look at: what only readers of the site see is left out,
and so is what other documents and their tables say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from openbaar.documents.entry import DocumentEntry
from openbaar.recipe.codes import CodeList
from openbaar.schema.model import Schema
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.parts import Job
from openbaar.toolkit import made_with, toolkit_hash

# What is said to readers only, of a document, of a table and of its columns.
OF_DOCUMENT = {"title", "author", "authors", "date", "license", "rights", "rights_checked"}
OF_COLUMNS = {"title", "description", "unit", "labels"}
OF_TABLE = {
    *("title", "description", "question", "notes", "sources", "label", "sdmx"),
    *("facets", "sort", "search", "chart"),
}
OF_PACKAGE = {"languages", "numbers", "most_cells"}  # what reading looks at, and nothing else


def made_of(job: Job, entry: DocumentEntry) -> str:
    """A hash of all that the reading of a document, with its tables, depends on."""
    publication = job.publication
    names = publication.read_from(entry.path)
    tables = [publication.tables[name] for name in names]
    said = {
        "toolkit": toolkit_hash(),
        "made_with": made_with(),
        "document": entry.model_dump(exclude=OF_DOCUMENT),
        "package": publication.package.model_dump(include=OF_PACKAGE),
        "tables": {table.name: _said(table) for table in tables},
        "codes": [_codes(job, table.table_schema) for table in tables],
        "anomalies": list(_anomalies(publication, entry)),
        "checks": list(_checks_elsewhere(publication, entry)),
    }
    # In the order in which it was written, which may mean something.
    return hashlib.sha256(json.dumps(said, default=repr).encode()).hexdigest()


def _said(table: Table) -> dict[str, Any]:
    """What a table file says to whoever reads the document."""
    said = table.model_dump(exclude=OF_TABLE | {"table_schema"})
    columns = {"fields": {"__all__": OF_COLUMNS}}
    return {**said, "schema": table.table_schema.model_dump(exclude=columns)}


def _codes(job: Job, schema: Schema) -> list[tuple[str, list[Any]]]:
    """The code lists by which cells of a table are read, each with what its columns refer to."""
    found = []
    for key in schema.foreignKeys:
        codes: CodeList | None = job.codes.get(key.reference)
        if codes is not None:
            found.append((codes.name, list(codes.codes.items())))
    return found


def _anomalies(publication: Publication, entry: DocumentEntry) -> Iterator[Sequence[Any]]:
    """The anomalies that are looked for in the document, by their number."""
    for owned in publication.anomalies_by_document[entry.path]:
        yield owned.number, owned.owner, owned.name, owned.anomaly.model_dump()


def _checks_elsewhere(publication: Publication, entry: DocumentEntry) -> Iterator[Sequence[Any]]:
    """The checks of tables without a recipe, which may look for numbers in the first document."""
    for table in publication.tables_by_document[entry.path]:
        if table.recipe is None:
            yield table.name, [check.model_dump() for check in table.checks]
