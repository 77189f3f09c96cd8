"""How much is taken of what others hand us: one list, each limit with its reason.

A limit stops what would take minutes or gigabytes, long after what any honest file needs. Whoever
has a larger honest file raises it for a run: `OPENBAAR_LIMIT_DOCUMENT_BYTES=200000000`.
`docs/incoming.md` shows the list, and a test holds it to this one. The limits on visitors of the
site are those of `site/requests/limits.py`.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass

from openbaar.errors import OpenbaarError, Place, Problem

CSV_MODULE = 131_072  # characters of a cell, unless the csv module is told otherwise
PREFIX = "OPENBAAR_LIMIT_"  # of the environment variables that set limits


@dataclass(frozen=True)
class Limit:
    """A limit: its name, the most that is taken, of what, and why not more."""

    name: str
    most: int
    of: str
    why: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


LIMITS = (
    Limit(
        "authored_bytes",
        1_000_000,
        "bytes of an authored YAML file or of a `datapackage.json`",
        "a person writes a tenth of it, and YAML is read at a megabyte in some seconds",
    ),
    Limit(
        "site_metadata_bytes",
        50_000_000,
        "bytes of the `metadata.yml` of a site",
        "it is read whenever a site starts; 2,000 tables take 2 MB",
    ),
    Limit(
        "nesting",
        50,
        "lists and mappings inside each other in YAML or JSON",
        "readers call themselves for each, and end in a crash at about a thousand",
    ),
    Limit(
        "document_bytes",
        50_000_000,
        "bytes of a document",
        "it is held in memory as a whole, several times over",
    ),
    Limit(
        "unpacked_bytes",
        300_000_000,
        "bytes that a workbook, a Word document or the zip of a package unpacks to",
        "1 MB of zip can hold 1 GB",
    ),
    Limit(
        "packed_ratio",
        200,
        "times that a file of more than 1 MB in the zip of a package grows when it is unpacked",
        "text grows ten to fifty times; only what was made to do harm grows a thousand times",
    ),
    Limit(
        "package_files",
        1000,
        "files in the zip of a package",
        "each takes a step, however small it is",
    ),
    Limit(
        "tables",
        200,
        "tables of a package",
        "the site and the workbook list each",
    ),
    Limit(
        "table_bytes",
        200_000_000,
        "bytes of the CSV file of a table that is not read piece by piece",
        "it may be held in memory as a whole, as text and as values",
    ),
    Limit(
        "cell_characters",
        100_000,
        "characters of a cell",
        "a quote that is not closed would make a file one cell; 200 MB of that took 1.2 GB",
    ),
    Limit(
        "number_digits",
        15,
        "digits of a decimal number",
        "SQLite and spreadsheets hold 15 exactly and would round the others",
    ),
    Limit(
        "csv_problems",
        1000,
        "problems of a CSV file that are told",
        "nobody reads more before mending the first",
    ),
    Limit(
        "query_steps",
        2_000_000_000,
        "steps of SQLite in a query of an author while a site is built",
        "that is about a minute; a query that never ends would never let `publish` end",
    ),
    Limit(
        "sheet_cells",
        2_000_000,
        "cells of a sheet, or of the tables of a saved page or Word document",
        "two cells in far corners of a sheet make a grid that no memory holds",
    ),
    Limit(
        "pdf_pages",
        2000,
        "pages of a PDF",
        "the layout of a page takes up to a second",
    ),
    Limit(
        "pdf_page_bytes",
        300_000,
        "bytes of text on a page of a PDF",
        "a page of print holds 6,000 of them; the layout of 600,000 takes a minute and a gigabyte",
    ),
)


def most(name: str) -> int:
    """The limit called `name`: that of the environment, or else of the list.

    Raises OpenbaarError where the environment gives no whole number above 0.
    """
    (limit,) = [each for each in LIMITS if each.name == name]
    given = os.environ.get(limit.variable)
    if given is None:
        return limit.most
    if not given.isascii() or not given.isdigit() or int(given) == 0:
        message = f"is {given!r}; it should be a whole number above 0"
        raise OpenbaarError(Problem(Place(limit.variable), message))
    return int(given)


def let_cells_be_long() -> None:
    """Set the limit of the csv module above that of a cell, so that the longest one can be read.

    It goes for the whole process, and other libraries set it too: ask for it before reading.
    """
    csv.field_size_limit(max(CSV_MODULE, most("cell_characters") + 1))
