"""In which language a page speaks: its address says so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from openbaar.site.requests.addresses import Addresses
from openbaar.site.requests.language import Visit, gettext, speaking, visit

NL_EN = ["nl", "en"]


def ask(
    path: str,
    query: str = "",
    column: bool = False,
    languages: Sequence[str] = NL_EN,
    home: str = "",
    body: str = "",
    method: str = "GET",
    kind: str = "text/html; charset=utf-8",
) -> tuple[dict[str, Any], dict[bytes, bytes], str]:
    """What an application behind `speaking` sees, and the headers and the body that go out."""
    seen: dict[str, Any] = {}
    sent: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.update(language=visit().language, path=scope["path"], blank=gettext("blank"))
        seen["query"] = scope["query_string"].decode()
        headers = [(b"content-type", kind.encode()), (b"location", b"/db/next?x=/y")]
        await send({"type": "http.response.start", "headers": headers})
        middle = len(body) // 2
        await send(
            {"type": "http.response.body", "body": body[:middle].encode(), "more_body": True}
        )
        await send({"type": "http.response.body", "body": body[middle:].encode()})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"accept-language", b"en"), (b"host", b"127.0.0.1")],
    }
    addresses = Addresses("db", tuple(languages), home)
    asyncio.run(speaking(app, addresses, lambda path: column)(scope, lambda: None, send))
    text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    return seen, headers, text


@pytest.mark.parametrize(
    ("path", "language", "inside"),
    [
        ("/", "nl", "/"),
        ("/db/t", "nl", "/db/t"),
        ("/en/", "en", "/"),
        ("/en/db/t", "en", "/db/t"),
        ("/en/db/%65n", "en", "/db/en"),
        ("/entry", "nl", "/entry"),
        ("/fr/db", "nl", "/fr/db"),
    ],
)
def test_the_beginning_of_the_path_is_the_language(path: str, language: str, inside: str) -> None:
    seen, headers, _ = ask(path)
    assert (seen["language"], seen["path"]) == (language, inside)
    assert headers[b"content-language"] == language.encode()
    assert b"vary" not in headers


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/db/t", "gender=female&lang=en&x=", "/en/db/t?gender=female&x="),
        ("/db/t", "lang=nl", "/db/t"),
        ("/en/db/t", "lang=nl", "/db/t"),
        ("/", "lang=en", "/en/"),
        ("/en", "", "/en/"),
        ("/nl", "", "/"),
        ("/nl/db/t", "a=b", "/db/t?a=b"),
        ("/en/download/1.0.0/x.csv", "", "/download/1.0.0/x.csv"),
        ("/en/db/t.json", "_shape=array", "/db/t.json?_shape=array"),
        ("/db/t.csv", "lang=en", "/db/t.csv"),
    ],
)
def test_each_page_has_one_address_to_which_the_others_lead(
    path: str, query: str, location: str
) -> None:
    seen, headers, _ = ask(path, query)
    assert (seen, headers[b"location"].decode()) == ({}, location)


@pytest.mark.parametrize(
    ("path", "query"),
    [("//evil.example", "lang=nl"), ("/nl//evil.example", ""), ("/nl/%5C/evil.example", "")],
)
def test_no_old_address_leads_to_another_site(path: str, query: str) -> None:
    """What is behind `speaking` refuses such paths."""
    assert ask(path, query)[0]["path"].startswith(("//", "/\\"))


def test_what_is_sent_to_the_site_is_not_sent_elsewhere() -> None:
    assert ask("/nl/db/t", method="POST")[0]["path"] == "/db/t"


@pytest.mark.parametrize(("query", "column"), [("lang=fr", False), ("lang=en", True)])
def test_a_language_that_is_none_of_ours_or_a_column_stays_in_the_query(
    query: str, column: bool
) -> None:
    seen, _, _ = ask("/db/t", query, column=column)
    assert (seen["language"], seen["query"]) == ("nl", query)


def test_words_are_those_of_the_language() -> None:
    assert (ask("/")[0]["blank"], ask("/en/")[0]["blank"]) == ("leeg", "blank")


def test_a_page_knows_its_address_in_another_language() -> None:
    assert Visit("nl", "/db/t", "gender=x&b=").in_language("en") == "/en/db/t?gender=x&b="


def test_a_language_that_the_toolkit_does_not_speak_falls_back_on_the_first_one() -> None:
    seen, _, _ = ask("/es/", languages=["nl", "es"])
    assert (seen["language"], seen["blank"]) == ("es", "leeg")


HOME = "https://data.example/figures"


@pytest.mark.parametrize("path", ["/figures/en/db/t", "/en/db/t"])
def test_a_site_below_a_path_answers_whether_or_not_a_server_took_it_away(path: str) -> None:
    seen, headers, _ = ask(path, home=HOME)
    assert (seen["language"], seen["path"]) == ("en", "/db/t")
    assert headers[b"location"] == b"/figures/en/db/next?x=/y"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/figures", "/figures/"),
        ("/figures/en", "/figures/en/"),
        ("/figures/nl/db", "/figures/db"),
        ("/nl/db", "/figures/db"),
    ],
)
def test_addresses_of_before_lead_below_the_path(path: str, location: str) -> None:
    assert ask(path, home=HOME)[1][b"location"].decode() == location


@pytest.mark.parametrize(
    ("link", "outside"),
    [
        ("/", "/figures/en/"),
        ("/db/t?a=/b&amp;c=d#rows", "/figures/en/db/t?a=/b&amp;c=d#rows"),
        ("/nl/db/t", "/figures/db/t"),
        ("/en/db/t?a=b", "/figures/en/db/t?a=b"),
        ("/nl?a=b", "/figures/?a=b"),
        ("/db/t.csv?_size=max", "/figures/db/t.csv?_size=max"),
        ("/db.db", "/figures/db.db"),
        ("/other.csv", "/figures/en/other.csv"),
        ("/download/1.0.0/x.zip", "/figures/download/1.0.0/x.zip"),
        ("/-/static/app.css?1", "/figures/-/static/app.css?1"),
        ("https://data.example/db/t.json", "https://data.example/figures/db/t.json"),
        ("https://data.example/figures/db", "https://data.example/figures/db"),
        ("https://other.example/db", "https://other.example/db"),
        ("//other.example/db", "//other.example/db"),
        ("?a=b", "?a=b"),
        ("#rows", "#rows"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_the_links_of_a_page_lead_to_the_prefix_and_the_language(link: str, outside: str) -> None:
    page = f'<p title="href=/">é</p><a class="x" href="{link}">/db</a><form action=\'{link}\'>'
    _, _, body = ask("/en/db/t", home=HOME, body=page)
    assert body == page.replace(link, outside) if link != "/" else outside in body


def test_rows_for_machines_lead_on_below_the_prefix_too() -> None:
    text = '{"next_url": "https://data.example/db/t.json?_next=1", "text": "/db/t"}'
    _, _, body = ask("/db/t.json", home=HOME, body=text, kind="application/json")
    assert body == text.replace("example/db", "example/figures/db")


def test_what_is_no_page_goes_out_as_it_is() -> None:
    text = '<a href="/db/t">'
    assert ask("/db/t.csv", home=HOME, body=text, kind="text/plain")[2] == text
