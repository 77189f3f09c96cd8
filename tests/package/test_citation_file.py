"""CITATION.cff says what package.yaml says, and nothing that nobody stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from openbaar.package.citation_file import MESSAGE, citation_bytes
from openbaar.tables.publication import Publication


def cited(publication: Publication, **changes: Any) -> dict[str, Any]:
    package = publication.package.model_copy(update=changes)
    return dict(yaml.safe_load(citation_bytes(replace(publication, package=package))))


def test_the_publication_is_cited_with_its_documents_as_references(
    publication: Publication,
) -> None:
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
        "references": [{"type": "generic", "title": "Gemeenten van België"}],
    }


def test_date_doi_and_home_page_are_there_once_they_are_known(publication: Publication) -> None:
    known = {"created": "2026-01-31", "doi": "10.1234/x", "homepage": "https://example.org/"}
    made = cited(publication, **known)
    assert made["date-released"] == "2026-01-31"
    assert (made["doi"], made["url"]) == ("10.1234/x", "https://example.org/")


def test_the_authors_and_the_date_of_a_document_are_given_where_they_are_known(
    publication: Publication,
) -> None:
    document = publication.package.documents[0]
    people = [{"family": "Brouns", "given": "Jo"}, {"name": "VDAB"}]
    known = document.model_validate(
        document.model_dump() | {"authors": people, "date": "2023-06-01"}
    )
    (reference,) = cited(publication, documents=(known,))["references"]
    assert reference["authors"] == [
        {"family-names": "Brouns", "given-names": "Jo"},
        {"name": "VDAB"},
    ]
    assert reference["date-published"] == "2023-06-01"
    free = document.model_copy(update={"author": "VDAB, Brussel"})
    (reference,) = cited(publication, documents=(free,))["references"]
    assert reference["authors"] == [{"name": "VDAB, Brussel"}]
