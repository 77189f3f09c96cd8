"""Counts that were made with the database are those that a large table itself would give."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.filters import Filters
from datasette.utils import escape_fts
from hypothesis import given
from hypothesis import strategies as some

from generated.publication import TEXT, schema, write_publication
from openbaar.database.shown import counts as made_counts
from openbaar.site.kept.counts import from_counts
from openbaar.site.kept.found import from_index
from openbaar.site.serving.serve import site
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from served import Built, build

COLUMNS = {"id": "integer", "year": "year", "region": "string", "urban": "boolean", "n": "integer"}
COLUMNS |= {"words": "array"}
FACETS = ["region", "year", "urban"]
COUNTED = {"t": {"facets": FACETS, "found": ["region", "year"]}}
ALL_FOUND = {"t": {"facets": FACETS, "found": FACETS}}
REGIONS = ["", "north", "South", "o'er", "5", "é%"]
# Of lists and dates there are no facets of which counts are made.
FILTERS = {each.key for each in Filters._filters} - {"arraycontains", "arraynotcontains", "date"}
QUESTIONS = {
    "per_region": "SELECT region, sum(n) AS total, avg(n) AS mean FROM t"
    " WHERE :year = '' OR year = :year GROUP BY region ORDER BY total DESC",
    "of_north": "SELECT year, count(*) AS n FROM t WHERE region = coalesce(nullif(:region, ''), region)"
    " AND (urban = :urban OR :urban = '') GROUP BY year",
    "named_by_sql": "SELECT :year = '', count(*) FROM t WHERE :year = '' OR year = :year",
    "by_chance": "SELECT id FROM t ORDER BY random() LIMIT 1",
    "all_rows": "SELECT a.id FROM t a, t b WHERE b.id < 9",
}
PAGES = [
    "/made-up/t",
    "/made-up/t?region=north",
    "/made-up/t?region=north&year=2003",
    "/made-up/t?region__in=north,5&urban=1",
    "/made-up/t?region__in=%5B%22o'er%22%5D&_size=5",
    "/made-up/t?year__gt=2002&region__isblank=1",
    "/made-up/t?region=nowhere",
    "/made-up/t?n=3&region=north",
    "/made-up/t?_search=north&year=2001",
    "/made-up/t?_search=south",
    "/made-up/t?_search=south&_size=9&_next=20,20",
    "/made-up/t?_search_region=5&urban=0",
    "/made-up/t?_search=s*+OR+%225%22&_searchmode=raw&_sort=n",
    "/made-up/t?_search=north&_facet=n",
    "/made-up/t?_facet=n&region=5",
    "/made-up/t.json?region=north&_facet=year",
    "/made-up/per_region",
    "/made-up/per_region?year=2003",
    "/made-up/per_region?year=5%27",
    "/made-up/per_region.json?_shape=array",
    "/made-up/per_region.json?_shape=array&year=2003",
    "/made-up/of_north.json?_shape=array&region=north",
    "/made-up/of_north.json?_shape=array&region=o%27er&urban=1",
    "/made-up/of_north.json?_shape=array&urban=0",
    "/made-up/named_by_sql.json?_shape=array&year=2003",
]
# What is asked of the table where a visitor has chosen.
NARROWED = [
    " WHERE year = '2003' GROUP BY region",
    " WHERE region = 'north' AND (urban = '' OR '' = '') GROUP BY year",
    " WHERE region = 'o''er' AND (urban ='1') GROUP BY year",
    " WHERE region = coalesce(nullif('', ''), region) AND (urban ='0') GROUP BY year",
    " WHERE '2003' = '' OR year = '2003'",  # its first column would have another name
]


def rows() -> str:
    """The rows of the table as CSV, each value of a facet in some of them."""
    chance = random.Random(1)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number in range(300):
        urban = chance.choice(["true", "false", ""])
        year = chance.randrange(2001, 2006)
        region, n = chance.choice(REGIONS), chance.randrange(9)
        words = chance.choice(["", "[]", '["a"]', '["a","b"]'])
        writer.writerow([number, year, region, urban, n, words])
    return file.getvalue()


def made(root: Path) -> Built:
    """A publication with a table of three facets, built."""
    described = schema(COLUMNS, ["id"])
    table = {"schema": described, "facets": FACETS, "search": ["region", "year"], "csv": rows()}
    queries = {"queries": {name: {"title": TEXT, "sql": sql} for name, sql in QUESTIONS.items()}}
    authored = write_publication(root / "authored", {"d.txt": b"x\n"}, {"t": table}, queries)
    for path, data in convert(load_publication(authored)).files.items():
        (authored / path).write_bytes(data)
    return build(root / "authored", root / "built")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication as it is."""
    return made(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication with counts, as if its table were large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_counts, "FEWEST_ROWS", 1)
        patch.setattr(made_counts, "ROWS_OF_EACH_TEXT", 0.01)
        return made(tmp_path_factory.mktemp("counted"))


