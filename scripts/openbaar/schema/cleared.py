"""Which cells of a column are right beyond doubt, told for all of them at once by Arrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from openbaar.schema.model import SchemaField
from openbaar.schema.values import HIDDEN, INT64, MAX_CELL, MAX_DIGITS, parse_value

Array = Any  # an array of Arrow, whose types are not published
INTEGER = "^-?(0|[1-9][0-9]{0,17})$"  # fits 64 bits; those of 19 digits are judged one by one
NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"


def by_distinct(cells: Array, cleared: Callable[[Array], Array]) -> Array:
    """For each cell whether it is cleared; where few differ, these are looked at first."""
    distinct = pc.unique(cells).drop_null()
    if len(distinct) * 4 < len(cells) and pc.all(cleared(distinct)).as_py() is not False:
        return pa.repeat(True, len(cells))
    return cleared(cells)


def matching(pattern: str, cells: Array) -> Array:
    """For each cell whether it is, as a whole, what the pattern describes."""
    return pc.match_substring_regex(cells, f"^(?:{pattern})$")


def cleared_by_value(column: SchemaField, cells: Array) -> Array:
    """For each cell whether `parse_value` accepts it, asked once for each text in the batch."""
    right = []
    distinct = pc.unique(cells).drop_null()
    for text in distinct.to_pylist():
        try:
            parse_value(column, text)
        except ValueError:
            continue
        right.append(text)
    if len(right) == len(distinct):
        return pa.repeat(True, len(cells))
    return pc.is_in(cells, pa.array(right, pa.string()))


def cleared_text(column: SchemaField, cells: Array) -> Array:
    """For each text whether it matches, is composed, not too long, and hides nothing."""
    right = pc.invert(pc.match_substring_regex(cells, HIDDEN.pattern))
    right = pc.and_(right, pc.less_equal(pc.binary_length(cells), MAX_CELL))
    if column.constraints.pattern is not None:
        right = pc.and_(right, matching(column.constraints.pattern, cells))
    if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
        return right
    return pc.and_(right, pc.equal(cells, pc.utf8_normalize(cells, "NFC")))


def integers(cells: Array) -> Array:
    """The whole numbers that the cells are; null where that is in doubt.

    Where all are written as Arrow writes them, no pattern is looked for, which takes longer.
    """
    try:
        numbers = pc.cast(cells, pa.int64())
    except pa.ArrowInvalid:
        numbers = None
    if numbers is not None and pc.cast(numbers, pa.string()).equals(cells):
        return numbers
    clear = pc.match_substring_regex(cells, INTEGER)
    return pc.cast(pc.if_else(clear, cells, None), pa.int64())


def numbers_of(cells: Array) -> Array:
    """The numbers that the cells are; null where that is in doubt.

    A number with a sign and a point in `MAX_DIGITS` characters has fewer digits than that.
    """
    clear = pc.match_substring_regex(cells, NUMBER)
    clear = pc.and_(clear, pc.less_equal(pc.binary_length(cells), MAX_DIGITS))
    return pc.cast(pc.if_else(clear, cells, None), pa.float64())


def are_whole(numbers: Array) -> bool:
    return pc.all(pc.equal(pc.floor(numbers), numbers)).as_py() is not False


def in_range(column: SchemaField, numbers: Array) -> Array:
    """For each number whether it is within the bounds of its column; one in doubt is not."""
    right = pc.is_valid(numbers)
    minimum, maximum = column.constraints.minimum, column.constraints.maximum
    if minimum is not None:
        right = pc.and_(right, pc.greater_equal(numbers, _bound(minimum, numbers)))
    if maximum is not None:
        right = pc.and_(right, pc.less_equal(numbers, _bound(maximum, numbers)))
    return pc.fill_null(right, False)


def _bound(bound: int, numbers: Array) -> Any:
    """A bound as a number of the same kind, within 64 bits, where all numbers are."""
    within = min(max(bound, -INT64), INT64 - 1)
    return pa.scalar(float(within) if numbers.type == pa.float64() else within, numbers.type)
