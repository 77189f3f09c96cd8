"""Whatever is asked, the answer is one: a page, or a refusal in a sentence. Never an error of ours.

The long run is `OPENBAAR_EXAMPLES=5000 pytest tests/site/test_requests.py`.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from urllib.parse import quote_from_bytes, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from openbaar.site.requests import security
from openbaar.site.requests.asgi import Application, Message
from served import Built, shown

EXAMPLES = int(os.environ.get("OPENBAAR_EXAMPLES", "60"))
URL = "https://data.example"
DATABASE = "municipalities"
TABLES = ["municipalities", "regions", "provenance", "anomalies"]
HIDDEN = ["_lines", "_site", "_charts", "sqlite_master", "municipalities_fts"]
COLUMNS = ["code", "year", "title_nl", "rowid", "table_name", "nope", "_", ""]
PLACES = [
    "",
    "-",
    "-/static/app.css",
    "-/static-plugins/openbaar/openbaar.css",
    "-/versions",
    "-/health",
    "static/openbaar.css",
    "static/nope",
    "robots.txt",
    "sitemap.xml",
    "feed.xml",
    "search",
    "search.json",
    "embed/municipalities",
    "embed/nope",
    "embed/municipalities/rows",
    "embed/nope/rows",
    "rows/municipalities.xlsx",
    "rows/per_year.xlsx",
    "favicon.ico",
    "download",
    "download/1.2.0",
    "download/1.2.0/tables/regions.csv",
    "download/1.2.0/tables/regions.json",
    "download/x/y",
    "id",
    "id/regions",
    "id/regions/1.2.0",
    "id/regions/BE-VLG",
    "id/nope",
    "id/regions/1,2,3",
    "source",
    "source/nope",
    "cite/regions",
    "cite/regions.bib",
    "changes/1.0.0...1.1.0",
    "catalog",
    "nl",
    "en/municipalities",
    "_memory",
    "_internal",
    "nope",
    "nope/nope",
    "municipalities/-/query",
]
PARAMETERS = [
    "lang",
    "sql",
    "_where",
    "_facet",
    "_facet_array",
    "_facet_date",
    "_facet_size",
    "q",
    "kind",
    "_sort",
    "_sort_desc",
    "_size",
    "_next",
    "_shape",
    "_nl",
    "_labels",
    "_label",
    "_nocount",
    "_nofacet",
    "_nosuggest",
    "_dl",
    "_header",
    "_stream",
    "_through",
    "_timelimit",
    "_ttl",
    "_json",
    "_json_infinity",
    "_search",
    "_search_code",
    "_search_nope",
    "_searchmode",
    "_col",
    "_nocol",
    "_trace",
    "_format",
    "_blob_column",
    "_blob_hash",
    "_extra",
    "_extras",
    "_filter_column",
    "_filter_op",
    "_filter_value",
    "_filter_column_1",
    "_filter_op_1",
    "_filter_value_1",
    "_filter_column_x",
    "_hash",
    "_write",
    "_group",
    "_foreign_key",
    "_method",
    "_messages",
    "code",
    "year",
    "nope",
    "code__contains",
    "code__in",
    "year__gt",
    "year__date",
    "code__arraycontains",
    "code__glob",
    "code__isnull",
    "code__nope",
    "year__in",
    "code__arraynotcontains",
    "__exact",
    "__x",
    "code\0",
    "_facet_nope",
    "_facetnope",
    "_",
    "",
    "rowid",
    "rowid__gt",
    "year__like",
]
VALUES = [
    "",
    "x",
    "nope",
    "0",
    "1",
    "-1",
    "1.5",
    "100",
    "1001",
    "max",
    "on",
    "off",
    "NaN",
    "1e999",
    "null",
    "[]",
    "{}",
    "[1]",
    '{"a": 1}',
    '["a"]',
    "[",
    "~",
    "~ZZ",
    "%",
    "'",
    '"',
    ";",
    "\x00",
    "é",
    "\ud800",
    "9" * 30,
    "9" * 400,
    "array",
    "objects",
    "object",
    "arrays",
    "arrayfirst",
    "code",
    "year",
    "rowid",
    "-code",
    "1,2",
    "1,2,3",
    "2019,x",
    "raw",
    "*",
    '"',
    "a AND",
    "NEAR(",
    "a:b",
    "exact",
    '{"table":"regions","column":"code","value":"1"}',
    '{"table":"nope","column":"x","value":"1"}',
    '{"table":"regions"}',
    "7",
    "select 1",
    "select",
    "select :a",
    "select ?",
    "select 1; select 2",
    "1 = 1",
    "1 =",
    "with x as (select 1) select * from x",
    "explain select 1",
    "select * from nope",
    "pragma table_info(regions)",
    "select x'00'",
    "select 1e999",
    "a" * 400,
    "select 9e999, -9e999, 0/0, x'ff', null, '\x00'",
    "select 'a' as [a]]b]",
]
FORMS = ["", ".json", ".csv", ".jsono", ".blob", ".nope", ".json.csv", "/", ".", ".db", ".geojson"]
ROWS = [
    "BE-VLG",
    "1",
    "nope",
    "1,2",
    "1,2,3,4,5,6",
    "",
    ",",
    "~",
    "~ff",
    "~00",
    "9" * 400,
    "é",
    "2019,BE-VLG",
    "municipalities,1",
]
HEADERS = [
    (b"cookie", b"lang=\xff"),
    (b"cookie", b"lang=nl; ds_csrftoken=\xe9"),
    (b"cookie", b";;=;"),
    (b"cookie", b"/=x"),
    (b"cookie", b"ds_actor=x"),
    (b"cookie", b"ds_messages=x"),
    (b"accept", b"\xff"),
    (b"accept", b"text/turtle;q=x,*/*;q=nan"),
    (b"accept", b",;,;"),
    (b"accept-language", b"\xff;q=inf"),
    (b"accept-language", b"nl-BE,*;q=0.1"),
    (b"if-none-match", b"*"),
    (b"range", b"bytes=-"),
    (b"range", b"bytes=0-1,3-4"),
    (b"if-modified-since", b"x"),
    (b"authorization", b"Bearer \xff"),
    (b"authorization", b"Basic x"),
    (b"content-type", b"\xff"),
    (b"host", b"evil.test:x"),
    (b"host", b"[::1"),
    (b"x-forwarded-proto", b"\xff"),
    (b"origin", b"null"),
]


@dataclass
class Reply:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Request:
    """A request as a server hands it on, bytes and all."""

    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    method: str = "GET"


def ask(app: Application, request: Request) -> Reply:
    """The answer to a request."""
    reply = Reply()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path.decode("latin-1"),
        "raw_path": request.path,
        "query_string": request.query,
        "root_path": "",
        "headers": [(b"host", b"localhost"), *request.headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            for name, value in message["headers"]:
                reply.headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        else:
            reply.body += message.get("body", b"")

    async def answered() -> None:
        forthcoming: asyncio.Queue[Message] = asyncio.Queue()
        forthcoming.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        await app(scope, forthcoming.get, send)

    asyncio.run(answered())
    return reply


def escaped(text: str) -> bytes:
    """A text as a part of an address."""
    return quote_from_bytes(text.encode("utf-8", "replace"), safe="/,~.-_").encode()


segments = some.sampled_from(
    [
        *TABLES,
        *HIDDEN,
        "per_year",
        "nope",
        "9" * 400,
        "~00",
        "~ff",
        "a" * 5000,
        "é",
        "sqlite_sequence",
    ]
)
rows = some.sampled_from(ROWS)
forms = some.sampled_from(FORMS)
pages = some.one_of(
    some.sampled_from(PLACES),
    some.builds("{}{}".format, some.sampled_from([DATABASE, "_memory", "nope"]), forms),
    some.builds((DATABASE + "/{}{}").format, segments, forms),
    some.builds(
        (DATABASE + "/{}{}").format,
        some.sampled_from(TABLES),
        some.sampled_from(["", ".json", ".csv"]),
    ),
    some.builds(
        (DATABASE + "/{}{}").format,
        some.sampled_from([*TABLES, *HIDDEN]),
        some.sampled_from(["", ".json", ".csv"]),
    ),
    some.builds((DATABASE + "/{}/{}{}").format, segments, rows, forms),
    some.builds((DATABASE + "/{}/-/{}").format, segments, rows),
    some.builds(
        "{}/{}".format,
        some.sampled_from(["id", "id/regions", "download/1.2.0", "source", "cite", "-", "static"]),
        some.one_of(rows, some.text(max_size=20)),
    ),
    some.text(max_size=40),
)
paths = some.one_of(
    pages.map(lambda page: b"/" + escaped(page)),
    some.binary(max_size=20).map(lambda raw: b"/" + quote_from_bytes(raw).encode()),
    some.just(b"/\xff"),
)
values = some.one_of(some.sampled_from([*VALUES, *COLUMNS]), some.text(max_size=12))
pairs = some.tuples(some.one_of(some.sampled_from(PARAMETERS), some.text(max_size=6)), values)


def encoded(query: list[tuple[str, str]]) -> bytes:
    """A query of these names and values."""
    parts = []
    for name, value in query:
        parts.append(f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}")
    return "&".join(parts).encode()


queries = some.one_of(
    some.lists(pairs, max_size=3).map(encoded),
    some.binary(max_size=12).map(lambda raw: b"code=" + quote_from_bytes(raw).encode()),
    some.just(b"\xff=1&&=&;"),
)
requests = some.builds(
    Request,
    paths,
    queries,
    some.lists(some.sampled_from(HEADERS), max_size=1),
    some.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST"]),
)
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def check(reply: Reply) -> None:
    """An answer that is no error of ours, with its headers."""
    assert 200 <= reply.status < 500
    missing = {name for name in security.HEADERS if name not in reply.headers}
    assert missing <= {"x-frame-options"}  # which pages to embed do without
    assert "cache-control" in reply.headers or reply.status not in (200, 304)


@pytest.mark.slow
@MANY
@given(request=requests)
def test_every_request_is_answered(small: Built, request: Request) -> None:
    check(ask(shown(small, URL).app(), request))


@pytest.mark.slow
@settings(MANY, max_examples=max(EXAMPLES // 3, 10))
@given(request=requests)
def test_every_request_of_a_stranger_is_answered(small: Built, request: Request) -> None:
    check(ask(public_site(small), request))


@lru_cache(maxsize=1)
def public_site(built: Built) -> Application:
    """A public site, whose costly requests are answered by another process."""
    app: Application = shown(built, URL, True).app()
    return app


@pytest.mark.parametrize(
    ("target", "status", "sentence"),
    [
        ("/en/municipalities.csv", 404, "This page does not exist."),
        ("/en/municipalities/municipalities/BE-VLG", 404, "has no row or version 'BE-VLG'."),
        ("/en/municipalities/regions?_through=x", 400, "The value of '_through' in this address"),
        ("/en/municipalities/regions?_timelimit=x", 400, "The value of '_timelimit' in this"),
        ("/en/municipalities/regions?_json_infinity=x", 400, "The value of '_json_infinity' in"),
        ("/municipalities/regions.json?_json=nope", 400, "Er is geen kolom"),
        ("/en/municipalities/_lines?_sort=nope", 404, "This page does not exist."),
        ("/en/municipalities/_lines/nope,1", 404, "This page does not exist."),
        ("/en/municipalities/municipalities_fts", 404, "This page does not exist."),
        (f"/en/{'9' * 400}", 404, "This page does not exist."),
        (f"/en/municipalities/{'9' * 400}", 404, "This page does not exist."),
        ("/en/municipalities/regi~6Fns?_facet=nope", 400, "There is no column 'nope'"),
        ("/municipalities/regions.json?nope=1", 400, "Er is geen kolom ‘nope’"),
        ("/municipalities/regions.csv?nope__not=1&_size=5", 400, "Er is geen kolom ‘nope’"),
        ("/en/municipalities/~00", 404, "This page does not exist."),
        (f"/en/municipalities?{'a' * 9000}", 414, "This address is too long."),
    ],
)
def test_what_cannot_be_answered_is_told_in_a_sentence(
    small: Built, target: str, status: int, sentence: str
) -> None:
    path, _, query = target.partition("?")
    reply = ask(shown(small, URL).app(), Request(path.encode(), query.encode()))
    assert reply.status == status
    assert sentence in unescape(reply.body.decode())


@pytest.mark.parametrize("cookie", [b"lang=\xff", b"a=b; ds_csrftoken=\xe9", b"/=x"])
def test_cookies_that_are_no_text_are_told_in_a_sentence(small: Built, cookie: bytes) -> None:
    reply = ask(shown(small, URL).app(), Request(b"/en/municipalities", b"", [(b"cookie", cookie)]))
    told = "The cookies that came with this request cannot be read."
    assert (reply.status, reply.body.decode()) == (400, told)
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_a_host_in_the_address_is_not_looked_at(small: Built) -> None:
    request = Request(b"http://evil.test/municipalities/regions/", b"")
    reply = ask(shown(small, URL).app(), request)
    assert (reply.status, reply.headers["location"]) == (302, "/municipalities/regions")
