"""Judging a data package before it is published.

The descriptor is judged by our model of it and by the official profile, and the package with its
tables by frictionless. Each judge relies on what those before it have assured, so the first that
objects has the last word. Nothing is read from the network.

Frictionless reads 20,000 to 40,000 rows in a second. Of a large table, which was checked by columns
and is checked by the database, it sees a sample from all over the file.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from importlib import resources
from pathlib import Path
from textwrap import shorten
from typing import Any

import yaml

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import writing
from openbaar.models import load_model
from openbaar.package import citation_file
from openbaar.package.model import DescribedPackage, Descriptor
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.schema.csvfile import row_lines
from openbaar.tables.dataset import TableInFile
from openbaar.yamlfile import YamlFile


def problems_of_package(
    root: Path,
    descriptor_bytes: bytes,
    large: Collection[TableInFile] = (),
    unchanged: Collection[str] = (),
) -> list[Problem]:
    """What is wrong with the package in the folder `root` with this `datapackage.json`.

    The tables called `unchanged` are described as they were when they were found right, their bytes
    included; they are judged again only where a table that changed points to them.

    Its tables were read and checked by us when they were converted; here others judge what we say
    of them. Of the tables in `large`, which are not in the folder, a sample is put there.
    """
    descriptor = json.loads(descriptor_bytes)
    try:
        load_model(YamlFile(DESCRIPTOR, descriptor, {}), DescribedPackage)
    except OpenbaarError as error:
        return error.problems
    judged = _to_judge(descriptor, unchanged)
    objections = list(_profile_problems(judged))
    if objections or not _changed(descriptor, unchanged):
        return objections
    names = {each["name"] for each in judged["resources"]}
    large = [data for data in large if data.table.name in names]
    for data in large:
        _write_sample(root / data.path, data)
    return list(_frictionless_problems(root, _for_frictionless(judged, large), large))


def _changed(descriptor: Descriptor, unchanged: Collection[str]) -> set[str]:
    """The tables that changed, and those with a key to one that did."""
    changed = set()
    for resource in descriptor["resources"]:
        named = {resource["name"], *_targets(resource)}
        if not named <= set(unchanged):
            changed.add(resource["name"])
    return changed


def _to_judge(descriptor: Descriptor, unchanged: Collection[str]) -> Descriptor:
    """The descriptor with the tables that changed, and those that they point to.

    Where none did it keeps one, because a package has at least one.
    """
    changed = _changed(descriptor, unchanged)
    needed = set(changed)
    for resource in descriptor["resources"]:
        if resource["name"] in changed:
            needed |= _targets(resource)
    kept = [each for each in descriptor["resources"] if each["name"] in needed]
    return {**descriptor, "resources": kept or descriptor["resources"][:1]}


def _targets(resource: Mapping[str, Any]) -> set[str]:
    """The tables that the keys of a table point to."""
    name = resource["name"]
    keys = resource["schema"].get("foreignKeys", [])
    return {key["reference"].get("resource") or name for key in keys}


def problems_of_citation(citation_bytes: bytes) -> list[Problem]:
    """What the Citation File Format objects to in the bytes of a `CITATION.cff`."""
    cited = yaml.safe_load(citation_bytes)
    problems = []
    for message in _schema_objections(citation_file.cff_schema(), cited):
        place = Place(citation_file.FILE)
        problems.append(Problem(place, message, "correct it in tables/package.yaml"))
    return problems


def _profile_problems(descriptor: Descriptor) -> Iterator[Problem]:
    """What the official JSON Schema of Data Package 2.0 objects to."""
    file = resources.files("openbaar.package") / "profiles" / "datapackage-2.0.json"
    profile = json.loads(file.read_text("utf-8"))
    for message in _schema_objections(profile, descriptor):
        yield Problem(Place(DESCRIPTOR), message)


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


def _write_sample(target: Path, data: TableInFile) -> None:
    with writing(target), target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(data.table.columns)
        for sampled in data.scan.sample:
            writer.writerow(sampled.cells)


def _frictionless_problems(
    root: Path, descriptor: Descriptor, large: Collection[TableInFile]
) -> Iterator[Problem]:
    """What frictionless objects to, keys to other tables above all."""
    from frictionless import FrictionlessException, Package

    try:
        report = Package.from_descriptor(descriptor, basepath=str(root)).validate()
    except FrictionlessException as error:
        for reason in error.reasons or [error.error]:
            yield Problem(Place(DESCRIPTOR), reason.message)
        return
    for found in report.errors:
        yield Problem(Place(DESCRIPTOR), found.message)
    sampled = {data.path: data for data in large}
    for task in report.tasks:
        if task.errors:
            yield from _task_problems(task, _lines_of(root / task.place, sampled.get(task.place)))


def _lines_of(path: Path, sampled: TableInFile | None) -> list[int]:
    """The lines on which the rows begin that frictionless saw: of a file, or of its sample."""
    if sampled is not None:
        return _sampled_lines(sampled)
    with path.open(encoding="utf-8", newline="") as text:
        return list(row_lines(text))


def _for_frictionless(descriptor: Descriptor, large: Collection[TableInFile]) -> Descriptor:
    """The descriptor without what frictionless cannot judge.

    Our reader checked the patterns of columns, and an engine that backtracks hangs on one such as
    `(a+)+$`. A sample has other bytes than its table, and lacks rows that keys point to; the
    database checks all keys of the table.
    """
    seen = deepcopy(descriptor)
    sampled = {data.table.name for data in large}
    for resource in seen["resources"]:
        schema = resource["schema"]
        for field in schema["fields"]:
            field.get("constraints", {}).pop("pattern", None)
        keys = schema.pop("foreignKeys", [])
        kept = [key for key in keys if key["reference"].get("resource") not in sampled]
        if resource["name"] in sampled:
            _leave_out_of_sample(resource)
        elif kept:
            schema["foreignKeys"] = kept
    return seen


def _leave_out_of_sample(resource: Descriptor) -> None:
    """Take out what is true of a whole table and not of its sample."""
    del resource["schema"]["primaryKey"]
    for stated in ("bytes", "hash", "rows"):
        resource.pop(stated, None)


def _sampled_lines(data: TableInFile) -> list[int]:
    """The lines in the whole file on which the rows of its sample begin."""
    wanted = {sampled.row for sampled in data.scan.sample}
    return [line for number, line in enumerate(data.lines()) if number in wanted]


def _task_problems(task: Any, lines: Sequence[int]) -> Iterator[Problem]:
    """The errors that frictionless found in a table, each at the line where its row begins."""
    for error in task.errors:
        place = Place(task.place)
        row_number = getattr(error, "row_number", None)  # counted from 1, which is the header
        if row_number:
            place = Place(task.place, lines[row_number - 2])
        field_name = getattr(error, "field_name", None)
        subject = field_name if field_name else error.title
        yield Problem(place, f"{subject}: {error.note}")
