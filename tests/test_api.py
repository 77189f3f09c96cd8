"""The Python API: a publication as one object."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import openbaar
from openbaar.errors import OpenbaarError


def test_the_rows_of_a_table_are_typed_by_its_schema(hand_made: Path) -> None:
    project = openbaar.open(hand_made)
    first = project.rows("municipalities")[0]
    assert {type(first["year"]), type(first["number"])} <= {int, Decimal}
    assert project.tables[-4:] == ["provenance", "reconciliation", "footnotes", "anomalies"]


def test_what_is_wrong_is_a_list_of_problems_with_places(hand_made: Path) -> None:
    (hand_made / "tables" / "regions.csv").write_text("code\n", "utf-8")
    problems = openbaar.open(hand_made).check()
    assert [(problem.place.file, problem.place.first_line) for problem in problems] == [
        ("tables/regions.csv", 1)
    ]


def test_mistakes_in_authored_files_are_problems_too(hand_made: Path) -> None:
    file = hand_made / "tables" / "regions.yaml"
    file.write_text(file.read_text("utf-8").replace("title:", "titel:", 1), "utf-8")
    messages = [problem.message for problem in openbaar.open(hand_made).check()]
    assert "the key 'titel' is not known" in messages


def test_a_folder_without_a_publication_is_an_error_of_the_toolkit(tmp_path: Path) -> None:
    with pytest.raises(OpenbaarError, match=r"tables/package\.yaml"):
        openbaar.open(tmp_path).convert()


def test_the_module_has_no_other_lazy_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'close'"):
        openbaar.close  # noqa: B018
