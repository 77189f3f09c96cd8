"""The records for catalogues say what was stated, and nothing about what was not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datasets import dataset_of
from openbaar.errors import OpenbaarError
from openbaar.package.archive import sdmx_messages, sdmx_problems
from openbaar.package.catalogues import dcat, rdf, sdmx_structure
from openbaar.package.catalogues.facts import Facts
from openbaar.package.catalogues.from_descriptor import facts
from openbaar.package.catalogues.rdf import Iri, Node, Term, Text, Typed
from openbaar.package.catalogues.records import FILES, records
from openbaar.package.descriptor import descriptor
from openbaar.tables.authored.references import load_publication
from openbaar.tables.dataset import Dataset
from stated import state, state_everything

SITE = "https://data.example"
# What DCAT-AP 3.0.1 and DCAT-AP-VL 3.0 require of each class, and how often at most.
REQUIRED = {
    "dcat:Catalog": {
        "dct:identifier": 1, "dct:title": 9, "dct:description": 9, "dct:publisher": 1, "dcat:contactPoint": 1,
    },
    "dcat:Dataset": {
        "dct:identifier": 1, "dct:title": 9, "dct:description": 9, "dct:publisher": 1, "dcat:contactPoint": 1,
        "dct:accessRights": 1, "dcat:theme": 9, "dcat:keyword": 9,
    },
    "dcat:Distribution": {"dct:identifier": 1, "dcat:accessURL": 1, "dcat:downloadURL": 1, "dct:license": 1, "dct:rights": 1},
    "dcat:DataService": {
        "dct:identifier": 1, "dct:title": 9, "dcat:endpointURL": 1, "dcat:endpointDescription": 1,
        "dct:accessRights": 1, "dcat:contactPoint": 1,
    },
    "foaf:Agent": {"foaf:name": 9},
    "vcard:Kind": {"vcard:fn": 9, "vcard:hasEmail": 1},
}  # fmt: skip


@pytest.fixture
def stated(hand_made: Path) -> Facts:
    """The facts of a publication whose author stated everything."""
    state_everything(hand_made)
    return facts(descriptor(dataset_of(load_publication(hand_made))))


@pytest.fixture
def unstated(dataset: Dataset) -> Facts:
    """The facts of a publication whose author stated as little as is allowed."""
    return facts(descriptor(dataset))


def site_for(described: Facts) -> dcat.Site:
    """Addresses on data.example, with a CSV for each table and a ZIP with all of them."""
    names = [table.name for table in described.tables]
    files: dict[str | None, list[dcat.OfferedFile]] = {}
    for table in described.tables:
        address = f"{SITE}/download/{table.path}"
        file = dcat.OfferedFile(
            table.title, address, "csv", "text/csv; charset=utf-8", table.bytes, table.sha256
        )
        files[table.name] = [file]
    files[None] = [
        dcat.OfferedFile(described.title, f"{SITE}/all.zip", "zip", "application/zip", 1, "0" * 64)
    ]
    return dcat.Site(
        home=f"{SITE}/",
        catalogue=f"{SITE}/catalog",
        whole=f"{SITE}/all",
        pages={name: f"{SITE}/all/{name}" for name in names},
        identifiers={name: f"{SITE}/id/{name}" for name in names},
        documents={each.path: f"{SITE}/{each.path}" for each in described.documents},
        files=files,
        api=f"{SITE}/all.json",
    )


def nodes_of(described: Facts, kind: str) -> list[Node]:
    """The nodes of one type in the catalogue of these facts."""
    return [node for node in dcat.graph(described, site_for(described)) if kind in node.types]


@pytest.mark.parametrize("kind", REQUIRED)
def test_what_was_stated_fills_all_that_the_profiles_require(stated: Facts, kind: str) -> None:
    found = nodes_of(stated, kind)
    assert found != []
    for node in found:
        for name, at_most in REQUIRED[kind].items():
            assert 1 <= len(node.properties.get(name, ())) <= at_most, (node.id, name)


def test_the_whole_and_each_table_of_figures_is_a_dataset(stated: Facts) -> None:
    assert [node.id for node in nodes_of(stated, "dcat:Dataset")] == [
        f"{SITE}/all#dataset",
        *(f"{SITE}/id/{name}" for name in ("regions", "statuses", "municipalities", "mergers")),
    ]


def test_each_thing_that_is_pointed_to_on_the_site_is_described(stated: Facts) -> None:
    nodes = dcat.graph(stated, site_for(stated))
    described = {node.id for node in nodes}
    for node in nodes:
        for name, terms in node.properties.items():
            for term in terms:
                if isinstance(term, Iri) and f"{SITE}/catalog#" in term.value:
                    assert term.value in described, (node.id, name)
    assert len(described) == len(nodes)  # each once


def test_texts_are_in_each_language_of_the_publication(stated: Facts) -> None:
    (catalog,) = nodes_of(stated, "dcat:Catalog")
    assert catalog.properties["dct:title"] == [
        Text("Gemeenten van België", "nl"),
        Text("Municipalities of Belgium", "en"),
    ]
    (dataset, *_) = nodes_of(stated, "dcat:Dataset")
    assert dataset.properties["dcat:keyword"] == [
        Text("gemeenten", "nl"),
        Text("municipalities", "en"),
    ]


def test_what_nobody_stated_is_left_out(unstated: Facts) -> None:
    nodes = dcat.graph(unstated, site_for(unstated))
    said = {name for node in nodes for name, terms in node.properties.items() if terms}
    unknown = {
        *("dct:publisher", "dcat:contactPoint", "dcat:theme", "dct:accessRights", "dct:spatial"),
        *("dct:temporal", "dct:accrualPeriodicity", "dct:issued", "dct:modified", "dct:license"),
    }
    assert said & unknown == set()
    text = rdf.turtle(nodes, dcat.PREFIXES)
    assert '"not stated (source document); CC0-1.0 (additions)"@en' in text
    assert "notspecified" not in text


def test_what_is_known_of_the_rights_says_when_someone_looked(dataset: Dataset) -> None:
    described = descriptor(dataset)
    (source,) = described["sources"]
    source |= {"rights": "Geen voorwaarden vermeld", "rights_checked": "2024-02-03"}
    source["translations"]["en"]["rights"] = "No terms stated"
    assert facts(described).rights == {
        "nl": (
            "niet vermeld (brondocument); CC0-1.0 (toevoegingen). "
            "Geen voorwaarden vermeld (nagegaan op 2024-02-03)"
        ),
        "en": (
            "not stated (source document); CC0-1.0 (additions). "
            "No terms stated (looked up on 2024-02-03)"
        ),
    }


def test_keywords_of_a_plain_list_claim_no_language(unstated: Facts) -> None:
    (dataset, *_) = nodes_of(unstated, "dcat:Dataset")
    assert dataset.properties["dcat:keyword"] == [
        Text("gemeenten", "und"),
        Text("municipalities", "und"),
    ]


def test_several_licences_are_told_in_words_only(stated: Facts) -> None:
    """Of a distribution the profile takes one licence, and choosing is not for us."""
    two = replace(stated, licences=(*stated.licences, *stated.additions))
    for node in nodes_of(two, "dcat:Distribution"):
        assert node.properties["dct:license"] == []
        assert node.properties["dct:rights"] != []


def test_a_version_before_1_0_0_promises_nothing(stated: Facts) -> None:
    for version, expected in {"1.2.0": "STABLE", "0.3.0": "EXPERIMENTAL"}.items():
        for node in nodes_of(replace(stated, version=version), "dcat:Distribution"):
            availability = Iri(f"{dcat.AUTHORITY}/planned-availability/{expected}")
            assert node.properties["dcatap:availability"] == [availability]


def test_turtle_escapes_what_would_end_a_text_or_an_address() -> None:
    node = Node(
        ("dct:Agent",), {"dct:title": [Text('a "b" \\ c\nd\x07', "nl")]}, "https://x.example/a b<c>"
    )
    written = rdf.turtle([node], {"dct": "http://purl.org/dc/terms/"})
    assert "<https://x.example/a\\u0020b\\u003Cc\\u003E>" in written
    assert '"a \\"b\\" \\\\ c\\nd\\u0007"@nl' in written


def test_turtle_and_json_ld_say_the_same_in_their_own_way() -> None:
    part = Node(("dct:PeriodOfTime",), {"dcat:startDate": [Typed("2020-01-01", "date")]})
    node = Node(("dcat:Dataset",), {"dct:temporal": [part], "dct:subject": []}, "https://x.example")
    prefixes = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
    assert rdf.turtle([node], prefixes).splitlines()[-7:] == [
        "",
        "<https://x.example>",
        "  a dcat:Dataset ;",
        "  dct:temporal [",
        "    a dct:PeriodOfTime ;",
        '    dcat:startDate "2020-01-01"^^xsd:date',
        "  ] .",
    ]
    assert json.loads(rdf.json_ld([node], prefixes))["@graph"] == [
        {
            "@id": "https://x.example",
            "@type": ["dcat:Dataset"],
            "dct:temporal": [
                {
                    "@type": ["dct:PeriodOfTime"],
                    "dcat:startDate": [{"@value": "2020-01-01", "@type": "xsd:date"}],
                }
            ],
        }
    ]


def made_of(described: Facts, base: str = "") -> dict[str, Mapping[str, Any]]:
    """The records of these facts as data, by the name of their file."""
    sizes = {each.path: 5 for each in described.documents}
    return {name: json.loads(data) for name, data in records(described, sizes, base).items()}


def test_the_records_are_those_that_are_listed_and_the_same_each_time(stated: Facts) -> None:
    assert tuple(records(stated, {})) == FILES
    assert records(stated, {}) == records(stated, {})


def test_no_record_holds_anything_empty(stated: Facts, unstated: Facts) -> None:
    for described in (stated, unstated):
        for name, record in made_of(described).items():
            assert list(empty_in(record)) == [], name


def empty_in(data: Any, path: str = "$") -> Any:
    """The paths to values that are null, or empty."""
    if data in (None, "", [], {}):
        yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from empty_in(value, f"{path}.{key}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from empty_in(value, f"{path}[{number}]")


def test_a_person_is_named_in_parts_in_every_record(stated: Facts) -> None:
    made = made_of(stated)
    person = {
        "@type": "Person",
        "name": "An Peeters",
        "givenName": "An",
        "familyName": "Peeters",
        "url": "https://agency.example/an",
        "affiliation": {"@type": "Organization", "name": "Agentschap X"},
    }
    assert made["croissant.json"]["creator"] == [person]
    assert made["codemeta.json"]["author"] == [person]
    flat = {**person, "@id": "#creator-1", "affiliation": {"@id": "#publisher"}}
    assert flat in made["ro-crate-metadata.json"]["@graph"]
    assert made["datacite.json"]["creators"] == [
        {
            "name": "Peeters, An",
            "nameType": "Personal",
            "givenName": "An",
            "familyName": "Peeters",
            "affiliation": [{"name": "Agentschap X"}],
        }
    ]
    (curator,) = made["datacite.json"]["contributors"]
    assert curator["contributorType"] == "DataCurator"


def test_the_doi_and_the_date_stand_where_they_are_looked_for(stated: Facts) -> None:
    made = made_of(stated)
    assert made["datacite.json"]["doi"] == "10.1234/gemeenten"
    assert made["datacite.json"]["publicationYear"] == "2024"
    for name in ("croissant.json", "codemeta.json"):
        assert made[name]["identifier"] == ["https://doi.org/10.1234/gemeenten", stated.id]
        assert made[name]["datePublished"] == "2024-03-01"


def test_somebody_unknown_is_no_creator(dataset: Dataset) -> None:
    described = {**descriptor(dataset), "contributors": [{"title": "onbekend"}]}
    made = made_of(facts(described))
    assert "creator" not in made["croissant.json"]
    assert made["croissant.json"]["citeAs"].startswith(described["title"])
    assert "author" not in made["codemeta.json"]
    assert made["datacite.json"]["creators"] == [{"name": ":unkn"}]
    assert "onbekend" not in json.dumps(made["ro-crate-metadata.json"])


def test_an_unknown_date_and_licence_are_not_made_up(unstated: Facts) -> None:
    made = made_of(unstated)
    assert "publicationYear" not in made["datacite.json"]
    assert made["datacite.json"]["rightsList"][0] == {"rights": "not stated (brondocument)"}
    root = next(each for each in made["ro-crate-metadata.json"]["@graph"] if each["@id"] == "./")
    assert "datePublished" not in root
    assert root["license"] == "niet vermeld (brondocument); CC0-1.0 (toevoegingen)"


def test_csvw_has_each_column_with_its_type_and_key(stated: Facts) -> None:
    tables = {
        each["url"]: each["tableSchema"] for each in made_of(stated)["csvw-metadata.json"]["tables"]
    }
    schema = tables["tables/municipalities.csv"]
    year, _region, number = schema["columns"][:3]
    assert (year["name"], year["datatype"], year["required"]) == ("year", "gYear", True)
    assert number["datatype"] == {"base": "integer", "minimum": 0}
    assert number["schema:unitText"] == [
        {"@value": "gemeenten", "@language": "nl"},
        {"@value": "municipalities", "@language": "en"},
    ]
    assert schema["primaryKey"] == ["year", "region"]
    assert {
        "columnReference": ["region"],
        "reference": {"resource": "tables/regions.csv", "columnReference": ["code"]},
    } in schema["foreignKeys"]


def test_croissant_addresses_files_from_where_it_is(stated: Facts) -> None:
    for base in ("", f"{SITE}/download/1.2.0/"):
        (file, *_) = made_of(stated, base)["croissant.json"]["distribution"]
        assert file["contentUrl"] == f"{base}tables/regions.csv"


SDMX = """
sdmx:
  structure: "TEST:MUNICIPALITIES(1.0)"
  concepts:
    TIME_PERIOD: "{year}"
    REF_AREA: {value: "{region.iso_code}", list: "ISO:ISO_3166_2(1.0)"}
    OBS_VALUE: "{number}"
    OBS_STATUS: {value: "{status}", codes: {cannot_exist: M, normal: A}}
