"""CSV on the Web: what each CSV file holds, for readers that follow a W3C recommendation.

See https://www.w3.org/TR/tabular-metadata/. Addresses are relative to the file itself.
"""

from __future__ import annotations

from typing import Any

from openbaar.package.catalogues.facts import Column, Facts, Reference, TableFacts, Texts
from openbaar.package.catalogues.schema_org import known

Described = dict[str, Any]
FILE = "csvw-metadata.json"
# The others are called as in the Table Schema.
DATATYPES = {"year": "gYear", "yearmonth": "gYearMonth", "array": "json"}
LIMITED = ("integer", "number")  # the types whose limits all readers take; not all do of gYear


def metadata(facts: Facts) -> Described:
    """The tables that are CSV files, as a group of tables."""
    tables = [table for table in facts.tables if table.media_type == "text/csv"]
    paths = {table.name: table.path for table in tables}
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": facts.language}],
        "dc:title": _texts(facts.title),
        "dc:description": _texts(facts.description),
        "dc:rights": _texts(facts.rights),
        "dialect": {"encoding": "utf-8", "header": True},
        "tables": [_table(table, paths) for table in tables],
    }
    if facts.id is not None:
        described["dc:identifier"] = facts.id
    return known(described)


def _table(table: TableFacts, paths: dict[str, str]) -> Described:
    schema: Described = {
        "columns": [_column(column) for column in table.columns],
        "primaryKey": list(table.primary_key),
    }
    # In CSVW each row must lead to a row, of a table that is in the group.
    led = [each for each in table.references if each.table in paths]
    keys = [each for each in led if table.always_fills(each)]
    if keys:
        schema["foreignKeys"] = [_foreign_key(each, paths) for each in keys]
    described = {
        "url": table.path,
        "dc:title": _texts(table.title),
        "dc:description": _texts(table.description),
        "tableSchema": schema,
    }
    return known(described)


def _foreign_key(reference: Reference, paths: dict[str, str]) -> Described:
    return {
        "columnReference": list(reference.columns),
        "reference": {
            "resource": paths[reference.table],
            "columnReference": list(reference.referenced),
        },
    }


def _column(column: Column) -> Described:
    """A column. `titles` would have to be the headings in the file, which are the names."""
    described: Described = {
        "name": column.name,
        "titles": [column.name],
        "dc:title": _texts(column.title),
        "datatype": _datatype(column),
        "required": column.required,
        "dc:description": _texts(column.description),
        "schema:unitText": _texts(column.unit),
    }
    return known(described)


def _datatype(column: Column) -> str | Described:
    """The type with what CSVW can say of its limits: the least and the greatest, and a pattern."""
    base = DATATYPES.get(column.type, column.type)
    datatype: Described = {"base": base}
    if base in LIMITED:
        for limit in ("minimum", "maximum"):
            if limit in column.constraints:
                datatype[limit] = column.constraints[limit]
    if column.type == "string" and "pattern" in column.constraints:
        datatype["format"] = column.constraints["pattern"]
    return base if len(datatype) == 1 else datatype


def _texts(texts: Texts) -> list[Described]:
    """A text in each of its languages, as JSON-LD has them."""
    return [{"@value": value, "@language": language} for language, value in texts.items()]
