"""The hooks through which Datasette calls the modules of this folder; nothing else stands here."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from jinja2 import Environment
from markupsafe import Markup

from openbaar.site import (
    citation,
    downloads,
    identifiers,
    language,
    linked_data,
    pages,
    security,
    source,
)
from openbaar.site.published import attached
from openbaar.site.site import site_of

ROUTES = [*identifiers.ROUTES, *downloads.ROUTES, *citation.ROUTES, *linked_data.ROUTES]


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """The addresses of our own, where Datasette shows a publication of ours."""
    return [*source.ROUTES, *(ROUTES if attached(datasette) else [])]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    """Refusals, the configured address, and headers; then the language of the page."""

    def languages() -> list[str]:
        site = site_of(datasette)
        return site.languages if site else []

    def is_column(path: str) -> bool:
        site = site_of(datasette)
        table = path.removesuffix(".json").removesuffix(".csv").rsplit("/", 1)[-1]
        return (
            site is not None
            and table in site.tables
            and language.PARAMETER in site.column_names(table)
        )

    return lambda app: security.wrap(language.speaking(app, languages, is_column), datasette)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Environment) -> None:
    """Templates have the words of the site; their scripts are marked as ours."""
    pages.prepare(env)
    security.prepare_templates(env)


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars(
    datasette: Datasette, request: Any, template: str, table: str | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What our templates show beside what Datasette gives them."""

    async def made() -> dict[str, Any]:
        return await pages.variables(datasette, request, template, table)

    return made


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(datasette: Datasette, table: str | None, column: str, value: Any) -> Markup | None:
    """Codes by their names, figures as the language writes them."""
    return pages.cell(datasette, table, column, value)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Queries on the publication's database are kept within bounds."""
    published = attached(datasette)
    if published and database == published.name:
        security.limit_connection(conn, published)


@hookimpl(wrapper=True)  # type: ignore[untyped-decorator]
def handle_exception(
    datasette: Datasette, request: Any, exception: BaseException
) -> Generator[None, list[Any], list[Any]]:
    """Errors that nobody foresaw tell nothing of the machine; of the answers of others Datasette would run each."""
    answers = yield
    published = attached(datasette)
    answer = security.answer_error(published, request, exception) if published else None
    return [answer] if answer else answers
