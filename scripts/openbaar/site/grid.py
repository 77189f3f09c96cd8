"""A table as a page lays it out: what a row is about first, then its figures, then the rest.

On a narrow screen only the columns that lead are shown until a reader asks for the rest. What leads
is told by the schema: the key, the columns that are counted in a unit, and the texts in the
language of the page where nothing is counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from markupsafe import Markup, escape

from openbaar.site.cells import Unwritten, figure, link, shown
from openbaar.site.columns import Column, column_of, result_column
from openbaar.site.language import visit
from openbaar.site.naming import named, row_title
from openbaar.site.published import Published

LONG = 60  # characters: a longer text gets a column of some width
LONG_WORD = re.compile(r"[^\s-]{24}")  # as wide as half of a telephone
# What leads in the trust tables, of whose columns most are places and names for programs.
TRUST_LEAD: Mapping[str, Sequence[str]] = {
    "anomalies": ("text", "first_line"),
    "footnotes": ("mark", "text", "first_line", "table_name"),
    "provenance": ("printed", "first_line", "column_name", "row_id", "table_name"),
    "reconciliation": ("verdict", "difference", "first_line", "table_name", "scope"),
}
# The order of their columns, where it is another one than what leads.
TRUST_ORDER: Mapping[str, Sequence[str]] = {
    "reconciliation": (
        "verdict",
        "stated",
        "computed",
        "difference",
        "first_line",
        "table_name",
        "scope",
        "column_name",
        "kind",
    ),
}
DIGITS_OF_YEAR = 4
BRIEF = ("scope", "verdict")
WORDY = ("table_name", "compared_with", "kind", "how", "scope")
MOST_PLACES = 20  # columns of which a narrow screen may show some: the style sheet knows so many
NAMES_FOR_PROGRAMS = {("anomalies", "id"), ("reconciliation", "id")}


@dataclass(frozen=True)
class Placed:
    """A column in its place: where Datasette has it, and how it is shown.

    `leads` says that a narrow screen shows it too. `heads` is true of the one that names each row.
    `lang` is the language of its texts where that is not the language of the page. `decimals` are
    the digits behind the point that all its figures have. `is_wordy` says that its codes stand for
    several words, `is_long` that its texts fill lines, `breaks` that they have words that a narrow
    screen has to break, `is_counted` that nothing is known of it but
    that it holds numbers.
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

    @property
    def classes(self) -> str:
        """The classes of its cells.

        The cells of a large table are most of its page, so that whatever can be told of a column as
        a whole is told by its heading: `head_classes`, and `Grid.more`.
        """
        flags = {
            "number": self.column.is_quantity or self.is_counted,
            "date": self.column.type in ("date", "datetime"),
            "long": self.is_long,
            "breaks": self.breaks and not self.is_long,
        }
        return " ".join(name for name, is_set in flags.items() if is_set)

    @property
    def head_classes(self) -> str:
        """The classes of its heading, by which a column of several words is wide enough."""
        flags = {
            f"col-{self.column.name}": True,
            self.classes: self.classes != "",
            "more": not self.leads,
            "words": self.is_wordy,
        }
        return " ".join(name for name, is_set in flags.items() if is_set)

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

    def written(self, is_marked: bool, link_words: str | None) -> str:
        """The row as HTML, as `Grid.body` says."""
        key = f' data-row="{escape(self.key)}"' if is_marked else ""
        cells = [f"{at.placed.opening}{at.content}" for at in self.cells]
        if link_words is not None:
            named = f"{link_words} {self.called}"  # to whom does not see the row around it
            opened = f'<a href="{escape(self.address)}" aria-label="{escape(named)}">'
            cells.append(f'<td class="col-Link">{opened}{escape(link_words)}</a>')
        return f"<tr{key}>{''.join(cells)}"


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

    def body(self, is_marked: bool, link_words: str | None) -> Markup:
        """Its rows as HTML; a template that writes cell by cell takes several times as long.

        `is_marked` has each row say which mark of a chart is its own. `link_words` are those of
        the link to the page of a row, at its end; None where there is none. Links to pages beside
        this one say only in what they differ.
        """
        rows = "\n".join(row.written(is_marked, link_words) for row in self.rows)
        folder = visit().path.rpartition("/")[0]
        if len(folder) > 1:
            rows = rows.replace(f' href="{escape(folder)}/', ' href="')
        return Markup(rows)  # noqa: S704  all of it is escaped above


