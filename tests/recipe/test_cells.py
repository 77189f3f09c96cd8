"""Cells are read at once where each means one thing, as walking through the text reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaar.documents.lines import SEPARATOR
from openbaar.recipe import templates
from openbaar.recipe.codes import CodeList
from openbaar.recipe.language import Recipe
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.row_keys import ReadCell
from openbaar.recipe.templates import Attempt, attempt
from openbaar.recipe.values import Reader, field_reader, field_readers, parse_date
from openbaar.schema.model import Schema, SchemaField

RECIPE = Recipe.model_validate(
    {
        "rows": "{a} | {b} | {c}",
        "cells": {
            "a": {"blank": {"": "unknown", "-": "none"}},
            "b": {"marks": ["*", "1"], "blank": {"-": "none"}},
            "c": {"pattern": "[a-z ]+", "blank": {" ": "unknown"}},
        },
    }
)
TYPES = {"a": "integer", "b": "integer", "c": "string"}
CELLS = ["", "1", "12", "21", "7*", "-", "x", "a b", "*", "1 000", "▯3"]


def readers() -> dict[str, Reader]:
    text = {"en": "x"}
    fields = [
        {"name": name, "type": kind, "title": text, "description": text}
        for name, kind in TYPES.items()
    ]
    schema = Schema.model_validate({"fields": fields, "primaryKey": ["a"]})
    return field_readers(schema, RECIPE, NumberFormat(thousands="", decimal="."), {}, in_cells=True)


def walked(template: str, text: str) -> Attempt:
    """The readings of a text that is walked through."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(templates, "_by_cells", lambda *_: [])
        return attempt(template, text, readers())


@given(st.lists(st.sampled_from(CELLS), min_size=2, max_size=4), st.sampled_from(["", " "]))
def test_cells_are_read_as_by_walking_through_them(cells: list[str], around: str) -> None:
    template = SEPARATOR.join(["{a}", "{b}", "{c}"])
    text = around + SEPARATOR.join(cells) + around
    found, expected = attempt(template, text, readers()), walked(template, text)
    assert found.readings == expected.readings
    if not found.readings:
        assert found == expected


def test_cells_that_mean_one_thing_are_not_walked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_Matcher", None)
    found = attempt("{a}" + SEPARATOR + "{c}", f"12{SEPARATOR}a b", readers())
    assert [(slot.name, slot.parsed.value) for slot in found.readings[0]] == [
        ("a", 12),
        ("c", "a b"),
    ]


LIST = CodeList("places", {"Gent": "gent", "(*)onbekend": "unknown", "Oost-Vlaanderen": "east"})
FORMATS = [
    NumberFormat(thousands=".", decimal=","),
    NumberFormat(thousands=" ", decimal="."),
    NumberFormat(minus="–", is_sign_apart=True),
]
PIECES = [
    "1",
    "234",
    ".",
    ",5",
    " ",
    "-",
    "–",
    "€",
    "*",
    "(1)",
    "%",
    "Gent",
    "onbekend",
    "(*)",
    "▯",
]


@st.composite
def bounded_readers(draw: st.DrawFn) -> Reader:
    """A reader of numbers, years or labels, with marks and signs or without."""
    text = {"en": "x"}
    kind = draw(st.sampled_from(["integer", "number", "year", "string"]))
    column = SchemaField.model_validate(
        {"name": "a", "type": kind, "title": text, "description": text}
    )
    said: dict[str, object] = {"marks": draw(st.sampled_from([[], ["*"], ["(1)", "1"]]))}
    if kind in ("integer", "number"):
        said["sign"] = draw(st.sampled_from([[], ["€"], ["%"]]))
    codes = LIST if kind == "string" else None
    return field_reader(
        column, ReadCell.model_validate(said), draw(st.sampled_from(FORMATS)), codes
    )


@given(bounded_readers(), st.lists(st.sampled_from(PIECES), max_size=8), st.integers(0, 3))
def test_no_cell_ends_behind_where_its_reader_says(
    reader: Reader, pieces: list[str], start: int
) -> None:
    text = "".join(pieces)
    latest = reader.latest_end(text, start)
    for end in range(latest + 1, len(text) + 1):
        assert reader.readings(text[start:end]) == ()


def test_a_number_ends_before_the_next_word() -> None:
    column = SchemaField.model_validate(
        {"name": "n", "type": "integer", "title": {"en": "x"}, "description": {"en": "x"}}
    )
    reader = field_reader(column, ReadCell(), FORMATS[0], None)
    assert reader.latest_end("8.271 64.937 Groep B", 0) == 5
    assert reader.latest_end("8.271 64.937 Groep B", 6) == 12


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("19 januari 2026", "%d %B %Y", "2026-01-19"),
        ("19 jan. 2026", "%d %B %Y", "2026-01-19"),
        ("MAART 2020", "%B %Y", "2020-03-01"),
        ("1 maart 2020", "%B %d %Y", None),  # no day is taken for a month
        ("3 2020", "%B %Y", None),
        ("31/02/2020", "%d/%m/%Y", None),
    ],
)
def test_a_day_is_read_in_its_form_alone(text: str, form: str, day: str | None) -> None:
    if day is not None:
        assert parse_date(text, form, "nl") == day
        return
    with pytest.raises(ValueError, match=f"'{text}' is not a date in the form '{form}'"):
        parse_date(text, form, "nl")
