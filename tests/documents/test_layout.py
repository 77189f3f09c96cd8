"""PDFs by where words stand: tables in many styles, whose cells a test knows because it drew them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from openbaar.documents.layout import read_pdf_layout
from openbaar.documents.lines import Document
from openbaar.documents.page_lines import PageLine
from openbaar.documents.tables_on_page import FoundTable, find_tables
from openbaar.errors import OpenbaarError

HEIGHT = A4[1]
LEFTS = (60, 250, 340, 430)
RIGHTS = (200, 300, 390, 480)
ROWS = [
    ("Gemeente", "2021", "2022", "2023"),
    ("Gent", "1 234", "56", "7,5"),
    ("Sint-Niklaas", "", "789", "12,25"),
    ("De Panne", "12", "", "0,5"),
    ("Totaal", "1 246", "845", "20,25"),
]


def pdf(draw: Callable[[Canvas], None]) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=A4)
    draw(canvas)
    canvas.save()
    return data.getvalue()


def layout(draw: Callable[[Canvas], None], skipped: Sequence[int] = ()) -> Document:
    return read_pdf_layout(pdf(draw), "sources/d.pdf", skipped)


def tables(document: Document, page: int = 1) -> list[FoundTable]:
    lines = [line for line in document.lines if line.page == page]
    return find_tables([PageLine(line.words) for line in lines])


def grid(table: FoundTable) -> list[tuple[str, ...]]:
    """The cells of a found table by row and column."""
    rows: dict[int, dict[int, str]] = {}
    for cell in table.cells:
        rows.setdefault(cell.first_row, {})[cell.first_column] = cell.text
    width = len(table.borders) + 1
    return [
        tuple(row.get(column, "") for column in range(width)) for _, row in sorted(rows.items())
    ]


def print_rows(canvas: Canvas, rows: Sequence[Sequence[str]], top: float = 700) -> None:
    """Rows with names to the left and numbers to the right of their columns."""
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            if column == 0:
                canvas.drawString(LEFTS[0], top - 16 * index, cell)
            else:
                canvas.drawRightString(RIGHTS[column], top - 16 * index, cell)


def print_rules(canvas: Canvas, style: str, count: int, top: float = 700) -> None:
    """The rules of a table: none, above and below its rows, or around each cell."""
    heights = [top + 12 - 16 * index for index in range(count + 1)]
    if style == "booktabs":
        heights = [heights[0], heights[1], heights[-1]]
    if style != "none":
        for height in heights:
            canvas.line(50, height, 500, height)
    if style == "grid":
        for x in (50, 205, 310, 400, 500):
            canvas.line(x, heights[0], x, heights[-1])


PROSE = (
    "Dit antwoord gaat over het aantal cursisten in 2021 en 2022 per gemeente in de provincie.",
    "De minister heeft in de commissie van 12 mei 2023 gezegd dat 45 procent ervan online leert.",
)


@pytest.mark.parametrize("style", ["none", "booktabs", "grid"])
def test_a_table_is_found_with_its_blanks_whatever_its_rules(style: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 740, "Tabel 1: cursisten per gemeente")
        print_rows(canvas, ROWS)
        print_rules(canvas, style, len(ROWS))
        for index, text in enumerate(PROSE):
            canvas.drawString(60, 500 - 14 * index, text)

    (table,) = tables(layout(draw))
    assert grid(table) == ROWS


def test_running_text_in_two_columns_is_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 8)
        for index in range(30):
            canvas.drawString(40, 760 - 10 * index, PROSE[index % 2][:58])
            canvas.drawString(310, 760 - 10 * index, PROSE[(index + 1) % 2][:58])

    assert tables(layout(draw)) == []


def test_headings_of_two_lines_are_one_and_one_above_several_columns_covers_them() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawCentredString(385, 732, "Aantal cursisten en hun aandeel in dat jaar")
        for x, text in zip(RIGHTS[1:], ("mannen", "vrouwen", "totaal"), strict=True):
            canvas.drawRightString(x, 716, text)
        print_rows(canvas, [("Gent", "1", "2", "3"), ("Aalst", "4", "5", "9")])

    (table,) = tables(layout(draw))
    upper = table.cells[0]
    assert (upper.text, upper.first_column, upper.last_column, table.headings) == (
        "Aantal cursisten en hun aandeel in dat jaar", 1, 3, 2,
    )  # fmt: skip
    assert grid(table)[1:] == [
        ("", "mannen", "vrouwen", "totaal"), ("Gent", "1", "2", "3"), ("Aalst", "4", "5", "9"),
    ]  # fmt: skip


def over(table: FoundTable) -> list[tuple[str, int, int]]:
    """The headings of a table, each with the first and the last column that it is above."""
    return [(cell.text, cell.first_column, cell.last_column) for cell in table.over]


def print_centred(canvas: Canvas, top: float, texts: Sequence[tuple[float, str]]) -> None:
    for middle, text in texts:
        canvas.drawCentredString(middle, top, text)


def test_the_first_line_of_a_wrapped_heading_stays_above_its_column() -> None:
    def draw(canvas: Canvas) -> None:
        print_centred(canvas, 748, [(380, "Less:")])
        print_centred(canvas, 730, [(290, "Total"), (380, "Excluded"), (470, "Direct")])
        print_centred(canvas, 712, [(290, "costs"), (380, "costs"), (470, "costs")])
        print_rows(canvas, [("Gent", "123", "456", "789"), ("Aalst", "456", "789", "123")], 690)

    (table,) = tables(layout(draw))
    assert over(table) == [
        ("Less: Excluded costs", 2, 2), ("Total costs", 1, 1), ("Direct costs", 3, 3),
    ]  # fmt: skip


def test_upper_headings_are_each_above_as_many_columns_where_that_can_be() -> None:
    middles = [140 + 36 * index for index in range(9)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 7)
        for day in range(3):  # above the second and the third of each three columns
            canvas.drawCentredString(140 + 36 * (3 * day + 1.5), 740, f"Day {day + 1}")
        lower = ["No.", "Body", "Share"] * 3
        for top, texts in ((724, lower), (708, ["100"] * 9), (692, ["200"] * 9)):
            print_centred(canvas, top, list(zip(middles, texts, strict=True)))
        canvas.drawString(60, 708, "Male")
        canvas.drawString(60, 692, "Female")

    (table,) = tables(layout(draw))
    assert over(table)[:3] == [("Day 1", 2, 3), ("Day 2", 5, 6), ("Day 3", 8, 9)]


def test_the_rest_of_a_caption_is_no_heading() -> None:
    def draw(canvas: Canvas) -> None:
        caption = (
            "Table 2. Numbers of teachers and of new teachers who were hired, by kind of school:"
        )
        canvas.drawString(60, 740, caption)
        canvas.drawString(210, 728, "Fall 1996 through fall 2021")
        print_rows(canvas, ROWS, 700)

    (table,) = tables(layout(draw))
    assert (over(table)[0], grid(table)) == (("Gemeente", 0, 0), ROWS)


def test_headings_that_count_up_are_no_row() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawCentredString(300, 716, "Grade")
        for row, (label, *figures) in enumerate(
            [("Year", "K", "1", "2", "3", "4"), ("1996", *["500"] * 5), ("1997", *["600"] * 5)]
        ):
            canvas.drawString(60, 700 - 16 * row, label)
            for column, text in enumerate(figures):
                canvas.drawRightString(200 + 60 * column, 700 - 16 * row, text)

    (table,) = tables(layout(draw))
    assert (table.headings, grid(table)[1]) == (2, ("Year", "K", "1", "2", "3", "4"))


def test_a_label_of_two_lines_beside_its_figures_is_one_row() -> None:
    def draw(canvas: Canvas) -> None:
        print_rows(canvas, [("Gent", "1", "2", "3"), ("Aalst", "4", "5", "9")])
        canvas.drawString(60, 668, "Opleidingen in de")
        canvas.drawString(60, 656, "zorg en het welzijn")
        for x, text in zip(RIGHTS[1:], ("7", "8", "15"), strict=True):
            canvas.drawRightString(x, 662, text)

    (table,) = tables(layout(draw))
    assert grid(table)[-1] == ("Opleidingen in de zorg en het welzijn", "7", "8", "15")


def test_words_know_where_they_stand_and_lines_are_laid_out() -> None:
    (line,) = layout(lambda canvas: print_rows(canvas, [("De Panne", "12", "", "0,5")])).lines
    assert [word.text for word in line.words] == ["De", "Panne", "12", "0,5"]
    assert [line.words[0].start, line.words[2].end, line.words[3].end] == [60, 300, 480]
    assert line.text.split("  ", 1)[0] == "De Panne"
    assert len(line.text.split("  ")) > 3


def test_bold_letters_that_are_printed_twice_count_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Totaal 12")
        canvas.drawString(60.3, 700, "Totaal 12")

    assert [line.text for line in layout(draw).lines] == ["Totaal 12"]


@pytest.mark.parametrize("angle", [90, -90])
def test_text_that_runs_up_or_down_the_page_is_read_as_one_reads_it(angle: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Gent 5")
        canvas.translate(300, 400)
        canvas.rotate(angle)
        canvas.drawString(0, 0, "2391 leden")

    texts = [word.text for line in layout(draw).lines for word in line.words]
    assert sorted(texts) == ["2391 leden", "5", "Gent"]


def test_a_page_that_is_turned_is_read_upright() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(A4[0], 0)
        canvas.rotate(90)
        canvas.drawString(60, 300, "Gent      12")
        canvas.drawString(60, 280, "Aalst     34")

    assert [line.text.split() for line in layout(draw).lines] == [["Gent", "12"], ["Aalst", "34"]]


def test_a_raised_mark_stays_with_its_line() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "2023")
        canvas.setFont("Helvetica", 7)
        canvas.drawString(86, 705, "(1)")

    assert [line.text for line in layout(draw).lines] == ["2023⁽¹⁾"]


def scan_between(canvas: Canvas) -> None:
    from reportlab.lib.utils import ImageReader

    canvas.drawString(60, 700, "Gent 12")
    canvas.showPage()
    picture = io.BytesIO()
    _white_png(picture)
    canvas.drawImage(ImageReader(picture), 0, 0, 200, 200)
    canvas.showPage()
    canvas.drawString(60, 700, "Aalst 34")


def _white_png(out: io.BytesIO) -> None:
    from PIL import Image

    Image.new("RGB", (8, 8), "white").save(out, "PNG")


def test_a_scanned_page_amid_text_is_an_error_until_it_is_skipped() -> None:
    with pytest.raises(OpenbaarError) as caught:
        layout(scan_between)
    assert [str(problem) for problem in caught.value.problems] == [
        "sources/d.pdf#2: holds a picture and no text, so nothing is read from this page (add it to "
        "'skip_pages' of the document in tables/package.yaml: skip_pages: [2])"
    ]
    pages = [(line.page, line.text) for line in layout(scan_between, skipped=[2]).lines]
    assert pages == [(1, "Gent 12"), (3, "Aalst 34")]


number = st.integers(0, 99_999).map(str)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(number, number, number), min_size=3, max_size=12))
def test_numbers_printed_in_columns_are_found_in_them(figures: list[tuple[str, ...]]) -> None:
    rows = [(f"Gemeente {chr(65 + index)}", *row) for index, row in enumerate(figures)]
    found = tables(layout(lambda canvas: print_rows(canvas, rows)))
    assert [grid(table) for table in found] == [rows]
