"""Tables and the package that holds them: the models of what authors write in `tables/`.

A table file is a Frictionless resource descriptor in YAML plus what only this toolkit knows:
the recipe, checks, footnotes, anomalies, and what the site shows. Human text is given once
per language of the publication: `{nl: …, en: …}`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from openbaar.errors import nearest
from openbaar.recipe.language import NumberFormat, Pattern, Patterns, Recipe, Strict, Text, Texts
from openbaar.schema.names import check_address, check_package_name, check_source
from openbaar.tables.queries import Chart, Query
from openbaar.tables.queries import (
    Localized as Localized,
)  # authors meet both names in tables first
from openbaar.tables.queries import Name as Name

Address = Annotated[str, AfterValidator(check_address)]
Scalar = str | int


class Constraints(Strict):
    """The Table Schema constraints that this toolkit knows and checks."""

    required: bool = False
    unique: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: Pattern | None = None
    enum: tuple[Scalar, ...] | None = None


class SchemaField(Strict):
    """A column: its Table Schema type, what it means, and the unit it is counted in."""

    name: Name
    type: Literal["string", "integer", "number", "year", "boolean", "date", "array"] = "string"
    title: Localized
    description: Localized
    unit: Localized | None = None
    constraints: Constraints = Constraints()


class Reference(Strict):
    """The table and its columns that a foreign key points to."""

    resource: Name
    fields: Texts


class ForeignKey(Strict):
    """Columns whose values must stand in another table."""

    fields: Texts
    reference: Reference


class Schema(Strict):
    """A Table Schema (https://datapackage.org/standard/table-schema/)."""

    fields: tuple[SchemaField, ...]
    primaryKey: Texts
    foreignKeys: tuple[ForeignKey, ...] = ()
    uniqueKeys: tuple[Texts, ...] = ()

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> SchemaField:
        """The column called `name`. Raises KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether there is a column called `name`."""
        return name in self.names

    def reference(self, name: str) -> Reference | None:
        """What the single column `name` points to, if it is a foreign key of its own."""
        return next((key.reference for key in self.foreignKeys if key.fields == (name,)), None)

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        doubled = sorted({name for name in self.names if self.names.count(name) > 1})
        if doubled:
            raise ValueError(f"the column '{doubled[0]}' stands twice")
        keys = [self.primaryKey, *self.uniqueKeys, *(key.fields for key in self.foreignKeys)]
        for name in (name for key in keys for name in key):
            if name not in self.names:
                raise ValueError(
                    f"a key names the column '{name}', which is not there; {nearest(name, self.names)}"
                )
        return self


class Footnote(Strict):
    """A footnote of the document: its text as printed, and which rows it speaks of."""

    text: Localized
    line: Pattern = Field(description="the line of the document that holds it")
    below: Name | None = Field(
        None, description="the table below which it is printed, where that is another one"
    )
    applies_to: dict[str, Text] = {}


class Anomaly(Strict):
    """Something about the document that a reader must know, with the line that shows it."""

    text: Localized
    at: Patterns = Field(description="patterns of the lines that show it, each found exactly once")
    document: str | None = None
    tables: tuple[Name, ...] = ()
    rows: dict[str, Text] = {}
    status: str | None = Field(None, description="the status that the rows concerned get")


class Compared(Strict):
    """What a sum is compared with: the same sum in another table, or a number printed in the document."""

    table: Name | None = None
    sum: Name | None = None
    where: dict[str, Any] = {}
    line: Pattern | None = Field(
        None, description="a line with one group around the number it states"
    )
    scale: int = Field(1, description="what that number is multiplied by")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.table is None) == (self.line is None):
            raise ValueError("give either 'table' or 'line'")
        return self


