"""What is fuzzed: each target takes any bytes, and raises nothing but what its reader promises.

A target turns the bytes into what a hostile author, sender or visitor controls. Where the container
of a document would refuse nearly every input (the checksums of a zip, the offsets of a PDF), the
bytes are the part inside it, and the target makes the container.
"""

from __future__ import annotations

import asyncio
import atexit
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from generated.workbooks import zipped
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.documents.reader import parse_document
from openbaar.errors import OpenbaarError
from openbaar.models import load_model
from openbaar.package.gate import receive
from openbaar.recipe.numbers import format_of
from openbaar.recipe.row_keys import RowTemplate
from openbaar.recipe.templates import MAX_READINGS, attempt, template_items
from openbaar.recipe.values import Reader, parse_number
from openbaar.schema.csvfile import read_csv, write_csv
from openbaar.schema.model import Schema
from openbaar.tables.authored.model import Package, Table
from openbaar.yamlfile import parse_yaml

ROOT = Path(__file__).parent.parent.parent
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"
COLUMNS = ("string", "integer", "number", "year", "yearmonth", "boolean", "date", "array")
TEXTS = {"title": {"en": "t"}, "description": {"en": "d"}}

Target = Callable[[bytes], None]


def authored_files(data: bytes) -> None:
    """A table file, recipe and all, and a package file."""
    text = data.decode("utf-8", "replace")
    for model in (Table, Package):
        try:
            load_model(parse_yaml(text, "t.yaml"), model)
        except OpenbaarError:
            continue


def numbers(data: bytes) -> None:
    """A number by an example: what is read by it is one number, and the example is one."""
    example, _, printed = data.decode("utf-8", "replace").partition("\n")
    try:
        numbers = format_of(example)
    except ValueError:
        return
    parse_number(example, numbers)
    assert format_of(numbers.example) == numbers
    try:
        parse_number(printed, numbers)
    except ValueError:
        return


def templates(data: bytes) -> None:
    """A row template and a text: each reading accounts for the text in the order of the fields."""
    template, _, text = data.decode("utf-8", "replace")[:400].partition("\n")
    try:
        row = RowTemplate(row=template)
    except ValueError:
        return
    names = [item.name for item in template_items(row.row) if item.name]
    found = attempt(row.row, text, {name: Reader(str) for name in names}).readings
    assert len(found) <= MAX_READINGS
    for reading in found:
        assert [slot.name for slot in reading] == names
        starts = [slot.start for slot in reading]
        assert starts == sorted(starts)


SCHEMA = Schema.model_validate(
    {
        "primaryKey": ["c0"],
        "fields": [
            {"name": f"c{index}", "type": kind, **TEXTS} for index, kind in enumerate(COLUMNS)
        ],
    }
)


def csv_files(data: bytes) -> None:
    """A CSV file that was handed to us: refused, or read so that it can be written as it was."""
    head = ",".join(SCHEMA.names).encode() + b"\n"
    for handed in (data, head + data):
        try:
            rows = read_csv(handed, SCHEMA, "t.csv")
        except OpenbaarError:
            continue
        written = write_csv(SCHEMA.names, rows)
        assert read_csv(written, SCHEMA, "t.csv") == rows


def packages(data: bytes) -> None:
    """A package that was handed to us: these bytes as its descriptor, as its table, and as its zip.

    What passes is what was handed to us.
    """
    for files in ({"datapackage.json": data, "t.csv": b"c0\n1\n"}, _described(data)):
        _receive(zipped(files), files["t.csv"])
    _receive(data, None)


def _described(table: bytes) -> dict[str, bytes]:
    fields = [{"name": f"c{index}", "type": kind} for index, kind in enumerate(COLUMNS)]
    described = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}
    return {"datapackage.json": json.dumps(described).encode(), "t.csv": table}


def _receive(data: bytes, table: bytes | None) -> None:
    path = _folder() / "p.zip"
    path.write_bytes(data)
    try:
        received = receive(path)
    except OpenbaarError:
        return
    assert received.tables
    assert table is None or {each.csv for each in received.tables} == {table}


