"""The recipe language: how the lines of a document become the rows of a table.

Each model is one mapping that a table file may hold under `recipe:`; its fields are the keys.
`docs/recipe.md` explains each of them with a small before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Any, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from openbaar.models import Strict, Text, Texts, as_list
from openbaar.recipe.numbers import NumbersByExample
from openbaar.recipe.row_keys import (
    KindOfRow,
    ReadCell,
    RowTemplate,
    RowTemplates,
    Totals,
    Values,
    check_set,
    parted,
    template_fields,
)
from openbaar.recipe.unit_keys import GivenUnits, Units
from openbaar.schema.patterns import Pattern, Patterns, check_pattern

Row = TypeVar("Row", bound=RowTemplate)

# Keys of the language before 0.2, which `openbaar migrate` rewrites.
OLD_KEYS = ("units", "repeated", "drop", "without", "ignore", "count", "melt", "fields")


class Group(Strict):
    """Rows that share one label, and where that label is printed.

    `printed` is `first` (on the first row of its group), `merged` (where Word puts a merged cell),
    the template of the row above the group that holds the label alone, or, where the document lost
    the labels, a list of them.
    """

    label: str = Field(description="the column that the label fills")
    printed: Values
    ends: Text | None = Field(
        None,
        description="'total': it ends at its total; '{field}': where a value of it comes again",
    )
    why: str = Field("", description="how one knows labels that the document lost")

    @property
    def is_merged(self) -> bool:
        """Whether the label is where the text of a PDF by Word has merged cells."""
        return self.printed == "merged"

    @property
    def lost(self) -> tuple[str, ...]:
        """The labels in order, where the document lost them."""
        return self.printed if isinstance(self.printed, tuple) else ()

    @property
    def row(self) -> RowTemplate | None:
        """The row that holds the label alone, where there is one."""
        if isinstance(self.printed, str) and "{" in self.printed:
            return RowTemplate(row=self.printed)
        return None

    @property
    def ends_at_total(self) -> bool:
        """Whether a group ends at a row that states its total."""
        return self.ends == "total"

    @property
    def restart(self) -> str | None:
        """The field whose values come again where a new group begins."""
        if self.ends is None or self.ends_at_total:
            return None
        return template_fields(self.ends)[0]

    def for_cells(self, separator: str) -> Group:
        """The group in a document of cells, with `separator` where authors write ` | `."""
        if not isinstance(self.printed, str):
            return self
        return self.model_copy(update={"printed": parted(self.printed, separator)})

    @model_validator(mode="after")
    def _lost_labels_are_explained(self) -> Self:
        if bool(self.lost) != bool(self.why):
            raise ValueError("'why' says how one knows labels that were lost: give it with a list")
        return self

    @model_validator(mode="after")
    def _printed_is_known(self) -> Self:
        if self.lost or self.printed in ("merged", "first"):
            return self
        if self.row is None:
            raise ValueError(
                "'printed' should be 'merged', 'first', a template of the row that holds the label "
                "alone, or the list of labels that the document lost"
            )
        if self.row.fields != [self.label]:
            raise ValueError(f"the template under 'printed' should hold '{{{self.label}}}' alone")
        return self

    @model_validator(mode="after")
    def _ends_somewhere(self) -> Self:
        if self.ends is None:
            if self.is_merged or self.lost:
                raise ValueError("say where a group ends: 'ends: total', or 'ends: \"{field}\"'")
        elif not self.ends_at_total and len(template_fields(self.ends)) != 1:
            raise ValueError("'ends' should be 'total', or one field between braces")
        return self


class SkippedTables(Strict):
    """Tables whose lines are left out of this one."""

    table: Texts


def _as_skipped(value: Any) -> Any:
    return tuple(_checked_skip(item) for item in as_list(value))


def _checked_skip(item: Any) -> Any:
    return check_pattern(item) if isinstance(item, str) else item


Skipped = Annotated[tuple[str | SkippedTables, ...], BeforeValidator(_as_skipped)]


class Patch(Strict):
    """A correction of the document's text, refused as soon as it no longer applies."""

    line: Annotated[Text, Field(pattern=r"^(.+:)?[0-9]+$", examples=["107 or 3:12"])] = Field(
        description="its number, after its page where places have one: 107, or 3:12"
    )
    was: str
    to: str
    why: str


