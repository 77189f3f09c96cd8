"""Every page of a site, fetched and judged.

The tests import it beside Datasette 0.65; the environment of Datasette 1.0, which has neither
openbaar nor pytest, runs it as a program: `python walk.py DATABASE METADATA` prints what `visit`
returns as JSON. So it needs nothing but Datasette and the standard library.
"""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils import parse_metadata, tilde_encode

FINE = "fine"
Judge = Callable[[str], str]


def is_page(*parts: str) -> Judge:
    """A judge of HTML: it has all `parts`, and no message of an error or of a slow facet."""

    def judge(text: str) -> str:
        wrong = [
            sign for sign in ("message-error", "facets timed out", "Traceback") if sign in text
        ]
        missing = [part for part in ("<h1", *parts) if part not in text]
        return FINE if not wrong + missing else f"has {wrong}, lacks {missing}"

    return judge


def is_rows(text: str) -> str:
    """A judge of `?_shape=array`: a list of objects."""
    data = json.loads(text)
    return (
        FINE
        if isinstance(data, list) and all(isinstance(row, dict) for row in data)
        else f"is {text[:100]}"
    )


def is_csv(text: str) -> str:
    """A judge of CSV: a header, and rows as long as it."""
    rows = list(csv.reader(text.splitlines()))
    return (
        FINE if rows and {len(row) for row in rows if row} == {len(rows[0])} else f"is {text[:100]}"
    )


def pages(database: Path, metadata: dict[str, Any]) -> Iterator[tuple[str, Judge]]:
    """The address of each page that the database and its metadata lead to, with its judge."""
    name = database.stem
    shown = metadata["databases"][name]
    yield "/", is_page(f'href="/{name}"')
    yield f"/{name}", is_page(*(f'href="/{name}/{table}"' for table in shown["tables"]))
    for query in shown["queries"]:
        yield from _views(f"/{name}/{query}", is_page("</table>"))
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        for table, about in shown["tables"].items():
            facets = [_facet(facet) for facet in about.get("facets", [])]
            infos = [f"facet-{name}-{table}-{column}" for _, column in facets]
            yield from _views(
                f"/{name}/{table}", is_page("column-descriptions", *about["columns"], *infos)
            )
            if about.get("about_url", "").startswith("/"):
                yield about["about_url"], is_page()
            for parameter, column in facets:
                yield f"/{name}/{table}?{parameter}={column}", is_page("facet-info")
            row = connection.execute(f"select * from {table}").fetchone()
            if row is not None:
                yield f"/{name}/{table}/{_key(connection, table, row)}", is_page()


def _views(address: str, judge: Judge) -> Iterator[tuple[str, Judge]]:
    yield address, judge
    yield f"{address}.json?_shape=array", is_rows
    yield f"{address}.csv", is_csv


def _facet(facet: str | dict[str, str]) -> tuple[str, str]:
    return ("_facet", facet) if isinstance(facet, str) else ("_facet_array", facet["array"])


def _key(connection: sqlite3.Connection, table: str, row: sqlite3.Row) -> str:
    columns = connection.execute(
        "select name from pragma_table_info(?) where pk order by pk", [table]
    )
    return ",".join(tilde_encode(str(row[column["name"]])) for column in columns)


async def visit(datasette: Any, database: Path, metadata: dict[str, Any]) -> dict[str, str]:
    """Fetch each page; what is wrong with it, or FINE, under its address."""
    found = {}
    for address, judge in pages(database, metadata):
        response = await datasette.client.get(address)
        found[address] = (
            judge(response.text)
            if response.status_code == 200
            else f"status {response.status_code}"
        )
    return found


def main(database: Path, metadata_file: Path) -> None:
    """Visit all pages as Datasette 1.0 shows them with `-m metadata.yml -c metadata.yml`."""
    metadata = parse_metadata(metadata_file.read_text("utf-8"))
    datasette = Datasette(
        [], immutables=[str(database)], metadata=deepcopy(metadata), config=deepcopy(metadata)
    )
    print(json.dumps(asyncio.run(visit(datasette, database, metadata))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
