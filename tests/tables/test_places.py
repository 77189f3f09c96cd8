"""Where the cells of a long table are is said once for each column, and gives the row of each."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from generated.publication import schema, write_publication
from openbaar.schema.csvfile import Row
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from openbaar.tables.dataset import Dataset
from openbaar.tables.judging.trust import row_id
from openbaar.tables.places import EVERY_ROW, cells_by_rule, part_of, place_of, words
from openbaar.tables.spans import where_read

COLUMNS = {"key": "integer", "name": "string", "n": "integer", "status": "string"}
CELLS = {"name": {"pattern": "[^0-9]+"}, "n": {"blank": {"-": "not_given", "": "not_yet"}}}
TEXT: dict[str, Any] = {
    "by": "line",
    "rows": "{key} {name} {n}",
    "numbers": "1.234.567",
    "cells": {**CELLS, "n": {"blank": {"-": "not_given"}}},
}
GRID: dict[str, Any] = {
    "header": "key | name | n",
    "rows": "{key} | {name} | {n}",
    "numbers": "1.234.567",
    "cells": CELLS,
}
Printed = tuple[str, str, str]


def csv(rows: list[Printed]) -> bytes:
    return "".join(";".join(row) + "\n" for row in [("key", "name", "n"), *rows]).encode()


def text(rows: list[Printed]) -> bytes:
    return "".join(" ".join(row) + "\n" for row in rows).encode()


def workbook(rows: list[Printed]) -> bytes:
    data = io.BytesIO()
    with Workbook(data) as book:
        sheet = book.add_worksheet("A")
        for number, row in enumerate([("key", "name", "n"), *rows]):
            sheet.write_row(number, 0, row)
    return data.getvalue()


KINDS: dict[str, Any] = {"csv": (csv, GRID), "txt": (text, TEXT), "xlsx": (workbook, GRID)}


def converted(
    folder: Path, kind: str, rows: list[Printed], most: int, totals: bool = False
) -> Dataset:
    """A document with these rows, of which more than `most` cells are said by rule."""
    write, own = KINDS[kind]
    if totals:
        template = "Totaal  {n}" if kind == "txt" else "Totaal |  | {n}"
        own = {**own, "totals": {"table": template}}
    columns = schema({**COLUMNS, "source_lines": "string"}, ["key"])
    table = {"schema": columns, "recipe": own}
    package = {"most_cells": {"provenance": most}}
    write_publication(folder, {f"d.{kind}": write(rows)}, {"t": table}, package)
    return convert(load_publication(folder))


def every_cell(dataset: Dataset) -> Iterator[Row]:
    """The rows of `provenance`, those that hold for every row written out for each."""
    provenance = dataset.rows("provenance")
    rules = [row for row in provenance if row["row_id"] == EVERY_ROW]
    if not rules:
        yield from map(dict, provenance)
        return
    (lines,) = dataset.lines.values()
    texts = {(line.page, line.number): line.text for line in lines}
    for row in dataset.rows("t"):
        place = place_of(row["source_lines"])
        printed = texts[place.page or "", place.line]
        yield from cells_by_rule(rules, row, row_id([row["key"]]), printed)


ROWS: list[Printed] = [("1", "Gent", "12"), ("2", "De Panne", "1.234"), ("7", "Sint Niklaas", "-")]


@pytest.mark.parametrize(("kind", "printed"), [("csv", "{C}"), ("txt", "{-1}"), ("xlsx", "{C}")])
def test_a_long_table_says_once_for_each_column_where_its_cells_are(
    tmp_path: Path, kind: str, printed: str
) -> None:
    dataset = converted(tmp_path / "rule", kind, ROWS, most=0)
    found = dataset.rows("provenance")
    assert [row["column_name"] for row in found] == list(COLUMNS)
    assert {row["row_id"] for row in found} == {EVERY_ROW}
    assert found[2]["printed"] == printed
    each = converted(tmp_path / "each", kind, ROWS, most=100)
    assert len(each.rows("provenance")) == len(ROWS) * len(COLUMNS)
    assert list(every_cell(dataset)) == list(map(dict, each.rows("provenance")))
    assert dataset.spans == each.spans
    assert dataset.read == where_read(found)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_row_of_totals_does_not_stand_in_the_way_of_a_rule(tmp_path: Path, kind: str) -> None:
    rows = [*ROWS[:2], ("Totaal", "", "1.246")]
    dataset = converted(tmp_path / "rule", kind, rows, most=0, totals=True)
    found = dataset.rows("provenance")
    assert {row["row_id"] for row in found} == {EVERY_ROW}
    each = converted(tmp_path / "each", kind, rows, most=100, totals=True)
    assert list(every_cell(dataset)) == list(map(dict, each.rows("provenance")))
    assert [row["verdict"] for row in dataset.rows("reconciliation")] == ["equal"]


def test_rows_of_cells_that_are_printed_in_two_ways_have_a_rule(tmp_path: Path) -> None:
    own = {**GRID, "rows": ["{key} | {name} | {n}", "{key} | {name} | {n} | *"]}
    table = {"schema": schema({**COLUMNS, "source_lines": "string"}, ["key"]), "recipe": own}
    printed = csv(ROWS[:2]) + b"8;Mol;3;*\n"
    package = {"most_cells": {"provenance": 0}}
    write_publication(tmp_path, {"d.csv": printed}, {"t": table}, package)
    dataset = convert(load_publication(tmp_path))
    assert len(dataset.rows("t")) == 3
    assert {row["row_id"] for row in dataset.rows("provenance")} == {EVERY_ROW}


PLACES = ["Gent", "De Panne", "a | b", "een twee drie", "é"]
NUMBERS = ["0", "7", "1.234", "-5", "-", "12"]


@settings(max_examples=30)
@given(
    kind=st.sampled_from(list(KINDS)),
    cells=st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(NUMBERS)), min_size=1, max_size=9
    ),
    start=st.integers(1, 900),
)
def test_a_rule_gives_the_rows_that_are_written_for_each_cell(
    kind: str, cells: list[tuple[str, str]], start: int
) -> None:
    rows = [(str(start + number), *cell) for number, cell in enumerate(cells)]
    with tempfile.TemporaryDirectory() as folder:
        by_rule = converted(Path(folder) / "rule", kind, rows, most=0)
        each = converted(Path(folder) / "each", kind, rows, most=10**6)
    assert list(every_cell(by_rule)) == list(map(dict, each.rows("provenance")))
    assert by_rule.tables["t"].content == each.tables["t"].content


def test_a_table_of_which_no_rule_holds_for_each_cell_gets_a_row_for_each(tmp_path: Path) -> None:
    rows: list[Printed] = [("1", "Gent", "4"), ("2", "a | b", "5")]  # as if it were two cells
    found = converted(tmp_path, "csv", rows, most=0).rows("provenance")
    assert len(found) == len(rows) * len(COLUMNS)
    assert EVERY_ROW not in {row["row_id"] for row in found}


@pytest.mark.parametrize(
    ("written", "line", "expected"),
    [
        ("{B}", "a | b | c", "b"),
        ("{AA}", " | ".join(map(str, range(30))), "26"),
        ("{1}", "a b c", "a"),
        ("{-1}", "a b c", "c"),
        ("{2..-2}", "a b c d", "b c"),
        ("{2..-1}", "a b c d", "b c d"),
    ],
)
def test_a_part_of_a_line(written: str, line: str, expected: str) -> None:
    part = part_of(written)
    assert part is not None
    assert part.text(line.split(part.separator)) == expected


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_a_part_is_read_as_it_was_written(first: int, last: int) -> None:
    assert part_of(words(first, last).written) == words(first, last)


def test_what_names_no_part_of_a_line_is_none() -> None:
    assert part_of("{b}") is None
