"""What is kept of earlier versions: their tables as CSV, and since toolkit 0.2 what described them.

Both are in `tables/releases/<version>/` of the publication.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from datasette.utils import tilde_encode

from openbaar.schema.conventions import DESCRIPTOR, TRUST_TABLES
from openbaar.site.published import Descriptor, Published, day_of

RELEASES = Path("tables", "releases")
LONGEST = 1_000_000  # bytes of a file in which rows that are gone are looked for
# Rows on the page of a version, whose file has all of them. Those of trust tables are about others,
# and nobody cites them.
SHOWN, SHOWN_OF_TRUST = 500, 50


def kept_descriptor(published: Published, version: str) -> Path | None:
    """The file that described a version; None where none is kept of it."""
    if published.folder is None:
        return None
    path = published.folder / RELEASES / version / DESCRIPTOR
    return path if path.is_file() else None


def described_then(published: Published, table: str, version: str) -> Descriptor | None:
    """What the descriptor of a version said of a table; None where that is not kept."""
    if version == published.version:
        return published.tables.get(table)
    path = kept_descriptor(published, version)
    if path is None:
        return None
    for resource in json.loads(path.read_bytes())["resources"]:
        if resource["name"] == table:
            return dict(resource)
    return None


def released_then(published: Published, version: str) -> str | None:
    """The day on which an earlier version was made; None where that is not kept."""
    path = kept_descriptor(published, version)
    return None if path is None else day_of(json.loads(path.read_bytes()))


def recorded_versions(published: Published, table: str) -> list[str]:
    """The versions in which `table` was released, and the one that is served, in their order."""
    recorded = set(published.permalinks.get("tables", {}).get(table, {}))
    if table in published.tables:
        recorded.add(published.version)
    return sorted(recorded, key=numbers_of)


def numbers_of(version: str) -> list[int]:
    """The numbers of a version, by which it is before another one: `1.10.0` → [1, 10, 0]."""
    return [int(part) for part in version.split(".")]


def versions_with_other_figures(published: Published, page: str) -> list[str]:
    """The earlier versions in which a table, or the tables or the SQL of a question, were others.

    Versions of which nothing was recorded are not among them.
    """
    if page in published.tables:
        questions: Mapping[str, Any] = {}
        tables = [page]
    else:
        questions = published.permalinks.get("queries", {}).get(page, {})
        tables = published.queries[page]["tables"]
    recorded = {*questions, *chain(*(recorded_versions(published, each) for each in tables))}
    found = []
    for version in sorted(recorded, key=numbers_of):
        is_asked_otherwise = (
            version in questions and questions[version]["sql"] != published.queries[page]["sql"]
        )
        if is_asked_otherwise or any(_differs(published, each, version) for each in tables):
            found.append(version)
    return found


def _differs(published: Published, table: str, version: str) -> bool:
    """Whether the file of a table was another one in a version, as far as that was recorded."""
    recorded = published.permalinks.get("tables", {}).get(table, {})
    now = published.tables[table]["hash"].removeprefix("sha256:")
    return version != published.version and recorded.get(version, now) != now


def key_then(published: Published, table: str, version: str, header: Sequence[str]) -> list[int]:
    """The places of the columns that told rows apart in a version; none where that is not known."""
    known = described_then(published, table, version) or published.tables.get(table)
    columns = [] if known is None else known["schema"].get("primaryKey", [])
    if not set(columns) <= set(header):
        return []
    return [header.index(column) for column in columns]


def address_of_key(row: Sequence[str], key: Sequence[int]) -> str:
    """The key of a row of a file as addresses have it."""
    return ",".join(tilde_encode(row[place]) for place in key)


def rows_gone(published: Published, table: str) -> dict[str, str]:
    """The rows of a table that are in earlier versions only, by their keys as addresses have them.

    Each has the last version that had it. Of long files it is not found out.
    """
    found: dict[str, str] = {}
    for version in recorded_versions(published, table):
        if published.folder is None or version == published.version:
            continue
        path = published.folder / RELEASES / version / f"{table}.csv"
        if path.is_file() and path.stat().st_size <= LONGEST:
            found |= dict.fromkeys(_keys_in(published, table, version, path), version)
    now = published.tables.get(table)
    if found and now is not None and published.folder is not None:
        path = published.folder / str(now["path"])
        for key in _keys_in(published, table, published.version, path):
            found.pop(key, None)
    return found


def _keys_in(published: Published, table: str, version: str, file: Path) -> Iterator[str]:
    """The keys of the rows in the file of a version."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        key = key_then(published, table, version, next(reader, []))
        for row in reader if key else ():
            if len(row) > max(key):
                yield address_of_key(row, key)


def first_rows(table: str, file: Path) -> tuple[list[str], list[list[str]], bool]:
    """The header of the CSV file of a table, its first rows, and whether there are more."""
    most = SHOWN_OF_TRUST if table in TRUST_TABLES else SHOWN
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        header = next(reader, [])
        rows = list(islice(reader, most + 1))
    return header, rows[:most], len(rows) > most
