"""What a workbook holds that its values do not show: hidden parts, errors, formulas never computed.

Calamine gives an error cell and a formula without a value as blank ones, and hidden rows as any
other; so the XML of the sheets is looked through beside it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

from openbaar.documents.limits import column_number
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import BROKEN_ZIP

HAS_HIDDEN = "has hidden parts: "  # how the problem begins that says so
MOST_NAMED = 20  # cells, rows or columns in messages
_PERCENT_FORMATS = ("9", "10")  # `0%` and `0.00%`, which a workbook need not spell out
_QUOTED = re.compile(r'"[^"]*"|\\.')  # what a number format shows as it is
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_ERROR = re.compile(r"#[A-Z/0!?]+!?|Err:[0-9]+")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class SheetParts:
    """Of one sheet: the cells in error or never computed, and what is hidden and holds something.

    `percents` are the cells (row and column) that show a number as a percentage. Rows and columns
    count from 1.
    """

    name: str
    is_hidden: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)  # address and what it shows
    uncomputed: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)


def sheet_parts(data: bytes, path: str) -> dict[str, SheetParts]:
    """What the values of a workbook do not show, by the name of its sheet.

    The bytes were checked by `check_workbook`. Raises OpenbaarError when they are no workbook.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = _of_ods(archive) if path.lower().endswith(".ods") else _of_xlsx(archive)
            return {parts.name: parts for parts in found}
    except (KeyError, etree.XMLSyntaxError, *BROKEN_ZIP) as error:
        message = f"cannot be read as a workbook: {error}"
        raise OpenbaarError(Problem(Place(path), message)) from error


def problems_of(parts: SheetParts, path: str, hidden_is_known: bool) -> Iterator[Problem]:
    """What stands against reading a sheet; hidden parts only where no author knows of them."""
    place = Place(path, page=parts.name)
    if parts.errors:
        cells = _listed([f"{address} ({shown})" for address, shown in parts.errors])
        message = f"has cells in error: {cells}"
        yield Problem(place, message, "correct them in the source, or ask who made it")
    if parts.uncomputed:
        message = f"has formulas that were never computed: {_listed(parts.uncomputed)}"
        hint = "open it in a spreadsheet program and save it again"
        yield Problem(place, message, hint)
    hidden = [*_hidden(parts)]
    if hidden and not hidden_is_known:
        message = f"has hidden parts: {'; '.join(hidden)}"
        hint = "say 'hidden: read' or 'hidden: skip' of the document in tables/package.yaml"
        yield Problem(place, message, hint)


def _hidden(parts: SheetParts) -> Iterator[str]:
    if parts.is_hidden:
        yield "the whole sheet"
    if parts.rows:
        yield f"rows {_listed([str(row) for row in sorted(parts.rows)])}"
    if parts.columns:
        yield f"columns {_listed([letters(column - 1) for column in sorted(parts.columns)])}"


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {rest} more" if rest > 0 else shown


