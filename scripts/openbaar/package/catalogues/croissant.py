"""Croissant 1.1: a dataset as programs for machine learning load it.

See https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. A record set is a table; a
code list is one whose records are an enumeration.
"""

from __future__ import annotations

from typing import Any

from openbaar.package.catalogues import schema_org
from openbaar.package.catalogues.facts import Column, Facts, Reference, TableFacts, text

Described = dict[str, Any]
FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
# The types of Croissant by those of the Table Schema. An array stays the text that holds it.
DATA_TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "year": "sc:Integer",
    "yearmonth": "sc:Text",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "array": "sc:Text",
}
# The names of Croissant for what is called otherwise since it was registered.
ENCODING_FORMATS = {"application/vnd.apache.parquet": "application/x-parquet"}
# The names that Croissant takes from schema.org, from Dublin Core and from its own vocabulary.
CROISSANT_TERMS = (
    "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject",
    "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
    "separator", "source", "subField", "transform",
)  # fmt: skip


def metadata(facts: Facts, base: str) -> Described:
    """The publication with its tables; `base` stands before the paths of files, '' for relative."""
    described = {
        "@context": _context(facts.language),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        **schema_org.dataset(facts),
        "citeAs": _cite_as(facts),
        "distribution": [_file(table, base) for table in facts.tables],
        "recordSet": [_record_set(table, facts.language) for table in facts.tables],
    }
    return schema_org.known(described)


def _context(language: str) -> Described:
    """The meaning of the names below, which Croissant wants in the file itself."""
    context: Described = {
        "@language": language,
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
    }
    for term in CROISSANT_TERMS:
        context[term] = f"cr:{term}"
    return context


def _cite_as(facts: Facts) -> str:
    """A citation in words: who, what, which version, where."""
    creators = ", ".join(creator.title for creator in facts.creators)
    who = f"{creators}: " if creators else ""
    title = text(facts.title, facts.language)
    address = [*schema_org.identifiers(facts), facts.homepage or ""][0]
    return f"{who}{title}, {facts.version}. {address}".strip()


def _file(table: TableFacts, base: str) -> Described:
    return {
        "@type": "cr:FileObject",
        "@id": table.path,
        "name": table.path,
        "contentUrl": f"{base}{table.path}",
        "contentSize": f"{table.bytes} B",
        "encodingFormat": ENCODING_FORMATS.get(table.media_type, table.media_type),
        "sha256": table.sha256,
    }


def _record_set(table: TableFacts, language: str) -> Described:
    references = {}
    for reference in table.references:
        if _is_joinable(table, reference):
            references[reference.columns[0]] = reference
    key = [{"@id": f"{table.name}/{name}"} for name in table.primary_key]
    described = {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": text(table.description, language),
        "key": key,
        "field": [
            _field(table, column, references.get(column.name), language) for column in table.columns
        ],
    }
    if table.is_code_list:
        described["dataType"] = "sc:Enumeration"
    return schema_org.known(described)


def _is_joinable(table: TableFacts, reference: Reference) -> bool:
    """Whether programs that join what a reference connects can do so.

    Croissant has no references of several fields. They turn in circles on one within a table, and
    fail where cells are empty.
    """
    is_single = len(reference.columns) == 1 and reference.table != table.name
    return is_single and table.always_fills(reference)


def _field(
    table: TableFacts, column: Column, reference: Reference | None, language: str
) -> Described:
    described: Described = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": _description(column, language),
        "dataType": DATA_TYPES[column.type],
        "source": {"fileObject": {"@id": table.path}, "extract": {"column": column.name}},
    }
    if reference is not None:
        described["references"] = {"field": {"@id": f"{reference.table}/{reference.referenced[0]}"}}
    return schema_org.known(described)


def _description(column: Column, language: str) -> str:
    """What a column means, with its unit, for which Croissant has no property."""
    description = text(column.description, language) or text(column.title, language)
    unit = text(column.unit, language)
    return f"{description} [{unit}]" if unit else description
