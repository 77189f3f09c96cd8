"""What machines read of a page: JSON-LD, links in the header, sitemap and robots."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from openbaar.site.published import Published
from openbaar.site.routes.linked_data import json_ld, query_json_ld
from openbaar.site.routes.signposts import Signpost, link_header, signposts
from openbaar.site.serving.serve import site
from served import ROOT, Built, build, published_of

pytestmark = pytest.mark.slow

SITE = "https://data.example"
# RFC 8288: each link is <address>, then parameters; an address holds no space, quote or bracket.
LINK = re.compile(r'<[^<>"\s]+>(; *\w+="[^"]*")+')


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication, built."""
    return build(ROOT / "tests" / "publications" / "hand_made", tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def published(built: Built) -> Published:
    """What a site at data.example knows of it."""
    return published_of(built, SITE)


def get(built: Built, path: str) -> httpx.Response:
    """The answer of the site to one request."""
    response: httpx.Response = asyncio.run(
        site(built.database, built.metadata, SITE).client.get(path)
    )
    return response


def test_a_table_is_described_with_all_that_is_known_and_nothing_else(published: Published) -> None:
    described: dict[str, Any] = json.loads(json_ld(published, "municipalities", "en"))
    assert described == {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{SITE}/id/municipalities",
        "name": "Municipalities per region",
        "description": "How many municipalities there were on 1 January.",
        "url": f"{SITE}/en/municipalities/municipalities",
        "identifier": [f"{SITE}/id/municipalities"],
        "version": "1.2.0",
        "inLanguage": "en",
        "keywords": ["gemeenten", "municipalities"],
        "creator": [{"@type": "Organization", "name": "openbaar contributors"}],
        "license": [
            {"@type": "CreativeWork", "name": "not stated (source document)"},
            {
                "@type": "CreativeWork",
                "name": "CC0-1.0 (additions)",
                "url": "https://creativecommons.org/publicdomain/zero/1.0/",
            },
        ],
        "usageInfo": "not stated (source document); CC0-1.0 (additions)",
        "isAccessibleForFree": True,
        "isBasedOn": [{"@type": "CreativeWork", "name": "Municipalities of Belgium"}],
        "isPartOf": {"@type": "Dataset", "@id": f"{SITE}/municipalities"},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": "year", "description": "The year."},
            {
                "@type": "PropertyValue",
                "name": "region",
                "description": "The region, or the country.",
            },
            {
                "@type": "PropertyValue",
                "name": "number",
                "description": "The number of municipalities.",
                "unitText": "municipalities",
            },
            {
                "@type": "PropertyValue",
                "name": "share",
                "description": "The share in the country, to one decimal.",
                "unitText": "percent",
            },
            {"@type": "PropertyValue", "name": "status", "description": "Why a value is missing."},
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": "Municipalities per region (CSV)",
                "contentUrl": f"{SITE}/download/1.2.0/tables/municipalities.csv",
                "encodingFormat": "text/csv",
                "contentSize": f"{published.tables['municipalities']['bytes']} B",
                "sha256": published.tables["municipalities"]["hash"].removeprefix("sha256:"),
            },
            {
                "@type": "DataDownload",
                "name": "JSON",
                "contentUrl": f"{SITE}/download/1.2.0/tables/municipalities.json",
                "encodingFormat": "application/json",
            },
        ],
    }


def test_what_the_authors_say_of_dates_places_and_the_publisher_is_told(
    published: Published,
) -> None:
    said = {
        "created": "2024-01-02T00:00:00Z",
        "issued": "2024-02-03",
        "modified": "2024-03-04",
        "publisher": {"title": "Statistics", "path": "https://statistics.example"},
        "places": ["https://place.example/BEL"],
        "period": {"first": "2020-01-01", "last": "2023-05-31"},
    }
    told = replace(published, descriptor={**published.descriptor, **said})
    described = json.loads(json_ld(told, None, "nl"))
    assert (
        described
        | {
            "@id": f"{SITE}/municipalities",
            "url": f"{SITE}/municipalities",
            "dateCreated": "2024-01-02",
            "datePublished": "2024-03-04",  # of this version, as in each catalogue
            "dateModified": "2024-03-04",
            "publisher": {
                "@type": "Organization",
                "name": "Statistics",
                "url": "https://statistics.example",
            },
            "spatialCoverage": [{"@type": "Place", "sameAs": "https://place.example/BEL"}],
            "temporalCoverage": "2020-01-01/2023-05-31",
        }
        == described
    )