def asked(sql: str) -> dict[str, str]:
    """What Datasette asks of rows chosen by `sql`: how many there are, and each facet."""
    questions = {"rows": f"select count(*) from t {sql}"}
    for facet in FACETS:
        questions[facet] = f"""
            select {facet} as value, count(*) as count from (
                select id, year, region, urban, n, words from t {sql}
            )
            where {facet} is not null
            group by {facet} order by count desc, value limit 31
        """
    return questions


FILTER = some.tuples(
    some.tuples(some.sampled_from(FACETS), some.sampled_from(sorted(FILTERS))).map("__".join),
    some.sampled_from([*REGIONS, "2003", "20%", "0", "1", "north,5", '["north", "é%"]', "[12]"]),
)


@given(pairs=some.lists(FILTER, min_size=1, max_size=4))
def test_the_counts_are_those_of_the_table(counted: Built, pairs: list[tuple[str, str]]) -> None:
    clauses, params = Filters(sorted(pairs)).build_where_clauses("t")
    with closing(sqlite3.connect(counted.database)) as connection:
        for sql in asked("where " + " and ".join(clauses)).values():
            instead = from_counts(sql, COUNTED)
            assert instead is not None
            expected = connection.execute(sql, params).fetchall()
            assert connection.execute(instead, params).fetchall() == expected


WORDS = ["north", "SOUTH", "er", "2003", "5 2001", "north south", "e", "sou*", "nowhere"]
SEARCH = some.tuples(
    some.sampled_from(["t_fts", "region", "year"]),
    some.sampled_from(["escape_fts(:search)", ":search"]),
    some.sampled_from([*WORDS, "sou* OR 2003", "region: north NOT 2001", "2004 AND (5 OR north)"]),
)


def results(connection: sqlite3.Connection, sql: str, params: dict[str, Any]) -> Any:
    """What a question finds, or what SQLite has against it."""
    try:
        return connection.execute(sql, params).fetchall()
    except sqlite3.Error as error:
        return str(error)


@given(search=SEARCH, pairs=some.lists(FILTER, max_size=2))
def test_what_search_finds_is_counted_by_its_texts(
    counted: Built, search: tuple[str, str, str], pairs: list[tuple[str, str]]
) -> None:
    within, match, words = search
    clauses, params = Filters(sorted(pairs)).build_where_clauses("t")
    clauses.append(f"rowid in (select rowid from t_fts where {within} match {match})")
    params["search"] = words
    with closing(connected(counted)) as connection:
        for sql in asked("where " + " and ".join(clauses)).values():
            instead = from_counts(sql, ALL_FOUND)
            assert instead is not None
            assert "_found_t" in instead
            expected = results(connection, sql, params)
            assert results(connection, instead, params) == expected


