"""Results that are kept: what the site asks of its database again and again is asked once.

Each page asks for the schema, the remarks, its chart and the counts of its filters. The database
never changes while it is served, so that the results are the same for ever. What the publication
itself asks, its questions and the counts of whole tables, gets the time that it needs, once; only
what a visitor asks is stopped early.
"""

from __future__ import annotations

import asyncio
import pickle
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from datasette.utils import sqlite_timelimit

from openbaar.database.narrowing import narrowed
from openbaar.schema.conventions import ANSWERS
from openbaar.site.kept.counts import FACET, from_counts, plain
from openbaar.site.kept.first_page import with_keys
from openbaar.site.kept.found import from_index
from openbaar.site.kept.labelled_rows import without_names
from openbaar.site.kept.later_pages import of_all_pages
from openbaar.site.published import Published
from openbaar.site.requests.language import visit

if TYPE_CHECKING:  # Datasette imports its plugins before this module of its own is complete
    from datasette.database import Database, Results

AT_LENGTH = 60_000  # milliseconds that a question of the publication may take, once
MOST = 16_000_000  # bytes of all results that are kept, about
LARGEST = 400_000  # bytes of one of them
PER_VALUE = 60  # bytes that a value takes beside its text
WRITTEN_BY_VISITORS = {"sql", "_where"}  # in the query of an address: may ask for chance or time
PARAMETER = re.compile(r"[:@$](\w+)")  # more than there are, where a text in SQL looks like one
# What Datasette asks of the schema for each page, each in a thread.
OF_SCHEMA = (
    "table_columns",
    "table_column_details",
    "primary_keys",
    "fts_table",
    "label_column_for_table",
    "foreign_keys_for_table",
    "get_all_foreign_keys",
    "hidden_table_names",
)
MOST_STATEMENTS = 200  # that Datasette asks: with parameters, so that they are few
MOST_TABLES = 1000  # whose schema is kept: visitors ask for tables that are not there too
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters, and which of the rows are wanted, as Datasette says it."""

    sql: str
    params: Any
    truncate: bool
    page_size: int | None

    @property
    def key(self) -> Key | None:
        """What tells it from others; None where a parameter is no plain value."""
        given = self.params or ()
        values = sorted(given.items()) if isinstance(given, Mapping) else given
        key = (self.sql, tuple(values), self.truncate, self.page_size)
        try:
            hash(key)
        except TypeError:
            return None
        return key


class KeptResults:
    """The results of the database of a publication; those asked for longest ago go first."""

    def __init__(self, database: Database, published: Published) -> None:
        """Ask `database`, which never changes, as Datasette does; all that it finds is its."""
        self._database = database
        self._execute = database.execute
        self._counts = published.counts
        self._facets = published.facets
        self._keys = {name: published.keys(name) for name in published.tables}
        self._parameters: dict[str, list[str]] = {}
        self._answers: dict[str, str] = {}
        for name, query in published.queries.items():
            sql = query["sql"].strip()
            self._parameters[sql] = PARAMETER.findall(sql)
            if name in published.answered:
                self._answers[sql] = f"SELECT * FROM {ANSWERS}{name} ORDER BY rowid"
        self._results: OrderedDict[Key, tuple[int, Results]] = OrderedDict()
        self._size = 0
        self._asking: dict[Key, asyncio.Task[Results]] = {}
        self._too_long: set[Key] = set()
        self._instead = lru_cache(maxsize=MOST_STATEMENTS)(self._looked_up)

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        **others: Any,
    ) -> Results:
        """What `Database.execute` of Datasette returns and raises."""
        if _is_of_visitor(visit().query):
            return await self._execute(
                sql, params, truncate, custom_time_limit, page_size, **others
            )
        params = without_names(params)
        sql = self._instead(sql)
        statement = Statement(sql, self._plain(sql, params), truncate, page_size)
        if sql.strip() in self._answers:
            statement = self._of_question(statement)
        key = statement.key
        if key is None:
            return await self._execute(
                statement.sql, params, truncate, custom_time_limit, page_size, **others
            )
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key][1]
        if self._is_of_publication(statement) and key not in self._too_long:
            results = await self._asked_at_length(key, statement)
        else:
            results = await self._execute(
                statement.sql, statement.params, truncate, custom_time_limit, page_size, **others
            )
        self._keep(key, results)
        return results

    def _of_question(self, statement: Statement) -> Statement:
        """What to ask instead of a question whose answer where nothing is chosen is kept."""
        chosen = [name for name, value in statement.params.items() if value]
        if chosen:
            return replace(statement, sql=narrowed(statement.sql, chosen))
        return replace(statement, sql=self._answers[statement.sql.strip()], params={})

    def _looked_up(self, sql: str) -> str:
        """What to ask instead of what Datasette asks; questions of authors stay as they are."""
        if sql.strip() in self._parameters:
            return sql
        asked = plain(sql)
        of_all = of_all_pages(asked)
        instead = from_counts(of_all, self._counts) or from_index(of_all)
        if instead is not None:
            return instead
        return with_keys(sql, self._keys) if of_all == asked else of_all

    def _plain(self, sql: str, params: Any) -> Any:
        """The parameters, of a question only its own: what is not given is empty."""
        names = self._parameters.get(sql.strip())
        if names is None or not isinstance(params, Mapping | None):
            return params
        return {name: (params or {}).get(name) or "" for name in names}

    def _is_of_publication(self, statement: Statement) -> bool:
        """Whether no visitor has a part in it: a question as it is, the facet of a whole table."""
        if statement.page_size is not None:
            return False
        if statement.sql.strip() in self._parameters:
            return not any(statement.params.values())
        facet = FACET.fullmatch(plain(statement.sql))
        if facet is None or facet["where"]:
            return False
        return facet["column"] in self._facets.get(facet["table"], [])

    async def _asked_at_length(self, key: Key, statement: Statement) -> Results:
        """The results, for all who ask at the same time. Raises as `execute` does."""
        from datasette.database import QueryInterrupted

        if key not in self._asking:
            self._asking[key] = asyncio.ensure_future(self._long(statement))
        try:
            return await asyncio.shield(self._asking[key])
        except QueryInterrupted:
            self._too_long.add(key)
            raise
        finally:
            task = self._asking.get(key)
            if task is not None and task.done():
                del self._asking[key]

    async def _long(self, statement: Statement) -> Results:
        from datasette.database import QueryInterrupted, Results

        most = self._database.ds.max_returned_rows if statement.truncate else -1

        def ask(connection: sqlite3.Connection) -> Results:
            with sqlite_timelimit(connection, AT_LENGTH):
                try:
                    cursor = connection.execute(statement.sql, statement.params or {})
                    rows = cursor.fetchall() if most < 0 else cursor.fetchmany(most + 1)
                except sqlite3.OperationalError as error:
                    if error.args == ("interrupted",):
                        raise QueryInterrupted(error, statement.sql, statement.params) from error
                    raise
            if most < 0:
                return Results(rows, False, cursor.description)
            return Results(rows[:most], len(rows) > most, cursor.description)

        results: Results = await self._database.execute_fn(ask)
        return results

    def _keep(self, key: Key, results: Results) -> None:
        size = _size_of(results)
        if size > LARGEST or key in self._results:
            return
        self._results[key] = (size, results)
        self._size += size
        while self._size > MOST:
            _, (dropped, _) = self._results.popitem(last=False)
            self._size -= dropped


def keep_schema(database: Database) -> None:
    """Let `database`, which never changes, be asked once for the schema of each table."""
    for name in OF_SCHEMA:
        setattr(database, name, _asked_once(getattr(database, name)))


def _asked_once(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    known: dict[Key, bytes] = {}

    async def answer(*given: Any) -> Any:
        if given not in known:
            found = await ask(*given)
            if len(known) >= MOST_TABLES:
                return found
            known[given] = pickle.dumps(found)
        # Whoever asked may change what it got; `deepcopy` takes ten times as long.
        return pickle.loads(known[given])  # noqa: S301  only we have had it

    return answer


@lru_cache(maxsize=100)  # a page asks for ten results, and more
def _is_of_visitor(query: str) -> bool:
    """Whether a visitor wrote SQL into the query of an address."""
    asked = parse_qsl(query, keep_blank_values=True)
    return any(name in WRITTEN_BY_VISITORS for name, _ in asked)


def _size_of(results: Results) -> int:
    """The bytes that results hold, about."""
    size = 0
    for row in results.rows:
        for value in row:
            size += PER_VALUE + (len(value) if isinstance(value, str | bytes) else 0)
    return size + PER_VALUE