"""


def with_sdmx(folder: Path, was: str = "", now: str = "") -> Dataset:
    """The publication in a folder, with its municipalities mapped to concepts of SDMX."""
    file = folder / "tables" / "municipalities.yaml"
    assert was in SDMX
    file.write_text(file.read_text("utf-8") + SDMX.replace(was, now), "utf-8")
    return dataset_of(load_publication(folder))


def test_sdmx_csv_has_the_codes_of_the_lists_and_the_figures(hand_made: Path) -> None:
    dataset = with_sdmx(hand_made)
    made = sdmx_messages(dataset, descriptor(dataset))
    written = made["sdmx/municipalities.csv"]
    lines = written.decode("utf-8").split("\r\n")
    assert lines[:3] == [
        "STRUCTURE,STRUCTURE_ID,ACTION,TIME_PERIOD,REF_AREA,OBS_VALUE,OBS_STATUS",
        "datastructure,TEST:MUNICIPALITIES(1.0),I,1961,BE,2663,",
        "datastructure,TEST:MUNICIPALITIES(1.0),I,1961,BE-VLG,,M",
    ]
    assert len(lines) == 1 + len(dataset.rows("municipalities")) + 1


def test_the_structure_of_sdmx_names_each_concept_in_its_role_with_its_codes(
    hand_made: Path,
) -> None:
    dataset = with_sdmx(hand_made)
    made = sdmx_messages(dataset, descriptor(dataset))
    told = json.loads(made["sdmx/municipalities.json"])["data"]
    (structure,) = told["dataStructures"]
    assert (structure["agencyID"], structure["id"]) == ("TEST", "MUNICIPALITIES")
    assert structure["names"].keys() == {"nl", "en"}
    components = structure["dataStructureComponents"]
    (area,) = components["dimensionList"]["dimensions"]
    assert components["dimensionList"]["timeDimension"]["id"] == "TIME_PERIOD"
    assert [each["id"] for each in components["measureList"]["measures"]] == ["OBS_VALUE"]
    (status,) = components["attributeList"]["attributes"]
    assert status["attributeRelationship"] == {"observation": {}}
    lists = {f"{each['agencyID']}:{each['id']}": each for each in told["codelists"]}
    named = area["localRepresentation"]["enumeration"].partition("=")[2].partition("(")[0]
    assert {each["id"] for each in lists[named]["codes"]} >= {"BE", "BE-VLG"}
    lines = made["sdmx/municipalities.csv"].decode("utf-8").splitlines()
    printed = {line.split(",")[4] for line in lines[1:]}
    assert printed <= {each["id"] for each in lists[named]["codes"]}


def test_a_table_that_only_time_tells_apart_has_no_structure_of_sdmx(hand_made: Path) -> None:
    dataset = with_sdmx(hand_made)
    described = descriptor(dataset)
    (resource,) = [each for each in described["resources"] if "sdmx" in each]
    assert sdmx_structure.has_message(resource)
    concepts = resource["sdmx"]["concepts"]
    only_time = {**resource["sdmx"], "concepts": {"TIME_PERIOD": concepts["TIME_PERIOD"]}}
    assert not sdmx_structure.has_message({**resource, "sdmx": only_time})


def test_a_row_without_a_code_for_what_tells_it_apart_is_refused(hand_made: Path) -> None:
    regions = hand_made / "tables" / "regions.csv"
    regions.write_text(regions.read_text("utf-8").replace("BE-VLG", ""), "utf-8")
    dataset = with_sdmx(hand_made)
    problems = sdmx_problems(dataset, descriptor(dataset))
    rows = [row for row in dataset.rows("municipalities") if row["region"] == "flanders"]
    assert [each.message for each in problems] == [
        f"the row '{row['year']}, flanders' has no code for the concept REF_AREA" for row in rows
    ]
    assert problems != []


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("{year}", "{yaer}", "there is no column 'yaer'"),
        ("{year}", "2020", "no concept names the key column 'year'"),
        ("{region.iso_code}", "{region.iso}", "there is no column 'iso'"),
        ("{year}", "{year.code}", "the column 'year' points to no code list"),
        ("OBS_VALUE", "VALUE", "no concept is OBS_VALUE, the figure itself"),
        ("TEST:MUNICIPALITIES(1.0)", "MUNICIPALITIES", "should look like AGENCY:NAME(1.0)"),
    ],
)
def test_a_mapping_that_leads_nowhere_is_refused(
    hand_made: Path, was: str, now: str, message: str
) -> None:
    with pytest.raises(OpenbaarError, match=re.escape(message)):
        with_sdmx(hand_made, was, now)


def test_the_word_for_unknown_is_the_value_of_nothing(hand_made: Path) -> None:
    unknown = {"nl": "onbekend", "en": "unknown"}
    state(hand_made, {"title": unknown, "description": dict(unknown)})
    publication = load_publication(hand_made)
    described = facts(descriptor(dataset_of(publication)))
    assert described.title == {"nl": publication.package.name}
    assert described.description == {}
    nodes = dcat.graph(described, site_for(described))
    assert Text("onbekend", "nl") not in values_of(nodes)
    for name, record in made_of(described).items():
        assert list(empty_in(record)) == [], name
        assert '"onbekend"' not in json.dumps(record), name


def values_of(nodes: list[Node]) -> list[Term]:
    """All values of the properties of nodes."""
    return [value for node in nodes for values in node.properties.values() for value in values]
