"""The recipe language: how the lines of a document become the rows of a table.

Each model is one mapping that a table file may hold under `recipe:`; its fields are the keys.
`docs/recipe.md` explains each of them with a small before and after.
"""

from __future__ import annotations

import re
import string
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from openbaar.schema.patterns import Pattern, Patterns
from openbaar.yamlfile import Strict, Text, Texts, as_list


class NumberFormat(Strict):
    """How a document prints numbers: which sign parts thousands, which one begins the decimals.

    A number must fit this whole: groups of exactly three digits behind each thousands sign,
    and at least one digit behind the decimal sign. So `38.0` is no number where `.` parts
    thousands, and `1234` is none where a thousands sign is due.
    """

    thousands: Literal[".", ",", " ", "'", "’", ""] = ""
    decimal: Literal[".", ",", ""] = ""

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.thousands and self.thousands == self.decimal:
            raise ValueError(f"'{self.decimal}' cannot separate both thousands and decimals")
        return self


class ReadField(Strict):
    """How one `{field}` of a row template is printed, where the schema does not say it already."""

    type: Literal["string", "integer", "number", "year"] | None = None
    pattern: Pattern | None = None
    scale: int = Field(
        1, description="what a printed number is multiplied by: 1000000 for '3,95 mio'"
    )
    marks: Texts = Field((), description="the footnote marks that may stand at this field")
    sign: Texts = Field((), description="what may be printed before or behind a number: '€', '%'")
    date: str | None = Field(None, description="how a date is printed: '%d/%m/%Y'")
    blank: dict[str, str] = Field(
        {}, description="printed text of a blank cell -> why it is blank (a status)"
    )
    total: str | None = Field(
        None, description="the column whose total over the group is stated here"
    )


class RowTemplate(Strict):
    """One way in which a row is printed, and the columns to set that are not printed in it.

    Where ` || ` stands in it, several rows are printed as one.
    """

    row: str
    set: dict[str, Text] = {}

    @property
    def fields(self) -> list[str]:
        """The names between braces, in order; a name may stand more than once."""
        return template_fields(self.row)

    @model_validator(mode="after")
    def _template(self) -> Self:
        template_fields(self.row)
        for value in self.set.values():
            template_fields(value)
        return self


def template_fields(template: str) -> list[str]:
    """The field names of a template such as `{province} {started}`.

    Raises ValueError if it is none.
    """
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
    return names


def _as_row(value: Any) -> Any:
    return {"row": value} if isinstance(value, str) else value


RowTemplates = Annotated[
    tuple[RowTemplate, ...],
    BeforeValidator(lambda value: tuple(_as_row(item) for item in as_list(value))),
]


class Totals(Strict):
    """Rows that state totals: they are kept aside and checked, never published as data."""

    group: RowTemplates = ()
    table: RowTemplates = ()


class Group(Strict):
    """Rows that share one printed label, and where that label stands."""

    field: str
    label: Literal["merged", "first", "above", "none"]
    row: Annotated[RowTemplate, BeforeValidator(_as_row)] | None = Field(
        None, description="the row that holds the label alone"
    )
    restart: str | None = Field(
        None, description="a new group begins where a value of this field comes again"
    )
    ends: Literal["total"] | None = Field(
        None, description="a group ends at a row that states its total"
    )
    sequence: tuple[Text, ...] = Field(
        (), description="the labels in order, where the document lost them"
    )
    why: str = Field("", description="how one knows the sequence")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.label == "none" and not (self.sequence and self.why):
            raise ValueError("a group whose labels were lost needs 'sequence' and 'why'")
        if self.label != "none" and (self.sequence or self.why):
            raise ValueError(
                "'sequence' and 'why' are for 'label: none'; otherwise the labels are read"
            )
        if (self.label == "above") != (self.row is not None):
            raise ValueError(
                "'label: above' needs the 'row' that holds the label alone, and only that"
            )
        if self.label in ("merged", "none") and bool(self.restart) == bool(self.ends):
            raise ValueError("say where a group ends: either 'restart' or 'ends'")
        return self


def heading_parts(heading: str) -> list[str]:
    """The parts of a stacked heading: `"2021 | men"` -> ["2021", "men"]."""
    return [part.strip() for part in heading.split(" | ")]


