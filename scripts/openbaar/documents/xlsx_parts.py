"""What a workbook of xlsx holds that its values do not show, from the XML of its sheets."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from openbaar.documents.limits import column_number
from openbaar.documents.workbook_parts import SheetParts

_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
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
        if "worksheets/" in name:
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
            if cell.get("s") in styles:
                _add_shown(cell, parts, styles[cell.get("s")])
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


def _add_shown(cell: Any, parts: SheetParts, power: int) -> None:
    """Note a cell that shows a number otherwise than it is, where it holds one."""
    address = _ADDRESS.fullmatch(cell.get("r", ""))
    if address is None or cell.get("t", "n") != "n":
        return
    row, column = int(address[2]), column_number(address[1].encode())
    area = (range(row, row + 1), range(column, column + 1))
    if power == PERCENT:
        parts.percents.append(area)
    else:
        parts.scaled.append((area, power))


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")
