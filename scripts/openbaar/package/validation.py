"""Judging a data package as it stands in its folder.

Five judges in turn: of the keys, of the paths, the official profile, our strict CSV reader, and frictionless.
Each relies on what those before it have assured, so the first that objects has the last word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from copy import deepcopy
from importlib import resources
from pathlib import Path
from textwrap import shorten
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.package.descriptor import PROFILE, Descriptor
from openbaar.schema.csvfile import read_csv, row_lines
from openbaar.schema.names import check_path
from openbaar.tables.model import Table
from openbaar.yamlfile import YamlFile, load_model, parse_yaml

NAME = "datapackage.json"
# Only keys that package.py writes. Others (`profile`, `dialect`, `scheme`, `extrapaths`, `layout`) make
# frictionless fetch an address, open other files or crash, and a misspelt key would be ignored.
TEXT_KEYS = {"title", "description", "translations"}
PACKAGE_KEYS = TEXT_KEYS | {
    "$schema",
    "name",
    "version",
    "languages",
    "homepage",
    "keywords",
    "contributors",
}
PACKAGE_KEYS |= {"licenses", "additions", "sources", "resources"}
RESOURCE_KEYS = TEXT_KEYS | {
    "name",
    "type",
    "path",
    "format",
    "mediatype",
    "encoding",
    "bytes",
    "hash",
    "rows",
}
RESOURCE_KEYS |= {"notes", "sources", "schema"}
FIXED = {"type": "table", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}


def problems_of_package(root: Path, descriptor_bytes: bytes) -> list[Problem]:
    """What is wrong with the package in `root` whose `datapackage.json` holds `descriptor_bytes`.

    A problem in a table names its file, line and field. Nothing is read from the network or from outside `root`.
    """
    try:
        descriptor = _load(descriptor_bytes)
    except OpenbaarError as error:
        return error.problems
    for judge in (
        _key_problems,
        _path_problems,
        _profile_problems,
        _table_problems,
        _frictionless_problems,
    ):
        problems = list(judge(root, descriptor))
        if problems:
            return problems
    return []


def _load(data: bytes) -> Any:
    """The data of the JSON in `data`. A key given twice, which json lets pass, is looked up by the YAML reader."""
    try:
        text = data.decode("utf-8")
        return json.loads(text, object_pairs_hook=_once_each)
    except UnicodeDecodeError as error:
        raise OpenbaarError(
            _problem(f"is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}")
        ) from error
    except json.JSONDecodeError as error:
        place = Place(NAME, error.lineno, None, error.colno)
        raise OpenbaarError(Problem(place, f"is not JSON: {error.msg}")) from error
    except RecursionError as error:
        raise OpenbaarError(_problem("is nested too deeply")) from error
    except KeyError:
        return parse_yaml(text, NAME).data


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise KeyError
    return mapping


def _key_problems(_root: Path, descriptor: Any) -> Iterator[Problem]:
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        yield _problem("is no data package", "it should be a mapping with a list of 'resources'")
        return
    if descriptor.get("$schema") != PROFILE:
        yield _problem(f"$schema is {descriptor.get('$schema')!r}", f"it should be {PROFILE}")
    yield from _unknown(descriptor, PACKAGE_KEYS, "")
    for index, resource in enumerate(descriptor["resources"]):
        where = f"resources.{index}"
        if not isinstance(resource, dict):
            yield _problem(f"{where} should be a mapping")
            continue
        yield from _unknown(resource, RESOURCE_KEYS, f"{where}.")
        for key, kind in (("path", str), ("schema", dict)):
            if not isinstance(resource.get(key), kind):
                yield _problem(
                    f"{where}.{key} should be {'text' if kind is str else 'written out as a mapping'}"
                )
        for key, value in FIXED.items():
            if resource.get(key) != value:
                yield _problem(f"{where}.{key} is {resource.get(key)!r}", f"it should be '{value}'")


def _unknown(mapping: Descriptor, known: set[str], where: str) -> Iterator[Problem]:
    for key in sorted(mapping.keys() - known):
        yield _problem(f"the key '{where}{key}' is not known", nearest(key, known))


def _profile_problems(_root: Path, descriptor: Descriptor) -> Iterator[Problem]:
    """What the official JSON Schema of Data Package 2.0 objects to."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import best_match

    profile = json.loads(
        (resources.files("openbaar.package") / "profiles" / "datapackage-2.0.json").read_text(
            "utf-8"
        )
    )
    for error in Draft7Validator(profile).iter_errors(descriptor):
        deepest = best_match([error]) or error
        forms = deepest.validator in ("oneOf", "anyOf")  # whose message is the whole instance
        message = (
            "fits none of the forms that the profile allows"
            if forms
            else shorten(deepest.message, 200)
        )
        yield _problem(
            ": ".join([*([deepest.json_path.removeprefix("$.")] if deepest.path else []), message])
        )


