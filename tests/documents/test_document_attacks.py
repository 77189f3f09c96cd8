"""Broken or hostile documents give a clear error with a place, in bounded time and memory.

And what a document does that is no longer the one the recipe was written for: an error that names
the line and the key of the recipe; never a guess, never a line that is dropped unseen.
"""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest
import xlsxwriter
from reportlab.pdfgen.canvas import Canvas

from generated.publication import converted, data_of, schema, write_publication
from generated.workbooks import opendocument_of, zipped
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.reader import read_document
from openbaar.errors import OpenbaarError

ENDINGS = ("txt", "csv", "html", "pdf", "xlsx", "ods")
BINARY = random.Random(1).randbytes(5000)  # no secret


def problems(folder: Path, name: str, data: bytes, **more: Any) -> list[str]:
    """What is wrong with a document, as `place: message (hint)`."""
    (folder / "sources").mkdir()
    (folder / "sources" / name).write_bytes(data)
    return problems_of(folder, name, hashlib.sha256(data).hexdigest(), **more)


def problems_of(folder: Path, name: str, sha256: str = "0" * 64, **more: Any) -> list[str]:
    entry = {"path": f"sources/{name}", "sha256": sha256, "title": {"en": "d"}, **more}
    with pytest.raises(OpenbaarError) as caught:
        read_document(folder, DocumentEntry.model_validate(entry))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ("txt", "is empty"),
        ("csv", "is empty"),
        ("html", "is empty"),
        ("pdf", "cannot be read as PDF: Cannot read an empty file"),
        ("xlsx", "cannot be read as a workbook: File is not a zip file"),
        ("ods", "cannot be read as a workbook: File is not a zip file"),
    ],
)
def test_an_empty_document_is_refused(ending: str, message: str, tmp_path: Path) -> None:
    (found,) = problems(tmp_path, f"d.{ending}", b"")
    assert found.split(" (")[0] == f"sources/d.{ending}: {message}"


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ("txt", "sources/d.txt:1: contains a NUL byte, so it is not text"),
        ("csv", "sources/d.csv:1: contains a NUL byte, so it is not text"),
        ("html", "sources/d.html:1: contains a NUL byte, so it is not text"),
        ("pdf", "sources/d.pdf: cannot be read as PDF: "),
        ("xlsx", "sources/d.xlsx: cannot be read as a workbook: File is not a zip file"),
        ("ods", "sources/d.ods: cannot be read as a workbook: File is not a zip file"),
    ],
)
def test_a_binary_document_is_refused(ending: str, message: str, tmp_path: Path) -> None:
    assert problems(tmp_path, f"d.{ending}", b"\0" + BINARY)[0].startswith(message)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_document_of_200_megabytes_is_refused_unread(ending: str, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    with (tmp_path / "sources" / f"d.{ending}").open("wb") as file:
        file.truncate(200_000_000)
    assert problems_of(tmp_path, f"d.{ending}") == [
        f"sources/d.{ending}: has 200000000 bytes; at most 50000000 are read"
    ]


def test_a_document_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "d.doc", b"PK") == [
        "sources/d.doc: cannot be read: known endings are .txt, .pdf, .xlsx, .ods, .xls, .docx, .csv, .html, .htm, .tsv "
        "(save it as .docx or PDF)"
    ]


def pdf(draw: Callable[[Canvas], None] = lambda canvas: None) -> bytes:
    """A PDF of one page on which `draw` draws."""
    out = io.BytesIO()
    canvas = Canvas(out)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def plain(canvas: Canvas) -> None:
    canvas.drawString(72, 720, "een woord")


def long(canvas: Canvas) -> None:
    text = canvas.beginText(72, 720)
    for _ in range(10_000):
        text.textLine("woord " * 10)
    canvas.drawText(text)


