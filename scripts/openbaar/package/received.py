"""The model of a data package that somebody hands us: what of the standard is read, and how.

The names are those of Data Package 1 and 2 (https://datapackage.org/standard/data-package/). Keys
of one's own are allowed there, and are left alone here. Keys of the standard that make readers
fetch an address, open another file or read the tables in another way are known, so that they are
refused by name instead of being passed over.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from openbaar.limits import most
from openbaar.models import Texts
from openbaar.schema.model import Constraints, FieldType, Schema, bare_field, check_key_columns
from openbaar.schema.names import Address, Name, check_address, check_path

PROFILES = (
    "data-package",
    "tabular-data-package",
    "https://datapackage.org/profiles/1.0/datapackage.json",
    "https://datapackage.org/profiles/2.0/datapackage.json",
)
RESOURCE_PROFILES = (
    "data-resource",
    "tabular-data-resource",
    "https://datapackage.org/profiles/1.0/dataresource.json",
    "https://datapackage.org/profiles/2.0/dataresource.json",
)
SCHEMA_PROFILES = (
    "https://datapackage.org/profiles/1.0/tableschema.json",
    "https://datapackage.org/profiles/2.0/tableschema.json",
)
DIALECT = {
    "delimiter": ",",
    "lineTerminator": ("\r\n", "\n"),
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
    "header": True,
}


def _known_profile(known: tuple[str, ...]) -> Any:
    def check(profile: str) -> str:
        if profile not in known:
            raise ValueError(f"the profile '{profile}' is not read; leave it out")
        return profile

    return AfterValidator(check)


def _csv_path(path: str) -> str:
    """A path inside the package, of a CSV file that is not packed."""
    check_path(path)
    if not path.lower().endswith(".csv"):
        raise ValueError(f"the path '{path}' should end in .csv; nothing else is read, or unpacked")
    return path


def _plain_dialect(dialect: Any) -> Any:
    """A dialect that says no more than what is read anyway."""
    if not isinstance(dialect, dict):
        raise ValueError("should be a mapping; no other file is read for it")
    for key, value in dialect.items():
        expected = DIALECT.get(key, value if key == "$schema" else None)
        allowed = expected if isinstance(expected, tuple) else (expected,)
        if key not in DIALECT and key != "$schema":
            raise ValueError(f"the key '{key}' would change how the table is read; leave it out")
        if value not in allowed:
            raise ValueError(f"'{key}' is {value!r}; only {allowed[0]!r} is read")
    return dialect


def _single(path: Any) -> Any:
    """The path of a resource whose list of paths has one entry."""
    if isinstance(path, list) and len(path) == 1:
        return path[0]
    return path


def _utf8(encoding: str) -> str:
    if encoding.lower() not in ("utf-8", "utf8"):
        raise ValueError(f"is '{encoding}'; only utf-8 is read")
    return encoding


def _not_empty(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if not items:
        raise ValueError("should not be empty")
    return items


class Open(BaseModel):
    """A mapping that may hold keys of one's own, as the standard allows."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


class ReceivedLicense(Open):
    """A licence."""

    path: Address | None = None


class ReceivedSource(Open):
    """A source; a path in the package, or an address."""

    path: str | None = None

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.path is not None:
            _path_or_address(self.path)
        return self


def _path_or_address(path: str) -> str:
    try:
        return check_path(path)
    except ValueError:
        return check_address(path)


class ReceivedContributor(Open):
    """A contributor."""

    path: Address | None = None


class ReceivedField(Open):
    """A column. Forms of values other than ours (`format`, `decimalChar`) would be misread."""

    name: Name
    type: FieldType = "string"
    format: Literal["default"] = "default"
    decimal_char: Literal["."] = Field(".", alias="decimalChar")
    group_char: None = Field(None, alias="groupChar")
    bare_number: Literal[True] = Field(True, alias="bareNumber")
    true_values: tuple[Literal["true"]] = Field(("true",), alias="trueValues")
    false_values: tuple[Literal["false"]] = Field(("false",), alias="falseValues")
    missing_values: tuple[Literal[""]] = Field(("",), alias="missingValues")
    constraints: Constraints = Constraints()


class ReceivedReference(Open):
    """What a foreign key points to; without `resource`, or with '', to its own table."""

    resource: Name | Literal[""] = ""
    fields: Texts


class ReceivedForeignKey(Open):
    """Columns whose values must be in another table."""

    fields: Texts
    reference: ReceivedReference


class ReceivedSchema(Open):
    """A Table Schema, in the descriptor itself."""

    profile: Annotated[str, _known_profile(SCHEMA_PROFILES)] | None = Field(None, alias="$schema")
    fields: Annotated[tuple[ReceivedField, ...], AfterValidator(_not_empty)]
    primary_key: Texts = Field((), alias="primaryKey")
    unique_keys: tuple[Texts, ...] = Field((), alias="uniqueKeys")
    foreign_keys: tuple[ReceivedForeignKey, ...] = Field((), alias="foreignKeys")
    missing_values: tuple[Literal[""]] = Field(("",), alias="missingValues")
    fields_match: Literal["exact"] = Field("exact", alias="fieldsMatch")

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        keys = [self.primary_key, *self.unique_keys, *(key.fields for key in self.foreign_keys)]
        check_key_columns([field.name for field in self.fields], keys)
        return self

    def columns(self) -> Schema:
        """What the CSV file is read by."""
        fields = [bare_field(each.name, each.type, each.constraints) for each in self.fields]
        return Schema(
            fields=tuple(fields), primaryKey=self.primary_key, uniqueKeys=self.unique_keys
        )


class ReceivedResource(Open):
    """A table: one CSV file in UTF-8 inside the package, and its schema."""

    name: Name
    path: Annotated[str, BeforeValidator(_single), AfterValidator(_csv_path)]
    profile: Annotated[str, _known_profile(RESOURCE_PROFILES)] | None = None
    dollar_schema: Annotated[str, _known_profile(RESOURCE_PROFILES)] | None = Field(
        None, alias="$schema"
    )
    type: Literal["table"] = "table"
    format: Literal["csv"] = "csv"
    mediatype: Literal["text/csv"] = "text/csv"
    encoding: Annotated[str, AfterValidator(_utf8)] = "utf-8"
    dialect: Annotated[Any, AfterValidator(_plain_dialect)] = {}
    compression: None = None
    data: None = None
    extrapaths: None = None
    bytes: int | None = None
    hash: str | None = None
    licenses: tuple[ReceivedLicense, ...] = ()
    sources: tuple[ReceivedSource, ...] = ()
    homepage: Address | None = None
    table_schema: ReceivedSchema = Field(alias="schema")


class ReceivedPackage(Open):
    """The descriptor as a whole."""

    profile: Annotated[str, _known_profile(PROFILES)] | None = None
    dollar_schema: Annotated[str, _known_profile(PROFILES)] | None = Field(None, alias="$schema")
    name: str | None = None
    homepage: Address | None = None
    image: str | None = None
    licenses: tuple[ReceivedLicense, ...] = ()
    sources: tuple[ReceivedSource, ...] = ()
    contributors: tuple[ReceivedContributor, ...] = ()
    resources: Annotated[tuple[ReceivedResource, ...], AfterValidator(_not_empty)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.image is not None:
            _path_or_address(self.image)
        names = [resource.name for resource in self.resources]
        if len(names) > most("tables"):
            raise ValueError(f"has {len(names)} tables; at most {most('tables')} are read")
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the table '{name}' is described twice")
        return self