def _path_problems(root: Path, descriptor: Descriptor) -> Iterator[Problem]:
    """Paths that lead out of the package, by their text or through a symbolic link, or to nothing."""
    for resource in descriptor["resources"]:
        path = resource["path"]
        try:
            check_path(path)
        except ValueError as error:
            yield _problem(str(error))
            continue
        if not (root / path).resolve().is_relative_to(root.resolve()):
            yield Problem(
                Place(path), "is a link that leads out of the package", "put the file itself there"
            )
        elif not (root / path).is_file():
            yield Problem(Place(path), "is not there", "run 'openbaar convert'")


def _table_problems(root: Path, descriptor: Descriptor) -> Iterator[Problem]:
    """What our strict reader objects to, with the descriptor's schema; then bytes and rows other than said."""
    for resource in descriptor["resources"]:
        data = (root / resource["path"]).read_bytes()
        try:
            table = _table(resource)
        except OpenbaarError as error:
            yield from (
                _problem(f"{resource['name']}: {each.message}", each.hint)
                for each in error.problems
            )
            continue
        try:
            rows = len(read_csv(data, table.table_schema, resource["path"]))
        except OpenbaarError as error:
            yield from error.problems
            continue
        found = {
            "bytes": len(data),
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
            "rows": rows,
        }
        for key, value in found.items():
            if key in resource and resource[key] != value:
                hint = "run 'openbaar package'"
                yield Problem(
                    Place(resource["path"]),
                    f"{key} is {value}, but {NAME} says {resource[key]}",
                    hint,
                )


def _table(resource: Descriptor) -> Table:
    """The table as its resource describes it, without texts and without keys to other tables."""
    schema = {
        key: value for key, value in resource["schema"].items() if not key.startswith("foreignKeys")
    }
    if schema.get("missingValues") == [""]:
        del schema["missingValues"]  # what read_csv takes for granted
    schema["fields"] = [
        {
            **{key: value for key, value in field.items() if key not in {*TEXT_KEYS, "unit"}},
            "title": {},
            "description": {},
        }
        for field in schema["fields"]
    ]
    file = YamlFile(NAME, {"title": {}, "description": {}, "schema": schema}, {})
    return load_model(file, Table, name=resource["name"])


def _frictionless_problems(root: Path, descriptor: Descriptor) -> Iterator[Problem]:
    """What frictionless objects to, keys to other tables above all.

    It sees no patterns: those were checked, and its engine would hang on one such as `(a+)+$`.
    """
    from frictionless import FrictionlessException, Package

    seen = deepcopy(descriptor)
    for resource in seen["resources"]:
        for field in resource["schema"]["fields"]:
            field.get("constraints", {}).pop("pattern", None)
    try:
        report = Package.from_descriptor(seen, basepath=str(root)).validate()
    except FrictionlessException as error:
        yield from (_problem(each.message) for each in (error.reasons or [error.error]))
        return
    yield from (_problem(error.message) for error in report.errors)
    for task in report.tasks:
        lines = row_lines((root / task.place).read_bytes())
        for each in task.errors:
            row = getattr(each, "row_number", None)  # counts the header
            place = Place(task.place, lines[row - 2] if row else None)
            field_name = getattr(each, "field_name", None)
            yield Problem(
                place, f"{field_name}: {each.note}" if field_name else f"{each.title}: {each.note}"
            )


def _problem(message: str, hint: str = "") -> Problem:
    return Problem(Place(NAME), message, hint)
