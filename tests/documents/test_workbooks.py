"""Workbooks: what their values do not show is an error, or said, and never read in silence."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from openbaar.documents.sheets import Hidden, read_workbook
from openbaar.errors import OpenbaarError

ROWS = [["gemeente", "man", "vrouw"], ["Gent", 1, 2], ["Aalst", 3, 4]]


def xlsx(change: Callable[[Worksheet], object] = lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Blad1"
    for row in ROWS:
        sheet.append(row)
    change(sheet)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def shown(data: bytes, hidden: Hidden | None = None, name: str = "d.xlsx") -> list[str]:
    lines = read_workbook(data, f"sources/{name}", hidden).lines
    return [f"{line.page}:{line.row} {line.shown}" for line in lines]


def problems(data: bytes, name: str = "d.xlsx") -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        shown(data, name=name)
    return [str(problem) for problem in caught.value.problems]


def test_cells_in_error_are_named_with_what_they_show() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("Blad1")
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("C3", "=NA()", None, "#N/A")
        sheet.write_number("A1", 1)
    assert problems(data.getvalue()) == [
        "sources/d.xlsx#Blad1: has cells in error: B2 (#DIV/0!), C3 (#N/A) "
        "(correct them in the source, or ask who made it)"
    ]


def test_a_formula_that_was_never_computed_is_no_blank_cell() -> None:
    data = xlsx(lambda sheet: sheet.__setitem__("D2", "=B2+C2"))
    assert problems(data) == [
        "sources/d.xlsx#Blad1: has formulas that were never computed: D2 "
        "(open it in a spreadsheet program and save it again)"
    ]


def hide(sheet: Worksheet) -> None:
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True


def test_hidden_rows_and_columns_need_a_word() -> None:
    data = xlsx(hide)
    assert problems(data) == [
        "sources/d.xlsx#Blad1: has hidden parts: rows 2; columns C "
        "(say 'hidden: read' or 'hidden: skip' of the document in tables/package.yaml)"
    ]
    assert shown(data, "read") == [
        "Blad1:1 gemeente | man | vrouw", "Blad1:2 Gent | 1 | 2", "Blad1:3 Aalst | 3 | 4",
    ]  # fmt: skip
    left = read_workbook(data, "sources/d.xlsx", "skip").lines
    assert [(line.shown, line.cells) for line in left] == [
        ("gemeente | man", ("A1", "B1")), ("Aalst | 3", ("A3", "B3")),
    ]  # fmt: skip


def test_hidden_rows_that_hold_nothing_hide_nothing() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["K"].hidden = True

    assert len(shown(xlsx(change))) == 3


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_needs_a_word(state: str) -> None:
    def change(sheet: Worksheet) -> None:
        other = sheet.parent.create_sheet("geheim")
        other.append([7])
        other.sheet_state = state

    data = xlsx(change)
    assert problems(data) == [
        "sources/d.xlsx#geheim: has hidden parts: the whole sheet "
        "(say 'hidden: read' or 'hidden: skip' of the document in tables/package.yaml)"
    ]
    assert shown(data, "read")[-1] == "geheim:1 7"
    assert shown(data, "skip") == shown(xlsx())


def test_a_merged_number_counts_once_and_a_merged_label_holds_for_its_rows() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C2:C3")

    assert shown(xlsx(change))[1:] == ["Blad1:2 Gent | 1 | 2", "Blad1:3 Gent | 3 | "]


def test_a_merged_number_in_the_first_column_is_a_label() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"] = 1101
        sheet.merge_cells("A2:A3")

    assert shown(xlsx(change))[1:] == ["Blad1:2 1101 | 1 | 2", "Blad1:3 1101 | 3 | 4"]


@pytest.mark.parametrize("form", ["0%", "0.00%", "0.0 %", '#,##0.0"%"'])
def test_what_is_formatted_as_a_percentage_is_read_as_one(form: str) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"] = 0.125
        sheet["C2"].number_format = form
        sheet["B2"] = 0
        sheet["B2"].number_format = form
        sheet["C3"] = "geen"
        sheet["C3"].number_format = form

    is_percent = '"' not in form
    assert shown(xlsx(change))[1:] == [
        "Blad1:2 Gent | 0% | 12.5%" if is_percent else "Blad1:2 Gent | 0 | 0.125",
        "Blad1:3 Aalst | 3 | geen",
    ]


@pytest.mark.parametrize(
    ("form", "shown_as"),
    [("#,##0.0,", "1234.5"), ('0.0,," mln"', "1.2345"), ("#,##0", "1234500"), ('0" ,"', "1234500")],
)
def test_what_is_shown_in_thousands_is_read_so(form: str, shown_as: str) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"] = 1234500
        sheet["C2"].number_format = form

    assert shown(xlsx(change))[1] == f"Blad1:2 Gent | 1 | {shown_as}"


def test_percentages_of_opendocument_are_read_as_such() -> None:
    cell = "<table:table-cell office:value-type='percentage' office:value='0.07'><text:p>7%</text:p></table:table-cell>"
    data = ods(f"<table:table-row>{cell}</table:table-row>")
    assert shown(data, name="d.ods") == ["Blad1:1 7%"]


def test_a_percentage_that_is_repeated_very_often_is_refused_at_once() -> None:
    cell = "<table:table-cell office:value-type='percentage' office:value='0.07' table:number-columns-repeated='16000'><text:p>7%</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='1000000'>{cell}</table:table-row>"
    assert problems(ods(row), "d.ods")[0].startswith(
        "sources/d.ods: has a sheet of 1000000 rows and 16000 columns; at most"
    )


def test_merged_cells_over_very_many_cells_are_refused() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["CV200"] = 1
        for last in range(1, 301):
            sheet.merged_cells.ranges.add(CellRange(f"A1:CV{last}"))

    assert "has merged cells over 4010000 cells; at most 2000000" in problems(xlsx(change))[0]


def ods(rows: str) -> bytes:
    """A workbook of OpenDocument with these rows."""
    names = " ".join(
        f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"
        for name in ("office", "table", "text")
    )
    table = f"<table:table table:name='Blad1'>{rows}</table:table>"
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml", f"<office:document-content {names}>{body}</office:document-content>"
        )
    return data.getvalue()


def xls(state: int = 0) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Blad1")
    for index, row in enumerate(ROWS):
        for column, value in enumerate(row):
            sheet.write(index, column, value)
    book.add_sheet("geheim").visibility = state
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_workbook_of_before_2007_is_read() -> None:
    assert shown(xls(), name="d.xls") == [
        "Blad1:1 gemeente | man | vrouw", "Blad1:2 Gent | 1 | 2", "Blad1:3 Aalst | 3 | 4",
    ]  # fmt: skip
    assert problems(xls(state=1), "d.xls")[0].startswith("sources/d.xls#geheim: has hidden parts")
    assert problems(b"no workbook", "d.xls")[0].startswith(
        "sources/d.xls: cannot be read as a workbook"
    )


@pytest.mark.parametrize(("place", "byte"), [(1605, 139), (1444, 255)])
def test_an_old_workbook_that_ends_the_process_that_reads_it_is_refused(
    place: int, byte: int
) -> None:
    """For the first, calamine asks for 515 GB of memory; for the second it looks beyond the end."""
    damaged = bytearray(xls())
    damaged[place] = byte
    assert problems(bytes(damaged), "d.xls") == [
        "sources/d.xls: cannot be read as a workbook: it is damaged "
        "(open it in a spreadsheet program, and save it as .xlsx)"
    ]


WHOLE = [("d.xlsx", xlsx(hide)), ("d.xls", xls())]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    name, whole = data.draw(st.sampled_from(WHOLE))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(damaged), len(damaged) // 2]))
    with contextlib.suppress(OpenbaarError):
        read_workbook(bytes(damaged[:end]), f"sources/{name}", "read")


SHEET = "xl/worksheets/sheet1.xml"


def rewritten(change: Callable[[str], str], name: str = SHEET, encoding: str = "utf-8") -> bytes:
    """A workbook whose sheet is written in another way, and perhaps elsewhere."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as made, zipfile.ZipFile(data, "w") as archive:
        for each in made.namelist():
            text = made.read(each).decode()
            if each == SHEET:
                archive.writestr(name, change(text).encode(encoding))
            else:
                archive.writestr(each, text.replace(SHEET, name))
    return data.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub("(<row [^>]*>)", r"\1<!-- a row -->", text),
        lambda text: re.sub(' r="[A-Z]*[0-9]+"', "", text),
        lambda text: re.sub('(?<= r=")[A-Z]+', lambda found: found[0].lower(), text),
    ],
)
def test_cells_are_where_they_are_however_the_sheet_says_it(change: Callable[[str], str]) -> None:
    assert shown(rewritten(change)) == shown(xlsx())


