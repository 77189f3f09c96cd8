"""Printing a made-up table as documents do: text, PDF, workbooks, CSV and saved pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from itertools import chain, pairwise
from typing import NamedTuple

import xlsxwriter
from reportlab.lib import colors
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle

from generated.recipes import heading_lines
from generated.tables import GRAND_TOTAL, MARK, NOTE, TOTAL, Look, Made, Row, may_be_glued
from generated.workbooks import opendocument

BEFORE, AFTER = "Tabel 1: aantallen", "Bron: opgemaakt"
Cells = list[str]


@dataclass(frozen=True)
class Printed:
    """A document: its bytes, the ending of its name, and what the package file has to say of it."""

    data: bytes
    ending: str
    entry: dict[str, object] = field(default_factory=dict)


def number(value: Decimal | None, made: Made, look: Look) -> str:
    """A value as the document prints it."""
    if value is None:
        return look.blank
    return (
        f"{value:,.{made.places}f}".replace(".", "#")
        .replace(",", look.thousands)
        .replace("#", look.decimal)
    )


def with_mark(label: str, made: Made, look: Look) -> str:
    """A label with its footnote mark, before or behind it."""
    if label != made.marked or not label or look.style == "pdf tables":
        return label
    return f"{MARK} {label}" if look.mark_first else f"{label} {MARK}"


def cells_of(row: Row, made: Made, look: Look) -> Cells:
    """The name of a row and its values, as printed."""
    return [with_mark(row.name, made, look), *(number(value, made, look) for value in row.values)]


def beside(cells: Sequence[str]) -> str:
    """Cells on one line; a blank one is one space, without a further space before the next."""
    text = cells[0]
    for before, cell in pairwise(cells):
        text += cell if before == " " else f" {cell}"
    return text


def fragments(made: Made, look: Look) -> Iterator[tuple[str, list[Row], bool]]:
    """The runs of rows of one group on one page.

    Each is its label, which holds on the first one only, its rows, and whether a page ends before
    them.
    """
    printed = 0
    for group in made.groups or [""]:
        parts: list[list[Row]] = []
        for row in made.members(group):
            if not parts or printed in look.breaks:
                parts.append([])
            parts[-1].append(row)
            printed += 1
        start = printed - sum(map(len, parts))
        for index, part in enumerate(parts):
            yield ("" if index else group), part, bool(start) and start in look.breaks
            start += len(part)


def grand_total(made: Made) -> list[Row]:
    """The row that states the total of the table, if there is one."""
    return [Row("", GRAND_TOTAL, made.sums(made.rows))] if made.table_total else []


def wrapped(cell: str, inside_words: bool) -> list[str]:
    """A cell on two lines: split behind a space, which stays, or else inside a long word."""
    if " " in cell:
        first, rest = cell.split(" ", 1)
        return [f"{first} ", rest]
    is_long_word = len(cell) > 6 and cell.isalpha()
    return [cell[:4], cell[4:]] if inside_words and is_long_word else [cell]


class PlacedRow(NamedTuple):
    """A row with its number, and what stands around it.

    That is: whether a page ends before it, the label printed at it or above it, '' where there is
    none, and the label of its group.
    """

    index: int
    new_page: bool
    label: str
    above: str
    group: str
    row: Row

    def name_lines(self, name: str, look: Look) -> list[str]:
        """The name of the row on one line, or on two where it wraps."""
        return wrapped(name, inside_words=False) if self.index in look.wraps else [name]


def rows_with_places(made: Made, look: Look) -> Iterator[PlacedRow]:
    """Each row with its place."""
    index = 0
    lengths = {label: len(rows) for label, rows, _ in fragments(made, look) if label}
    for group in made.groups or [""]:
        places = {"merged": lengths.get(group, 0) - 1, "first": 0}
        shown = with_mark(group, made, look)
        for position, row in enumerate(made.members(group)):
            is_at_row = look.label == "spanned" or position == places.get(look.label)
            is_above = look.label == "above" and position == 0
            new_page = index > 0 and index in look.breaks
            label = shown if is_at_row else ""
            above = shown if is_above else ""
            yield PlacedRow(index, new_page, label, above, group, row)
            index += 1


def word_text(made: Made, look: Look) -> list[str]:
    """Blocks between blank lines, in the order that Word gives.

    A merged label stands before the last row of its page fragment, and where the fragment has two
    rows it is glued to the first one's number; three blank lines are a page break.
    """
    lines = [BEFORE, ""]
    for cell in filled_headings(made, look):
        lines += [cell, ""]
    index, ends_blank = 0, False
    for label, rows, new_page in fragments(made, look):
        if new_page:
            lines += ["", ""]
        shown = with_mark(label, made, look) if look.label == "merged" else ""
        is_glued = len(rows) == 2 and may_be_glued(made, look)
        for position, row in enumerate(rows):
            cells = cells_of(row, made, look)
            before: Cells = []
            if is_glued and position == 0:
                cells[-1] += shown
            elif shown and not is_glued and position == len(rows) - 1:
                before = [shown]
            lines += _blocks(before, cells, row, look, index, ends_blank)
            ends_blank = cells[-1] == " "
            index += 1
    for line in [*total_lines(made, look), *note(made)]:
        lines += [line, ""]
    return [*lines, AFTER]


def filled_headings(made: Made, look: Look) -> list[str]:
    """The headings that are not blank, one after the other."""
    return list(filter(None, chain.from_iterable(heading_lines(made, look))))


def total_lines(made: Made, look: Look) -> list[str]:
    """The total of the table on a line, if there is one."""
    return [beside(cells_of(row, made, look)) for row in grand_total(made)]


def _blocks(
    before: Cells, cells: Cells, row: Row, look: Look, index: int, ends_blank: bool
) -> list[str]:
    """The blocks of a row: one, or where `look` says so, one each for label, name and values.

    Where the row above `ends_blank`, a label in a block of its own would read like one that is
    glued to that row.
    """
    if look.apart and before and not ends_blank:
        return [*before, "", *_blocks([], cells, row, look, index, False)]
    name = [cells[0]]
    if index in look.wraps and row.name != TOTAL:
        name = wrapped(cells[0], inside_words=True)
    is_apart = look.apart and len(name) > 1 and " " not in cells[1:]
    name = [beside([*before, name[0]]), *name[1:]]
    if is_apart:
        return [*name, "", beside(cells[1:]), ""]
    return [*name[:-1], beside([name[-1], *cells[1:]]), ""]


def note(made: Made) -> list[str]:
    """The footnote below the table."""
    return [f"{MARK} {NOTE}"] if made.marked else []


def cell_lines(made: Made, look: Look) -> list[str]:
    """Each cell on a line of its own; one that wraps ends in a space where it goes on."""
    lines = [BEFORE, *filled_headings(made, look)]
    for placed in rows_with_places(made, look):
        name, *values = cells_of(placed.row, made, look)
        labels = filter(None, [placed.above, placed.label])
        of_row = [*labels, *placed.name_lines(name, look), *values]
        if placed.new_page:
            of_row[0] = f"\f{of_row[0]}"
        lines += of_row
    for row in grand_total(made):
        lines += cells_of(row, made, look)
    return [*lines, *note(made), AFTER]


def row_lines(made: Made, look: Look) -> list[list[str]]:
    """A row on each line, by page; a name that wraps ends in a space where it goes on."""
    headings = [" ".join(filter(None, heading)) for heading in heading_lines(made, look)]
    pages = [[BEFORE, *headings]]
    for placed in rows_with_places(made, look):
        if placed.new_page:
            pages.append(headings[:] if look.repeated else [])
        if placed.above:
            pages[-1].append(placed.above)
        name, *values = cells_of(placed.row, made, look)
        lines = placed.name_lines(name, look)
        if placed.label:
            lines[0] = f"{placed.label} {lines[0]}"
        pages[-1] += [*lines[:-1], beside([lines[-1], *values])]
    pages[-1] += [*total_lines(made, look), *note(made), AFTER]
    return pages


def grid(made: Made, look: Look) -> tuple[list[Cells], list[tuple[int, int]]]:
    """The rows of cells between headings and totals, and which of them share a merged label."""
    rows: list[Cells] = []
    spans: dict[str, tuple[int, int]] = {}
    has_labels = bool(made.groups) and look.has_label_column
    for placed in rows_with_places(made, look):
        if placed.above:
            rows.append([placed.above, *[""] * made.width])
        first, _ = spans.get(placed.group, (len(rows), 0))
        spans[placed.group] = (first, len(rows))
        label = [placed.label] if has_labels else []
        rows.append(label + cells_of(placed.row, made, look))
    for row in grand_total(made):
        rows.append([""] * has_labels + cells_of(row, made, look))
    is_spanned = has_labels and look.label == "spanned"
    return rows, list(spans.values()) if is_spanned else []


def as_text(lines: Sequence[str]) -> bytes:
    """Lines as a text in UTF-8."""
    return "\n".join([*lines, ""]).encode()


def print_word(made: Made, look: Look) -> Printed:
    """Text in the order of Word."""
    return Printed(as_text(word_text(made, look)), "txt", {"page_break": 3})


def print_cells(made: Made, look: Look) -> Printed:
    """Text with one cell on each line."""
    return Printed(as_text(cell_lines(made, look)), "txt")


def print_lines(made: Made, look: Look) -> Printed:
    """Text with one row on each line, pages parted by form feeds."""
    pages = row_lines(made, look)
    return Printed(as_text([line for page in _fed(pages) for line in page]), "txt")


def _fed(pages: Sequence[list[str]]) -> Iterator[list[str]]:
    yield pages[0]
    for page in pages[1:]:
        yield ["\f" + page[0], *page[1:]]


def print_pdf_lines(made: Made, look: Look) -> Printed:
    """A PDF with one row on each line."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in row_lines(made, look):
        for index, line in enumerate(page):
            canvas.drawString(50, 800 - 14 * index, line)
        canvas.showPage()
    canvas.save()
    return Printed(out.getvalue(), "pdf")


