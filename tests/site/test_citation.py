"""What is cited of a publication, and where citation managers fetch it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from openbaar.site.published import Published
from openbaar.site.routes.citation import blocks
from openbaar.site.serving.serve import site
from served import ROOT, Built, build, published_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication of this repository, built from its committed CSV files."""
    return build(ROOT, tmp_path_factory.mktemp("vdab"))


@pytest.fixture(scope="module")
def published(built: Built) -> Published:
    """What a site at data.example knows of it."""
    return published_of(built, "https://data.example")


def undated(published: Published, **said: str) -> Published:
    """The publication without any date but those that are `said`."""
    kept = {
        key: value
        for key, value in published.descriptor.items()
        if key not in ("created", "issued", "modified")
    }
    return replace(published, descriptor={**kept, **said})


def test_the_document_and_this_publication_are_cited_apart(published: Published) -> None:
    document, publication = blocks(undated(published), "en", "started_by_gender")
    assert (document.kind, document.version, document.date, document.doi) == (
        "source",
        None,
        None,
        None,
    )
    assert document.apa == (
        "Brouns, J. (n.d.). VDAB - Online opleidingen: vragen aan Vlaams minister Jo Brouns "
        "en zijn antwoord."
    )
    resource = published.tables["started_by_gender"]
    assert (publication.kind, publication.version, publication.date, publication.doi) == (
        "publication",
        published.version,
        None,
        None,
    )
    assert publication.sha256 == resource["hash"].removeprefix("sha256:")
    assert publication.apa == (
        "openbaar contributors. (n.d.). Online courses started by gender "
        f"(Version {published.version}) [Data set]. In Online training at VDAB, 2020 to May 2023. "
        f"https://data.example/id/started_by_gender/{published.version}"
    )
    assert sorted(publication.formats) == ["bib", "json", "ris"]


def test_the_whole_is_cited_by_the_page_of_its_version(published: Published) -> None:
    *_, publication = blocks(undated(published), "en")
    assert publication.apa.endswith(f" https://data.example/download/{published.version}")


def test_a_query_is_cited_by_its_address_with_its_parameters(published: Published) -> None:
    address = "/vdab-online-opleidingen/share_of_women?year=2022"
    query = ("Welk deel was van vrouwen?", address)
    *_, publication = blocks(undated(published), "nl", query=query)
    assert publication.apa.startswith(
        "openbaar contributors. (z.d.). Welk deel was van vrouwen? (Versie "
    )
    assert publication.apa.endswith(f"https://data.example{address}")
    assert publication.sha256 is None


def test_a_doi_and_a_date_are_shown_once_there_are_any(
    published: Published,
) -> None:
    dated = undated(published, doi="10.5281/zenodo.1", created="2024-02-03T00:00:00Z")
    *_, publication = blocks(dated, "en")
    assert (publication.doi, publication.date) == ("10.5281/zenodo.1", "2024-02-03")
    assert "(2024, February 3)" in publication.apa
    assert publication.apa.endswith("https://doi.org/10.5281/zenodo.1")


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/cite/started_by_gender.bib", 200, "application/x-bibtex; charset=utf-8"),
        ("/cite/started_by_gender.ris", 200, "application/x-research-info-systems; charset=utf-8"),
        (
            "/cite/started_by_gender.json",
            200,
            "application/vnd.citationstyles.csl+json; charset=utf-8",
        ),
        ("/cite.bib", 200, "application/x-bibtex; charset=utf-8"),
        ("/cite/nothing.bib", 404, "text/html; charset=utf-8"),
    ],
)
def test_citation_managers_fetch_a_citation_as_a_file(
    built: Built, path: str, status: int, kind: str
) -> None:
    answer = asyncio.run(site(built.database, built.metadata).client.get(path))
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