class Check(Strict):
    """A rule that a table must keep; exactly one of the keys in `KINDS` says which, the others say over what."""

    KINDS: ClassVar[dict[str, str | None]] = {
        "sum": "equals",
        "total": "anomaly",
        "not_before": "value",
        "consecutive": None,
        "words": "count",
        "percent": "of",
    }

    name: Name
    sum: Name | None = Field(
        None, description="this column's sum, for each value of `by`, is that of `equals`"
    )
    total: Name | None = Field(
        None, description="the total that the document states of this column is known to differ"
    )
    not_before: tuple[Name, Name] | None = Field(
        None, description="[first, then]: no `value` where then < first"
    )
    consecutive: Name | None = Field(
        None, description="this column counts on by one, for each value of `by`"
    )
    words: Name | None = Field(None, description="this column holds `count` words in all")
    percent: Name | None = Field(
        None, description="this column is the first of `of` in percent of the second"
    )
    of: tuple[Name, Name] | None = None
    equals: Compared | None = None
    by: Texts = ()
    where: dict[str, Any] = {}
    without: dict[str, Any] = {}
    value: Name | None = None
    count: int | None = None
    difference: Decimal = Field(
        Decimal(0), description="the difference, stated minus computed, that is known"
    )
    anomaly: Name | None = Field(None, description="the anomaly that explains what does not hold")

    @property
    def kind(self) -> str:
        """Which of the kinds of rule this is."""
        return next(kind for kind in self.KINDS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one(self) -> Self:
        chosen = [kind for kind in self.KINDS if getattr(self, kind) is not None]
        if len(chosen) != 1:
            raise ValueError(f"give exactly one of {', '.join(self.KINDS)}")
        needed = self.KINDS[chosen[0]]
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"'{chosen[0]}' needs '{needed}'")
        if self.difference and not self.anomaly:
            raise ValueError("a known 'difference' needs the 'anomaly' that explains it")
        return self


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
    chart: Chart | None = None

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return self.table_schema.names

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        named = [
            *self.facets,
            *self.search,
            *([self.label] if self.label else []),
            *([self.sort] if self.sort else []),
        ]
        named += self.chart.columns if self.chart else []
        for name in named:
            if name not in self.columns:
                raise ValueError(f"the column '{name}' is not there; {nearest(name, self.columns)}")
        if self.chart:
            self.chart.measured([field.name for field in self.table_schema.fields if field.unit])
        return self


class Source(Strict):
    """Where something was taken from."""

    title: Text
    path: Address | None = None


class License(Strict):
    """A licence, by its Open Definition or SPDX name."""

    name: Text
    title: Text
    path: Address | None = None


class Contributor(Strict):
    """Someone who had a part in the publication."""

    title: Text
    roles: Texts = ()
    path: Address | None = None


class Person(Strict):
    """Someone, or an organisation, as citations name them: `family` and `given`, or `name` as it is."""

    family: Text | None = None
    given: Text | None = None
    name: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) != (self.family is not None and self.given is not None):
            raise ValueError("give either 'name', or 'family' and 'given'")
        return self


class DocumentEntry(Strict):
    """A document as received: its file, its hash, and what is known of it."""

    path: Annotated[str, AfterValidator(check_source)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    title: Localized
    read: Literal["text", "tables"] = Field(
        "text", description="of a PDF: its text, or its ruled tables"
    )
    page_break: int | None = Field(
        None, description="how many blank lines in a row stand for a new page"
    )
    author: Text = "unknown"
    authors: tuple[Person, ...] = Field(
        (), description="the authors one by one, as citations name them"
    )
    date: Text = "unknown"
    license: Text = "unknown"


class Package(Strict):
    """`tables/package.yaml`: what holds for the publication as a whole."""

    name: Annotated[str, AfterValidator(check_package_name)]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Localized
    description: Localized
    keywords: Texts = ()
    homepage: Address | None = None
    created: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    contributors: tuple[Contributor, ...]
    licenses: tuple[License, ...]
    additions: tuple[License, ...]
    documents: tuple[DocumentEntry, ...]
    numbers: NumberFormat = NumberFormat()
    fields: dict[Name, dict[str, Any]] = Field({}, description="columns that several tables share")
    tables: tuple[Name, ...] = Field(description="the order in which readers see the tables")
    anomalies: dict[Name, Anomaly] = {}
    queries: dict[Name, Query] = {}
    moved: dict[Name, Name] = Field(
        {}, description="tables that got another name, by their old one"
    )
    withdrawn: dict[Name, Localized] = Field(
        {}, description="tables that are no longer published, with the reason"
    )
    datasette: dict[str, Any] = {}


Table.model_rebuild()


def localized(text: Localized, language: str) -> str:
    """The text in `language`; where it has none, in English; else in the first language given."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")