class Melt(Strict):
    """Columns of numbers under headings that are themselves data, turned into rows.

    `columns` maps each heading as printed to the fields that stand below it: which column is read
    from which field. Under stacked headings, `into` names a column for each level, and a heading is
    `"2021 | men"`.
    """

    into: Texts
    columns: dict[Text, dict[str, str]]
    why: str = Field("", description="where the headings were lost: how one knows them")

    @model_validator(mode="after")
    def _levels(self) -> Self:
        levels = len(self.into)
        for heading in self.columns:
            if len(heading_parts(heading)) != levels:
                raise ValueError(f"the heading '{heading}' should have {levels} parts, as 'into'")
        return self


class Units(Strict):
    """How lines are put together before rows are read in them: exactly one of three ways."""

    by: Literal["block", "line", "aligned", "cell"] | None = Field(
        None,
        description="blocks between blank lines, each line, its cells in columns, each line a cell",
    )
    starts: Pattern | None = Field(None, description="a unit begins at each line that this matches")
    split: Pattern | None = Field(
        None, description="the lines are one text, parted wherever this matches"
    )

    @property
    def in_cells(self) -> bool:
        """Whether a unit is made of cells, so that ` | ` parts them in templates."""
        return self.by in ("aligned", "cell")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(way is not None for way in (self.by, self.starts, self.split)) != 1:
            raise ValueError(
                "give 'block', 'line', 'aligned', 'cell', {starts: pattern} or {split: pattern}"
            )
        return self


def _as_units(value: Any) -> Any:
    return {"by": value} if isinstance(value, str) else value


class Patch(Strict):
    """A correction of the document's text, refused as soon as it no longer applies."""

    line: int
    was: str
    to: str
    why: str


class Recipe(Strict):
    """How one table is read from one document."""

    from_: Patterns = Field(
        (),
        alias="from",
        description="lines to find one after the other; it comes after the last, or first of all",
    )
    until: Pattern | None = Field(
        None, description="the first line that is no longer part of it; else the end"
    )
    document: str | None = None
    page: Text | None = Field(
        None,
        description="the page or the sheet to look at; all of them where it is left out",
    )
    header: Texts = Field((), description="the headings as printed, which must all stand there")
    repeated: Pattern | None = Field(
        None, description="headings that come again, on each page or in each group"
    )
    units: Annotated[Units, BeforeValidator(_as_units)] | None = None
    numbers: NumberFormat | None = None
    fields: dict[str, ReadField] = {}
    rows: RowTemplates
    totals: Totals = Totals()
    drop: Patterns = Field((), description="units that are no rows: each must match as a whole")
    join: int = Field(
        1, ge=1, le=20, description="how many units may make one row together, at the most"
    )
    ignore: Texts = Field((), description="fields that are read and neither published nor checked")
    group: Group | None = None
    melt: Melt | None = None
    count: str | None = Field(
        None, description="the column that takes the running number of the row"
    )
    without: tuple[str, ...] = Field((), description="tables whose lines are left out of this one")
    patch: tuple[Patch, ...] = ()

    @property
    def reading(self) -> Units:
        """How lines are put together; blocks, where nothing else is said."""
        return self.units or Units(by="block")

    @property
    def templates(self) -> tuple[RowTemplate, ...]:
        """All row templates, of rows, totals and labels."""
        label = (self.group.row,) if self.group and self.group.row else ()
        return (*self.rows, *self.totals.group, *self.totals.table, *label)

    def for_cells(self, separator: str) -> Recipe:
        """The recipe for a document of cells, with `separator` where authors write ` | `."""

        def parted(row: RowTemplate) -> RowTemplate:
            return row.model_copy(update={"row": re.sub(r" *\| *(?!\|)", separator, row.row)})

        def all_parted(rows: tuple[RowTemplate, ...]) -> tuple[RowTemplate, ...]:
            return tuple(parted(row) for row in rows)

        group = self.group
        if group and group.row:
            group = group.model_copy(update={"row": parted(group.row)})
        totals = Totals(group=all_parted(self.totals.group), table=all_parted(self.totals.table))
        header = tuple(text.replace("|", " ") for text in self.header)
        return self.model_copy(
            update={
                "rows": all_parted(self.rows),
                "totals": totals,
                "group": group,
                "header": header,
            }
        )
