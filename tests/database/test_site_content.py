"""The hidden tables of the database, from which the site is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from databases import PARAMETER, built, found, with_sql


def content(database: Path, name: str) -> Any:
    """A part of what the site knows."""
    ((text,),) = found(database, f"SELECT content FROM _site WHERE name = '{name}'")
    return json.loads(text)


def test_the_database_has_its_own_description(hand_made: Path) -> None:
    assert content(built(hand_made), "descriptor")["name"] == "municipalities"


def test_the_database_has_the_lines_of_its_documents(hand_made: Path) -> None:
    text = (hand_made / "sources" / "municipalities.txt").read_text("utf-8")
    sql = "SELECT document, page, line, position, text FROM _lines ORDER BY position"
    assert found(built(hand_made), sql) == [
        ("sources/municipalities.txt", "", number, number, line)
        for number, line in enumerate(text.split("\n"), 1)
    ]


def test_a_document_that_is_not_there_leaves_no_lines(hand_made: Path) -> None:
    (hand_made / "sources" / "municipalities.txt").unlink()
    assert found(built(hand_made), "SELECT * FROM _lines") == []


def test_codes_have_the_names_that_their_list_gives_them(hand_made: Path) -> None:
    labels = content(built(hand_made), "labels")
    assert {name: names for name, names in labels.items() if "." not in name} == {
        "regions": {
            "belgium": {"nl": "België"},
            "flanders": {"nl": "Vlaanderen, het Vlaamse Gewest"},
            "brussels": {"nl": "Brussels Hoofdstedelijk Gewest"},
            "wallonia": {"nl": "Wallonië"},
        },
        "statuses": {
            "cannot_exist": {"nl": "kan niet bestaan"},
            "not_given": {"nl": "niet gegeven"},
        },
    }


def test_a_column_names_the_values_of_its_enum_itself(hand_made: Path) -> None:
    labels = content(built(hand_made), "labels")
    assert labels["reconciliation.verdict"]["equal"] == {"nl": "klopt", "en": "adds up"}


def test_a_query_knows_its_columns_and_what_to_choose_from(hand_made: Path) -> None:
    queries = content(built(hand_made, PARAMETER), "queries")
    assert queries["per_year"].pop("sql").startswith("SELECT year, sum(number)")
    assert queries == {
        "per_year": {
            "title": {
                "nl": "Hoeveel gemeenten telde België?",
                "en": "How many municipalities did Belgium have?",
            },
            "description": {},
            "answer": {},
            "color": None,
            "columns": {"year": {"table": "municipalities"}, "number": {"table": "municipalities"}},
            "lead": [],
            "measures": 0,
            "tables": ["municipalities"],
            "parameters": {
                "year": {
                    "title": {"nl": "Jaar", "en": "Year"},
                    "choices": [[year, {"nl": year}] for year in ("1961", "2019", "2025")],
                }
            },
        }
    }


def test_a_column_that_a_query_describes_itself_keeps_that_description(hand_made: Path) -> None:
    described = {"title": {"nl": "Som", "en": "Sum"}, "description": {"nl": "x", "en": "x"}}
    database = built(hand_made, f"    columns: {json.dumps({'number': described})}\n")
    columns = content(database, "queries")["per_year"]["columns"]
    assert columns == {"year": {"table": "municipalities"}, "number": described}


def choices(root: Path, choices: str) -> Any:
    """What to choose from for the parameter of the query."""
    parameter = f"{{title: {{nl: Jaar, en: Year}}{choices}}}"
    database = built(root, f"    parameters: {{year: {parameter}}}\n")
    return content(database, "queries")["per_year"]["parameters"]["year"]["choices"]


@pytest.mark.parametrize("column", ["regions", "regions.code", "municipalities.region"])
def test_the_codes_of_a_list_are_chosen_in_the_order_of_their_table(
    hand_made: Path, column: str
) -> None:
    listed = choices(hand_made, f", choices: {column}")
    assert [code for code, _ in listed] == ["belgium", "flanders", "brussels", "wallonia"]


@pytest.mark.parametrize("column", ["regions", "municipalities.region"])
def test_codes_are_chosen_by_their_names(hand_made: Path, column: str) -> None:
    assert ["wallonia", {"nl": "Wallonië"}] in choices(hand_made, f", choices: {column}")


def test_names_of_tables_are_chosen_by_their_titles(hand_made: Path) -> None:
    listed = choices(hand_made, ", choices: provenance.table_name")
    assert ["mergers", {"nl": "Fusies", "en": "Mergers"}] in listed


def test_a_day_to_choose_is_called_as_each_language_writes_it(hand_made: Path) -> None:
    words = {"nl": "1 januari 2019", "en": "January 1, 2019"}
    assert ["2019-01-01", words] in choices(hand_made, ", choices: mergers.date")


def test_without_choices_a_visitor_types_a_value(hand_made: Path) -> None:
    assert choices(hand_made, "") is None


def test_the_columns_of_a_query_that_fails_are_not_known(hand_made: Path) -> None:
    """The check that runs all queries reports it."""
    with_sql(hand_made, "SELECT nothing")
    assert content(built(hand_made), "queries")["per_year"]["columns"] == {}
