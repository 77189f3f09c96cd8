"""The data package: its descriptor, what its judges object to, and the download."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openbaar.errors import OpenbaarError
from openbaar.package.archive import readme, write_zip
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.validation import problems_of_package
from openbaar.tables.publication import Publication

Files = dict[str, bytes]
Change = Callable[[dict[str, Any]], None]


def resource_of(publication: Publication, files: Files, name: str) -> dict[str, Any]:
    """The resource called `name` in the descriptor."""
    (found,) = [each for each in descriptor(dataset)["resources"] if each["name"] == name]
    return dict(found)


def test_the_descriptor_says_what_holds_for_the_publication(
    publication: Publication, files: Files
) -> None:
    made = descriptor(dataset)
    assert [resource["name"] for resource in made.pop("resources")] == [
        "regions", "statuses", "municipalities", "mergers", "provenance", "reconciliation", "footnotes", "anomalies",
    ]  # fmt: skip
    document = publication.root / "sources/municipalities.txt"
    assert made == {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "municipalities",
        "version": "1.2.0",
        "title": "Gemeenten van België",
        "description": "Het aantal gemeenten per gewest, als voorbeeld voor de tests.",
        "translations": {
            "en": {
                "title": "Municipalities of Belgium",
                "description": "The number of municipalities per region, as an example for the tests.",
            }
        },
        "languages": ["nl", "en"],
        "keywords": ["gemeenten", "municipalities"],
        "contributors": [{"title": "openbaar contributors", "roles": ["publisher"]}],
        "licenses": [{"name": "notspecified", "title": "not stated"}],
        "additions": [
            {
                "name": "CC0-1.0",
                "title": "Creative Commons Zero v1.0 Universal",
                "path": "https://creativecommons.org/publicdomain/zero/1.0/",
            }
        ],
        "sources": [
            {
                "title": "Gemeenten van België",
                "translations": {"en": {"title": "Municipalities of Belgium"}},
                "path": "sources/municipalities.txt",
                "sha256": hashlib.sha256(document.read_bytes()).hexdigest(),
                "author": "unknown",
                "date": "unknown",
                "license": "unknown",
            }
        ],
    }


def test_a_resource_says_where_its_table_stands_in_the_document(
    publication: Publication, files: Files
) -> None:
    resource = resource_of(publication, files, "municipalities")
    del resource["schema"]
    data = files["tables/municipalities.csv"]
    assert resource == {
        "name": "municipalities",
        "type": "table",
        "title": "Gemeenten per gewest",
        "description": "Hoeveel gemeenten er waren op 1 januari.",
        "translations": {
            "en": {
                "title": "Municipalities per region",
                "description": "How many municipalities there were on 1 January.",
            }
        },
        "path": "tables/municipalities.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "rows": 10,
        "notes": [
            {
                "nl": "In 1961 bestonden de gewesten nog niet; hun cellen zijn leeg.",
                "en": "In 1961 the regions did not exist yet; their cells are empty.",
            }
        ],
        "sources": [
            {
                "title": "Gemeenten van België, antwoord 1a, regels 4–6",
                "translations": {
                    "en": {"title": "Municipalities of Belgium, answer 1a, lines 4–6"}
                },
                "path": "sources/municipalities.txt",
                "question": "1a",
                "first_line": 4,
                "last_line": 6,
            }
        ],
    }


def test_a_table_taken_from_elsewhere_says_from_where(
    publication: Publication, files: Files
) -> None:
    assert resource_of(publication, files, "regions")["sources"] == [
        {
            "title": "ISO 3166-2 - Country subdivision code",
            "path": "https://www.iso.org/obp/ui/#iso:code:3166:BE",
        }
    ]
    assert resource_of(publication, files, "mergers")["sources"] == [
        {
            "title": "Gemeenten van België, regel 11",
            "translations": {"en": {"title": "Municipalities of Belgium, line 11"}},
            "path": "sources/municipalities.txt",
            "first_line": 11,
            "last_line": 11,
        }
    ]


def test_a_schema_holds_types_texts_units_constraints_and_keys(
    publication: Publication, files: Files
) -> None:
    schema = resource_of(publication, files, "municipalities")["schema"]
    assert schema["fields"][2] == {
        "name": "number",
        "type": "integer",
        "title": "Aantal",
        "description": "Het aantal gemeenten.",
        "unit": "gemeenten",
        "translations": {
            "en": {
                "title": "Number",
                "description": "The number of municipalities.",
                "unit": "municipalities",
            }
        },
        "constraints": {"minimum": 0},
    }
    del schema["fields"]
    assert schema == {
        "primaryKey": ["year", "region"],
        "foreignKeys": [
            {"fields": ["region"], "reference": {"resource": "regions", "fields": ["code"]}},
            {"fields": ["status"], "reference": {"resource": "statuses", "fields": ["code"]}},
        ],
        "missingValues": [""],
    }


def test_a_key_to_its_own_table_names_no_resource(publication: Publication, files: Files) -> None:
    schema = resource_of(publication, files, "regions")["schema"]
    assert schema["uniqueKeys"] == [["iso_code"]]
    assert schema["foreignKeys"] == [{"fields": ["part_of"], "reference": {"fields": ["code"]}}]


def test_a_key_that_may_be_partly_empty_stands_apart(
    publication: Publication, files: Files
) -> None:
    """Frictionless refuses rows where a part of a key is empty, which SQL and we let pass."""
    schema = resource_of(publication, files, "provenance")["schema"]
    key = {
        "fields": ["table_name", "mark"],
        "reference": {"resource": "footnotes", "fields": ["table_name", "mark"]},
    }
    assert ("foreignKeys" in schema, schema["foreignKeysWhereFilled"]) == (False, [key])


def test_a_pattern_of_alternatives_is_bracketed_because_frictionless_anchors_each(
    publication: Publication, files: Files
) -> None:
    field = resource_of(publication, files, "regions")["schema"]["fields"][0]
    assert field["constraints"] == {"required": True, "pattern": "(?:belgium|[a-z]+)"}


def test_a_descriptor_without_the_bytes_of_a_table_is_refused(
    publication: Publication, files: Files
) -> None:
    del files["tables/mergers.csv"]
    with pytest.raises(OpenbaarError) as caught:
        descriptor(dataset)
    assert str(caught.value) == "tables/mergers.csv: is not there (run 'openbaar convert')"


def test_the_bytes_are_readable_json_that_ends_with_a_line_end() -> None:
    assert package_bytes({"title": "België"}) == '{\n  "title": "België"\n}\n'.encode()


def test_the_package_passes_all_judges(publication: Publication, files: Files) -> None:
    assert problems_of_package(publication.root, package_bytes(descriptor(dataset))) == []


def test_the_descriptor_as_written_is_valid_for_frictionless(
    publication: Publication, files: Files
) -> None:
    from frictionless import Package

    path = publication.root / "datapackage.json"
    path.write_bytes(package_bytes(descriptor(dataset)))
    assert Package(str(path)).validate().flatten(["type", "note"]) == []


def changed(publication: Publication, files: Files, change: Change) -> list[str]:
    """What the judges say of the package when its descriptor is changed."""
    data = descriptor(dataset)
    change(data)
    return [str(problem) for problem in problems_of_package(publication.root, package_bytes(data))]


PATHS = [
    "../x.csv",
    "tables/../../x.csv",
    "/etc/hostname",
    "$HOME/x.csv",
    "~/x.csv",
    "file:///etc/hostname",
]
PATHS += [
    "tables/*.csv",
    "http://127.0.0.1/x.csv",
    "https://example.org/x.csv",
    "sqlite:////x.db",
    "..\\x.csv",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_leads_out_of_the_package_is_refused(
    publication: Publication, files: Files, path: str
) -> None:
    assert changed(publication, files, lambda data: data["resources"][0].update(path=path)) == [
        f"datapackage.json: the path '{path}' should be relative and stay inside the publication"
    ]


def test_a_symbolic_link_out_of_the_package_is_refused(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    path = publication.csv_path("statuses")
    path.rename(tmp_path / "elsewhere.csv")
    path.symlink_to(tmp_path / "elsewhere.csv")
    assert changed(publication, files, lambda data: None) == [
        "tables/statuses.csv: is a link that leads out of the package (put the file itself there)"
    ]


def test_a_table_that_is_gone_is_named(publication: Publication, files: Files) -> None:
    publication.csv_path("statuses").unlink()
    assert changed(publication, files, lambda data: None) == [
        "tables/statuses.csv: is not there (run 'openbaar convert')"
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
            "$schema is 'https://example.org/profile.json' (it should be https://datapackage.org/profiles/2.0/datapackage.json)"
        ],
    ),
    "no list of resources": (
        lambda data: data.update(resources={}),
        ["is no data package (it should be a mapping with a list of 'resources')"],
    ),
    "a resource that is no mapping": (
        lambda data: data.update(resources=["x"]),
        ["resources.0 should be a mapping"],
    ),
    "a misspelt key of the package": (
        lambda data: data.update(licences=[]),
        ["the key 'licences' is not known (did you mean 'licenses'?)"],
    ),
    "a misspelt key of a resource": (
        lambda data: regions(data).update(titel="x"),
        ["the key 'resources.0.titel' is not known (did you mean 'title'?)"],
    ),
    "a misspelt key of a schema": (
        lambda data: regions(data)["schema"].update(primarykey=["code"]),
        ["regions: the key 'primarykey' is not known (did you mean 'primaryKey'?)"],
    ),
    "a misspelt key of a field": (
        lambda data: field(data).update(constraint={}),
        ["regions: the key 'constraint' is not known (did you mean 'constraints'?)"],
    ),
    "a schema at an address": (
        lambda data: regions(data).update(schema="http://127.0.0.1/schema.json"),
        ["resources.0.schema should be written out as a mapping"],
    ),
    "another encoding": (
        lambda data: regions(data).update(encoding="cp1252"),
        ["resources.0.encoding is 'cp1252' (it should be 'utf-8')"],
    ),
    "an empty contributor": (
        lambda data: data["contributors"].append({}),
        ["contributors[1]: {} should be non-empty"],
    ),
    "an empty source": (
        lambda data: data["sources"].append({}),
        ["sources[1]: {} should be non-empty"],
    ),
    "a role that is no list": (
        lambda data: data["contributors"][0].update(roles="author"),
        ["contributors[0].roles: 'author' is not of type 'array'"],
    ),
    "an unknown type": (
        lambda data: field(data).update(type="money"),
        ["resources[0].schema.fields[0]: fits none of the forms that the profile allows"],
    ),
    "a unique key of no column": (
        lambda data: regions(data)["schema"]["uniqueKeys"].append(["x"]),
        [
            "regions: schema: a key names the column 'x', which is not there; known: code, iso_code, part_of, title_nl"
        ],
    ),
    "a pattern that is none": (
        lambda data: field(data)["constraints"].update(pattern="("),
        ["regions: schema.fields.0.constraints.pattern: the pattern '(' is not one: missing ): ("],
    ),
    "a name that needs quoting": (
        lambda data: regions(data).update(name='x"]'),
        [
            "x\"]: name: the name 'x\"]' should be small letters, digits and _, begin with a letter, at most 63 long",
        ],
    ),
}


@pytest.mark.parametrize(("change", "messages"), CHANGES.values(), ids=CHANGES)
def test_a_descriptor_that_is_not_as_it_should_be_is_refused(
    publication: Publication, files: Files, change: Change, messages: list[str]
) -> None:
    assert changed(publication, files, change) == [
        f"datapackage.json: {message}" for message in messages
    ]


BROKEN_JSON = {
    "a key twice": (
        b'{"a": 1,\n "b": 2, "a": 3}',
        ":2:10: the key 'a' stands here and on line 1 (keep one of them)",
    ),
    "a colon missing": (b'{"a": 1,\n "b"}', ":2:5: is not JSON: Expecting ':' delimiter"),
    "not UTF-8": (b'{"a": "\xe9"}', ": is not UTF-8: byte 7 is 0xe9"),
    "nested without end": (b"[" * 100_000, ": is nested too deeply"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN_JSON.values(), ids=BROKEN_JSON)
def test_a_descriptor_that_is_no_json_is_refused_with_its_place(
    tmp_path: Path, data: bytes, message: str
) -> None:
    assert [str(problem) for problem in problems_of_package(tmp_path, data)] == [
        f"datapackage.json{message}"
    ]


def test_a_pattern_that_makes_other_engines_hang_is_just_checked(
    publication: Publication, files: Files
) -> None:
    path = publication.csv_path("regions")
    path.write_text(f"code,iso_code,title_nl,part_of\n{'a' * 40}b,,x,\n", "utf-8")
    assert changed(
        publication, files, lambda data: field(data).update(constraints={"pattern": "(a+)+$"})
    ) == [f"tables/regions.csv:2: code: '{'a' * 40}b' does not match '(a+)+$'"]


def test_a_table_other_than_described_is_named(publication: Publication, files: Files) -> None:
    path = publication.csv_path("statuses")
    path.write_bytes(path.read_bytes() + b"late,te laat\n")
    was, now = (
        hashlib.sha256(data).hexdigest()
        for data in (files["tables/statuses.csv"], path.read_bytes())
    )
    says, hint = "but datapackage.json says", "(run 'openbaar package')"
    assert changed(publication, files, lambda data: None) == [
        f"tables/statuses.csv: bytes is 84, {says} 71 {hint}",
        f"tables/statuses.csv: hash is sha256:{now}, {says} sha256:{was} {hint}",
        f"tables/statuses.csv: rows is 3, {says} 2 {hint}",
    ]


def test_a_broken_value_is_named_with_file_line_and_field(
    publication: Publication, files: Files
) -> None:
    path = publication.csv_path("municipalities")
    path.write_bytes(path.read_bytes().replace(b"2663", b"-1"))
    assert changed(publication, files, lambda data: None) == [
        "tables/municipalities.csv:2: number: -1 is below the minimum 0"
    ]


def test_a_broken_key_to_another_table_is_named_with_its_line(
    publication: Publication, files: Files
) -> None:
    """The row before it takes two lines of the file."""
    files["tables/mergers.csv"] = files["tables/mergers.csv"].replace(
        b"2025,wallonia", b"2024,wallonia"
    )
    publication.csv_path("mergers").write_bytes(files["tables/mergers.csv"])
    assert changed(publication, files, lambda data: None) == [
        'tables/mergers.csv:4: ForeignKey Error: for "year, region": values "2024, wallonia" '
        'not found in the lookup table "municipalities" as "year, region"'
    ]


def test_the_download_holds_descriptor_tables_document_and_readme(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    write_zip(dataset, descriptor(dataset), tmp_path / "new" / "x.zip")
    with zipfile.ZipFile(tmp_path / "new" / "x.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {
        "README.md": readme(dataset).encode(),
        "datapackage.json": package_bytes(descriptor(dataset)),
        "sources/municipalities.txt": (
            publication.root / "sources/municipalities.txt"
        ).read_bytes(),
        **files,
    }
    assert list(held) == sorted(held)


def test_the_unpacked_download_passes_all_judges(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    write_zip(dataset, descriptor(dataset), tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
        assert problems_of_package(tmp_path / "unpacked", archive.read("datapackage.json")) == []


def test_the_download_is_the_same_bytes_each_time(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    for name in ("a.zip", "b.zip"):
        write_zip(dataset, descriptor(dataset), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        described = {
            (each.date_time, each.create_system, each.external_attr) for each in archive.infolist()
        }
    assert described == {((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)}


def test_a_failing_download_leaves_the_earlier_one(
    publication: Publication, files: Files, tmp_path: Path
) -> None:
    target = tmp_path / "dist" / "x.zip"
    target.parent.mkdir()
    target.write_bytes(b"earlier")
    (publication.root / "sources/municipalities.txt").unlink()
    with pytest.raises(FileNotFoundError):
        write_zip(dataset, descriptor(dataset), target)
    assert [(path.name, path.read_bytes()) for path in target.parent.iterdir()] == [
        ("x.zip", b"earlier")
    ]


def test_the_readme_of_the_download_says_it_in_each_language(
    publication: Publication, files: Files
) -> None:
    lines = readme(dataset).splitlines()
    row = "| [municipalities](tables/municipalities.csv) | {} | 10 | `year`, `region`, `number`, `share`, `status` |"
    expected = [
        "# Gemeenten van België",
        row.format("Gemeenten per gewest"),
        "- Brondocument: not stated",
        "openbaar contributors: Gemeenten van België, versie 1.2.0.",
        "# Municipalities of Belgium",
        row.format("Municipalities per region"),
        "- Source document: not stated",
        "openbaar contributors: Municipalities of Belgium, version 1.2.0.",
    ]
    assert [line for line in lines if line in expected] == expected


def test_markup_in_a_title_is_escaped_in_the_readme(publication: Publication, files: Files) -> None:
    package = publication.package.model_copy(update={"title": {"nl": "<script>|\nx", "en": "x"}})
    assert (
        readme(replace(publication, package=package), files).splitlines()[0]
        == "# &lt;script&gt;\\| x"
    )
