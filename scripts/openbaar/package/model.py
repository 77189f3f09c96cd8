"""The descriptor of a data package: one model writes it, checks it and documents it.

The names are those of Data Package 2.0 (https://datapackage.org/standard/data-package/), which lets
a descriptor have keys of its own. Ours are marked so below. Of the keys of the standard only those
are known that we write: others (`profile`, `dialect`, `scheme`, `extrapaths`, `layout`) make
frictionless fetch an address, open other files or crash.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from openbaar.models import Strict
from openbaar.schema.model import Constraints, FieldType, Schema, bare_field, check_key_columns
from openbaar.schema.names import Name, Version
from openbaar.tables.authored.about import (
    AccessRights,
    Contributor,
    Frequency,
    License,
    Period,
    PublisherType,
    Theme,
)
from openbaar.tables.authored.sdmx import Sdmx

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
Descriptor = dict[str, Any]  # a descriptor as plain data, without empty values
# Ours: for each language but the first one the texts in it, by their key. The standard has no
# translations (https://github.com/frictionlessdata/datapackage/issues/42).
Translations = dict[str, dict[str, str]]


class DescribedPerson(Strict):
    """A person or an organisation as citations name them (ours)."""

    family: str | None = None
    given: str | None = None
    name: str | None = None


class DescribedAgent(Strict):
    """Who publishes, or who answers questions (ours)."""

    title: str
    translations: Translations = {}
    email: str | None = None
    path: str | None = None
    type: PublisherType | None = None


class DescribedLicense(License):
    """A licence. `appliesTo` is ours: the figures, which are the documents', or what we add."""

    appliesTo: Literal["documents", "additions"]


class DescribedCategory(Strict):
    """A code with what it means in the first language of the publication."""

    value: str
    label: str


class DescribedCategoryTable(Strict):
    """Which columns of a code list hold the codes and what they mean.

    The key `categoryFieldMap` is that of https://datapackage.org/recipes/category-tables/.
    """

    value: Name
    label: Name


class DescribedSource(Strict):
    """A document, the part of one that a table was read from, or another source.

    All keys but `title` and `path` are ours.
    """

    title: str
    translations: Translations = {}
    path: str | None = None
    sha256: str | None = None
    author: str | None = None
    date: str | None = None
    license: str | None = None
    rights: str | None = None
    rights_checked: str | None = None
    authors: tuple[DescribedPerson, ...] = ()
    question: str | None = None
    page: str | None = None
    last_page: str | None = None
    first_line: int | None = None
    last_line: int | None = None


class DescribedField(Strict):
    """A column. `unit` is ours."""

    name: Name
    type: FieldType
    title: str | None = None
    description: str | None = None
    unit: str | None = None
    translations: Translations = {}
    categories: tuple[DescribedCategory, ...] = ()
    constraints: Constraints = Constraints()


class DescribedReference(Strict):
    """What a foreign key points to; without `resource` to its own table, as version 2.0 has it."""

    resource: Name | None = None
    fields: tuple[Name, ...]


class DescribedForeignKey(Strict):
    """Columns whose values must be in another table."""

    fields: tuple[Name, ...]
    reference: DescribedReference


class DescribedSchema(Strict):
    """A Table Schema. `foreignKeysWhereFilled` is ours: keys that other programs stumble over.

    Such a key may be partly empty, or shares a column with a key before it.
    """

    fields: tuple[DescribedField, ...]
    primaryKey: tuple[Name, ...]
    uniqueKeys: tuple[tuple[Name, ...], ...] = ()
    foreignKeys: tuple[DescribedForeignKey, ...] = ()
    foreignKeysWhereFilled: tuple[DescribedForeignKey, ...] = ()
    missingValues: tuple[Literal[""]]

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        keys = [self.primaryKey, *self.uniqueKeys]
        keys += [key.fields for key in (*self.foreignKeys, *self.foreignKeysWhereFilled)]
        check_key_columns([field.name for field in self.fields], keys)
        return self

    def columns(self) -> Schema:
        """What a CSV file is read by: the columns and keys, without texts and other tables."""
        fields = [bare_field(each.name, each.type, each.constraints) for each in self.fields]
        return Schema(fields=tuple(fields), primaryKey=self.primaryKey, uniqueKeys=self.uniqueKeys)


class DescribedResource(Strict):
    """A table of the package. `rows`, `notes` and `sdmx` are ours."""

    name: Name
    type: Literal["table"]
    title: str
    description: str | None = None
    translations: Translations = {}
    path: str
    format: Literal["csv"]
    mediatype: Literal["text/csv"]
    encoding: Literal["utf-8"]
    bytes: int
    hash: str
    rows: int
    notes: tuple[dict[str, str], ...] = ()
    categoryFieldMap: DescribedCategoryTable | None = None
    sdmx: Sdmx | None = None
    sources: tuple[DescribedSource, ...] = ()
    table_schema: DescribedSchema = Field(alias="schema")


class DescribedPackage(Strict):
    """The descriptor as a whole.

    Ours are `languages`, `translations`, `keywordsByLanguage`, and what stands between `sources`
    and `resources`.
    """

    profile: Literal["https://datapackage.org/profiles/2.0/datapackage.json"] = Field(
        alias="$schema"
    )
    name: str
    id: str | None = None
    version: Version
    title: str
    description: str | None = None
    translations: Translations = {}
    languages: tuple[str, ...]
    homepage: str | None = None
    created: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T00:00:00Z$")] | None = None
    keywords: tuple[str, ...] = ()
    keywordsByLanguage: dict[str, tuple[str, ...]] = {}
    contributors: tuple[Contributor, ...] = ()
    licenses: tuple[DescribedLicense, ...] = ()
    sources: tuple[DescribedSource, ...] = ()
    doi: str | None = None
    issued: str | None = None
    modified: str | None = None
    publisher: DescribedAgent | None = None
    contact: DescribedAgent | None = None
    themes: tuple[Theme, ...] = ()
    places: tuple[str, ...] = ()
    period: Period | None = None
    frequency: Frequency | None = None
    accessRights: AccessRights | None = None
    resources: tuple[DescribedResource, ...]

    def as_data(self) -> Descriptor:
        """The descriptor as plain data, in the order above, without what has no value."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