def print_pdf_word(made: Made, look: Look) -> Printed:
    """A PDF as Word writes it.

    A merged label comes before the last row of its page fragment, at the height of the first one.
    """
    out = io.BytesIO()
    canvas = Canvas(out)
    height = 800

    def draw(x: int, y: int, text: str) -> None:
        part = canvas.beginText(x, y)
        part.textOut(text)
        canvas.drawText(part)

    for line in [[BEFORE], *heading_lines(made, look)]:
        draw(50, height, " ".join(filter(None, line)))
        height -= 14
    for label, rows, new_page in fragments(made, look):
        if new_page:
            canvas.showPage()
            height = 800
        top = height
        for position, row in enumerate(rows):
            if label and position == len(rows) - 1:
                draw(30, top, with_mark(label, made, look))
            for column, cell in enumerate(cells_of(row, made, look)):
                draw(250 + (200 + 110 * column) * (column > 0), height, cell)
            height -= 14
    for line in [*total_lines(made, look), *note(made), AFTER]:
        draw(50, height, line)
        height -= 14
    canvas.save()
    return Printed(out.getvalue(), "pdf")


def print_pdf_tables(made: Made, look: Look) -> Printed:
    """A PDF with a ruled table; what stands around it is not read."""
    rows, spans = grid(made, look)
    headings = heading_lines(made, look)
    style = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    style += [
        ("SPAN", (0, first + len(headings)), (0, last + len(headings))) for first, last in spans
    ]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(1000, 2000))
    canvas.drawString(50, 1950, BEFORE)
    table = Table([list(line) for line in [*headings, *rows]], style=TableStyle(style))
    _, used = table.wrapOn(canvas, 900, 1900)
    table.drawOn(canvas, 50, 1930 - used)
    canvas.save()
    return Printed(out.getvalue(), "pdf", {"read": "tables"})


