"""A document that prints a table gives that table back: values, totals and places.

The tables and their print are made up by hypothesis. A few examples of each style run always;
`OPENBAAR_EXAMPLES=1000` asks for as many of each.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from generated.printing import PRINTERS, Printed
from generated.publication import Rows, converted, write_publication
from generated.recipes import columns, expected_rows, expected_totals, table_files
from generated.tables import STYLES, Look, Made, looks, may_be_glued, tables
from openbaar.errors import OpenbaarError

EXAMPLES = int(os.environ.get("OPENBAAR_EXAMPLES", "6"))


def convert(made: Made, look: Look, printed: Printed) -> dict[str, Rows]:
    """What the document that prints `made` so converts to, by the recipe of its shape."""
    folder = Path(tempfile.mkdtemp(prefix="openbaar-generated-"))
    try:
        files = table_files(made, look)
        write_publication(folder, {f"d.{printed.ending}": printed.data}, files, entry=printed.entry)
        return converted(folder)
    finally:
        shutil.rmtree(folder)


def read_rows(made: Made, found: Rows) -> list[tuple[Any, ...]]:
    """The rows as converted, in the form of `expected_rows`."""
    measures = ["n"] if made.headings else columns(made)
    return [
        tuple(
            (Decimal(cell) if cell else None) if name in measures else cell
            for name, cell in row.items()
            if name != "source_lines"
        )
        for row in found
    ]


def may_be_ambiguous(made: Made, look: Look) -> bool:
    """Whether no reader could tell some numbers apart.

    A space separates them and thousands too, or a year is glued to one without a thousands sign.
    """
    glued = look.style == "pdf word" and not may_be_glued(made, look)
    return glued or (
        look.thousands == " " and made.width > 1 and not look.is_grid and look.style != "cells"
    )


def squeezed(text: str) -> str:
    """The text without white space, which lines part anywhere."""
    return "".join(text.split())


def misplaced(printed: Printed, provenance: Rows) -> Rows:
    """The cells whose text is not on the lines that they name, where the document is a text."""
    lines = printed.data.decode().split("\n") if printed.ending == "txt" else []
    return [
        row
        for row in provenance
        if lines and row["how"] != "derived"
        and squeezed(row["printed"]) not in squeezed("".join(lines[int(row["first_line"]) - 1 : int(row["last_line"])]))
    ]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_printed_table_is_read_back(style: str, data: st.DataObject) -> None:
    made = data.draw(tables())
    look = data.draw(looks(made, style))
    printed = PRINTERS[style](made, look)
    try:
        found = convert(made, look, printed)
    except OpenbaarError as error:
        if not may_be_ambiguous(made, look) or not all(
            "can be read in" in each.message for each in error.problems
        ):
            raise
        event("refused, with the readings listed")
        return
    event("read")
    assert read_rows(made, found["t"]) == expected_rows(made)
    totals = [row["verdict"] for row in found["reconciliation"] if row["kind"] == "stated_total"]
    assert totals == ["equal"] * expected_totals(made)
    assert misplaced(printed, found["provenance"]) == []
