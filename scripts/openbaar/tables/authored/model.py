"""Tables and the package that holds them: the models of what authors write in `tables/`.

A table file is a Frictionless resource descriptor in YAML plus what only this toolkit knows:
the recipe, checks, footnotes, anomalies, and what the site shows. Human text is given once
per language of the publication: `{nl: …, en: …}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from openbaar.documents.entry import DocumentEntry
from openbaar.errors import nearest
from openbaar.models import BelowError, Strict, Text, Texts
from openbaar.recipe.language import Recipe
from openbaar.recipe.numbers import NumberFormat, NumbersByExample
from openbaar.schema.model import Constraints, FieldType, Schema
from openbaar.schema.names import Address, Name, Version, check_package_name
from openbaar.schema.patterns import Pattern, Patterns
from openbaar.tables.authored.about import About
from openbaar.tables.authored.queries import Chart, Query
from openbaar.tables.authored.sdmx import Sdmx
from openbaar.tables.judging.checks import Check
from openbaar.texts import Localized
from openbaar.yamlfile import KeyPath


class Footnote(Strict):
    """A footnote of the document: its text as printed, and which rows it speaks of."""

    text: Localized
    line: Pattern = Field(description="the line of the document that holds it")
    below: Name | None = Field(
        None, description="the table below which it is printed, where that is another one"
    )
    applies_to: dict[str, Text] = {}


class SharedFootnote(Strict):
    """As much of a footnote as several tables share."""

    text: Localized | None = None
    line: Pattern | None = None
    below: Name | None = None
    applies_to: dict[str, Text] = {}


class SharedField(Strict):
    """As much of a column as several tables share."""

    type: FieldType | None = None
    title: Localized | None = None
    description: Localized | None = None
    unit: Localized | None = None
    constraints: Constraints | None = None


class Anomaly(Strict):
    """Something about the document that a reader must know, with the line that shows it."""

    text: Localized
    at: Patterns = Field(description="patterns of the lines that show it, each found exactly once")
    document: str | None = None
    tables: tuple[Name, ...] = ()
    rows: dict[str, Text] = {}
    status: str | None = Field(None, description="the status that the rows concerned get")


def none_where_unwanted(chart: Any) -> Any:
    """What an author writes as a chart; `none` means that there should be none."""
    return None if chart == "none" else chart


class Table(Strict):
    """One table file: a Data Resource with its recipe, checks and what the site shows of it."""

    name: Name
    title: Localized
    description: Localized
    table_schema: Schema = Field(alias="schema")
    question: Text | None = Field(None, description="the number of the answer that holds it")
    notes: tuple[Localized, ...] = Field(
        (), description="what was decided about this table, and why"
    )
    sources: tuple[Source, ...] = Field((), description="what a hand-made table was taken from")
    recipe: Recipe | None = None
    rows: int | None = Field(None, description="how many rows the table has, said by a person")
    printed_as: Texts = Field(
        ("{label}",), description="how a code list's codes are printed, first form that is whole"
    )
    footnotes: dict[str, Footnote] = {}
    anomalies: dict[Name, Anomaly] = {}
    checks: tuple[Check, ...] = ()
    label: Name | None = Field(
        None, description="the column that names a row where others link to it"
    )
    facets: tuple[Name, ...] = ()
    sort: Name | None = None
    search: tuple[Name, ...] = Field((), description="the columns that full text search covers")
    chart: Annotated[Chart | None, BeforeValidator(none_where_unwanted)] = Field(
        None, description="a chart of the rows; `none` where even one that they allow is unwanted"
    )
    sdmx: Sdmx | None = Field(None, description="how the table becomes SDMX-CSV")

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return self.table_schema.names

    @property
    def may_be_charted(self) -> bool:
        """Whether a chart may be chosen by the rows: the author says nothing of one."""
        return "chart" not in self.model_fields_set

    def _named_columns(self) -> Iterator[tuple[KeyPath, str]]:
        """The columns that keys for readers name, each with the path of its key."""
        for index, name in enumerate(self.facets):
            yield ("facets", index), name
        for index, name in enumerate(self.search):
            yield ("search", index), name
        if self.label is not None:
            yield ("label",), self.label
        if self.sort is not None:
            yield ("sort",), self.sort
        if self.chart is not None:
            for path, name in self.chart.named_columns():
                yield ("chart", *path), name

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        for path, name in self._named_columns():
            if name not in self.columns:
                message = f"the column '{name}' is not there; {nearest(name, self.columns)}"
                raise BelowError(path, message)
        if self.chart:
            self._check_measured(self.chart)
        return self

    def _check_measured(self, chart: Chart) -> None:
        """Raise ValueError, at the key, where a chart does not tell what it measures."""
        try:
            chart.measures({each.name: each.unit for each in self.table_schema.fields if each.unit})
        except ValueError as error:
            raise BelowError(("chart",), str(error)) from error


class Source(Strict):
    """Where something was taken from."""

    title: Text
    path: Address | None = None


class MostCells(Strict):
    """How many cells a table may have to be in the workbook, in the zip as CSV, and searched.

    And to have a row in `provenance` for each, where a rule could say where they are.
    """

    workbook: Annotated[int, Field(ge=0)] = 500_000
    zip: Annotated[int, Field(ge=0)] = 5_000_000
    search: Annotated[int, Field(ge=0)] = 10_000_000
    provenance: Annotated[int, Field(ge=0)] = 100_000


class Package(About):
    """`tables/package.yaml`: what holds for the publication as a whole."""

    name: Annotated[str, AfterValidator(check_package_name)]
    version: Version
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Localized
    description: Localized
    documents: tuple[DocumentEntry, ...]
    numbers: NumbersByExample = NumberFormat()
    fields: dict[Name, SharedField] = Field({}, description="columns that several tables share")
    footnotes: dict[Name, SharedFootnote] = Field(
        {}, description="footnotes that are printed at several tables"
    )
    notes: dict[Name, Localized] = Field({}, description="notes that hold for several tables")
    tables: tuple[Name, ...] = Field(description="the order in which readers see the tables")
    anomalies: dict[Name, Anomaly] = {}
    queries: dict[Name, Query] = {}
    moved: dict[Name, Name] = Field(
        {}, description="tables that got another name, by their old one"
    )
    withdrawn: dict[Name, Localized] = Field(
        {}, description="tables that are no longer published, with the reason"
    )
    most_cells: MostCells = Field(
        MostCells(), description="up to which size tables are in the workbook, zipped, searched"
    )
    datasette: dict[str, Any] = {}

    @cached_property
    def documents_by_path(self) -> dict[str, DocumentEntry]:
        """The documents by their path."""
        return {document.path: document for document in self.documents}


Table.model_rebuild()
