"""The record of released addresses only grows, and shows which of them would break."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datasets import dataset_from
from openbaar.errors import OpenbaarError
from openbaar.package.permalinks import (
    FILE,
    Permalinks,
    permalink_problems,
    read_permalinks,
    release_path,
    released,
)
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication

TABLES = "tables/package.yaml:20:1"
HINT = "name it there under 'moved' with its new name, or under 'withdrawn' with the reason"


def publish(publication: Publication, files: dict[str, bytes]) -> Permalinks:
    """Write what publishing records; returns the record as it is read back."""
    made = released(read_permalinks(publication.root), dataset_from(publication, files))
    for path, data in made.items():
        (publication.root / path).parent.mkdir(parents=True, exist_ok=True)
        (publication.root / path).write_bytes(data)
    return read_permalinks(publication.root)


def test_publishing_records_each_question_as_it_is(
    publication: Publication, files: dict[str, bytes]
) -> None:
    recorded = publish(publication, files)
    publish(at_version(publication, "1.3.0", queries={}), files)
    later = read_permalinks(publication.root)
    assert later.queries == recorded.queries
    question = later.queries["per_year"]["1.2.0"]
    assert question.title["en"] == "How many municipalities did Belgium have?"
    assert question.tables == ("municipalities",)
    assert "municipalities" in question.sql


def at_version(publication: Publication, version: str, **changes: Any) -> Publication:
    """The publication in another version, with other keys of its package file."""
    return replace(
        publication, package=publication.package.model_copy(update={"version": version, **changes})
    )


def without(publication: Publication, table: str) -> Publication:
    """The publication after that table has gone."""
    tables: dict[str, Table] = {
        name: each for name, each in publication.tables.items() if name != table
    }
    return replace(publication, tables=tables)


def problems(publication: Publication, files: dict[str, bytes]) -> list[str]:
    """What publishing these files would be told."""
    recorded = read_permalinks(publication.root)
    found = permalink_problems(recorded, dataset_from(publication, files))
    return [str(problem) for problem in found]


def test_publishing_records_each_table_and_keeps_its_file(
    publication: Publication, files: dict[str, bytes]
) -> None:
    recorded = publish(publication, files)
    assert recorded.tables == {
        name: {"1.2.0": hashlib.sha256(files[f"tables/{name}.csv"]).hexdigest()}
        for name in publication.resources
    }
    kept = {
        path.name: path.read_bytes()
        for path in (publication.root / "tables/releases/1.2.0").iterdir()
    }
    assert kept == {f"{name}.csv": files[f"tables/{name}.csv"] for name in publication.resources}
    assert problems(publication, files) == []


def test_a_new_version_adds_to_the_record_and_leaves_what_was_there(
    publication: Publication, files: dict[str, bytes]
) -> None:
    before = publish(publication, files)
    changed = {**files, "tables/statuses.csv": files["tables/statuses.csv"] + b"not_yet,nog niet\n"}
    after = publish(at_version(publication, "1.10.0"), changed)
    assert {name: list(versions) for name, versions in after.tables.items()} == {
        name: ["1.2.0", "1.10.0"] for name in publication.resources
    }
    assert {name: versions["1.2.0"] for name, versions in after.tables.items()} == {
        name: versions["1.2.0"] for name, versions in before.tables.items()
    }
    assert problems(at_version(publication, "1.10.0"), changed) == []


def test_other_bytes_under_a_version_that_was_released_are_refused(
    publication: Publication, files: dict[str, bytes]
) -> None:
    before = publish(publication, files)
    changed = {**files, "tables/statuses.csv": files["tables/statuses.csv"] + b"not_yet,nog niet\n"}
    assert problems(publication, changed) == [
        "tables/statuses.csv: differs from what was released as /id/statuses/1.2.0 "
        "(`openbaar release` makes the next version; to publish before, "
        "raise 'version' in tables/package.yaml)"
    ]
    assert publish(publication, changed) == before
    kept = publication.root / release_path("1.2.0", "statuses")
    assert kept.read_bytes() == files["tables/statuses.csv"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {},
            [f"{TABLES}: the address /id/mergers was released, but no longer exists ({HINT})"],
        ),
        ({"moved": {"mergers": "municipalities"}}, []),
        ({"withdrawn": {"mergers": {"nl": "fout", "en": "wrong"}}}, []),
    ],
)
def test_a_table_that_goes_must_say_where_it_went(
    publication: Publication, files: dict[str, bytes], keys: dict[str, Any], expected: list[str]
) -> None:
    publish(publication, files)
    gone = at_version(without(publication, "mergers"), "2.0.0", **keys)
    assert problems(gone, files) == expected


def test_an_old_name_may_not_be_forgotten_again(
    publication: Publication, files: dict[str, bytes]
) -> None:
    publish(at_version(publication, "1.2.0", moved={"towns": "municipalities"}), files)
    assert problems(publication, files) == [
        f"{TABLES}: the address /id/towns was released, but no longer exists ({HINT})"
    ]


@pytest.mark.parametrize(
    ("bytes_", "verb"), [(None, "is missing, but was"), (b"year\n1999\n", "differs from what was")]
)
def test_the_file_of_an_earlier_version_may_neither_go_nor_change(
    publication: Publication, files: dict[str, bytes], bytes_: bytes | None, verb: str
) -> None:
    publish(publication, files)
    later = at_version(publication, "1.3.0")
    publish(later, files)
    path = publication.root / release_path("1.2.0", "regions")
    path.unlink()
    if bytes_ is not None:
        path.write_bytes(bytes_)
    assert problems(later, files) == [
        f"tables/releases/1.2.0/regions.csv: {verb} released as /id/regions/1.2.0 "
        "(restore it from git)"
    ]
    withdrawn = at_version(
        without(later, "regions"), "1.4.0", withdrawn={"regions": {"nl": "fout", "en": "wrong"}}
    )
    assert problems(withdrawn, files) == []


def test_a_record_that_lost_an_entry_is_found_out(
    publication: Publication, files: dict[str, bytes]
) -> None:
    recorded = publish(publication, files)
    publish(at_version(publication, "1.3.0"), files)
    (publication.root / FILE).write_bytes(recorded.to_bytes())
    found = problems(publication, files)
    assert found[0] == (
        "tables/permalinks.json: /id/anomalies/1.3.0 was released, "
        "as tables/releases shows, but is not recorded "
        "(restore it from git; `openbaar publish` only adds to it)"
    )
    assert len(found) == len(publication.resources)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"tables": {}}',
        b'{"tables": {"a": {"2.0.0": "short"}}, "moved": {}, "withdrawn": {}}',
        b'{"tables": {"a": {"1": 1}}, "moved": {}, "withdrawn": {}}',
        b'{"tables": {"../a": {}}, "moved": {}, "withdrawn": {}}',
        b'{"tables": {}, "moved": {}, "withdrawn": {}, "more": {}}',
        b'{"tables": {}, "moved": {}, "withdrawn": {}}',  # on one line: not as it is written
    ],
)
def test_a_record_that_was_edited_by_hand_is_refused(
    publication: Publication, content: bytes
) -> None:
    (publication.root / FILE).write_bytes(content)
    with pytest.raises(OpenbaarError, match=r"tables/permalinks\.json: cannot be read") as raised:
        read_permalinks(publication.root)
    assert [each.hint for each in raised.value.problems] == [
        "restore it from git; `openbaar publish` adds to it"
    ]


def test_the_record_is_the_same_bytes_each_time(
    publication: Publication, files: dict[str, bytes]
) -> None:
    recorded = publish(publication, files)
    assert (
        released(recorded, dataset_from(publication, files))[FILE]
        == (publication.root / FILE).read_bytes()
    )
    assert json.loads(recorded.to_bytes())["moved"] == {}


def test_what_moved_or_was_withdrawn_must_make_sense(hand_made: Path) -> None:
    with (hand_made / "tables/package.yaml").open("a") as file:
        file.write(
            "moved: {towns: municipality, regions: mergers}\n"
            "withdrawn: {towns: {nl: fout, en: wrong}}\n"
        )
    with pytest.raises(OpenbaarError) as raised:
        load_publication(hand_made)
    assert [f"{each.message} ({each.hint})" for each in raised.value.problems] == [
        "the table 'regions' exists, so it is not moved ()",
        "'towns' is under 'moved' too (keep one of them)",
        "there is no table 'municipality' (did you mean 'municipalities'?)",
    ]


def test_a_version_that_begins_with_0_is_still_being_made_and_promises_nothing(
    publication: Publication, files: dict[str, bytes]
) -> None:
    made = released(Permalinks(), dataset_from(at_version(publication, "0.9.0"), files))
    assert made == {FILE: Permalinks().to_bytes()}