class Recipe(Strict):
    """How one table is read from one document."""

    document: str | None = None
    page: Text | None = Field(
        None,
        description="the page or the sheet to look at; all of them where it is left out",
    )
    from_: Patterns = Field(
        (),
        alias="from",
        description="lines to find one after the other; it comes after the last, or first of all",
    )
    until: Pattern | None = Field(
        None, description="the first line that is no longer part of it; else the end"
    )
    header: Texts = Field(
        (), description="the headings as printed, with `{field}` where a heading is data"
    )
    by: GivenUnits | None = None
    join: int = Field(
        1, ge=1, le=20, description="how many units may make one row together, at the most"
    )
    numbers: NumbersByExample | None = None
    rows: RowTemplates
    set: dict[str, Values] = Field(
        {}, description="columns of every row that are not printed, made of text and fields"
    )
    why: str = Field("", description="how one knows values that are listed under 'set'")
    totals: Totals = Totals()
    skip: Skipped = Field(
        (), description="units that are no rows, each matched as a whole, and lines of other tables"
    )
    cells: dict[str, ReadCell] = {}
    groups: Annotated[tuple[Group, ...], BeforeValidator(lambda value: tuple(as_list(value)))] = (
        Field((), alias="group", description="the labels of groups, the outermost first")
    )
    patch: tuple[Patch, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _no_old_keys(cls, value: Any) -> Any:
        given = value if isinstance(value, dict) else {}
        old = [key for key in OLD_KEYS if key in given]
        if old:
            keys = ", ".join(f"'{key}'" for key in old)
            raise ValueError(
                f"the keys {keys} are of the recipe language before 0.2; run 'openbaar migrate'"
            )
        return value

    @model_validator(mode="after")
    def _templates_of_text(self) -> Self:
        for heading in self.header:
            template_fields(heading)
        check_set(self.set)
        lists_values = any(isinstance(value, tuple) for value in self.set.values())
        if lists_values != bool(self.why):
            raise ValueError("'why' says how one knows values that 'set' lists: give both or none")
        return self

    @model_validator(mode="after")
    def _outer_groups(self) -> Self:
        for outer in self.groups[:-1]:
            if outer.lost or outer.is_merged or outer.ends_at_total:
                raise ValueError(
                    f"the outer label '{outer.label}' should stand on the first row of its group, "
                    "or alone on a row above it"
                )
        return self

    @property
    def group(self) -> Group | None:
        """The innermost group, where rows are grouped."""
        return self.groups[-1] if self.groups else None

    @property
    def group_labels(self) -> list[str]:
        """The columns that labels of groups fill, the outermost first."""
        return [group.label for group in self.groups]

    @property
    def reading(self) -> Units:
        """How lines are put together; blocks, where nothing else is said."""
        return self.by or Units(by="block")

    @property
    def templates(self) -> tuple[RowTemplate, ...]:
        """All row templates, of rows, totals and labels."""
        return tuple(each.template for each in self.kinds_of_rows)

    @property
    def kinds_of_rows(self) -> list[KindOfRow]:
        """The templates with what a row that fits them is."""
        found = [KindOfRow("data", row) for row in self.rows]
        found += [KindOfRow("group_total", row) for row in self.totals.group]
        found += [KindOfRow("table_total", row) for row in self.totals.table]
        rows = [group.row for group in self.groups]
        found += [KindOfRow("label", row) for row in rows if row is not None]
        return found

    @property
    def headings(self) -> list[str]:
        """The columns that are read from the headings, the highest level first."""
        names: dict[str, None] = {}
        for heading in self.header:
            names.update(dict.fromkeys(template_fields(heading)))
        return list(names)

    @property
    def skipped_patterns(self) -> list[str]:
        """The patterns of units that are no rows."""
        return [item for item in self.skip if isinstance(item, str)]

    @property
    def skipped_tables(self) -> list[str]:
        """The tables whose lines are left out."""
        names: list[str] = []
        for item in self.skip:
            if isinstance(item, SkippedTables):
                names += item.table
        return names

    @property
    def _implies_label(self) -> bool:
        """Whether the label of a group stands at rows, and no template says where."""
        if self.group is None or self.group.printed not in ("merged", "first"):
            return False
        return all(self.group.label not in row.fields for row in (*self.rows, *self.totals.group))

    def for_text(self) -> Recipe:
        """The recipe for running text, with a template for each place where a label may stand.

        before: "{gender} {started}", group: {label: start_year, printed: merged, …}
        after: "{gender} {started}", "{start_year} {gender} {started}",
            "{gender} {started}{start_year}"
        """
        if self.group is None or not self._implies_label:
            return self
        label = f"{{{self.group.label}}}"
        forms = ["{row}", f"{label} {{row}}"]
        if self.group.is_merged:
            forms.append(f"{{row}}{label}")
        totals = Totals(group=_in_forms(self.totals.group, forms), table=self.totals.table)
        return self.model_copy(update={"rows": _in_forms(self.rows, forms), "totals": totals})

    def for_cells(self, separator: str) -> Recipe:
        """The recipe for a document of cells, with `separator` where authors write ` | `."""
        totals = Totals(
            group=_in_cells(self.totals.group, separator),
            table=_in_cells(self.totals.table, separator),
        )
        changed = {
            "rows": _in_cells(self.rows, separator),
            "totals": totals,
            "groups": tuple(group.for_cells(separator) for group in self.groups),
            "header": tuple(text.replace("|", " ") for text in self.header),
        }
        return self.model_copy(update=changed)


def _in_forms(rows: Sequence[Row], forms: Sequence[str]) -> tuple[Row, ...]:
    """Each row template in each of the forms, which have `{row}` in its place."""
    pairs = product(rows, forms)
    return tuple(row.with_text(form.replace("{row}", row.row)) for row, form in pairs)


def _in_cells(rows: Sequence[Row], separator: str) -> tuple[Row, ...]:
    """Row templates with `separator` where authors write ` | `."""
    return tuple(row.with_text(parted(row.row, separator)) for row in rows)
