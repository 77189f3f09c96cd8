"""Which columns of a table a page shows, in which order, and how: what a row is about comes first.

On a narrow screen only those that lead (`leading_columns`) are shown until a reader asks for the
rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from markupsafe import escape

from openbaar.schema.conventions import DAYS
from openbaar.site.pages.column_values import (
    are_numbers,
    are_years,
    decimals_of,
    has_long_texts,
    has_long_words,
    may_be_names,
)
from openbaar.site.pages.columns import Column, column_of, language_of_texts, result_column
from openbaar.site.pages.leading_columns import (
    TRUST_LEAD,
    TRUST_ORDER,
    leading_columns,
    order_of_trust,
)
from openbaar.site.published import Published
from openbaar.site.requests.language import visit
from openbaar.site.requests.refusals import language_of

BRIEF = ("scope", "verdict")
WORDY = ("table_name", "compared_with", "kind", "how", "scope")
MOST_PLACES = 20  # columns of which a narrow screen may show some: the style sheet knows so many
NAMES_FOR_PROGRAMS = {("anomalies", "id"), ("reconciliation", "id")}


def _set_ones(classes: Mapping[str, bool]) -> str:
    """The classes that are set, as HTML lists them."""
    return " ".join(name for name, is_set in classes.items() if is_set)


@dataclass(frozen=True)
class Placed:
    """A column in its place: where Datasette has it, and how it is shown.

    `leads` says that a narrow screen shows it too. `heads` is true of the one that names each row.
    `lang` is the language of its texts where that is not the language of the page. `decimals` are
    the digits behind the point that all its figures have. `is_wordy` says that its codes stand for
    several words, `is_long` that its texts fill lines, `breaks` that they have words that a narrow
    screen has to break, `is_counted` that nothing is known of it but that it holds numbers,
    `is_far` that the style sheet does not know its place, with so many columns before it,
    `is_of_time` that its texts are days, months or two years, which stay on one line.
    """

    index: int
    column: Column
    leads: bool = True
    heads: bool = False
    lang: str | None = None
    decimals: int | None = None
    is_long: bool = False
    breaks: bool = False
    is_wordy: bool = False
    is_counted: bool = False
    is_far: bool = False
    is_of_time: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, which stand under each other."""
        return self.column.is_quantity or self.is_counted

    def shows_figure(self, value: Any) -> bool:
        """Whether a value of it is written as a figure, with the digits that all of them have."""
        return self.decimals is not None and isinstance(value, int | float)

    @property
    def classes(self) -> str:
        """The classes of its cells.

        The cells of a large table are most of its page, so that whatever can be told of a column as
        a whole is told by its heading (`head_classes`) or the table (`Grid.more`, `Grid.numbers`).
        """
        return _set_ones(
            {
                "number": self.is_number and self.is_far,
                "date": self.is_of_time,
                "long": self.is_long,
                "breaks": self.breaks and not self.is_long,
            }
        )

    @property
    def head_classes(self) -> str:
        """The classes of its heading, by which a column of several words is wide enough."""
        return _set_ones(
            {
                f"col-{self.column.name}": True,
                self.classes: self.classes != "",
                "number": self.is_number,
                "more": not self.leads,
                "words": self.is_wordy,
            }
        )

    @cached_property
    def opening(self) -> str:
        """The tag before each of its cells; the one behind it may be left out.

        See https://html.spec.whatwg.org/multipage/syntax.html#optional-tags.
        """
        name, scope = ("th", ' scope="row"') if self.heads else ("td", "")
        lang = f' lang="{escape(self.lang)}"' if self.lang else ""
        classes = f' class="{escape(self.classes)}"' if self.classes else ""
        return f"<{name}{classes}{scope}{lang}>"

    @property
    def is_of_record(self) -> bool:
        """Whether the page of a row says what the column means: a label says that by itself."""
        return not self.column.of_trust and self.column.labels is None


