"""What is printed for a cell, found in the lines of its document."""

from __future__ import annotations

import pytest

from openbaar.site.source import concerns, highlighted

Cells = list[tuple[str, str]]


def marked(text: str, cells: Cells) -> str:
    """The text with each piece of a cell as [column:piece]; the lines are parted by line feeds."""
    lines = list(enumerate(text.split("\n"), start=1))
    known = [
        {"column_name": column, "printed": printed, "first_line": 1, "last_line": len(lines)}
        for column, printed in cells
    ]
    return "\n".join(
        "".join(
            f"[{piece.column}:{piece.text}]" if piece.column else piece.text for piece in pieces
        )
        for _, pieces in highlighted(lines, known)
    )


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("2020 vrouw 91.493", [("n", "91.493")], "2020 vrouw [n:91.493]"),
        ("1 1 5.687", [("quarter", "1"), ("y2022", "1")], "[quarter:1] [y2022:1] 5.687"),
        ("47.9952023 (**)", [("n", "47.995"), ("year", "2023")], "[n:47.995][year:2023] (**)"),
        ("1.493 493", [("n", "493")], "1.493 [n:493]"),
        ("(07) Buiten \nBrussel", [("p", "(07) Buiten Brussel")], "[p:(07) Buiten ]\n[p:Brussel]"),
        (
            "arbeidsmarktco\nmpetenties 3",
            [("c", "arbeidsmarktcompetenties")],
            "[c:arbeidsmarktco]\n[c:mpetenties] 3",
        ),
        ("HOUT  113", [("blank", ""), ("lost", "114")], "HOUT  113"),
        ("2020 | 12", [("n", "12")], "2020 | [n:12]"),
        ("a.b a+b", [("x", "a+b")], "a.b [x:a+b]"),
        ("", [("x", "1")], ""),
    ],
)
def test_what_is_printed_for_a_cell_is_marked(text: str, cells: Cells, expected: str) -> None:
    assert marked(text, cells) == expected


def test_a_cell_is_looked_for_in_its_own_lines_only() -> None:
    cell = {"column_name": "n", "printed": "7", "first_line": 2, "last_line": 2}
    pieces = highlighted([(1, "7"), (2, "7")], [cell])
    assert [[piece.column for piece in of_line] for _, of_line in pieces] == [[""], ["n"]]


def test_the_same_printed_text_is_marked_for_as_many_cells_as_there_are_places() -> None:
    assert marked("5 5", [("a", "5"), ("b", "5"), ("c", "5")]) == "[a:5] [b:5]"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('{"year": "2023", "quarter": "1"}', True),
        ('{"year": "2023"}', True),
        ('{"year": "2022"}', False),
        ('{"colour": "red"}', False),
        ('{"name": "red, or blue"}', True),
        ("", False),
        (None, False),
    ],
)
def test_a_remark_is_about_the_rows_that_it_names(rows: str | None, expected: bool) -> None:
    row = {"year": 2023, "quarter": 1, "name": "red, or blue"}
    assert concerns(rows, row) is expected
