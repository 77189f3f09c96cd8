"""Documents of several pages with groups of rows, and the publication of one."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table as Ruled
from reportlab.platypus import TableStyle
from xlsxwriter import Workbook

from generated.publication import schema, write_publication

Printed = tuple[str, str, str]
COLUMNS = {"grp": "string", "key": "integer", "name": "string", "n": "integer", "status": "string"}
Pages = list[
    list[tuple[str, list[Printed]]]
]  # of each page its groups: a label above rows, or none


def paged_text(pages: Pages) -> bytes:
    """A PDF of a row on each line; below a group, a label."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for groups in pages:
        lines = []
        for label, rows in groups:
            lines += [f"Groep {label}"] if label else []
            lines += map(" ".join, rows)
        for number, line in enumerate(lines):
            canvas.drawString(50, 800 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def in_cells(groups: list[tuple[str, list[Printed]]]) -> list[Printed]:
    """The rows of cells of groups, with the label of each in a row above."""
    found: list[Printed] = []
    for label, rows in groups:
        found += [(f"Groep {label}", "", "")] if label else []
        found += rows
    return found


def paged_tables(pages: Pages) -> bytes:
    """A PDF of ruled tables, one for each group."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(500, 2000))
    for groups in pages:
        top = 1950.0
        for group in groups:
            ruled = Ruled(in_cells([group]), style=TableStyle([GRID_STYLE]))
            _, used = ruled.wrapOn(canvas, 400, 1900)
            ruled.drawOn(canvas, 50, top - used)
            top -= used + 20
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def sheets(pages: Pages) -> bytes:
    """A workbook of a sheet for each page."""
    data = io.BytesIO()
    with Workbook(data) as book:
        for groups in pages:
            sheet = book.add_worksheet()
            for number, row in enumerate(in_cells(groups)):
                sheet.write_row(number, 0, row)
    return data.getvalue()


def aligned_text(pages: Pages) -> bytes:
    """A text in which two spaces part the cells of a line."""
    lines = []
    for groups in pages:
        for row in in_cells(groups):
            lines.append("  ".join(row).rstrip() + "\n")
    return "".join(lines).encode()


def in_columns(pages: Pages) -> bytes:
    """A PDF of columns without rules."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for groups in pages:
        for number, row in enumerate(in_cells(groups)):
            for left, cell in zip((50, 150, 300), row, strict=True):
                canvas.drawString(left, 800 - 14 * number, cell)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def saved_page(pages: Pages) -> bytes:
    """A page of the web, of a table for each page."""
    parts = []
    for groups in pages:
        rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in in_cells(groups)]
        parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    return "".join(parts).encode()


def one_csv(pages: Pages) -> bytes:
    """A CSV file, in which pages follow each other."""
    rows = [row for groups in pages for row in in_cells(groups)]
    return "".join(";".join(row) + "\n" for row in rows).encode()


GRID_STYLE = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)
IN_LINES = {"by": "line", "rows": "{key} {name} {n}", "group": "Groep {grp}"}
GIVEN_COLUMNS = {"columns": [140, 290]}
IN_CELLS = {"rows": "{key} | {name} | {n}", "group": "Groep {grp} | |"}
PAGED: dict[str, tuple[str, Callable[[Pages], bytes], Mapping[str, Any], Mapping[str, str]]] = {
    "lines of a pdf": ("pdf", paged_text, IN_LINES, {}),
    "tables of a pdf": ("pdf", paged_tables, IN_CELLS, {"read": "tables"}),
    "sheets": ("xlsx", sheets, IN_CELLS, {}),
    "page": ("html", saved_page, IN_CELLS, {}),
    "csv": ("csv", one_csv, IN_CELLS, {}),
    "aligned": ("txt", aligned_text, {**IN_CELLS, "by": "aligned", "group": "Groep {grp}"}, {}),
    "columns": ("pdf", in_columns, {**IN_CELLS, "by": GIVEN_COLUMNS}, {"read": "layout"}),
}


def write_paged(root: Path, kind: str, pages: Pages, most: int) -> Path:
    """Write the publication of a document of pages, of which more than `most` cells are by rule."""
    ending, write, form, entry = PAGED[kind]
    columns = schema({**COLUMNS, "source_lines": "string"}, ["key"])
    recipe = {
        "rows": form["rows"],
        **({"by": form["by"]} if "by" in form else {}),
        "numbers": "1.234.567",
        "cells": {"name": {"pattern": "[^0-9]+"}, "n": {"blank": {"-": "not_given"}}},
        "group": {"label": "grp", "printed": form["group"]},
    }
    table = {"schema": columns, "recipe": recipe}
    package = {"most_cells": {"provenance": most}}
    return write_publication(root, {f"d.{ending}": write(pages)}, {"t": table}, package, entry)


TWO_PAGES: Pages = [
    [("a", [("1", "Gent", "12"), ("2", "Mol", "-")]), ("b", [("3", "Aalst", "7")])],
    [("c", [("4", "Gent", "1.234"), ("5", "Lier", "5"), ("6", "Geel", "0")])],
]


def write_headed(root: Path, most: int) -> Path:
    """Write the publication of a CSV file in which each line has a row below each of two years."""
    columns = {"name": "string", "year": "year", "n": "integer", "status": "string"}
    recipe = {
        "header": "name | {year} | {year}",
        "rows": "{name} | {n} | {n}",
        "cells": {"n": {"blank": {"-": "not_given"}, "marks": "*"}},
    }
    table = {
        "schema": schema({**columns, "source_lines": "string"}, ["name", "year"]),
        "recipe": recipe,
        "footnotes": {"*": {"text": {"en": "estimate"}, "line": "^[*] estimate"}},
    }
    lines = ["name;2020;2021", "Gent;1;2", "Mol;-;4", "Lier;5;6*", "Geel;7;8", "* estimate;;"]
    document = {"d.csv": "".join(f"{line}\n" for line in lines).encode()}
    return write_publication(root, document, {"t": table}, {"most_cells": {"provenance": most}})
