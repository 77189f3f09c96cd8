"""What a printed cell means: numbers by a strict grammar, codes, years, text, blanks, marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from babel import Locale

from openbaar.documents.lines import SEPARATOR, UNSURE
from openbaar.recipe.codes import CodeList
from openbaar.recipe.language import Recipe
from openbaar.recipe.numbers import MINUSES, SIGNS, NumberFormat
from openbaar.recipe.row_keys import ReadCell, Reasons
from openbaar.schema.model import Reference, Schema, SchemaField
from openbaar.schema.patterns import compiled
from openbaar.schema.values import Value, parse_value
from openbaar.texts import Localized, shortened

# No-break, narrow no-break, thin and figure spaces separate thousands as a plain space does.
SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))
ILLEGIBLE = "illegible"  # the status of a cell whose words were not surely recognised
MONTH = "@"  # in a date, where the name of a month is printed
NO_COLUMN = "no_column"  # a name for fields that are none, which may begin with `_`
MAX_KNOWN = 10_000  # texts whose meaning a reader remembers
SHOWN_PATTERN = 81  # characters of a pattern in a message
How = Literal["read", "code", "group_label", "heading", "blank", "derived", "patched"]


class Parsed(NamedTuple):
    """A printed cell that was understood: value, text, how they relate, mark, reason of a blank."""

    value: Value
    printed: str
    how: How
    mark: str | None = None
    status: Reasons | None = None


class Cell(NamedTuple):
    """A value with its place: what was read, on which lines, and in which cell of a grid."""

    parsed: Parsed
    first_line: int
    last_line: int
    address: str | None = None

    @property
    def value(self) -> Value:
        """The value as published."""
        return self.parsed.value


@dataclass(frozen=True)
class Reader:
    """Reads the cells of one field: a text is either understood whole, or not at all.

    `extent` matches every cell of the field, and much that is none: it says quickly how far a cell
    may reach.
    """

    parse: Callable[[str], Value]
    how: How = "read"
    marks: tuple[str, ...] = ()
    blank: Mapping[str, Reasons] = field(default_factory=dict)
    extent: re.Pattern[str] | None = None
    _known: dict[str, tuple[Parsed, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def read(self, printed: str) -> Parsed | None:
        """What `printed` means; None when it is no such cell, or could mean two things."""
        readings = self.readings(printed)
        return readings[0] if len(readings) == 1 else None

    def readings(self, printed: str) -> tuple[Parsed, ...]:
        """Everything that `printed` could mean; nothing when it is no such cell.

        A footnote mark is separated from it. A mark such as `2` could also be the last digit of a
        number, so such a cell has two meanings: `12` is 1 with a footnote, or 12.

        The same text is met again and again, by one template after the other and alone or joined
        with its neighbours, so its meanings are remembered.
        """
        if printed not in self._known:
            if len(self._known) > MAX_KNOWN:
                self._known.clear()
            self._known[printed] = self._understood(printed)
        return self._known[printed]

    def latest_end(self, text: str, start: int) -> int:
        """Where a cell that begins at `start` ends at the latest.

        before: "8.271 64.937 Groep B", 0, for a number
        after: 5
        """
        if self.extent is None or UNSURE in text:
            return len(text)
        found = self.extent.match(text, start)
        return start if found is None else found.end()

    def _understood(self, printed: str) -> tuple[Parsed, ...]:
        if printed != printed.strip() or SEPARATOR in printed:
            return ()
        if UNSURE in printed:
            return (Parsed(None, printed, "blank", status=ILLEGIBLE),)
        readings = []
        for text, mark in self._separations(printed):
            parsed = self._parsed(text, printed, mark)
            if parsed is not None:
                readings.append(parsed)
            if _is_certain(parsed, mark):
                break
        return tuple(readings)

    def _parsed(self, text: str, printed: str, mark: str | None) -> Parsed | None:
        try:
            value = self.parse(text)
        except ValueError:
            return None
        if value is None:
            return None
        return Parsed(value, printed, self.how, mark)

    def why_not(self, printed: str) -> str:
        """Why `printed` is no such cell, in the words of what parses it.

        Nothing where it is a code list.
        """
        try:
            self.parse(self._without_mark(printed.strip()))
        except ValueError as error:
            return str(error)
        return ""

    @property
    def blank_is_space(self) -> bool:
        """Whether a blank cell of this field is printed as white space.

        Then space at the end of a row counts.
        """
        return any(not printed.strip() for printed in self.blank)

    def blank_cell(self, printed: str) -> Parsed:
        """The blank cell that is printed as `printed`, with the reason declared for it."""
        return Parsed(None, printed.strip(), "blank", status=self.blank[printed])

    def _without_mark(self, printed: str) -> str:
        """The text without the longest footnote mark before or behind it."""
        return self._separations(printed)[0][0]

    def _separations(self, printed: str) -> list[tuple[str, str | None]]:
        """The text without each footnote mark before or behind it, and that mark; then as it is.

        The longest mark comes first.
        """
        if not self.marks:
            return [(printed, None)]
        found: list[tuple[str, str | None]] = []
        for mark in sorted(self.marks, key=len, reverse=True):
            if printed.startswith(mark):
                found.append((printed.removeprefix(mark).lstrip(), mark))
            if printed.endswith(mark):
                found.append((printed.removesuffix(mark).rstrip(), mark))
        return [*found, (printed, None)]


def _is_certain(parsed: Parsed | None, mark: str | None) -> bool:
    """Whether a cell with this mark has no other meaning: digits may be part of a number."""
    if mark is None or not mark.isalnum():
        return True
    return parsed is not None and not isinstance(parsed.value, int | Decimal)


def _without_sign(text: str, signs: Sequence[str]) -> str:
    """The number without the currency or percent sign before or behind it.

    Raises ValueError where one is due.
    """
    for sign in signs:
        if text.startswith(sign):
            return text.removeprefix(sign).lstrip()
        if text.endswith(sign):
            return text.removesuffix(sign).rstrip()
    if signs:
        raise ValueError(f"'{text}' has none of the signs {', '.join(signs)}")
    return text


def parse_number(text: str, numbers: NumberFormat) -> Decimal:
    """The number that `text` is, whole, in the document's convention.

    Raises ValueError when it is none.
    """
    return Decimal(_plain_number(text, numbers))


def _plain_number(text: str, numbers: NumberFormat) -> str:
    """The number that `text` is, without thousands signs and with a point before its decimals.

    Raises ValueError when it is none.
    """
    if numbers.thousands == " " or numbers.is_sign_apart:
        text = text.translate(SPACES)
    if not numbers.pattern.fullmatch(text):
        form = f"thousands '{numbers.thousands}', decimals '{numbers.decimal}'"
        raise ValueError(f"'{text}' is not a number with {form}")
    if numbers.thousands:
        text = text.replace(numbers.thousands, "")
    if numbers.decimal:
        text = text.replace(numbers.decimal, ".")
    if text.isdigit():
        return text
    return text.translate(MINUSES).replace(" ", "")


def parse_date(text: str, form: str, language: str) -> str:
    """The date in ISO 8601 that `text` is in the form of `strptime`.

    before: "19 januari 2026", "%d %B %Y", "nl"
    after: "2026-01-19"

    Months (%B, %b) are named in `language`, by the names of the Unicode CLDR. Raises ValueError
    when it is no date.
    """
    printed, looked_for = text, form
    if "%B" in form or "%b" in form:
        printed = _with_month_behind(text, language)
        looked_for = f"{form.replace('%B', MONTH).replace('%b', MONTH)} %m"
    try:
        return datetime.strptime(printed, looked_for).date().isoformat()
    except ValueError as error:
        raise ValueError(f"'{text}' is not a date in the form '{form}'") from error


def _with_month_behind(text: str, language: str) -> str:
    """The text with a sign in the place of the name of a month, and its number behind it.

    A number in its place would be taken for a day in some forms, and a day for a month.

    before: "19 januari 2026"
    after: "19 @ 2026 01"
    """
    numbers = month_numbers(language)
    for word in re.finditer(r"[^\W\d_]+\.?", text):
        number = numbers.get(word.group().rstrip(".").casefold())
        if number is not None:
            return f"{text[: word.start()]}{MONTH}{text[word.end() :]} {number:02}"
    return text


@lru_cache(maxsize=8)
def month_numbers(language: str) -> dict[str, int]:
    """The number of each month by its names in a language, written out and short."""
    names = Locale.parse(language).months["format"]
    numbers = {}
    for width in ("wide", "abbreviated"):
        for number, name in names[width].items():
            numbers[name.rstrip(".").casefold()] = number
    return numbers


@dataclass(frozen=True)
class _Parser:
    """Understands the text of one field: by its code list if it has one, else by its type."""

    column: SchemaField
    read: ReadCell
    numbers: NumberFormat
    codes: CodeList | None
    language: str

    def __call__(self, text: str) -> Value:
        """The value of a text, within the schema's constraints.

        Raises ValueError when it is none.
        """
        if self.read.pattern is not None and not compiled(self.read.pattern).fullmatch(text):
            pattern = shortened(str(self.read.pattern), SHOWN_PATTERN)
            raise ValueError(f"'{text}' does not match '{pattern}'")
        if self.codes is not None:
            return self.codes.code(text)
        return parse_value(self.column, self._as_in_csv(text))

    def _as_in_csv(self, text: str) -> str:
        """The text as the CSV file has it: a number without signs, an ISO date, single spaces."""
        if self.column.type in ("integer", "number"):
            number = _plain_number(_without_sign(text, self.read.sign), self.numbers)
            if number.isdigit() and self.read.scale == 1:
                return number
            return _plain(Decimal(number) * self.read.scale, self.column.type)
        if self.read.date is not None:
            day = parse_date(text, self.read.date, self.language)
            return day[: len("2023-01")] if self.column.type == "yearmonth" else day
        return text if "\n" in text else " ".join(text.split())


def field_reader(
    column: SchemaField,
    read: ReadCell,
    numbers: NumberFormat,
    codes: CodeList | None,
    language: str = "en",
) -> Reader:
    """The reader of a field.

    It reads by the code list of the column, or else by its type, within the schema's constraints.
    """
    parser = _Parser(column, read, numbers, codes, language)
    how: How = "read" if codes is None else "code"
    return Reader(parser, how, read.marks, read.blank, _extent(column, read, numbers, codes))


def _extent(
    column: SchemaField, read: ReadCell, numbers: NumberFormat, codes: CodeList | None
) -> re.Pattern[str] | None:
    """What every cell of a field matches: the characters of numbers, the length of labels.

    None where cells may be any text.
    """
    if codes is not None:
        longest_mark = max((len(mark) for mark in read.marks), default=0)
        longest = codes.longest + longest_mark
        return re.compile(rf"(?:\s*\S){{0,{longest}}}\s*")
    if column.type not in ("integer", "number", "year"):
        return None
    signs = "".join((*read.sign, *read.marks, *SIGNS, numbers.thousands, numbers.decimal))
    has_spaces = bool(read.sign or read.marks or numbers.is_sign_apart or " " in signs)
    spaces = r"\s" if has_spaces else ""
    return re.compile(rf"[0-9{re.escape(signs)}{spaces}]*")


def _plain(number: Decimal, kind: str) -> str:
    """The number as a CSV file has it.

    It has no exponent, and no decimals where it must be whole.
    """
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

    A field that is no column takes the schema of the column it states the total of; otherwise it is
    a number where something is said that only numbers have, or text. In cells a blank is
    nothing, not a space.
    """
    readers = {}
    for name in _field_names(recipe):
        read = recipe.cells.get(name, ReadCell())
        if in_cells:
            read = _with_stripped_blanks(read)
        column_name = name if read.total is None else read.total
        column = _column(schema, column_name, read)
        reference = schema.reference(column_name)
        known = None if reference is None else codes.get(reference)
        convention = read.numbers or recipe.numbers or numbers
        readers[name] = field_reader(column, read, convention, known, language)
    return readers


def _field_names(recipe: Recipe) -> set[str]:
    """The fields that are read: those of templates, the label of groups, headings."""
    names = set(recipe.headings)
    for template in recipe.templates:
        names.update(template.fields)
    names.update(recipe.group_labels)
    return names


def _with_stripped_blanks(read: ReadCell) -> ReadCell:
    blank = {printed.strip(): reason for printed, reason in read.blank.items()}
    return read.model_copy(update={"blank": blank})


def _column(schema: Schema, name: str, read: ReadCell) -> SchemaField:
    """The column of that name; of a field that is no column, one of its own type."""
    if schema.has(name):
        return schema.field(name)
    kind = "number" if read.is_number else "string"
    return SchemaField(name=NO_COLUMN, type=kind, title=Localized(), description=Localized())