def table_columns(
    published: Published, table: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[Placed]:
    """The columns of a table in the order of the page; `rows` are those that it shows."""
    columns = [column_of(published, table, name) for name in names]
    placed = []
    for index, column in enumerate(columns):
        values = [row.get(column.name) for row in rows]
        if _is_left_out(published, column, values):
            continue
        placed.append(_placed(published, index, column, values))
    lead = _lead(published, table, [each.column for each in placed])
    ordered = _ordered(table, lead, placed)
    return _headed([replace(each, leads=each.column.name in lead) for each in ordered])


def _ordered(table: str, lead: Sequence[str], placed: Sequence[Placed]) -> list[Placed]:
    """The columns of a table in the order of the page."""
    order = TRUST_ORDER.get(table, lead)
    return sorted(placed, key=lambda each: _rank(order, each.column))


def result_columns(
    published: Published, query: str | None, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[Placed]:
    """The columns of the result of a query: first those that its chart shows, then the others."""
    lead = list(published.queries[query].get("lead", [])) if query is not None else []
    order = lead or _order_of_trust(published, query, names)
    placed = []
    for index, name in enumerate(names):
        column = result_column(published, query, name)
        values = [row[index] for row in rows]
        if not _is_left_out(published, column, values):
            placed.append(_placed(published, index, column, values))
    ordered = sorted(placed, key=lambda each: _rank(order, each.column))
    has_texts = any(each.is_long for each in ordered)
    found = [replace(each, leads=_leads_result(lead, each, has_texts)) for each in ordered]
    return _headed(found)


def _order_of_trust(published: Published, query: str | None, names: Sequence[str]) -> Sequence[str]:
    """The order of columns that are all of one trust table: what that table shows first."""
    tables = {result_column(published, query, name).table for name in names}
    return TRUST_LEAD.get(str(tables.pop()), ()) if len(tables) == 1 else ()


def _leads_result(lead: Sequence[str], placed: Placed, has_texts: bool) -> bool:
    """Whether a narrow screen shows a column of a result: those of its chart, else most.

    Beside long texts, which tell more, there is no place for the other words of a trust table.
    """
    if lead:
        return placed.column.name in lead
    column = placed.column
    if column.of_trust and has_texts and column.name in BRIEF:
        return False
    return not column.of_trust or column.name in TRUST_LEAD[str(column.table)] or placed.is_long


def _headed(placed: list[Placed]) -> list[Placed]:
    """The columns, the first of those that are no figures naming each row."""
    for position, each in enumerate(placed[MOST_PLACES:], MOST_PLACES):
        placed[position] = replace(each, leads=False)
    for position, each in enumerate(placed):
        if each.leads and not each.column.is_quantity:
            placed[position] = replace(each, heads=True)
            break
    return placed


def _placed(published: Published, index: int, column: Column, values: Sequence[Any]) -> Placed:
    decimals = decimals_of(values) if _holds_figures(published, column, values) else None
    has_names = column.labels is not None
    return replace(
        _named(published, index, column),
        decimals=decimals,
        is_long=not has_names and _has_long_texts(values),
        breaks=not has_names and _has_long_words(values),
        is_counted=column.table is None and _are_numbers(values),
        is_wordy=_is_wordy(column),
    )


def _named(published: Published, index: int, column: Column) -> Placed:
    """A column in its place, of whose values nothing is known: its title, and their language."""
    language = _language_of(published, column)
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


def _has_long_texts(values: Sequence[Any]) -> bool:
    """Whether a value is a text that fills lines."""
    return any(isinstance(value, str) and len(value) > LONG for value in values)


def _holds_figures(published: Published, column: Column, values: Sequence[Any]) -> bool:
    """Whether numbers are written with separators: figures, but neither codes nor years.

    What SQL computes is told by the column of its name, else by its numbers.
    """
    if column.table is not None or column.is_number:
        return column.is_number
    named_alike = []
    for table in published.tables:
        if column.name in published.column_names(table):
            named_alike.append(column_of(published, table, column.name))
    if named_alike:
        return all(each.is_number for each in named_alike)
    return _are_numbers(values) and not _may_be_names([each for each in values if each is not None])


def _may_be_names(numbers: Sequence[float]) -> bool:
    """Whether numbers may be years or codes: of a few digits, as many in each of them."""
    if any(number != int(number) for number in numbers):
        return False
    lengths = {len(str(int(number))) for number in numbers}
    if len(numbers) == 1:
        return lengths == {DIGITS_OF_YEAR}
    return len(lengths) == 1 and min(lengths) >= DIGITS_OF_YEAR


def _has_long_words(values: Sequence[Any]) -> bool:
    """Whether a value has a word as wide as half of a telephone, such as a code."""
    texts = (value for value in values if isinstance(value, str))
    return any(LONG_WORD.search(text) for text in texts)


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether all values are numbers, and not all are blank."""
    filled = [value for value in values if value is not None]
    return bool(filled) and all(isinstance(value, int | float) for value in filled)


def _language_of(published: Published, column: Column) -> str | None:
    """The language that the name of a column of texts ends in: `title_en`; None for any other."""
    _, _, ending = column.name.rpartition("_")
    return ending if column.name != ending and ending in published.languages else None


def _is_left_out(published: Published, column: Column, values: Sequence[Any]) -> bool:
    """Whether a column of a trust table tells a reader nothing.

    That is a name for programs, a text that stands there in the language of the page too, the only
    document there is, and a column that is blank in all rows.
    """
    if not column.of_trust:
        return False
    if (column.table, column.name) in NAMES_FOR_PROGRAMS:
        return True
    language = _language_of(published, column)
    if language is not None:
        return language != _language_shown(published)
    if column.name == "document" and len(published.documents) == 1:
        return True
    if column.name == "last_line":  # the first one says both
        return True
    return all(value in (None, "") for value in values)


def _language_shown(published: Published) -> str:
    """The language in which texts of the trust tables are shown."""
    spoken = visit().language
    return spoken if spoken in published.languages else published.languages[0]


def _lead(published: Published, table: str, columns: Sequence[Column]) -> list[str]:
    """The names of the columns that lead, in order."""
    if table in TRUST_LEAD:
        shown_in = _language_shown(published)
        return [f"text_{shown_in}" if name == "text" else name for name in TRUST_LEAD[table]]
    names = [column.name for column in columns]
    if table in published.code_lists and f"title_{visit().language}" in names:
        return [f"title_{visit().language}"]
    key = [
        name for name in published.tables[table]["schema"].get("primaryKey", []) if name in names
    ]
    others = [column for column in columns if column.name not in key]
    figures = [column.name for column in others if column.is_quantity]
    return key + (figures or _texts(published, columns, key))


def _texts(published: Published, columns: Sequence[Column], key: Sequence[str]) -> list[str]:
    """The columns to lead where nothing is counted: those of the reader's language."""
    found = []
    for column in columns:
        language = _language_of(published, column)
        if column.name in key or column.name == "source_lines" or column.code_list is not None:
            continue
        if language in (None, visit().language):
            found.append(column.name)
    return found


def _rank(lead: Sequence[str], column: Column) -> int:
    """Where a column stands: those that lead in their order, then others, lines last."""
    if column.name in lead:
        return lead.index(column.name)
    return len(lead) + (column.name == "source_lines")


def decimals_of(values: Sequence[Any]) -> int:
    """How many digits behind the point the figures of a column need."""
    needed = 0
    for value in values:
        if isinstance(value, float):
            exponent = Decimal(repr(value)).normalize().as_tuple().exponent
            needed = max(needed, -int(exponent))
    return needed


def table_grid(published: Published, table: str, columns: Any, rows: Any, address: Any) -> Grid:
    """The grid of a table page, of what Datasette gives its template.

    `columns` are its `display_columns` and `rows` its `display_rows`. `address` finds the address
    of a row in the link that Datasette made to it.
    """
    has_link = bool(columns) and columns[0]["name"] == "Link"
    names = [column["name"] for column in columns]
    raws = [_raw(row) for row in rows]
    placed = table_columns(published, table, names[1:] if has_link else names, raws)
    made = []
    for row, raw in zip(rows, raws, strict=True):
        cells = list(row)
        own = cells[1:] if has_link else cells
        found = []
        for each in placed:
            found.append(Cell(each, _content(published, table, each, own[each.index], raw)))
        leads_to = address(cells[0]["value"])
        if not has_link:
            found = _linked(found, own[0]["column"], leads_to)
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
    if placed.decimals is not None and isinstance(value, int | float):
        return escape(figure(value, placed.decimals))
    is_aside = not placed.leads and not column.of_trust  # whose links a reader finds on the row
    if cell.get("is_special_link_column") or (is_aside and column.labels is not None and value):
        name = named(published, column, value, row)
        return escape(value if name is None else name)
    if isinstance(cell["value"], Unwritten):
        return shown(published, table, column, value, row)
    return escape(cell["value"])


def _linked(cells: Sequence[Cell], key: str, address: str | None) -> list[Cell]:
    """The cells of a row whose key is one column: that one, else the first, leads to its page."""
    names = [cell.placed.column.name for cell in cells if cell.placed.leads]
    linking = key if key in names else next(iter(names), key)
    found = []
    for cell in cells:
        if cell.placed.column.name == linking and "<a " not in cell.content:
            found.append(replace(cell, content=link(address, cell.content)))
        else:
            found.append(cell)
    return found


def record(published: Published, table: str, row: Mapping[str, Any]) -> list[Cell]:
    """The cells of the page of one row: its figures, then the others in the order of its table."""
    placed = []
    for index, name in enumerate(row):
        column = column_of(published, table, name)
        if not _is_left_out(published, column, [row[name]]):
            placed.append(_named(published, index, column))
    lead = _lead(published, table, [each.column for each in placed])
    ordered = _ordered(table, lead, placed)
    cells = []
    for each in sorted(ordered, key=lambda each: not each.column.is_quantity):
        content = shown(published, table, each.column, row[each.column.name], row)
        cells.append(Cell(each, content))
    return cells


def _called(published: Published, table: str, row: Mapping[str, Any]) -> str:
    """What a row is called where a link leads to it."""
    if table not in published.tables:
        return ""
    names = published.tables[table]["schema"].get("primaryKey", [])
    return row_title(published, table, [str(row.get(name, "")) for name in names], row)


def _as_number(cell: Any) -> Any:
    """What Datasette gives as it is shown, as a text or a number, where that itself is not kept."""
    text = Markup(cell).striptags()  # noqa: S704  it is only looked at
    is_number = re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", text) is not None
    if not is_number:
        return text
    return float(text) if "." in text else int(text)


def query_grid(
    published: Published, query: str | None, names: Any, raw_rows: Any, display_rows: Any
) -> Grid:
    """The grid of the result of a query; `raw_rows` are None where only what is shown is known."""
    values = [] if raw_rows is None else [tuple(row) for row in raw_rows]
    seen = values or [tuple(_as_number(cell) for cell in row) for row in display_rows]
    placed = result_columns(published, query, list(names), seen)
    made = []
    for number, row in enumerate(display_rows):
        raw = dict(zip(names, values[number], strict=True)) if number < len(values) else {}
        cells = []
        for each in placed:
            given = seen[number][each.index] if number < len(seen) else None
            cells.append(Cell(each, _result_content(published, each, row[each.index], given, raw)))
        made.append(GridRow(str(number), None, "", cells))
    return Grid(placed, made)


def _result_content(
    published: Published, placed: Placed, rendered: Any, value: Any, row: Mapping[str, Any]
) -> Markup:
    """What a cell of a result shows; `rendered` is what Datasette has for it, `value` what it is.

    `row` is empty where only what is shown is known.
    """
    column = placed.column
    if placed.decimals is not None and isinstance(value, int | float):
        return escape(figure(value, placed.decimals))
    if row and column.table is not None:
        return shown(published, column.table, column, value, row)
    return escape(rendered)
