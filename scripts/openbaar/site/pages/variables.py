"""What the templates get beside what Datasette gives them, for each kind of page."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils import tilde_encode, urlsafe_components
from datasette.utils.asgi import Request
from markupsafe import Markup

from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site.kept import kept_parts
from openbaar.site.kept.kept_results import PARAMETER
from openbaar.site.pages import answers, chips, columns, remarks
from openbaar.site.pages.cells import Unwritten, shown
from openbaar.site.pages.grid import record
from openbaar.site.pages.naming import row_title
from openbaar.site.pages.pictures import Chart, query_chart, table_chart, thumbnails
from openbaar.site.pages.templating import Variables
from openbaar.site.published import Published
from openbaar.site.requests.language import visit
from openbaar.site.routes import changes, citation, downloads, linked_data, questions
from openbaar.site.routes.excerpts import excerpts

if TYPE_CHECKING:
    from datasette.app import Datasette


def cell(published: Published, table: str | None, column: str, value: Any, row: Any) -> Unwritten:
    """How a cell of a table or of a query's result is shown; `row` is as Datasette has it."""
    return Unwritten(_written, published, table, column, value, row)


def _written(published: Published, table: str | None, column: str, value: Any, row: Any) -> Markup:
    """The HTML of a cell."""
    if table is None:
        known = columns.result_column(published, _query_name(published), column)
    else:
        known = columns.column_of(published, table, column)
    values = dict(row) if known.of_trust else {}  # nothing else hangs on other cells
    return shown(published, table or known.table, known, value, values)


def _query_name(published: Published) -> str | None:
    """The query whose page is being made."""
    name = visit().path.rsplit("/", 1)[-1]
    return name if name in published.queries else None


async def _home(datasette: Datasette, published: Published, request: Request) -> Variables:
    """The home page, which is always the same but for what other plugins add."""
    make = partial(_of_home, datasette, published, request)
    page = await kept_parts.kept_page(published, "", request, make)
    return {**page.variables, "kept": page.part}


async def _of_home(datasette: Datasette, published: Published, request: Request) -> Variables:
    """What the home page says: the tables in groups, what to beware of, and what to take away."""
    groups: dict[str, list[str]] = {"figures": [], "lists": [], "trust": []}
    for name in published.tables:
        groups[_group(published, name)].append(name)
    before = await changes.versions_before(datasette, published)
    small = await thumbnails(datasette, published)
    language = visit().language
    offered = downloads.packed_links(published, language)
    if published.are_tables_listed:
        offered = downloads.links(published, None, language)
    return {
        "groups": groups,
        "version_before": before.get(published.version),
        "headlines": await answers.headlines(datasette, published),
        "thumbnails": small,
        "chart": await _first_chart(datasette, published, groups["figures"], small),
        "warnings": await remarks.warnings(datasette, published),
        "totals": await remarks.reconciliation(datasette, published),
        "has_differences": await remarks.has_differences(datasette, published),
        "downloads": offered,
        "citations": citation.blocks(published, language, request=request),
        "json_ld": linked_data.json_ld(published, None, language, request),
    }


async def _first_chart(
    datasette: Datasette, published: Published, tables: Sequence[str], charted: Container[str]
) -> Chart | None:
    """The chart that whoever shares the home page sees: that of the first table with one."""
    for table in tables:
        if table in charted:
            return await table_chart(datasette, published, table)
    return None


def _group(published: Published, table: str) -> str:
    """Where the home page lists a table."""
    if table in TRUST_TABLES:
        return "trust"
    if table in published.code_lists:
        return "lists"
    return "figures"


async def _table(
    datasette: Datasette, published: Published, request: Request, table: str
) -> Variables:
    """The page of a table: what to know before trusting it, its chart, what its columns mean."""
    asked = parse_qsl(request.query_string, keep_blank_values=True)
    make = partial(_of_table, datasette, published, request, table)
    page = await kept_parts.kept_page(published, table, request, make)
    return {
        **page.variables,
        "kept": page.part,
        "asked": asked,
        "unknown": _unknown(published, table, asked),
        "counted": await chips.counts(datasette, published, table, asked),
    }


async def _of_table(
    datasette: Datasette, published: Published, request: Request, table: str
) -> Variables:
    """What the page of a table says whatever rows a visitor chose."""
    return {
        "resource": published.tables[table],
        "footnotes": await remarks.footnotes(datasette, published, table),
        "warnings": await remarks.warnings(datasette, published, table),
        "totals": await remarks.reconciliation(datasette, published, table),
        "places": _places(published, table),
        "chart": await table_chart(datasette, published, table),
        "downloads": downloads.links(published, table, visit().language),
        "packed": downloads.packed_links(published, visit().language),
        "citations": citation.blocks(published, visit().language, table, request=request),
        "json_ld": linked_data.json_ld(published, table, visit().language, request),
    }


def _unknown(published: Published, table: str, asked: Sequence[tuple[str, str]]) -> list[str]:
    """The parameters of an address that name no column: Datasette finds no rows for them."""
    known = published.column_names(table)
    names = [name for name, _ in asked if not name.startswith("_")]
    return [name for name in names if name.split("__")[0] not in known]


def _places(published: Published, table: str) -> list[remarks.Passage]:
    """Where a table is in the documents, from its first line to its last."""
    places = []
    for part in published.tables[table].get("sources", []):
        if "first_line" not in part:
            continue
        place = remarks.place_of(published, {**part, "document": part["path"]})
        if place is not None:
            places.append(place)
    return places


