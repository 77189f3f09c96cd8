"""The database: what it holds equals the CSVs, it is the same each time, and a failing build harms nothing."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from datasets import dataset_from
from openbaar.database.build import build_database, create_statement, index_columns, prove_queries
from openbaar.errors import OpenbaarError
from openbaar.package.descriptor import descriptor
from openbaar.tables.publication import Publication
from openbaar.tables.queries import Query

Files = dict[str, bytes]


def built(publication: Publication, files: Mapping[str, bytes], target: Path) -> None:
    """Build the database of the publication with these CSV files."""
    dataset = dataset_from(publication, files)
    build_database(dataset, descriptor(dataset), target)


@pytest.fixture
def database(publication: Publication, files: Files, tmp_path: Path) -> Iterator[Database]:
    """The database of the hand-made publication."""
    built(publication, files, tmp_path / "build" / "municipalities.db")
    opened = Database(tmp_path / "build" / "municipalities.db")
    yield opened
    opened.close()


def with_table(publication: Publication, table: str, **changes: Any) -> Publication:
    """The publication with keys of one table changed."""
    changed = publication.tables[table].model_copy(update=changes)
    return replace(publication, tables={**publication.tables, table: changed})


def test_the_values_in_the_database_equal_those_of_the_csv(
    publication: Publication, files: Files, database: Database
) -> None:
    """Compared as text: a decimal is printed with the digits it was given."""
    for name, table in publication.resources.items():
        cells = list(csv.reader(io.StringIO(files[f"tables/{name}.csv"].decode(), newline="")))[1:]
        assert len(cells) > 0
        stored = database.execute(
            f"SELECT {', '.join(table.columns)} FROM {name} ORDER BY rowid"
        ).fetchall()
        kinds = [field.type for field in table.table_schema.fields]
        shown = [
            [printed(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in stored
        ]
        assert shown == cells


def printed(value: object, kind: str) -> str:
    """A value of the database as the CSV prints it."""
    if kind == "boolean":
        return {0: "false", 1: "true", None: ""}[value]  # type: ignore[index]
    return "" if value is None else str(value)


def test_values_have_the_types_that_the_site_shows_best(database: Database) -> None:
    """Numbers that are all whole are integers, so that none is shown as 581.0."""
    types = "SELECT typeof(number), typeof(share), typeof(year), typeof(status) FROM municipalities WHERE year = 2019"
    assert database.execute(types).fetchone() == (
        "integer", "real", "integer", "null",
    )  # fmt: skip
    assert database.execute("SELECT typeof(stated), stated FROM reconciliation").fetchall() == [
        ("integer", 581),
        ("integer", 565),
    ]
    assert database.execute("SELECT position, several, date FROM mergers").fetchall() == [
        (10, 1, "2019-01-01"),
        (20, 0, "2024-12-02"),
        (30, 1, "2025-01-01"),
    ]


def test_the_file_documents_itself(database: Database) -> None:
    assert database["municipalities"].schema == (
        "CREATE TABLE municipalities (\n"
        "  -- Gemeenten per gewest: Hoeveel gemeenten er waren op 1 januari.\n"
        "  year INTEGER NOT NULL, -- Jaar: Het jaar.\n"
        "  region TEXT NOT NULL, -- Gewest: Het gewest, of het land.\n"
        "  number INTEGER, -- Aantal: Het aantal gemeenten. [gemeenten]\n"
        "  share REAL, -- Aandeel: Het aandeel in het land, op één decimaal. [procent]\n"
        "  status TEXT, -- Status: Waarom een waarde ontbreekt.\n"
        "  PRIMARY KEY (year, region),\n"
        "  FOREIGN KEY (region) REFERENCES regions (code),\n"
        "  FOREIGN KEY (status) REFERENCES statuses (code)\n"
        ") STRICT"
    )


def test_keys_of_one_and_of_several_columns_stand_in_the_database(database: Database) -> None:
    keys = 'SELECT "table", "from", "to" FROM pragma_foreign_key_list(\'mergers\') ORDER BY seq'
    assert database.execute(keys).fetchall() == [
        ("municipalities", "year", "year"),
        ("municipalities", "region", "region"),
    ]
    assert database["municipalities"].pks == ["year", "region"]
    with pytest.raises(
        sqlite3.IntegrityError, match=r"UNIQUE constraint failed: regions\.iso_code"
    ):
        database.execute("INSERT INTO regions VALUES ('x', 'BE', 'x', NULL)")


def test_a_comment_cannot_break_out_of_its_line(publication: Publication) -> None:
    title = {"nl": "x\n); DROP TABLE regions; --", "en": "x"}
    table = publication.tables["statuses"].model_copy(update={"title": title})
    assert create_statement(table, [], "nl").splitlines()[1] == (
        "  -- x ); DROP TABLE regions; --: Waarom een waarde ontbreekt."
    )


INDEXES = {
    "regions": [("part_of",)],
    "municipalities": [("region",), ("status",)],  # the primary key begins with the facet year
    "mergers": [("year", "region")],
    "provenance": [("column_name",), ("how",), ("table_name", "mark")],
}


@pytest.mark.parametrize("name", INDEXES)
def test_facets_and_keys_have_an_index_unless_another_serves(
    publication: Publication, name: str
) -> None:
    assert index_columns(publication.resources[name]) == INDEXES[name]


def test_an_index_that_begins_a_longer_one_is_left_out(publication: Publication) -> None:
    table = publication.tables["mergers"].model_copy(update={"facets": ("year", "region")})
    assert index_columns(table) == [("region",), ("year", "region")]


def test_the_indexes_stand_in_the_database(database: Database) -> None:
    made = [index.columns for index in database["provenance"].indexes if index.origin == "c"]
    assert sorted(made) == [["column_name"], ["how"], ["table_name", "mark"]]


def test_full_text_search_takes_no_notice_of_accents_and_case(database: Database) -> None:
    assert [row["position"] for row in database["mergers"].search("belgie")] == [30]


def test_a_database_built_twice_is_the_same_byte_for_byte(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    built(publication, files, tmp_path / "a.db")
    built(publication, files, tmp_path / "b.db")
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()


def test_building_leaves_nothing_but_the_database(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    built(publication, files, tmp_path / "new" / "x.db")
    built(publication, files, tmp_path / "new" / "x.db")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["x.db"]


def problems_of_build(publication: Publication, files: Files, target: Path) -> list[str]:
    """What a build that fails says; it leaves what stood at `target`, and nothing else."""
    target.parent.mkdir()
    target.write_bytes(b"earlier")
    with pytest.raises(OpenbaarError) as caught:
        built(publication, files, target)
    assert [(path.name, path.read_bytes()) for path in target.parent.iterdir()] == [
        (target.name, b"earlier")
    ]
    return [str(problem) for problem in caught.value.problems]


def test_broken_foreign_keys_are_named_with_line_column_and_value(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    """The first merger takes two lines of its file; keys that are empty point nowhere and may."""
    files["tables/mergers.csv"] = files["tables/mergers.csv"].replace(
        b"2025,wallonia", b"2024,wallonia"
    )
    files["tables/municipalities.csv"] = files["tables/municipalities.csv"].replace(
        b"45.1,", b"45.1,lost"
    )
    files["tables/regions.csv"] = files["tables/regions.csv"].replace(
        b"Gewest,belgium", b"Gewest,benelux"
    )
    assert problems_of_build(publication, files, tmp_path / "build" / "x.db") == [
        "tables/regions.csv:4: part_of: 'benelux' does not stand in regions (code) (see tables/regions.csv)",
        "tables/municipalities.csv:8: status: 'lost' does not stand in statuses (code) (see tables/statuses.csv)",
        "tables/mergers.csv:4: year, region: '2024, wallonia' does not stand in municipalities (year, region) "
        "(see tables/municipalities.csv)",
    ]


def test_a_table_that_sqlite_refuses_leaves_the_earlier_file(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    """SQLite keeps names that begin with `sqlite_` for itself; by then other tables have been written."""
    described = descriptor(dataset_from(publication, files))
    files["tables/sqlite_mergers.csv"] = files["tables/mergers.csv"]
    renamed = dataset_from(with_table(publication, "mergers", name="sqlite_mergers"), files)
    target = tmp_path / "x.db"
    target.write_bytes(b"earlier")
    with pytest.raises(
        OpenbaarError, match="object name reserved for internal use: sqlite_mergers"
    ):
        build_database(renamed, described, target)
    assert target.read_bytes() == b"earlier"
    assert list(tmp_path.glob("*.partial")) == []


def test_queries_and_facets_of_the_publication_are_proven(
    publication: Publication, database: Database
) -> None:
    assert prove_queries(path_of(database), publication) == []


def path_of(database: Database) -> Path:
    return Path(database.execute("SELECT file FROM pragma_database_list").fetchone()[0])


def test_queries_that_fail_or_find_nothing_and_useless_facets_are_named(
    publication: Publication, database: Database
) -> None:
    title = {"nl": "x", "en": "x"}
    sql = {
        "fails": "SELECT lost FROM municipalities",
        "empty": "SELECT * FROM municipalities WHERE year = :year",
        "writes": "DELETE FROM municipalities RETURNING *",
    }
    queries = {name: Query(title=title, sql=text) for name, text in sql.items()}
    package = publication.package.model_copy(update={"queries": queries})
    tables = with_table(publication, "mergers", facets=("region", "names")).tables
    changed = replace(publication, package=package, tables=tables)
    assert [str(problem) for problem in prove_queries(path_of(database), changed)] == [
        "tables/package.yaml:21:1: the query 'fails' fails: no such column: lost",
        "tables/package.yaml:21:1: the query 'empty' finds no row",
        "tables/package.yaml:21:1: the query 'writes' fails: attempt to write a readonly database",
        "tables/mergers.yaml:1:1: the facet 'names' has 1 values, not 2 to 60",
    ]


def test_a_finished_file_with_a_key_to_nowhere_is_not_put_in_place(tmp_path: Path) -> None:
    """SQLite's own check stands behind ours."""
    from openbaar.database.build import _prove

    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.executescript(
            "CREATE TABLE a (x PRIMARY KEY REFERENCES a); INSERT INTO a VALUES (1);"
        )
        _prove(Database(connection), "x.db")
        connection.execute("CREATE TABLE b (y REFERENCES a)")
        connection.execute("INSERT INTO b VALUES (2)")
        with pytest.raises(OpenbaarError) as caught:
            _prove(Database(connection), "x.db")
    assert str(caught.value) == "x.db: row 1 of b points to no row of a"
