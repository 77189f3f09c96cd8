"""The hidden tables of the database, from which the site is shown, and what authors may write for them."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datasets import dataset_of
from openbaar.database.build import build_database
from openbaar.errors import OpenbaarError
from openbaar.package.descriptor import descriptor
from openbaar.tables.publication import Publication
from openbaar.tables.references import load_publication

QUERY = "  per_year:\n"


def rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds in a database."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def built(root: Path, extra: str = "", chart: str = "") -> Path:
    """The hand-made publication in `root`, built, with more about its query, and a chart of its table."""
    package, table = root / "tables" / "package.yaml", root / "tables" / "municipalities.yaml"
    package.write_text(package.read_text("utf-8").replace(QUERY, QUERY + extra), "utf-8")
    table.write_text(table.read_text("utf-8") + chart, "utf-8")
    publication = load_publication(root)
    dataset = dataset_of(publication)
    target = root / "build" / "municipalities.db"
    target.parent.mkdir(exist_ok=True)
    build_database(dataset, descriptor(dataset), target)
    return target


def content(database: Path, name: str) -> Any:
    """A part of what the site knows."""
    return json.loads(dict(rows(database, "SELECT name, content FROM _site"))[name])


def test_the_database_holds_its_own_description_and_the_lines_of_its_documents(
    hand_made: Path,
) -> None:
    database = built(hand_made)
    text = (hand_made / "sources" / "municipalities.txt").read_text("utf-8")
    lines = rows(
        database, "SELECT document, page, line, position, text FROM _lines ORDER BY position"
    )
    assert content(database, "descriptor")["name"] == "municipalities"
    assert lines == [
        ("sources/municipalities.txt", "", number, number, line)
        for number, line in enumerate(text.split("\n"), 1)
    ]


def test_codes_have_the_names_that_their_list_gives_them(hand_made: Path) -> None:
    assert content(built(hand_made), "labels") == {
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


def test_a_query_knows_its_columns_and_what_to_choose_from(hand_made: Path) -> None:
    extra = "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: municipalities.year}}\n"
    assert content(built(hand_made, extra), "queries") == {
        "per_year": {
            "title": {
                "nl": "Hoeveel gemeenten telde België?",
                "en": "How many municipalities did Belgium have?",
            },
            "description": {},
            "columns": {"year": {"table": "municipalities"}, "number": {"table": "municipalities"}},
            "parameters": {
                "year": {
                    "title": {"nl": "Jaar", "en": "Year"},
                    "choices": [[year, {"nl": year}] for year in ("1961", "2019", "2025")],
                }
            },
        }
    }


def test_a_code_list_is_chosen_from_by_its_names_and_without_choices_one_types(
    hand_made: Path,
) -> None:
    for choices, expected in (
        ("regions", "Wallonië"),
        ("municipalities.region", "Wallonië"),
        ("provenance.table_name", None),
    ):
        path = hand_made / "tables" / "package.yaml"
        before = path.read_text("utf-8")
        database = built(
            hand_made,
            f"    parameters: {{year: {{title: {{nl: Jaar, en: Year}}, choices: {choices}}}}}\n",
        )
        known = dict(content(database, "queries")["per_year"]["parameters"]["year"]["choices"])
        assert known.get("wallonia", {}).get("nl") == expected
        path.write_text(before, "utf-8")
    assert known["mergers"] == {"nl": "Fusies", "en": "Mergers"}
    database = built(hand_made, "    parameters: {year: {title: {nl: Jaar, en: Year}}}\n")
    assert content(database, "queries")["per_year"]["parameters"]["year"]["choices"] is None


def test_a_table_and_each_choice_of_a_query_have_a_chart_in_each_language(hand_made: Path) -> None:
    choices = (
        "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: municipalities.year}}\n"
    )
    extra = choices + "    chart: {x: year, y: number}\n"
    database = built(hand_made, extra, "chart: {x: number, y: region, color: year}\n")
    found = rows(database, "SELECT page, parameters, language FROM _charts ORDER BY 1, 2, 3")
    years = ['{"year": "1961"}', '{"year": "2019"}', '{"year": "2025"}', "{}"]
    assert found == [
        *(("municipalities", "{}", language) for language in ("en", "nl")),
        *(("per_year", given, language) for given in years for language in ("en", "nl")),
    ]


PROBLEMS = [
    (
        "    parameters: {yaer: {title: {nl: Jaar, en: Year}, choices: regoins}}\n",
        [
            ("parameters: {yaer", "the query has no parameter ':yaer'"),
            ("parameters: {yaer", "there is no table 'regoins'"),
        ],
    ),
    (
        "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: regions.cod}}\n",
        [("parameters: {year", "the table 'regions' has no column 'cod'")],
    ),
    (
        "    columns: {numbr: {title: {nl: Aantal, en: Number}}}\n",
        [("per_year:", "'columns' describes 'numbr', which the result does not have")],
    ),
    (
        "    chart: {x: year, y: nmber}\n",
        [
            ("chart: {x", "the result has no column 'nmber'"),
            ("chart: {x", "one of 'x' and 'y', and not both, should be a column with a 'unit'"),
        ],
    ),
]


@pytest.mark.parametrize(("extra", "expected"), PROBLEMS)
def test_what_does_not_fit_a_query_is_told_with_its_place(
    hand_made: Path, extra: str, expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(OpenbaarError) as raised:
        built(hand_made, extra)
    lines = (hand_made / "tables" / "package.yaml").read_text("utf-8").splitlines()
    found = [
        (lines[(problem.place.first_line or 0) - 1].strip()[: len(start)], problem.message)
        for problem, (start, _) in zip(raised.value.problems, expected, strict=True)
    ]
    assert found == expected


def test_a_column_that_neither_the_query_nor_a_table_describes_is_told(hand_made: Path) -> None:
    path = hand_made / "tables" / "package.yaml"
    path.write_text(
        path.read_text("utf-8").replace("sum(number) AS number", "sum(number) AS number, 1 AS one"),
        "utf-8",
    )
    with pytest.raises(
        OpenbaarError, match="the column 'one' of the result is neither in 'columns' nor in a table"
    ):
        built(hand_made, "    columns: {number: {title: {nl: Som, en: Sum}}}\n")


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        ("{x: year, y: numbr}", "the column 'numbr' is not there; did you mean 'number'?"),
        (
            "{x: year, y: region}",
            "one of 'x' and 'y', and not both, should be a column with a 'unit'",
        ),
        (
            "{x: share, y: number}",
            "one of 'x' and 'y', and not both, should be a column with a 'unit'",
        ),
        (
            "{x: year, y: [number, share]}",
            "one of 'x' and 'y', and not both, should be a column with a 'unit'",
        ),
    ],
)
def test_a_chart_that_measures_nothing_is_refused(
    hand_made: Path, chart: str, message: str
) -> None:
    with pytest.raises(OpenbaarError) as raised:
        built(hand_made, chart=f"chart: {chart}\n")
    assert message in str(raised.value)


def test_a_query_that_fails_is_left_to_the_check_that_tries_them(
    publication: Publication, tmp_path: Path
) -> None:
    query = publication.package.queries["per_year"].model_copy(update={"sql": "SELECT nothing"})
    package = publication.package.model_copy(update={"queries": {"broken": query}})
    dataset = dataset_of(replace(publication, package=package))
    target = tmp_path / "x.db"
    build_database(dataset, descriptor(dataset), target)
    assert content(target, "queries")["broken"]["columns"] == {}


def test_a_document_that_is_not_there_leaves_no_lines(hand_made: Path) -> None:
    (hand_made / "sources" / "municipalities.txt").unlink()
    assert rows(built(hand_made), "SELECT count(*) FROM _lines") == [(0,)]


def test_the_marks_of_a_chart_count_up_where_its_rows_do_not(hand_made: Path) -> None:
    path = hand_made / "tables" / "municipalities.csv"
    header, *lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([header, *reversed(lines)]), "utf-8")
    database = built(hand_made, chart="chart: {x: year, y: number, color: region}\n")
    ((svg,),) = rows(database, "SELECT svg FROM _charts WHERE language = 'nl'")
    years = [row.split(",")[0] for row in re.findall(r'data-row="([^"]*)"', svg)]
    assert (len(years), years) == (7, sorted(years))
