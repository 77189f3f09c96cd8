"""Where the cells of a long table are is said once for a run of rows, and gives the row of each."""

from __future__ import annotations

import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from generated.paged import PAGED, TWO_PAGES, Pages, write_headed, write_paged
from generated.printing import PRINTERS
from generated.publication import schema, write_publication
from generated.recipes import table_files
from generated.tables import looks, tables
from openbaar.errors import OpenbaarError
from openbaar.schema.csvfile import Row
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting import place_rules
from openbaar.tables.converting.convert import convert
from openbaar.tables.dataset import Dataset
from openbaar.tables.judging.trust import row_id
from openbaar.tables.places import RULE, cells_by_rule, part_of, place_of, rows_of_rule, words
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


def every_cell(dataset: Dataset) -> list[Row]:
    """The rows of `provenance`, those that hold for many rows written out for each."""
    told = [row for row in dataset.rows("provenance") if row["table_name"] == "t"]
    rules = [row for row in told if str(row["row_id"]).startswith(RULE)]
    (lines,) = dataset.lines.values()
    texts = {(line.page, line.number): line.text for line in lines}
    key = dataset.tables["t"].table.table_schema.primaryKey
    cells: list[Row] = []
    read: Counter[str] = Counter()  # how many rows were read from a line so far
    for row in dataset.rows("t"):
        read[str(row["source_lines"])] += 1
        own_id = row_id([row[column] for column in key])
        own = [each for each in told if each["row_id"] == own_id]
        if own:
            cells += own
            continue
        place = place_of(row["source_lines"])
        number = read[str(row["source_lines"])]
        holding = [rule for rule in rules if holds_for(str(rule["row_id"]), place, number)]
        by_rule = cells_by_rule(holding, row, own_id, texts[place.page or "", place.line])
        cells += map(dict, by_rule)
    return cells


def holds_for(rule_id: str, place: tuple[str | None, int], number: int) -> bool:
    """Whether a rule holds for the row that was read from a place, by its number there."""
    if rule_id == RULE:
        return True
    page, lines, of_line = rows_of_rule(rule_id)
    return page == place[0] and place[1] in lines and of_line in (None, number)


ROWS: list[Printed] = [("1", "Gent", "12"), ("2", "De Panne", "1.234"), ("7", "Sint Niklaas", "-")]


@pytest.mark.parametrize(("kind", "printed"), [("csv", "{C}"), ("txt", "{-1}"), ("xlsx", "{C}")])
def test_a_long_table_says_once_for_each_column_where_its_cells_are(
    tmp_path: Path, kind: str, printed: str
) -> None:
    dataset = converted(tmp_path / "rule", kind, ROWS, most=0)
    found = dataset.rows("provenance")
    assert [row["column_name"] for row in found] == list(COLUMNS)
    assert {row["row_id"] for row in found} == {RULE}
    assert found[2]["printed"] == printed
    each = converted(tmp_path / "each", kind, ROWS, most=100)
    assert len(each.rows("provenance")) == len(ROWS) * len(COLUMNS)
    assert every_cell(dataset) == list(map(dict, each.rows("provenance")))
    assert dataset.spans == each.spans
    assert dataset.read == where_read(found)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_row_of_totals_does_not_stand_in_the_way_of_a_rule(tmp_path: Path, kind: str) -> None:
    rows = [*ROWS[:2], ("Totaal", "", "1.246")]
    dataset = converted(tmp_path / "rule", kind, rows, most=0, totals=True)
    found = dataset.rows("provenance")
    assert {row["row_id"] for row in found} == {RULE}
    each = converted(tmp_path / "each", kind, rows, most=100, totals=True)
    assert every_cell(dataset) == list(map(dict, each.rows("provenance")))
    assert [row["verdict"] for row in dataset.rows("reconciliation")] == ["equal"]


