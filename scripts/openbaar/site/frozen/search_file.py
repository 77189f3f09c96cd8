"""`/search/index.json`: all that the search finds, for the search of a site without a server."""

from __future__ import annotations

from typing import Any

from datasette.utils import path_from_row_pks
from datasette.utils.asgi import Response

from openbaar.site.pages import answers
from openbaar.site.pages.columns import columns_of, key_label, text
from openbaar.site.published import Published, publication_of
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.refusals import refusal
from openbaar.site.routes.search import KINDS, Result, result_of

EVERYTHING = """SELECT kind, name, part, line, title, text FROM _search
                WHERE language IN ('', :language) ORDER BY rowid"""
# Its kind, its title, its address, what is told of it, of what it is a part, and words that only
# find it.
Entry = list[str]


async def index(datasette: Any, request: Any) -> Response:
    """The kinds of results in order, what to say where nothing is found, and each entry.

    Raises DatasetteError (404) on a public site: there it would only be a burden.
    """
    published = publication_of(datasette)
    if published.public:
        raise refusal(404, gettext("This page does not exist."))
    made = {
        "kinds": {kind: gettext(title) for kind, title in KINDS.items()},
        "nothing": gettext("Nothing was found. Try fewer words, or only the beginning of a word."),
        "entries": [
            *await _texts(datasette, published),
            *await _figures(datasette, published),
        ],
    }
    return Response.json(made)


async def _texts(datasette: Any, published: Published) -> list[Entry]:
    database = datasette.get_database(published.name)
    found = await database.execute(EVERYTHING, {"language": visit().language})
    said = {each.query: each.answer for each in await answers.headlines(datasette, published)}
    entries = []
    for row in found.rows:
        result = result_of(published, row["kind"], row)
        words = row["text"]
        if row["kind"] == "question" and row["name"] in said:
            words = f"{said[row['name']]} {words}".strip()
        entries.append(_entry(result, words))
    return entries


def _entry(result: Result, found: str) -> Entry:
    """A result whose text is `found`, which of a code is only its names, one behind the other."""
    if result.kind == "code":
        return [result.kind, result.title, result.address, "", result.aside, found]
    if not result.title:
        return [result.kind, found, result.address, "", result.aside, ""]
    return [result.kind, result.title, result.address, found, result.aside, ""]


async def _figures(datasette: Any, published: Published) -> list[Entry]:
    """An entry for each row with its figures."""
    database = datasette.get_database(published.name)
    entries = []
    for table in published.tables_of_authors:
        figures = [column.name for column in columns_of(published, table) if column.is_number]
        if not figures:
            continue
        keys = published.primary_key(table)
        found = await database.execute(f"SELECT {', '.join([*keys, *figures])} FROM {table}")
        entries += [_entry_of_row(published, table, row, figures) for row in found.rows]
    return entries


def _entry_of_row(published: Published, table: str, row: Any, figures: list[str]) -> Entry:
    """A row by its figures, called as its table and its key are."""
    keys = published.primary_key(table)
    called = key_label(published, table, path_from_row_pks(row, keys, False, False))
    title = f"{text(published.tables[table], 'title')}: {called}"
    address = f"{published.path(table)}/{path_from_row_pks(row, keys, False)}"
    told = ", ".join(str(row[name]) for name in figures if row[name] is not None)
    return ["figure", title, address, told, "", ""]


ROUTES = [(r"/search/index\.json$", index)]
