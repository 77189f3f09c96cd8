"""What an OpenDocument spreadsheet holds that its values do not show, from its XML."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from openbaar.documents.workbook_parts import Area, SheetParts, letters

_ERROR = re.compile(r"#[A-Z/0!?]+!?|Err:[0-9]+")


def parts_of_ods(archive: zipfile.ZipFile) -> Iterator[SheetParts]:
    """What the values of each sheet do not show."""
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
        if _is_hidden(column):
            hidden_columns.update(range(number, min(number + repeated, 16385)))
        number += repeated
    number = 1
    for row in table.iterfind(".//{*}table-row"):
        _look_through_row(row, number, _is_hidden(row), hidden_columns, parts)
        repeated = _repeated(row, "number-rows-repeated")
        parts.percents += _percents(row, range(number, number + repeated))
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


def _percents(row: Any, numbers: range) -> Iterator[Area]:
    """The cells of a row of OpenDocument that hold percentages; it stands for rows of `numbers`."""
    column = 1
    for cell in row:
        repeated = _repeated(cell, "number-columns-repeated")
        if _attribute(cell, "value-type") == "percentage":
            yield numbers, range(column, column + repeated)
        column += repeated


def _is_hidden(element: Any) -> bool:
    """Whether a row or a column is hidden, by hand or by a filter."""
    return _attribute(element, "visibility") in ("collapse", "filter")


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
