"""OpenDocument workbooks: how large their sheets are, and which cells are merged.

Calamine tells neither before it has read everything.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from openbaar.documents.limits import check_cells
from openbaar.errors import OpenbaarError, Place, Problem

Merged = tuple[
    tuple[int, int], tuple[int, int]
]  # the first and the last cell, each by row and column from 0


def merged_cells(data: bytes, path: str) -> dict[str, list[Merged]]:
    """The merged cells of each sheet that reach over several rows.

    Raises OpenbaarError when the bytes hold no sheets, or a sheet has too many cells: a row and a
    cell may say that they stand there any number of times.
    """
    from lxml import etree

    place = Place(path)
    merged: dict[str, list[Merged]] = {}
    sheet = _Sheet()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as file:
            for _, element in etree.iterparse(
                file, tag=("{*}table-row", "{*}table"), resolve_entities=False
            ):
                if etree.QName(element).localname == "table":
                    merged[_attribute(element, "name")] = sheet.merged
                    sheet = _Sheet()
                else:
                    sheet.add(element)
                    check_cells(sheet.filled, sheet.columns, place)
                    element.clear()
    except (KeyError, etree.XMLSyntaxError) as error:
        raise OpenbaarError(Problem(place, f"cannot be read as a workbook: {error}")) from error
    return merged


class _Sheet:
    """A sheet as its rows go by: how many came, up to which cell it is filled, what is merged."""

    def __init__(self) -> None:
        self.rows = self.filled = self.columns = 0
        self.merged: list[Merged] = []

    def add(self, row: Any) -> None:
        """Take the next row of the sheet."""
        column = width = 0
        for cell in row:
            spanned = _number(cell, "number-rows-spanned")
            if spanned > 1:
                self.merged.append(((self.rows, column), (self.rows + spanned - 1, column)))
            column += _number(cell, "number-columns-repeated")
            width = column if len(cell) else width
        self.rows += _number(row, "number-rows-repeated")
        self.filled, self.columns = self.rows if width else self.filled, max(self.columns, width)


def _attribute(element: Any, name: str) -> str:
    return str(element.get(f"{{{element.nsmap.get('table', '')}}}{name}", ""))


def _number(element: Any, name: str) -> int:
    stated = _attribute(element, name)
    return int(stated) if stated.isdecimal() else 1
