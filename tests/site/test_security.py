"""What strangers may not do to a site, and what a browser is told about its pages."""

from __future__ import annotations

import asyncio
import http.client
import io
import re
import socket
import sqlite3
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner

from openbaar.cli.main import main
from openbaar.site.requests import refusals, security
from openbaar.site.requests.asgi import Message, Receive, Scope, Send
from openbaar.site.serving import access_log, connections
from openbaar.site.serving.serve import site
from served import Built, Served, shown
from strangers import URL, counting, query

pytestmark = pytest.mark.slow

ADDRESS = "give http:// or https://, a host, and perhaps a path, without a query"


FORBIDDEN = [
    "attach database '/etc/passwd' as other",
    "pragma writable_schema = 1",
    "select load_extension('/tmp/x.so')",
    "insert into regions values ('a', 'b', 'c', 'd')",
    "drop table regions",
    "select 1; select 2",
    "select fts3_tokenizer('simple')",
    "vacuum into '/tmp/copy.db'",
]


def get(
    small: Built, path: str, public: bool = True, method: str = "get", **headers: str
) -> httpx.Response:
    """The answer of the site to one request."""
    client = shown(small, URL, public).client
    response: httpx.Response = asyncio.run(getattr(client, method)(path, headers=headers))
    return response


def raw(
    server: Served, target: str, method: str = "GET", host: str = "data.example"
) -> tuple[int, dict[str, str], bytes]:
    """The answer to a request line that a careful client would not send."""
    address = urlsplit(server.address)
    with closing(
        http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    ) as connection:
        connection.putrequest(method, target, skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read()


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/municipalities",
        "/municipalities/regions",
        "/municipalities/per_year",
        "/nothing",
        "/id/regions",
        "/municipalities/regions.json",
    ],
)
def test_every_answer_tells_the_browser_what_it_may_do(
    small: Built, path: str, public: bool
) -> None:
    headers = get(small, path, public).headers
    assert {name: headers.get(name) for name in security.HEADERS} == security.HEADERS
    policy = headers["content-security-policy"]
    assert "default-src 'self'; script-src 'self' 'nonce-" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/municipalities/regions",
        "/municipalities/per_year",
        "/municipalities?sql=select+1",
        "/nothing",
    ],
)
def test_each_script_of_a_page_carries_the_nonce_of_that_answer_alone(
    small: Built, path: str
) -> None:
    nonces = set()
    for _ in range(2):
        page = get(small, path)
        (nonce,) = re.findall(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
        scripts = re.findall(r"<script\b[^>]*>", page.text)
        assert scripts
        assert [each for each in scripts if f'nonce="{nonce}"' not in each] == []
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.parametrize(
    ("path", "public", "kept"),
    [
        (
            "/-/static-plugins/openbaar/openbaar.css?1234abcd",
            False,
            "public, max-age=31536000, immutable",
        ),
        ("/-/static-plugins/openbaar/openbaar.css", True, "public, max-age=300"),
        ("/sitemap.xml", True, "public, max-age=300"),
        ("/robots.txt", False, "no-cache"),
        ("/download/1.2.0/tables/regions.csv", True, "public, max-age=31536000, immutable"),
        ("/municipalities/regions", True, "max-age=300"),
        ("/-/health", True, "no-store"),
    ],
)
def test_every_answer_says_how_long_it_may_be_kept(
    small: Built, path: str, public: bool, kept: str
) -> None:
    assert get(small, path, public).headers["cache-control"] == kept


def test_those_who_watch_the_site_are_told_its_health(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = get(small, "/-/health")
    assert (well.status_code, well.json()) == (200, {"status": "pass", "version": "1.2.0"})
    database = shown(small, URL, True).get_database("municipalities")

    async def broken(*_arguments: object, **_options: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(database, "execute", broken)
    ill = get(small, "/-/health")
    assert (ill.status_code, ill.json()) == (503, {"status": "fail"})


def test_an_error_in_the_log_is_short_and_tells_nothing_of_the_host() -> None:
    error = OSError("cannot read '/srv/site/build/x.db' at 0x7fc2534c14e0\n" + "select " * 10_000)
    line = refusals.log_line("GET", "/download/x", error)
    assert line.startswith(
        "ERROR GET /download/x: OSError: cannot read 'x.db' at 0x… select select"
    )
    assert len(line) < 500
    assert "\n" not in line


@pytest.mark.slow
def test_a_request_whose_head_never_ends_is_given_up(server: Served) -> None:
    address = urlsplit(server.address)
    for sent in (b"", b"GET / HTTP/1.1\r\nHost: data.exa"):
        with socket.create_connection((str(address.hostname), address.port), timeout=60) as visitor:
            visitor.sendall(sent)
            start = time.monotonic()
            assert visitor.recv(1) == b""
            assert time.monotonic() - start < connections.PATIENCE + 5


def test_a_line_of_the_access_log_is_that_of_other_servers() -> None:
    request = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/municipalities/regions",
        "query_string": b"code=%22x",
        "http_version": "1.1",
        "client": ("192.0.2.1", 1),
        "headers": [(b"referer", b"https://a.example/"), (b"user-agent", b'x" 200\n\xff')],
    }
    log = io.StringIO()

    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"12345"})

    async def nothing(*_messages: object) -> Message:
        return {}

    asyncio.run(access_log.logged(answering, log)(request, nothing, nothing))  # type: ignore[arg-type]
    assert re.fullmatch(
        r"192\.0\.2\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
        r'"GET /municipalities/regions\?code=%22x HTTP/1\.1" 200 5 '
        r'"https://a\.example/" "x\\x22 200\\x0a\\xff"\n',
        log.getvalue(),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "target",
    [
        "/\\example.com/",
        "/%5Cexample.com/",
        "//example.com/",
        "/%2Fexample.com/",
        "/municipalities\\/",
        "/%0d%0aSet-Cookie:a=b/",
    ],
)
def test_no_path_redirects_to_another_site(server: Served, target: str) -> None:
    status, headers, _ = raw(server, target)
    assert (status, headers.get("location")) == (404, None)