def with_password(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt("geheim")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


READ_PDF_AS = pytest.mark.parametrize("read", ["text", "tables"])


@READ_PDF_AS
def test_a_pdf_with_a_password_is_refused(read: str, tmp_path: Path) -> None:
    found = problems(tmp_path, "d.pdf", with_password(pdf(plain)), read=read)
    assert found == ["sources/d.pdf: needs a password (save it without one)"]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (
            "text",
            "sources/d.pdf: contains no text (it may be a scan: 'openbaar recognise' writes its words into a file that can be read)",
        ),
        (
            "tables",
            "sources/d.pdf: contains no ruled table (read it as text: leave out `read: tables`)",
        ),
    ],
)
def test_a_pdf_without_text_is_refused(read: str, message: str, tmp_path: Path) -> None:
    drawn = pdf(lambda canvas: canvas.circle(300, 300, 100))
    assert problems(tmp_path, "d.pdf", drawn, read=read) == [message]


@READ_PDF_AS
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_pdf_that_is_cut_off_is_refused(read: str, kept: float, tmp_path: Path) -> None:
    whole = pdf(plain)
    (found,) = problems(tmp_path, "d.pdf", whole[: int(len(whole) * kept)], read=read)
    assert found.startswith("sources/d.pdf: cannot be read as PDF: ")
    assert found.endswith(
        "(it may be cut off, damaged, or no PDF; try to open it and save it again)"
    )


@READ_PDF_AS
def test_a_pdf_with_100000_words_on_a_page_is_refused_before_it_is_laid_out(
    read: str, tmp_path: Path
) -> None:
    assert problems(tmp_path, "d.pdf", pdf(long), read=read) == [
        "sources/d.pdf#1: has 620000 bytes of text on one page; at most 300000 are read"
    ]


