"""What is kept: answers and results are made once, and never those that differ between visitors."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from openbaar.site.kept import kept_answers, kept_results
from openbaar.site.kept.counts import FACET, plain
from openbaar.site.kept.kept_results import KeptResults, keep_schema
from openbaar.site.published import Published
from openbaar.site.requests.apart import Answer
from openbaar.site.requests.asgi import Application, Headers, Message, Receive, Scope, Send
from openbaar.site.serving.serve import site
from served import Built, published_of, shown

HTML: Headers = [(b"content-type", b"text/html; charset=utf-8")]


def scope(path: str, query: bytes = b"", headers: Headers | None = None) -> Scope:
    """A request for a page."""
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "headers": headers or [],
    }


class Counted:
    """An application that answers with how often it was asked."""

    def __init__(self, headers: Headers = HTML, status: int = 200) -> None:
        self.times = 0
        self.answer = Answer(status, headers, b"")

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.times += 1
        await Answer(self.answer.status, self.answer.headers, str(self.times).encode()).send(send)


async def nothing() -> Message:
    """What a visitor sends after a request."""
    return {"type": "http.disconnect"}


def asked(app: Application, *scopes: Scope) -> list[bytes]:
    """The answers to requests, one after the other."""
    bodies = []

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            bodies.append(message["body"])

    async def all_asked() -> None:
        for each in scopes:
            await app(each, nothing, sent)

    asyncio.run(all_asked())
    return bodies


def keeping(built: Built, app: Application) -> Application:
    return kept_answers.keeping(app, shown(built), published_of(built))


def test_a_page_is_made_once(small: Built) -> None:
    page = scope("/municipalities")
    assert asked(keeping(small, Counted()), page, page) == [b"1", b"1"]


@pytest.mark.parametrize(
    "other",
    [
        scope("/municipalities", b"_size=1"),
        scope("/en/municipalities"),
        scope("/municipalities", headers=[(b"host", b"other.example")]),
        scope("/municipalities", headers=[(b"cookie", b"ds_actor=x")]),
        scope("/municipalities", headers=[(b"authorization", b"Bearer x")]),
    ],
)
def test_another_request_gets_an_answer_of_its_own(small: Built, other: Scope) -> None:
    assert asked(keeping(small, Counted()), scope("/municipalities"), other) == [b"1", b"2"]


def test_browsers_that_accept_other_forms_share_an_answer(small: Built) -> None:
    others = [
        scope("/municipalities", headers=[(b"accept", form)]) for form in (b"text/html", b"*/*")
    ]
    assert asked(keeping(small, Counted()), *others) == [b"1", b"1"]


def test_an_answer_that_hangs_on_the_form_is_kept_for_that_form(small: Built) -> None:
    app = keeping(small, Counted([*HTML, (b"vary", b"Accept")]))
    html = scope("/id/municipalities", headers=[(b"accept", b"text/html")])
    data = scope("/id/municipalities", headers=[(b"accept", b"application/ld+json")])
    assert asked(app, html, data, html, data) == [b"1", b"2", b"1", b"2"]


def test_a_site_with_an_address_keeps_one_answer_whatever_host_is_asked(small: Built) -> None:
    published = replace(published_of(small), url="https://data.example")
    app = kept_answers.keeping(Counted(), shown(small), published)
    host = scope("/municipalities", headers=[(b"host", b"other.example")])
    assert asked(app, scope("/municipalities"), host) == [b"1", b"1"]


@pytest.mark.parametrize(
    "app",
    [
        Counted(status=404),
        Counted([*HTML, (b"set-cookie", b"a=b")]),
        Counted([*HTML, (b"cache-control", b"private, no-store")]),
        Counted([(b"content-type", b"application/zip")]),
    ],
)
def test_what_is_for_one_visitor_is_not_kept(small: Built, app: Application) -> None:
    page = scope("/municipalities")
    assert asked(keeping(small, app), page, page) == [b"1", b"2"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/-/health", b""),
        ("/download/2.0.0/tables/municipalities.json", b""),
        ("/municipalities", b"sql=select+random()"),
        ("/municipalities/mergers", b"_where=random()"),
    ],
)
def test_files_the_machine_and_sql_of_visitors_are_not_kept(
    small: Built, path: str, query: bytes
) -> None:
    page = scope(path, query)
    assert asked(keeping(small, Counted()), page, page) == [b"1", b"2"]


def test_where_a_plugin_tells_visitors_apart_nothing_is_kept(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_answers, "_knows_visitors", lambda: True)
    page = scope("/municipalities")
    assert asked(keeping(small, Counted()), page, page) == [b"1", b"2"]


def test_where_a_database_may_change_nothing_is_kept(small: Built) -> None:
    mutable = Datasette([str(small.database)])
    app = kept_answers.keeping(Counted(), mutable, published_of(small))
    page = scope("/municipalities")
    assert asked(app, page, page) == [b"1", b"2"]


def test_each_answer_has_a_nonce_of_its_own(small: Built) -> None:
    async def got() -> list[Any]:
        datasette = site(small.database, small.metadata)
        return [await datasette.client.get("/municipalities") for _ in range(2)]

    first, second = asyncio.run(got())
    nonces = []
    for answer in (first, second):
        (nonce,) = re.findall(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
        assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {nonce}
        nonces.append(nonce)
    assert nonces[0] != nonces[1]
    assert first.text.replace(nonces[0], "") == second.text.replace(nonces[1], "")


def test_old_answers_go_when_there_is_no_room_and_when_their_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    shelf = kept_answers.Shelf(clock=lambda: now[0])
    monkeypatch.setattr(kept_answers, "MOST", 250)
    for name in ("a", "b", "c"):
        shelf.put((name,), Answer(200, HTML, b"x" * 100))
    assert shelf.get(("a",)) is None
    assert shelf.get(("c",)) is not None
    assert shelf.bytes_held == 200
    now[0] = kept_answers.SECONDS + 1
    assert shelf.get(("c",)) is None


def executing(built: Built) -> tuple[Datasette, KeptResults, list[str]]:
    """A site, its results, and a list in which each SQL that reaches its database is written."""
    datasette = site(built.database, built.metadata, public=True)
    published = published_of(built)
    database = datasette.get_database(published.name)
    reached: list[str] = []
    execute_fn = database.execute_fn

    async def counted(ask: Any) -> Any:
        reached.append("")
        return await execute_fn(ask)

    database.execute_fn = counted
    return datasette, KeptResults(database, published), reached


def test_a_result_is_asked_for_once_for_each_parameter(small: Built) -> None:
    _, results, reached = executing(small)
    sql = "SELECT count(*) FROM municipalities WHERE year = :year"

    async def several() -> None:
        for year in (2023, 2023, 2024):
            await results.execute(sql, {"year": year})

    asyncio.run(several())
    assert len(reached) == 2


def test_the_page_of_a_row_asks_for_the_row_its_places_and_their_lines_once(small: Built) -> None:
    """Datasette's SQL for a row is ours, word for word: whoever changes it changes ours too."""
    datasette, _, reached = executing(small)

    async def two_rows() -> None:
        await datasette.invoke_startup()
        await datasette.client.get("/municipalities/municipalities/1961,belgium")
        reached.clear()
        answer = await datasette.client.get("/municipalities/municipalities/1961,flanders")
        assert answer.status_code == 200

    asyncio.run(two_rows())
    assert len(reached) == 3