def far(address: str) -> Callable[[str], str]:
    """Writes another address for the cell B2."""
    return lambda text: text.replace('r="B2"', address)


@pytest.mark.parametrize(
    ("change", "name", "encoding"),
    [
        (far('r="XFD1048576"'), SHEET, "utf-8"),
        (far('r="xfd1048576"'), SHEET, "utf-8"),
        (far('r="A99999999999999999999"'), SHEET, "utf-8"),
        (far('r="ZZZZZZZZ3"'), SHEET, "utf-8"),
        (far('r="XFD1048576"'), "xl/other/s.xml", "utf-8"),
        (far('r="XFD1048576"'), SHEET, "utf-16"),
        (
            lambda text: far('r="XFD2"')(text).replace(
                '<row r="3"><c r="A3"', '<row r="1048576"><c'
            ),
            SHEET,
            "utf-8",
        ),
    ],
)
def test_a_cell_far_away_is_found_however_the_sheet_says_where_it_is(
    change: Callable[[str], str], name: str, encoding: str
) -> None:
    """Calamine would ask for more memory than there is, which ends the process."""
    data = rewritten(change, name, encoding)
    with pytest.raises(OpenbaarError, match=r"has a sheet of .* at most 2000000 cells are read"):
        read_workbook(data, "sources/d.xlsx")
