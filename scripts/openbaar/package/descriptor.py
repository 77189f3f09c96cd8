"""Describing a dataset: what people wrote about its tables, as the descriptor of a data package.

`model.py` says which keys a descriptor has. Texts are given in the first language of the
publication, and in the others under `translations`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal

from openbaar.documents.entry import DocumentEntry
from openbaar.package.model import (
    PROFILE,
    DescribedAgent,
    DescribedCategory,
    DescribedCategoryTable,
    DescribedField,
    DescribedForeignKey,
    DescribedLicense,
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
from openbaar.tables.authored.about import Contact, License, Publisher
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.dataset import Dataset, TableData
from openbaar.tables.judging.wording import answer_text, place_text
from openbaar.tables.spans import Span
from openbaar.texts import Localized, catalogue, localized

# A longer list serves neither a menu nor a factor; its foreign key leads to the table with it.
MOST_CATEGORIES = 200
CodeLists = dict[str, tuple[DescribedCategory, ...]]  # table -> its codes with their labels


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
    code_lists = _code_lists(dataset)
    resources = []
    for name, data in dataset.tables.items():
        resources.append(_resource(dataset, data, dataset.spans.get(name, {}), code_lists))
    # The standard wants a time too.
    created = None if package.created is None else f"{package.created}T00:00:00Z"
    return DescribedPackage(
        profile=PROFILE,
        name=package.name,
        id=package.id,
        version=package.version,
        title=localized(package.title, publication.language),
        description=localized(package.description, publication.language),
        translations=_translations(
            publication, title=package.title, description=package.description
        ),
        languages=package.languages,
        homepage=package.homepage,
        created=created,
        keywords=package.all_keywords,
        keywordsByLanguage=package.keywords,
        contributors=package.contributors,
        licenses=_licences(publication),
        sources=tuple(_document(publication, entry) for entry in package.documents),
        doi=package.doi,
        issued=package.issued,
        modified=package.modified,
        publisher=_agent(publication, package.publisher),
        contact=_agent(publication, package.contact),
        themes=package.themes,
        places=package.places,
        period=package.period,
        frequency=package.frequency,
        accessRights=package.access_rights,
        resources=tuple(resources),
    )


def _agent(publication: Publication, agent: Publisher | Contact | None) -> DescribedAgent | None:
    """The publisher or the contact; None where none is named."""
    if agent is None:
        return None
    return DescribedAgent(
        title=localized(agent.name, publication.language),
        translations=_translations(publication, title=agent.name),
        **agent.model_dump(include={"email", "path", "type"}),
    )


def _licences(publication: Publication) -> tuple[DescribedLicense, ...]:
    """The licences of the figures and of what is added, each with a title that says of which.

    A reader of the standard, who does not know our key `appliesTo`, would take them for a choice.
    """
    _ = catalogue(publication.language).gettext
    of_documents, of_additions = _("source document"), _("additions")
    licences = []
    for each in publication.package.licenses:
        licences.append(_licence(each, "documents", of_documents))
    for each in publication.package.additions:
        licences.append(_licence(each, "additions", of_additions))
    return tuple(licences)


def _licence(
    licence: License, applies_to: Literal["documents", "additions"], scope: str
) -> DescribedLicense:
    return DescribedLicense(
        name=licence.name,
        title=f"{licence.title} ({scope})",
        path=licence.path,
        appliesTo=applies_to,
    )


def _code_lists(dataset: Dataset) -> CodeLists:
    """The codes of each code list, in its order, with their labels.

    A code list is a table that other columns point to by its one key column, and whose label is
    there once for each code: the conditions of the recipe for category tables.
    """
    found = {}
    for name in _referenced(dataset.publication):
        columns = _category_columns(dataset.tables[name].table)
        if columns is not None:
            found[name] = tuple(_codes(dataset.rows(name), columns))
    return found


def _codes(rows: Rows, columns: DescribedCategoryTable) -> Iterator[DescribedCategory]:
    """The codes of a code list with their labels; none where the list is too long to be listed."""
    if len(rows) <= MOST_CATEGORIES:
        for row in rows:
            value, label = str(row[columns.value]), str(row[columns.label])
            yield DescribedCategory(value=value, label=label)


def _referenced(publication: Publication) -> set[str]:
    """The tables that some table points to."""
    tables = publication.resources.values()
    keys = chain.from_iterable(table.table_schema.foreignKeys for table in tables)
    return {key.reference.resource for key in keys}


def _category_columns(table: Table) -> DescribedCategoryTable | None:
    """The columns with the codes and the labels of a code list; None where it is not one."""
    schema = table.table_schema
    if table.label is None or len(schema.primaryKey) != 1:
        return None
    value, label = schema.field(schema.primaryKey[0]), schema.field(table.label)
    is_text = value.type == label.type == "string"
    is_complete = label.constraints.unique and label.constraints.required
    if not is_text or not is_complete:
        return None
    return DescribedCategoryTable(value=value.name, label=label.name)


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


def _description(dataset: Dataset, table: Table) -> Localized:
    """What a table is; `provenance` says it where some of its rows hold for many cells."""
    if table.name != "provenance" or not dataset.placed_by_rule:
        return table.description
    texts = {}
    for language in dataset.publication.package.languages:
        _ = catalogue(language).gettext
        told = _(
            "Of a long table a row may hold for many: with the row_id * for all of them, with "
            "*3:2-54 for those whose source_lines are from 2 to 54 on page 3, with *3:2-54#2 for "
            "the second one of each of these lines, but for rows that have rows of their own here. "
            "Then {C} is what is printed in column C of the line in source_lines, {2} its second "
            "word, {-1} the last one; any other text is printed once for all of these rows, on the "
            "lines that are named."
        )
        texts[language] = f"{localized(table.description, language)} {told}"
    return Localized(texts)


def _resource(
    dataset: Dataset, data: TableData, spans: Mapping[str, Span], code_lists: CodeLists
) -> DescribedResource:
    publication = dataset.publication
    table = data.table
    description = _description(dataset, table)
    category_columns = None
    if table.name in code_lists:
        category_columns = _category_columns(table)
    sources = [_part(publication, table, path, span) for path, span in spans.items()]
    sources += [DescribedSource(title=each.title, path=each.path) for each in table.sources]
    return DescribedResource(
        name=table.name,
        type="table",
        title=localized(table.title, publication.language),
        description=localized(description, publication.language),
        translations=_translations(publication, title=table.title, description=description),
        path=data.path,
        format="csv",
        mediatype="text/csv",
        encoding="utf-8",
        bytes=data.size,
        hash=f"sha256:{data.sha256}",
        rows=len(data.rows),
        notes=tuple(dict(note) for note in table.notes),
        categoryFieldMap=category_columns,
        sdmx=table.sdmx,
        sources=tuple(sources),
        table_schema=_schema(publication, table, code_lists),
    )


def _schema(publication: Publication, table: Table, code_lists: CodeLists) -> DescribedSchema:
    schema = table.table_schema
    everywhere = []
    where_filled = []
    named: set[str] = set()  # columns of the keys so far
    for key in sorted(schema.foreignKeys, key=_length):
        described_key = _foreign_key(key, table.name)
        if _may_be_partly_empty(schema, key) or named.intersection(key.fields):
            where_filled.append(described_key)
        else:
            everywhere.append(described_key)
            named.update(key.fields)
    fields = []
    for field in schema.fields:
        categories = _categories(schema, field.name, code_lists)
        fields.append(_field(publication, field, categories))
    return DescribedSchema(
        fields=tuple(fields),
        primaryKey=schema.primaryKey,
        uniqueKeys=schema.uniqueKeys,
        foreignKeys=tuple(everywhere),
        foreignKeysWhereFilled=tuple(where_filled),
        missingValues=("",),
    )


def _length(key: ForeignKey) -> int:
    """How many columns a key has: those of one come first, because they lead to code lists."""
    return len(key.fields)


def _categories(
    schema: Schema, column: str, code_lists: CodeLists
) -> tuple[DescribedCategory, ...]:
    """The codes that may stand in a column, where it points to a code list that is not too long.

    The recipe for category tables names the list here instead, which the official profile refuses.
    """
    for key in schema.foreignKeys:
        if key.fields == (column,):
            return code_lists.get(key.reference.resource, ())
    return ()


def _field(
    publication: Publication, field: SchemaField, categories: tuple[DescribedCategory, ...]
) -> DescribedField:
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
        categories=categories,
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
    rights = None if entry.rights is None else localized(entry.rights, publication.language)
    return DescribedSource(
        title=localized(entry.title, publication.language),
        translations=_translations(publication, title=entry.title, rights=entry.rights),
        path=entry.path,
        sha256=entry.sha256,
        author=entry.author,
        date=entry.date,
        license=entry.license,
        rights=rights,
        rights_checked=entry.rights_checked,
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
        page=span.page or None,
        last_page=span.last_page if span.last_page != span.page else None,
        first_line=span.first,
        last_line=span.last,
    )


def _part_title(title: str, question: str | None, span: Span, languages: Sequence[str]) -> str:
    words = catalogue(*languages)
    parts = [title]
    if question is not None:
        parts.append(answer_text(question, words))
    parts.append(place_text(span.first, span.last, words, span.page, span.last_page))
    return ", ".join(parts)
