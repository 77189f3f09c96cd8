"""Cells are read at once where each means one thing, as walking through the text reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaar.documents.lines import SEPARATOR
from openbaar.recipe import templates
from openbaar.recipe.language import Recipe
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.templates import Attempt, attempt
from openbaar.recipe.values import Reader, field_readers
from openbaar.schema.model import Schema

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
