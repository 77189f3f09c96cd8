"""A file that is checked by columns gets the verdict that it gets by rows, and by frictionless."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from frictionless import Resource
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from openbaar.errors import OpenbaarError
from openbaar.schema import columns, csvfile
from openbaar.schema.columns import row_values, scan
from openbaar.schema.csvfile import read_csv
from openbaar.schema.model import Schema
from openbaar.schema.values import HIDDEN, INT64, MAX_CELL
from schemas import schema_of

# What people and programs write, right and wrong, for each type.
CELLS = {
    "string": [
        "a",
        "Zé",
        "e\u0301",
        "b\u200bc",
        "x\x00y",
        "a,b",
        'say "a"',
        "two\nlines",
        " ",
        "A",
    ],
    "integer": [
        "0",
        "-7",
        "12",
        "-0",
        "+1",
        "01",
        "1_0",
        "1.0",
        "1e3",
        "٣",
        "x",
        " 1",
        "999",
        "NaN",
    ],
    "number": ["0", "-0.0", "1.5", "2.00", "1.", ".5", "1e5", "1,5", "NaN", "INF", "-99.5", "x"],
    "year": ["2023", "0999", "999", "10000", "-2023", "x", "٢٠٢٣"],
    "yearmonth": [
        "2023-01",
        "2023-13",
        "2023-1",
        "202301",
        "0999-01",
        "9999-12",
        "2023-01-31",
        "x",
    ],
    "boolean": ["true", "false", "True", "1", "0", "yes", ""],
    "date": ["2023-01-31", "2023-02-30", "2023-1-3", "20230131", "0000-01-01", "9999-12-31", "x"],
    "array": ["[]", '["é", 1]', "{}", "[", "null", "[1,\n2]"],
}
LONG = {
    "integer": [str(INT64 - 1), str(INT64), str(-INT64), str(-INT64 - 1), "123456789012345678"],
    "number": ["123456789012345", "1234567890123456", "0.12345678901234", "12345678.12345678"],
}
# The one form in which we read each type. Frictionless also reads `+1`, `01`, `1_0`, `٣`, ` 1`,
# `1e5`, `NaN`, `True`, `1` for true and the like, which other programs read otherwise or not.
FORMS = {
    "integer": r"-?(0|[1-9][0-9]*)",
    "number": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?",
    "year": "[1-9][0-9]{3}",
    "yearmonth": "[1-9][0-9]{3}-[0-9]{2}",
    "boolean": "true|false",
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
PATTERNS = ["[a-z]+", "(?:A|B)", ".{1,2}", "[^ ]*"]


@st.composite
def constraints(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Constraints that the standard has for a type."""
    found: dict[str, Any] = {"required": draw(st.booleans())}
    if kind in ("integer", "number") and draw(st.booleans()):
        found |= {"minimum": draw(st.integers(-8, 2)), "maximum": draw(st.integers(3, 1000))}
    if kind == "string" and draw(st.booleans()):
        found["pattern"] = draw(st.sampled_from(PATTERNS))
    if kind == "string" and draw(st.booleans()):
        found["enum"] = draw(st.lists(st.sampled_from(["a", "A", "Zé"]), min_size=1))
    if kind == "integer" and draw(st.booleans()):
        found["enum"] = draw(st.lists(st.integers(-7, 12), min_size=1))
    return found


@st.composite
def tables(draw: st.DrawFn) -> tuple[Schema, list[list[str]]]:
    """A schema, and rows of texts of which some fit it."""
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4))
    fields = []
    for number, kind in enumerate(kinds):
        limits = draw(constraints(kind))
        fields.append({"name": f"c{number}", "type": kind, "constraints": limits})
    cells = [st.just("") | st.sampled_from(CELLS[kind] + LONG.get(kind, [])) for kind in kinds]
    # Where few texts differ they are looked at first, so rows come again.
    rows = draw(st.lists(st.tuples(*cells), max_size=8)) * draw(st.sampled_from([1, 5]))
    numbered = [[str(number), *row] for number, row in enumerate(rows)]
    if numbered and draw(st.booleans()):
        numbered[-1][0] = draw(st.sampled_from(["", "x", "-0"]))
    return schema_of(*fields), numbered


