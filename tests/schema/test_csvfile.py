"""CSV files: what is written is read as the same rows, and a broken file is refused by line."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaar.errors import OpenbaarError
from openbaar.schema import csvfile
from openbaar.schema.csvfile import read_csv, row_lines, write_csv
from openbaar.schema.model import Schema
from openbaar.schema.values import INT64
from schemas import KEY, read_problems, schema_of

INTEGERS = st.integers(-INT64, INT64 - 1)
# Characters that CSV, SQL, spreadsheets or terminals treat in a way of their own
TEXTS = st.text(alphabet="abé€😀 \t\n\"',;=-+@01.|", min_size=1)
VALUES = {
    "string": TEXTS,
    "integer": INTEGERS,
    "number": st.decimals(-99999999, 99999999, places=4),
    "year": st.integers(1000, 9999),
    "yearmonth": st.builds("{:04}-{:02}".format, st.integers(1000, 9999), st.integers(1, 12)),
    "boolean": st.booleans(),
    "date": st.dates().map(lambda day: day.isoformat()),
    "array": st.sampled_from(["[]", '["a, b", "é"]', "[1,\n2]"]),
}


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A column of any type, which may be required."""
    kind = draw(st.sampled_from(sorted(VALUES)))
    return {"name": name, "type": kind, "constraints": {"required": draw(st.booleans())}}