def test_the_counts_of_a_text_are_found_by_an_index(counted: Built) -> None:
    search = "rowid in (select rowid from t_fts where t_fts match escape_fts(:search))"
    instead = from_counts(f"select count(*) from t where {search}", ALL_FOUND)
    with closing(connected(counted)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {instead}", {"search": "north"}).fetchall()
    assert "SEARCH _found_t USING INDEX _found_t_text (_text=?)" in [step[3] for step in plan]


def connected(built: Built) -> sqlite3.Connection:
    """The database with what Datasette adds to SQL."""
    connection = sqlite3.connect(built.database)
    connection.create_function("escape_fts", 1, escape_fts)
    return connection


@pytest.mark.parametrize("words", [*WORDS, '"', "%"])
def test_the_first_rows_found_are_those_of_the_table(counted: Built, words: str) -> None:
    search = "rowid in (select rowid from t_fts where t_fts match escape_fts(:search))"
    later = " and (rowid > :p0 or (rowid = :p0 and ((id > :p1))))"
    pages = [f"select id, n from t where {search} order by rowid limit 11"]
    pages.append(f"select id, n from t where {search}{later} order by rowid, id limit 11")
    with closing(connected(counted)) as connection:
        for sql in [*pages, f"select count(*) from t where {search}"]:
            instead = from_index(sql)
            assert instead is not None
            for last in ("20", "56", "299", "x"):
                params = {"search": words, "p0": last, "p1": last}
                assert results(connection, instead, params) == results(connection, sql, params)


@pytest.mark.parametrize(
    "end",
    [
        "order by n limit 11",
        "order by rowid desc limit 11",
        "order by rowid limit 11 offset 11",
        "and n = :p0 order by rowid limit 11",
        "and ((id > :p0)) order by id limit 11",
        "and (rowid > :p0 or (rowid = :p1 and ((id > :p2)))) order by rowid, id limit 11",
    ],
)
def test_rows_of_which_others_may_come_first_are_left_to_the_table(end: str) -> None:
    search = "rowid in (select rowid from t_fts where t_fts match escape_fts(:search))"
    assert from_index(f"select id from t where {search} {end}") is None


def test_another_index_of_words_is_left_to_datasette() -> None:
    search = "rowid in (select rowid from _search where _search match escape_fts(:search))"
    assert from_index(f"select count(*) from t where {search}") is None
    assert from_index(f"select id from t where {search} order by rowid limit 11") is None


LATER_PAGES = [
    "?_size=20&_next=200,199",
    "?_size=20&_sort=n&_next=3,199",
    "?_size=20&_sort_desc=region&_next=north,199",
    "?_size=20&_sort=region&_next=$null,7",
    "?_size=20&_sort_desc=region&_next=$null,7",
    "?_size=20&_sort=id&_next=199,199",
    "?_size=20&_sort=n&_next=3,199&year=2003",
    "?_size=20&_search=south&_next=200,199",
]


@pytest.mark.parametrize("of", ["plain", "counted"])
def test_facets_are_counted_on_later_pages_as_on_the_first(
    of: str, request: pytest.FixtureRequest
) -> None:
    built = request.getfixturevalue(of)
    datasette = site(built.database, built.metadata)

    async def facets(page: str) -> tuple[Any, list[Any]]:
        asked = "&_facet_array=words&_facet=n"
        answer = (await datasette.client.get(f"/made-up/t.json{page}{asked}")).json()
        found = answer["facet_results"]
        counted = {}
        for name, facet in found.get("results", found).items():
            counted[name] = [(each["value"], each["count"]) for each in facet["results"]]
        return counted, answer["rows"]

    async def compare() -> None:
        await datasette.invoke_startup()
        for page in LATER_PAGES:
            first, rows = await facets(re.sub("&_next=[^&]*", "", page))
            later, others = await facets(page)
            assert set(first) >= {"region", "year", "urban", "n", "words"}
            assert later == first, page
            assert rows
            assert others != rows

    asyncio.run(compare())


def test_without_a_choice_the_values_of_facets_are_counted_too(counted: Built) -> None:
    with closing(sqlite3.connect(counted.database)) as connection:
        for facet in FACETS:
            sql = asked("")[facet]
            instead = from_counts(sql, COUNTED)
            assert instead is not None
            assert connection.execute(instead).fetchall() == connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    "choice",
    [
        'where "n" = :p0',
        'where "region" = :p0 and "n" > :p1',
        "where rowid in (select rowid from _search where _search match escape_fts(:search))",
        "where rowid in (select rowid from t_fts where t_fts match escape_fts(:other))",
        ":p0 in (select value from json_each([t].[region]))",
        "where region = 'north'",
        "where region = random()",
    ],
)
def test_a_choice_by_anything_else_is_left_to_the_table(choice: str) -> None:
    for sql in asked(choice).values():
        assert from_counts(sql, COUNTED) is None


