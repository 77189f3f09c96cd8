"""What a printed cell means: numbers by a strict grammar, codes, years, text, blanks and footnote marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from openbaar.codes import CodeList
from openbaar.csvfile import Value, parse_value
from openbaar.patterns import compiled
from openbaar.recipe import NumberFormat, ReadField, Recipe
from openbaar.tables import SchemaField, Table

How = Literal["read", "code", "group_label", "heading", "blank", "derived"]


@dataclass(frozen=True)
class Parsed:
    """A printed cell that was understood: its value, its text, how one became the other, mark and blank's reason."""

    value: Value
    printed: str
    how: How
    mark: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Reader:
    """Reads the cells of one field: a text is either understood whole, or not at all."""

    parse: Callable[[str], Value]
    how: How = "read"
    marks: tuple[str, ...] = ()
    blank: Mapping[str, str] = field(default_factory=dict)

    def read(self, printed: str) -> Parsed | None:
        """What `printed` means, footnote mark parted from it; None when it is no such cell."""
        if printed != printed.strip():
            return None
        text, mark = self._part_mark(printed)
        try:
            value = self.parse(text)
        except ValueError:
            return None
        return None if value is None else Parsed(value, printed, self.how, mark)

    def blank_cell(self, printed: str) -> Parsed:
        """The blank cell that is printed as `printed`, with the reason declared for it."""
        return Parsed(None, printed.strip(), "blank", None, self.blank[printed])

    def _part_mark(self, printed: str) -> tuple[str, str | None]:
        for mark in self.marks:
            if printed.startswith(mark):
                return printed[len(mark) :].lstrip(), mark
            if printed.endswith(mark):
                return printed[: -len(mark)].rstrip(), mark
        return printed, None


def parse_number(text: str, numbers: NumberFormat) -> Decimal:
    """The number that `text` is, whole, in the document's convention. Raises ValueError when it is none."""
    groups = rf"(?:{re.escape(numbers.thousands)}[0-9]{{3}})*" if numbers.thousands else ""
    whole = rf"(?:0|[1-9][0-9]{{0,2}}{groups})" if numbers.thousands else "(?:0|[1-9][0-9]*)"
    decimals = rf"(?:{re.escape(numbers.decimal)}[0-9]+)?" if numbers.decimal else ""
    if not re.fullmatch(f"-?{whole}{decimals}", text):
        raise ValueError(f"'{text}' is not a number of the form declared")
    plain = text.replace(numbers.thousands, "") if numbers.thousands else text
    return Decimal(plain.replace(numbers.decimal, ".") if numbers.decimal else plain)


def field_reader(column: SchemaField, read: ReadField, numbers: NumberFormat, codes: CodeList | None) -> Reader:
    """The reader of a field: by its code list if it has one, else by its type, within the schema's constraints."""
    kind = read.type or column.type

    def parse(text: str) -> Value:
        if read.pattern is not None and not compiled(read.pattern).fullmatch(text):
            raise ValueError(f"'{text}' does not match '{read.pattern}'")
        if codes is not None:
            return codes.code(text)
        if kind in ("integer", "number"):
            number = parse_number(text, numbers) * read.scale
            return parse_value(column, _plain(number, column.type))
        return parse_value(column, text if "\n" in text else " ".join(text.split()))

    return Reader(parse, "code" if codes is not None else "read", read.marks, read.blank)


def _plain(number: Decimal, kind: str) -> str:
    """The number as a CSV writes it: without an exponent, and without decimals where it must be whole."""
    if kind == "integer" and number == number.to_integral_value():
        return str(int(number))
    return f"{number:f}"


def field_readers(
    table: Table, recipe: Recipe, numbers: NumberFormat, codes: Mapping[str, CodeList]
) -> dict[str, Reader]:
    """A reader for each field that the row templates of `recipe` name.

    A field that is no column takes the schema of the column it belongs to: the one it states the total of,
    or the one that its heading melts it into; otherwise it is text.
    """
    templates = (*recipe.rows, *recipe.totals.group, *recipe.totals.table)
    belongs: dict[str, str] = {}
    for fields in recipe.melt.columns.values() if recipe.melt else ():
        belongs.update({name: column for column, name in fields.items()})
    extra = {recipe.group.field} if recipe.group else set()
    extra |= {recipe.melt.into} if recipe.melt else set()
    readers = {}
    for name in {name for template in templates for name in template.fields} | extra:
        read = recipe.fields.get(name, ReadField())
        column_name = read.total or belongs.get(name, name)
        if table.table_schema.has(column_name):
            column = table.table_schema.field(column_name)
        else:
            column = SchemaField(name=column_name, type=read.type or "string", title={}, description={})
        reference = table.table_schema.reference(column_name)
        known = codes.get(reference.resource) if reference else None
        readers[name] = field_reader(column, read, recipe.numbers or numbers, known)
    return readers
