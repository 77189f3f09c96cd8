"""The search of the site: `/search?q=…` for people and `/search.json?q=…` for programs.

Words are found by their beginnings, in capitals or not, with accents or without. A number is found
however it is written: `50252`, `50.252` and `50 252` lead to the same figure. The name of a code
finds the rows of that code too, and a word or a figure the answers on the home page that say it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from openbaar.schema.conventions import GROUPED_NUMBER
from openbaar.site.pages import answers
from openbaar.site.pages.cells import BLANK, figure
from openbaar.site.pages.columns import Column, columns_of, key_label, text, text_in
from openbaar.site.pages.remarks import passage_text
from openbaar.site.published import Published, document_name, publication_of
from openbaar.site.requests.language import gettext, visit
from openbaar.texts import N_

if TYPE_CHECKING:
    from datasette.app import Datasette

LONGEST = 200  # characters of what is asked
SHOWN = 8  # results of one kind, until a visitor asks for all of them
MOST = 200
FIGURES = 20  # figures that are looked for in one column
CODES = 3  # of which rows are shown too
TIME_LIMIT = 300  # milliseconds to look for a figure in one table
TERM = re.compile(rf"{GROUPED_NUMBER}|\w+(?:[.,]\d+)?")
NOTHING = Markup()
OPENED, CLOSED = "\x02", "\x03"  # around what was found; no text has them
KINDS = {  # in the order in which they are shown
    "question": N_("Questions"),
    "figure": N_("Figures"),
    "table": N_("Tables"),
    "code": N_("Codes"),
    "remark": N_("Points to note"),
    "column": N_("Columns"),
    "line": N_("In the document"),
}
FOUND = f"""SELECT name, part, line, title,
              snippet(_search, 6, char(2), char(3), '…', 24) AS text
            FROM _search
            WHERE _search MATCH :match AND kind = :kind AND language IN ('', :language)
            ORDER BY bm25(_search, 0, 0, 0, 0, 0, 8, 1, 4), rowid LIMIT {MOST}"""


@dataclass(frozen=True)
class Result:
    """Something that was found: what it is called, where it is, and where it says so."""

    kind: str
    title: str
    address: str
    excerpt: Markup = NOTHING
    aside: str = ""


@dataclass(frozen=True)
class Group:
    """The results of one kind; `more` are not shown."""

    kind: str
    title: str
    results: Sequence[Result]
    more: int = 0


def match_expression(asked: str, every: bool = True) -> str:
    """What FTS5 is asked for: each word by its beginning, a number without marks for thousands.

    `every` is False where one of the words is enough. Empty where nothing can be looked for.

    >>> match_expression('horeca "50.252"')
    '"horeca"* AND "50252"'
    """
    terms = []
    for term in TERM.findall(asked):
        if re.fullmatch(GROUPED_NUMBER, term):
            terms.append('"{}"'.format(re.sub(r"\D", "", term)))
        elif term[0].isdigit():
            terms.append(f'"{term}"')
        else:
            terms.append(f'"{term}"*')
    return (" AND " if every else " OR ").join(terms)


def numbers_asked(asked: str) -> list[int | float]:
    """The numbers that a text may mean, where it is a number and nothing else.

    >>> numbers_asked("50.252")
    [50252, 50.252]
    """
    asked = asked.strip()
    meant: list[int | float] = []
    if re.fullmatch(GROUPED_NUMBER, asked) or asked.isdecimal():
        meant.append(int(re.sub(r"\D", "", asked)))
    if re.fullmatch(r"\d+[.,]\d+", asked):
        meant.append(float(asked.replace(",", ".")))
    return meant


async def found(
    datasette: Datasette, published: Published, asked: str, only: str | None = None
) -> list[Group]:
    """What is found, in groups; of the kind `only`, where that is given, all of it."""
    groups = await _groups(datasette, published, asked, only, every=True)
    if not groups:
        groups = await _groups(datasette, published, asked, only, every=False)
    return groups


async def _groups(
    datasette: Datasette, published: Published, asked: str, only: str | None, every: bool
) -> list[Group]:
    expression = match_expression(asked, every)
    groups = []
    for kind, title in KINDS.items():
        if not expression or only not in (None, kind):
            continue
        if kind == "figure":
            results = await _figures(datasette, published, asked)
            results += await _rows_of_codes(datasette, published, expression)
        else:
            results = await _texts(datasette, published, kind, expression)
        if kind == "question":
            results = _joined(await _answers(datasette, published, asked), results)
        if results:
            shown = results if only else results[:SHOWN]
            groups.append(Group(kind, gettext(title), shown, len(results) - len(shown)))
    return groups


async def _answers(datasette: Datasette, published: Published, asked: str) -> list[Result]:
    """The questions whose answer, as the home page tells it, says all that is asked for."""
    results = []
    for each in await answers.headlines(datasette, published):
        if says(each.answer, asked):
            address = published.path(each.query)
            results.append(Result("question", each.question, address, escape(each.answer)))
    return results


def says(sentence: str, asked: str) -> bool:
    """Whether a sentence has each word that is asked for, by its beginning, and each number.

    >>> says("In 2023 women started 61.1% of 1,234 courses.", "Wom 61,1 1234")
    True
    """
    said = [_plain(term) for term in TERM.findall(sentence)]
    return all(_is_said(_plain(term), said) for term in TERM.findall(asked))


def _is_said(term: str, said: Sequence[str]) -> bool:
    """Whether a number is among what is said, or a word that begins so."""
    if term[0].isdigit():
        return term in said
    return any(word.startswith(term) for word in said)


def _plain(term: str) -> str:
    """A word or a number in one form, whatever its capitals and its marks."""
    if re.fullmatch(GROUPED_NUMBER, term):
        return re.sub(r"\D", "", term)
    return term.casefold().replace(",", ".")


def _joined(first: Sequence[Result], then: Sequence[Result]) -> list[Result]:
    """All results, each address once."""
    known = {result.address for result in first}
    return [*first, *(result for result in then if result.address not in known)]


async def _texts(
    datasette: Datasette, published: Published, kind: str, expression: str
) -> list[Result]:
    """What the index finds of one kind."""
    rows = await _found(datasette, published, kind, expression)
    return [result_of(published, kind, row) for row in rows]


async def _found(
    datasette: Datasette, published: Published, kind: str, expression: str
) -> Sequence[Any]:
    """The rows of the index of one kind, the best ones first."""
    wanted = {"match": expression, "kind": kind, "language": visit().language}
    database = datasette.get_database(published.name)
    try:
        found = await database.execute(FOUND, wanted)
    except sqlite3.OperationalError:  # a text that FTS5 cannot read, or a database without it
        return []
    return list(found.rows)


async def _rows_of_codes(
    datasette: Datasette, published: Published, expression: str
) -> list[Result]:
    """The rows with a figure of the codes whose names are asked for."""
    results: list[Result] = []
    codes = await _found(datasette, published, "code", expression)
    for code in codes[:CODES]:
        for table in published.tables_of_authors:
            results += await _rows_of(datasette, published, table, code["name"], code["part"])
    return results


async def _rows_of(
    datasette: Datasette, published: Published, table: str, code_list: str, code: str
) -> list[Result]:
    """The first rows of a table of which a column holds a code, with their first figure."""
    keys = published.primary_key(table)
    columns = columns_of(published, table)
    holding = [column.name for column in columns if column.code_list == code_list]
    figures = [column for column in _number_columns(published, table) if column.name not in keys]
    if not (keys and holding and figures):
        return []
    sql = f"""SELECT {", ".join(keys)}, {figures[0].name} AS figure FROM {table}
              WHERE {holding[0]} = ? ORDER BY rowid LIMIT {FIGURES}"""
    return await _rows_told(datasette, published, sql, [code], table, figures[0])


def result_of(published: Published, kind: str, row: Any) -> Result:
    """A row of the index as it is shown."""
    return RESULTS[kind](published, kind, row)


def _question_found(published: Published, kind: str, row: Any) -> Result:
    title = text_in(published.queries[row["name"]]["title"])
    return Result(kind, title, published.path(row["name"]), _marked(row["text"]))


def _line_found(published: Published, kind: str, row: Any) -> Result:
    page, line = row["part"], row["line"]
    title = passage_text(page, line, line)
    source = published.documents.get(document_name(row["name"]))
    if len(published.documents) > 1 and source is not None:
        title = f"{text(source, 'title')}, {title}"
    address = published.line_path(row["name"], page or None, line)
    return Result(kind, title, address, _marked(row["text"]))


def _remark_found(published: Published, kind: str, row: Any) -> Result:
    parts = [row["part"]] if row["part"] else []
    return Result(kind, "", published.path(row["name"], *parts), _marked(row["text"]))


def _code_found(published: Published, kind: str, row: Any) -> Result:
    address = published.path(row["name"], row["part"])
    return Result(kind, row["title"], address, aside=_title_of(published, row))


def _column_found(published: Published, kind: str, row: Any) -> Result:
    address = published.path(row["name"])
    aside = _title_of(published, row)
    return Result(kind, row["title"], address, _marked(row["text"]), aside)


def _table_found(published: Published, kind: str, row: Any) -> Result:
    address = published.path(row["name"])
    return Result(kind, _title_of(published, row), address, _marked(row["text"]))


def _title_of(published: Published, row: Any) -> str:
    return text(published.tables[row["name"]], "title")


# How what was found is shown, by its kind in the index.
RESULTS: Mapping[str, Callable[[Published, str, Any], Result]] = {
    "question": _question_found,
    "table": _table_found,
    "code": _code_found,
    "remark": _remark_found,
    "column": _column_found,
    "line": _line_found,
}


def _marked(excerpt: str) -> Markup:
    """An excerpt with what was found in it marked."""
    safe = str(escape(excerpt))
    return Markup(safe.replace(OPENED, "<mark>").replace(CLOSED, "</mark>"))  # noqa: S704  escaped


async def _figures(datasette: Datasette, published: Published, asked: str) -> list[Result]:
    """The rows of which a figure is the number that is asked for."""
    meant = numbers_asked(asked)
    results: list[Result] = []
    if not meant:
        return results
    for table in published.tables_of_authors:
        for column in _number_columns(published, table):
            results += await _rows_with(datasette, published, table, column, meant)
    return results


def _number_columns(published: Published, table: str) -> list[Column]:
    """The columns of a table that hold numbers."""
    return [column for column in columns_of(published, table) if column.is_number]


async def _rows_with(
    datasette: Datasette,
    published: Published,
    table: str,
    column: Column,
    meant: Sequence[int | float],
) -> list[Result]:
    """The rows of a table that have one of these numbers in a column."""
    keys = published.primary_key(table)
    if not keys:
        return []
    places = ", ".join("?" * len(meant))
    sql = f"""SELECT {", ".join(keys)}, {column.name} AS figure FROM {table}
              WHERE {column.name} IN ({places}) LIMIT {FIGURES}"""
    return await _rows_told(datasette, published, sql, list(meant), table, column)


async def _rows_told(
    datasette: Datasette,
    published: Published,
    sql: str,
    wanted: Sequence[Any],
    table: str,
    about: Column,
) -> list[Result]:
    """The rows that SQL finds, which are a key and a `figure` of the column `about`."""
    database = datasette.get_database(published.name)
    try:
        rows = await database.execute(sql, list(wanted), custom_time_limit=TIME_LIMIT)
    except QueryInterrupted:
        return []
    results = []
    for row in rows:
        key = [str(part) for part in tuple(row)[:-1]]
        called = key_label(published, table, ",".join(key))
        title = f"{text(published.tables[table], 'title')}: {called}"
        told = BLANK.format(gettext("blank"))
        if row["figure"] is not None:
            told = Markup("<mark>{}</mark> {}").format(figure(row["figure"]), about.unit)
        results.append(Result("figure", title, published.row_path(table, key), told))
    return results


async def page(request: Any, datasette: Datasette) -> Response:
    """`/search?q=…`: what is found, as a page."""
    published = publication_of(datasette)
    asked = request.args.get("q", "")[:LONGEST].strip()
    only = request.args.get("kind")
    groups = await found(datasette, published, asked, only if only in KINDS else None)
    context = {"asked": asked, "groups": groups, "only": only}
    html = await datasette.render_template("openbaar_search.html", context, request=request)
    return Response.html(html)


async def data(request: Any, datasette: Datasette) -> Response:
    """`/search.json?q=…`: what is found, for programs."""
    published = publication_of(datasette)
    asked = request.args.get("q", "")[:LONGEST].strip()
    results = []
    for group in await found(datasette, published, asked):
        for result in group.results:
            full = replace(result, address=_address(published, result.address, request))
            results.append(
                {
                    "kind": full.kind,
                    "title": full.title,
                    "text": full.excerpt.striptags(),
                    "of": full.aside or None,
                    "url": full.address,
                }
            )
    return Response.json({"query": asked, "results": results})


def _address(published: Published, path: str, request: Any) -> str:
    """The full address of a page in the language of the visit."""
    return published.page_address(path, visit().language, request)


ROUTES = [(r"/search$", page), (r"/search\.json$", data)]
