"""The addresses to cite: where they lead, by what is asked for, and that they go on doing so."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.app import Datasette

from openbaar.site.requests.negotiate import preferred
from openbaar.site.serving.serve import site
from served import ROOT, Built, build

CSV_HASH = hashlib.sha256(
    (ROOT / "tests" / "publications" / "hand_made" / "tables" / "municipalities.csv").read_bytes()
).hexdigest()
DATASETTE1 = ROOT / ".venv-datasette1" / "bin" / "python"
# Run by that Python, which has neither pytest nor what builds a site: prints each address's status.
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from datasette.utils import parse_metadata
from openbaar.site.application import make
import entry_point
database, metadata, *addresses = sys.argv[1:]
configured = {"folder": str(Path(metadata).parent), "url": "https://data.example", "public": True}
shown = make(Path(database), parse_metadata(Path(metadata).read_text("utf-8")), configured)
async def statuses():
    return {address: (await shown.client.get(address)).status_code for address in addresses}
print(json.dumps(asyncio.run(statuses())))
"""
COMING = {
    "/id/regions": 303,
    "/id/regions/1.2.0": 303,
    "/id/regions/flanders": 303,
    "/id/towns": 301,
    "/id/mayors": 410,
    "/id/nothing": 404,
    "/download/1.2.0/tables/regions.csv": 200,
    "/download/1.2.0/tables/regions.json": 200,
    "/download/1.2.0/municipalities-1.2.0.zip": 200,
    "/cite/regions.bib": 200,
    "/sitemap.xml": 200,
    "/robots.txt": 200,
    "/municipalities/regions": 200,
    "/municipalities/regions?_facet=nothing": 400,
    "/municipalities/-/query.json?sql=select+hex(zeroblob(400000000))": 400,
    "/-/versions": 404,
}
HTML, CSV, JSON = "text/html", "text/csv", "application/json"
LD = "application/ld+json"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
OLD_NAMES = {
    "moved": {"towns": "municipalities"},
    "withdrawn": {
        "mayors": {"nl": "de namen zijn niet openbaar", "en": "the names are not public"}
    },
}
OLD_QUESTION = {
    "title": {"nl": "Hoeveel gemeenten waren er?", "en": "How many were there?"},
    "sql": "select count(*) from municipalities",
    "tables": ["municipalities"],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication, with an earlier version and old names on record."""
    built = build(ROOT / "tests" / "publications" / "hand_made", tmp_path_factory.mktemp("site"))
    record = built.metadata.parent / "tables" / "permalinks.json"
    data = json.loads(record.read_text())
    old = b"year,region\n1950,belgium\n1961,belgium\n"
    for table in ("municipalities", "towns", "mayors"):
        data["tables"].setdefault(table, {})["0.1.0"] = hashlib.sha256(old).hexdigest()
        path = built.metadata.parent / "tables" / "releases" / "0.1.0" / f"{table}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(old)
    data["queries"]["per_year"]["0.1.0"] = OLD_QUESTION
    data["queries"]["per_year"]["1.1.0"] = data["queries"]["per_year"]["1.2.0"]
    _release_again(built.metadata.parent / "tables", data, "municipalities")
    data["queries"]["mayors_per_year"] = {"0.1.0": OLD_QUESTION}
    record.write_text(json.dumps({**data, **OLD_NAMES}))
    return built


def _release_again(tables: Path, data: dict[str, Any], table: str) -> None:
    """Have released a table as it is in version 1.1.0 too."""
    file = (tables / f"{table}.csv").read_bytes()
    data["tables"][table]["1.1.0"] = hashlib.sha256(file).hexdigest()
    (tables / "releases" / "1.1.0").mkdir()
    (tables / "releases" / "1.1.0" / f"{table}.csv").write_bytes(file)


@pytest.fixture(scope="module")
def shown(built: Built) -> Datasette:
    """A site that shows it."""
    return site(built.database, built.metadata, "https://data.example")


def get(shown: Datasette, path: str, **headers: str) -> httpx.Response:
    """The answer of the site to one request, its redirects not followed."""
    response: httpx.Response = asyncio.run(shown.client.get(path, headers=headers))
    return response


@pytest.mark.parametrize(
    ("path", "accept", "status", "location"),
    [
        ("/id/municipalities", FIREFOX, 303, "/municipalities/municipalities"),
        ("/id/municipalities/", FIREFOX, 303, "/municipalities/municipalities"),
        ("/id/municipalities", "*/*", 303, "/municipalities/municipalities"),
        ("/id/municipalities", CSV, 303, "/download/1.2.0/tables/municipalities.csv"),
        (
            "/id/municipalities",
            f"{HTML};q=0.5, {CSV}",
            303,
            "/download/1.2.0/tables/municipalities.csv",
        ),
        ("/id/municipalities", JSON, 303, "/download/1.2.0/tables/municipalities.json"),
        (
            "/id/municipalities",
            "application/vnd.datapackage+json",
            303,
            "/download/1.2.0/datapackage.json",
        ),
        ("/id/municipalities", "text/turtle", 303, "/catalog.ttl"),
        ("/id/municipalities", "image/png", 303, "/municipalities/municipalities"),
        ("/id/municipalities/1.2.0", CSV, 303, "/download/1.2.0/tables/municipalities.csv"),
        ("/id/municipalities/1.2.0", "*/*", 303, "/download/1.2.0/tables/municipalities.csv"),
        ("/id/municipalities/0.1.0", CSV, 303, "/download/0.1.0/tables/municipalities.csv"),
        ("/id/municipalities/0.1.0", JSON, 303, "/download/0.1.0/tables/municipalities.csv"),
        (
            "/id/municipalities/1961,belgium",
            FIREFOX,
            303,
            "/municipalities/municipalities/1961,belgium",
        ),
        ("/id/regions/flanders", JSON, 303, "/municipalities/regions/flanders.json?_shape=array"),
        ("/id/regions/flanders", LD, 303, "/id/regions/flanders.jsonld"),
        ("/en/id/regions", LD, 303, "/en/id/regions.jsonld"),
        ("/id/regions/1.2.0", LD, 303, "/id/regions.jsonld"),
        ("/id/regions", "application/x-bibtex", 303, "/cite/regions.bib"),
        ("/en/id/regions", "application/x-research-info-systems", 303, "/en/cite/regions.ris"),
        (
            "/id/regions",
            "application/vnd.citationstyles.csl+json",
            303,
            "/cite/regions.json",
        ),
        ("/municipalities/towns", FIREFOX, 301, "/municipalities/municipalities"),
        (
            "/en/municipalities/towns/1961,belgium",
            FIREFOX,
            301,
            "/en/municipalities/municipalities/1961,belgium",
        ),
        (
            "/municipalities/towns.json?year=1961",
            FIREFOX,
            301,
            "/municipalities/municipalities.json?year=1961",
        ),
        (
            "/download/1.2.0/tables/towns.csv",
            FIREFOX,
            301,
            "/download/1.2.0/tables/municipalities.csv",
        ),
        ("/id/towns", FIREFOX, 301, "/id/municipalities"),
        ("/id/towns/1961,belgium", FIREFOX, 301, "/id/municipalities/1961,belgium"),
        ("/id/towns/0.1.0", CSV, 303, "/download/0.1.0/tables/towns.csv"),
        ("/id/per_year", FIREFOX, 303, "/municipalities/per_year"),
        ("/id/per_year/latest", FIREFOX, 303, "/municipalities/per_year"),
        ("/id/per_year/1.2.0?year=2019", FIREFOX, 303, "/municipalities/per_year?year=2019"),
        ("/en/id/per_year/1.2.0", CSV, 303, "/municipalities/per_year.csv"),
        (
            "/id/per_year?year=2019",
            JSON,
            303,
            "/municipalities/per_year.json?year=2019&_shape=array",
        ),
        ("/id/per_year/1.2.0", LD, 303, "/id/per_year.jsonld"),
    ],
)
def test_an_address_leads_to_the_form_that_is_asked_for(
    shown: Datasette, path: str, accept: str, status: int, location: str
) -> None:
    answer = get(shown, path, accept=accept)
    assert (answer.status_code, answer.headers["location"]) == (status, location)
    if status == 303:
        assert "Accept" in answer.headers["vary"]
    assert get(shown, location, accept=accept).status_code in (200, 303)


@pytest.mark.parametrize(
    ("path", "told", "leads_to"),
    [
        ("/id/regions", {"Accept-Language": "en-GB,en;q=0.9"}, "/en/municipalities/regions"),
        ("/id/regions", {"Accept-Language": "nl-BE,en;q=0.5"}, "/municipalities/regions"),
        ("/id/regions", {"Accept-Language": "pt"}, "/municipalities/regions"),
        ("/en/id/regions", {"Accept-Language": "nl"}, "/en/municipalities/regions"),
        ("/id/regions/1.2.0", {"Accept-Language": "en"}, "/en/id/regions/1.2.0"),
        ("/id/regions/flanders", {"Accept-Language": "en"}, "/en/municipalities/regions/flanders"),
        ("/id/per_year/1.2.0?x=1", {"Accept-Language": "en"}, "/en/municipalities/per_year?x=1"),
        ("/id/per_year/0.1.0", {"Accept-Language": "en"}, "/en/id/per_year/0.1.0"),
    ],
)
def test_an_address_to_cite_leads_a_reader_to_a_page_in_the_language_of_the_browser(
    shown: Datasette, path: str, told: dict[str, str], leads_to: str
) -> None:
    answer = get(shown, path, Accept=FIREFOX, **told)
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    assert answer.headers["vary"].startswith("Accept, Accept-Language, Sec-Fetch-Site")


def test_who_chose_a_language_on_the_site_reads_an_address_to_cite_in_it(shown: Datasette) -> None:
    told = {"Accept": FIREFOX, "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    answer = get(shown, "/id/regions/1.2.0", **told)
    assert (answer.status_code, answer.headers["content-language"]) == (200, "nl")
    told["Sec-Fetch-Site"] = "cross-site"
    assert get(shown, "/id/regions/1.2.0", **told).status_code == 303


def test_the_page_of_a_version_names_codes_and_writes_figures(shown: Datasette) -> None:
    page = get(shown, "/id/municipalities/1.2.0", accept=FIREFOX).text
    assert "<td>Wallonië</td>" in page
    assert '<td class="number">2.663</td>' in page


@pytest.mark.parametrize("name", ["per_year", "mayors_per_year"])
def test_a_question_of_an_earlier_version_is_told_with_its_sql_and_its_tables(
    shown: Datasette, name: str
) -> None:
    page = get(shown, f"/en/id/{name}/0.1.0", accept=FIREFOX).text
    assert "How many were there?" in page
    assert "select count(*) from municipalities" in page
    assert "/id/municipalities/0.1.0" in page
    assert ("no longer published" in page) == (name == "mayors_per_year")


def test_a_question_of_an_earlier_version_says_whether_its_answer_is_that_of_now(
    shown: Datasette,
) -> None:
    changed = get(shown, "/en/id/per_year/0.1.0?year=2019", accept=FIREFOX).text
    assert "so the answer may be another one:" in changed
    same = get(shown, "/en/id/per_year/1.1.0?year=2019", accept=FIREFOX).text
    assert "so the answer is the same:" in same
    for page in (changed, same):  # what was chosen is not lost on the way
        assert '<a href="/en/id/per_year?year=2019">The answer of version 1.2.0</a>' in page
        assert "?year=2019</code>" in page


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/id/nothing", 404, "Er is geen tabel ‘nothing’."),
        ("/id/per_year/9.9.9", 404, "Er is geen versie ‘9.9.9’ van ‘per_year’."),
        ("/id/nothing/0.1.0", 404, "Er is geen tabel ‘nothing’."),
        ("/id/municipalities/9.9.9", 404, "heeft geen rij of versie ‘9.9.9’"),
        ("/id/municipalities/1961", 404, "heeft geen rij of versie ‘1961’"),
        ("/id/municipalities/01961,belgium", 404, "heeft geen rij of versie"),
        ("/id/municipalities/1961,nowhere", 404, "heeft geen rij of versie"),
        ("/id/mayors", 410, "is ingetrokken: de namen zijn niet openbaar"),
        ("/id/mayors/0.1.0", 410, "is ingetrokken: de namen zijn niet openbaar"),
        ("/download/0.1.0/tables/mayors.csv", 404, "Er is geen bestand ‘mayors.csv’."),
    ],
)
def test_what_is_not_there_says_so_with_its_reason(
    shown: Datasette, path: str, status: int, message: str
) -> None:
    answer = get(shown, path, accept=FIREFOX)
    assert (answer.status_code, message in answer.text) == (status, True), answer.text


def test_an_old_version_is_the_file_as_it_was_then(shown: Datasette) -> None:
    assert (
        get(shown, "/download/0.1.0/tables/municipalities.csv").content
        == b"year,region\n1950,belgium\n1961,belgium\n"
    )


def test_a_person_who_follows_the_address_of_a_version_reads_what_it_is(shown: Datasette) -> None:
    page = get(shown, "/en/id/municipalities/0.1.0", accept=FIREFOX)
    assert page.status_code == 200
    wanted = [
        "This is version 0.1.0 of the table 'municipalities'",
        '<a href="/en/id/municipalities">The current version is 1.2.0.</a>',
        '<a href="/download/0.1.0/tables/municipalities.csv">',
        "https://data.example/id/municipalities/0.1.0",
    ]
    assert [each for each in wanted if each not in page.text] == []


def test_a_row_of_a_version_has_a_place_of_its_own_on_its_page(shown: Datasette) -> None:
    text = get(shown, "/id/municipalities/1.2.0", accept=FIREFOX).text
    assert '<tr id="row-1961,belgium">' in text
    assert '<a href="#row-1961,belgium"' in text


def test_the_page_of_an_earlier_version_says_whether_its_figures_still_hold(
    shown: Datasette,
) -> None:
    changed = get(shown, "/en/id/municipalities/0.1.0", accept=FIREFOX).text
    assert "Its file is another one" in changed
    assert "still holds" not in changed
    now = get(shown, "/en/id/municipalities/1.2.0", accept=FIREFOX).text
    assert "Its file is" not in now  # it is the version of now
    same = get(shown, "/en/id/municipalities/1.1.0", accept=FIREFOX).text
    assert "every figure below still holds" in same


def test_a_row_that_is_gone_is_in_the_last_version_that_had_it(shown: Datasette) -> None:
    gone = get(shown, "/id/municipalities/1950,belgium", accept=FIREFOX)
    assert gone.status_code == 303
    assert gone.headers["location"] == "/id/municipalities/0.1.0#row-1950,belgium"
    then = get(shown, "/id/municipalities/0.1.0", accept=FIREFOX).text
    assert '<tr id="row-1950,belgium">' in then
    there = get(shown, "/id/municipalities/1961,belgium", accept=FIREFOX)
    assert there.headers["location"] == "/municipalities/municipalities/1961,belgium"


def test_versions_of_a_table_lead_to_each_other(shown: Datasette) -> None:
    home = "https://data.example"
    old = get(shown, "/id/municipalities/0.1.0", accept=FIREFOX).headers["link"]
    now = get(shown, "/id/municipalities/1.2.0", accept=FIREFOX).headers["link"]
    assert f'<{home}/id/municipalities/0.1.0>; rel="cite-as"' in old
    assert f'<{home}/download/0.1.0/tables/municipalities.csv>; rel="item"' in old
    assert f'<{home}/id/municipalities/1.1.0>; rel="successor-version"' in old
    assert f'<{home}/id/municipalities/1.1.0>; rel="predecessor-version"' in now
    for each in (old, now):
        assert f'<{home}/id/municipalities/1.2.0>; rel="latest-version"' in each
    assert "datapackage.json" not in old  # nothing but its figures is kept
    question = get(shown, "/id/per_year/0.1.0", accept=FIREFOX).headers["link"]
    assert f'<{home}/id/per_year/0.1.0>; rel="cite-as"' in question
    assert f'<{home}/id/per_year/1.2.0>; rel="latest-version"' in question


def test_json_holds_every_row_with_numbers_as_numbers(shown: Datasette) -> None:
    rows: list[dict[str, Any]] = get(shown, "/download/1.2.0/tables/municipalities.json").json()
    assert rows[0] == {
        "year": 1961,
        "region": "belgium",
        "number": 2663,
        "share": None,
        "status": None,
    }
    assert (
        len(rows)
        == len(get(shown, "/download/1.2.0/tables/municipalities.csv").text.splitlines()) - 1
    )


@pytest.mark.parametrize(
    ("accepted", "offers", "chosen"),
    [
        ("", [HTML, CSV], HTML),
        ("text/*", [JSON, CSV], CSV),
        (f"{CSV};q=0, */*", [CSV, HTML], HTML),
        (f"{CSV};q=1.5;x=y, {HTML}", [HTML, CSV], HTML),
        (f"{CSV};q=much, {HTML};q=0.1", [CSV, HTML], HTML),
        ("nl-BE, en;q=0.5", ["en", "nl"], "nl"),
        ("fr", ["nl", "en"], "nl"),
        (",;,", ["nl", "en"], "nl"),
    ],
)
def test_the_form_that_is_liked_best_is_chosen(
    accepted: str, offers: list[str], chosen: str
) -> None:
    assert preferred(accepted, offers) == chosen


def test_the_recorded_hash_is_that_of_the_file(built: Built) -> None:
    record = json.loads((built.metadata.parent / "tables" / "permalinks.json").read_text())
    assert record["tables"]["municipalities"]["1.2.0"] == CSV_HASH


@pytest.mark.slow
@pytest.mark.skipif(
    not DATASETTE1.exists(), reason="no environment for Datasette 1.0; `make test` makes it"
)
def test_the_coming_datasette_answers_the_same(built: Built) -> None:
    command = [DATASETTE1, "-c", PROGRAM, built.database, built.metadata, *COMING]
    environment = {"PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT / 'tests'}"}
    finished = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert json.loads(finished.stdout) == COMING