def test_a_pdf_with_very_many_pages_is_refused(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter()
    for _ in range(2001):
        writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    assert problems(tmp_path, "d.pdf", out.getvalue()) == [
        "sources/d.pdf: has 2001 pages; at most 2000 are read"
    ]


def workbook(cells: dict[str, object]) -> bytes:
    """A workbook of one sheet with these cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Blad1")
        for address, value in cells.items():
            sheet.write(address, value)
    return out.getvalue()


@cache
def bomb() -> bytes:
    """A zip of 0.4 MB that unpacks to 400 MB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(400):
            member.write(bytes(1_000_000))
    return out.getvalue()


def lying_bomb() -> bytes:
    """The same, but its directory says that it unpacks to 100 bytes."""
    data = bytearray(bomb())
    directory = data.rindex(b"PK\1\2")
    struct.pack_into("<I", data, directory + 24, 100)
    return bytes(data)


CELL = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
BLANK_ROWS = (
    '<table:table-row table:number-rows-repeated="1048570">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)
WIDE = CELL.replace("office:value", "table:number-columns-repeated='9000000' office:value", 1)
ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)


@pytest.mark.parametrize(
    ("ending", "data", "message"),
    [
        ("xlsx", bomb, "unpacks to more than 300000000 bytes"),
        ("xlsx", lying_bomb, "unpacks to more than 300000000 bytes"),
        (
            "xlsx",
            lambda: b"Jaar,Aantal\n2021,5\n",
            "cannot be read as a workbook: File is not a zip file",
        ),
        ("xlsx", lambda: zipped({"a.txt": b"a"}), "cannot be read as a workbook: "),
        (
            "xlsx",
            lambda: workbook({"A1": 1})[:-300],
            "cannot be read as a workbook: File is not a zip file",
        ),
        (
            "xlsx",
            lambda: ENCRYPTED,
            "needs a password, or is a workbook of before 2007 (open it and save it as .xlsx without a password)",
        ),
        (
            "xlsx",
            lambda: workbook({"A1": 1, "XFD1048576": 2}),
            "has a sheet of 1048576 rows and 16384 columns; at most 2000000 cells are read "
            "(look for a stray cell far below or beside the table)",
        ),
        (
            "ods",
            lambda: opendocument_of(
                f"<table:table-row>{CELL}{CELL}</table:table-row>{BLANK_ROWS}<table:table-row>{WIDE}</table:table-row>"
            ),
            "has a sheet of 1048572 rows and 9000000 columns; at most 2000000 cells are read "
            "(look for a stray cell far below or beside the table)",
        ),
        ("ods", lambda: zipped({"content.xml": b"<a><b></a>"}), "cannot be read as a workbook: "),
    ],
)
def test_a_workbook_that_is_none_or_too_large_is_refused(
    ending: str, data: Callable[[], bytes], message: str, tmp_path: Path
) -> None:
    (found,) = problems(tmp_path, f"d.{ending}", data())
    assert found.startswith(f"sources/d.{ending}: {message}")


def test_blank_rows_to_the_end_of_the_sheet_do_no_harm(tmp_path: Path) -> None:
    data = opendocument_of(f"<table:table-row>{CELL}{CELL}</table:table-row>{BLANK_ROWS}")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "d.ods").write_bytes(data)
    entry = {
        "path": "sources/d.ods",
        "sha256": hashlib.sha256(data).hexdigest(),
        "title": {"en": "d"},
    }
    document = read_document(tmp_path, DocumentEntry.model_validate(entry))
    assert [line.shown for line in document.lines] == ["a | a"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "d.csv",
            'jaar,aantal\n2021,"5\n2022,6\n',
            "sources/d.csv:2: the row that begins here is broken: unexpected end of data "
            "(look for a quote that is not closed)",
        ),
        (
            "d.csv",
            "jaar,aantal\n2021," + "5" * 120_000,
            "sources/d.csv:2: has a cell of 120000 characters; at most 100000 are read "
            "(look for a quote that is not closed)",
        ),
        ("d.html", "<p>Geen tabel.</p>", "sources/d.html: contains no table"),
        ("d.html", "<!-- niets -->", "sources/d.html: cannot be read as a page: Document is empty"),
        (
            "d.html",
            "<div>\n" * 1000 + "<table><tr><td>1",
            "sources/d.html:255: cannot be read as a page: Excessive depth in document: 256, use XML_PARSE_HUGE option",
        ),
        (
            "d.html",
            "<table><tr>" + "<td colspan=1000>x" * 2001,
            "sources/d.html: contains tables of more than 2000000 cells",
        ),
    ],
)
def test_a_csv_or_a_page_that_is_broken_is_refused_with_its_line(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    assert problems(tmp_path, name, text.encode()) == [message]


# From here on the document is fine, but it is no longer the one that the recipe was written for.

DOCUMENT = """Antwoord

Tabel 1

Jaar Geslacht Aantal

man 1.505

2020

vrouw 38

man 5

2021

vrouw 6

Totaal 1.554

Bron: VDAB
"""
PRINTED = {"anomalies": {"late": {"at": "^Bron: VDAB$", "text": {"en": "x"}}}}
RECIPE: dict[str, Any] = {
    "from": "^Tabel 1$",
    "header": "Jaar Geslacht Aantal",
    "until": "^Bron",
    "join": 2,
    "numbers": "1.234.567,5",
    "cells": {"sex": {"pattern": "man|vrouw"}},
    "rows": ["{sex} {n}", "{year} {sex} {n}"],
    "totals": {"table": "Totaal {n}"},
    "group": {"label": "year", "printed": "merged", "ends": "{sex}"},
    "patch": [{"line": 7, "was": "man", "to": "man", "why": "to see that it is still there"}],
}


def publication(folder: Path, text: str, *more_rows: Any) -> Path:
    """A publication of the text, read as DOCUMENT is, with more row templates."""
    recipe = {**RECIPE, "rows": [*RECIPE["rows"], *more_rows]}
    table = {
        "schema": schema({"year": "year", "sex": "string", "n": "integer"}, ["year", "sex"]),
        "recipe": recipe,
    }
    return write_publication(folder, {"d.txt": text.encode()}, {"t": {**table, **PRINTED}})


def test_the_document_that_the_recipe_was_written_for_converts(tmp_path: Path) -> None:
    assert data_of(converted(publication(tmp_path, DOCUMENT))) == {
        "t": [
            {"year": "2020", "sex": "man", "n": "1505"},
            {"year": "2020", "sex": "vrouw", "n": "38"},
            {"year": "2021", "sex": "man", "n": "5"},
            {"year": "2021", "sex": "vrouw", "n": "6"},
        ]
    }


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (
            "vrouw 6",
            "vrouw zes",
            "sources/d.txt:17: t: recipe key 'rows' (tables/t.yaml:1): 'vrouw zes' fits no row pattern",
        ),
        (
            "vrouw 38",
            "vrouw 38.0",
            "sources/d.txt:11: t: recipe key 'rows' (tables/t.yaml:1): 'vrouw 38.0' fits no row pattern",
        ),
        (
            "man 1.505",
            "man 1505",
            "sources/d.txt:7: t: recipe key 'rows' (tables/t.yaml:1): 'man 1505' fits no row pattern",
        ),
        (
            "man 1.505",
            "man 1,505",
            "sources/d.txt:7: t: recipe key 'rows' (tables/t.yaml:1): 'man 1,505' fits no row pattern",
        ),
        (
            "Tabel 1",
            "Tabel 2",
            "sources/d.txt:3: t: recipe key 'from' (tables/t.yaml:1): '^Tabel 1$' matches no line in the document",
        ),
        (
            "Bron: VDAB",
            "Bron: VDAB\nTabel 1",
            "sources/d.txt:22: t: recipe key 'from' (tables/t.yaml:1): '^Tabel 1$' matches here and on line 3",
        ),
        (
            "Jaar Geslacht Aantal",
            "Jaar Gender Aantal",
            "sources/d.txt:5: t: recipe key 'header' (tables/t.yaml:1): expected 'Jaar Geslacht Aantal', found 'Jaar Gender Aantal'",
        ),
        (
            "2021\n\n",
            "",
            "sources/d.txt:13-15: t: recipe key 'group' (tables/t.yaml:1): a group should have one label for 'year', this one has none",
        ),
        (
            "man 5\n\n2021\n",
            "2021\n\nman 5\n",
            "sources/d.txt:13: t: recipe key 'group' (tables/t.yaml:1): the label '2021' should be before the last row on its page",
        ),
        (
            "man 1.505",
            "mann 1.505",
            "sources/d.txt:7: t: recipe key 'rows' (tables/t.yaml:1): 'mann 1.505' fits no row pattern",
        ),
        (
            "Antwoord\n",
            "Antwoord\n\n",
            "sources/d.txt:7: t: recipe key 'patch' (tables/t.yaml:1): 'man' is not in this line exactly once",
        ),
    ],
)
def test_a_document_that_changed_is_an_error_with_its_line_and_the_key_of_the_recipe(
    was: str, becomes: str, expected: str, tmp_path: Path
) -> None:
    assert DOCUMENT.count(was) == 1
    with pytest.raises(OpenbaarError) as caught:
        converted(publication(tmp_path, DOCUMENT.replace(was, becomes)))
    found = [str(problem) for problem in caught.value.problems]
    with_line = expected.replace("': ", "' (tables/t.yaml:1): ", 1)  # of the key; it has one line
    assert any(problem.startswith(with_line) for problem in found), found


def test_a_line_that_can_be_read_in_two_ways_is_refused_with_both(tmp_path: Path) -> None:
    recipe = {"by": "line", "numbers": "1 234", "rows": "{started} {completed}"}
    table = {
        "schema": schema({"started": "integer", "completed": "integer"}, ["started"]),
        "recipe": recipe,
    }
    with pytest.raises(OpenbaarError) as caught:
        converted(write_publication(tmp_path, {"d.txt": b"10 470 1\n1 234 567\n"}, {"t": table}))
    assert [str(problem) for problem in caught.value.problems] == [
        "sources/d.txt:2: t: recipe key 'rows' (tables/t.yaml:1): '1 234 567' can be read in 2 ways: "
        "started '1', completed '234 567' | started '1 234', completed '567' "
        "(narrow the patterns or the marks so that one is left, or give the totals that decide)"
    ]


def test_a_declared_anomaly_that_has_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OpenbaarError) as caught:
        converted(publication(tmp_path, DOCUMENT.replace("Bron: VDAB", "Bron: geen")))
    assert [problem.message for problem in caught.value.problems] == [
        "'^Bron: VDAB$' should match one line of sources/d.txt, but matches: none"
    ]
