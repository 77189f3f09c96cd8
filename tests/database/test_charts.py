"""Which charts there are, and what they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from databases import PARAMETER, built, found, with_sql
from openbaar.database.charts import MAX_MARKS
from openbaar.errors import OpenbaarError


def svg_of(database: Path) -> str:
    """The only chart of a database, in Dutch."""
    ((svg,),) = found(database, "SELECT svg FROM _charts WHERE language = 'nl'")
    return str(svg)


def test_a_table_and_each_choice_of_a_query_have_a_chart_in_each_language(hand_made: Path) -> None:
    query = PARAMETER + "    chart: {x: year, y: number}\n"
    database = built(hand_made, query, "chart: {x: number, y: region, color: year}\n")
    charts = found(database, "SELECT page, parameters, language FROM _charts ORDER BY 1, 2, 3")
    years = ['{"year": "1961"}', '{"year": "2019"}', '{"year": "2025"}', "{}"]
    assert charts == [
        *[("municipalities", "{}", language) for language in ("en", "nl")],
        *[("per_year", given, language) for given in years for language in ("en", "nl")],
    ]


def test_a_chart_has_titles_units_and_the_names_of_codes(hand_made: Path) -> None:
    svg = svg_of(built(hand_made, chart="chart: {x: year, y: number, color: region}\n"))
    texts = re.findall(r">([^<>]+)</text>|>([^<>]+)</tspan>", svg)
    written = {text for pair in texts for text in pair if text}
    assert {"Jaar", "Aantal (gemeenten)", "Gewest", "2025", "Wallonië"} <= written


def test_the_marks_of_a_chart_count_up_where_its_rows_do_not(hand_made: Path) -> None:
    path = hand_made / "tables" / "municipalities.csv"
    header, *lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([header, *reversed(lines)]), "utf-8")
    svg = svg_of(built(hand_made, chart="chart: {x: year, y: number, color: region}\n"))
    years = [key.split(",")[0] for key in re.findall(r'data-row="([^"]*)"', svg)]
    assert len(years) == 7
    assert years == sorted(years)


@pytest.mark.parametrize(
    "sql", ["SELECT year, number FROM municipalities WHERE year = 1", "SELECT nothing"]
)
def test_a_query_that_finds_nothing_or_fails_has_no_chart(hand_made: Path, sql: str) -> None:
    """The check that runs all queries reports both."""
    with_sql(hand_made, sql)
    database = built(hand_made, "    chart: {x: year, y: number}\n")
    assert found(database, "SELECT * FROM _charts") == []


def test_a_chart_with_more_rows_than_one_can_tell_apart_is_refused(hand_made: Path) -> None:
    numbers = (
        f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c LIMIT {MAX_MARKS + 1})"
    )
    with_sql(
        hand_made, f"{numbers} SELECT n AS year, n AS number FROM c, municipalities GROUP BY n"
    )
    with pytest.raises(OpenbaarError) as raised:
        built(hand_made, "    chart: {x: year, y: number}\n")
    (problem,) = raised.value.problems
    line = (
        (hand_made / "tables" / "package.yaml")
        .read_text("utf-8")
        .splitlines()[(problem.place.first_line or 0) - 1]
    )
    assert line.strip().startswith("chart:")
    assert problem.message == ("the chart would show 501 rows; a reader can tell 500 apart at most")


@pytest.mark.parametrize(
    "chart",
    ["{x: year, y: region}", "{x: share, y: number}", "{x: year, y: [number, share]}"],
)
def test_a_chart_that_measures_nothing_or_two_things_is_refused(
    hand_made: Path, chart: str
) -> None:
    message = "one of 'x' and 'y', and not both, should be a column with a 'unit'"
    with pytest.raises(OpenbaarError, match=message):
        built(hand_made, chart=f"chart: {chart}\n")


def test_a_chart_of_a_column_that_is_not_there_is_refused(hand_made: Path) -> None:
    with pytest.raises(OpenbaarError, match=r"column 'numbr' .* did you mean 'number'"):
        built(hand_made, chart="chart: {x: year, y: numbr}\n")
