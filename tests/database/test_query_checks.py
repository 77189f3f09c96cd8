"""What authors write about queries and facets has to fit the tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from databases import built, found, with_sql
from openbaar.database.query_checks import result_problems
from openbaar.database.shown.results import run
from openbaar.errors import OpenbaarError
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Query
from openbaar.texts import Localized

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
def test_what_does_not_fit_a_query_is_reported_with_its_place(
    hand_made: Path, extra: str, expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(OpenbaarError) as raised:
        built(hand_made, extra)
    lines = (hand_made / "tables" / "package.yaml").read_text("utf-8").splitlines()
    problems = raised.value.problems
    assert [problem.message for problem in problems] == [message for _, message in expected]
    for problem, (start, _) in zip(problems, expected, strict=True):
        assert problem.place.first_line is not None
        assert lines[problem.place.first_line - 1].strip().startswith(start)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (
            "    columns: {number: {title: {nl: Som, en: Sum}}}\n",
            "the column 'one' of the result is neither in 'columns' nor in a table",
        ),
        (
            "    chart: {x: one, y: number}\n",
            "the column 'one' of the chart is neither in 'columns' nor in a table",
        ),
    ],
)
def test_a_column_that_neither_the_query_nor_a_table_describes_is_reported(
    hand_made: Path, extra: str, message: str
) -> None:
    with_sql(hand_made, "SELECT number, 1 AS one FROM municipalities WHERE year = :year")
    with pytest.raises(OpenbaarError, match=message):
        built(hand_made, extra)


def test_queries_that_find_something_and_facets_that_help_are_right(
    publication: Publication, hand_made: Path
) -> None:
    assert result_problems(built(hand_made), publication) == []


def test_queries_that_fail_or_find_nothing_and_useless_facets_are_named(
    publication: Publication, hand_made: Path
) -> None:
    title = {"nl": "x", "en": "x"}
    sql = {
        "fails": "SELECT lost FROM municipalities",
        "empty": "SELECT * FROM municipalities WHERE year = :year",
        "writes": "DELETE FROM municipalities RETURNING *",
    }
    queries = {name: Query(title=title, sql=text) for name, text in sql.items()}
    package = publication.package.model_copy(update={"queries": queries})
    mergers = publication.tables["mergers"].model_copy(update={"facets": ("region", "names")})
    tables = {**publication.tables, "mergers": mergers}
    changed = replace(publication, package=package, tables=tables)
    assert [str(problem) for problem in result_problems(built(hand_made), changed)] == [
        "tables/package.yaml:21:1: the query 'fails' fails: no such column: lost",
        "tables/package.yaml:21:1: the query 'empty' finds no row",
        "tables/package.yaml:21:1: the query 'writes' fails: not authorized",
        "tables/mergers.yaml:1:1: the facet 'names' has 1 values, not 2 to 60",
    ]


HOSTILE = {
    "attach": "attach database '{folder}/made.db' as other",
    "pragma": "pragma writable_schema = on",
    "write": "delete from regions",
    "extension": "select load_extension('x')",
    "vacuum": "vacuum into '{folder}/made.db'",
    "endless": "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE)
def test_a_query_of_an_author_can_only_read_and_comes_to_an_end(
    hand_made: Path, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.database.shown.results.MOST_STEPS", 1_000_000)
    database = built(hand_made)
    rows = found(database, "select count(*) from regions")
    query = Query(title=Localized(en="q"), sql=sql.format(folder=hand_made))
    with closing(sqlite3.connect(database)) as connection, pytest.raises(sqlite3.Error):
        run(connection, query, {})
    assert found(database, "select count(*) from regions") == rows
    assert not (hand_made / "made.db").exists()
