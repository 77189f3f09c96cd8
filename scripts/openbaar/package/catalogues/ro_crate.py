"""RO-Crate 1.1: the folder of a publication as an object of research.

See https://www.researchobject.org/ro-crate/specification/1.1/. The files are those of the folder in
which the record lies. The specification requires `datePublished`; where no date is known the record
lacks it, and says everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openbaar.package.catalogues import schema_org
from openbaar.package.catalogues.facts import Document, Facts, Licence, TableFacts, text

Described = dict[str, Any]
FILE = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"


def metadata(facts: Facts, documents: Mapping[str, int]) -> Described:
    """The publication as a crate; `documents` are the sizes in bytes of those that it holds."""
    held = [each for each in facts.documents if each.path in documents]
    described = [
        _descriptor(),
        _root(facts, held),
        *_people(facts),
        *_licences(facts),
        *(_table(table, facts.language) for table in facts.tables),
        *(_document(each, documents[each.path], facts) for each in held),
    ]
    graph = [_compact(each) for each in described]
    return {"@context": f"{SPECIFICATION}/context", "@graph": graph}


def _compact(described: Described) -> Described:
    """A thing without what is not known, and a list of one as that one, as RO-Crate asks."""
    compact = {}
    for key, value in schema_org.known(described).items():
        is_single = isinstance(value, list) and len(value) == 1
        compact[key] = value[0] if is_single else value
    return compact


def _descriptor() -> Described:
    return {
        "@id": FILE,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": SPECIFICATION},
    }


def _root(facts: Facts, held: list[Document]) -> Described:
    """The folder. In a crate, what is more than a text is named and described on its own.

    A licence is required; where the figures have none, a text says so.
    """
    root = schema_org.dataset(facts)
    root.pop("creator", None)
    parts = [{"@id": table.path} for table in facts.tables]
    parts += [{"@id": document.path} for document in held]
    licences = [{"@id": address} for address in schema_org.licence_addresses(facts)]
    root |= {
        "@id": "./",
        "@type": "Dataset",
        "author": [{"@id": _person_id(number)} for number, _ in enumerate(facts.creators, 1)],
        "license": licences or text(facts.rights, facts.language),
        "hasPart": parts,
        "isBasedOn": [{"@id": document.path} for document in held],
    }
    if facts.publisher is not None:
        root["publisher"] = {"@id": "#publisher"}
    return root


def _person_id(number: int) -> str:
    return f"#creator-{number}"


def _people(facts: Facts) -> list[Described]:
    """The creators and the publisher. A crate has no things in things, so employers stand apart."""
    people = []
    for number, creator in enumerate(facts.creators, 1):
        described = {"@id": _person_id(number), **schema_org.person(creator)}
        employer = described.get("affiliation")
        if employer is not None:
            employer_id = _employer_id(facts, number, employer["name"])
            described["affiliation"] = {"@id": employer_id}
            people.append({"@id": employer_id, **employer})
        people.append(described)
    if facts.publisher is not None:
        publisher = schema_org.organisation(facts.publisher, facts.language)
        people.append({"@id": "#publisher", **publisher})
    by_id = {
        each["@id"]: each for each in people
    }  # of an employer that publishes, all that is known
    return list(by_id.values())


def _employer_id(facts: Facts, number: int, name: str) -> str:
    """The name within the crate of a creator's employer, which may be the publisher."""
    if facts.publisher is not None and name in facts.publisher.name.values():
        return "#publisher"
    return f"#employer-{number}"


def _licences(facts: Facts) -> list[Described]:
    return [_licence(each) for each in facts.licences if each.path is not None]


def _licence(licence: Licence) -> Described:
    return {
        "@id": licence.path,
        "@type": "CreativeWork",
        "name": licence.title,
        "identifier": licence.name,
    }


def _table(table: TableFacts, language: str) -> Described:
    described = {
        "@id": table.path,
        "@type": "File",
        "name": text(table.title, language),
        "description": text(table.description, language),
        "encodingFormat": table.media_type,
        "contentSize": str(table.bytes),
        "sha256": table.sha256,
    }
    return schema_org.known(described)


def _document(document: Document, size: int, facts: Facts) -> Described:
    described = schema_org.document(document, facts.language)
    return {
        **described,
        "@id": document.path,
        "@type": "File",
        "encodingFormat": document.media_type,
        "contentSize": str(size),
        "sha256": document.sha256,
    }
