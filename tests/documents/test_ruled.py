"""The ruled tables of a PDF: nothing is lost, nothing is read twice, or the place is named."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.pdfgen.canvas import Canvas

from openbaar.documents.ruled import read_pdf_tables
from openbaar.errors import OpenbaarError

XS = (100, 200, 300, 400)
YS = (700, 680, 660, 640)


def shown(draw: Callable[[Canvas], None]) -> list[str]:
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(600, 800))
    draw(canvas)
    canvas.save()
    return [line.shown for line in read_pdf_tables(data.getvalue(), "sources/d.pdf").lines]


def problems(draw: Callable[[Canvas], None]) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        shown(draw)
    return [str(problem) for problem in caught.value.problems]


def rules(canvas: Canvas, left: int = 100, right: int = 400, upright: tuple[int, ...] = XS) -> None:
    for y in YS:
        canvas.line(left, y, right, y)
    for x in upright:
        canvas.line(x, YS[0], x, YS[-1])


def texts(canvas: Canvas, rows: list[tuple[str, ...]], left: int = 110) -> None:
    for index, row in enumerate(rows):
        for column, text in enumerate(row):
            canvas.drawString(left + 100 * column, YS[index] - 14, text)


ROWS = [("Jaar", "man", "vrouw"), ("2020", "1", "2"), ("2021", "3", "4")]


def test_a_grid_is_read_cell_by_cell() -> None:
    def draw(canvas: Canvas) -> None:
        rules(canvas)
        texts(canvas, ROWS)

    assert shown(draw) == ["Jaar | man | vrouw", "2020 | 1 | 2", "2021 | 3 | 4"]


def test_an_outer_column_without_an_outer_rule_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        rules(canvas, upright=XS[1:-1])
        texts(canvas, ROWS)

    assert shown(draw) == ["Jaar | man | vrouw", "2020 | 1 | 2", "2021 | 3 | 4"]


def test_words_beside_a_grid_that_no_rule_reaches_are_named() -> None:
    def draw(canvas: Canvas) -> None:
        rules(canvas)
        texts(canvas, ROWS)
        canvas.drawString(410, 666, "9")

    assert problems(draw) == [
        "sources/d.pdf#1: prints '9' beside the rows of a table, in no cell, at x 410, y 124 "
        "(read it with `read: layout`, which has all words)"
    ]


def merged(canvas: Canvas, label: str, figure: str) -> None:
    """Three rows, in which the first and the last cell of the lower two are merged."""
    for y in (700, 680, 640):
        canvas.line(100, y, 400, y)
    canvas.line(200, 660, 300, 660)
    for x in XS:
        canvas.line(x, 700, x, 640)
    texts(canvas, [("Jaar", "man", "totaal"), (label, "1", figure), ("", "3", "")])


def test_a_merged_label_holds_for_its_rows_but_a_merged_number_stands_once() -> None:
    assert shown(lambda canvas: merged(canvas, "2020", "1.234")) == [
        "Jaar | man | totaal", "2020 | 1 | 1.234", "2020 | 3 | ",
    ]  # fmt: skip
    assert shown(lambda canvas: merged(canvas, "Gent", "12%"))[2] == "Gent | 3 | "


def test_a_number_across_a_rule_is_named() -> None:
    def draw(canvas: Canvas) -> None:
        rules(canvas)
        texts(canvas, [("Jaar", "man", "vrouw"), ("2020", "1", "2")])
        canvas.drawString(185, 646, "123.456.789")

    (problem,) = problems(draw)
    assert problem.startswith("sources/d.pdf#1: prints '123.456.789' across a rule between two")


def test_a_table_inside_a_table_is_named() -> None:
    def draw(canvas: Canvas) -> None:
        rules(canvas)
        texts(canvas, ROWS)
        for y in (600, 500):
            canvas.line(100, y, 400, y)
        for x in (100, 380, 400):
            canvas.line(x, 600, x, 500)
        for y in (580, 560, 540):
            canvas.line(150, y, 350, y)
        for x in (150, 250, 350):
            canvas.line(x, 580, x, 540)
        canvas.drawString(160, 566, "5")

    assert problems(draw)[0] == (
        "sources/d.pdf#1: has a table inside a table, at x 150, y 220 (read it with `read: layout`, or as text)"
    )


def test_a_heading_that_runs_up_the_page_is_read_in_its_order() -> None:
    def draw(canvas: Canvas) -> None:
        for y in (700, 620, 600):
            canvas.line(100, y, 300, y)
        for x in (100, 200, 300):
            canvas.line(x, 700, x, 600)
        texts(canvas, [("Jaar",)])
        canvas.saveState()
        canvas.translate(250, 630)
        canvas.rotate(90)
        canvas.drawString(0, 0, "jaar 2391")
        canvas.restoreState()
        canvas.drawString(110, 606, "2020")
        canvas.drawString(210, 606, "7")

    assert shown(draw) == ["Jaar | jaar 2391", "2020 | 7"]
