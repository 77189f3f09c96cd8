"""`/catalog` in the form that is asked for, and the records beside the files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from pathlib import Path

import httpx
import pytest

from openbaar.site.routes.catalogue import links
from served import ROOT, Built, build, published_of, shown
from stated import state_everything

pytestmark = pytest.mark.slow

SITE = "https://data.example"
TURTLE, JSON_LD = "text/turtle; charset=utf-8", "application/ld+json; charset=utf-8"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A publication whose author stated everything, built."""
    folder = tmp_path_factory.mktemp("stated") / "publication"
    shutil.copytree(ROOT / "tests" / "publications" / "hand_made", folder)
    state_everything(folder)
    return build(folder, tmp_path_factory.mktemp("site"))


def get(built: Built, path: str, accept: str = "", public: bool = True) -> httpx.Response:
    """The answer of the site, known at data.example, to one request."""
    client = shown(built, SITE, public).client
    answer: httpx.Response = asyncio.run(client.get(path, headers={"accept": accept}))
    return answer


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", TURTLE),
        ("*/*", TURTLE),
        ("text/turtle", TURTLE),
        ("application/ld+json", JSON_LD),
        ("application/ld+json;q=0.9, text/turtle;q=0.5", JSON_LD),
    ],
)
def test_a_harvester_gets_the_form_that_it_asks_for(built: Built, accept: str, kind: str) -> None:
    answer = get(built, "/catalog", accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert "accept" in answer.headers["vary"].lower()


def test_a_person_is_led_to_the_page(built: Built) -> None:
    answer = get(built, "/catalog", "text/html,application/xhtml+xml,*/*;q=0.8")
    assert (answer.status_code, answer.headers["location"]) == (303, "/municipalities")


def test_each_form_has_an_address_of_its_own(built: Built) -> None:
    for ending, kind in {"ttl": TURTLE, "jsonld": JSON_LD}.items():
        answer = get(built, f"/catalog.{ending}", "text/html")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.content == get(built, "/catalog", kind).content


def test_each_distribution_is_there_and_as_large_and_whole_as_said(built: Built) -> None:
    graph = json.loads(get(built, "/catalog.jsonld").content)["@graph"]
    files = [node for node in graph if "dcat:Distribution" in node["@type"]]
    assert len(files) >= 4 + 3  # a CSV of each table, and three files with all tables
    for file in files:
        (address,) = file["dcat:downloadURL"]
        answer = get(built, address["@id"].removeprefix(SITE))
        assert answer.status_code == 200
        assert file["dcat:byteSize"][0]["@value"] == str(len(answer.content))
        (checksum,) = file["spdx:checksum"][0]["spdx:checksumValue"]
        assert checksum["@value"] == hashlib.sha256(answer.content).hexdigest()


def test_each_page_that_the_catalogue_names_is_there(built: Built) -> None:
    graph = json.loads(get(built, "/catalog.jsonld").content)["@graph"]
    pages = {
        each["@id"]
        for node in graph
        for name in (
            "dcat:landingPage",
            "prov:wasDerivedFrom",
            "dcat:accessURL",
            "foaf:homepage",
            "dcat:endpointURL",
        )
        for each in node.get(name, [])
        if each["@id"].startswith(SITE)
    }
    assert len(pages) >= 4 + 3
    for page in pages:
        assert get(built, page.removeprefix(SITE), "text/html").status_code == 200, page


def test_the_page_of_the_whole_leads_to_every_record(built: Built) -> None:
    link = get(built, "/municipalities", "text/html").headers["link"]
    assert f'<{SITE}/catalog.ttl>; rel="describedby"; type="text/turtle"' in link
    answer = get(built, "/", "text/html")
    for address in links(published_of(built, SITE, public=True)).values():
        assert f'href="{address}"' in answer.text
        assert get(built, address).status_code == 200


def test_the_catalogue_is_one_for_all_languages_and_under_the_prefix_of_the_site(
    built: Built,
) -> None:
    client = shown(built, f"{SITE}/figures", True).client
    answer = asyncio.run(client.get("/figures/catalog"))
    assert f"<{SITE}/figures/catalog>" in answer.text
    assert f"<{SITE}/figures/download/1.2.0/tables/regions.csv>" in answer.text
    led = asyncio.run(client.get("/figures/catalog", headers={"accept": "text/html"}))
    assert led.headers["location"].removeprefix(SITE) == "/figures/municipalities"


def test_only_a_public_site_tells_of_its_interface(built: Built) -> None:
    """A site that is frozen into files has none."""
    assert b"dcat:DataService" in get(built, "/catalog", public=True).content
    assert b"dcat:DataService" not in get(built, "/catalog", public=False).content


@pytest.mark.parametrize(
    "name",
    [
        "csvw-metadata.json",
        "croissant.json",
        "ro-crate-metadata.json",
        "datacite.json",
        "codemeta.json",
    ],
)
def test_the_records_lie_beside_the_files_of_this_version(built: Built, name: str) -> None:
    answer = get(built, f"/download/1.2.0/{name}")
    assert answer.status_code == 200
    assert "Gemeenten van België" in json.dumps(answer.json(), ensure_ascii=False)
    assert get(built, f"/download/1.0.0/{name}").status_code == 404


def test_croissant_on_the_site_has_whole_addresses(built: Built) -> None:
    (file, *_) = get(built, "/download/1.2.0/croissant.json").json()["distribution"]
    assert file["contentUrl"] == f"{SITE}/download/1.2.0/tables/regions.csv"


def test_a_table_that_is_mapped_to_sdmx_is_offered_so(vdab: Built) -> None:
    address = f"/download/{published_of(vdab).version}/sdmx/started_by_gender.csv"
    answer = get(vdab, address)
    assert answer.headers["content-type"].startswith("application/vnd.sdmx.data+csv")
    assert answer.text.splitlines()[1] == (
        "datastructure,OPENBAAR:STARTED_BY_GENDER(1.0),I,2020,M,44899"
    )
    assert get(vdab, address.replace("started_by_gender", "answers")).status_code == 404
    structure = get(vdab, address.replace(".csv", ".json"))
    assert structure.headers["content-type"].startswith("application/vnd.sdmx.structure+json")
    (codes,) = structure.json()["data"]["codelists"]
    assert (codes["agencyID"], codes["id"], codes["isPartial"]) == ("SDMX", "CL_SEX", True)
    assert [each["id"] for each in codes["codes"]] == ["M", "F", "U"]


def test_a_site_without_files_still_has_a_catalogue(built: Built, tmp_path: Path) -> None:
    """A stock `datasette` shows the database without the folder of the publication."""
    from datasette.app import Datasette

    database = shutil.copy(built.database, tmp_path)
    answer = asyncio.run(Datasette([], immutables=[str(database)]).client.get("/catalog"))
    assert answer.status_code == 200
    assert "dcat:Distribution" not in answer.text
