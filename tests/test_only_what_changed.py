"""After any edit, publishing again makes the same bytes as publishing from nothing."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from generated.publication import TEXT, schema, write_publication
from openbaar.database.charts import drawn as charts
from openbaar.database.shown import counts
from openbaar.package import validation
from openbaar.package.sheets import TableSheet
from openbaar.publishing.publish import publish
from openbaar.publishing.staleness import RECORD
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.kept import CACHE as READ
from openbaar.tables.dataset import LARGE

ROWS = 70_000  # of the large table: enough bytes for one
EDITS = 13
RECIPE = {"by": "line", "rows": "{year} {started}", "document": "sources/d.txt"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Tables of two documents, one with codes, a large one with keys into it, two charts."""
    started = schema({"year": "year", "started": "integer", "source_lines": "string"}, ["year"])
    started["fields"][1]["unit"] = TEXT
    codes = schema({"code": "string", "n": "integer"}, ["code"])
    codes["fields"][1]["unit"] = TEXT
    columns = {"id": "integer", "code": "string", "n": "integer", "share": "number"}
    key = {"fields": "code", "reference": {"resource": "codes", "fields": "code"}}
    large = schema(columns, ["id"], foreignKeys=[key])
    lines = "".join(f"{n},{'abc'[n % 3]},{n * 7919 % 9999},{n % 7}.5\n" for n in range(ROWS))
    root = write_publication(
        tmp_path / "publication",
        {"d.txt": b"2020 12\n2021 34\n2022 56\n", "e.csv": b"id,n\n1,5\n2,7\n"},
        {
            "codes": {
                "schema": codes,
                "csv": "code,n\na,1\nb,2\nc,3\n",
                "chart": {"x": "code", "y": "n"},
            },
            "started": {
                "schema": started,
                "recipe": RECIPE,
                "chart": {"x": "year", "y": "started"},
            },
            "cells": {
                "schema": schema({"id": "integer", "n": "integer"}, ["id"]),
                "recipe": {
                    "document": "sources/e.csv",
                    "header": "id | n",
                    "rows": "{id} | {n}",
                },
            },
            "large": {
                "schema": large,
                "csv": f"{','.join(columns)}\n{lines}",
                "facets": ["code"],
                "search": ["code"],
            },
        },
        {"version": "0.1.0"},  # what was released may not change
    )
    assert (root / "tables/large.csv").stat().st_size > LARGE
    publish(load_publication(root))
    return root


Edit = Callable[[Path, random.Random], None]


def change(path: Path, edit: Callable[[Any], None]) -> None:
    """Change an authored file, which is JSON."""
    data = json.loads(path.read_text("utf-8"))
    edit(data)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def a_title(root: Path, chance: random.Random) -> None:
    name = chance.choice(["codes", "started", "large"])
    title = {"en": f"made up {chance.random()}"}
    change(root / f"tables/{name}.yaml", lambda data: data.update(title=title))


def a_title_of_a_column(root: Path, chance: random.Random) -> None:
    name = chance.choice(["codes", "started", "large"])
    title = {"en": f"column {chance.random()}"}
    change(
        root / f"tables/{name}.yaml", lambda data: data["schema"]["fields"][1].update(title=title)
    )


def a_row_of_the_codes(root: Path, chance: random.Random) -> None:
    with (root / "tables/codes.csv").open("a", encoding="utf-8") as file:
        file.write(f"d{chance.randrange(10**9)},{chance.randrange(100)}\n")


def a_cell_of_the_large_table(root: Path, chance: random.Random) -> None:
    path = root / "tables/large.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    row = chance.randrange(ROWS)
    lines[1 + row] = f"{row},a,{chance.randrange(9999)},{chance.randrange(9)}\n"
    path.write_text("".join(lines), "utf-8")


def the_document(root: Path, chance: random.Random) -> None:
    path = root / "sources/d.txt"
    data = path.read_bytes() + f"{2023 + chance.randrange(900)} {chance.randrange(99)}\n".encode()
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    change(root / "tables/package.yaml", lambda said: said["documents"][0].update(sha256=digest))


def the_other_document(root: Path, chance: random.Random) -> None:
    data = f"id,n\n1,{chance.randrange(10**6)}\n".encode()
    (root / "sources/e.csv").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    change(root / "tables/package.yaml", lambda said: said["documents"][1].update(sha256=digest))


def an_anomaly(root: Path, chance: random.Random) -> None:
    found = {"text": {"en": f"odd {chance.random()}"}, "at": "^2021"}
    change(root / "tables/package.yaml", lambda said: said.update(anomalies={"odd": found}))


def a_file_that_was_kept(root: Path, chance: random.Random) -> None:
    path = chance.choice(sorted((root / READ).rglob("*.csv")))
    path.write_text(path.read_text("utf-8").replace("1", "2"), "utf-8")


def the_version(root: Path, chance: random.Random) -> None:
    version = f"0.{chance.randrange(10**6)}.0"
    change(root / "tables/package.yaml", lambda said: said.update(version=version))


def the_facets(root: Path, chance: random.Random) -> None:
    facets = chance.choice([[], ["code"], ["code", "share"]])
    change(root / "tables/large.yaml", lambda data: data.update(facets=facets))


def the_search(root: Path, chance: random.Random) -> None:
    columns = chance.choice([[], ["n"], ["share", "code"]])
    change(root / "tables/large.yaml", lambda data: data.update(search=columns))


def the_order(root: Path, chance: random.Random) -> None:
    change(root / "tables/package.yaml", lambda said: chance.shuffle(said["tables"]))