@cache
def _folder() -> Path:
    """A folder for files that the gate reads from the disk, and for the site; removed at the end."""
    folder = TemporaryDirectory(prefix="openbaar-fuzz-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def document(data: bytes, ending: str, **more: object) -> None:
    """A document of a kind: refused, or lines with a place each."""
    path = f"sources/d.{ending}"
    entry = DocumentEntry.model_validate(
        {"path": path, "sha256": "0" * 64, "title": {"en": "d"}, **more}
    )
    try:
        read = parse_document(data, entry)
    except OpenbaarError:
        return
    check_lines(read)


def check_lines(read: Document) -> None:
    """Lines are numbered in order, and the place of each can be told."""
    numbers = [line.number for line in read.lines]
    assert numbers == list(range(1, len(numbers) + 1))
    for line in read.lines[:50]:
        str(read.place(line.number))


def text_documents(data: bytes) -> None:
    """Text, CSV and a saved page."""
    document(data, "txt", page_break=2)
    document(data, "csv")
    document(data, "html")


def pdf_documents(data: bytes) -> None:
    """A PDF with these bytes as what its page draws, and the bytes as a PDF."""
    for read in ("text", "tables", "layout"):
        document(_pdf(data), "pdf", read=read)
    document(data, "pdf")


def _pdf(drawn: bytes) -> bytes:
    """A PDF of one page; pypdf and pdfminer find its parts without a table of their offsets."""
    return b"".join(
        [
            b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n",
            b"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n",
            b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R",
            b"/Resources<</Font<</F1 4 0 R>>>>>> endobj\n",
            b"4 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n",
            b"5 0 obj <</Length %d>> stream\n" % len(drawn),
            drawn,
            b"\nendstream endobj\ntrailer <</Root 1 0 R/Size 6>>\n%%EOF\n",
        ]
    )


def workbooks(data: bytes) -> None:
    """A workbook of each kind whose sheet is these bytes, and the bytes as an old workbook."""
    document(_replaced(_xlsx(), "xl/worksheets/sheet1.xml", data), "xlsx")
    document(_replaced(_xlsx(), "xl/workbook.xml", data), "xlsx", hidden="skip")
    document(zipped({"mimetype": b"", "content.xml": data}), "ods")
    document(data, "xls")


def word_documents(data: bytes) -> None:
    """A Word document whose text is these bytes."""
    document(_replaced(_docx(), "word/document.xml", data), "docx")


def archives(data: bytes) -> None:
    """These bytes as a workbook of each kind and as a Word document, container and all."""
    for ending in ("xlsx", "ods", "docx"):
        document(data, ending)


@cache
def _xlsx() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Blad1").write("A1", "x")
    return out.getvalue()


@cache
def _docx() -> bytes:
    import docx

    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def _replaced(archive: bytes, name: str, data: bytes) -> bytes:
    """A zip with the bytes of one file in it replaced."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        files = {each: packed.read(each) for each in packed.namelist()}
    return zipped({**files, name: data})


def routes(data: bytes) -> None:
    """An address of the site, and a header that visitors choose: never an answer of 500."""
    address, _, header = data.decode("latin-1")[:600].partition("\n")
    path, _, query = address.partition("?")
    target = quote("/" + path.lstrip("/"), safe="/%,~.-_") + "?" + quote(query, safe="=&%+")
    headers = [(b"host", b"localhost"), (b"cookie", header.encode("latin-1"))]
    status = asyncio.run(_status(target, headers))
    assert status < 500, status


async def _status(target: str, headers: list[tuple[bytes, bytes]]) -> int:
    """The status with which the site answers a request."""
    from urllib.parse import unquote_to_bytes

    path, _, query = target.partition("?")
    answered: list[int] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(), "query_string": query.encode(), "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, object]:
        if messages:
            return messages.pop()
        # As a server does while the visitor stays: whoever asks again waits.
        return await asyncio.get_running_loop().create_future()

    async def send(message: dict[str, int]) -> None:
        if "status" in message:
            answered.append(message["status"])

    await _site()(scope, receive, send)
    return answered[0]


@cache
def _site():  # type: ignore[no-untyped-def]
    """The site of the hand-made publication."""
    from served import build, shown

    return shown(build(HAND_MADE, _folder() / "site")).app()


TARGETS: dict[str, Target] = {
    "authored": authored_files,
    "numbers": numbers,
    "templates": templates,
    "csv": csv_files,
    "packages": packages,
    "text": text_documents,
    "pdf": pdf_documents,
    "workbook": workbooks,
    "word": word_documents,
    "archive": archives,
    "routes": routes,
}
