"""How large a workbook really is, found out before a library reads it whole.

A workbook is a zip of XML: a small file can unpack to any size, may lie about that size, and two
cells in far corners of a sheet make a grid that no memory holds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import BROKEN_ZIP
from openbaar.limits import most

MAX_UNPACKED = most("unpacked_bytes")
MAX_CELLS = most("sheet_cells")  # blank ones before its last row and column included
CHUNK = 1 << 20
ENCRYPTED = bytes.fromhex(
    "d0cf11e0a1b11ae1"
)  # the container that Office puts around a file with a password


def check_workbook(data: bytes, path: str) -> None:
    """Refuse a workbook that cannot be read safely.

    Raises OpenbaarError when the bytes are no workbook, need a password, or unpack to very much.
    """
    if data.startswith(ENCRYPTED):
        hint = "open it and save it as .xlsx without a password"
        raise OpenbaarError(
            Problem(Place(path), "needs a password, or is a workbook of before 2007", hint)
        )
    check_archive(data, path, "a workbook")


def check_archive(data: bytes, path: str, kind: str) -> None:
    """Refuse a zip of XML, such as `a workbook`, that cannot be read safely.

    Raises OpenbaarError when the bytes are none, need a password, or unpack to very much.
    """
    place = Place(path)
    if data.startswith(ENCRYPTED):
        raise OpenbaarError(Problem(place, "needs a password", "save it without one"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                raise OpenbaarError(Problem(place, "needs a password", "save it without one"))
            _check_size(archive, place)
    except BROKEN_ZIP as error:
        raise OpenbaarError(Problem(place, f"cannot be read as {kind}: {error}")) from error


def _check_size(archive: zipfile.ZipFile, place: Place) -> None:
    """Unpack everything piece by piece: the sizes that a zip states may be lies."""
    unpacked = 0
    for entry in archive.infolist():
        entry.file_size = MAX_UNPACKED + 2 * CHUNK  # where zipfile would stop
        for chunk in _chunks(archive, entry):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED:
                raise OpenbaarError(Problem(place, f"unpacks to more than {MAX_UNPACKED} bytes"))


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def column_number(letters: bytes) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def check_cells(rows: int, columns: int, place: Place) -> None:
    """Raises OpenbaarError when a sheet of so many rows and columns has too many cells."""
    if rows * columns > MAX_CELLS:
        message = (
            f"has a sheet of {rows} rows and {columns} columns; at most {MAX_CELLS} cells are read"
        )
        raise OpenbaarError(
            Problem(place, message, "look for a stray cell far below or beside the table")
        )
