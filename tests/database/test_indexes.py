"""Which indexes there are, what SQLite does with them, and what is said of their cost."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from generated.publication import TEXT, schema, write_publication
from openbaar.database import index_costs, question_indexes
from openbaar.database.indexes import all_indexes, table_indexes
from openbaar.database.narrowing import narrowed
from openbaar.publishing.publish import build_site, publish
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.dataset import Dataset, read_dataset

INDEXES = {
    "regions": [("part_of",)],
    "municipalities": [("region",), ("status",)],  # the primary key begins with the facet year
    "mergers": [("year", "region")],
    "provenance": [("column_name",), ("how",), ("table_name", "mark")],
}


def columns_of(publication: Publication, name: str) -> list[tuple[str, ...]]:
    return [index.columns for index in table_indexes(publication.resources[name])]


@pytest.mark.parametrize("name", INDEXES)
def test_facets_and_keys_have_an_index_unless_another_serves(
    publication: Publication, name: str
) -> None:
    assert columns_of(publication, name) == INDEXES[name]


def test_an_index_with_which_a_longer_one_begins_is_left_out(publication: Publication) -> None:
    table = publication.tables["mergers"].model_copy(update={"facets": ("year", "region")})
    assert [index.columns for index in table_indexes(table)] == [("region",), ("year", "region")]


COLUMNS = {"id": "integer", "year": "year", "region": "string", "n": "integer", "m": "integer"}
CHOSEN = "WHERE :year = '' OR year = :year"
QUESTIONS = {
    "chosen": f"SELECT region, sum(n) AS total FROM t {CHOSEN} GROUP BY region",
    "alias": f"SELECT a.region, max(a.m) FROM t AS a {CHOSEN} GROUP BY a.region",
    "again": f"SELECT region, max(n) AS most FROM t {CHOSEN} GROUP BY region",
    "all_columns": f"SELECT * FROM t {CHOSEN}",
    "of_facet": "SELECT year FROM t WHERE region = coalesce(nullif(:year, ''), region)",
    "in_order": "SELECT m, n FROM t WHERE n + 0 > :year + 0 ORDER BY m",
    "by_key": "SELECT n, region FROM t WHERE id = coalesce(nullif(:year, ''), 7)",
    "unasked": "SELECT region, sum(m) AS total FROM t GROUP BY region",
}
WANTED = [
    ("t", ("region",), "facet", "region"),
    ("t", ("year", "region", "n"), "question", "chosen"),
    ("t", ("year", "region", "m"), "question", "alias"),
    ("t", ("region", "year"), "question", "of_facet"),  # the index of the facet has no years
    ("t", ("m", "n"), "question", "in_order"),  # all rows are read, but need not be sorted
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A publication whose table of 300 rows is taken for a long one, with questions about it."""
    monkeypatch.setattr(question_indexes, "FEWEST_ROWS", 100)
    monkeypatch.setattr(index_costs, "FEWEST_ROWS", 100)
    rows = "".join(f"{n},{2000 + n % 3},r{n % 5},{n % 7},{n % 11}\n" for n in range(300))
    csv = f"{','.join(COLUMNS)}\n{rows}"
    queries = {}
    for name, sql in QUESTIONS.items():
        queries[name] = {"title": TEXT, "sql": sql}
        if ":year" in sql:
            queries[name]["parameters"] = {"year": {"title": TEXT}}
    table = {"schema": schema(COLUMNS, ["id"]), "facets": ["region"], "csv": csv}
    root = write_publication(tmp_path, {"d.txt": b"x\n"}, {"t": table}, {"queries": queries})
    publish(load_publication(root))
    return root


def long_ones(dataset: Dataset) -> list[tuple[object, ...]]:
    return [tuple(index) for index in all_indexes(dataset) if index.table == "t"]


def test_a_question_with_a_parameter_has_an_index_with_all_that_it_asks(root: Path) -> None:
    publication = load_publication(root)
    assert long_ones(read_dataset(publication)) == WANTED
    with closing(sqlite3.connect(root / "build" / "made-up.db")) as connection:
        for name, _index in (("chosen", 1), ("alias", 2), ("again", 1)):
            sql = f"EXPLAIN QUERY PLAN {narrowed(QUESTIONS[name], ['year'])}"
            (step,) = connection.execute(sql, {"year": ""}).fetchall()
            columns = "_".join(WANTED[_index][1])
            assert step[3].endswith(f"USING COVERING INDEX idx_t_{columns} (year=?)")


def test_short_tables_have_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_indexes, "FEWEST_ROWS", 301)
    assert long_ones(read_dataset(load_publication(root))) == WANTED[:1]


def test_building_says_what_indexes_cost_and_which_give_little(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(index_costs, "ROWS_OF_PAGE", 60)
    monkeypatch.setattr(index_costs, "MUCH", 1.0)
    build_site(load_publication(root), said.append)
    assert [sentence for sentence in said if sentence.startswith("index")] == [
        "index of t (region) for the facet region: 0.0 MB, which is more than it gives: "
        "each value has a page of rows among the first 20,000",
        "index of t (year, region, n) for the question chosen: 0.0 MB",
        "index of t (year, region, m) for the question alias: 0.0 MB",
        "index of t (region, year) for the question of_facet: 0.0 MB",
        "index of t (m, n) for the question in_order: 0.0 MB",
    ]
    said.clear()
    monkeypatch.setattr(index_costs, "ROWS_OF_PAGE", 61)
    monkeypatch.setattr(index_costs, "MUCH", 0.1)
    build_site(load_publication(root), said.append)
    assert [sentence.partition(", which is ")[2] for sentence in said if "index" in sentence] == [
        "more than it gives: it is about as long as the table"
    ] * 5


def test_the_page_of_a_document_finds_rows_by_their_line(tmp_path: Path) -> None:
    """A table of which `provenance` says once where its cells are has an index of their lines."""
    columns = {"region": "string", "n": "integer", "source_lines": "string"}
    recipe = {"document": "sources/d.csv", "header": "region | n", "rows": "{region} | {n}"}
    csv = b"region,n\na,1\nb,2\n"
    table = {"schema": schema(columns, ["region"]), "recipe": recipe}
    more = {"most_cells": {"provenance": 0}}
    root = write_publication(tmp_path, {"d.csv": csv}, {"t": table}, more)
    publish(load_publication(root))
    assert long_ones(read_dataset(load_publication(root))) == [
        ("t", ("source_lines",), "document", "")
    ]
    sql = (
        "SELECT region FROM t WHERE source_lines IN (SELECT value FROM json_each(?)) ORDER BY rowid"
    )
    with closing(sqlite3.connect(root / "build" / "made-up.db")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", (json.dumps(["2"]),)).fetchall()
        assert "SEARCH t USING INDEX idx_t_source_lines (source_lines=?)" in [
            step[3] for step in plan
        ]
        assert connection.execute(sql, (json.dumps(["3"]),)).fetchall() == [("b",)]