def everything(root: Path) -> dict[str, bytes]:
    """All files but drawings that are kept, and what runs remember of times."""
    kept = (root / "build" / "charts", (root / RECORD).parent)
    files = [path for path in root.rglob("*") if path.is_file()]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in files
        if not any(folder in path.parents for folder in kept)
    }


def as_from_nothing(root: Path, other: Path) -> dict[str, bytes]:
    """What publishing makes of a copy that was never published."""
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(root, other)
    for path in other.glob("build/*.db"):
        path.unlink()
    shutil.rmtree((other / RECORD).parent)
    publish(load_publication(other))
    return everything(other)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_edits_of_any_kind_give_the_same_bytes_as_from_nothing(
    root: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    edits: list[Edit] = [
        a_title, a_title_of_a_column, a_row_of_the_codes, a_cell_of_the_large_table, the_document,
        the_version, the_facets, the_search, the_order, the_other_document, an_anomaly,
        a_file_that_was_kept,
    ]  # fmt: skip
    order = [*edits, *chance.choices(edits, k=EDITS - len(edits))]
    chance.shuffle(order)
    for edit in order:
        edit(root, chance)
        publish(load_publication(root))
        wanted = as_from_nothing(root, tmp_path / "other")
        made = everything(root)
        assert sorted(made) == sorted(wanted), edit.__name__
        different = [name for name in wanted if made[name] != wanted[name]]
        assert different == [], edit.__name__


def test_what_did_not_change_is_not_made_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A title of a small table: nothing of the large one is judged or read into the database."""

    def refused(*_arguments: object) -> None:
        raise AssertionError("is made again")

    judged: list[str] = []
    judge = validation._frictionless_problems

    def judging(folder: Path, descriptor: Any, large: Any) -> Any:
        judged.extend(resource["name"] for resource in descriptor["resources"])
        return judge(folder, descriptor, large)

    monkeypatch.setattr("openbaar.database.bulk.load", refused)
    monkeypatch.setattr("openbaar.tables.kept_scans.scan", refused)
    monkeypatch.setattr(counts, "_counted", refused)
    monkeypatch.setattr(charts, "_drawn", refused)
    monkeypatch.setattr(validation, "_frictionless_problems", judging)
    written: list[str] = []
    write = TableSheet.write

    def writing(sheet: TableSheet, *given: Any) -> None:
        written.append(sheet.sheet.get_name())
        write(sheet, *given)

    monkeypatch.setattr(TableSheet, "write", writing)
    change(root / "tables/started.yaml", lambda data: data.update(notes=[{"en": "a note"}]))
    publish(load_publication(root))
    assert judged == ["started"]
    assert written == ["started"]


def test_another_text_of_a_large_table_loads_none_of_its_rows(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Parquet file, which tells the texts, is written anew."""
    other = tmp_path / "other"
    change(root / "tables/large.yaml", lambda data: data.update(title={"en": "another title"}))
    wanted = as_from_nothing(root, other)

    def refused(*_arguments: object) -> None:
        raise AssertionError("is loaded again")

    monkeypatch.setattr("openbaar.database.bulk.load", refused)
    publish(load_publication(root))
    assert everything(root) == wanted


def test_a_sheet_is_written_anew_when_the_labels_of_its_codes_change(
    root: Path, tmp_path: Path
) -> None:
    """The labels of a column stand in another table, whose rows are not those of the sheet."""
    columns = {"code": "string", "n": "integer"}
    key = {"fields": "code", "reference": {"resource": "labels", "fields": "code"}}
    counts = schema(columns, ["code"], foreignKeys=[key])
    labels = schema({"code": "string", "label": "string"}, ["code"])
    tables = {"labels": {"schema": labels, "label": "label"}, "counts": {"schema": counts}}
    change(root / "tables/package.yaml", lambda said: said["tables"].extend(tables))
    for name, said in tables.items():
        told = {"title": {"en": name}, "description": {"en": name}, **said}
        (root / f"tables/{name}.yaml").write_text(json.dumps(told), "utf-8")
    (root / "tables/counts.csv").write_text("code,n\na,1\nb,2\n", "utf-8")
    for label in ("first", "second"):
        (root / "tables/labels.csv").write_text(f"code,label\na,{label}\nb,x\n", "utf-8")
        publish(load_publication(root))
        (workbook,) = root.glob("dist/*.xlsx")
        assert label in _texts(workbook)["counts"]
    assert everything(root) == as_from_nothing(root, tmp_path / "other")


def _texts(workbook: Path) -> dict[str, list[str]]:
    """All cells of each sheet, as text."""
    book = CalamineWorkbook.from_path(workbook)
    found = {}
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        found[name] = [str(cell) for row in rows for cell in row]
    return found


def test_a_workbook_that_someone_changed_is_not_believed(root: Path, tmp_path: Path) -> None:
    (workbook,) = root.glob("dist/*.xlsx")
    with ZipFile(workbook, "a") as archive:
        archive.writestr("docProps/other.xml", "<x/>")
    a_title(root, random.Random(3))
    publish(load_publication(root))
    assert everything(root) == as_from_nothing(root, tmp_path / "other")


def test_a_database_that_someone_changed_is_not_believed(root: Path, tmp_path: Path) -> None:
    database = next((root / "build").glob("*.db"))
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE large SET n = 0")
        connection.execute("UPDATE _charts SET wide = 'x'")
    connection.close()
    a_title(root, random.Random(3))
    publish(load_publication(root))
    assert everything(root) == as_from_nothing(root, tmp_path / "other")