def test_rows_of_cells_that_are_printed_in_two_ways_have_a_rule(tmp_path: Path) -> None:
    own = {**GRID, "rows": ["{key} | {name} | {n}", "{key} | {name} | {n} | *"]}
    table = {"schema": schema({**COLUMNS, "source_lines": "string"}, ["key"]), "recipe": own}
    printed = csv(ROWS[:2]) + b"8;Mol;3;*\n"
    package = {"most_cells": {"provenance": 0}}
    write_publication(tmp_path, {"d.csv": printed}, {"t": table}, package)
    dataset = convert(load_publication(tmp_path))
    assert len(dataset.rows("t")) == 3
    assert {row["row_id"] for row in dataset.rows("provenance")} == {RULE}


def test_columns_that_are_set_have_rules(tmp_path: Path) -> None:
    """A running number and a text of the recipe are not printed, a label worked out of one is."""
    found = []
    for most in (0, 1000):
        root = write_paged(tmp_path / str(most), "csv", TWO_PAGES, most)
        file = root / "tables" / "t.yaml"
        table = json.loads(file.read_text("utf-8"))
        table["recipe"]["set"] = {"called": "group {grp}", "number": "{#}", "kind": "whole"}
        for name, kind in {"number": "integer", "kind": "string", "called": "string"}.items():
            field = {**table["schema"]["fields"][0], "name": name, "type": kind}
            table["schema"]["fields"].insert(-1, field)
        file.write_text(json.dumps(table), "utf-8")
        found.append(convert(load_publication(root)))
    by_rule, each = found
    assert every_cell(by_rule) == list(map(dict, each.rows("provenance")))
    rules = {row["column_name"]: row for row in by_rule.rows("provenance")}
    assert rules["number"]["row_id"] == rules["kind"]["row_id"] == RULE
    assert (rules["called"]["row_id"], rules["called"]["printed"]) == ("*7-9", "c")


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
    assert every_cell(by_rule) == list(map(dict, each.rows("provenance")))
    assert by_rule.tables["t"].content == each.tables["t"].content


def test_a_table_of_which_no_rule_holds_for_each_cell_gets_a_row_for_each(tmp_path: Path) -> None:
    rows: list[Printed] = [("1", "Gent", "4"), ("2", "a | b", "5")]  # as if it were two cells
    found = converted(tmp_path, "csv", rows, most=0).rows("provenance")
    assert len(found) == len(rows) * len(COLUMNS)
    assert RULE not in {row["row_id"] for row in found}


def converted_pages(folder: Path, kind: str, pages: Pages, most: int) -> Dataset:
    """A document of pages with groups, of which more than `most` cells are said by rule."""
    return convert(load_publication(write_paged(folder, kind, pages, most)))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "tables of a pdf",
            [
                ("*1:2-3", "grp", 1, 1, None, "a"),
                ("*1:2-3", "key", 2, 3, "1.2.1", "{A}"),
                ("*1:5", "grp", 4, 4, None, "b"),
                ("*1:5", "key", 5, 5, "2.2.1", "{A}"),
                ("*2:2-4", "grp", 1, 1, None, "c"),
                ("*2:2-4", "key", 2, 4, "1.2.1", "{A}"),
            ],
        ),
        (
            "lines of a pdf",
            [
                ("*1:2-3", "grp", 1, 1, None, "a"),
                ("*1:5", "grp", 4, 4, None, "b"),
                ("*1:2-5", "key", 2, 5, None, "{1}"),
                ("*2:2-4", "grp", 1, 1, None, "c"),
                ("*2:2-4", "key", 2, 4, None, "{1}"),
            ],
        ),
        (
            "csv",
            [
                ("*2-3", "grp", 1, 1, None, "a"),
                ("*5", "grp", 4, 4, None, "b"),
                ("*7-9", "grp", 6, 6, None, "c"),
                ("*", "key", 2, 9, "A", "{A}"),
            ],
        ),
    ],
)
def test_each_run_of_rows_on_a_page_or_below_a_label_has_a_rule(
    tmp_path: Path, kind: str, expected: list[tuple[object, ...]]
) -> None:
    found = []
    for row in converted_pages(tmp_path, kind, TWO_PAGES, most=0).rows("provenance"):
        if row["column_name"] in ("grp", "key"):
            place = (row["first_line"], row["last_line"], row["cell"], row["printed"])
            found.append((row["row_id"], row["column_name"], *place))
    assert found == expected


