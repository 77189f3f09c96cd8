"""The hooks through which Datasette calls the modules of this folder; nothing else is here.

Where openbaar built none of the databases, or a page is of another database, they leave Datasette
as it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Generator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils import tilde_decode
from jinja2 import Environment, Template, TemplateNotFound

from openbaar.site.frozen import search_file
from openbaar.site.kept import kept_answers, labelled_rows
from openbaar.site.kept.kept_results import KeptResults, keep_schema
from openbaar.site.pages import pictures, templating
from openbaar.site.pages import variables as pages
from openbaar.site.pages.cells import Unwritten
from openbaar.site.published import Published, published_by
from openbaar.site.requests import gates, language, limits, refusals, screening, security
from openbaar.site.requests.asgi import Application, only_http
from openbaar.site.routes import (
    catalogue,
    changes,
    citation,
    downloads,
    embedded,
    feed,
    health,
    identifiers,
    linked_data,
    listings,
    rows,
    search,
    source,
)

if TYPE_CHECKING:  # Datasette imports its plugins before this module of its own is complete
    from datasette.app import Datasette

HOUR = 60 * 60 * 1000  # milliseconds
MOST_MISSING = 1000  # names of templates that are not there
OWN_DATABASES = {"_internal", "_memory"}  # of Datasette, in which it alone writes
ROUTES: list[tuple[str, Callable[..., Any]]] = [
    *catalogue.ROUTES,  # before the downloads, among which some of its files stand
    *downloads.ROUTES,
    *citation.ROUTES,
    *linked_data.ROUTES,
    *changes.ROUTES,
    *feed.ROUTES,
    *rows.ROUTES,
    *embedded.ROUTES,
    *source.ROUTES,
    *search.ROUTES,
    *listings.ROUTES,
    *search_file.ROUTES,
    *templating.ROUTES,
    *health.ROUTES,
    *pictures.ROUTES,
]


@hookimpl  # type: ignore[untyped-decorator]
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]] | None:
    """Keep errors short, and the memory of a public site small; count the rows of tables once."""
    published = published_by(datasette)
    if published is None:
        return None
    # Not at the top: this import loads all plugins, and `openbaar.site` is not complete until this
    # module is. Datasette would find it without its hooks, and serve its pages without them.
    from datasette.plugins import pm

    # Where rich is installed, Datasette prints each error with all local variables, slowly. The
    # module is asked of the plugin manager: importing it before Datasette has loaded its own
    # plugins would leave it out of them.
    pm.get_plugin("datasette.handle_exception").rich = None
    # Datasette would print each error in the SQL of visitors, whole, with an address in memory.
    for asked in (datasette, *datasette.databases.values()):
        asked.execute = partial(asked.execute, log_sql_errors=False)
    labelled_rows.install()
    database = datasette.get_database(published.name)
    if not database.is_mutable:
        database.execute = KeptResults(database, published).execute
        keep_schema(database)
        _keep_rules(datasette)
        _keep_catalogue(datasette)
    if published.public:
        limits.limit_process()
    return partial(_count, datasette, published.name)


def _keep_rules(datasette: Datasette) -> None:
    """Keep who may see which table: Datasette 0.65 copies all metadata each time that it asks.

    Unless another plugin adds to the metadata, which may change then. Where nothing is said of any
    table, nothing has to be asked: that would take a second for each page of 200 tables.
    """
    from datasette.plugins import pm

    rules = getattr(datasette, "_table_permission_allows", None)
    if rules is None or pm.hook.get_metadata.get_hookimpls():
        return
    if '"allow"' in json.dumps(datasette._metadata_local):
        datasette._table_permission_allows = lru_cache(maxsize=1000)(rules)
    else:
        datasette._table_permission_allows = _no_rules


def _no_rules(_database: str, _table: str) -> list[Any]:
    """What Datasette reads of a table of which nothing says who may see it."""
    return []


def _keep_catalogue(datasette: Datasette) -> None:
    """Keep what Datasette has read of the schemas: for each page it asks if they are the same.

    It asks again when another database is there, or one that may change.
    """
    refresh = datasette.refresh_schemas
    known: list[str] = []

    async def refreshed(**options: Any) -> None:
        databases = datasette.databases
        may_change = any(databases[name].is_mutable for name in databases.keys() - OWN_DATABASES)
        if may_change or list(databases) != known:
            await refresh(**options)
            known[:] = databases

    datasette.refresh_schemas = refreshed


def _keep_templates(env: Environment) -> None:
    """Look for the file of a template once; a page of ours would look fifty times if it changed.

    Datasette asks for some by the name of each table and question, which are seldom there.
    """
    env.auto_reload = False
    assert env.loader is not None  # noqa: S101  Datasette gives it one
    load = env.loader.load
    missing: set[str] = set()

    def loaded(environment: Environment, name: str, *more: Any) -> Template:
        if name in missing:
            raise TemplateNotFound(name)
        try:
            return load(environment, name, *more)
        except TemplateNotFound:
            if len(missing) < MOST_MISSING:
                missing.add(name)
            raise

    env.loader.load = loaded  # type: ignore[method-assign, assignment]


async def _count(datasette: Datasette, name: str) -> None:
    """Count the rows of each table of a database that never changes, as `datasette inspect` does.

    Pages would count them again for each visitor.
    """
    database = datasette.get_database(name)
    if database.is_mutable or datasette.inspect_data:
        return
    counts = await database.table_counts(limit=HOUR)
    tables = {table: {"count": count} for table, count in counts.items()}
    known = {"hash": database.hash, "size": database.size, "file": str(database.path)}
    datasette.inspect_data = {name: {**known, "tables": tables}}


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """The addresses of our own."""
    published = published_by(datasette)
    if published is None:
        return []
    return [*identifiers.routes(published), *ROUTES]


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Datasette) -> Callable[[Application], Application]:
    """The language of each page, what is refused, and headers."""

    def wrapped(app: Application) -> Application:
        published = published_by(datasette)
        if published is None:
            return app

        def is_column(path: str) -> bool:
            return _may_be_column(datasette, published, path)

        def around(answering: Application) -> Application:
            """The steps before an answer; the first one that a request meets stands last."""
            answering = screening.screened(answering, published)
            answering = security.with_link_header(answering, published)
            answering = security.at_configured_address(answering, published)
            answering = language.speaking(answering, published.addresses, is_column)
            answering = refusals.always_answered(answering)
            answering = security.with_caching(answering, published)
            return security.with_security_headers(answering, published)

        shown = only_http(app, around(app))
        shown = gates.gated(shown, around, datasette, published)
        return kept_answers.keeping(shown, datasette, published)

    return wrapped


def _may_be_column(datasette: Datasette, published: Published, path: str) -> bool:
    """Whether `lang=` filters the page at `path`: a table with that column, or another database."""
    database, _, rest = path.removeprefix("/").partition("/")
    if tilde_decode(database) != published.name:
        return tilde_decode(database) in datasette.databases
    table = rest.removesuffix(".json").removesuffix(".csv")
    return table in published.tables and language.PARAMETER in published.column_names(table)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Templates have the words of the site; their scripts are marked as ours."""
    if published_by(datasette) is not None:
        _keep_templates(env)
    templating.prepare(env, published_by(datasette))
    catalogue.prepare_templates(env, published_by(datasette))
    security.prepare_templates(env)


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars(
    datasette: Datasette, request: Any, template: str, database: str | None, table: str | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What our templates show beside what Datasette gives them."""

    async def made() -> dict[str, Any]:
        published = published_by(datasette)
        if published is None or request is None or database not in (None, published.name):
            return {}
        return await pages.variables(datasette, published, request, template, table)

    return made


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(
    datasette: Datasette, database: str, table: str | None, column: str, value: Any, row: Any
) -> Unwritten | None:
    """Codes by their names, figures as the language writes them."""
    published = published_by(datasette)
    if published is None or database != published.name:
        return None
    return pages.cell(published, table, column, value, row)


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Queries on the publication's database are kept within bounds."""
    published = published_by(datasette)
    if published is not None and database == published.name:
        limits.limit_connection(conn, published)


@hookimpl(wrapper=True)  # type: ignore[untyped-decorator]
def handle_exception(
    datasette: Datasette, request: Any, exception: BaseException
) -> Generator[None, list[Any], list[Any]]:
    """Unforeseen errors tell nothing of the machine. Datasette would run each answer of a list."""
    answers = yield
    published = published_by(datasette)
    if published is None:
        return answers
    if refusals.is_stopped(exception):
        return [partial(refusals.stopped, datasette, request)]
    answer = refusals.answer_to_error(request.method, request.path, exception)
    return answers if answer is None else [answer]
