"""What a descriptor tells of a version, as values by their place, so that two can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openbaar.versions.snapshot import Snapshot

# Said of the bytes of a file, which differ whenever a row does, or of the version itself.
MEASURED = ("bytes", "hash", "rows", "version", "created", "issued", "modified", "resources")
TOLD_OF_TABLES = ("title", "description", "translations", "notes")
TOLD_OF_COLUMNS = ("title", "description", "unit", "translations")


def rules_of(version: Snapshot, table: str) -> dict[str, Any]:
    """What the schema of a table demands, by its place in the schema."""
    schema = version.resources[table].get("schema", {})
    rules = {}
    for field in schema.get("fields", []):
        place = f"fields.{field['name']}"
        rules[f"{place}.type"] = field.get("type")
        rules[f"{place}.format"] = field.get("format")
        for constraint, value in field.get("constraints", {}).items():
            rules[f"{place}.constraints.{constraint}"] = value
    for key in ("primaryKey", "uniqueKeys", "foreignKeys"):
        rules[key] = schema.get(key)
    return {place: value for place, value in rules.items() if value is not None}


def texts_of(version: Snapshot, table: str) -> dict[str, Any]:
    """What readers are told of a table and its columns, by its place in the descriptor."""
    resource = version.resources[table]
    texts = _leaves(_only(TOLD_OF_TABLES, resource))
    for field in resource.get("schema", {}).get("fields", []):
        texts |= _leaves(_only(TOLD_OF_COLUMNS, field), f"fields.{field['name']}")
    return texts


def _only(keys: Sequence[str], described: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a descriptor says these keys, None for one that is not there."""
    return {key: described.get(key) for key in keys}


def package_texts(version: Snapshot) -> dict[str, Any]:
    """What the package says of itself; its documents apart."""
    aside = (*MEASURED, "sources", "$schema")
    keys = [key for key in version.descriptor if key not in aside]
    return _leaves(_only(keys, version.descriptor))


def document_hashes(version: Snapshot) -> dict[str, Any]:
    """The hash of each document by its path."""
    sources = version.descriptor.get("sources", [])
    return {source["path"]: source.get("sha256") for source in sources if "path" in source}


def _leaves(value: Any, place: str = "") -> dict[str, Any]:
    """The values at the ends of nested mappings and lists, by their dotted place.

    before: {"title": "a", "translations": {"en": {"title": "b"}}}
    after: {"title": "a", "translations.en.title": "b"}
    """
    if isinstance(value, Mapping):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        return {} if value is None else {place: value}
    found: dict[str, Any] = {}
    for key, each in inside:
        found |= _leaves(each, f"{place}.{key}" if place else str(key))
    return found