async def _row(
    datasette: Datasette, published: Published, request: Request, table: str
) -> Variables:
    """The page of a row: where it is in the document, and the remarks that concern it."""
    parts = list(urlsafe_components(request.url_vars["pks"]))
    key = ",".join(tilde_encode(part) for part in parts)
    row = await _fetched(datasette, published, table, parts)
    warnings: list[remarks.Anomaly] = []
    if row is not None:
        warnings = await remarks.warnings_of_row(datasette, published, table, row)
    return {
        "resource": published.tables[table],
        "record": record(published, table, row or {}),
        "called": row_title(published, table, parts, row or {}),
        "json_ld": _row_json_ld(published, request, table, key, row),
        "address_to_cite": _address_of_row(published, request, table, key),
        "excerpts": await excerpts(datasette, published, table, key, row),
        "warnings": warnings,
    }


def _address_of_row(published: Published, request: Request, table: str, key: str) -> str | None:
    """The address by which people cite a row; None for a row about other rows."""
    if table in TRUST_TABLES:
        return None
    return published.address(f"/id/{table}/{key}", request)


def _row_json_ld(
    published: Published,
    request: Request,
    table: str,
    key: str,
    row: Mapping[str, Any] | None,
) -> Markup | None:
    if row is None:
        return None
    return linked_data.row_json_ld(published, table, key, row, visit().language, request)


async def _fetched(
    datasette: Datasette, published: Published, table: str, key: Sequence[str]
) -> Mapping[str, Any] | None:
    """The row with that key; None where there is none.

    Datasette has just asked for it, word for word, so that its result is kept.
    """
    names = published.primary_key(table)
    if len(names) != len(key):
        return None
    where = " AND ".join(f'"{name}"=:p{number}' for number, name in enumerate(names))
    values = {f"p{number}": part for number, part in enumerate(key)}
    database = datasette.get_database(published.name)
    found = await database.execute(f"select * from {table} where {where}", values, truncate=True)
    row = found.first()
    return None if row is None else dict(row)


async def _query(datasette: Datasette, published: Published, request: Request) -> Variables:
    """The page of a query: its words, the choices for its parameters, its chart; or of free SQL."""
    name = _query_name(published)
    if name is None:
        return {"query_name": None}
    asked = dict(parse_qsl(request.query_string))
    make = partial(_of_query, datasette, published, request, name, asked)
    if _hangs_on_visitor(published.queries[name]["sql"], asked):
        return await make()
    page = await kept_parts.kept_page(published, name, request, make)
    return {**page.variables, "kept": page.part}


def _hangs_on_visitor(sql: str, asked: Container[str]) -> bool:
    """Whether a visitor chose something of a query, or it asks for what is not in the database.

    That is the moment, or the visitor: see
    https://docs.datasette.io/en/0.65.2/sql_queries.html#magic-parameters.
    """
    return any(name.startswith("_") or name in asked for name in PARAMETER.findall(sql))


async def _of_query(
    datasette: Datasette,
    published: Published,
    request: Request,
    name: str,
    asked: Mapping[str, str],
) -> Variables:
    """What the page of a query says, of all that a visitor asked."""
    about = published.queries[name]
    given = {parameter: request.args.get(parameter, "") for parameter in about["parameters"]}
    found = await answers.result(datasette, published, name, asked)
    tables = about["tables"]
    chosen = urlencode({name: value for name, value in given.items() if value})
    address = questions.address_to_cite(published, name, chosen)
    cited = (columns.text_in(about["title"]), address)
    return {
        "query_name": name,
        "about": about,
        "raw_rows": None if found is None else found.rows,
        "answer": answers.sentence(published, name, found, asked),
        "warnings": await _remarks_of_query(datasette, published, tables),
        "sources": _sources_of_query(published, tables),
        "others": answers.others_like(published, name),
        "chart": await query_chart(datasette, published, name, given),
        "citations": citation.blocks(published, visit().language, query=cited, request=request),
        "json_ld": linked_data.query_json_ld(published, name, visit().language, request),
    }


async def _remarks_of_query(
    datasette: Datasette, published: Published, tables: Sequence[str]
) -> list[remarks.Anomaly]:
    """The points to note about the tables that a query reads, each once."""
    found: list[remarks.Anomaly] = []
    for table in tables:
        for each in await remarks.warnings(datasette, published, table):
            if each.text not in [known.text for known in found]:
                found.append(each)
    return found


def _sources_of_query(published: Published, tables: Sequence[str]) -> list[Variables]:
    """The tables that a query reads, and where each of them is in the documents."""
    return [{"name": name, "places": _places(published, name)} for name in tables]


async def _database(_datasette: Datasette, published: Published, request: Request) -> Variables:
    """The page of the database, which Datasette makes almost alone."""
    return {"json_ld": linked_data.json_ld(published, None, visit().language, request)}


# What makes the variables of a page, by the template of Datasette.
OF_THE_WHOLE = {"index.html": _home, "database.html": _database, "query.html": _query}
OF_A_TABLE = {"table.html": _table, "row.html": _row}


async def variables(
    datasette: Datasette,
    published: Published,
    request: Request,
    template: str,
    table: str | None,
) -> Variables:
    """The variables for one template of Datasette; none for those that need none of ours."""
    if template in OF_THE_WHOLE:
        return await OF_THE_WHOLE[template](datasette, published, request)
    if template in OF_A_TABLE and table in published.tables:
        return await OF_A_TABLE[template](datasette, published, request, table)
    return {}
