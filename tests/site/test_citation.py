"""Citations, each format read back by a parser that is not ours."""

from __future__ import annotations

import asyncio
import json
import warnings
from dataclasses import replace
from typing import Any

import pytest
import rispy
from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from pybtex.database import Entry, parse_string
from pybtex.richtext import Text

from openbaar.site.citation import Item, apa, bibtex, blocks, csl_json, ris
from openbaar.site.published import Published
from openbaar.site.serve import site
from served import ROOT, Built, build, published_of

pytestmark = pytest.mark.slow

ODD = 'Kosten & baten: 50% {geëvalueerd} van #1_000 $ ~ ^ \\ "aan" <b>één</b> – Ærøskøbing'
ITEMS: dict[str, Item] = {
    "full": {
        "id": "x-1.0.0",
        "type": "dataset",
        "title": ODD,
        "container-title": f"Het geheel: {ODD}",
        "author": [
            {"family": "de Vries & Zn", "given": "Jan Piet"},
            {"literal": "Dienst {Cijfers} & Co"},
        ],
        "issued": {"date-parts": [[2023, 5]]},
        "version": "1.0.0",
        "DOI": "10.1234/ab_c",
        "URL": "https://data.example/id/x/1.0.0",
        "language": "nl",
        "custom": {"sha256": "ab" * 32},
    },
    "unknown": {"id": "y", "type": "document", "title": "Antwoord op vragen"},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication of this repository, built from its committed CSV files."""
    return build(ROOT, tmp_path_factory.mktemp("vdab"))


@pytest.fixture(scope="module")
def published(built: Built) -> Published:
    """What a site at data.example knows of it."""
    return published_of(built, "https://data.example")


# Commands of LaTeX that pybtex reads as they stand.
LEFT = {"\\textbraceleft ": "{", "\\textbraceright ": "}", "\\textasciicircum ": "^", "\\$": "$"}


def plain(entry: Entry, field: str) -> str:
    """A field of BibTeX as text: LaTeX decoded, the braces that protect capitals gone."""
    text = str(Text.from_latex(entry.fields[field]))
    for command, sign in LEFT.items():
        text = text.replace(command, sign)
    return text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "full",
            {
                "title": ODD,
                "booktitle": f"Het geheel: {ODD}",
                "note": f"SHA-256: {'ab' * 32}",
                "year": "2023",
                "version": "1.0.0",
                "doi": "10.1234/ab_c",
                "url": "https://data.example/id/x/1.0.0",
            },
        ),
        ("unknown", {"title": "Antwoord op vragen"}),
    ],
)
def test_bibtex_reads_back_as_it_was_and_has_no_year_where_none_is_known(
    name: str, expected: dict[str, str]
) -> None:
    database = parse_string(bibtex(ITEMS[name]), "bibtex")
    entry = database.entries[ITEMS[name]["id"]]
    verbatim = {"doi", "url"}
    assert {
        key: entry.fields[key] if key in verbatim else plain(entry, key) for key in entry.fields
    } == expected


def test_bibtex_keeps_apart_a_person_and_an_organisation() -> None:
    persons = parse_string(bibtex(ITEMS["full"]), "bibtex").entries["x-1.0.0"].persons["author"]
    assert [
        (each.first_names, each.middle_names, each.prelast_names, each.last_names)
        for each in persons
    ] == [
        (["Jan"], ["Piet"], ["de"], ["Vries", "\\&", "Zn"]),
        ([], [], [], ["{Dienst \\textbraceleft{}Cijfers\\textbraceright{} \\& Co}"]),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "full",
            {
                "type_of_reference": "DATA",
                "id": "x-1.0.0",
                "authors": ["de Vries & Zn, Jan Piet", "Dienst {Cijfers} & Co"],
                "title": ODD,
                "secondary_title": f"Het geheel: {ODD}",
                "year": "2023",
                "edition": "1.0.0",
                "doi": "10.1234/ab_c",
                "urls": ["https://data.example/id/x/1.0.0"],
                "language": "nl",
                "notes": [f"SHA-256: {'ab' * 32}"],
            },
        ),
        ("unknown", {"type_of_reference": "GEN", "id": "y", "title": "Antwoord op vragen"}),
    ],
)
def test_ris_reads_back_as_it_was_and_leaves_out_what_is_unknown(
    name: str, expected: dict[str, Any]
) -> None:
    assert rispy.loads(ris(ITEMS[name])) == [expected]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("full", ["de Vries & Zn, J.P.", "Dienst {Cijfers} & Co", "(2023)", ODD, "10.1234/ab_c"]),
        ("unknown", ["Antwoord op vragen", "no date"]),
    ],
)
def test_csl_json_is_formatted_by_a_citation_processor(name: str, expected: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # citeproc-py tells of each part of CSL that it does not know
        source = CiteProcJSON(json.loads(csl_json(ITEMS[name])))
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.html)
        bibliography.register(Citation([CitationItem(ITEMS[name]["id"])]))
        text = str(bibliography.bibliography()[0])
    assert [each for each in expected if each not in text] == [], text


@pytest.mark.parametrize(
    ("item", "language", "expected"),
    [
        (ITEMS["unknown"], "nl", "Antwoord op vragen. (z.d.)."),
        (ITEMS["unknown"], "en", "Antwoord op vragen. (n.d.)."),
        (
            {**ITEMS["unknown"], "author": [{"family": "Brouns", "given": "Jo"}]},
            "nl",
            "Brouns, J. (z.d.). Antwoord op vragen.",
        ),
        (
            {**ITEMS["full"], "title": "Deel", "container-title": "Geheel"},
            "en",
            "de Vries & Zn, J. P. & Dienst {Cijfers} & Co. (2023-05). Deel (Version 1.0.0) [Data set]. In Geheel. "
            "https://doi.org/10.1234/ab_c",
        ),
    ],
)
def test_apa_says_what_is_known_and_that_the_rest_is_not(
    item: Item, language: str, expected: str
) -> None:
    assert apa(item, language) == expected


def test_the_document_and_this_publication_are_cited_apart(published: Published) -> None:
    document, publication = blocks(published, "en", "started_by_gender")
    assert (document.kind, document.version, document.date, document.doi) == (
        "source",
        None,
        None,
        "",
    )
    assert (
        "VDAB - Online opleidingen: vragen aan Vlaams minister Jo Brouns en zijn antwoord"
        in document.apa
    )
    assert "(n.d.)" in document.apa
    resource = published.tables["started_by_gender"]
    assert (publication.kind, publication.version, publication.date, publication.doi) == (
        "publication",
        published.version,
        None,
        "",
    )
    assert publication.sha256 == resource["hash"].removeprefix("sha256:")
    assert publication.apa == (
        f"openbaar contributors. (n.d.). Online courses started by gender (Version {published.version}) [Data set]. "
        f"In Online training at VDAB, 2020 to May 2023. https://data.example/id/started_by_gender/{published.version}"
    )
    assert sorted(publication.formats) == ["bib", "json", "ris"]


def test_a_query_is_cited_by_its_address_with_its_parameters(published: Published) -> None:
    address = "/vdab-online-opleidingen/share_of_women?year=2022"
    *_, publication = blocks(published, "nl", query=("Welk deel was van vrouwen?", address))
    assert publication.apa.startswith(
        "openbaar contributors. (z.d.). Welk deel was van vrouwen? (Versie "
    )
    assert publication.apa.endswith(f"https://data.example{address}")
    assert publication.sha256 is None


def test_a_doi_and_a_date_are_shown_once_there_are_any(
    published: Published,
) -> None:
    descriptor = {
        **published.descriptor,
        "doi": "10.5281/zenodo.1",
        "created": "2024-02-03T00:00:00Z",
    }
    *_, publication = blocks(replace(published, descriptor=descriptor), "en")
    assert (publication.doi, publication.date) == ("10.5281/zenodo.1", "2024-02-03")
    assert "(2024-02-03)" in publication.apa
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