def written(schema: Schema, rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([schema.names, *rows])
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("columns") / "t.csv"


def by_rows(data: bytes, schema: Schema) -> Any:
    """The rows, or the problems; keys that are used twice are not the business of columns."""
    try:
        return read_csv(data, schema, "t.csv")
    except OpenbaarError as error:
        problems = [str(each) for each in error.problems if "already" not in each.message]
        return problems or "keys"


def by_columns(path: Path, schema: Schema) -> Any:
    """The rows, or the problems, or None where a file is left to be read by rows."""
    try:
        found = scan(path, schema, "t.csv")
    except OpenbaarError as error:
        return [str(each) for each in error.problems]
    if found is None:
        return None
    rows = list(row_values(path, schema))
    assert found.rows == len(rows)
    assert found.size == path.stat().st_size
    for name in (field.name for field in schema.fields if field.type == "number"):
        fractions = [row[name] for row in rows if row[name] is not None and row[name] % 1]
        assert (name in found.whole) == (not fractions)
    return rows


@pytest.mark.parametrize(
    ("keys", "in_order"),
    [
        (range(2000), True),
        (range(-9, 2000, 3), True),
        ([*range(1000), *range(1001, 2000), 1000], False),
        ([*range(1, 2000), 0], False),
        ([1, 0, *range(2, 2000)], False),
        ([*range(1000), 999, *range(1000, 2000)], False),
        ([], True),
    ],
)
def test_whether_rows_come_in_the_order_of_their_key(
    keys: Sequence[int], in_order: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"key\n" + b"".join(b"%d\n" % key for key in keys))
    for block in (50, 10**6):
        monkeypatch.setattr(columns, "BLOCK", block)
        found = scan(path, schema_of(), "t.csv")
        assert found is not None
        assert found.in_order == in_order


@settings(deadline=None)
@given(tables())
def test_columns_are_judged_as_rows_are(path: Path, table: tuple[Schema, list[list[str]]]) -> None:
    schema, rows = table
    data = written(schema, rows)
    path.write_bytes(data)
    expected, found = by_rows(data, schema), by_columns(path, schema)
    if rows:  # Arrow reads no table without rows
        assert found is not None
    if found is not None and expected != "keys":
        assert found == expected


# Pieces of files that readers of CSV disagree on.
PIECES = ["1", "a", ",", "\n", "\r\n", "\r", '"', '""', '"b"', "\ufeff", " ", "é", "\u2028", "\x00"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
@example(["1", ",", '"b"', "a", "\n"])  # Arrow reads `"b"a` as `ba`
@example(["1", ",", "a", "\n", "\n", "2", ",", "b", "\n"])  # and an empty line as empty cells
@example(["1", ",", '"', "a", "\n"])  # and a quote that is not closed as closed
def test_a_file_in_pieces_is_read_as_rows_are_or_left_to_that(
    path: Path, pieces: list[str]
) -> None:
    schema = schema_of({"name": "label"})
    data = b"key,label\n" + "".join(pieces).encode()
    path.write_bytes(data)
    expected, found = by_rows(data, schema), by_columns(path, schema)
    if found is None or expected == "keys":
        return
    if any(" cells, not " in str(problem) for problem in found):
        # where rows have other lengths, no value of a large file is looked at
        assert set(found) <= set(expected)
    else:
        assert found == expected


def test_bytes_that_are_not_text_are_refused_with_their_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvfile, "BLOCK", 7)
    schema = schema_of({"name": "label"})
    for data in (
        b"key,label\n1,caf\xe9\n",
        b"key,label\n1,\xc3\xa9\xe2\x82\n",
        b"key,label\n1,\xc3",
    ):
        path.write_bytes(data)
        assert by_columns(path, schema) == by_rows(data, schema)


def test_no_more_problems_are_reported_than_anyone_reads(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvfile, "MOST_PROBLEMS", 2)
    path.write_bytes(b"key\n" + b"x\n" * 5)
    assert by_columns(path, schema_of()) == [
        "t.csv:2:1: key: 'x' is not a whole number of at most 64 bits",
        "t.csv:3:1: key: 'x' is not a whole number of at most 64 bits",
        "t.csv: may have more problems than these (correct these, then try again)",
    ]


def test_rows_are_sampled_from_all_over_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "BLOCK", 1000)
    monkeypatch.setattr(columns, "SAMPLED", 2)
    schema = schema_of()
    path.write_bytes(b"key\n" + b"".join(b"%d\n" % number for number in range(2000)))
    found = scan(path, schema, "t.csv")
    assert found is not None
    numbers = [sampled.row for sampled in found.sample]
    assert [int(sampled.cells[0]) for sampled in found.sample] == numbers
    assert numbers[0] == 0
    assert numbers[-1] > 1700


