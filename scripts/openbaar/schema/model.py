"""Table Schema: the columns of a table, their types and constraints, and its keys.

The standard is https://datapackage.org/standard/table-schema/.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from openbaar.errors import nearest
from openbaar.schema.names import Name
from openbaar.schema.patterns import Pattern
from openbaar.texts import Localized
from openbaar.yamlfile import Strict, Texts

Scalar = str | int


class Constraints(Strict):
    """The Table Schema constraints that this toolkit knows and checks."""

    required: bool = False
    unique: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: Pattern | None = None
    enum: tuple[Scalar, ...] | None = None


FieldType = Literal["string", "integer", "number", "year", "boolean", "date", "array"]


class SchemaField(Strict):
    """A column: its Table Schema type, what it means, and the unit it is counted in."""

    name: Name
    type: FieldType = "string"
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