def slow(built: Built, monkeypatch: pytest.MonkeyPatch) -> tuple[KeptResults, str]:
    """Results of a site whose question takes longer than SQL of visitors may."""
    datasette, _, _ = executing(built)
    sql = """WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000)
             SELECT max(x) FROM n"""
    query = {"sql": sql}
    published = Published("municipalities", published_of(built).descriptor, queries={"q": query})
    monkeypatch.setattr(datasette, "sql_time_limit_ms", 1)
    return KeptResults(datasette.get_database("municipalities"), published), sql


def test_a_question_of_the_publication_gets_the_time_that_it_needs(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, sql = slow(small, monkeypatch)
    found = asyncio.run(results.execute(sql, {"unknown": "1"}, truncate=True))
    assert [tuple(row) for row in found] == [(300_000,)]


def test_a_question_may_have_parameters_that_nobody_describes(small: Built) -> None:
    _, results, reached = executing(small)
    (query,) = published_of(small).queries.values()

    async def several() -> None:
        for params in ({}, {"year": "", "unknown": "1"}, {"year": "2023"}):
            await results.execute(query["sql"], params, truncate=True)

    asyncio.run(several())
    assert ":year" in query["sql"]
    assert len(reached) == 2


def test_sql_of_a_visitor_is_stopped(small: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    results, sql = slow(small, monkeypatch)
    with pytest.raises(QueryInterrupted):
        asyncio.run(results.execute(sql.replace("max", "min"), truncate=True))


def test_a_question_that_never_ends_is_stopped_and_does_not_get_the_time_again(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, sql = slow(small, monkeypatch)
    monkeypatch.setattr(kept_results, "AT_LENGTH", 1)
    with pytest.raises(QueryInterrupted):
        asyncio.run(results.execute(sql))
    monkeypatch.setattr(kept_results, "AT_LENGTH", 60_000)
    with pytest.raises(QueryInterrupted):
        asyncio.run(results.execute(sql))


def test_the_facets_of_a_whole_table_get_the_time_that_they_need(small: Built) -> None:
    """Datasette's SQL for them is recognised: whoever changes it changes the pattern too."""
    datasette = site(small.database, small.metadata)
    published = published_of(small)
    sqls: list[str] = []

    async def asked() -> None:
        await datasette.invoke_startup()
        database = datasette.get_database(published.name)
        execute = database.execute

        async def noted(sql: str, *given: Any, **more: Any) -> Any:
            sqls.append(sql)
            return await execute(sql, *given, **more)

        database.execute = noted
        table = next(name for name in published.tables if published.facets.get(name))
        await datasette.client.get(published.path(table))
        found = [FACET.fullmatch(plain(sql)) for sql in sqls]
        counted = [each["column"] for each in found if each is not None]
        assert counted == published.facets[table]

    asyncio.run(asked())


def test_the_schema_of_a_table_is_asked_for_once_and_cannot_be_changed_by_who_asks(
    small: Built,
) -> None:
    datasette, _, reached = executing(small)
    database = datasette.get_database("municipalities")
    keep_schema(database)

    async def twice() -> list[str]:
        (await database.table_columns("municipalities")).clear()
        columns: list[str] = await database.table_columns("municipalities")
        return columns

    assert asyncio.run(twice()) == published_of(small).column_names("municipalities")
    assert len(reached) == 1


def test_results_that_are_large_are_not_kept(small: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    _, results, reached = executing(small)
    monkeypatch.setattr(kept_results, "LARGEST", 10)

    async def twice() -> None:
        for _ in range(2):
            await results.execute("SELECT * FROM municipalities")

    asyncio.run(twice())
    assert len(reached) == 2
