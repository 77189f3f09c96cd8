"""Code lists: the labels that a document prints, and the codes that stand for them in the data."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping

from openbaar.errors import OpenbaarError, Problem
from openbaar.recipe.codes import CodeList
from openbaar.schema.csvfile import Value
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication


def code_list(
    publication: Publication, table: Table, column: str, rows: Iterable[Mapping[str, Value]]
) -> CodeList:
    """The code list that the rows of `table` make, the codes being those of `column`.

    A code is printed in the first form of `printed_as` whose columns are all filled: with
    `['({printed_code}) {label}', '{label}']` as "(01) Antwerpen", or as "onbekend" where there is no number.
    Raises OpenbaarError when two codes are printed alike.
    """
    codes: dict[str, Value] = {}
    problems = []
    for row in rows:
        printed = "".join(_printed(table.printed_as, row).split())
        if printed in codes:
            message = (
                f"the codes '{codes[printed]}' and '{row[column]}' are both printed as '{printed}'"
            )
            problems.append(Problem(publication.place(table.name, "printed_as"), message))
        codes[printed] = row[column]
    if problems:
        raise OpenbaarError(problems)
    return CodeList(table.name, codes)


def _printed(forms: Iterable[str], row: Mapping[str, Value]) -> str:
    for form in forms:
        names = [name for _, name, _, _ in string.Formatter().parse(form) if name]
        if all(row.get(name) is not None for name in names):
            return form.format_map(row)
    return ""
