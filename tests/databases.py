"""Databases of the hand-made publication, with more about its query or a chart of its table."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from datasets import dataset_of
from openbaar.database.build import build_database
from openbaar.package.descriptor import descriptor
from openbaar.tables.authored.references import load_publication

QUERY = "  per_year:\n"
PARAMETER = "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: municipalities.year}}\n"


def built(root: Path, query: str = "", chart: str = "") -> Path:
    """The database of the hand-made publication in `root`, which is changed.

    `query` is YAML that is added to its query, `chart` YAML that is added to its table
    municipalities.
    """
    package = root / "tables" / "package.yaml"
    package.write_text(package.read_text("utf-8").replace(QUERY, QUERY + query), "utf-8")
    table = root / "tables" / "municipalities.yaml"
    table.write_text(table.read_text("utf-8") + chart, "utf-8")
    dataset = dataset_of(load_publication(root))
    target = root / "build" / "municipalities.db"
    build_database(dataset, descriptor(dataset), target)
    return target


def with_sql(root: Path, sql: str) -> None:
    """Give the query of the hand-made publication in `root` another SQL, on one line."""
    package = root / "tables" / "package.yaml"
    before, _, _ = package.read_text("utf-8").partition("    sql: |\n")
    package.write_text(f"{before}    sql: {json.dumps(sql)}\n", "utf-8")


def found(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds in a database."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()
