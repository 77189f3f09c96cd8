"""The database equals the CSV files, is the same each time, and a failing build harms nothing."""

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
from openbaar.database.build import build_database, check_integrity
from openbaar.errors import OpenbaarError
from openbaar.package.descriptor import descriptor
from openbaar.tables.authored.publication import Publication

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
        text = files[f"tables/{name}.csv"].decode()
        _header, *cells = csv.reader(io.StringIO(text, newline=""))
        columns = ", ".join(table.columns)
        kinds = [field.type for field in table.table_schema.fields]
        stored = []
        for row in database.execute(f"SELECT {columns} FROM {name} ORDER BY rowid"):
            stored.append(list(map(as_csv, row, kinds)))
        assert stored == cells
        assert stored != []


def as_csv(value: object, kind: str) -> str:
    """A value of the database as the CSV prints it."""
    if value is None:
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    return str(value)


def test_values_have_the_types_that_the_site_shows_best(database: Database) -> None:
    """Numbers that are all whole are integers, so that none is shown as 581.0."""
    types = """SELECT typeof(number), typeof(share), typeof(year), typeof(status)
               FROM municipalities WHERE year = 2019"""
    assert database.execute(types).fetchone() == ("integer", "real", "integer", "null")
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


def test_keys_of_one_and_of_several_columns_are_in_the_database(database: Database) -> None:
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


def test_the_indexes_are_in_the_database(database: Database) -> None:
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
        "tables/regions.csv:4: part_of: 'benelux' is not in regions (code) "
        "(correct it, or add it to tables/regions.csv)",
        "tables/municipalities.csv:8: status: 'lost' is not in statuses (code) "
        "(correct it, or add it to tables/statuses.csv)",
        "tables/mergers.csv:4: year, region: '2024, wallonia' is not in municipalities "
        "(year, region) (correct it, or add it to tables/municipalities.csv)",
    ]


def test_a_table_that_sqlite_refuses_leaves_the_earlier_file(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    """SQLite keeps names that begin with `sqlite_` for itself; other tables are written by then."""
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


def test_a_finished_file_with_a_key_to_nowhere_is_not_put_in_place(tmp_path: Path) -> None:
    """SQLite's own check comes after ours."""
    tables = "CREATE TABLE a (x PRIMARY KEY REFERENCES a); CREATE TABLE b (y REFERENCES a);"
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.executescript(tables + "INSERT INTO a VALUES (1);")
        check_integrity(Database(connection), "x.db")
        connection.execute("INSERT INTO b VALUES (2)")
        with pytest.raises(OpenbaarError) as caught:
            check_integrity(Database(connection), "x.db")
    assert str(caught.value) == "x.db: row 1 of b points to no row of a"
