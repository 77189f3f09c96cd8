"""What catalogues ask, read once from a descriptor, so that each format only writes it down.

Texts are by language, the first language of the publication first. What nobody stated is None or
empty, and no format may make something of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from openbaar.schema.conventions import TRUST_TABLES

# By the ending of a document, of all kinds that the toolkit reads.
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".htm": "text/html",
    ".html": "text/html",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Descriptor = Mapping[str, Any]
Texts = Mapping[str, str]  # by language


@dataclass(frozen=True)
class Agent:
    """Who made, publishes or answers for something; `type` is a code of ADMS publisher types."""

    name: Texts
    email: str | None = None
    path: str | None = None
    type: str | None = None


@dataclass(frozen=True)
class Contributor:
    """Someone who had a part, with the names in parts where those are known."""

    title: str
    given: str | None
    family: str | None
    organization: str | None
    email: str | None
    path: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Licence:
    """A licence, by its SPDX or Open Definition name."""

    name: str
    title: str
    path: str | None


@dataclass(frozen=True)
class Document:
    """A document that figures were taken from; of its rights, what is known and since when."""

    path: str
    sha256: str
    title: Texts
    authors: tuple[str, ...]
    date: str | None
    licence: str | None
    rights: Texts
    rights_checked: str | None

    @property
    def media_type(self) -> str:
        """What kind of file it is, by its ending."""
        return MEDIA_TYPES.get(PurePosixPath(self.path).suffix.lower(), "application/octet-stream")


@dataclass(frozen=True)
class Column:
    """A column of a table: `type` is of the Table Schema, `categories` labels by code."""

    name: str
    type: str
    title: Texts
    description: Texts
    unit: Texts
    constraints: Descriptor
    categories: Texts

    @property
    def required(self) -> bool:
        """Whether each row has a value here."""
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class Reference:
    """A foreign key: columns, and the table and columns that they point to."""

    columns: tuple[str, ...]
    table: str
    referenced: tuple[str, ...]


@dataclass(frozen=True)
class TableFacts:
    """A table: its texts, the file with its rows, and its columns and keys.

    The file is CSV, or, where that would be too large for a download, Parquet.
    """

    name: str
    title: Texts
    description: Texts
    path: str
    media_type: str
    bytes: int
    sha256: str
    rows: int
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    references: tuple[Reference, ...]
    is_code_list: bool

    @property
    def is_trust_table(self) -> bool:
        """Whether the toolkit made it, to tell where the figures come from."""
        return self.name in TRUST_TABLES

    def always_fills(self, reference: Reference) -> bool:
        """Whether no cell of a foreign key is empty."""
        required = {column.name for column in self.columns if column.required}
        return required.issuperset(reference.columns)


@dataclass(frozen=True)
class Facts:
    """A publication as catalogues see it. Dates are days, `2024-02-03`."""

    name: str
    id: str | None
    version: str
    languages: tuple[str, ...]
    title: Texts
    description: Texts
    keywords: tuple[str, ...]
    keywords_by_language: Mapping[str, tuple[str, ...]]
    homepage: str | None
    doi: str | None
    created: str | None
    issued: str | None
    modified: str | None
    publisher: Agent | None
    contact: Agent | None
    contributors: tuple[Contributor, ...]
    themes: tuple[str, ...]
    places: tuple[str, ...]
    period: tuple[str, str] | None
    frequency: str | None
    access_rights: str | None
    licences: tuple[Licence, ...]
    additions: tuple[Licence, ...]
    rights: Texts
    documents: tuple[Document, ...]
    tables: tuple[TableFacts, ...]

    @property
    def language(self) -> str:
        """The first language, for formats that take one."""
        return self.languages[0]

    @property
    def data_tables(self) -> tuple[TableFacts, ...]:
        """The tables of figures: those of the authors that are no code lists."""
        tables = []
        for table in self.tables:
            if not table.is_trust_table and not table.is_code_list:
                tables.append(table)
        return tuple(tables)

    @property
    def creators(self) -> tuple[Contributor, ...]:
        """Those whose role is `creator`; all contributors where nobody has it."""
        creators = tuple(each for each in self.contributors if "creator" in each.roles)
        return creators or self.contributors


def text(texts: Texts, language: str) -> str:
    """The text in a language, else in the first one that it has; nothing where there is none."""
    if language in texts:
        return texts[language]
    return next(iter(texts.values()), "")
