"""A question without the part that chooses nothing finds the same rows where something is chosen."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as some

from openbaar.database.narrowing import narrowed

NARROWED = {
    "SELECT n FROM t WHERE :a = '' OR x = :a": "SELECT n FROM t WHERE x = :a",
    "SELECT n FROM t where :a=='' or t.x like :a": "SELECT n FROM t where t.x like :a",
    "WHERE y > 1 AND ( :a = ''\n OR x >= :a)": "WHERE y > 1 AND (x >= :a)",
    "WHERE (:a = '' OR x = :a AND y = 1)": "WHERE (x = :a AND y = 1)",
    "WHERE x = :a OR :a = '' GROUP BY n": "WHERE x =:a GROUP BY n",
    "WHERE y = 1 AND (x IS :a OR :a = '')": "WHERE y = 1 AND (x IS :a)",
    "WHERE x = coalesce(nullif(:a, ''), x)": "WHERE x = :a",
    "WHERE coalesce(x, '') = COALESCE( nullif( :a,'' ), x, '')": "WHERE coalesce(x, '') = :a",
    "WHERE x = ifnull(nullif(:a, ''), x) AND :b = '' OR y": "WHERE x = :a AND :b = '' OR y",
}
SAME = [
    "WHERE y = 1 AND :a = '' OR x = :a",  # which is (y = 1 AND :a = '') OR x = :a
    "WHERE x = :a OR :a = '' AND y = 1",
    "WHERE (:a = '' OR n) = 1",  # n may be 5
    "WHERE :b = '' OR x = :b",  # which is empty
    "WHERE x = ':a = '' OR x = :a' -- (:a = '' OR x = :a)",
    "WHERE x = coalesce(nullif(:a, ''), (SELECT max(x) FROM t))",
    "WHERE \"(:a = '' OR x = :a)\" = 1 /* (:a = '' OR x = :a) */",
    "SELECT :a = '' OR x = 1",
]


@pytest.mark.parametrize("asked", NARROWED)
def test_a_condition_that_is_met_by_nothing_chosen_goes(asked: str) -> None:
    assert narrowed(asked, ["a"]) == NARROWED[asked]


@pytest.mark.parametrize("asked", SAME)
def test_whatever_may_mean_something_else_stays(asked: str) -> None:
    assert narrowed(asked, ["a"]) == asked


ALTERNATIVES = [
    "(:{p} = '' OR {c} = :{p})",
    "({c} = :{p} OR :{p} = '')",
    "{c} = coalesce(nullif(:{p}, ''), {c})",
    "(:{p} = '' OR {c} <= :{p})",
    "(:{p} = '' OR {c} = :{p} AND {d} = 1)",
    "(:{p} = '' OR {c} = :{p} OR {d} = 2)",
    "({c} = 1 OR {d} = :{p} OR :{p} = '')",
    "(:{p} = '' OR {c} + {d})",
    "NOT (:{p} = '' OR {c} = :{p})",
    "coalesce({c}, 'none') = coalesce(nullif(:{p}, ''), {c}, 'none')",
]
CONDITION = some.builds(
    str.format,
    some.sampled_from(ALTERNATIVES),
    p=some.sampled_from("ab"),
    c=some.sampled_from(["word", "figure", "t.figure"]),
    d=some.sampled_from(["figure", "share"]),
)
CHOICE = some.sampled_from(["", "1", "2", "x", "1.0", "'", ":a", "none"])
CELL = some.sampled_from([None, 1, 2, 1.0, 0, 2.5, "x", "1", "", "'", ":a"])


@given(
    conditions=some.lists(CONDITION, min_size=1, max_size=3),
    joined=some.sampled_from([" AND ", " OR "]),
    chosen=some.fixed_dictionaries({"a": CHOICE, "b": CHOICE}),
    rows=some.lists(some.tuples(CELL, CELL, CELL), max_size=8),
)
def test_the_same_rows_are_found(
    conditions: list[str], joined: str, chosen: dict[str, str], rows: list[tuple[object, ...]]
) -> None:
    asked = f"SELECT rowid FROM t WHERE {joined.join(conditions)} ORDER BY rowid"
    instead = narrowed(asked, [name for name, value in chosen.items() if value])
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (word TEXT, figure INTEGER, share REAL)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        connection.execute("CREATE INDEX words ON t (word, figure)")
        expected = connection.execute(asked, chosen).fetchall()
        assert connection.execute(instead, chosen).fetchall() == expected
