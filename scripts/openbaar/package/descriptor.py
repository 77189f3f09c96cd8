"""The descriptor of the data package: everything a person wrote about the tables, as Data Package 2.0.

The standard is https://datapackage.org/standard/data-package/. It lets a descriptor hold keys of its own;
ours are `languages`, `doi`, `additions`, `translations`, `rows`, `notes`, `unit`, `foreignKeysWhereFilled`, and
inside a source `sha256`, `author`, `authors`, `date`, `license`, `question`, `first_line` and `last_line`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openbaar.documents.entry import DocumentEntry
from openbaar.schema.csvfile import Rows
from openbaar.schema.model import ForeignKey, Schema, SchemaField
from openbaar.tables.dataset import Dataset, TableData
from openbaar.tables.model import Contributor, License, Source, Table
from openbaar.tables.publication import Publication
from openbaar.texts import catalogue, localized

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
Descriptor = dict[str, Any]
Spans = dict[str, dict[str, tuple[int, int]]]  # table -> document -> its first and last line there


def descriptor(dataset: Dataset) -> Descriptor:
    """The descriptor of a dataset.

    Texts are given in the first language of the publication, the others under `translations`. Keys without
    a value are left out.
    """
    publication = dataset.publication
    package = publication.package
    spans = _spans(dataset.rows("provenance"))
    return _filled(
        {
            "$schema": PROFILE,
            "name": package.name,
            "version": package.version,
            **_texts(publication, title=package.title, description=package.description),
            "languages": list(package.languages),
            "homepage": package.homepage,
            "created": f"{package.created}T00:00:00Z"
            if package.created
            else None,  # the standard wants a time too
            "doi": package.doi,
            "keywords": list(package.keywords),
            "contributors": [_plain(contributor) for contributor in package.contributors],
            "licenses": [_plain(license_) for license_ in package.licenses],
            "additions": [_plain(license_) for license_ in package.additions],
            "sources": [_document(publication, document) for document in package.documents],
            "resources": [
                _resource(publication, data, spans.get(name, {}))
                for name, data in dataset.tables.items()
            ],
        }
    )


def package_bytes(descriptor: Descriptor) -> bytes:
    """The descriptor as the bytes of `datapackage.json`, always the same for the same descriptor."""
    return (json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _resource(
    publication: Publication, data: TableData, spans: dict[str, tuple[int, int]]
) -> Descriptor:
    table = data.table
    return _filled(
        {
            "name": table.name,
            "type": "table",
            **_texts(publication, title=table.title, description=table.description),
            "path": data.path,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(data.csv),
            "hash": f"sha256:{data.sha256}",
            "rows": len(data.rows),
            "notes": [dict(note) for note in table.notes],
            "sources": [
                *(_part(publication, table, path, *lines) for path, lines in spans.items()),
                *(_plain(source) for source in table.sources),
            ],
            "schema": _schema(publication, table.name, table.table_schema),
        }
    )


def _schema(publication: Publication, table: str, schema: Schema) -> Descriptor:
    partly = [key for key in schema.foreignKeys if _partly_empty(schema, key)]
    return _filled(
        {
            "fields": [_field(publication, field) for field in schema.fields],
            "primaryKey": list(schema.primaryKey),
            "uniqueKeys": [list(key) for key in schema.uniqueKeys],
            "foreignKeys": [
                _foreign_key(key, table) for key in schema.foreignKeys if key not in partly
            ],
            "foreignKeysWhereFilled": [_foreign_key(key, table) for key in partly],
            "missingValues": [""],
        }
    )


def _field(publication: Publication, field: SchemaField) -> Descriptor:
    constraints = field.constraints.model_dump(mode="json", exclude_defaults=True)
    if "|" in constraints.get("pattern", ""):  # frictionless anchors A|B as ^A|B$, which takes AX
        constraints["pattern"] = f"(?:{constraints['pattern']})"
    texts = _texts(
        publication, title=field.title, description=field.description, unit=field.unit or {}
    )
    return _filled({"name": field.name, "type": field.type, **texts, "constraints": constraints})


def _foreign_key(key: ForeignKey, table: str) -> Descriptor:
    """The key as the standard has it: version 2.0 leaves `resource` out where a table refers to itself."""
    resource = {} if key.reference.resource == table else {"resource": key.reference.resource}
    return {
        "fields": list(key.fields),
        "reference": {**resource, "fields": list(key.reference.fields)},
    }


def _partly_empty(schema: Schema, key: ForeignKey) -> bool:
    """Whether some columns of the key may be empty in a row where others are not.

    SQL lets such a row pass, as we do; the standard does not say, and frictionless refuses it. So these keys
    stand under a name of their own, and the database checks them.
    """
    filled = [
        name in schema.primaryKey or schema.field(name).constraints.required for name in key.fields
    ]
    return len(filled) > 1 and not all(filled)


def _document(publication: Publication, document: DocumentEntry) -> Descriptor:
    known = document.model_dump(include={"path", "sha256", "author", "date", "license"})
    authors = [person.model_dump(exclude_none=True) for person in document.authors]
    return _filled({**_texts(publication, title=document.title), **known, "authors": authors})


def _part(publication: Publication, table: Table, path: str, first: int, last: int) -> Descriptor:
    """The part of a document that a table was read from: 'Title, answer 1a, lines 4–9'."""
    titles = {}
    for language, title in publication.document(path).title.items():
        _ = catalogue(language, publication.language).gettext
        answer = [_("answer %(question)s") % {"question": table.question}] if table.question else []
        lines = _("line %(first)s") if first == last else _("lines %(first)s–%(last)s")
        lines %= {"first": first, "last": last}
        titles[language] = ", ".join([title, *answer, lines])
    place = {"path": path, "question": table.question, "first_line": first, "last_line": last}
    return _filled({**_texts(publication, title=titles), **place})


def _spans(provenance: Rows) -> Spans:
    """For each table the lines it was read from, as the provenance of its cells says."""
    spans: Spans = {}
    for row in provenance:
        documents = spans.setdefault(str(row["table_name"]), {})
        path, first, last = (
            str(row["document"]),
            int(str(row["first_line"])),
            int(str(row["last_line"])),
        )
        known_first, known_last = documents.get(path, (first, last))
        documents[path] = min(known_first, first), max(known_last, last)
    return spans


def _texts(publication: Publication, **texts: Mapping[str, str]) -> Descriptor:
    """Each text in the first language, and under `translations` in the other ones."""
    return {
        **{key: localized(text, publication.language) for key, text in texts.items()},
        "translations": {
            language: _filled({key: text.get(language) for key, text in texts.items()})
            for language in publication.package.languages[1:]
        },
    }


def _plain(entry: Contributor | License | Source) -> Descriptor:
    return _filled(entry.model_dump(mode="json"))


def _filled(mapping: Mapping[str, Any]) -> Descriptor:
    """Without what has no value: the profile refuses empty lists and null."""
    return {key: value for key, value in mapping.items() if value not in (None, "", [], {}, ())}