def values(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The values that a column allows."""
    allowed = VALUES[field["type"]]
    if field["constraints"]["required"]:
        return allowed
    return st.none() | allowed


@st.composite
def tables(draw: st.DrawFn) -> tuple[Schema, list[dict[str, Any]]]:
    """A schema with an integer key and any other columns, and rows that it allows."""
    others = [draw(fields(f"column_{index}")) for index in range(draw(st.integers(0, 6)))]
    columns = {field["name"]: values(field) for field in (KEY, *others)}
    rows = st.lists(st.fixed_dictionaries(columns), unique_by=lambda row: row["key"])
    return schema_of(*others), draw(rows)


@given(tables())
def test_rows_that_are_written_and_read_again_are_the_same_rows(
    table: tuple[Schema, list[dict[str, Any]]],
) -> None:
    schema, rows = table
    data = write_csv(schema.names, rows)
    read = read_csv(data, schema, "t.csv")
    assert read == rows
    assert write_csv(schema.names, read) == data


@given(tables())
def test_each_row_begins_on_the_line_that_row_lines_gives(
    table: tuple[Schema, list[dict[str, Any]]],
) -> None:
    schema, rows = table
    data = write_csv(schema.names, rows)
    lines = data.decode().split("\n")
    begins = [
        lines[line - 1].split(",")[0] for line in row_lines(io.StringIO(data.decode(), newline=""))
    ]
    assert begins == [str(row["key"]) for row in rows]


def test_decimals_and_missing_cells_stay_exactly_as_they_are_written() -> None:
    schema = schema_of({"name": "share", "type": "number"}, {"name": "label"})
    data = b"key,share,label\n1,0.10,-25 jaar\n2,,\n3,123456789012.345,=1+1\n"
    rows = read_csv(data, schema, "t.csv")
    assert rows == [
        {"key": 1, "share": Decimal("0.10"), "label": "-25 jaar"},
        {"key": 2, "share": None, "label": None},
        {"key": 3, "share": Decimal("123456789012.345"), "label": "=1+1"},
    ]
    assert write_csv(schema.names, rows) == data


BROKEN_FILES = {
    "no bytes": (b"", "t.csv:1: there is no header (expected 'key,label')"),
    "a byte order mark": (
        b"\xef\xbb\xbfkey,label\n1,a\n",
        "t.csv:1: begins with a byte order mark (save it as UTF-8 without one)",
    ),
    "a header twice": (
        b"key,label,label\n1,a,b\n",
        "t.csv:1: the header is 'key,label,label' (expected 'key,label')",
    ),
    "cp1252": (
        b"key,label\n1,caf\xe9\n",
        "t.csv:2:6: is not UTF-8: byte 15 is 0xe9 (save it as UTF-8)",
    ),
    "a quote never closed": (
        b'key,label\n1,a\n2,"b\n' + b"3,c\n" * 1000,
        "t.csv:3: the record that begins here is broken: unexpected end of data (look for a quote that is not closed)",
    ),
    "a quote closed too early": (
        b'key,label\n1,"a"b\n',
        "t.csv:2: the record that begins here is broken: ',' expected after '\"' (look for a quote that is not closed)",
    ),
    "a row too long": (b"key,label\n1,a\n2,b,c\n", "t.csv:3: has 3 cells, not 2"),
    "a row too short, after a cell of two lines": (
        b'key,label\n1,"a\nb"\n2\n',
        "t.csv:4: has 1 cells, not 2",
    ),
    "an empty line": (b"key,label\n1,a\n\n2,b\n", "t.csv:3: has 0 cells, not 2"),
    "a key twice": (b"key,label\n1,a\n1,b\n", "t.csv:3: the key (1) is on line 2 already"),
    "a key that is empty": (b"key,label\n,a\n", "t.csv:2:1: key: is required, but empty"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_broken_file_is_refused_with_the_line_named(data: bytes, message: str) -> None:
    assert read_problems(data, schema_of({"name": "label"})) == [message]


def test_a_large_file_is_told_where_it_is_not_utf8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a letter of several bytes stands across the blocks in which it is read."""
    monkeypatch.setattr(csvfile, "BLOCK", 7)
    path = tmp_path / "t.csv"
    path.write_bytes("key,label\n1,déjà vu\n2,".encode() + b"caf\xe9\n")
    with pytest.raises(OpenbaarError) as caught:
        csvfile.check_encoding(path, "t.csv")
    (problem,) = caught.value.problems
    assert str(problem) == "t.csv:3:6: is not UTF-8: byte 27 is 0xe9 (save it as UTF-8)"
    path.write_bytes("déjà vu\n".encode() * 100)
    csvfile.check_encoding(path, "t.csv")


LONG_CELLS = """
import csv, sys
from openbaar.errors import OpenbaarError
from openbaar.schema.csvfile import read_csv
from openbaar.schema.model import Schema
csv.field_size_limit(100)  # as another library may set it
texts = {"title": {"en": "t"}, "description": {"en": "d"}}
schema = Schema.model_validate({"primaryKey": ["a"], "fields": [{"name": "a", **texts}]})
try:
    print(len(read_csv(b"a\\n" + b"x" * int(sys.argv[1]) + b"\\n", schema, "t.csv")[0]["a"]))
except OpenbaarError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("limit", "length", "said"),
    [
        ("100000", 100_001, "t.csv:2:1: a: has 100001 characters; at most 100000 are read"),
        ("200000", 200_000, "200000"),
        ("200000", 200_001, "t.csv:2:1: a: has 200001 characters; at most 200000 are read"),
        ("200000", 300_000, "t.csv:2: the record that begins here is broken: field larger than"),
    ],
)
def test_a_cell_is_as_long_as_its_limit_allows_whatever_the_csv_module_has_been_told(
    limit: str, length: int, said: str
) -> None:
    limits = {**os.environ, "OPENBAAR_LIMIT_CELL_CHARACTERS": limit}
    read = subprocess.run(
        [sys.executable, "-c", LONG_CELLS, str(length)],
        env=limits, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert read.stdout.startswith(said)


def test_all_problems_of_a_file_are_reported_at_once() -> None:
    schema = schema_of({"name": "value", "type": "integer"}, {"name": "day", "type": "date"})
    assert read_problems(b"key,value,day\n1,x,2020-01-01\n2,3,y\n", schema) == [
        "t.csv:2:3: value: 'x' is not a whole number of at most 64 bits",
        "t.csv:3:5: day: 'y' is not a date such as 2023-01-31",
    ]


def test_unique_keys_hold_and_an_empty_one_equals_nothing() -> None:
    schema = schema_of(
        {"name": "a"},
        {"name": "b"},
        {"name": "c", "constraints": {"unique": True}},
        uniqueKeys=[["a", "b"]],
    )
    assert read_problems(b"key,a,b,c\n1,x,,\n2,x,,\n3,x,y,z\n4,x,y,z\n", schema) == [
        "t.csv:5: the key (x, y) is on line 4 already",
        "t.csv:5: the key (z) is on line 4 already",
    ]


def test_an_empty_part_of_the_primary_key_is_refused() -> None:
    schema = schema_of({"name": "part"}, primaryKey=["key", "part"])
    assert read_problems(b"key,part\n1,\n", schema) == [
        "t.csv:2: part: is part of the primary key, but empty"
    ]
