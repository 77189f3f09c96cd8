"""A table as a page lays it out: its columns in their places, and what each cell shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from openbaar.site.pages.cells import Unwritten, figure, link, shown
from openbaar.site.pages.column_places import (
    MOST_PLACES,
    Placed,
    record_columns,
    result_columns,
    table_columns,
)
from openbaar.site.pages.columns import Column
from openbaar.site.pages.naming import named, row_title
from openbaar.site.published import Published
from openbaar.site.requests.language import visit

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Cell:
    """A cell of a row: its place, and what it shows."""

    placed: Placed
    content: Markup


@dataclass(frozen=True)
class GridRow:
    """A row: its key as its address has it, the address of its page, its cells in order."""

    key: str
    address: str | None
    called: str
    cells: Sequence[Cell]

    def written(self, marks: Mapping[str, str], link_words: str | None) -> str:
        """The row as HTML, as `Grid.body` says."""
        mark = f' data-row="{marks[self.key]}"' if self.key in marks else ""
        cells = [f"{at.placed.opening}{at.content}" for at in self.cells]
        if link_words is not None:
            named = f"{link_words} {self.called}"  # to whom does not see the row around it
            opened = f'<a href="{escape(self.address)}" aria-label="{escape(named)}">'
            cells.append(f'<td class="col-Link">{opened}{escape(link_words)}</a>')
        return f"<tr{mark}>{''.join(cells)}"


@dataclass(frozen=True)
class Grid:
    """A table as a page shows it."""

    columns: Sequence[Placed]
    rows: Sequence[GridRow]

    @property
    def has_more(self) -> bool:
        """Whether a narrow screen leaves columns out."""
        return self.more != ""

    @property
    def more(self) -> str:
        """The places of the columns that a narrow screen leaves out, from 1: '3 4'.

        One behind the last that the style sheet knows stands for all of those.
        """
        places = [place for place, each in enumerate(self.columns, 1) if not each.leads]
        return " ".join(str(place) for place in places if place <= MOST_PLACES + 1)

    @property
    def numbers(self) -> str:
        """The places of the columns whose cells are numbers, told like those in `more`."""
        places = [place for place, each in enumerate(self.columns, 1) if each.is_number]
        return " ".join(str(place) for place in places if place <= MOST_PLACES)

    def body(self, marks: Mapping[str, str], link_words: str | None) -> Markup:
        """Its rows as HTML; a template that writes cell by cell takes several times as long.

        `marks` are the numbers of the marks of a chart by the keys of their rows. `link_words` are
        those of the link to the page of a row, at its end; None where there is none. Links to pages
        beside this one say only in what they differ.
        """
        rows = "\n".join(row.written(marks, link_words) for row in self.rows)
        folder = visit().path.rpartition("/")[0]
        if len(folder) > 1:
            rows = rows.replace(f' href="{escape(folder)}/', ' href="')
        return Markup(rows)  # noqa: S704  all of it is escaped above


def table_grid(published: Published, table: str, columns: Any, rows: Any, address: Any) -> Grid:
    """The grid of a table page, of what Datasette gives its template.

    `columns` are its `display_columns` and `rows` its `display_rows`. `address` finds the address
    of a row in the link that Datasette made to it.
    """
    names = [column["name"] for column in columns]
    has_link = names[:1] == ["Link"]
    first = 1 if has_link else 0  # of the columns that the table has itself
    raws = [_raw(row) for row in rows]
    placed = table_columns(published, table, names[first:], raws)
    made = []
    for row, raw in zip(rows, raws, strict=True):
        cells = list(row)
        found = []
        for each in placed:
            cell = cells[first + each.index]
            found.append(Cell(each, _content(published, table, each, cell, raw)))
        leads_to = address(cells[0]["value"])
        if not has_link:
            found = _linked(found, cells[0]["column"], leads_to)
        made.append(GridRow(str(cells[0]["raw"]), leads_to, _called(published, table, raw), found))
    return Grid(placed, made)


def _raw(row: Any) -> dict[str, Any]:
    """The values of a row by column, codes without the labels that Datasette adds to them."""
    values = {}
    for cell in row:
        value = cell["raw"]
        values[cell["column"]] = value["value"] if isinstance(value, dict) else value
    return values


def _content(
    published: Published,
    table: str,
    placed: Placed,
    cell: Mapping[str, Any],
    row: Mapping[str, Any],
) -> Markup:
    """What a cell shows: a figure with the digits of its column, else what `cells` makes of it.

    What another plugin has made of it stays as it is.
    """
    column = placed.column
    value = row[column.name]
    if placed.shows_figure(value):
        return escape(figure(value, placed.decimals))
    if cell.get("is_special_link_column") or (value and _is_aside(placed)):
        return _without_link(published, column, row, value)
    if isinstance(cell["value"], Unwritten):
        return shown(published, table, column, value, row)
    if cell.get("value_type") == "pk":  # a key of one column, which Datasette links as it is kept
        return _without_link(published, column, row, cell["value"])
    return escape(cell["value"])


def _is_aside(placed: Placed) -> bool:
    """Whether a column holds codes whose links a reader finds on the page of the row."""
    return not placed.leads and not placed.column.of_trust and placed.column.labels is not None


def _without_link(
    published: Published, column: Column, row: Mapping[str, Any], otherwise: Any
) -> Markup:
    """What the value of a column is called, or else what is given."""
    name = named(published, column, row[column.name], row)
    return escape(otherwise if name is None else name)


def _linked(cells: Sequence[Cell], key: str, address: str | None) -> list[Cell]:
    """The cells of a row whose key is one column: that one, else the first, leads to its page."""
    names = [cell.placed.column.name for cell in cells if cell.placed.leads]
    linking = key if key in names else next(iter(names), key)
    found = list(cells)
    for position, cell in enumerate(cells):
        if cell.placed.column.name == linking and "<a " not in cell.content:
            found[position] = replace(cell, content=link(address, cell.content))
    return found


def record(published: Published, table: str, row: Mapping[str, Any]) -> Markup:
    """A row as a list of terms: its figures, then the others in the order of its table."""
    terms = []
    for each in record_columns(published, table, row):
        content = shown(published, table, each.column, row[each.column.name], row)
        terms.append(_term(each, content))
    return Markup("\n".join(terms))  # noqa: S704  all of it is escaped below


def _term(placed: Placed, content: Markup) -> str:
    """What a column is called, its value in a row, and what it means."""
    about = placed.column
    kind = " figure" if about.is_number else ""
    lang = f' lang="{escape(placed.lang)}"' if placed.lang else ""
    value = f'<span class="value"{lang}>{escape(content)}</span>'
    if about.unit:
        value += f" {escape(about.unit)}"
    if about.description and placed.is_of_record:
        value += f'<span class="aside meaning">{escape(about.description)}</span>'
    term = f"<dt>{escape(about.title)}</dt><dd>{value}</dd>"
    return f'<div class="col-{escape(about.name)}{kind}">{term}</div>'


def _called(published: Published, table: str, row: Mapping[str, Any]) -> str:
    """What a row is called where a link leads to it."""
    if table not in published.tables:
        return ""
    key = [str(row.get(name, "")) for name in published.primary_key(table)]
    return row_title(published, table, key, row)


def _as_number(cell: Any) -> Any:
    """What Datasette gives as it is shown, as a text or a number, where that itself is not kept."""
    text = Markup(cell).striptags()  # noqa: S704  it is only looked at
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def query_grid(
    published: Published, query: str | None, names: Any, raw_rows: Any, display_rows: Any
) -> Grid:
    """The grid of the result of a query; `raw_rows` are None where only what is shown is known."""
    values, known = _values_of_result(names, raw_rows, display_rows)
    placed = result_columns(published, query, list(names), values)
    made = []
    for number, rendered in enumerate(display_rows):
        cells = []
        for each in placed:
            value = values[number][each.index]
            shown_as = rendered[each.index]
            content = _result_content(published, each, shown_as, value, known[number])
            cells.append(Cell(each, content))
        made.append(GridRow(str(number), None, "", cells))
    return Grid(placed, made)


def _values_of_result(
    names: Any, raw_rows: Any, display_rows: Any
) -> tuple[list[Sequence[Any]], list[Mapping[str, Any]]]:
    """The values of each row of a result, and by column where not only what is shown is known."""
    if raw_rows is None or len(raw_rows) != len(display_rows):
        return [list(map(_as_number, row)) for row in display_rows], [{}] * len(display_rows)
    values: list[Sequence[Any]] = list(map(tuple, raw_rows))
    return values, [dict(zip(names, row, strict=True)) for row in values]


def _result_content(
    published: Published, placed: Placed, rendered: Any, value: Any, row: Mapping[str, Any]
) -> Markup:
    """What a cell of a result shows; `rendered` is what Datasette has for it, `value` what it is.

    `row` is empty where only what is shown is known.
    """
    column = placed.column
    if placed.shows_figure(value):
        return escape(figure(value, placed.decimals))
    if row and column.table is not None:
        return shown(published, column.table, column, value, row)
    return escape(rendered)
