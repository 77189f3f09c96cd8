"""What schema.org says of a dataset, which Croissant, RO-Crate and CodeMeta build on.

See https://schema.org/Dataset. Texts are in the first language of the publication.
"""

from __future__ import annotations

from typing import Any

from openbaar.package.catalogues.facts import Agent, Contributor, Document, Facts, text

Described = dict[str, Any]  # a thing of schema.org, or a part of one


def dataset(facts: Facts, language: str | None = None) -> Described:
    """The properties of the publication as a schema.org/Dataset, without those nobody stated.

    Texts are in `language`, or in the first one of the publication.
    """
    language = language or facts.language
    described = {
        "name": text(facts.title, language),
        "description": text(facts.description, language),
        "version": facts.version,
        "inLanguage": language,
        "keywords": list(facts.keywords),
        "identifier": identifiers(facts),
        "url": facts.homepage,
        "creator": [person(each) for each in facts.creators],
        "publisher": None if facts.publisher is None else organisation(facts.publisher, language),
        "license": licence_addresses(facts),
        "usageInfo": text(facts.rights, language),
        "dateCreated": facts.created,
        "datePublished": date_published(facts),
        "dateModified": facts.modified,
        "temporalCoverage": None if facts.period is None else "/".join(facts.period),
        "spatialCoverage": list(facts.places),
        "isBasedOn": [document(each, language) for each in facts.documents],
    }
    return known(described)


def known(described: Described) -> Described:
    """A thing without the properties that nobody stated."""
    return {key: value for key, value in described.items() if value not in (None, [], "", {})}


def date_published(facts: Facts) -> str | None:
    """The day on which this version was made public, as far as it is known."""
    return facts.modified or facts.created or facts.issued


def identifiers(facts: Facts) -> list[str]:
    """The names of the publication that nothing else has: its DOI, its `id`."""
    found = []
    if facts.doi is not None:
        found.append(f"https://doi.org/{facts.doi}")
    if facts.id is not None:
        found.append(facts.id)
    return found


def person(contributor: Contributor) -> Described:
    """A contributor; a person where the names are given in parts, else an organisation."""
    described: Described = {
        "@type": "Organization",
        "name": contributor.title,
        "url": contributor.path,
        "email": contributor.email,
    }
    if contributor.family is not None:
        described |= {
            "@type": "Person",
            "givenName": contributor.given,
            "familyName": contributor.family,
        }
        if contributor.organization is not None:
            described["affiliation"] = {"@type": "Organization", "name": contributor.organization}
    return known(described)


def organisation(agent: Agent, language: str) -> Described:
    """The publisher, or another body."""
    return known(
        {
            "@type": "Organization",
            "name": text(agent.name, language),
            "url": agent.path,
            "email": agent.email,
        }
    )


def document(described: Document, language: str) -> Described:
    """A document as a work: its rights are in words, since few state a licence."""
    return known(
        {
            "@type": "CreativeWork",
            "name": text(described.title, language),
            "author": list(described.authors),
            "dateCreated": described.date,
            "usageInfo": text(described.rights, language),
        }
    )


def licence_addresses(facts: Facts) -> list[str]:
    """The addresses of the licences of the figures. That of the additions is no licence of them."""
    return [licence.path for licence in facts.licences if licence.path is not None]