@pytest.mark.slow
def test_links_come_from_the_configured_address_whatever_the_host_header_says(
    server: Served,
) -> None:
    for target in (
        "/municipalities/regions",
        "/municipalities/regions.json",
        "/municipalities/provenance.json?_size=1",
        "/sitemap.xml",
    ):
        status, headers, body = raw(server, target, host="evil.example")
        assert status == 200
        assert b"evil.example" not in body + str(headers).encode()
    assert (
        f'"{URL}/'
        in raw(server, "/municipalities/provenance.json?_size=1", host="evil.example")[2].decode()
    )


@pytest.mark.parametrize(
    "path",
    [
        "/municipalities/regions?_facet=nothing",
        "/municipalities/regions?_facet=code&_facet=nothing",
        "/municipalities/regions?_facet_array=nothing",
        "/municipalities/regions?_facet_date=nothing",
        "/municipalities/regions?_sort=nothing",
        "/municipalities/regions?_sort_desc=nothing",
        "/municipalities/regions.json?_sort=nothing",
        "/municipalities/regions.csv?_facet=nothing",
    ],
)
def test_a_column_that_is_not_there_is_told_with_those_that_are(small: Built, path: str) -> None:
    answer = get(small, path, public=False)
    assert (answer.status_code, answer.text) == (
        400,
        "Er is geen kolom ‘nothing’; de kolommen zijn: code, iso_code, title_nl, part_of.",
    )


@pytest.mark.parametrize(
    "path",
    [
        "/municipalities/regions?_facet=code&_sort=title_nl",
        "/municipalities/regions?_sort=",
        "/municipalities/municipalities.json?_sort_desc=year",
    ],
)
def test_columns_that_are_there_are_let_through(small: Built, path: str) -> None:
    assert get(small, path).status_code == 200


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_a_query_that_does_more_than_read_is_refused(small: Built, sql: str) -> None:
    assert get(small, query(sql)).status_code in (400, 403)


