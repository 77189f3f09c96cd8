"""What is printed for a cell, found in the lines of its document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaar.site.routes.highlighting import highlighted

Cells = list[tuple[str, str]]


def marked(text: str, cells: Cells) -> str:
    """The text, lines separated by line feeds, with each piece of a cell as [column:piece]."""
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
    assert [[piece.column for piece in of_line] for _, of_line in pieces] == [[None], ["n"]]


def test_the_same_printed_text_is_marked_for_as_many_cells_as_there_are_places() -> None:
    assert marked("5 5", [("a", "5"), ("b", "5"), ("c", "5")]) == "[a:5] [b:5]"


# Few different letters, so that texts are found often, at several places, and in each other.
texts = st.text(st.sampled_from("12. ,ab+"), max_size=12)
documents = st.lists(texts, max_size=4).map(lambda lines: list(enumerate(lines, start=1)))
numbers = st.integers(0, 5)


@st.composite
def cells(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cells with a column of their own each, in any lines."""
    printed = draw(st.lists(st.none() | texts, max_size=5))
    return [
        {
            "column_name": f"c{index}",
            "printed": each,
            "first_line": draw(numbers),
            "last_line": draw(numbers),
        }
        for index, each in enumerate(printed)
    ]


def letters(text: str) -> str:
    """A text without its white space."""
    return "".join(text.split())


@given(documents, cells())
def test_the_pieces_of_a_line_are_the_line(
    lines: list[tuple[int, str]], found: list[dict[str, Any]]
) -> None:
    """So each letter is in one piece, and no letter is marked for two columns."""
    for (number, text), (shown, pieces) in zip(lines, highlighted(lines, found), strict=True):
        assert (shown, "".join(piece.text for piece in pieces)) == (number, text)
        assert all(piece.text for piece in pieces)


@given(documents, cells())
def test_what_is_marked_for_a_column_is_what_is_printed_for_it_and_in_its_lines(
    lines: list[tuple[int, str]], found: list[dict[str, Any]]
) -> None:
    marks: dict[str | None, str] = {}
    places: dict[str | None, list[int]] = {}
    for number, pieces in highlighted(lines, found):
        for piece in pieces:
            marks[piece.column] = marks.get(piece.column, "") + piece.text
            places.setdefault(piece.column, []).append(number)
    for cell in found:
        column = cell["column_name"]
        if column in marks:
            assert letters(marks[column]) == letters(cell["printed"])
            assert cell["first_line"] <= min(places[column])
            assert max(places[column]) <= cell["last_line"]


@given(texts, texts.filter(letters), texts)
def test_a_text_that_is_printed_once_is_found(before: str, printed: str, after: str) -> None:
    line = before + printed + after
    cell = {"column_name": "c", "printed": printed, "first_line": 1, "last_line": 1}
    [(_, pieces)] = highlighted([(1, line)], [cell])
    assert [letters(piece.text) for piece in pieces if piece.column == "c"] == [letters(printed)]
