"""DataCite 4.5: the metadata with which a DOI is registered.

See https://datacite-metadata-schema.readthedocs.io/en/4.5/. DataCite requires the year of
publication; where no date is known the record lacks it, and cannot be registered until it is.
"""

from __future__ import annotations

from typing import Any

from openbaar.package.catalogues import schema_org
from openbaar.package.catalogues.facts import Contributor, Facts, Licence, Texts, text
from openbaar.schema.conventions import NOT_SPECIFIED

Described = dict[str, Any]
FILE = "datacite.json"
SCHEMA = "http://datacite.org/schema/kernel-4"
# The contributor types of DataCite by their roles in a data package, which begin small.
CONTRIBUTOR_TYPES = (
    "ContactPerson", "DataCollector", "DataCurator", "DataManager", "Distributor", "Editor",
    "HostingInstitution", "Producer", "ProjectLeader", "ProjectManager", "ProjectMember",
    "RegistrationAgency", "RegistrationAuthority", "RelatedPerson", "Researcher",
    "ResearchGroup", "RightsHolder", "Sponsor", "Supervisor", "WorkPackageLeader", "Other",
)  # fmt: skip
DATES = {"created": "Created", "issued": "Issued", "modified": "Updated"}

# DataCite requires a creator. Its word for one who is unknown is in the appendix "Standard values
# for unknown information" of the schema.
NOBODY_KNOWN: Described = {"name": ":unkn"}


def metadata(facts: Facts) -> Described:
    """The publication as the JSON that DataCite's interface takes."""
    published = schema_org.date_published(facts)
    described = {
        "doi": facts.doi,
        "url": facts.homepage,
        "creators": [_person(each) for each in facts.creators] or [NOBODY_KNOWN],
        "titles": _titles(facts.title),
        "publisher": _publisher(facts),
        "publicationYear": None if published is None else published[:4],
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Data package"},
        "subjects": [{"subject": keyword} for keyword in facts.keywords],
        "contributors": _contributors(facts),
        "dates": _dates(facts),
        "language": facts.language,
        "alternateIdentifiers": _alternate_identifiers(facts),
        "formats": list(dict.fromkeys(table.media_type for table in facts.tables)),
        "version": facts.version,
        "rightsList": [_rights(each) for each in (*facts.licences, *facts.additions)],
        "descriptions": _descriptions(facts.description),
        "schemaVersion": SCHEMA,
    }
    return schema_org.known(described)


def _person(contributor: Contributor) -> Described:
    if contributor.family is None:
        return {"name": contributor.title, "nameType": "Organizational"}
    described: Described = {
        "name": f"{contributor.family}, {contributor.given}",
        "nameType": "Personal",
        "givenName": contributor.given,
        "familyName": contributor.family,
    }
    if contributor.organization is not None:
        described["affiliation"] = [{"name": contributor.organization}]
    return schema_org.known(described)


def _titles(title: Texts) -> list[Described]:
    """The title; in further languages it counts as translated."""
    titles: list[Described] = []
    for language, value in title.items():
        described = {"title": value, "lang": language}
        if titles:
            described["titleType"] = "TranslatedTitle"
        titles.append(described)
    return titles


def _publisher(facts: Facts) -> Described | None:
    if facts.publisher is None:
        return None
    return {"name": text(facts.publisher.name, facts.language), "lang": facts.language}


def _contributors(facts: Facts) -> list[Described]:
    """Each contributor once for each role that DataCite knows."""
    contributors = []
    for each in facts.contributors:
        for role in each.roles:
            kind = role[:1].upper() + role[1:]
            if kind in CONTRIBUTOR_TYPES:
                contributors.append({**_person(each), "contributorType": kind})
    return contributors


def _dates(facts: Facts) -> list[Described]:
    dates = []
    for name, kind in DATES.items():
        day = getattr(facts, name)
        if day is not None:
            dates.append({"date": day, "dateType": kind})
    if facts.period is not None:
        coverage = {"dateType": "Other", "dateInformation": "Coverage"}  # a type only from 4.6 on
        dates.append({"date": "/".join(facts.period), **coverage})
    return dates


def _alternate_identifiers(facts: Facts) -> list[Described]:
    if facts.id is None:
        return []
    kind = "UUID" if facts.id.startswith("urn:uuid:") else "id"
    return [{"alternateIdentifier": facts.id, "alternateIdentifierType": kind}]


def _rights(licence: Licence) -> Described:
    """A licence; its title says what it holds for."""
    described = {"rights": licence.title, "rightsUri": licence.path}
    if licence.name != NOT_SPECIFIED:
        described |= {"rightsIdentifier": licence.name}
    return schema_org.known(described)


def _descriptions(description: Texts) -> list[Described]:
    found = []
    for language, value in description.items():
        found.append({"description": value, "descriptionType": "Abstract", "lang": language})
    return found
