"""The keys of a recipe that say how a row is printed: its template, its cells, what it sets."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from openbaar.models import Strict, Texts, as_list, as_text
from openbaar.recipe.numbers import NumbersByExample
from openbaar.schema.patterns import Pattern

Where = dict[str, Any]  # column -> the value, or the values, that its rows have
ROW_NUMBER = "{#}"  # in `set`: the running number of the row
Kind = Literal["data", "group_total", "table_total", "label"]


def _as_values(value: Any) -> Any:
    """A text, or one text for each time that a field stands in a row."""
    return tuple(as_text(item) for item in value) if isinstance(value, list) else as_text(value)


Values = Annotated[str | tuple[str, ...], BeforeValidator(_as_values)]


def _as_reasons(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# Why a cell is blank: a status, or one for each time that the field stands in a row, where null
# says that it is never blank there.
Reasons = Annotated[str | tuple[str | None, ...], BeforeValidator(_as_reasons)]


class ReadCell(Strict):
    """How the cells of one `{field}` are printed, where the schema does not say it already."""

    numbers: NumbersByExample | None = None
    pattern: Pattern | None = None
    scale: int = Field(
        1, description="what a printed number is multiplied by: 1000000 for '3,95 mio'"
    )
    marks: Texts = Field((), description="the footnote marks that may stand at this field")
    sign: Texts = Field((), description="what is printed before or behind a number: '€', '%'")
    date: str | None = Field(None, description="how a date is printed: '%d/%m/%Y', '%B %Y'")
    blank: dict[str, Reasons] = Field(
        {}, description="printed text of a blank cell -> why it is blank (a status)"
    )
    total: str | None = Field(
        None, description="the column whose total over the group, or the row, is stated here"
    )

    @property
    def is_number(self) -> bool:
        """Whether something is said that only numbers have."""
        return self.numbers is not None or bool(self.sign) or self.scale != 1


class RowTemplate(Strict):
    """One way in which a row is printed, and the columns to set that are not printed in it.

    Where ` || ` stands in it, several rows are printed as one.
    """

    row: str
    set: dict[str, Values] = {}

    @property
    def fields(self) -> list[str]:
        """The names between braces, in order; a name may stand more than once."""
        return template_fields(self.row)

    @property
    def parts(self) -> list[str]:
        """The rows that are printed as one, each as a template."""
        return self.row.split(" || ")

    def with_text(self, row: str) -> Self:
        """The same with another template."""
        return self.model_copy(update={"row": row})

    @model_validator(mode="after")
    def _template(self) -> Self:
        template_fields(self.row)
        if not all(part.strip() for part in self.parts):
            raise ValueError(f"'{self.row}' has a part in which nothing stands")
        check_set(self.set)
        return self


class TotalTemplate(RowTemplate):
    """A row that states totals, and of which rows, where those are not all that are above it.

    `where` gives the value, or the values, that these rows have in a column, `without` those that
    they do not have.
    """

    where: Where = {}
    without: Where = {}

    @property
    def is_partial(self) -> bool:
        """Whether it is the total of some rows only."""
        return bool(self.where or self.without)


def check_set(values: dict[str, Values]) -> None:
    """Raises ValueError where a column is set to what is no template."""
    for value in values.values():
        for template in as_values(value):
            if template != ROW_NUMBER:
                template_fields(template)


def as_values(value: Values) -> tuple[str, ...]:
    """The one value, or the one for each time, as a tuple."""
    return (value,) if isinstance(value, str) else value


def parted(template: str, separator: str) -> str:
    """A template of cells, with `separator` where authors write ` | `."""
    return re.sub(r" *\| *(?!\|)", separator, template)


def template_fields(template: str) -> list[str]:
    """The field names of a template such as `{province} {started}`.

    Raises ValueError if it is none.
    """
    return list(_template_fields(template))


@lru_cache(maxsize=1024)  # asked for each row that is read
def _template_fields(template: str) -> tuple[str, ...]:
    names = []
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            example = "{start_year} {started}"
            raise ValueError(
                f"'{template}' should hold field names between braces, as in '{example}'"
            )
        names.append(name)
    return tuple(names)


def times(fields: list[str]) -> int:
    """How often the fields of a template stand in it that stand there more than once; else 1."""
    return max((fields.count(name) for name in fields), default=1)


def is_ignored(field: str) -> bool:
    """Whether a field is read and neither published nor checked: its name begins with `_`."""
    return field.startswith("_")


def _as_row(value: Any) -> Any:
    return {"row": value} if isinstance(value, str) else value


def _as_rows(value: Any) -> Any:
    return tuple(_as_row(item) for item in as_list(value))


RowTemplates = Annotated[tuple[RowTemplate, ...], BeforeValidator(_as_rows)]
TotalTemplates = Annotated[tuple[TotalTemplate, ...], BeforeValidator(_as_rows)]


class Totals(Strict):
    """Rows that state totals: they are kept aside and checked, never published as data."""

    group: TotalTemplates = ()
    table: TotalTemplates = ()


class KindOfRow(NamedTuple):
    """A template with what a row that fits it is."""

    kind: Kind
    template: RowTemplate
