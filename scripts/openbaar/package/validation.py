"""Judging a data package.

A package folder that someone hands us is judged in turn by our model of the descriptor, by its
paths, by the official profile, by our strict CSV reader, and by frictionless. Each judge relies on
what those before it have assured, so the first that objects has the last word. Nothing is read from
the network or from outside the folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from textwrap import shorten
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.package.model import DescribedPackage, DescribedResource, Descriptor
from openbaar.schema.csvfile import read_csv, row_lines
from openbaar.schema.names import check_path
from openbaar.yamlfile import YamlFile, load_model, parse_yaml

NAME = "datapackage.json"


@dataclass(frozen=True)
class Judged:
    """A package in its folder: the descriptor as plain data, and as our model."""

    root: Path
    data: Descriptor
    package: DescribedPackage


Judge = Callable[[Judged], Iterator[Problem]]


def problems_of_package(root: Path, descriptor_bytes: bytes) -> list[Problem]:
    """What is wrong with the package in `root` whose `datapackage.json` holds `descriptor_bytes`.

    A problem in the descriptor names its line, one in a table its file, line and field.
    """
    try:
        judged = _load(root, descriptor_bytes)
    except OpenbaarError as error:
        return error.problems
    judges = [_path_problems, _profile_problems, _table_problems, _frictionless_problems]
    return _first_objections(judged, judges)


def problems_of_generated(root: Path, descriptor_bytes: bytes) -> list[Problem]:
    """What is wrong with a package that this process just generated in the folder `root`.

    Its tables were read and checked when they were converted, so they are not read again by us;
    others judge what we say of them.
    """
    try:
        judged = _load(root, descriptor_bytes)
    except OpenbaarError as error:
        return error.problems
    return _first_objections(judged, [_profile_problems, _frictionless_problems])


def _first_objections(judged: Judged, judges: Sequence[Judge]) -> list[Problem]:
    """The objections of the first judge that has some."""
    for judge in judges:
        problems = list(judge(judged))
        if problems:
            return problems
    return []


def _load(root: Path, data: bytes) -> Judged:
    """The package that the bytes of a descriptor describe. Raises OpenbaarError where they describe none."""
    content = _parsed(data)
    try:
        package = load_model(YamlFile(NAME, content, {}), DescribedPackage)
    except OpenbaarError:
        # Once more with the place of each key, which takes the YAML reader a second or two.
        package = load_model(parse_yaml(data.decode("utf-8"), NAME), DescribedPackage)
    return Judged(root, content, package)


def _parsed(data: bytes) -> Any:
    """The data of JSON bytes. Raises OpenbaarError with the place of what is not JSON."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise OpenbaarError(Problem(Place(NAME), message)) from error
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        place = Place(NAME, error.lineno, None, error.colno)
        raise OpenbaarError(Problem(place, f"is not JSON: {error.msg}")) from error
    except RecursionError as error:
        raise OpenbaarError(Problem(Place(NAME), "is nested too deeply")) from error
    except _TwiceError:  # the YAML reader tells where
        return parse_yaml(text, NAME).data


class _TwiceError(Exception):
    """A key is given twice, which json lets pass."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise _TwiceError
    return mapping


def _path_problems(judged: Judged) -> Iterator[Problem]:
    """Paths that lead out of the package, by their text or through a symbolic link, or to nothing."""
    for resource in judged.package.resources:
        try:
            check_path(resource.path)
        except ValueError as error:
            yield Problem(Place(NAME), str(error))
            continue
        place = Place(resource.path)
        file = judged.root / resource.path
        if not file.resolve().is_relative_to(judged.root.resolve()):
            hint = "put the file itself there"
            yield Problem(place, "is a link that leads out of the package", hint)
        elif not file.is_file():
            yield Problem(place, "is missing", "run 'openbaar convert'")


def _profile_problems(judged: Judged) -> Iterator[Problem]:
    """What the official JSON Schema of Data Package 2.0 objects to."""
    from jsonschema.exceptions import best_match

    for error in _profile().iter_errors(judged.data):
        deepest = best_match([error]) or error
        message = shorten(deepest.message, 200)
        if deepest.validator in ("oneOf", "anyOf"):  # whose message is the whole instance
            message = "fits none of the forms that the profile allows"
        if deepest.path:
            message = f"{deepest.json_path.removeprefix('$.')}: {message}"
        yield Problem(Place(NAME), message)


@lru_cache(maxsize=1)
def _profile() -> Any:
    """The validator of the official profile."""
    from jsonschema import Draft7Validator

    folder = resources.files("openbaar.package") / "profiles"
    return Draft7Validator(json.loads((folder / "datapackage-2.0.json").read_text("utf-8")))


def _table_problems(judged: Judged) -> Iterator[Problem]:
    """What our strict reader objects to; then tables that are not as the descriptor says."""
    for resource in judged.package.resources:
        data = (judged.root / resource.path).read_bytes()
        try:
            yield from _differences(resource, data)
        except OpenbaarError as error:
            yield from error.problems


def _differences(resource: DescribedResource, data: bytes) -> Iterator[Problem]:
    """Where a CSV file is not as described. Raises OpenbaarError when its schema does not fit it."""
    rows = read_csv(data, resource.table_schema.columns(), resource.path)
    found = {"bytes": len(data), "hash": f"sha256:{sha256(data).hexdigest()}", "rows": len(rows)}
    for key, value in found.items():
        stated = getattr(resource, key)
        if stated != value:
            message = f"{key} is {value}, but {NAME} says {stated}"
            yield Problem(Place(resource.path), message, "run 'openbaar package'")


def _frictionless_problems(judged: Judged) -> Iterator[Problem]:
    """What frictionless objects to, keys to other tables above all."""
    from frictionless import FrictionlessException, Package

    seen = _without_patterns(judged.data)
    try:
        report = Package.from_descriptor(seen, basepath=str(judged.root)).validate()
    except FrictionlessException as error:
        for each in error.reasons or [error.error]:
            yield Problem(Place(NAME), each.message)
        return
    for found in report.errors:
        yield Problem(Place(NAME), found.message)
    for task in report.tasks:
        lines = row_lines((judged.root / task.place).read_bytes()) if task.errors else []
        for found in task.errors:
            yield _table_error(task.place, found, lines)


def _without_patterns(descriptor: Descriptor) -> Descriptor:
    """The descriptor without patterns: those were checked, and an engine that backtracks hangs on `(a+)+$`."""
    seen = deepcopy(descriptor)
    for resource in seen["resources"]:
        for field in resource["schema"]["fields"]:
            field.get("constraints", {}).pop("pattern", None)
    return seen


def _table_error(path: str, error: Any, lines: list[int]) -> Problem:
    """An error of frictionless in a table, at the line where its row begins; `row_number` counts the header."""
    row = getattr(error, "row_number", None)
    place = Place(path, lines[row - 2] if row else None)
    field_name = getattr(error, "field_name", None)
    if field_name:
        return Problem(place, f"{field_name}: {error.note}")
    return Problem(place, f"{error.title}: {error.note}")
