"""Describing a dataset: what people wrote about its tables, as the descriptor of a data package.

`model.py` says which keys a descriptor has. Texts are given in the first language of the
publication, and in the others under `translations`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from openbaar.documents.entry import DocumentEntry
from openbaar.package.model import (
    PROFILE,
    DescribedField,
    DescribedForeignKey,
    DescribedPackage,
    DescribedPerson,
    DescribedReference,
    DescribedResource,
    DescribedSchema,
    DescribedSource,
    Descriptor,
    Translations,
)
from openbaar.schema.csvfile import Rows
from openbaar.schema.model import Constraints, ForeignKey, Schema, SchemaField
from openbaar.tables.dataset import Dataset, TableData
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.tables.wording import answer_text, lines_text
from openbaar.texts import catalogue, localized


class Span(NamedTuple):
    """The first and the last line that a table was read from in a document."""

    first: int
    last: int


Spans = dict[str, dict[str, Span]]  # table -> document -> its lines there


def descriptor(dataset: Dataset) -> Descriptor:
    """The descriptor of a dataset as plain data, the same each time."""
    return described(dataset).as_data()


def package_bytes(descriptor: Descriptor) -> bytes:
    """The descriptor as the bytes of `datapackage.json`."""
    return (json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def described(dataset: Dataset) -> DescribedPackage:
    """The model of the descriptor of a dataset."""
    publication = dataset.publication
    package = publication.package
    spans = _spans(dataset.rows("provenance"))
    resources = []
    for name, data in dataset.tables.items():
        resources.append(_resource(publication, data, spans.get(name, {})))
    # The standard wants a time too.
    created = None if package.created is None else f"{package.created}T00:00:00Z"
    return DescribedPackage(
        profile=PROFILE,
        name=package.name,
        version=package.version,
        title=localized(package.title, publication.language),
        description=localized(package.description, publication.language),
        translations=_translations(
            publication, title=package.title, description=package.description
        ),
        languages=package.languages,
        homepage=package.homepage,
        created=created,
        doi=package.doi,
        keywords=package.keywords,
        contributors=package.contributors,
        licenses=package.licenses,
        additions=package.additions,
        sources=tuple(_document(publication, entry) for entry in package.documents),
        resources=tuple(resources),
    )


def _translations(publication: Publication, **texts: Mapping[str, str] | None) -> Translations:
    """The texts in each language but the first one; a text that is None has no translation."""
    translations: Translations = {}
    for language in publication.package.languages[1:]:
        found = {}
        for key, text in texts.items():
            if text is not None and text.get(language):
                found[key] = text[language]
        if found:
            translations[language] = found
    return translations


def _resource(
    publication: Publication, data: TableData, spans: Mapping[str, Span]
) -> DescribedResource:
    table = data.table
    sources = [_part(publication, table, path, span) for path, span in spans.items()]
    sources += [DescribedSource(title=each.title, path=each.path) for each in table.sources]
    return DescribedResource(
        name=table.name,
        type="table",
        title=localized(table.title, publication.language),
        description=localized(table.description, publication.language),
        translations=_translations(publication, title=table.title, description=table.description),
        path=data.path,
        format="csv",
        mediatype="text/csv",
        encoding="utf-8",
        bytes=data.size,
        hash=f"sha256:{data.sha256}",
        rows=len(data.rows),
        notes=tuple(dict(note) for note in table.notes),
        sources=tuple(sources),
        table_schema=_schema(publication, table),
    )


def _schema(publication: Publication, table: Table) -> DescribedSchema:
    schema = table.table_schema
    whole = []
    partly_empty = []
    for key in schema.foreignKeys:
        described_key = _foreign_key(key, table.name)
        if _may_be_partly_empty(schema, key):
            partly_empty.append(described_key)
        else:
            whole.append(described_key)
    return DescribedSchema(
        fields=tuple(_field(publication, field) for field in schema.fields),
        primaryKey=schema.primaryKey,
        uniqueKeys=schema.uniqueKeys,
        foreignKeys=tuple(whole),
        foreignKeysWhereFilled=tuple(partly_empty),
        missingValues=("",),
    )


def _field(publication: Publication, field: SchemaField) -> DescribedField:
    unit = None if field.unit is None else localized(field.unit, publication.language)
    return DescribedField(
        name=field.name,
        type=field.type,
        title=localized(field.title, publication.language),
        description=localized(field.description, publication.language),
        unit=unit,
        translations=_translations(
            publication, title=field.title, description=field.description, unit=field.unit
        ),
        constraints=_constraints(field),
    )


def _constraints(field: SchemaField) -> Constraints:
    """The constraints of a column, with alternatives in a pattern in brackets.

    Frictionless anchors `A|B` as `^A|B$`, which accepts `AX`; `(?:A|B)` it anchors as meant.
    """
    pattern = field.constraints.pattern
    if pattern is None or "|" not in pattern:
        return field.constraints
    return field.constraints.model_copy(update={"pattern": f"(?:{pattern})"})


def _foreign_key(key: ForeignKey, table: str) -> DescribedForeignKey:
    resource = None if key.reference.resource == table else key.reference.resource
    reference = DescribedReference(resource=resource, fields=key.reference.fields)
    return DescribedForeignKey(fields=key.fields, reference=reference)


def _may_be_partly_empty(schema: Schema, key: ForeignKey) -> bool:
    """Whether some columns of the key may be empty in a row where others are not.

    SQL lets such a row pass, as we do; the standard does not say, and frictionless refuses it. So
    these keys are under a name of their own, and the database checks them.
    """
    filled = [_is_always_filled(schema, name) for name in key.fields]
    return len(filled) > 1 and not all(filled)


def _is_always_filled(schema: Schema, name: str) -> bool:
    return name in schema.primaryKey or schema.field(name).constraints.required


def _document(publication: Publication, entry: DocumentEntry) -> DescribedSource:
    authors = [DescribedPerson(**person.model_dump()) for person in entry.authors]
    return DescribedSource(
        title=localized(entry.title, publication.language),
        translations=_translations(publication, title=entry.title),
        path=entry.path,
        sha256=entry.sha256,
        author=entry.author,
        date=entry.date,
        license=entry.license,
        authors=tuple(authors),
    )


def _part(publication: Publication, table: Table, path: str, span: Span) -> DescribedSource:
    """The part of a document that a table was read from, such as 'Title, answer 1a, lines 4–9'."""
    titles = {}
    for language, title in publication.document(path).title.items():
        titles[language] = _part_title(
            title, table.question, span, (language, publication.language)
        )
    return DescribedSource(
        title=localized(titles, publication.language),
        translations=_translations(publication, title=titles),
        path=path,
        question=table.question,
        first_line=span.first,
        last_line=span.last,
    )


def _part_title(title: str, question: str | None, span: Span, languages: Sequence[str]) -> str:
    words = catalogue(*languages)
    parts = [title]
    if question is not None:
        parts.append(answer_text(question, words))
    parts.append(lines_text(span.first, span.last, words))
    return ", ".join(parts)


def _spans(provenance: Rows) -> Spans:
    """For each table the lines it was read from, as the provenance of its cells says."""
    spans: Spans = {}
    for row in provenance:
        documents = spans.setdefault(str(row["table_name"]), {})
        path = str(row["document"])
        first, last = int(str(row["first_line"])), int(str(row["last_line"]))
        known = documents.get(path, Span(first, last))
        documents[path] = Span(min(known.first, first), max(known.last, last))
    return spans
