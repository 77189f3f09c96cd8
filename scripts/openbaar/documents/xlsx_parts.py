"""What a workbook of xlsx holds that its values do not show, from the XML of its sheets."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from openbaar.documents.limits import column_number
from openbaar.documents.workbook_parts import Area, SheetParts, letters

_ADDRESS = re.compile(r"([A-Za-z]{1,9})([0-9]{1,18})")
_ROW = re.compile(r"[0-9]{1,18}")
NOWHERE = 10**18  # the row of an address that is none: no sheet has so many
_PERCENT_FORMATS = ("9", "10")  # `0%` and `0.00%`, which a workbook need not spell out
PERCENT = 2  # the power of ten of a percentage
_SCALE = re.compile(r"[0#?](,+)[^0#?,]*$")  # commas behind the last digit of a format
_QUOTED = re.compile(r'"[^"]*"|\\.')  # what a number format shows as it is
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def parts_of_xlsx(archive: zipfile.ZipFile) -> Iterator[SheetParts]:
    """What the values of each sheet do not show."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False)
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {each.get("Id"): each.get("Target") for each in relations}
    workbook = etree.fromstring(archive.read("xl/workbook.xml"), parser)
    styles = _styles(archive, parser)
    for sheet in workbook.iterfind(".//{*}sheets/{*}sheet"):
        target = str(targets[sheet.get(_RELATIONS)])
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts = SheetParts(sheet.get("name"), sheet.get("state", "visible") != "visible")
        with archive.open(name) as file:
            _look_through(file, parts, styles)
        yield parts


def _styles(archive: zipfile.ZipFile, parser: Any) -> dict[str, int]:
    """The styles of cells that show a number otherwise than it is, by their number in the file.

    With the power of ten that it is shown in: 2 of percentages, -3 of thousands.
    """
    from lxml import etree

    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = etree.fromstring(archive.read("xl/styles.xml"), parser)
    powers = dict.fromkeys(_PERCENT_FORMATS, PERCENT)
    for each in styles.iterfind(".//{*}numFmts/{*}numFmt"):
        powers[each.get("numFmtId")] = _power(each.get("formatCode", ""))
    cells = styles.iterfind(".//{*}cellXfs/{*}xf")
    found = {str(index): powers.get(each.get("numFmtId"), 0) for index, each in enumerate(cells)}
    return {style: power for style, power in found.items() if power}


def _power(code: str) -> int:
    """The power of ten in which a number format shows numbers: `0%` 2, `#,##0.0,` -3, else 0."""
    positive = _QUOTED.sub("", code).partition(";")[0]
    if "%" in positive:
        return PERCENT
    commas = _SCALE.search(positive)
    return 0 if commas is None else -3 * len(commas[1])


def _look_through(file: Any, parts: SheetParts, styles: Mapping[str, int]) -> None:
    """Collect from the XML of a sheet of xlsx what its values do not show."""
    from lxml import etree

    hidden_columns: set[int] = set()
    number = 0
    tags = ("{*}row", "{*}col")
    for _, element in etree.iterparse(file, tag=tags, resolve_entities=False):
        if etree.QName(element).localname == "col":
            if _is_true(element.get("hidden")) or element.get("width") == "0":
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                hidden_columns.update(range(max(first, 1), min(last, 16384) + 1))
            continue
        number = _row_number(element, number + 1)
        is_hidden = _is_true(element.get("hidden")) or element.get("ht") == "0"
        for cell in _cells(element, number):
            _look_at(cell, parts, is_hidden, hidden_columns)
            if cell.element.get("s") in styles:
                _add_shown(cell, parts, styles[cell.element.get("s")])
        element.clear()


class _Cell(NamedTuple):
    """A cell of a sheet with its place, counted from 1."""

    element: Any
    row: int
    column: int

    @property
    def address(self) -> str:
        """Its address: `B12`."""
        return f"{letters(self.column - 1)}{self.row}"

    @property
    def area(self) -> Area:
        """The area that it is."""
        return range(self.row, self.row + 1), range(self.column, self.column + 1)


def _row_number(row: Any, following: int) -> int:
    """The number of a row; where it states none, it follows the one before."""
    stated = row.get("r")
    if stated is None:
        return following
    return int(stated) if _ROW.fullmatch(stated) else NOWHERE


def _cells(row: Any, number: int) -> Iterator[_Cell]:
    """The cells of a row, which is the one of that number; as calamine finds their places."""
    column = 0
    for element in row.iterfind("{*}c"):
        stated = element.get("r")
        address = _ADDRESS.fullmatch(stated or "")
        if stated is None:
            column += 1
            yield _Cell(element, number, column)
        elif address is None:
            yield _Cell(element, NOWHERE, column)
        else:
            column = column_number(address[1].upper().encode())
            yield _Cell(element, int(address[2]), column)


def _look_at(cell: _Cell, parts: SheetParts, is_hidden: bool, hidden_columns: set[int]) -> None:
    """Note of a cell what `parts` holds, where it holds anything."""
    if len(cell.element):
        last_row, last_column = parts.corner
        parts.corner = (max(last_row, cell.row), max(last_column, cell.column))
    value = cell.element.findtext("{*}v")
    has_formula = cell.element.find("{*}f") is not None
    has_text = cell.element.find("{*}is") is not None
    if not (value or has_formula or has_text):
        return
    _add_wrong(cell, parts, value, has_formula)
    if is_hidden:
        parts.rows.add(cell.row)
    parts.columns |= hidden_columns & {cell.column}


def _add_wrong(cell: _Cell, parts: SheetParts, value: str | None, has_formula: bool) -> None:
    """Note a cell with an error, or with a formula that was never computed."""
    kind = cell.element.get("t")
    if kind == "e":
        parts.errors.append((cell.address, value or "#"))
    elif has_formula and not value and kind != "str":
        parts.uncomputed.append(cell.address)


def _add_shown(cell: _Cell, parts: SheetParts, power: int) -> None:
    """Note a cell that shows a number otherwise than it is, where it holds one."""
    if cell.element.get("t", "n") != "n":
        return
    if power == PERCENT:
        parts.percents.append(cell.area)
    else:
        parts.scaled.append((cell.area, power))


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")