def test_other_questions_are_left_to_the_table() -> None:
    for sql in ("select count(*) from other where region = :p0", "select * from t", "select 1"):
        assert from_counts(sql, COUNTED) is None


def pages_of(built: Built) -> tuple[dict[str, str], list[str]]:
    """Pages of a site down to its downloads, and all SQL that they needed.

    A download tells the size of the database, which counts are a part of.
    """
    datasette = site(built.database, built.metadata)
    database = datasette.get_database("made-up")
    execute_fn = database.execute_fn
    sqls: list[str] = []

    async def noted(ask: Any) -> Any:
        def traced(connection: sqlite3.Connection) -> Any:
            connection.set_trace_callback(sqls.append)
            try:
                return ask(connection)
            finally:
                connection.set_trace_callback(None)

        return await execute_fn(traced)

    database.execute_fn = noted
    found = {}

    async def all_asked() -> None:
        await datasette.invoke_startup()
        sqls.clear()
        for page in PAGES:
            answer = await datasette.client.get(page)
            text = answer.text.partition('id="download"')[0]
            text = re.sub(r'"query_ms": [\d.]+|nonce="[^"]+"', "", text)
            found[page] = f"{answer.status_code} {text}"

    asyncio.run(all_asked())
    return found, sqls


def test_pages_of_a_large_table_count_nothing_and_say_the_same(
    plain: Built, counted: Built
) -> None:
    expected, of_table = pages_of(plain)
    shown, of_counts = pages_of(counted)
    assert shown == expected
    assert all(page.startswith("200") for page in shown.values())
    by_counts = [sql for sql in of_counts if "from _counts_t" in sql]
    assert len(by_counts) > 15
    assert len([sql for sql in of_counts if "from _found_t" in sql]) > 10
    assert len([sql for sql in of_counts if "FROM _answers_per_region" in sql]) == 1
    for condition in NARROWED:
        assert [sql for sql in of_counts if condition in sql], condition
    assert [sql for sql in of_table if "from _counts_t" in sql] == []


def test_a_facet_with_too_many_combinations_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_counts, "FEWEST_ROWS", 1)
    monkeypatch.setattr(made_counts, "MOST_COMBINATIONS", 20)
    monkeypatch.setattr(made_counts, "ROWS_OF_EACH_TEXT", 2)  # 24 texts: 6 combinations of each
    built = made(tmp_path)
    with closing(sqlite3.connect(built.database)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(_counts_t)")]
        (rows_counted,) = connection.execute("SELECT sum(_rows) FROM _counts_t").fetchone()
        found = [row[1] for row in connection.execute("PRAGMA table_info(_found_t)")]
        (rows_found,) = connection.execute("SELECT sum(_rows) FROM _found_t").fetchone()
    assert columns == ["year", "urban", "_rows"]
    assert found == ["_text", "urban", "_rows"]
    assert rows_counted == rows_found == 300


def test_texts_that_are_said_once_each_are_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_counts, "FEWEST_ROWS", 1)
    monkeypatch.setattr(made_counts, "MOST_TEXTS", 5)
    built = made(tmp_path)
    with closing(sqlite3.connect(built.database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
    assert ("_counts_t",) in tables
    assert ("_found_t",) not in tables
    assert ("_texts_t",) not in tables


def test_questions_that_differ_each_time_or_find_very_much_are_asked_each_time(
    counted: Built,
) -> None:
    with closing(sqlite3.connect(counted.database)) as connection:
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE '!_answers%' ESCAPE '!'"
        )
        assert found.fetchall() == [("_answers_per_region",), ("_answers_of_north",)]