def table_columns(
    published: Published, table: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[Placed]:
    """The columns of a table in the order of the page; `rows` are those that it shows."""
    columns = [column_of(published, table, name) for name in names]
    placed = _kept(published, columns, names, rows)
    long = [each.column.name for each in placed if each.is_long]
    lead = leading_columns(published, table, [each.column for each in placed], long)
    ordered = _in_order(placed, TRUST_ORDER.get(table, lead))
    return _headed([replace(each, leads=each.column.name in lead) for each in ordered])


def record_columns(published: Published, table: str, row: Mapping[str, Any]) -> list[Placed]:
    """The columns of the page of one row: its figures, then the others in the order of its table.

    How wide they are, and what a narrow screen leaves out, hangs on other rows and is not said.
    """
    placed = []
    for index, name in enumerate(row):
        column = column_of(published, table, name)
        if not _is_left_out(published, column, [row[name]]):
            placed.append(_titled_place(published, index, column))
    lead = leading_columns(published, table, [each.column for each in placed])
    ordered = _in_order(placed, TRUST_ORDER.get(table, lead))
    return sorted(ordered, key=lambda each: not each.column.is_quantity)


def result_columns(
    published: Published, query: str | None, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[Placed]:
    """The columns of the result of a query: first those that its chart shows, then the others."""
    lead = list(published.queries[query].get("lead", [])) if query is not None else []
    columns = [result_column(published, query, name) for name in names]
    placed = _kept(published, columns, range(len(names)), rows)
    ordered = _in_order(placed, lead or order_of_trust(columns))
    has_texts = any(each.is_long for each in ordered)
    found = [replace(each, leads=_leads_in_result(lead, each, has_texts)) for each in ordered]
    return _headed(found)


def _kept(
    published: Published, columns: Sequence[Column], keys: Iterable[Any], rows: Sequence[Any]
) -> list[Placed]:
    """The columns that tell a reader something; `keys` are where their values are in the rows."""
    placed = []
    for index, (column, key) in enumerate(zip(columns, keys, strict=True)):
        values = [row[key] for row in rows]
        if not _is_left_out(published, column, values):
            placed.append(_placed(published, index, column, values))
    return placed


def _in_order(placed: Sequence[Placed], order: Sequence[str]) -> list[Placed]:
    """The columns that lead in their order, then others, the lines of the document last."""

    def rank(each: Placed) -> int:
        name = each.column.name
        if name in order:
            return order.index(name)
        return len(order) + (name == "source_lines")

    return sorted(placed, key=rank)


def _leads_in_result(lead: Sequence[str], placed: Placed, has_texts: bool) -> bool:
    """Whether a narrow screen shows a column of a result: those of its chart, else most.

    Beside long texts, which tell more, there is no place for the other words of a trust table.
    """
    column = placed.column
    if lead:
        return column.name in lead
    if not column.of_trust:
        return True
    if has_texts and column.name in BRIEF:
        return False
    return placed.is_long or column.name in TRUST_LEAD[str(column.table)]


def _headed(placed: Sequence[Placed]) -> list[Placed]:
    """The columns, the first of those that are no figures naming each row."""
    headed = list(placed[:MOST_PLACES])
    headed += [replace(each, leads=False, is_far=True) for each in placed[MOST_PLACES:]]
    for position, each in enumerate(headed):
        if each.leads and not each.column.is_quantity:
            headed[position] = replace(each, heads=True)
            break
    return headed


def _placed(published: Published, index: int, column: Column, values: Sequence[Any]) -> Placed:
    decimals = decimals_of(values) if _holds_figures(published, column, values) else None
    has_names = column.labels is not None
    return replace(
        _titled_place(published, index, column),
        decimals=decimals,
        is_long=not has_names and has_long_texts(values),
        breaks=not has_names and has_long_words(values),
        is_counted=column.table is None and are_numbers(values),
        is_wordy=_is_wordy(column),
        is_of_time=column.type in (*DAYS, "datetime") or are_years(values),
    )


def _titled_place(published: Published, index: int, column: Column) -> Placed:
    """A column in its place, of whose values only the language is known."""
    language = language_of_texts(published, column)
    is_own = language == visit().language
    return Placed(index, _titled(column, language), lang=None if is_own else language)


def _titled(column: Column, language: str | None) -> Column:
    """The column; of a trust table without its language in the title: the others are left out."""
    if not column.of_trust or language is None:
        return column
    return replace(column, title=column.title.rpartition(" (")[0] or column.title)


def _is_wordy(column: Column) -> bool:
    """Whether the codes of a column stand for several words."""
    return column.name in WORDY or (column.labels is not None and not column.of_trust)


def _holds_figures(published: Published, column: Column, values: Sequence[Any]) -> bool:
    """Whether numbers are written with separators: figures, but neither codes nor years.

    What SQL computes is told by the columns of its name, else by its numbers.
    """
    if column.table is not None or column.is_number:
        return column.is_number
    named_alike = _columns_called(published, column.name)
    if named_alike:
        return all(each.is_number for each in named_alike)
    return are_numbers(values) and not may_be_names(values)


def _columns_called(published: Published, name: str) -> list[Column]:
    """The columns of that name, of all tables."""
    tables = [each for each in published.tables if name in published.column_names(each)]
    return [column_of(published, table, name) for table in tables]


def _is_left_out(published: Published, column: Column, values: Sequence[Any]) -> bool:
    """Whether a column of a trust table tells a reader nothing.

    That is a name for programs, a text that stands there in the language of the page too, the only
    document there is, and a column that is blank in all rows.
    """
    if not column.of_trust:
        return False
    if (column.table, column.name) in NAMES_FOR_PROGRAMS:
        return True
    language = language_of_texts(published, column)
    if language is not None:
        return language != language_of(published)
    if column.name == "document" and len(published.documents) == 1:
        return True
    is_blank = all(value in (None, "") for value in values)
    return is_blank or column.name == "last_line"  # the first one says both
