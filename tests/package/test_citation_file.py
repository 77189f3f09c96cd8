"""CITATION.cff says what package.yaml says and no more, in the way that its format wants it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from openbaar.documents.entry import DocumentEntry
from openbaar.package.citation_file import MESSAGE, citation_bytes
from openbaar.package.validation import problems_of_citation
from openbaar.tables.authored.publication import Publication

CC0 = {"name": "CC0-1.0", "title": "Creative Commons Zero v1.0 Universal"}
OTHER = {"name": "other-open", "title": "Another open licence"}


def with_package(publication: Publication, **changes: Any) -> Publication:
    """The publication with other keys of its package file."""
    package = publication.package
    described = package.model_validate(package.model_dump() | changes)
    return replace(publication, package=described)


def with_document(publication: Publication, **changes: Any) -> Publication:
    """The publication with other keys of its only document."""
    (document,) = publication.package.documents
    return with_package(publication, documents=[document.model_dump() | changes])


def cited(publication: Publication) -> dict[str, Any]:
    """The citation as it is written, after its format has been checked."""
    content = citation_bytes(publication)
    assert problems_of_citation(content) == []
    return dict(yaml.safe_load(content))


def reference(publication: Publication, **changes: Any) -> dict[str, Any]:
    """The only document as the citation names it, with other keys."""
    (found,) = cited(with_document(publication, **changes))["references"]
    return dict(found)


def only_document(publication: Publication) -> DocumentEntry:
    (document,) = publication.package.documents
    return document


def test_the_publication_is_cited_with_its_documents_as_references(
    publication: Publication,
) -> None:
    sha256 = only_document(publication).sha256
    assert cited(publication) == {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": "Gemeenten van België",
        "abstract": "Het aantal gemeenten per gewest, als voorbeeld voor de tests.",
        "authors": [{"name": "openbaar contributors"}],
        "version": "1.2.0",
        "license": "CC0-1.0",
        "keywords": ["gemeenten", "municipalities"],
        "references": [
            {
                "type": "generic",
                "title": "Gemeenten van België",
                "authors": [{"name": "unknown"}],
                "filename": "sources/municipalities.txt",
                "notes": f"Date: unknown. Licence: unknown. SHA-256: {sha256}.",
            }
        ],
    }


def test_date_doi_and_home_page_are_there_once_they_are_known(publication: Publication) -> None:
    known = {"created": "2026-01-31", "doi": "10.1234/x", "homepage": "https://example.org/"}
    made = cited(with_package(publication, **known))
    assert made["date-released"] == "2026-01-31"
    assert (made["doi"], made["url"]) == ("10.1234/x", "https://example.org/")


def test_the_authors_of_a_document_are_given_one_by_one_where_they_are_known(
    publication: Publication,
) -> None:
    people = [{"family": "Brouns", "given": "Jo"}, {"name": "VDAB"}]
    assert reference(publication, authors=people)["authors"] == [
        {"family-names": "Brouns", "given-names": "Jo"},
        {"name": "VDAB"},
    ]
    assert reference(publication, author="VDAB, Brussel")["authors"] == [{"name": "VDAB, Brussel"}]


@pytest.mark.parametrize(
    ("date", "published"),
    [("2023-06-01", "2023-06-01"), ("2023-06", None), ("2023", None), ("spring 2023", None)],
)
def test_only_a_whole_date_is_a_date_of_the_format_and_any_date_is_in_the_notes(
    publication: Publication, date: str, published: str | None
) -> None:
    made = reference(publication, date=date)
    assert made.get("date-published") == published
    assert made["notes"].startswith(f"Date: {date}. ")


@pytest.mark.parametrize(
    ("licences", "expected"),
    [([CC0, OTHER], "CC0-1.0"), ([CC0, CC0 | {"name": "MIT"}], ["CC0-1.0", "MIT"])],
)
def test_only_licences_that_spdx_lists_are_given(
    publication: Publication, licences: list[dict[str, str]], expected: str | list[str]
) -> None:
    assert cited(with_package(publication, additions=licences))["license"] == expected
    assert "license" not in cited(with_package(publication, additions=[OTHER]))


def test_a_keyword_is_given_once(publication: Publication) -> None:
    twice = with_package(publication, keywords=["open data", "open data"])
    assert cited(twice)["keywords"] == ["open data"]


def test_a_citation_that_its_format_refuses_is_a_problem(publication: Publication) -> None:
    refused = with_package(publication, doi="10.1234/a<b>", contributors=[])
    doi, authors = sorted(str(each) for each in problems_of_citation(citation_bytes(refused)))[::-1]
    hint = "(correct it in tables/package.yaml)"
    assert authors == f"CITATION.cff: 'authors' is a required property {hint}"
    assert doi.startswith("CITATION.cff: doi: '10.1234/a<b>' does not match ")
    assert doi.endswith(hint)
