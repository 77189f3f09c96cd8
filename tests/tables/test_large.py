"""A publication whose tables stay in their files is published as one whose tables are in memory."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pyarrow.parquet import read_schema

from generated.publication import TEXT, schema, write_publication
from openbaar.database import build
from openbaar.database.build import LARGE_PAGE
from openbaar.errors import OpenbaarError
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.validation import problems_of_package
from openbaar.placing import SCANS
from openbaar.publishing.examine import check
from openbaar.publishing.publish import publish
from openbaar.tables import dataset as datasets
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from openbaar.tables.dataset import TableInFile, TableInMemory, read_dataset

ROOT = Path(__file__).parent.parent.parent
COLUMNS = {
    "id": "integer",
    "at": "date",
    "share": "number",
    "whole": "number",
    "open": "boolean",
    "place": "string",
    "year": "year",
    "words": "array",
}
ROWS = """1,2023-01-31,0.5,7,true,P1,2023,"[""a""]"
2,,,,,,,
3,1999-12-31,-2.25,8.0,false,P2,1999,[]
"""
PLACES = "place,label\nP1,Één\nP2,Twee\n"


@pytest.fixture
def all_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every table for a large one."""
    monkeypatch.setattr(datasets, "LARGE", 0)


def written(root: Path, rows: str = ROWS, **package: object) -> Path:
    """A publication with a value of every type, a key to another table and a unique key."""
    reference = {"resource": "places", "fields": ["place"]}
    keys = {
        "foreignKeys": [{"fields": ["place"], "reference": reference}],
        "uniqueKeys": [["at", "year"]],
    }
    described = schema(COLUMNS, ["id"], **keys)
    described["fields"][2]["unit"] = {"en": "percent"}
    named = schema({"place": "string", "label": "string"}, ["place"])
    tables = {
        "t": {"schema": described, "csv": ",".join(COLUMNS) + "\n" + rows, "search": ["place"]},
        "places": {"schema": named, "csv": PLACES},
    }
    return write_publication(root, {"d.txt": b"x\n"}, tables, {"version": "0.1.0", **package})


def convert_all(root: Path) -> None:
    """Write the trust tables, without which no dataset is whole."""
    for path, content in convert(load_publication(root)).files.items():
        if isinstance(content, bytes):
            (root / path).write_bytes(content)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def problems(root: Path) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        publish(load_publication(root))
    return [str(problem) for problem in caught.value.problems]


