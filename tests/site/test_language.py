"""In which language a page speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from openbaar.site.language import Visit, chosen, gettext, speaking, visit

NL_EN = ["nl", "en"]


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "expected"),
    [
        (None, None, "", "nl"),
        (None, None, "*", "nl"),
        (None, None, "fr", "nl"),
        (None, None, "en", "en"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "fr,en;q=0.5,nl;q=0.4", "en"),
        (None, None, "en;q=0,nl;q=0.1", "nl"),
        (None, None, "nonsense;;q=a,en", "en"),
        (None, "en", "nl", "en"),
        ("nl", "en", "en", "nl"),
        ("xx", None, "en", "en"),
        (None, "xx", "", "nl"),
    ],
)
def test_the_address_goes_before_the_cookie_and_the_cookie_before_the_browser(
    asked: str | None, remembered: str | None, accepted: str, expected: str
) -> None:
    assert chosen(NL_EN, asked, remembered, accepted) == expected


def ask(
    query: str,
    cookie: str = "",
    path: str = "/db/t",
    column: bool = False,
    languages: Sequence[str] = NL_EN,
) -> tuple[dict[str, Any], list[Any]]:
    """What an application behind `speaking` sees (language, query), and the headers that go out."""
    seen: dict[str, Any] = {}
    sent: list[Any] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.update(
            language=visit().language, query=scope["query_string"].decode(), blank=gettext("blank")
        )
        await send(
            {
                "type": "http.response.start",
                "headers": [(b"content-type", b"text/html; charset=utf-8")],
            }
        )

    async def send(message: dict[str, Any]) -> None:
        sent.extend(message["headers"])

    scope = {
        "type": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"cookie", cookie.encode())],
    }
    wrapped = speaking(app, languages, lambda path: column)
    asyncio.run(wrapped(scope, lambda: None, send))
    return seen, sent[1:]


def test_a_language_that_is_asked_for_is_taken_out_of_the_query_and_remembered() -> None:
    assert ask("gender=female&lang=en&x=") == (
        {"language": "en", "query": "gender=female&x=", "blank": "blank"},
        [
            (b"content-language", b"en"),
            (b"vary", b"Accept-Language, Cookie"),
            (b"set-cookie", b"lang=en; Path=/; Max-Age=31536000; SameSite=Lax"),
        ],
    )


def test_a_remembered_language_needs_no_new_cookie() -> None:
    seen, headers = ask("gender=female", cookie="a=b; lang=en")
    assert (seen["language"], [name for name, _ in headers]) == (
        "en",
        [b"content-language", b"vary"],
    )


@pytest.mark.parametrize(("query", "column"), [("lang=fr", False), ("lang=en", True)])
def test_a_language_that_is_none_of_ours_or_a_column_stays_in_the_query(
    query: str, column: bool
) -> None:
    seen, headers = ask(query, column=column)
    assert (seen["language"], seen["query"], b"set-cookie" in dict(headers)) == ("nl", query, False)


def test_a_broken_cookie_counts_for_nothing() -> None:
    assert ask("", cookie='lang="\x00;;=')[0]["language"] == "nl"


def test_words_are_those_of_the_language() -> None:
    assert (ask("lang=nl")[0]["blank"], ask("lang=en")[0]["blank"]) == ("leeg", "blank")


def test_a_page_knows_its_address_in_another_language() -> None:
    assert (
        Visit("nl", "/db/t", "gender=x&lang=nl&b=").in_language("en") == "/db/t?gender=x&b=&lang=en"
    )


def test_a_language_that_the_toolkit_does_not_speak_falls_back_on_the_first_one() -> None:
    seen, _ = ask("lang=es", languages=["nl", "es"])
    assert (seen["language"], seen["blank"]) == ("es", "leeg")
