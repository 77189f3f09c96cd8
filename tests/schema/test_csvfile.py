"""The strict CSV reader and the YAML loader: what they take comes back the same, what is hostile is refused by line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaar.errors import OpenbaarError
from openbaar.schema.csvfile import INT64, read_csv, row_lines, write_csv
from openbaar.tables.model import Table
from openbaar.yamlfile import MAX_BYTES, parse_yaml, read_yaml

TYPES = ("string", "integer", "number", "year", "boolean", "date", "array")
KEY = {"name": "key", "type": "integer", "constraints": {"required": True}}


def make_table(*fields: dict[str, Any], **schema: Any) -> Table:
    """A table with the integer key `key` and these fields behind it."""
    described = [
        {"title": {"en": "t"}, "description": {"en": "d"}, **field} for field in (KEY, *fields)
    ]
    table_schema = {"primaryKey": ["key"], "fields": described, **schema}
    return Table.model_validate(
        {"name": "t", "title": {"en": "t"}, "description": {"en": "d"}, "schema": table_schema}
    )


ALL_TYPES = make_table(*({"name": f"a_{kind}", "type": kind} for kind in TYPES))

texts = st.text(alphabet="abé€😀 \t\n\"',;=-+@01.|", min_size=1)
values = st.fixed_dictionaries(
    {
        "key": st.integers(-INT64, INT64 - 1),
        "a_string": st.none() | texts,
        "a_integer": st.none() | st.integers(-INT64, INT64 - 1),
        "a_number": st.none() | st.decimals(-99999999, 99999999, places=4),
        "a_year": st.none() | st.integers(1000, 9999),
        "a_boolean": st.none() | st.booleans(),
        "a_date": st.none() | st.dates().map(lambda date: date.isoformat()),
        "a_array": st.none() | st.sampled_from(["[]", '["a, b", "é"]', "[1,\n2]"]),
    }
)


@given(st.lists(values, unique_by=lambda row: row["key"]))
def test_rows_that_are_written_and_read_again_are_the_same_rows(rows: list[dict[str, Any]]) -> None:
    data = write_csv(ALL_TYPES.columns, rows)
    assert read_csv(data, ALL_TYPES.table_schema, "t.csv") == rows
    assert write_csv(ALL_TYPES.columns, read_csv(data, ALL_TYPES.table_schema, "t.csv")) == data


@given(st.lists(values, unique_by=lambda row: row["key"], min_size=1))
def test_each_row_begins_on_the_line_that_row_lines_says(rows: list[dict[str, Any]]) -> None:
    data = write_csv(ALL_TYPES.columns, rows)
    lines = data.decode().split("\n")
    begins = [lines[line - 1].split(",")[0] for line in row_lines(data)]
    assert begins == [str(row["key"]) for row in rows]


def test_decimals_and_missing_cells_stay_exactly_as_they_are_written() -> None:
    table = make_table({"name": "share", "type": "number"}, {"name": "label"})
    data = b"key,share,label\n1,0.10,-25 jaar\n2,,\n3,123456789012.345,=1+1\n"
    assert read_csv(data, table.table_schema, "t.csv") == [
        {"key": 1, "share": Decimal("0.10"), "label": "-25 jaar"},
        {"key": 2, "share": None, "label": None},
        {"key": 3, "share": Decimal("123456789012.345"), "label": "=1+1"},
    ]
    assert write_csv(table.columns, read_csv(data, table.table_schema, "t.csv")) == data


def test_a_table_may_have_no_rows() -> None:
    assert read_csv(b"key\n", make_table().table_schema, "t.csv") == []


BROKEN_FILES = {
    "no bytes": (b"", "t.csv:1: the header is 'nothing' (expected 'key,label')"),
    "a byte order mark": (
        b"\xef\xbb\xbfkey,label\n1,a\n",
        r"t.csv:1: the header is '\ufeffkey,label' (expected 'key,label')",
    ),
    "a header twice": (
        b"key,label,label\n1,a,b\n",
        "t.csv:1: the header is 'key,label,label' (expected 'key,label')",
    ),
    "cp1252": (
        b"key,label\n1,caf\xe9\n",
        "t.csv: is not UTF-8: byte 15 is 0xe9 (save it as UTF-8)",
    ),
    "a quote never closed": (
        b'key,label\n1,a\n2,"b\n' + b"3,c\n" * 1000,
        "t.csv:3: the record that begins here is broken: unexpected end of data",
    ),
    "a quote closed too early": (
        b'key,label\n1,"a"b\n',
        "t.csv:2: the record that begins here is broken: ',' expected after '\"'",
    ),
    "a row too long": (b"key,label\n1,a\n2,b,c\n", "t.csv:3: has 3 cells, not 2"),
    "a row too short, behind a cell of two lines": (
        b'key,label\n1,"a\nb"\n2\n',
        "t.csv:4: has 1 cells, not 2",
    ),
    "an empty line": (b"key,label\n1,a\n\n2,b\n", "t.csv:3: has 0 cells, not 2"),
    "a cell of 100,001 characters": (
        b"key,label\n1," + b"a" * 100_001 + b"\n",
        "t.csv:2: label: has 100001 characters; at most 100000 are read",
    ),
    "NUL": (b"key,label\n1,a\x00b\n", "t.csv:2: label: holds the hidden character U+0000"),
    "a bidirectional control": (
        "key,label\n1,a\u202eb\n".encode(),
        "t.csv:2: label: holds the hidden character U+202E",
    ),
    "a zero-width space": (
        "key,label\n1,a\u200bb\n".encode(),
        "t.csv:2: label: holds the hidden character U+200B",
    ),
    "letters not composed": (
        "key,label\n1,e\u0301\n".encode(),
        "t.csv:2: label: 'e\u0301' is not in Unicode's normal form C",
    ),
    "a key twice": (b"key,label\n1,a\n1,b\n", "t.csv:3: the key (1) stands on line 2 already"),
    "a key that is empty": (b"key,label\n,a\n", "t.csv:2: key: is required, but empty"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_broken_file_is_refused_with_the_line_named(data: bytes, message: str) -> None:
    assert read_problems(data, make_table({"name": "label"})) == [message]


BROKEN_CELLS = [
    (
        "integer",
        "100000000000000000000",
        "'100000000000000000000' is not a whole number of at most 64 bits",
    ),
    (
        "integer",
        "9223372036854775808",
        "'9223372036854775808' is not a whole number of at most 64 bits",
    ),
    ("integer", "1_000", "'1_000' is not a whole number of at most 64 bits"),
    ("integer", "1.000", "'1.000' is not a whole number of at most 64 bits"),
    ("integer", "01", "'01' is not a whole number of at most 64 bits"),
    ("integer", "٣", "'٣' is not a whole number of at most 64 bits"),
    ("integer", " 1", "' 1' is not a whole number of at most 64 bits"),
    ("number", "NaN", "'NaN' is not a decimal number"),
    ("number", "INF", "'INF' is not a decimal number"),
    ("number", "1e5", "'1e5' is not a decimal number"),
    ("number", '"1,5"', "'1,5' is not a decimal number"),
    (
        "number",
        "0.12345678901234567",
        "'0.12345678901234567' has more than 15 digits, which a database would round",
    ),
    ("year", "23", "'23' is not a year of four digits"),
    ("boolean", "True", "'True' is neither true nor false"),
    ("date", "20230131", "'20230131' is not a date such as 2023-01-31"),
    ("date", "2023-02-30", "day is out of range for month"),
    ("array", "[1", "'[1' is not a JSON array: Expecting ',' delimiter"),
    ("array", "{}", "'{}' is not a JSON array"),
]


@pytest.mark.parametrize(("kind", "cell", "message"), BROKEN_CELLS)
def test_a_cell_that_does_not_fit_its_type_is_refused(kind: str, cell: str, message: str) -> None:
    table = make_table({"name": "value", "type": kind})
    assert read_problems(f"key,value\n1,{cell}\n".encode(), table) == [f"t.csv:2: value: {message}"]


BROKEN_CONSTRAINTS = [
    ({"minimum": 3}, "2", "2 is below the minimum 3"),
    ({"maximum": 3}, "4", "4 is above the maximum 3"),
    ({"enum": [1, 2]}, "3", "'3' is none of 1, 2"),
    ({"pattern": "1|2"}, "12", "'12' does not match '1|2'"),
    ({"required": True}, "", "is required, but empty"),
]


@pytest.mark.parametrize(("constraints", "cell", "message"), BROKEN_CONSTRAINTS)
def test_a_cell_that_breaks_a_constraint_is_refused(
    constraints: dict[str, Any], cell: str, message: str
) -> None:
    table = make_table({"name": "value", "type": "integer", "constraints": constraints})
    assert read_problems(f"key,value\n1,{cell}\n".encode(), table) == [f"t.csv:2: value: {message}"]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    table = make_table({"name": "value", "type": "integer"}, {"name": "day", "type": "date"})
    assert read_problems(b"key,value,day\n1,x,2020-01-01\n2,3,y\n", table) == [
        "t.csv:2: value: 'x' is not a whole number of at most 64 bits",
        "t.csv:3: day: 'y' is not a date such as 2023-01-31",
    ]


def test_unique_keys_hold_and_an_empty_one_equals_nothing() -> None:
    table = make_table(
        {"name": "a"},
        {"name": "b"},
        {"name": "c", "constraints": {"unique": True}},
        uniqueKeys=[["a", "b"]],
    )
    assert read_problems(b"key,a,b,c\n1,x,,\n2,x,,\n3,x,y,z\n4,x,y,z\n", table) == [
        "t.csv:5: the key (x, y) stands on line 4 already",
        "t.csv:5: the key (z) stands on line 4 already",
    ]


def test_an_empty_part_of_the_primary_key_is_refused() -> None:
    table = make_table({"name": "part"}, primaryKey=["key", "part"])
    assert read_problems(b"key,part\n1,\n", table) == [
        "t.csv:2: part: is part of the key, but empty"
    ]


def read_problems(data: bytes, table: Table) -> list[str]:
    """The problems that the reader raises, as text."""
    with pytest.raises(OpenbaarError) as caught:
        read_csv(data, table.table_schema, "t.csv")
    return [str(problem) for problem in caught.value.problems]


BROKEN_YAML = {
    "an alias": ("a: &x [1]\nb: *x\n", "t.yaml:2:4: the alias *x is refused (write it out)"),
    "a python tag": (
        "a: !!python/name:os.getcwd ''\n",
        "t.yaml:1:4: the tag tag:yaml.org,2002:python/name:os.getcwd is refused "
        "(write plain text, numbers, lists and mappings)",
    ),
    "a key twice": (
        "a: 1\nb: 2\na: 3\n",
        "t.yaml:3:1: the key 'a' is given here and on line 1 (keep one of them)",
    ),
    "a key that is no text": (
        "? [a]\n: 1\n",
        "t.yaml:1:3: the key ['a'] is neither text nor a whole number (quote it)",
    ),
    "broken syntax": ("a: [1\nb: 2\n", "t.yaml:2:2: is not YAML: expected ',' or ']', but got ':'"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN_YAML.values(), ids=BROKEN_YAML)
def test_hostile_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(OpenbaarError) as caught:
        parse_yaml(text, "t.yaml")
    assert [str(problem) for problem in caught.value.problems] == [message]


def test_a_yaml_file_over_the_limit_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(OpenbaarError) as caught:
        read_yaml(tmp_path / "t.yaml", "t.yaml")
    assert str(caught.value) == "t.yaml: is 1000001 bytes; at most 1000000 are read"
