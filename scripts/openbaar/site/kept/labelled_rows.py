"""Rows in which Datasette puts names for codes, and the next page of a table that has such rows.

For the next page Datasette asks the last row for the column by which the table is sorted, and looks
it up by the key where that is no column of the page, as the number of a row is none. It expects the
IndexError of `sqlite3.Row`, but its own rows with names raise KeyError; and a code in the key is a
pair of value and name there. Either would end the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasette.utils import CustomRow


class NoSuchColumnError(KeyError, IndexError):
    """What both kinds of rows raise where a column is not there."""


class LabelledRow(CustomRow):  # type: ignore[misc]  # Datasette publishes no types
    """A row with names for codes that tells of a missing column as `sqlite3.Row` does."""

    def __getitem__(self, key: str | int) -> Any:
        try:
            return super().__getitem__(key)
        except KeyError as error:
            raise NoSuchColumnError(key) from error


def without_names(params: Any) -> Any:
    """The parameters of a query without the names of codes that came with them from such a row."""
    if not isinstance(params, Mapping):
        return params
    return {name: _value(given) for name, given in params.items()}


def _value(given: Any) -> Any:
    return given["value"] if isinstance(given, Mapping) else given


def install() -> None:
    """Let Datasette make such rows; to be called when all its modules are there."""
    from datasette.views import table

    table.CustomRow = LabelledRow
