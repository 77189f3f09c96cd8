"""Table Schema: the columns of a table, their types and constraints, and its keys.

The standard is https://datapackage.org/standard/table-schema/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Self

from pydantic import Field, StrictBool, model_validator

from openbaar.errors import nearest
from openbaar.models import BelowError, Strict, Texts
from openbaar.schema.names import Name
from openbaar.schema.patterns import Pattern
from openbaar.texts import Localized

Scalar = str | int


class Constraints(Strict):
    """The Table Schema constraints that this toolkit knows and checks."""

    required: StrictBool = False
    unique: StrictBool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: Pattern | None = None
    enum: tuple[Scalar, ...] | None = None


FieldType = Literal["string", "integer", "number", "year", "yearmonth", "boolean", "date", "array"]


class SchemaField(Strict):
    """A column: its Table Schema type, what it means, and the unit it is counted in."""

    name: Name
    type: FieldType = "string"
    title: Localized
    description: Localized
    unit: Localized | None = None
    constraints: Constraints = Constraints()
    labels: dict[str, Localized] = Field(
        {}, description="what readers call each value of `enum`, which is not shown itself then"
    )

    @model_validator(mode="after")
    def _labels_are_of_values(self) -> Self:
        allowed = [str(value) for value in self.constraints.enum or ()]
        for value in self.labels:
            if value not in allowed:
                hint = nearest(value, allowed)
                message = f"'labels' names '{value}', which 'enum' does not list; {hint}"
                raise BelowError(("labels", value), message)
        return self


class Reference(Strict):
    """The table and its columns that a foreign key points to."""

    resource: Name
    fields: Texts


class ForeignKey(Strict):
    """Columns whose values must be in another table."""

    fields: Texts
    reference: Reference


def bare_field(
    name: str, kind: FieldType = "string", constraints: Constraints | None = None
) -> SchemaField:
    """A column by which a CSV file can be read, and of which nothing is said to people."""
    return SchemaField(
        name=name,
        type=kind,
        title=Localized(),
        description=Localized(),
        constraints=constraints or Constraints(),
    )


class Schema(Strict):
    """A Table Schema (https://datapackage.org/standard/table-schema/)."""

    fields: tuple[SchemaField, ...]
    primaryKey: Texts
    foreignKeys: tuple[ForeignKey, ...] = ()
    uniqueKeys: tuple[Texts, ...] = ()

    @property
    def all_unique_keys(self) -> list[tuple[str, ...]]:
        """The unique keys, and each column that is unique by its own constraint."""
        keys = list(self.uniqueKeys)
        for field in self.fields:
            if field.constraints.unique:
                keys.append((field.name,))
        return keys

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
        """What the column `name` points to, where it is a foreign key by itself."""
        for key in self.foreignKeys:
            if key.fields == (name,):
                return key.reference
        return None

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        keys = [self.primaryKey, *self.uniqueKeys]
        for key in self.foreignKeys:
            keys.append(key.fields)
        check_key_columns(self.names, keys)
        return self


def check_key_columns(columns: Sequence[str], keys: Iterable[Sequence[str]]) -> None:
    """Raise ValueError where a column is there twice, or a key names one that is not there."""
    for name in columns:
        if columns.count(name) > 1:
            raise ValueError(f"the column '{name}' is defined twice")
    for key in keys:
        for name in key:
            if name not in columns:
                hint = nearest(name, columns)
                raise ValueError(f"a key names the column '{name}', which does not exist; {hint}")
