"""What the judges of a data package object to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from datasets import dataset_of
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.validation import problems_of_package
from openbaar.tables.dataset import Dataset

Change = Callable[[dict[str, Any]], None]


def test_the_package_passes_all_judges(dataset: Dataset) -> None:
    assert problems_of_package(dataset.publication.root, package_bytes(descriptor(dataset))) == []


def test_the_descriptor_as_written_is_valid_for_frictionless(dataset: Dataset) -> None:
    from frictionless import Package

    path = dataset.publication.root / "datapackage.json"
    path.write_bytes(package_bytes(descriptor(dataset)))
    assert Package(str(path)).validate().flatten(["type", "note"]) == []


def changed(dataset: Dataset, change: Change) -> list[str]:
    """What the judges say of the package when its descriptor is changed."""
    data = descriptor(dataset)
    change(data)
    return [
        str(problem)
        for problem in problems_of_package(dataset.publication.root, package_bytes(data))
    ]


def regions(data: dict[str, Any]) -> Any:
    return data["resources"][0]


def field(data: dict[str, Any]) -> Any:
    return regions(data)["schema"]["fields"][0]


# What frictionless takes without a word, fetches or crashes on, or reads as something else.
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "another profile": (
        lambda data: data.update({"$schema": "https://example.org/profile.json"}),
        [
            "$schema: is 'https://example.org/profile.json'; it should be 'https://datapackage.org/profiles/2.0/datapackage.json'"
        ],
    ),
    "no list of resources": (
        lambda data: data.update(resources={}),
        ["resources: should be a list"],
    ),
    "a resource that is no mapping": (
        lambda data: data.update(resources=["x"]),
        ["resources.0: should be a mapping"],
    ),
    "a misspelt key of the package": (
        lambda data: data.update(licences=[]),
        ["the key 'licences' is not known (did you mean 'licenses'?)"],
    ),
    "a misspelt key of a resource": (
        lambda data: regions(data).update(titel="x"),
        ["the key 'titel' is not known (did you mean 'title'?)"],
    ),
    "a misspelt key of a schema": (
        lambda data: regions(data)["schema"].update(primarykey=["code"]),
        ["the key 'primarykey' is not known (did you mean 'primaryKey'?)"],
    ),
    "a misspelt key of a field": (
        lambda data: field(data).update(constraint={}),
        ["the key 'constraint' is not known (did you mean 'constraints'?)"],
    ),
    "a schema at an address": (
        lambda data: regions(data).update(schema="http://127.0.0.1/schema.json"),
        ["resources.0.schema: should be a mapping"],
    ),
    "another encoding": (
        lambda data: regions(data).update(encoding="cp1252"),
        ["resources.0.encoding: is 'cp1252'; it should be 'utf-8'"],
    ),
    "an empty contributor": (
        lambda data: data["contributors"].append({}),
        ["the key 'title' is missing here"],
    ),
    "an empty source": (
        lambda data: data["sources"].append({}),
        ["the key 'title' is missing here"],
    ),
    "a role that is no list": (
        lambda data: data["contributors"][0].update(roles="author"),
        ["contributors[0].roles: 'author' is not of type 'array'"],
    ),
    "an unknown type": (
        lambda data: field(data).update(type="money"),
        [
            "resources.0.schema.fields.0.type: is 'money'; it should be"
            " 'string', 'integer', 'number', 'year', 'yearmonth', 'boolean', 'date' or 'array'"
        ],
    ),
    "a unique key of no column": (
        lambda data: regions(data)["schema"]["uniqueKeys"].append(["x"]),
        [
            "resources.0.schema: a key names the column 'x', which does not exist;"
            " known: code, iso_code, part_of, title_nl"
        ],
    ),
    "a pattern that is none": (
        lambda data: field(data)["constraints"].update(pattern="("),
        [
            "resources.0.schema.fields.0.constraints.pattern:"
            " the pattern '(' is not a valid regular expression: missing ): ("
        ],
    ),
    "a name that needs quoting": (
        lambda data: regions(data).update(name='x"]'),
        [
            "resources.0.name: the name 'x\"]' should be small letters, digits and _,"
            " begin with a letter, at most 63 long",
        ],
    ),
}


@pytest.mark.parametrize(("change", "messages"), CHANGES.values(), ids=CHANGES)
def test_a_descriptor_that_is_not_as_it_should_be_is_refused(
    dataset: Dataset, change: Change, messages: list[str]
) -> None:
    found = [
        re.sub(r"^datapackage\.json(:\d+:\d+)?: ", "", each) for each in changed(dataset, change)
    ]
    assert found == messages


def test_a_pattern_that_makes_other_engines_hang_is_left_to_our_reader(dataset: Dataset) -> None:
    path = dataset.publication.csv_path("regions")
    path.write_text(f"code,iso_code,title_nl,part_of\n{'a' * 40}b,,x,\n", "utf-8")
    found = changed(dataset, lambda data: field(data).update(constraints={"pattern": "(a+)+$"}))
    assert [each for each in found if "pattern" in each] == []


def test_a_broken_key_to_another_table_is_named_with_its_line(dataset: Dataset) -> None:
    """The row before it takes two lines of the file."""
    publication = dataset.publication
    broken = dataset.files["tables/mergers.csv"].replace(b"2025,wallonia", b"2024,wallonia")
    publication.csv_path("mergers").write_bytes(broken)
    assert changed(dataset_of(publication), lambda data: None) == [
        'tables/mergers.csv:4: ForeignKey Error: for "year, region": values "2024, wallonia" '
        'not found in the lookup table "municipalities" as "year, region"'
    ]