def test_the_page_that_the_identifier_of_the_whole_names_describes_it(built: Built) -> None:
    page = get(built, "/municipalities").text
    described = re.search(r'type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert described is not None
    assert json.loads(described[1])["@id"] == f"{SITE}/municipalities"


def test_a_question_and_a_row_are_described_too(built: Built, published: Published) -> None:
    question = json.loads(query_json_ld(published, "per_year", "en"))
    assert (question["@id"], question["name"]) == (
        f"{SITE}/id/per_year",
        "How many municipalities did Belgium have?",
    )
    for file in question["distribution"]:
        assert get(built, file["contentUrl"].removeprefix(SITE)).status_code == 200
    row = json.loads(get(built, "/en/id/municipalities/2019,flanders.jsonld").text)
    assert row["@id"] == f"{SITE}/id/municipalities/2019,flanders"
    assert {each["name"]: each["value"] for each in row["variableMeasured"]} == {
        "year": 2019,
        "region": "flanders",
        "number": 300,
        "share": 51.6,
    }
    assert get(built, "/id/municipalities/2019,nowhere.jsonld").status_code == 404


def test_who_shares_a_page_sees_what_it_says_and_its_chart(vdab: Built) -> None:
    name = "vdab-online-opleidingen"
    page = get(vdab, f"/en/{name}/started_by_gender").text
    told = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', page))
    assert told["og:title"].startswith("Online courses started by gender – Online training at")
    assert told["description"] == told["og:description"]
    assert told["description"].startswith(
        "How many online courses were started per year and gender"
    )
    assert told["og:url"] == f"{SITE}/en/{name}/started_by_gender"
    home = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', get(vdab, "/en/").text))
    assert home["og:image"] == f"{SITE}/en/chart/started_by_quarter.png"
    picture = get(vdab, told["og:image"].removeprefix(SITE))
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


def test_the_whole_names_its_tables_and_the_files_that_hold_all_of_them(
    published: Published,
) -> None:
    described = json.loads(json_ld(published, None, "nl"))
    assert described["name"] == "Gemeenten van België"
    assert [part["@id"] for part in described["hasPart"]] == [
        f"{SITE}/id/{name}" for name in published.tables
    ]
    assert [each["contentUrl"].rsplit(".", 1)[1] for each in described["distribution"]] == [
        "zip",
        "xlsx",
        "db",
    ]


def test_no_text_ends_the_script_that_holds_it(published: Published) -> None:
    title = "</script><script>alert(1)</script> & <!--"
    descriptor = {**published.descriptor, "title": title}
    text = json_ld(replace(published, descriptor=descriptor), None, "nl")
    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == title


@pytest.mark.parametrize(
    ("sent", "mended"),
    [
        ("", ""),
        (
            'http://x/a.json?b=1,2; rel="alternate"; type="application/json+datasette"',
            '<http://x/a.json?b=1,2>; rel="alternate"; type="application/json+datasette"',
        ),
        ('<http://x/a>; rel="next"', '<http://x/a>; rel="next"'),
    ],
)
def test_a_link_that_is_sent_without_brackets_gets_them(
    published: Published, sent: str, mended: str
) -> None:
    assert link_header(published, "/source/", SITE, sent) == mended


def test_an_address_ends_where_its_link_does_and_is_ascii_as_headers_are() -> None:
    address = "https://é.example/a?b=1,2&c=%20>; x"
    assert Signpost("license", address).header == (
        '<https://%C3%A9.example/a?b=1,2&c=%20%3E;%20x>; rel="license"'
    )


@pytest.mark.parametrize("ending", ["", ".json"])
def test_a_row_leads_to_the_address_by_which_it_is_cited(published: Published, ending: str) -> None:
    (found,) = signposts(published, f"/municipalities/municipalities/1961,belgium{ending}", SITE)
    assert (found.rel, found.address) == ("cite-as", f"{SITE}/id/municipalities/1961,belgium")
    assert signposts(published, "/municipalities/provenance/1", SITE) == []


def test_the_home_page_is_cited_as_the_page_of_its_version(built: Built) -> None:
    header = get(built, "/").headers["link"]
    assert f'<{SITE}/download/1.2.0>; rel="cite-as"' in header
    assert f'<{SITE}/cite.bib>; rel="describedby"; type="application/x-bibtex"' in header


@pytest.mark.parametrize(
    "path", ["/", "/municipalities/regions", "/municipalities/regions/flanders"]
)
def test_a_page_has_the_signposts_of_its_header(
    built: Built, published: Published, path: str
) -> None:
    page = get(built, path)
    expected = signposts(published, path, SITE)
    assert expected
    for each in expected:
        assert f'<link rel="{each.rel}" href="{each.address}"' in page.text
        assert each.header in page.headers["link"]


def test_the_page_of_a_table_leads_machines_to_its_identifier_its_file_and_its_description(
    built: Built,
) -> None:
    header = get(built, "/municipalities/regions").headers["link"]
    links = re.split(r", (?=<)", header)
    assert [each for each in links if not LINK.fullmatch(each)] == []
    pairs = [re.fullmatch(r'<(.*?)>; rel="([^"]+)".*', each) for each in links]
    assert [(each[2], each[1]) for each in pairs if each] == [
        ("alternate", f"{SITE}/municipalities/regions.json"),
        ("cite-as", f"{SITE}/id/regions/1.2.0"),
        ("type", "https://schema.org/Dataset"),
        ("type", "https://schema.org/AboutPage"),
        ("item", f"{SITE}/download/1.2.0/tables/regions.csv"),
        ("describedby", f"{SITE}/download/1.2.0/datapackage.json"),
        ("describedby", f"{SITE}/id/regions.jsonld"),
        ("describedby", f"{SITE}/cite/regions.bib"),
        ("describedby", f"{SITE}/cite/regions.ris"),
        ("describedby", f"{SITE}/cite/regions.json"),
        ("license", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ]
    for address in (
        each[1].removeprefix(SITE) for each in pairs if each and each[1].startswith(SITE)
    ):
        assert get(built, address).status_code in (200, 303), address


@pytest.mark.parametrize(
    "path", ["/", "/municipalities", "/municipalities/per_year", "/municipalities/regions/belgium"]
)
def test_every_link_in_a_header_is_well_formed(built: Built, path: str) -> None:
    header = get(built, path).headers.get("link", "")
    assert [
        each for each in re.split(r", (?=<)", header) if header and not LINK.fullmatch(each)
    ] == []


def test_the_sitemap_lists_pages_that_answer(built: Built, published: Published) -> None:
    tree = ElementTree.fromstring(get(built, "/sitemap.xml").content)
    pages = [
        element.text or ""
        for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    paths = ["/municipalities", *(f"/municipalities/{name}" for name in published.tables)]
    paths += ["/municipalities/per_year", "/source/municipalities.txt"]
    expected = [f"{SITE}/", f"{SITE}/en/"]
    for path in paths:
        expected += [SITE + path, f"{SITE}/en{path}"]
    assert pages == expected
    assert {get(built, page.removeprefix(SITE)).status_code for page in pages} == {200}


def test_robots_are_told_of_the_sitemap_and_kept_from_endless_pages(built: Built) -> None:
    assert (
        get(built, "/robots.txt").text
        == f"User-agent: *\nDisallow: /*?\nSitemap: {SITE}/sitemap.xml\n"
    )


def test_without_a_configured_address_links_are_those_of_the_request(built: Built) -> None:
    answer = asyncio.run(site(built.database, built.metadata).client.get("/robots.txt"))
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text
