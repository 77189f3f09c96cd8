"""In which language a page speaks, and that the site has all its words in each."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from datasette.filters import Filters

from openbaar.site import language
from openbaar.site.language import LOCALES, Visit, chosen, gettext, speaking, visit

WEB = LOCALES.parent
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
    query: str, cookie: str = "", path: str = "/db/t", column: bool = False
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
    wrapped = speaking(app, NL_EN, lambda path: column)
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
    assert (ask("lang=nl")[0]["blank"], ask("lang=en")[0]["blank"]) == ("blanco", "blank")


def test_a_page_knows_its_address_in_another_language() -> None:
    assert (
        Visit("nl", "/db/t", "gender=x&lang=nl&b=").in_language("en") == "/db/t?gender=x&b=&lang=en"
    )


def used() -> set[Any]:
    """Every message of the templates and modules, and Datasette's words for comparisons."""
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    found = extract_from_dir(str(WEB), methods, comment_tags=())
    return {message for _, _, message, *_ in found} | {
        display for _, display, _ in Filters([]).lookups()
    }


def catalogue(path: Path) -> Catalog:
    """A catalogue as it is edited."""
    return read_po(BytesIO(path.read_bytes()), locale=path.stem)


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda path: path.stem)
def test_a_catalogue_says_everything_in_its_language(path: Path) -> None:
    known = {message.id: message.string for message in catalogue(path) if message.id}
    blank = [
        each for each, text in known.items() if not all(text if isinstance(text, tuple) else [text])
    ]
    assert (used() - set(known), blank) == (set(), [])


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda path: path.stem)
def test_a_catalogue_holds_nothing_that_is_not_said(path: Path) -> None:
    newer = {"does not contain"}  # only the coming Datasette compares so
    assert {message.id for message in catalogue(path) if message.id} - used() == newer


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda path: path.stem)
def test_a_translation_fills_in_the_same_names(path: Path) -> None:
    assert [(message.id, errors) for message, errors in catalogue(path).check()] == []


def test_a_language_without_a_catalogue_speaks_english() -> None:
    assert [language.catalogue(each).gettext("blank") for each in ("fr", "../nl", "")] == [
        "blank"
    ] * 3
