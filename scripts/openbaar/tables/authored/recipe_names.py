"""What a recipe names must exist: fields, columns, tables, documents; and nothing read is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from openbaar.errors import Place, Problem, nearest
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import (
    ROW_NUMBER,
    ReadCell,
    RowTemplate,
    Values,
    as_values,
    is_ignored,
    template_fields,
    times,
)
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication

# What a form of dates has to say of each type, and the codes of `strptime` that say it.
PARTS_OF_DATES = {"date": ("year", "month", "day"), "yearmonth": ("year", "month")}
CODES = {"year": ("%Y", "%y"), "month": ("%m", "%B", "%b"), "day": ("%d",)}


@dataclass(frozen=True)
class RecipeNames:
    """A recipe, and the names that it may mention: fields, columns, tables and documents."""

    publication: Publication
    table: Table
    recipe: Recipe

    def problems(self) -> Iterator[Problem]:
        """Every name that the recipe mentions is a field or a column, and nothing read is lost."""
        yield from self._key_problems()
        yield from self._cell_problems()
        yield from self._group_problems()
        yield from self._row_problems()

    def _place(self, *path: str | int) -> Place:
        return self.publication.place(self.table.name, "recipe", *path)

    @property
    def _fields(self) -> set[str]:
        """The fields of all row templates, and the label of groups."""
        names: set[str] = set()
        for template in self.recipe.templates:
            names.update(template.fields)
        names.update(self.recipe.group_labels)
        return names

    def _not_columns(self, place: Place, names: Iterable[str | None]) -> Iterator[Problem]:
        return unknown(place, "column", names, self.table.columns)

    def _key_problems(self) -> Iterator[Problem]:
        recipe = self.recipe
        documents = self.publication.documents
        yield from unknown(self._place("document"), "document", [recipe.document], documents)
        yield from self._not_columns(self._place("header"), recipe.headings)
        yield from self._not_columns(self._place("set"), recipe.set)
        skipped = recipe.skipped_tables
        if skipped:
            tables = self.publication.tables.values()
            read = [table.name for table in tables if table.recipe is not None]
            yield from unknown(self._place("skip"), "table with a recipe", skipped, read)

    def _cell_problems(self) -> Iterator[Problem]:
        readable = {*self._fields, *self.recipe.headings}
        footnotes = self.table.footnotes
        for name, cell in self.recipe.cells.items():
            place = self._place("cells", name)
            yield from unknown(place, "field in the row patterns", [name], readable)
            yield from self._not_columns(self._place("cells", name, "total"), [cell.total])
            marks = self._place("cells", name, "marks")
            yield from unknown(marks, "footnote", cell.marks, footnotes)
            yield from self._date_problems(name, cell)

    def _date_problems(self, name: str, cell: ReadCell) -> Iterator[Problem]:
        """A form of dates says all that its column holds: no day is made up."""
        schema = self.table.table_schema
        if cell.date is None or not schema.has(name):
            return
        kind = schema.field(name).type
        for part in PARTS_OF_DATES.get(kind, ()):
            codes = CODES[part]
            if not any(code in cell.date for code in codes):
                place = self._place("cells", name, "date")
                message = f"'{cell.date}' does not say where the {part} of a '{kind}' is printed"
                hint = f"write {' or '.join(codes)} in its place, or give the column another type"
                yield Problem(place, message, hint)

    def _group_problems(self) -> Iterator[Problem]:
        for group in self.recipe.groups:
            if group.lost:  # then it is in no template, so it has to be a column
                yield from self._not_columns(self._place("group", "label"), [group.label])
            place = self._place("group", "ends")
            yield from unknown(place, "field in the row patterns", [group.restart], self._fields)

    def _row_problems(self) -> Iterator[Problem]:
        """Each field is a column, a label, a total, part of another one, or ignored."""
        used = self._used()
        for row in self.recipe.rows:
            place = self._place("rows")
            yield from self._not_columns(place, row.set)
            yield from self._replacement_problems(place, row)
            yield from _lost(place, row, used | _made_of({**self.recipe.set, **row.set}))
            yield from self._repetition_problems(place, row)
        for row in (*self.recipe.totals.group, *self.recipe.totals.table):
            yield from self._not_columns(self._place("totals"), [*row.where, *row.without])
            yield from _lost(self._place("totals"), row, used)
            yield from self._repetition_problems(self._place("totals"), row)

    def _replacement_problems(self, place: Place, row: RowTemplate) -> Iterator[Problem]:
        """What a row sets replaces nothing that is read, unless it is made of it."""
        read = {*row.fields, *self.recipe.headings}
        for column, value in {**self.recipe.set, **row.set}.items():
            if column in read and column not in _made_of({column: value}):
                message = (
                    f"'set' would replace the column '{column}', which is read from the document"
                )
                hint = f"remove it from 'set', or use {{{column}}} in its text"
                yield Problem(place, message, hint)

    def _used(self) -> set[str]:
        """The fields whose values end somewhere."""
        used = set(self.table.columns)
        for name, cell in self.recipe.cells.items():
            if cell.total is not None:
                used.add(name)
        used.update(self.recipe.group_labels)
        return used

    def _repetition_problems(self, place: Place, row: RowTemplate) -> Iterator[Problem]:
        """Fields that come several times in a row make as many records, told apart by headings."""
        wanted = self._times_of_headings()
        for part in row.parts:
            fields = template_fields(part)
            often = times(fields)
            for name in dict.fromkeys(fields):
                if fields.count(name) not in (1, often):
                    message = f"'{part}': fields that come more than once must come equally often"
                    yield Problem(place, message)
            if wanted > 1 and often != wanted:
                message = f"'{part}': {wanted} headings, but its fields come {often} times"
                hint = "write the fields below the headings as often as there are headings"
                yield Problem(place, message, hint)
            yield from self._given_problems(row, often)

    def _times_of_headings(self) -> int:
        """How many headings the lowest level has that are data."""
        fields: list[str] = []
        for heading in self.recipe.header:
            fields += template_fields(heading)
        return times(fields)

    def _given_problems(self, row: RowTemplate, often: int) -> Iterator[Problem]:
        """A list under `set` has one value for each time that the fields come."""
        for column, value in {**self.recipe.set, **row.set}.items():
            if isinstance(value, tuple) and len(value) != often:
                message = f"'{column}' has {len(value)} values, but fields come {often} times"
                yield Problem(self._place("set", column), message, "give one for each time")


def _made_of(values: Mapping[str, Values]) -> set[str]:
    """The fields of which the columns that a recipe sets are made."""
    used: set[str] = set()
    for value in values.values():
        for template in as_values(value):
            if template != ROW_NUMBER:
                used.update(template_fields(template))
    return used


def _lost(place: Place, row: RowTemplate, used: Collection[str]) -> Iterator[Problem]:
    """The fields of a row whose values would end nowhere."""
    for name in dict.fromkeys(row.fields):
        if name not in used and not is_ignored(name):
            message = (
                f"the field '{name}' of '{row.row}' is not a column, so what it reads would be lost"
            )
            hint = f"{nearest(name, used)}; or call it '_{name}', which is ignored"
            yield Problem(place, message, hint)


def unknown(
    place: Place, kind: str, names: Iterable[str | None], known: Collection[str]
) -> Iterator[Problem]:
    """A problem for each name that is given and is not known."""
    for name in names:
        if name is not None and name not in known:
            yield Problem(place, f"there is no {kind} '{name}'", nearest(name, known))
