"""Word documents (.docx): their tables as grids, and the paragraphs between them, in one order.

Read from the XML by lxml: what matters here (merged cells, tracked changes, hidden text, footnotes)
the libraries for Word documents either leave out or give as XML again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openbaar.documents.limits import MAX_CELLS, check_archive
from openbaar.documents.lines import Document, grid_lines, repeatable
from openbaar.errors import OpenbaarError, Place, Problem

NOTES = "word/footnotes.xml"
MOST_COLUMNS = 500  # that a cell or a margin of a row may span
MAX_HIDDEN_SHOWN = 60  # characters of hidden text in a message
_BLOCKS = ("p", "tbl", "sdt", "sdtContent", "ins", "customXml", "smartTag")
_SIGNS = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}
_LEFT_OUT = ("del", "moveFrom", "Fallback", "rPr", "pPr")  # deleted, or said a second time


def read_docx(data: bytes, path: str) -> Document:
    """The tables and paragraphs of a Word document, one row or paragraph for each line.

    The addresses of cells are `table.row.column`, those of paragraphs `p1`, `p2`, …. A label merged
    over several rows stands in each of them, a number once; what is merged over columns stands in
    the first. Deleted text is left out, inserted text is read. A footnote is `[1]` where it is
    called, and a line `[1] …` at the end.

    Raises OpenbaarError when it is no Word document, needs a password or is too large; has hidden
    text, or a table inside a table; or holds no text.
    """
    check_archive(data, path, "a Word document")
    reader = _Reader(path)
    body, notes = _body_and_notes(data, path)
    if body is not None:
        reader.read(body)
    if notes is not None:
        reader.read_footnotes(notes)
    if reader.problems:
        raise OpenbaarError(reader.problems)
    if not reader.rows:
        raise OpenbaarError(Problem(Place(path), "contains no text"))
    return Document(path, grid_lines([(1, reader.rows, reader.addresses)]), is_grid=True)


def _body_and_notes(data: bytes, path: str) -> tuple[Any, Any]:
    """The elements with the text and with the footnotes of a document; None where it has none."""
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _root(archive, "word/document.xml").find("{*}body")
            if NOTES not in archive.namelist():
                return body, None
            return body, _root(archive, NOTES)
    except (KeyError, etree.XMLSyntaxError) as error:
        message = f"cannot be read as a Word document: {error}"
        raise OpenbaarError(Problem(Place(path), message)) from error


def _root(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree

    return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False))


def _name(element: Any) -> str:
    """The name of an element without its namespace; nothing for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(parent: Any, name: str, default: str = "") -> str | None:
    """The value of a property such as `w:gridSpan`; None where it is not there."""
    found = parent.find(f"{{*}}{name}") if parent is not None else None
    if found is None:
        return None
    return next(
        (str(value) for key, value in found.attrib.items() if key.endswith("}val")), default
    )


def _count(parent: Any, name: str, default: int) -> int:
    stated = _value(parent, name)
    return min(int(stated), MOST_COLUMNS) if stated and stated.isdecimal() else default


@dataclass
class _Reader:
    """Reads a document from its beginning to its end: rows of texts, with the address of each."""

    path: str
    rows: list[list[str]] = field(default_factory=list)
    addresses: list[list[str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tables: int = 0
    paragraphs: int = 0
    cells: int = 0

    def read(self, parent: Any) -> None:
        """The paragraphs and tables in an element."""
        for element in parent:
            name = _name(element)
            if name == "p":
                self._add_paragraph(self._text(element))
            elif name == "tbl":
                self._add_table(element)
            elif name in _BLOCKS:
                self.read(element)

    def read_footnotes(self, notes: Any) -> None:
        """The footnotes, each as a line of its own."""
        for note in notes:
            if note.attrib and not any(key.endswith("}type") for key in note.attrib):
                text = " ".join(self._text(paragraph) for paragraph in note.iterfind("{*}p"))
                self._add_paragraph(f"[{_id(note)}] {text.strip()}")

    def _add_paragraph(self, text: str) -> None:
        if text.strip():
            self.paragraphs += 1
            self.rows.append([text])
            self.addresses.append([f"p{self.paragraphs}"])

    def _add_table(self, table: Any) -> None:
        self.tables += 1
        above: list[str] = []
        for number, row in enumerate(_rows(table), start=1):
            above = self._cells(row, above)
            self.cells += len(above)
            if self.cells > MAX_CELLS:
                message = f"contains tables of more than {MAX_CELLS} cells"
                raise OpenbaarError(Problem(Place(self.path), message))
            self.rows.append(above)
            count = range(1, len(above) + 1)
            self.addresses.append([f"{self.tables}.{number}.{column}" for column in count])

    def _cells(self, row: Any, above: list[str]) -> list[str]:
        """The texts of a row; `above` are those of the row above it."""
        texts = [""] * _count(row.find("{*}trPr"), "gridBefore", 0)
        for cell in row.iterfind("{*}tc"):
            properties = cell.find("{*}tcPr")
            merged = _value(properties, "vMerge", "continue")
            if merged == "continue" and len(texts) < len(above):
                text = repeatable(above[len(texts)])
            else:
                text = self._cell(cell)
            spanned = max(_count(properties, "gridSpan", 1), 1)
            texts += [text, *[""] * (spanned - 1)]
        return texts

    def _cell(self, cell: Any) -> str:
        if cell.find(".//{*}tbl") is not None:
            message = f"has a table inside table {self.tables}"
            hint = "put it beside the outer one, or save the document as PDF"
            self.problems.append(Problem(Place(self.path), message, hint))
            return ""
        texts = [self._text(paragraph) for paragraph in cell.iterfind(".//{*}p")]
        return " ".join(text.strip() for text in texts if text.strip())

    def _text(self, element: Any) -> str:
        """The text of an element, without what was deleted."""
        return "".join(self._pieces(element))

    def _pieces(self, element: Any) -> Iterator[str]:
        name = _name(element)
        if name in _LEFT_OUT:
            return
        if name == "t":
            yield element.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name == "footnoteReference":
            yield f"[{_id(element)}]"
        elif name == "r" and _is_hidden(element):
            self._refuse_hidden(element)
        else:
            for child in element:
                yield from self._pieces(child)

    def _refuse_hidden(self, run: Any) -> None:
        text = "".join(found.text or "" for found in run.iterfind("{*}t"))
        if text.strip():
            message = f"has hidden text: '{text[:MAX_HIDDEN_SHOWN]}'"
            hint = "show it or delete it in Word, and save the document again"
            self.problems.append(Problem(Place(self.path), message, hint))


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table that were not deleted, those in content controls too."""
    for element in table:
        name = _name(element)
        if name == "tr":
            properties = element.find("{*}trPr")
            if properties is None or properties.find("{*}del") is None:
                yield element
        elif name in _BLOCKS:
            yield from _rows(element)


def _is_hidden(run: Any) -> bool:
    return _value(run.find("{*}rPr"), "vanish", "true") in ("true", "1", "on")


def _id(element: Any) -> str:
    """The number of a footnote."""
    return next((str(value) for key, value in element.attrib.items() if key.endswith("}id")), "?")
