"""Columns by position: words between borders become cells, and blanks stay blank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaar.documents.lines import Line, Word
from openbaar.documents.text import read_text
from openbaar.recipe.columns import Cut, gaps, split_at
from openbaar.recipe.language import Recipe
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import make_units

LAYOUT = """\
Gemeente            mannen   vrouwen
Gent                 1 234        56
Sint-Niklaas                     789
De Panne                12
"""


def lines(text: str) -> tuple[Line, ...]:
    return read_text(text.encode(), "sources/d.txt", None).lines


def shown(text: str, **how: object) -> list[str]:
    units = make_units(lines(text), Units.model_validate(how))
    return [unit.text.replace("␟", " | ") for unit in units]


def test_a_blank_cell_stays_blank_between_borders() -> None:
    assert shown(LAYOUT, columns=[18, 27]) == [
        "Gemeente | mannen | vrouwen",
        "Gent | 1 234 | 56",
        "Sint-Niklaas |  | 789",
        "De Panne | 12 | ",
    ]


def test_gaps_that_run_down_through_all_lines_part_columns() -> None:
    assert shown(LAYOUT, columns="gaps") == shown(LAYOUT, columns=[18, 27])
    assert gaps(lines("Titel van de tabel\n" + LAYOUT)) == gaps(lines(LAYOUT))


def test_lines_below_each_other_in_a_cell_are_one_row_and_keep_their_lines() -> None:
    text = (
        "Algemene            12   een\ncompetenties             twee\nTalen               13   drie"
    )
    units = make_units(lines(text), Units.model_validate({"columns": [19, 23], "starts": r"\d \|"}))
    assert [unit.text for unit in units] == ["Algemene competenties␟12␟een twee", "Talen␟13␟drie"]
    first = units[0]
    assert [first.lines(), first.lines(0, 8), first.lines(9, 21), first.lines(22, 24)] == [
        (1, 2), (1, 1), (2, 2), (1, 1),
    ]  # fmt: skip


def test_a_border_through_a_word_is_named_and_a_label_alone_may_be_long() -> None:
    (unit,) = make_units(lines("Gent-Noord   12"), Units(columns=(5.0, 11.0)))
    assert unit.cut == Cut("Gent-Noord", 5.0)
    (alone,) = make_units(lines("Provincie West-Vlaanderen"), Units(columns=(5.0, 11.0)))
    assert (alone.text, alone.cut) == ("Provincie West-Vlaanderen␟␟", None)


def test_a_word_that_is_nearly_all_in_one_column_belongs_there() -> None:
    centred = "Gent     12345\nAalst     123\nSint-Niklaas  5"
    assert shown(centred, columns=[10]) == ["Gent | 12345", "Aalst | 123", "Sint-Niklaas | 5"]
    (unit,) = make_units(lines(centred), Units(columns=(12.0,)))[:1]
    assert unit.cut == Cut("12345", 12.0)


def test_dots_that_lead_to_a_figure_are_no_words() -> None:
    assert shown("Gent .......  12\nAalst......    7", columns=[12]) == ["Gent | 12", "Aalst | 7"]


def test_borders_may_differ_from_page_to_page() -> None:
    text = "Gent     12\n\fGent                12"
    assert shown(text, columns={1: [7], "2": [15]}) == ["Gent | 12", "Gent | 12"]


def test_words_of_a_page_fall_between_borders_in_points() -> None:
    words = (Word("West-", 50, 75), Word("Vlaanderen", 77.5, 121.2), Word("12", 180, 190))
    line = Line(1, "West- Vlaanderen   12", 3, 1, words=words)
    assert split_at(line, (120.0, 160.0)).texts == ("West- Vlaanderen", "", "12")
    assert split_at(line, (100.0, 160.0)).cut == Cut("Vlaanderen", 100.0)


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ({"columns": [5, 3]}, "should go from left to right"),
        ({"columns": []}, "should be 'gaps', or a list of numbers"),
        ({"columns": "wide"}, "should be 'gaps', or a list of numbers"),
        ({"columns": [5], "split": ","}, "give 'block', 'line'"),
        ({"columns": {1: [True]}}, "should be 'gaps', or a list of numbers"),
    ],
)
def test_borders_that_cannot_be_meant_are_refused(by: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recipe.model_validate({"by": by, "rows": "{a} | {b}"})


cell = st.text(alphabet="abc123", max_size=6)


@given(st.lists(st.tuples(cell, cell, cell).filter(any), min_size=1, max_size=8))
def test_any_cells_laid_out_in_columns_are_read_back(rows: list[tuple[str, str, str]]) -> None:
    text = "\n".join(f"{one:<8}{two:>8}  {three:<8}" for one, two, three in rows)
    units = make_units(lines(text), Units(columns=(7.0, 17.0)))
    assert [tuple(unit.text.split("␟")) for unit in units] == rows