@settings(deadline=None)
@given(tables())
def test_frictionless_finds_no_fault_that_we_pass_and_we_are_stricter_only_as_listed(
    table: tuple[Schema, list[list[str]]],
) -> None:
    schema, rows = table
    assume(
        not any("\x00" in cell for row in rows for cell in row)
    )  # frictionless takes such a file for a binary one
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(written(schema, rows))
        ours = set(our_cells(path, schema))
        theirs = set(their_cells(path, schema, Path(folder)))
    assert theirs - ours == set()
    for number, name in ours - theirs:
        if not any(rows[number]):
            continue  # of an empty row frictionless says that it is empty, and no more
        text = rows[number][schema.names.index(name)]
        assert is_stricter(schema.field(name).type, text), (name, text)


def our_cells(path: Path, schema: Schema) -> Iterator[tuple[int, str]]:
    """The rows, from 0, and columns in which the check by columns finds a fault."""
    lines = list(csvfile.row_lines(io.StringIO(path.read_bytes().decode(), newline="")))
    try:
        scan(path, schema, "t.csv")
    except OpenbaarError as error:
        for problem in error.problems:
            assert problem.place.first_line is not None
            row = bisect_right(lines, problem.place.first_line) - 1
            yield row, problem.message.partition(":")[0]


def their_cells(path: Path, schema: Schema, folder: Path) -> Iterator[tuple[int, str]]:
    """The rows, from 0, and columns in which frictionless finds a fault."""
    described = schema.model_dump(
        mode="json", exclude_defaults=True, include={"fields", "primaryKey"}
    )
    for field in described["fields"]:
        del field["title"], field["description"]
        field.setdefault("type", "string")
    resource = Resource.from_descriptor(
        {"name": "t", "path": path.name, "schema": described}, basepath=str(folder)
    )
    report = resource.validate(limit_errors=10_000)
    for row, name in report.flatten(["rowNumber", "fieldName"]):
        if row is not None and name is not None:
            yield row - 2, name


def is_stricter(kind: str, text: str) -> bool:
    """Whether we refuse a text that other programs read, each in its own way.

    That is: another form than the one, digits that a database cannot hold, characters that are not
    seen, letters that are not composed, and a length that no cell has by design.
    """
    if kind in FORMS and not re.fullmatch(FORMS[kind], text):
        return True
    if kind == "integer":
        return not -INT64 <= int(text) < INT64
    if kind == "number":
        return len(re.sub("[^0-9]", "", text).lstrip("0")) > 15
    hidden = HIDDEN.search(text) is not None
    return hidden or not unicodedata.is_normalized("NFC", text) or len(text) > MAX_CELL
