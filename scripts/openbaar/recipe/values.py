"""What a printed cell means: numbers by a strict grammar, codes, years, text, blanks and footnote marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale

from openbaar.documents.lines import SEPARATOR
from openbaar.recipe.codes import CodeList
from openbaar.recipe.language import NumberFormat, ReadField, Recipe
from openbaar.schema.model import Reference, Schema, SchemaField
from openbaar.schema.patterns import compiled
from openbaar.schema.values import Value, parse_value
from openbaar.texts import Localized

# No-break, narrow no-break, thin and figure spaces part thousands as a plain space does.
SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))
MAX_KNOWN = 10_000  # texts whose meaning a reader remembers
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
    _known: dict[str, Parsed | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def read(self, printed: str) -> Parsed | None:
        """What `printed` means, footnote mark parted from it; None when it is no such cell.

        The same text is met again and again, by one template after the other and alone or joined with its neighbours.
        """
        if printed not in self._known:
            if len(self._known) > MAX_KNOWN:
                self._known.clear()
            self._known[printed] = self._read(printed)
        return self._known[printed]

    def _read(self, printed: str) -> Parsed | None:
        if printed != printed.strip() or SEPARATOR in printed:
            return None
        text, mark = self._part_mark(printed)
        try:
            value = self.parse(text)
        except ValueError:
            return None
        return None if value is None else Parsed(value, printed, self.how, mark)

    def why_not(self, printed: str) -> str:
        """Why `printed` is no such cell, in the words of what parses it; nothing where it is a code list."""
        try:
            self.parse(self._part_mark(printed.strip())[0])
        except ValueError as error:
            return str(error)
        return ""

    @property
    def blank_is_space(self) -> bool:
        """Whether a blank cell of this field is printed as white space, so that space at an end of a row counts."""
        return any(not printed.strip() for printed in self.blank)

    def blank_cell(self, printed: str) -> Parsed:
        """The blank cell that is printed as `printed`, with the reason declared for it."""
        return Parsed(None, printed.strip(), "blank", None, self.blank[printed])

    def _part_mark(self, printed: str) -> tuple[str, str | None]:
        for mark in sorted(self.marks, key=len, reverse=True) if self.marks else ():
            if printed.startswith(mark):
                return printed[len(mark) :].lstrip(), mark
            if printed.endswith(mark):
                return printed[: -len(mark)].rstrip(), mark
        return printed, None


def _without_sign(text: str, signs: Sequence[str]) -> str:
    """The number without the currency or percent sign before or behind it. Raises ValueError where one is due."""
    for sign in signs:
        if text.startswith(sign):
            return text.removeprefix(sign).lstrip()
        if text.endswith(sign):
            return text.removesuffix(sign).rstrip()
    if signs:
        raise ValueError(f"'{text}' has none of the signs {', '.join(signs)}")
    return text


def parse_number(text: str, numbers: NumberFormat) -> Decimal:
    """The number that `text` is, whole, in the document's convention. Raises ValueError when it is none."""
    if numbers.thousands == " ":
        text = text.translate(SPACES)
    if not _number_pattern(numbers.thousands, numbers.decimal).fullmatch(text):
        form = f"thousands '{numbers.thousands}', decimals '{numbers.decimal}'"
        raise ValueError(f"'{text}' is no number with {form}")
    plain = text.replace(numbers.thousands, "") if numbers.thousands else text
    return Decimal(plain.replace(numbers.decimal, ".") if numbers.decimal else plain)


@lru_cache(maxsize=32)
def _number_pattern(thousands: str, decimal: str) -> re.Pattern[str]:
    """What a number looks like: groups of three digits behind each thousands sign, digits behind the decimal sign."""
    groups = rf"(?:{re.escape(thousands)}[0-9]{{3}})*" if thousands else ""
    whole = rf"(?:0|[1-9][0-9]{{0,2}}{groups})" if thousands else "(?:0|[1-9][0-9]*)"
    decimals = rf"(?:{re.escape(decimal)}[0-9]+)?" if decimal else ""
    return re.compile(f"-?{whole}{decimals}")


def parse_date(text: str, form: str, language: str) -> str:
    """The date in ISO 8601 that `text` is in the form of `strptime`, months named in `language` where it has %B or %b.

    before: "19 januari 2026", "%d %B %Y", "nl"
    after: "2026-01-19"

    Raises ValueError when it is none. The names of months are those of the Unicode CLDR, by Babel.
    """
    if "%B" in form or "%b" in form:
        names = Locale.parse(language).months["format"]
        named = [pair for width in ("wide", "abbreviated") for pair in names[width].items()]
        numbers = {name.rstrip("."): number for number, name in named}
        words = re.findall(r"[^\W\d_]+\.?", text)
        for word in words:
            number = numbers.get(word.rstrip(".")) or numbers.get(word.rstrip(".").lower())
            text = text.replace(word, f"{number:02}") if number else text
        form = form.replace("%B", "%m").replace("%b", "%m")
    return datetime.strptime(text, form).date().isoformat()


def field_reader(
    column: SchemaField,
    read: ReadField,
    numbers: NumberFormat,
    codes: CodeList | None,
    language: str = "en",
) -> Reader:
    """The reader of a field: by its code list if it has one, else by its type, within the schema's constraints."""
    kind = read.type or column.type

    def parse(text: str) -> Value:
        if read.pattern is not None and not compiled(read.pattern).fullmatch(text):
            raise ValueError(f"'{text}' does not match '{read.pattern}'")
        if codes is not None:
            return codes.code(text)
        if kind in ("integer", "number"):
            number = parse_number(_without_sign(text, read.sign), numbers) * read.scale
            return parse_value(column, _plain(number, column.type))
        if read.date is not None:
            return parse_value(column, parse_date(text, read.date, language))
        return parse_value(column, text if "\n" in text else " ".join(text.split()))

    return Reader(parse, "code" if codes is not None else "read", read.marks, read.blank)


def _plain(number: Decimal, kind: str) -> str:
    """The number as a CSV writes it: without an exponent, and without decimals where it must be whole."""
    if kind == "integer" and number == number.to_integral_value():
        return str(int(number))
    return f"{number:f}"


def field_readers(
    schema: Schema,
    recipe: Recipe,
    numbers: NumberFormat,
    codes: Mapping[Reference, CodeList],
    language: str = "en",
    in_cells: bool = False,
) -> dict[str, Reader]:
    """A reader for each field that the row templates of `recipe` name.

    A field that is no column takes the schema of the column it belongs to: the one it states the total of,
    or the one that its heading melts it into; otherwise it is text. In cells a blank is nothing, not a space.
    """
    belongs: dict[str, str] = {}
    for fields in recipe.melt.columns.values() if recipe.melt else ():
        belongs.update({name: column for column, name in fields.items()})
    extra = {recipe.group.field} if recipe.group else set()
    extra |= set(recipe.melt.into) if recipe.melt else set()
    readers = {}
    for name in {name for template in recipe.templates for name in template.fields} | extra:
        read = recipe.fields.get(name, ReadField())
        if in_cells:
            read = read.model_copy(
                update={"blank": {form.strip(): reason for form, reason in read.blank.items()}}
            )
        column_name = read.total or belongs.get(name, name)
        if schema.has(column_name):
            column = schema.field(column_name)
        else:
            column = SchemaField(
                name=column_name,
                type=read.type or "string",
                title=Localized(),
                description=Localized(),
            )
        reference = schema.reference(column_name)
        known = codes.get(reference) if reference else None
        readers[name] = field_reader(column, read, recipe.numbers or numbers, known, language)
    return readers
