"""Saved web pages: their tables as grids, and the texts around them, in one order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openbaar.documents.limits import MAX_CELLS
from openbaar.documents.lines import COVERED, Document, grid_lines, repeatable
from openbaar.documents.superscripts import superscript, with_ordinals
from openbaar.documents.text import decode
from openbaar.errors import OpenbaarError, Place, Problem

# What labels of encodings mean on the web: https://encoding.spec.whatwg.org/#names-and-labels.
_ENCODINGS = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "windows-1252": "windows-1252",
    "iso-8859-15": "iso-8859-15",
}
_DECLARED = re.compile(rb"<meta\b[^>]*\bcharset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
BEFORE_TEXT = 4096  # bytes in which a page declares its encoding
MAX_SPAN = 1000  # the largest rowspan or colspan; HTML allows 65534
# What no reader takes for a part of the text: menus, forms and what is not shown.
_LEFT_OUT = frozenset([
    "head", "script", "style", "noscript", "template", "nav", "select", "button", "textarea", "svg",
    "object", "iframe",
])  # fmt: skip
# Elements within a line (https://html.spec.whatwg.org/#phrasing-content); all others begin a line.
_INLINE = frozenset([
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "label", "mark", "meter", "output", "picture", "progress",
    "q", "ruby", "rp", "rt", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
])  # fmt: skip
_ONE_LINE = frozenset(["caption", "h1", "h2", "h3", "h4", "h5", "h6"])  # with a break in it too


def read_html(data: bytes, path: str) -> Document:
    """The tables and texts of a page, one row or text for each line.

    The addresses of cells are `table.row.column`, those of texts `p1`, `p2`, …, all from 1. A text
    is a caption, a heading, a paragraph, an item of a list, or what stands between two breaks. A
    label that spans rows stands in each of them, a number once, in the first; what spans columns
    stands in the first. A number in a `sup` is raised: `12<sup>1</sup>` is `12¹`.
    Raises OpenbaarError when it is no text, or contains no table.
    """
    page = _page(decode(_in_utf8(data), path), path)
    for element in page.iter("sup"):
        _raise_numbers(element)
    reader = _Reader(path)
    reader.read(page)
    if not reader.tables:
        raise OpenbaarError(Problem(Place(path), "contains no table"))
    lines = grid_lines([(1, reader.rows, reader.addresses)])
    return Document(path, lines, is_grid=True, language=_language(page), title=_title(page))


def _raise_numbers(element: Any) -> None:
    """Raise the numbers in a superscript, those in its links too."""
    for part in element.iter():
        part.text = superscript(part.text or "")
        if part is not element:
            part.tail = superscript(part.tail or "")


def _title(page: Any) -> str:
    """What a page is called: by its first heading, else above its window."""
    for found in (*page.xpath("(//h1)[1]"), *page.xpath("//head/title")):
        text = _text(found)
        if text:
            return text
    return ""


def _in_utf8(data: bytes) -> bytes:
    """The bytes of a page in UTF-8, where it declares another encoding that it really has.

    Bytes that are UTF-8 are nothing else, whatever a page declares; others without an encoding of
    Western Europe stay as they are.
    """
    found = _DECLARED.search(data, 0, BEFORE_TEXT)
    encoding = None if found is None else _ENCODINGS.get(found[1].decode("ascii").lower())
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data if encoding is None else _converted(data, encoding)
    return data


def _converted(data: bytes, encoding: str) -> bytes:
    """The bytes in UTF-8; as they are where they do not have the encoding."""
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeDecodeError:
        return data


def _language(page: Any) -> str:
    """The language that a page says, without its region: `nl-BE` → nl; empty where it says none."""
    return str(page.get("lang", "")).partition("-")[0].strip().lower()


@dataclass
class _Reader:
    """Reads a page from its beginning to its end: rows of texts, with the address of each."""

    path: str
    rows: list[list[str]] = field(default_factory=list)
    addresses: list[list[str]] = field(default_factory=list)
    tables: int = 0
    texts: int = 0
    cells: int = 0
    _pieces: list[str] = field(default_factory=list)  # of the line that is not at its end yet

    def read(self, element: Any) -> None:
        """An element with what is in it, and none of what follows it."""
        name = element.tag
        if not isinstance(name, str) or name in _LEFT_OUT:
            return  # a comment has no name
        if name == "table" and not _is_layout(element):
            self._end_line()
            self._add_table(element)
        elif name in _ONE_LINE:
            self._end_line()
            self._pieces.append(_text(element))
            self._end_line()
        elif name in _INLINE:
            self._read_parts(element)
        else:
            self._end_line()
            self._read_parts(element)
            self._end_line()

    def _read_parts(self, element: Any) -> None:
        self._pieces.append(element.text or "")
        for child in element:
            self.read(child)
            self._pieces.append(child.tail or "")

    def _end_line(self) -> None:
        text = with_ordinals(" ".join("".join(self._pieces).split()))
        self._pieces.clear()
        if text:
            self.texts += 1
            self.rows.append([text])
            self.addresses.append([f"p{self.texts}"])

    def _add_table(self, table: Any) -> None:
        for caption in table.iterchildren("caption"):
            self.read(caption)
        self.tables += 1
        grid = _grid(table)
        self.cells += sum(map(len, grid))
        if self.cells > MAX_CELLS:
            message = f"contains tables of more than {MAX_CELLS} cells"
            raise OpenbaarError(Problem(Place(self.path), message))
        for number, row in enumerate(grid, start=1):
            count = range(1, len(row) + 1)
            self.rows.append(row)
            self.addresses.append([f"{self.tables}.{number}.{column}" for column in count])


def _is_layout(table: Any) -> bool:
    """Whether a table only puts its contents in their place.

    One does that holds tables, has one cell, or says so (https://www.w3.org/TR/wai-aria/#presentation).
    """
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return True
    return len(table.xpath("(.//td|.//th)[position() <= 2]")) < 2


def _text(element: Any) -> str:
    """The text of an element as one line: a break in it is a space."""
    return with_ordinals(" ".join("".join(_pieces(element)).split()))


def _pieces(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
        return
    space = "" if element.tag in _INLINE else " "
    yield space
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield space


def _page(text: str, path: str) -> Any:
    """The page as a tree.

    Raises OpenbaarError where it is nested too deeply to be read whole, or holds no element.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8")
    try:
        page = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except etree.ParserError as error:
        raise OpenbaarError(Problem(Place(path), f"cannot be read as a page: {error}")) from error
    cut_off = next((entry for entry in parser.error_log if entry.level_name == "FATAL"), None)
    if cut_off is not None:
        raise OpenbaarError(
            Problem(Place(path, cut_off.line), f"cannot be read as a page: {cut_off.message}")
        )
    return page


_Spanning = dict[int, tuple[str, int]]  # by column: a text, and how many rows it still covers


def _grid(table: Any) -> list[list[str]]:
    """The texts of a table's cells.

    `spanning` holds, by column, the cells of rows above that reach down to here.
    """
    grid: list[list[str]] = []
    spanning: _Spanning = {}
    for row in table.xpath(".//tr"):
        placed = {column: text for column, (text, _) in spanning.items()}
        spanning = _one_row_less(spanning)
        _place_cells(row, placed, spanning)
        width = max(placed, default=-1) + 1
        grid.append([placed.get(column, "") for column in range(width)])
    return grid


def _place_cells(row: Any, placed: dict[int, str], spanning: _Spanning) -> None:
    """Put the cells of a row where none from above is, those that reach down also in `spanning`."""
    column = 0
    for cell in row.xpath("./td|./th"):
        while column in placed:
            column += 1
        rows = _span(cell, "rowspan")
        beside = [COVERED] * (_span(cell, "colspan") - 1)
        for covered, text in enumerate([_text(cell), *beside], start=column):
            placed[covered] = text
            if rows > 1:
                spanning[covered] = (repeatable(text, covered), rows - 1)


def _one_row_less(spanning: _Spanning) -> _Spanning:
    """What still reaches down after one more row."""
    return {column: (text, left - 1) for column, (text, left) in spanning.items() if left > 1}


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), MAX_SPAN) if value.isdigit() else 1