def test_rows_in_a_file_are_those_in_memory(
    hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = load_publication(hand_made)
    in_memory = read_dataset(publication)
    monkeypatch.setattr(datasets, "LARGE", 0)
    in_files = read_dataset(publication)
    large = [data.table.name for data in in_files.in_files]
    assert {"municipalities", "regions", "mergers"} <= set(large)
    for name in large:
        here, there = in_memory.tables[name], in_files.tables[name]
        assert isinstance(here, TableInMemory)
        assert isinstance(there, TableInFile)
        assert list(there.rows) == list(here.rows)
        assert there.rows[-1] == here.rows[-1]
        assert there.rows[1:3] == here.rows[1:3]
        assert list(there.lines()) == list(here.lines())
        assert (there.sha256, there.size, there.cells) == (here.sha256, here.size, here.cells)
        assert set(there.whole) == {
            field.name
            for field in here.table.table_schema.fields
            if field.type == "number" and field.name in here.whole
        }


@pytest.mark.parametrize("name", ["hand_made", "made"])
def test_the_database_is_the_same(
    name: str, tmp_path: Path, hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = hand_made if name == "hand_made" else written(tmp_path / "made")
    publication = load_publication(root)
    publish(publication)
    path = root / "build" / f"{publication.package.name}.db"
    first, bytes_in_git = dump(path), (root / "datapackage.json").read_bytes()
    monkeypatch.setattr(datasets, "LARGE", 0)
    assert publish(publication) == []
    assert dump(path) == first
    assert (root / "datapackage.json").read_bytes() == bytes_in_git
    assert check(publication) == []


@pytest.mark.usefixtures("all_in_files")
def test_publishing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    root = written(tmp_path, most_cells={"zip": 0})
    made = []
    for _ in range(2):
        publish(load_publication(root))
        made.append(
            {path: path.read_bytes() for path in (root / "dist").rglob("*.*") if path.is_file()}
        )
    assert made[0] == made[1]


@pytest.mark.usefixtures("all_in_files")
def test_what_was_found_in_a_table_is_kept_as_long_as_it_is_there(tmp_path: Path) -> None:
    tables = {}
    for name in ("first", "second"):
        tables[name] = {"schema": schema({"id": "integer"}, ["id"]), "csv": "id\n1\n"}
    root = write_publication(tmp_path, {"d.txt": b"x\n"}, tables, {"version": "0.1.0"})
    publish(load_publication(root))
    assert {"first", "second"} <= {path.stem for path in (root / SCANS).iterdir()}
    package = root / "tables" / "package.yaml"
    package.write_text(package.read_text("utf-8").replace(', "second"', ""), "utf-8")
    (root / "tables" / "second.yaml").unlink()
    publish(load_publication(root))
    kept = {path.stem for path in (root / SCANS).iterdir()}
    assert "first" in kept
    assert "second" not in kept


@pytest.mark.usefixtures("all_in_files")
def test_a_database_with_a_large_table_has_large_pages(tmp_path: Path) -> None:
    root = written(tmp_path)
    for _ in range(2):  # from the file, and from the earlier database
        publish(load_publication(root))
        with closing(sqlite3.connect(root / "build" / "made-up.db")) as database:
            assert database.execute("PRAGMA page_size").fetchone() == (LARGE_PAGE,)


IN_ORDER = "1,a\n2,b\n5,c\n"
MIXED = "1,a\n5,c\n2,b\n"


@pytest.mark.parametrize("rows", [IN_ORDER, MIXED])
def test_rows_that_are_copied_make_the_bytes_of_those_that_are_loaded(
    rows: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compacted: list[Path] = []
    compact = build._compact

    def counted(path: Path) -> None:
        compacted.append(path)
        compact(path)

    monkeypatch.setattr(build, "_compact", counted)
    monkeypatch.setattr(datasets, "LARGE", 1000)  # not the trust tables
    described = schema({"id": "integer", "name": "string"}, ["id"])
    lines = rows + "".join(f"{n},{'x' * (n % 90)}\n" for n in range(10, 20_000))
    table = {"schema": described, "csv": f"id,name\n{lines}"}
    package = {"version": "0.1.0", "most_cells": {"search": 0}}
    root = write_publication(tmp_path / "p", {"d.txt": b"x\n"}, {"t": table}, package)
    publish(load_publication(root))
    authored = root / "tables" / "package.yaml"
    authored.write_text(authored.read_text("utf-8").replace("nobody", "somebody", 1), "utf-8")
    publish(load_publication(root))
    again = (root / "build" / "made-up.db").read_bytes()
    shutil.rmtree(root / "build")
    shutil.rmtree(root / "dist")
    publish(load_publication(root))
    assert (root / "build" / "made-up.db").read_bytes() == again
    assert bool(compacted) == (rows != IN_ORDER)
    with closing(sqlite3.connect(root / "build" / "made-up.db")) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
        before = (root / "build" / "made-up.db").stat().st_size
        database.execute("VACUUM")
    assert (root / "build" / "made-up.db").stat().st_size == before


FAULTS = {
    "a key that is used twice": (
        "1,,,,,,,\n2,,,,,,,\n1,,,,,,,\n",
        ["tables/t.csv:4: the key (1) is on line 2 already"],
    ),
    "a unique key that is used twice": (
        '1,2023-01-31,,,,,2023,"[1,\n2]"\n2,,,,,,,\n3,2023-01-31,,,,,2023,\n4,,,,,,,\n',
        ["tables/t.csv:5: the key (2023-01-31, 2023) is on line 2 already"],
    ),
    "a key that points to nothing": (
        '1,,,,,P9,,"[1,\n2]"\n2,,,,,P1,,\n3,,,,,P9,,\n',
        [
            "tables/t.csv:2: place: 'P9' is not in places (place) "
            "(correct it, or add it to tables/places.csv)",
            "tables/t.csv:5: place: 'P9' is not in places (place) "
            "(correct it, or add it to tables/places.csv)",
        ],
    ),
    "a cell of another type": (
        "1,,,,,P1,,\n2,,x,,,P1,99,\n",
        [
            "tables/t.csv:3:4: share: 'x' is not a decimal number",
            "tables/t.csv:3:11: year: '99' is not a year from 1000 to 9999",
        ],
    ),
}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_faults_are_found(
    fault: str, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, expected = FAULTS[fault]
    root = written(tmp_path, rows)
    if large:
        monkeypatch.setattr(datasets, "LARGE", 0)
    found = problems(root)
    if "points" in fault and not large:  # frictionless, which sees all rows of a small table
        found = [each for each in found if "ForeignKey" not in each]
    assert found == expected
    assert not (root / "dist").exists()


@pytest.mark.usefixtures("all_in_files")
def test_frictionless_sees_a_sample_and_names_the_line_in_the_whole_file(
    tmp_path: Path,
) -> None:
    root = written(tmp_path, '1,,,,,,,"[1,\n2]"\n2,,0.5,,,,,\n')
    convert_all(root)
    found = read_dataset(load_publication(root))
    described = descriptor(found)
    described["resources"][0]["schema"]["fields"][2]["type"] = "integer"
    (tmp_path / "package" / "tables").mkdir(parents=True)
    for data in found.tables.values():
        if isinstance(data, TableInMemory):
            (tmp_path / "package" / data.path).write_bytes(data.csv)
    seen = problems_of_package(tmp_path / "package", package_bytes(described), found.in_files)
    assert [str(problem) for problem in seen] == [
        'tables/t.csv:4: share: type is "integer/default"'
    ]


SPARK = ROOT / ".venv-spark" / "bin" / "python"
HOW = "Spark is missing: `make spark` installs it, and it needs Java 17 (apt-get install default-jre-headless)"


@pytest.mark.slow
@pytest.mark.skipif(not (SPARK.exists() and shutil.which("java")), reason=HOW)
@pytest.mark.usefixtures("all_in_files")
def test_spark_reads_parquet_with_the_types_of_the_schema(tmp_path: Path) -> None:
    root = written(tmp_path, most_cells={"zip": 0})
    publish(load_publication(root))
    file = root / "dist" / "made-up-0.1.0" / "tables" / "t.parquet"
    command = [SPARK, Path(__file__).with_name("spark_reads.py"), file]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["types"] == [
        ["id", "bigint"],
        ["at", "date"],
        ["share", "double"],
        ["whole", "double"],
        ["open", "boolean"],
        ["place", "string"],
        ["year", "int"],
        ["words", "string"],
    ]
    assert [tuple(row.values()) for row in found["rows"]] == [
        (1, "2023-01-31", 0.5, 7.0, True, "P1", 2023, '["a"]'),
        (2, *[None] * 7),
        (3, "1999-12-31", -2.25, 8.0, False, "P2", 1999, "[]"),
    ]
    assert found["years"] == [[None, 1], [1999, 1], [2023, 1]]


@pytest.mark.usefixtures("all_in_files")
def test_parquet_has_types_texts_and_units_and_duckdb_reads_it(tmp_path: Path) -> None:
    root = written(tmp_path, most_cells={"zip": 0})
    publish(load_publication(root))
    file = root / "dist" / "made-up-0.1.0" / "tables" / "t.parquet"
    with duckdb.connect() as connection:
        types = connection.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
        rows = connection.execute(f"SELECT * FROM '{file}'").fetchall()
        said = connection.execute(
            f"SELECT key, value FROM parquet_kv_metadata('{file}')"
        ).fetchall()
    assert [(name, kind) for name, kind, *_ in types] == [
        ("id", "BIGINT"),
        ("at", "DATE"),
        ("share", "DOUBLE"),
        ("whole", "DOUBLE"),
        ("open", "BOOLEAN"),
        ("place", "VARCHAR"),
        ("year", "INTEGER"),
        ("words", "VARCHAR"),
    ]
    assert rows == [
        (1, date(2023, 1, 31), 0.5, 7.0, True, "P1", 2023, '["a"]'),
        (2, *[None] * 7),
        (3, date(1999, 12, 31), -2.25, 8.0, False, "P2", 1999, "[]"),
    ]
    resource = json.loads(dict(said)[b"datapackage:resource"])
    assert resource["name"] == "t"
    assert resource["schema"]["fields"][2]["unit"] == "percent"
    column = read_schema(file).field("share")
    assert column.metadata == {
        b"title": b"made up",
        b"description": b"made up",
        b"unit": b"percent",
    }


@pytest.mark.usefixtures("all_in_files")
def test_a_table_that_is_too_large_for_it_is_not_in_the_zip_as_csv_and_not_searched(
    tmp_path: Path,
) -> None:
    root = written(tmp_path, most_cells={"zip": 4, "search": 4, "workbook": 4})
    publish(load_publication(root))
    with zipfile.ZipFile(root / "dist" / "made-up-0.1.0.zip") as archive:
        names = archive.namelist()
        packed = json.loads(archive.read("datapackage.json"))
        parquet = archive.getinfo("tables/t.parquet")
        readme = archive.read("README.md").decode()
    assert "tables/t.csv" not in names
    assert "tables/places.csv" in names
    assert parquet.compress_type == zipfile.ZIP_STORED
    assert packed["resources"][0]["path"] == "tables/t.parquet"
    assert packed["resources"][0]["bytes"] == parquet.file_size
    assert packed["resources"][1]["path"] == "tables/places.csv"
    assert "[t](tables/t.parquet)" in readme
    assert "t_fts" not in " ".join(dump(root / "build" / "made-up.db"))
    assert TEXT["en"] in readme