def print_xlsx(made: Made, look: Look) -> Printed:
    """A workbook of one sheet; upper headings and labels are merged cells."""
    rows, spans = grid(made, look)
    headings = heading_lines(made, look)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Blad1")
        lines = [
            [BEFORE],
            *headings,
            *rows,
            *([line] for line in note(made)),
            [AFTER],
        ]
        for index, line in enumerate(lines):
            for column, cell in enumerate(line):
                if cell:
                    sheet.write_string(index, column, cell)
        start = 1 + len(headings)
        for first, last in spans:
            if last > first:
                sheet.merge_range(start + first, 0, start + last, 0, rows[first][0])
        for first, last in _upper(headings):
            sheet.merge_range(1, first, 1, last, headings[0][first])
    return Printed(out.getvalue(), "xlsx")


def _upper(headings: Sequence[Cells]) -> list[tuple[int, int]]:
    """From which column to which each upper heading reaches, where it reaches over several."""
    if len(headings) == 1:
        return []
    starts = [index for index, cell in enumerate(headings[0]) if cell]
    return [(start, start + 1) for start in starts]  # each year stands above two columns


def print_ods(made: Made, look: Look) -> Printed:
    """The same as an OpenDocument, in which a merged label spans rows."""
    rows, spans = grid(made, look)
    headings = heading_lines(made, look)
    start = 1 + len(headings)
    lines = [[BEFORE], *headings, *rows, *([line] for line in note(made)), [AFTER]]
    return Printed(
        opendocument(lines, {start + first: last - first + 1 for first, last in spans}), "ods"
    )


def print_csv(made: Made, look: Look) -> Printed:
    """A CSV file with text around the table."""
    out = io.StringIO()
    lines = [[BEFORE, ""], *heading_lines(made, look), *grid(made, look)[0]]
    csv.writer(out).writerows([*lines, *([line] for line in note(made)), [AFTER]])
    return Printed(out.getvalue().encode(), "csv")


def print_html(made: Made, look: Look) -> Printed:
    """A saved page: labels span rows, upper headings columns, numbers may have no-break spaces."""
    rows, spans = grid(made, look)
    first_of = {first: last - first + 1 for first, last in spans}
    covered = {row for first, last in spans for row in range(first + 1, last + 1)}
    parts = [f"<table><tr><td>{BEFORE}</td></tr></table><table>"]
    for heading in heading_lines(made, look):
        parts.append("<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in heading) + "</tr>")
    for index, row in enumerate(rows):
        cells = [f"<td>{escape(cell).replace(' ', '&nbsp;')}</td>" for cell in row]
        if index in first_of:
            cells[0] = cells[0].replace("<td>", f'<td rowspan="{first_of[index]}">')
        parts.append("<tr>" + "".join(cells[1:] if index in covered else cells) + "</tr>")
    parts += [f"</table><table><tr><td>{line}</td></tr>" for line in [*note(made), AFTER]]
    return Printed("".join([*parts, "</table>"]).encode(), "html")


PRINTERS: dict[str, Callable[[Made, Look], Printed]] = {
    "word": print_word,
    "cells": print_cells,
    "lines": print_lines,
    "pdf lines": print_pdf_lines,
    "pdf word": print_pdf_word,
    "pdf tables": print_pdf_tables,
    "xlsx": print_xlsx,
    "ods": print_ods,
    "csv": print_csv,
    "html": print_html,
}
