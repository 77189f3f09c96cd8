"""The descriptor of the data package: publication, tables and columns as they are described."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from datasets import dataset_of
from openbaar.errors import OpenbaarError
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.tables.authored.references import load_publication
from openbaar.tables.dataset import Dataset
from stated import STATED, state, state_everything

ROOT = Path(__file__).parent.parent.parent


def resource_of(dataset: Dataset, name: str) -> dict[str, Any]:
    """The resource called `name` in the descriptor."""
    (found,) = [each for each in descriptor(dataset)["resources"] if each["name"] == name]
    return dict(found)


def test_the_descriptor_says_what_holds_for_the_publication(dataset: Dataset) -> None:
    made = descriptor(dataset)
    assert [resource["name"] for resource in made.pop("resources")] == [
        *("regions", "statuses", "municipalities", "mergers"),
        *("provenance", "reconciliation", "footnotes", "anomalies"),
    ]
    document = dataset.publication.root / "sources/municipalities.txt"
    assert made == {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "municipalities",
        "version": "1.2.0",
        "title": "Gemeenten van België",
        "description": "Het aantal gemeenten per gewest, als voorbeeld voor de tests.",
        "translations": {
            "en": {
                "title": "Municipalities of Belgium",
                "description": (
                    "The number of municipalities per region, as an example for the tests."
                ),
            }
        },
        "languages": ["nl", "en"],
        "keywords": ["gemeenten", "municipalities"],
        "keywordsByLanguage": {"und": ["gemeenten", "municipalities"]},
        "contributors": [{"title": "openbaar contributors", "roles": ["publisher"]}],
        "licenses": [
            {
                "name": "notspecified",
                "title": "not stated (brondocument)",
                "appliesTo": "documents",
            },
            {
                "name": "CC0-1.0",
                "title": "Creative Commons Zero v1.0 Universal (toevoegingen)",
                "path": "https://creativecommons.org/publicdomain/zero/1.0/",
                "appliesTo": "additions",
            },
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


def test_a_resource_says_where_its_table_stands_in_the_document(dataset: Dataset) -> None:
    resource = resource_of(dataset, "municipalities")
    del resource["schema"]
    data = dataset.files["tables/municipalities.csv"]
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


def test_a_table_taken_from_elsewhere_says_from_where(dataset: Dataset) -> None:
    assert resource_of(dataset, "regions")["sources"] == [
        {
            "title": "ISO 3166-2 - Country subdivision code",
            "path": "https://www.iso.org/obp/ui/#iso:code:3166:BE",
        }
    ]
    assert resource_of(dataset, "mergers")["sources"] == [
        {
            "title": "Gemeenten van België, regel 11",
            "translations": {"en": {"title": "Municipalities of Belgium, line 11"}},
            "path": "sources/municipalities.txt",
            "first_line": 11,
            "last_line": 11,
        }
    ]


def test_a_schema_holds_types_texts_units_constraints_and_keys(dataset: Dataset) -> None:
    schema = resource_of(dataset, "municipalities")["schema"]
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


def test_a_key_to_its_own_table_names_no_resource(dataset: Dataset) -> None:
    schema = resource_of(dataset, "regions")["schema"]
    assert schema["uniqueKeys"] == [["iso_code"]]
    assert schema["foreignKeys"] == [{"fields": ["part_of"], "reference": {"fields": ["code"]}}]


def test_a_key_that_may_be_partly_empty_stands_apart(dataset: Dataset) -> None:
    """Frictionless refuses rows where a part of a key is empty, which SQL and we let pass."""
    schema = resource_of(dataset, "provenance")["schema"]
    key = {
        "fields": ["table_name", "mark"],
        "reference": {"resource": "footnotes", "fields": ["table_name", "mark"]},
    }
    assert ("foreignKeys" in schema, schema["foreignKeysWhereFilled"]) == (False, [key])


def test_a_pattern_of_alternatives_is_bracketed_because_frictionless_anchors_each(
    dataset: Dataset,
) -> None:
    field = resource_of(dataset, "regions")["schema"]["fields"][0]
    assert field["constraints"] == {"required": True, "pattern": "(?:belgium|[a-z]+)"}


def test_the_bytes_are_readable_json_that_ends_with_a_line_end() -> None:
    assert package_bytes({"title": "België"}) == '{\n  "title": "België"\n}\n'.encode()


def test_what_catalogues_ask_for_stands_in_the_descriptor(hand_made: Path) -> None:
    state_everything(hand_made)
    made = descriptor(dataset_of(load_publication(hand_made)))
    assert made["publisher"] == {
        "title": "Agentschap X",
        "translations": {"en": {"title": "Agency X"}},
        "path": "https://agency.example",
        "type": "RegionalAuthority",
    }
    assert made["contact"] == {
        "title": "Dienst",
        "translations": {"en": {"title": "Desk"}},
        "email": "data@agency.example",
    }
    assert made["keywords"] == ["gemeenten", "municipalities"]
    assert made["keywordsByLanguage"] == {"nl": ["gemeenten"], "en": ["municipalities"]}
    assert made["created"] == "2024-03-01T00:00:00Z"  # the standard wants a time too
    assert made["accessRights"] == "PUBLIC"
    as_given = (
        "id",
        "contributors",
        "themes",
        "places",
        "period",
        "frequency",
        "issued",
        "modified",
    )
    assert {key: made[key] for key in as_given} == {key: STATED[key] for key in as_given}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("created", "2024-02-30", "'2024-02-30' should be a day of the calendar"),
        ("issued", "20240203", "'20240203' should be a day of the calendar"),
        ("contact", {"name": {"nl": "D", "en": "D"}}, "give 'email' or 'path'"),
        (
            "contact",
            {"name": {"nl": "D", "en": "D"}, "email": "nobody"},
            "'nobody' should be an address for mail",
        ),
        (
            "contact",
            {"name": {"nl": "D", "en": "D"}, "email": "d@example.org?cc=e@example.org"},
            "'d@example.org?cc=e@example.org' should be an address for mail",
        ),
        (
            "period",
            {"first": "2024-01-02", "last": "2024-01-01"},
            "the last day, 2024-01-01, is before the first, 2024-01-02",
        ),
        ("themes", ["SPORT"], "SPORT"),
        ("keywords", {"in Dutch": ["gemeenten"]}, "'in Dutch' does not match"),
    ],
)
def test_what_catalogues_cannot_read_is_refused(
    hand_made: Path, key: str, value: Any, message: str
) -> None:
    state(hand_made, {key: value})
    with pytest.raises(OpenbaarError, match=re.escape(message)):
        load_publication(hand_made)


def test_columns_list_the_codes_that_may_stand_in_them(hand_made: Path) -> None:
    file = hand_made / "tables" / "statuses.yaml"
    text = file.read_text("utf-8")
    unique = text.replace(
        "constraints: {required: true}", "constraints: {required: true, unique: true}"
    )
    file.write_text(unique, "utf-8")
    made = dataset_of(load_publication(hand_made))
    (field,) = [
        each
        for each in resource_of(made, "municipalities")["schema"]["fields"]
        if each["name"] == "status"
    ]
    rows = made.rows("statuses")
    label = made.tables["statuses"].table.label
    assert field["categories"] == [{"value": row["code"], "label": row[label]} for row in rows]
    assert len(rows) > 1
    assert resource_of(made, "statuses")["categoryFieldMap"] == {"value": "code", "label": label}


def test_no_two_foreign_keys_share_a_column() -> None:
    """Other programs read only the first of them, or replace the column by the row it leads to."""
    made = json.loads((ROOT / "datapackage.json").read_bytes())
    (sectors,) = [each for each in made["resources"] if each["name"] == "started_by_sector"]
    for resource in made["resources"]:
        keys = resource["schema"].get("foreignKeys", [])
        columns = [column for key in keys for column in key["fields"]]
        assert len(columns) == len(set(columns)), resource["name"]
    assert sectors["schema"]["foreignKeysWhereFilled"] == [
        {
            "fields": ["sector", "cluster"],
            "reference": {"resource": "sectors", "fields": ["code", "cluster"]},
        }
    ]