@lru_cache(maxsize=1024)  # asked for each cell
def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA, and so on."""
    found = ""
    while column >= 0:
        found = chr(ord("A") + column % 26) + found
        column = column // 26 - 1
    return found


def _of_xlsx(archive: zipfile.ZipFile) -> Iterator[SheetParts]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False)
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {each.get("Id"): each.get("Target") for each in relations}
    workbook = etree.fromstring(archive.read("xl/workbook.xml"), parser)
    percents = _percent_styles(archive, parser)
    for sheet in workbook.iterfind(".//{*}sheets/{*}sheet"):
        target = str(targets[sheet.get(_RELATIONS)])
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts = SheetParts(sheet.get("name"), sheet.get("state", "visible") != "visible")
        if "worksheets/" in name:
            with archive.open(name) as file:
                _look_through(file, parts, percents)
        yield parts


def _percent_styles(archive: zipfile.ZipFile, parser: Any) -> set[str]:
    """The numbers of the styles of cells that show a number as a percentage."""
    from lxml import etree

    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = etree.fromstring(archive.read("xl/styles.xml"), parser)
    formats = set(_PERCENT_FORMATS)
    for each in styles.iterfind(".//{*}numFmts/{*}numFmt"):
        if "%" in _QUOTED.sub("", each.get("formatCode", "")):
            formats.add(each.get("numFmtId"))
    cells = styles.iterfind(".//{*}cellXfs/{*}xf")
    return {str(number) for number, each in enumerate(cells) if each.get("numFmtId") in formats}


def _look_through(file: Any, parts: SheetParts, percents: Collection[str]) -> None:
    """Collect from the XML of a sheet of xlsx what its values do not show."""
    from lxml import etree

    hidden_columns: set[int] = set()
    tags = ("{*}row", "{*}col")
    for _, element in etree.iterparse(file, tag=tags, resolve_entities=False):
        if etree.QName(element).localname == "col":
            if _is_true(element.get("hidden")) or element.get("width") == "0":
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                hidden_columns.update(range(first, min(last, 16384) + 1))
            continue
        is_hidden = _is_true(element.get("hidden")) or element.get("ht") == "0"
        for cell in element:
            _look_at(cell, parts, is_hidden, hidden_columns)
            if cell.get("s") in percents:
                _add_percent(cell, parts)
        element.clear()


def _look_at(cell: Any, parts: SheetParts, is_hidden: bool, hidden_columns: set[int]) -> None:
    address = _ADDRESS.fullmatch(cell.get("r", ""))
    value = cell.findtext("{*}v")
    has_formula = cell.find("{*}f") is not None
    has_text = cell.find("{*}is") is not None
    is_filled = bool(value) or has_formula or has_text
    if address is None or not is_filled:
        return
    kind = cell.get("t")
    is_computed = bool(value) or kind == "str"
    if kind == "e":
        parts.errors.append((address[0], value or "#"))
    elif has_formula and not is_computed:
        parts.uncomputed.append(address[0])
    if is_hidden:
        parts.rows.add(int(address[2]))
    parts.columns |= hidden_columns & {column_number(address[1].encode())}


def _add_percent(cell: Any, parts: SheetParts) -> None:
    """Note a cell of xlsx in the style of a percentage, where it holds a number."""
    address = _ADDRESS.fullmatch(cell.get("r", ""))
    if address is not None and cell.get("t", "n") == "n":
        parts.percents.add((int(address[2]), column_number(address[1].encode())))


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")


def _of_ods(archive: zipfile.ZipFile) -> Iterator[SheetParts]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
    content = etree.fromstring(archive.read("content.xml"), parser)
    hidden_styles = set()
    for style in content.iterfind(".//{*}automatic-styles/{*}style"):
        properties = style.find("{*}table-properties")
        if properties is not None and _attribute(properties, "display") == "false":
            hidden_styles.add(_attribute(style, "name"))
    for table in content.iterfind(".//{*}spreadsheet/{*}table"):
        parts = SheetParts(_attribute(table, "name"))
        parts.is_hidden = _attribute(table, "style-name") in hidden_styles
        _look_through_table(table, parts)
        yield parts


def _look_through_table(table: Any, parts: SheetParts) -> None:
    """Collect from a table of OpenDocument what its values do not show."""
    hidden_columns: set[int] = set()
    number = 1
    for column in table.iterfind(".//{*}table-column"):
        repeated = _repeated(column, "number-columns-repeated")
        if _attribute(column, "visibility") in ("collapse", "filter"):
            hidden_columns.update(range(number, min(number + repeated, 16385)))
        number += repeated
    number = 1
    for row in table.iterfind(".//{*}table-row"):
        is_hidden = _attribute(row, "visibility") in ("collapse", "filter")
        _look_through_row(row, number, is_hidden, hidden_columns, parts)
        repeated = _repeated(row, "number-rows-repeated")
        parts.percents |= set(_percents(row, range(number, number + repeated)))
        number += repeated


def _look_through_row(
    row: Any, number: int, is_hidden: bool, hidden_columns: set[int], parts: SheetParts
) -> None:
    column = 1
    for cell in row:
        repeated = _repeated(cell, "number-columns-repeated")
        text = " ".join(cell.itertext()).strip()
        formula = _attribute(cell, "formula")
        address = f"{letters(column - 1)}{number}"
        shows_error = formula and _ERROR.fullmatch(text)
        is_computed = text or _attribute(cell, "value")
        if shows_error or _attribute(cell, "value-type") == "error":
            parts.errors.append((address, text))
        elif formula and not is_computed:
            parts.uncomputed.append(address)
        if text and is_hidden:
            parts.rows.add(number)
        if text:
            parts.columns |= hidden_columns.intersection(range(column, column + repeated))
        column += repeated


def _percents(row: Any, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The cells of a row of OpenDocument that hold percentages; it stands for rows of `numbers`."""
    column = 1
    for cell in row:
        repeated = _repeated(cell, "number-columns-repeated")
        if _attribute(cell, "value-type") == "percentage":
            yield from product(numbers, range(column, column + repeated))
        column += repeated


def _attribute(element: Any, name: str) -> str:
    """An attribute by its name, of whichever namespace; the extension of LibreOffice comes last."""
    found = ""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            found = str(value)
    return found


def _repeated(element: Any, name: str) -> int:
    stated = _attribute(element, name)
    return int(stated) if stated.isdecimal() else 1
