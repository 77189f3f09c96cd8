"""What all published packages have in common: trust tables, the form of a version, "unknown".

Both halves of the toolkit and the running site need these, so this module imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

DESCRIPTOR = "datapackage.json"  # the file that describes a data package
# Where each cell comes from, whether the totals add up, and what to know before using the figures.
TRUST_TABLES = ("provenance", "reconciliation", "footnotes", "anomalies")
COUNTS = "_counts_"  # before the name of a table: that of the table with its counts
ANSWERS = "_answers_"  # before the name of a question: that of the table with its result
TEXTS = "_texts_"  # before the name of a table: that of the texts in which its rows are searched
FOUND = "_found_"  # before the name of a table: that of the table with how many rows say each text
TEXT = "_text"  # its column with the number of the text
COUNTED_ROWS = "_rows"  # its column with how many rows there are
ROW_NUMBER = "rowid"  # a column that SQLite gives every table: the order of its rows
STATUS = "status"  # the column that says how a row is to be read, or why its figure is blank
NORMAL = "normal"  # the status of a row whose value is as it is printed
UNKNOWN = "unknown"  # what is said of a document where nothing is known
NOT_SPECIFIED = "notspecified"  # the name of a licence that is unknown, in data packages and CKAN
DAYS = ("date", "yearmonth")  # types of columns that pages tell in words and files in digits
VERSION = r"\d+\.\d+\.\d+"  # a regular expression: major.minor.patch of https://semver.org
# Another one for a number as documents print it: 568.694, 1 202, also with a narrow space, 12'000.
GROUPED_NUMBER = "[0-9]{1,3}(?:[.,'’ \u00a0\u2009\u202f][0-9]{3})+"

_YEAR_AND_NEXT = re.compile(r"(\d{4}) ?[-–/] ?(\d{2}|\d{4})")


def is_school_year(text: str) -> bool:
    """Whether a text is a year and the next one, as schools have: `2022-2023`, `2022/23`."""
    found = _YEAR_AND_NEXT.fullmatch(text)
    if found is None:
        return False
    following = str(int(found[1]) + 1)
    return found[2] in (following, following[-2:])


def workbook_endings(languages: Sequence[str]) -> dict[str, str]:
    """How the name of the workbook in each language ends: `.xlsx` in the first, then `.en.xlsx`."""
    endings = {language: f".{language}.xlsx" for language in languages}
    endings[languages[0]] = ".xlsx"
    return endings
