"""What a workbook of xlsx holds that its values do not show, from the XML of its sheets."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from typing import Any

from openbaar.documents.limits import column_number
from openbaar.documents.workbook_parts import SheetParts

_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_PERCENT_FORMATS = ("9", "10")  # `0%` and `0.00%`, which a workbook need not spell out
_QUOTED = re.compile(r'"[^"]*"|\\.')  # what a number format shows as it is
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def parts_of_xlsx(archive: zipfile.ZipFile) -> Iterator[SheetParts]:
    """What the values of each sheet do not show."""
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
        row, column = int(address[2]), column_number(address[1].encode())
        parts.percents.append((range(row, row + 1), range(column, column + 1)))


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")