@contextmanager
def wherever_one_holds() -> Iterator[None]:
    """States a rule wherever one holds, however little is won."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place_rules, "FEWEST", 0)
        yield


def test_each_row_of_a_line_has_a_rule_by_the_heading_that_it_is_below(tmp_path: Path) -> None:
    dataset = convert(load_publication(write_headed(tmp_path / "rule", most=0)))
    found = []
    for row in dataset.rows("provenance"):
        if row["column_name"] in ("year", "n"):
            place = (row["first_line"], row["last_line"], row["cell"], row["printed"])
            found.append((row["row_id"], row["column_name"], *place))
    assert found == [
        ("Lier,2020", "year", 1, 1, "B1", "2020"),
        ("Lier,2020", "n", 4, 4, "B4", "5"),
        ("Lier,2021", "year", 1, 1, "C1", "2021"),
        ("Lier,2021", "n", 4, 4, "C4", "6*"),
        ("*2-5#1", "year", 1, 1, "B1", "2020"),
        ("*2-5#1", "n", 2, 5, "B", "{B}"),
        ("*2-5#2", "year", 1, 1, "C1", "2021"),
        ("*2-5#2", "n", 2, 5, "C", "{C}"),
    ]
    each = convert(load_publication(write_headed(tmp_path / "each", most=100)))
    assert every_cell(dataset) == list(map(dict, each.rows("provenance")))


GROUPS = st.lists(
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(NUMBERS)), min_size=1, max_size=5),
    min_size=1,
    max_size=3,
)


@pytest.mark.parametrize("kind", list(PAGED))
@settings(max_examples=15, deadline=None)
@given(drawn=st.lists(GROUPS, min_size=1, max_size=4), going_on=st.sets(st.integers(1, 3)))
def test_rules_for_runs_give_the_rows_that_are_written_for_each_cell(
    kind: str, drawn: list[list[list[tuple[str, str]]]], going_on: set[int]
) -> None:
    """The first group of a page may be the last one of the page before."""
    pages: Pages = []
    rows = groups = 0
    for page in drawn:
        pages.append([])
        for cells in page:
            numbered = [(str(rows + index), *cell) for index, cell in enumerate(cells)]
            goes_on = len(pages) - 1 in going_on and not pages[-1]
            pages[-1].append(("" if goes_on else chr(ord("a") + groups), numbered))
            rows, groups = rows + len(cells), groups + 1
    with tempfile.TemporaryDirectory() as folder, wherever_one_holds():
        by_rule = converted_pages(Path(folder) / "rule", kind, pages, most=0)
        each = converted_pages(Path(folder) / "each", kind, pages, most=10**6)
    assert every_cell(by_rule) == list(map(dict, each.rows("provenance")))
    assert by_rule.tables["t"].content == each.tables["t"].content
    assert by_rule.spans == each.spans
    told = {str(row["row_id"]) for row in by_rule.rows("provenance")}
    exceptions = {own_id for own_id in told if not own_id.startswith(RULE)}
    assert exceptions <= {str(row["key"]) for row in by_rule.rows("t") if "|" in str(row["name"])}


@pytest.mark.parametrize(
    "style", ["lines", "pdf lines", "pdf tables", "xlsx", "ods", "csv", "html"]
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_rules_give_the_same_places_of_any_table(style: str, data: st.DataObject) -> None:
    made = data.draw(tables())
    look = data.draw(looks(made, style))
    printed = PRINTERS[style](made, look)
    files = table_files(made, look)
    if not look.wraps:
        files["t"]["recipe"].pop("join", None)
    found = []
    with tempfile.TemporaryDirectory() as folder, wherever_one_holds(), suppress(OpenbaarError):
        for most in (0, 10**6):
            root = Path(folder) / str(most)
            package = {"most_cells": {"provenance": most}}
            document = {f"d.{printed.ending}": printed.data}
            write_publication(root, document, files, package, printed.entry)
            found.append(every_cell(convert(load_publication(root))))
    if found:
        by_rule, each = found
        assert by_rule == each


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
