"""Queries and charts: the models of what authors write about them, in package and table files."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pydantic import Field

from openbaar.schema.names import Name
from openbaar.texts import Localized
from openbaar.yamlfile import Strict, Text, Texts


class Chart(Strict):
    """A chart of a table or of a query's result, one mark per row.

    The axis that is measured names one column, which has a unit; the other one may name several,
    shown together.
    """

    x: Texts = Field(description="the columns along the horizontal axis")
    y: Texts = Field(description="the columns along the vertical axis")
    color: Name | None = Field(None, description="the column whose values are told apart by colour")
    mark: Literal["bar", "line"] = "bar"

    @property
    def columns(self) -> list[str]:
        """Every column that it shows."""
        columns = [*self.x, *self.y]
        if self.color is not None:
            columns.append(self.color)
        return columns

    def measured(self, units: Collection[str]) -> str:
        """The column that is measured, `units` being those that have a unit.

        Raises ValueError when neither axis is measured, or both.
        """
        measured: list[str] = []
        for axis in (self.x, self.y):
            if len(axis) == 1 and axis[0] in units:
                measured.append(axis[0])
        if len(measured) != 1:
            raise ValueError("one of 'x' and 'y', and not both, should be a column with a 'unit'")
        return measured[0]


class ResultColumn(Strict):
    """A column that a query computes: its title, what it means, and the unit it is counted in."""

    title: Localized
    description: Localized = Localized()
    unit: Localized | None = None


class Parameter(Strict):
    """What a visitor may give a query: one of the `choices`, or any text where there are none."""

    title: Localized
    choices: Text | None = Field(
        None, description="a code list, or `table.column` for the values of that column"
    )


class Query(Strict):
    """A canned query of the site: a question, and the SQL that answers it."""

    title: Localized
    description: Localized = Localized()
    sql: str
    parameters: dict[Name, Parameter] = {}
    columns: dict[Name, ResultColumn] = Field(
        {}, description="the columns that are not those of a table"
    )
    chart: Chart | None = None
