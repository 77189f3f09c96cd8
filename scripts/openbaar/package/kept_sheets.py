"""Sheets of an earlier workbook that are taken again, where what they are made of did not change.

Writing the cells of a sheet takes nearly all the time that a workbook takes. So publishing records
what each sheet of the workbook was made of. A sheet that is taken again has the same bytes as one
that is written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from xlsxwriter.worksheet import Worksheet

from openbaar import placing
from openbaar.files import sha256_of
from openbaar.toolkit import made_with, toolkit_hash

RECORD = f"{placing.CACHE}/sheets.json"


class KeptSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A sheet whose XML is known; `read` gives it when the workbook is put together."""

    read: Callable[[], bytes]

    def _assemble_xml_file(self) -> None:
        """Write the XML where XlsxWriter would write that of the cells."""
        self.fh.write(self.read().decode("utf-8"))
        self._xml_close()


@dataclass(frozen=True)
class KeptSheets:
    """The sheets of a workbook: by a hash of what each was made of, its name in the file."""

    names: Mapping[str, str] = field(default_factory=dict)
    archive: ZipFile | None = None

    def reader(self, made_of: str) -> Callable[[], bytes] | None:
        """What reads the XML of the sheet that was made of this; None where there is none."""
        if self.archive is None or made_of not in self.names:
            return None
        return partial(self.archive.read, self.names[made_of])


def hash_of(*said: Any) -> str:
    """A hash of what a sheet is made of, of this toolkit and its libraries. Of plain data alone."""
    made_of = repr((toolkit_hash(), made_with(), said))
    return hashlib.sha256(made_of.encode("utf-8")).hexdigest()


@contextmanager
def earlier_sheets(root: Path) -> Iterator[KeptSheets]:
    """The sheets of the workbook that was last published in `root`, if nobody changed it."""
    try:
        record = json.loads((root / RECORD).read_bytes())
        workbook = root / record["workbook"]
        is_same = sha256_of(workbook) == record["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        is_same = False
    if not is_same:
        yield KeptSheets()
        return
    with ZipFile(workbook) as archive:
        yield KeptSheets(record["sheets"], archive)


def record_of_sheets(workbook: str, sha256: str, names: Mapping[str, str]) -> bytes:
    """The record of a workbook, given by its name in the publication, and of its sheets."""
    record = {"workbook": workbook, "sha256": sha256, "sheets": dict(names)}
    return json.dumps(record, indent=0).encode()
