"""The values of cells: what does not fit its type or its column is refused."""

from __future__ import annotations

from typing import Any

import pytest

from openbaar.schema.model import Constraints, SchemaField
from openbaar.schema.values import parse_value

BROKEN_CELLS = [
    ("string", "a" * 100_001, "has 100001 characters; at most 100000 are read"),
    ("string", "a\x00b", "has the hidden character U+0000; remove it"),
    ("string", "a\u202eb", "has the hidden character U+202E; remove it"),
    ("string", "a\u200bb", "has the hidden character U+200B; remove it"),
    ("string", "e\u0301", "'e\u0301' is not in Unicode's normal form C; compose its letters"),
    ("integer", "1" + "0" * 20, f"'1{'0' * 20}' is not a whole number of at most 64 bits"),
    ("integer", str(2**63), "'9223372036854775808' is not a whole number of at most 64 bits"),
    ("integer", "1_000", "'1_000' is not a whole number of at most 64 bits"),
    ("integer", "1.000", "'1.000' is not a whole number of at most 64 bits"),
    ("integer", "01", "'01' is not a whole number of at most 64 bits"),
    ("integer", "٣", "'٣' is not a whole number of at most 64 bits"),
    ("integer", " 1", "' 1' is not a whole number of at most 64 bits"),
    ("number", "NaN", "'NaN' is not a decimal number"),
    ("number", "INF", "'INF' is not a decimal number"),
    ("number", "1e5", "'1e5' is not a decimal number"),
    ("number", "1,5", "'1,5' is not a decimal number"),
    (
        "number",
        "0.12345678901234567",
        "'0.12345678901234567' has more than 15 digits; a database would round it",
    ),
    ("year", "23", "'23' is not a year from 1000 to 9999"),
    ("year", "0023", "'0023' is not a year from 1000 to 9999"),
    ("boolean", "True", "'True' is neither true nor false"),
    ("yearmonth", "2023-13", "'2023-13' is not a month of a year such as 2023-01"),
    ("date", "20230131", "'20230131' is not a date such as 2023-01-31"),
    ("date", "2023-02-30", "'2023-02-30' is not a date: day is out of range for month"),
    ("array", "[1", "'[1' is not a JSON array: Expecting ',' delimiter"),
    ("array", "{}", "'{}' is not a JSON array"),
]


@pytest.mark.parametrize(("kind", "cell", "message"), BROKEN_CELLS)
def test_a_cell_that_does_not_fit_its_type_is_refused(kind: str, cell: str, message: str) -> None:
    assert refusal(cell, kind) == message


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
    assert refusal(cell, "integer", **constraints) == message


def refusal(cell: str, kind: str, **constraints: Any) -> str:
    """What is wrong with a cell in a column of this type."""
    field = SchemaField(
        name="value",
        type=kind,  # type: ignore[arg-type]  # those of the cases above
        title={"en": "Value"},
        description={"en": "A value."},
        constraints=Constraints(**constraints),
    )
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is what is tested
        parse_value(field, cell)
    return str(caught.value)
