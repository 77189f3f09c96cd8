"""Queries and charts: the models of what authors write about them, in package and table files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from openbaar.models import Strict, Text, Texts
from openbaar.schema.names import Name
from openbaar.texts import Localized
from openbaar.yamlfile import KeyPath


class MarkedRows(Strict):
    """Rows that a chart shows in another way, and what to say of them."""

    rows: dict[Name, Text] = Field(description="the value of each column that such a row has")
    text: Localized

    def matches(self, values: Mapping[str, Any]) -> bool:
        """Whether a row with these values by column is one of them."""
        return has_values(values, self.rows)


def has_values(values: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a row has each wanted value, given as text; a column that it lacks has none."""
    return all(
        column in values and str(values[column]) == value for column, value in wanted.items()
    )


class Chart(Strict):
    """A chart of a table or of a query's result, one mark for each figure of a row.

    The axis that is measured names a column with a unit, or several with the same one, which are
    told apart by colour; the other axis may name several, shown together. How it is drawn follows
    from the rows; the other keys say what they do not.
    """

    x: Texts = Field(description="the columns along one axis")
    y: Texts = Field(description="the columns along the other axis")
    color: Name | None = Field(None, description="the column whose values are told apart by colour")
    mark: Literal["bar", "line"] | None = Field(
        None, description="`line` joins periods; without it, bars or lines are chosen by the rows"
    )
    sort: Literal["value", "given"] | None = Field(
        None, description="the order of what is no period: by value, or as given"
    )
    partial: MarkedRows | None = Field(None, description="periods that are not whole: hatched")
    planned: MarkedRows | None = Field(None, description="what had not happened yet: only outlined")
    highlight: dict[Name, Text] = Field({}, description="the rows that keep their colour")
    of_period: Literal["total", "per_year"] | None = Field(
        None, description="what is measured where periods differ in length"
    )
    note: Localized = Field(Localized(), description="a caveat in the picture itself")

    @property
    def columns(self) -> list[str]:
        """Every column that it shows."""
        columns = [*self.x, *self.y]
        if self.color is not None:
            columns.append(self.color)
        return columns

    @property
    def columns_of_rows(self) -> list[str]:
        """Every column by which it knows rows that it shows in another way."""
        columns = list(self.highlight)
        for marked in (self.partial, self.planned):
            if marked is not None:
                columns += marked.rows
        return columns

    def named_columns(self) -> Iterator[tuple[KeyPath, str]]:
        """Every column that it names, each with the path of its key."""
        for key, names in (("x", self.x), ("y", self.y)):
            for index, name in enumerate(names):
                yield (key, index), name
        if self.color is not None:
            yield ("color",), self.color
        for name in self.highlight:
            yield ("highlight", name), name
        for key, marked in (("partial", self.partial), ("planned", self.planned)):
            if marked is not None:
                yield from (((key, "rows", name), name) for name in marked.rows)

    def measures(self, units: Mapping[str, Localized]) -> tuple[str, ...]:
        """The columns that are measured: one, or several along one axis that have one unit.

        `units` are those of the columns that have one. Raises ValueError when neither axis is
        measured, or both, and when columns cannot be measured together.
        """
        counted = [axis for axis in (self.x, self.y) if set(axis) <= units.keys()]
        alone = [axis for axis in counted if len(axis) == 1]
        measured = alone or counted
        if len(measured) != 1:
            raise ValueError("one of 'x' and 'y', and not both, should be a column with a 'unit'")
        (columns,) = measured
        if any(units[column] != units[columns[0]] for column in columns):
            names = ", ".join(columns)
            raise ValueError(f"what is measured together should have one unit: {names}")
        if len(columns) > 1 and self.color is not None:
            raise ValueError("columns measured together are the colours; leave out 'color'")
        return tuple(columns)


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
    answer: Localized = Field(
        Localized(),
        description="the answer in a sentence: `{column}` is its value in the first row of the "
        "result, `{column.last}` that in the last one",
    )
    sql: str
    parameters: dict[Name, Parameter] = {}
    columns: dict[Name, ResultColumn] = Field(
        {}, description="the columns that are not those of a table"
    )
    chart: Chart | None = None
