"""Sheets of earlier workbooks that are taken again, where what they are made of did not change.

Writing the cells of a sheet takes nearly all the time that a workbook takes. So publishing records
what each sheet of each workbook was made of. A sheet that is taken again has the same bytes as one
that is written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
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


@dataclass(frozen=True)
class WorkbookRecord:
    """What is recorded of a workbook, given by its name in the publication, and of its sheets."""

    language: str
    workbook: str
    sha256: str
    sheets: Mapping[str, str]


@contextmanager
def earlier_sheets(root: Path) -> Iterator[Mapping[str, KeptSheets]]:
    """The sheets of the workbooks that were last published in `root`, by language.

    Without those of workbooks that somebody changed.
    """
    found: dict[str, KeptSheets] = {}
    with ExitStack() as opened:
        for record in _records(root):
            workbook = root / record.workbook
            if workbook.is_file() and sha256_of(workbook) == record.sha256:
                archive = opened.enter_context(ZipFile(workbook))
                found[record.language] = KeptSheets(record.sheets, archive)
        yield found


def _records(root: Path) -> list[WorkbookRecord]:
    """What is recorded of workbooks; nothing where there is no such record."""
    try:
        return [WorkbookRecord(**each) for each in json.loads((root / RECORD).read_bytes())]
    except (OSError, ValueError, TypeError):
        return []


def record_of_sheets(workbooks: Sequence[WorkbookRecord]) -> bytes:
    """The records of all workbooks, as they are kept."""
    return json.dumps([asdict(each) for each in workbooks], indent=0).encode()
