"""Word documents (.docx): their tables as grids, and the paragraphs between them, in one order.

Read from the XML by lxml: what matters here (merged cells, tracked changes, hidden text, footnotes)
the libraries for Word documents either leave out or give as XML again.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openbaar.documents.limits import MAX_CELLS, check_archive
from openbaar.documents.lines import COVERED, Document, grid_lines, repeatable
from openbaar.documents.superscripts import superscript, with_ordinals
from openbaar.errors import OpenbaarError, Place, Problem

FOOTNOTES = "word/footnotes.xml"
ENDNOTES = "word/endnotes.xml"
MOST_COLUMNS = 500  # that a cell or a margin of a row may span
MAX_HIDDEN_SHOWN = 60  # characters of hidden text in a message
_BLOCKS = ("p", "tbl", "sdt", "sdtContent", "ins", "customXml", "smartTag")
_SIGNS = {"tab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}
_LEFT_OUT = ("del", "moveFrom", "Fallback", "rPr", "pPr")  # deleted, or said a second time
_CALLS = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
Note = tuple[str, str]  # whether it is a footnote or an endnote, and its name in the file


def read_docx(data: bytes, path: str) -> Document:
    """The tables and paragraphs of a Word document, one row or paragraph for each line.

    The addresses of cells are `table.row.column`, those of paragraphs `p1`, `p2`, …. A label merged
    over several rows stands in each of them, a number once; what is merged over columns stands in
    the first. Deleted text is left out, inserted text is read. A number that is a superscript is
    raised (`12¹`). A footnote is `[1]` where it is called, and a line `[1] …` at the end; an
    endnote is `[i]`. They are numbered in the order in which they are called, as Word does.

    Raises OpenbaarError when it is no Word document, needs a password or is too large; has hidden
    text, or a table inside a table; or holds no text.
    """
    check_archive(data, path, "a Word document")
    reader = _Reader(path)
    parts = _parts(data, path)
    if parts.body is not None:
        reader.read(parts.body)
    reader.read_notes(parts.notes)
    if reader.problems:
        raise OpenbaarError(reader.problems)
    if not reader.rows:
        raise OpenbaarError(Problem(Place(path), "contains no text"))
    return Document(path, grid_lines([(1, reader.rows, reader.addresses)]), is_grid=True)


@dataclass(frozen=True)
class _Parts:
    """The element with the text of a document, and those of its notes."""

    body: Any  # None where it has none
    notes: Mapping[Note, Any]


def _parts(data: bytes, path: str) -> _Parts:
    from lxml import etree

    notes: dict[Note, Any] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _root(archive, "word/document.xml").find("{*}body")
            for name, kind in ((FOOTNOTES, "footnote"), (ENDNOTES, "endnote")):
                if name in archive.namelist():
                    notes |= {(kind, _id(note)): note for note in _root(archive, name)}
    except (KeyError, etree.XMLSyntaxError) as error:
        message = f"cannot be read as a Word document: {error}"
        raise OpenbaarError(Problem(Place(path), message)) from error
    return _Parts(body, notes)


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
    called: dict[Note, str] = field(default_factory=dict)  # the notes, each with its mark
    counts: Counter[str] = field(default_factory=Counter)  # of them, by their kind

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

    def read_notes(self, notes: Mapping[Note, Any]) -> None:
        """The notes that are called, each as a line of its own."""
        for note, mark in list(self.called.items()):
            if note in notes:
                text = " ".join(self._text(paragraph) for paragraph in notes[note].iterfind("{*}p"))
                self._add_paragraph(f"{mark} {text.strip()}")

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
                text = repeatable(above[len(texts)], len(texts))
            else:
                text = self._cell(cell)
            spanned = max(_count(properties, "gridSpan", 1), 1)
            texts += [text, *[COVERED] * (spanned - 1)]
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
        return with_ordinals("".join(self._pieces(element)))

    def _pieces(self, element: Any) -> Iterator[str]:
        name = _name(element)
        if name in _LEFT_OUT:
            return
        if name == "t":
            yield element.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name in _CALLS:
            yield self._mark((_CALLS[name], _id(element)))
        elif name == "r" and _is_hidden(element):
            self._refuse_hidden(element)
        elif name == "r" and _is_raised(element):
            yield superscript("".join(self._pieces_in(element)))
        else:
            yield from self._pieces_in(element)

    def _pieces_in(self, element: Any) -> Iterator[str]:
        for child in element:
            yield from self._pieces(child)

    def _mark(self, note: Note) -> str:
        """The mark with which a note is called: the number that Word counts for it."""
        kind, _ = note
        if note not in self.called:
            self.counts[kind] += 1
            number = self.counts[kind]
            self.called[note] = f"[{number if kind == 'footnote' else _roman(number)}]"
        return self.called[note]

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


def _is_raised(run: Any) -> bool:
    return _value(run.find("{*}rPr"), "vertAlign") == "superscript"


def _roman(number: int) -> str:
    """A number as Word counts endnotes: 4 -> iv."""
    written = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        written += count * letters
    return written


def _id(element: Any) -> str:
    """The name of a note in the file, which is not the number that is printed."""
    return next((str(value) for key, value in element.attrib.items() if key.endswith("}id")), "?")
