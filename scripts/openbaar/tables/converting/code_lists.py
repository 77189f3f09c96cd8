"""Code lists: authored tables whose rows say how a document prints a code."""

from __future__ import annotations

from collections.abc import Iterable

from openbaar.errors import OpenbaarError, Problem
from openbaar.recipe.codes import CodeList
from openbaar.recipe.row_keys import template_fields
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.values import Value
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication


def code_list(publication: Publication, table: Table, column: str, rows: Rows) -> CodeList:
    """The code list that the rows of `table` make, the codes being those of `column`.

    A code is printed in the first form of `printed_as` whose columns are all filled: with
    `['({printed_code}) {label}', '{label}']` as "(01) Antwerpen", or as "onbekend" where there is
    no number. Raises OpenbaarError when two codes are printed alike.
    """
    codes: dict[str, Value] = {}
    problems = []
    for row in rows:
        printed = "".join(_printed(table.printed_as, row).split())
        code = row[column]
        if printed in codes:
            message = f"the codes '{codes[printed]}' and '{code}' are both printed as '{printed}'"
            problems.append(Problem(publication.place(table.name, "printed_as"), message))
        codes[printed] = code
    if problems:
        raise OpenbaarError(problems)
    return CodeList(table.name, codes)


def _printed(forms: Iterable[str], row: Row) -> str:
    """How a code is printed: the first form whose columns are all filled; nothing where none is."""
    for form in forms:
        if all(row.get(name) is not None for name in template_fields(form)):
            return form.format_map(dict(row))
    return ""