def test_a_query_does_not_learn_where_the_database_stands(small: Built) -> None:
    answer = get(small, query("select name, file from pragma_database_list"))
    assert answer.json() == [{"name": "main", "file": None}]


@pytest.mark.parametrize(
    "path",
    [
        "/-/databases.json",
        "/-/versions.json",
        "/-/threads.json",
        "/-/plugins.json",
        "/-/settings.json",
        "/-/metadata.json",
        "/-/config.json",
        "/-/actor.json",
        "/-/permissions",
        "/-/allow-debug",
        "/-/messages",
        "/-/logout",
        "/-/patterns",
        "/-/",
    ],
)
def test_pages_about_the_machine_are_not_for_strangers(small: Built, path: str) -> None:
    assert get(small, path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/", "/en/", "/?lang=nl", "/municipalities/regions?lang=en", "/municipalities/per_year"],
)
def test_no_page_sets_a_cookie(small: Built, path: str) -> None:
    answer = get(small, path, cookie="lang=nl")
    assert answer.status_code in (200, 301)
    assert "set-cookie" not in answer.headers


def test_a_public_site_can_only_be_read(small: Built) -> None:
    assert get(small, "/municipalities", method="post").status_code == 405
    assert get(small, "/municipalities", method="head").status_code == 200


def test_nothing_on_any_page_names_a_folder_of_the_host(small: Built) -> None:
    folder = str(small.database.parent)
    paths = [
        "/",
        "/municipalities",
        "/municipalities.json",
        "/municipalities/regions",
        "/nothing",
        "/municipalities?sql=select+nothing",
        "/download/1.2.0/x",
    ]
    assert [path for path in paths if folder in get(small, path).text] == []


def test_an_error_that_nobody_foresaw_is_one_line_in_the_log_and_none_on_the_page(
    small: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object) -> None:
        raise OSError(f"cannot read {small.database}")

    monkeypatch.setattr("openbaar.site.routes.downloads.files", broken)
    answer = get(small, "/download/1.2.0/x")
    assert (answer.status_code, answer.text) == (500, "Error 500")
    assert (
        capsys.readouterr().err
        == "ERROR GET /download/1.2.0/x: OSError: cannot read municipalities.db\n"
    )


def asked(small: Built, sql: str, public: bool) -> Any:
    """What a site that nobody has asked before answers to a query."""
    client = site(small.database, small.metadata, URL, public).client
    return asyncio.run(client.get(query(sql))).json()


def test_a_row_budget_stops_a_result_that_is_too_large(small: Built) -> None:
    sql = counting("select hex(zeroblob(5000)) from n limit 900")
    assert asked(small, sql, public=True)["error"] == "the result is too large"
    assert len(asked(small, sql.replace("900", "400"), public=True)) == 400


def test_a_site_at_home_asks_large_queries(small: Built) -> None:
    sql = counting("select hex(zeroblob(5000)) from n limit 900")
    assert len(asked(small, sql, public=False)) == 900


def test_limits_are_those_of_the_connection(small: Built) -> None:
    def limit(connection: sqlite3.Connection) -> int:
        return connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)

    assert (
        asyncio.run(shown(small, URL, True).get_database("municipalities").execute_fn(limit))
        == 2_000_000
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--public"], "--public needs --url"),
        (["--url", "data.example"], ADDRESS),
        (
            ["--url", "https://data.example/site?x=1"],
            ADDRESS,
        ),
        (["--url", "ftp://data.example"], ADDRESS),
    ],
)
def test_a_public_site_needs_the_address_at_which_it_is_known(
    arguments: list[str], message: str
) -> None:
    refused = CliRunner().invoke(main, ["serve", *arguments])
    assert (refused.exit_code, message in refused.stderr) == (2, True)
