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
from hashlib import sha256
from importlib import resources
from pathlib import Path
from textwrap import shorten
from typing import Any

import yaml

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.package import citation_file
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
    judges = [_path_problems, _profile_problems, _table_problems, _frictionless_problems]
    return _first_objections(root, descriptor_bytes, judges)


def problems_of_generated(root: Path, descriptor_bytes: bytes) -> list[Problem]:
    """What is wrong with a package that this process just generated in the folder `root`.

    Its tables were read and checked when they were converted, so they are not read again by us;
    others judge what we say of them.
    """
    return _first_objections(root, descriptor_bytes, [_profile_problems, _frictionless_problems])


def problems_of_citation(citation_bytes: bytes) -> list[Problem]:
    """What the Citation File Format objects to in the bytes of a `CITATION.cff`."""
    cited = yaml.safe_load(citation_bytes)
    problems = []
    for message in _schema_objections(citation_file.cff_schema(), cited):
        place = Place(citation_file.FILE)
        problems.append(Problem(place, message, "correct it in tables/package.yaml"))
    return problems


def _first_objections(
    root: Path, descriptor_bytes: bytes, judges: Sequence[Judge]
) -> list[Problem]:
    """The objections of the first judge that has some; our model of the descriptor comes first."""
    try:
        judged = _judged(root, descriptor_bytes)
    except OpenbaarError as error:
        return error.problems
    for judge in judges:
        problems = list(judge(judged))
        if problems:
            return problems
    return []


def _judged(root: Path, descriptor_bytes: bytes) -> Judged:
    """The package that a descriptor describes. Raises OpenbaarError where it describes none."""
    text = _decoded(descriptor_bytes)
    data = _parsed(text)
    try:
        package = load_model(YamlFile(NAME, data, {}), DescribedPackage)
    except OpenbaarError:
        # Once more with the place of each key, which takes the YAML reader a second or two.
        package = load_model(parse_yaml(text, NAME), DescribedPackage)
    return Judged(root, data, package)


def _decoded(descriptor_bytes: bytes) -> str:
    """The text of a descriptor. Raises OpenbaarError when it is not UTF-8."""
    try:
        return descriptor_bytes.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong_byte = descriptor_bytes[error.start]
        message = f"is not UTF-8: byte {error.start} is 0x{wrong_byte:02x}"
        raise OpenbaarError(Problem(Place(NAME), message, "save it as UTF-8")) from error


def _parsed(text: str) -> Any:
    """The data of JSON text. Raises OpenbaarError with the place of what is not JSON."""
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        place = Place(NAME, error.lineno, None, error.colno)
        raise OpenbaarError(Problem(place, f"is not JSON: {error.msg}")) from error
    except RecursionError as error:
        raise OpenbaarError(Problem(Place(NAME), "is nested too deeply")) from error
    except _KeyTwiceError:  # the YAML reader finds where, and raises
        return parse_yaml(text, NAME).data


class _KeyTwiceError(Exception):
    """A mapping has a key twice, of which json keeps the last one."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The mapping that JSON pairs form. Raises _KeyTwiceError when two have the same key."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise _KeyTwiceError
    return mapping


def _path_problems(judged: Judged) -> Iterator[Problem]:
    """Paths that lead out of the package, by their text or by a symbolic link, or to nothing."""
    for resource in judged.package.resources:
        try:
            check_path(resource.path)
        except ValueError as error:
            yield Problem(Place(NAME), str(error))
        else:
            yield from _file_problems(judged.root, resource.path)


def _file_problems(root: Path, path: str) -> Iterator[Problem]:
    """Why the file at a path that may be read cannot be."""
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        message = "is a link that leads out of the package"
        yield Problem(Place(path), message, "put the file itself there")
    elif not file.is_file():
        yield Problem(Place(path), "is missing", "run 'openbaar convert'")


def _profile_problems(judged: Judged) -> Iterator[Problem]:
    """What the official JSON Schema of Data Package 2.0 objects to."""
    file = resources.files("openbaar.package") / "profiles" / "datapackage-2.0.json"
    profile = json.loads(file.read_text("utf-8"))
    for message in _schema_objections(profile, judged.data):
        yield Problem(Place(NAME), message)


def _schema_objections(schema: dict[str, Any], data: Any) -> Iterator[str]:
    """What a JSON Schema (draft 7) objects to in data, each with the path of keys to it."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import best_match

    for error in Draft7Validator(schema).iter_errors(data):
        deepest = best_match([error]) or error
        message = shorten(deepest.message, 200)
        if deepest.validator in ("oneOf", "anyOf"):  # whose message is the whole instance
            message = "fits none of the forms that the profile allows"
        if deepest.path:
            message = f"{deepest.json_path.removeprefix('$.')}: {message}"
        yield message


def _table_problems(judged: Judged) -> Iterator[Problem]:
    """What our strict reader objects to; then tables that are not as the descriptor says."""
    for resource in judged.package.resources:
        csv = (judged.root / resource.path).read_bytes()
        try:
            yield from _differences(resource, csv)
        except OpenbaarError as error:
            yield from error.problems


def _differences(resource: DescribedResource, csv: bytes) -> Iterator[Problem]:
    """Where a CSV file is not as described. Raises OpenbaarError when it breaks its schema."""
    rows = read_csv(csv, resource.table_schema.columns(), resource.path)
    digest = f"sha256:{sha256(csv).hexdigest()}"
    compared = [
        ("bytes", len(csv), resource.bytes),
        ("hash", digest, resource.hash),
        ("rows", len(rows), resource.rows),
    ]
    for key, found, stated in compared:
        if found != stated:
            message = f"{key} is {found}, but {NAME} says {stated}"
            yield Problem(Place(resource.path), message, "run 'openbaar package'")


def _frictionless_problems(judged: Judged) -> Iterator[Problem]:
    """What frictionless objects to, keys to other tables above all."""
    from frictionless import FrictionlessException, Package

    seen = _without_patterns(judged.data)
    try:
        report = Package.from_descriptor(seen, basepath=str(judged.root)).validate()
    except FrictionlessException as error:
        for reason in error.reasons or [error.error]:
            yield Problem(Place(NAME), reason.message)
        return
    for found in report.errors:
        yield Problem(Place(NAME), found.message)
    for task in report.tasks:
        if task.errors:
            yield from _task_problems(judged.root, task)


def _without_patterns(descriptor: Descriptor) -> Descriptor:
    """The descriptor without the patterns of its columns.

    Our reader checked those, and an engine that backtracks hangs on one such as `(a+)+$`.
    """
    seen = deepcopy(descriptor)
    for resource in seen["resources"]:
        for field in resource["schema"]["fields"]:
            field.get("constraints", {}).pop("pattern", None)
    return seen


def _task_problems(root: Path, task: Any) -> Iterator[Problem]:
    """The errors that frictionless found in a table, each at the line where its row begins."""
    lines = row_lines((root / task.place).read_bytes())
    for error in task.errors:
        place = Place(task.place)
        row_number = getattr(error, "row_number", None)  # counted from 1, which is the header
        if row_number:
            place = Place(task.place, lines[row_number - 2])
        field_name = getattr(error, "field_name", None)
        subject = field_name if field_name else error.title
        yield Problem(place, f"{subject}: {error.note}")
