"""DCAT-AP 3.0.1 and DCAT-AP-VL 3.0: what open data portals harvest.

The profiles are https://semiceu.github.io/DCAT-AP/releases/3.0.1/ and
https://data.vlaanderen.be/doc/applicatieprofiel/DCAT-AP-VL/. The publication is a catalogue that
holds one dataset with all tables, and a dataset for each table of figures. What nobody stated is
left out, also where a profile requires it: the contact, the publisher.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openbaar.package.catalogues import schema_org
from openbaar.package.catalogues.eu_vocabularies import (
    AUTHORITY,
    IANA,
    availability,
    file_type,
    frequency,
    languages,
    licence_address,
    licence_addresses,
)
from openbaar.package.catalogues.facts import Agent, Facts, TableFacts, Texts, text
from openbaar.package.catalogues.rdf import Iri, Node, Term, Text, Typed, texts

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
TABLE_SCHEMA = "https://datapackage.org/standard/table-schema/"
API_DOCUMENTATION = "https://docs.datasette.io/en/stable/json_api.html"


@dataclass(frozen=True)
class OfferedFile:
    """A file to download: what it is called in each language, where it is, and its fingerprint."""

    title: Texts
    address: str
    ending: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Site:
    """The addresses of a publication on the web, and the files it offers.

    `whole` and `pages` are pages for people, `identifiers` what tables are cited by. `files` are
    those of each table; under None those with all tables. `api` answers queries, where one runs.
    """

    home: str
    catalogue: str
    whole: str
    pages: Mapping[str, str]
    identifiers: Mapping[str, str]
    documents: Mapping[str, str]
    files: Mapping[str | None, Sequence[OfferedFile]]
    api: str | None = None

    def part(self, name: str) -> str:
        """The address of something that has no page of its own: `…/catalog#name`."""
        return f"{self.catalogue}#{name}"


def graph(facts: Facts, site: Site) -> list[Node]:
    """The catalogue as nodes, each under its address; `PREFIXES` are those of their names."""
    nodes = [_catalogue(facts, site), *_agents(facts, site)]
    nodes.append(_whole(facts, site))
    nodes += [_table(facts, site, table) for table in facts.data_tables]
    for table, files in site.files.items():
        if table is None or table in _names(facts):
            nodes += [_distribution(facts, site, file, table) for file in files]
    if site.api is not None:
        nodes.append(_service(facts, site, site.api))
    return [*nodes, *_records(facts, site), *_known_things(facts, site)]


def _names(facts: Facts) -> list[str]:
    return [table.name for table in facts.data_tables]


def _dataset_address(site: Site) -> str:
    """The dataset with all tables; its page has the address without the fragment."""
    return f"{site.whole}#dataset"


def _catalogue(facts: Facts, site: Site) -> Node:
    datasets = [_dataset_address(site), *(site.identifiers[name] for name in _names(facts))]
    properties: dict[str, Sequence[Term]] = {
        "dct:identifier": [Text(site.catalogue)],
        "dct:title": texts(facts.title),
        "dct:description": texts(facts.description),
        **_responsible(facts, site),
        "dct:language": languages(facts),
        "dct:issued": _dates(facts.issued),
        "dct:modified": _dates(facts.modified),
        "dct:spatial": [Iri(place) for place in facts.places],
        "foaf:homepage": [Iri(site.home)],
        "dcat:themeTaxonomy": [Iri(f"{AUTHORITY}/data-theme")],
        "dcat:dataset": [Iri(address) for address in datasets],
        "dcat:record": [Iri(str(record.id)) for record in _records(facts, site)],
    }
    if site.api is not None:
        properties["dcat:service"] = [Iri(site.part("api"))]
    return Node(("dcat:Catalog",), properties, site.catalogue)


def _responsible(facts: Facts, site: Site) -> dict[str, Sequence[Term]]:
    """Who publishes and who answers questions, as far as that is known."""
    responsible: dict[str, Sequence[Term]] = {}
    if facts.publisher is not None:
        responsible["dct:publisher"] = [Iri(site.part("publisher"))]
    if facts.contact is not None:
        responsible["dcat:contactPoint"] = [Iri(site.part("contact"))]
    return responsible


def _dates(day: str | None) -> list[Term]:
    return [] if day is None else [Typed(day, "date")]


def _whole(facts: Facts, site: Site) -> Node:
    """The dataset with all tables."""
    address = _dataset_address(site)
    parts = [site.identifiers[name] for name in _names(facts)]
    properties = _dataset(facts, site, facts.title, facts.description)
    properties |= {
        "dct:identifier": [Text(address)],
        "adms:identifier": _other_identifiers(facts),
        "dcat:landingPage": [Iri(site.whole)],
        "dct:hasPart": [Iri(part) for part in parts],
        "dcat:distribution": _distributions(site, None),
    }
    return Node(("dcat:Resource", "dcat:Dataset"), properties, address)


def _table(facts: Facts, site: Site, table: TableFacts) -> Node:
    """The dataset with one table."""
    address = site.identifiers[table.name]
    properties = _dataset(facts, site, table.title, table.description)
    properties |= {
        "dct:identifier": [Text(address)],
        "dcat:landingPage": [Iri(site.pages[table.name])],
        "dct:isPartOf": [Iri(_dataset_address(site))],
        "dct:conformsTo": [Iri(TABLE_SCHEMA)],
        "dcat:distribution": _distributions(site, table.name),
    }
    return Node(("dcat:Resource", "dcat:Dataset"), properties, address)


def _dataset(
    facts: Facts, site: Site, title: Texts, description: Texts
) -> dict[str, Sequence[Term]]:
    """What a table and the whole are described with alike.

    A document is `prov:wasDerivedFrom`: the range of `dct:source` is a dataset.
    """
    access = facts.access_rights
    themes = [Iri(f"{AUTHORITY}/data-theme/{theme}") for theme in facts.themes]
    return {
        "dct:title": texts(title),
        "dct:description": texts(description),
        **_responsible(facts, site),
        "dct:creator": _creators(facts, site),
        "dcat:keyword": _keywords(facts),
        "dcat:theme": themes,
        "dct:accessRights": [] if access is None else [Iri(f"{AUTHORITY}/access-right/{access}")],
        "dct:accrualPeriodicity": frequency(facts),
        "dct:language": languages(facts),
        "dct:spatial": [Iri(place) for place in facts.places],
        "dct:temporal": _period(facts),
        "dct:issued": _dates(facts.issued),
        "dct:modified": _dates(facts.modified),
        "dcat:version": [Text(facts.version)],
        "dct:provenance": _provenance(facts),
        "prov:wasDerivedFrom": [Iri(address) for address in site.documents.values()],
    }


def _creators(facts: Facts, site: Site) -> list[Term]:
    return [Iri(site.part(f"creator-{number}")) for number, _ in enumerate(facts.creators, 1)]


def _keywords(facts: Facts) -> list[Term]:
    """The keywords with their language; `und` where the author did not say which it is."""
    found: list[Term] = []
    for language, keywords in facts.keywords_by_language.items():
        found += [Text(keyword, language) for keyword in keywords]
    return found


def _period(facts: Facts) -> list[Term]:
    if facts.period is None:
        return []
    first, last = facts.period
    bounds: dict[str, Sequence[Term]] = {
        "dcat:startDate": [Typed(first, "date")],
        "dcat:endDate": [Typed(last, "date")],
    }
    return [Node(("dct:PeriodOfTime",), bounds)]


def _provenance(facts: Facts) -> list[Term]:
    """The documents with their fingerprints, in words."""
    labels: list[Term] = []
    for language in facts.languages:
        named = []
        for document in facts.documents:
            title = text(document.title, language)
            named.append(f"{title} (SHA-256 {document.sha256})")
        labels.append(Text("; ".join(named), language))
    if not facts.documents:
        return []
    return [Node(("dct:ProvenanceStatement",), {"rdfs:label": labels})]


def _other_identifiers(facts: Facts) -> list[Term]:
    found: list[Term] = []
    for address in schema_org.identifiers(facts):
        notation: dict[str, Sequence[Term]] = {"skos:notation": [Typed(address, "anyURI")]}
        found.append(Node(("adms:Identifier",), notation))
    return found


def _distributions(site: Site, table: str | None) -> list[Term]:
    files = [Iri(_distribution_address(site, file)) for file in site.files.get(table, ())]
    return list(files)


def _distribution_address(site: Site, file: OfferedFile) -> str:
    return site.part(file.address.rsplit("/", 1)[-1])


def _distribution(facts: Facts, site: Site, file: OfferedFile, table: str | None) -> Node:
    """A file of a dataset, with what is needed to fetch, open and trust it."""
    address = _distribution_address(site, file)
    page, description = site.whole, facts.description
    if table is not None:
        page, description = site.pages[table], _table_called(facts, table).description
    media_type = file.media_type.partition(";")[0]
    properties: dict[str, Sequence[Term]] = {
        "dct:identifier": [Text(address)],
        "dct:title": texts(file.title),
        "dct:description": texts(description),
        "dcat:accessURL": [Iri(page)],
        "dcat:downloadURL": [Iri(file.address)],
        "dct:format": file_type(file.ending),
        "dcat:mediaType": [Iri(f"{IANA}/{media_type}")],
        "dcat:byteSize": [Typed(str(file.bytes), "nonNegativeInteger")],
        "spdx:checksum": [_checksum(file)],
        "dct:license": [Iri(address) for address in licence_addresses(facts)],
        "dct:rights": [Iri(site.part("rights"))],
        "dct:issued": _dates(facts.issued),
        "dct:modified": _dates(facts.modified),
        "dct:language": languages(facts),
        "adms:status": [Iri(f"{AUTHORITY}/distribution-status/COMPLETED")],
        "dcatap:availability": [Iri(f"{AUTHORITY}/planned-availability/{availability(facts)}")],
    }
    return Node(("dcat:Distribution",), properties, address)


def _table_called(facts: Facts, name: str) -> TableFacts:
    (found,) = [table for table in facts.tables if table.name == name]
    return found


def _checksum(file: OfferedFile) -> Node:
    properties: dict[str, Sequence[Term]] = {
        "spdx:algorithm": [Iri("spdx:checksumAlgorithm_sha256")],
        "spdx:checksumValue": [Typed(file.sha256, "hexBinary")],
    }
    return Node(("spdx:Checksum",), properties)


def _service(facts: Facts, site: Site, api: str) -> Node:
    """The interface of the site, through which the tables can be asked for as JSON."""
    address = site.part("api")
    datasets = [_dataset_address(site), *(site.identifiers[name] for name in _names(facts))]
    access = facts.access_rights
    properties: dict[str, Sequence[Term]] = {
        "dct:identifier": [Text(address)],
        "dct:title": texts(facts.title),
        **_responsible(facts, site),
        "dcat:keyword": _keywords(facts),
        "dcat:theme": [Iri(f"{AUTHORITY}/data-theme/{theme}") for theme in facts.themes],
        "dcat:endpointURL": [Iri(api)],
        "dcat:endpointDescription": [Iri(API_DOCUMENTATION)],
        "dcat:servesDataset": [Iri(dataset) for dataset in datasets],
        "dct:accessRights": [] if access is None else [Iri(f"{AUTHORITY}/access-right/{access}")],
        "dct:license": [Iri(address) for address in licence_addresses(facts)],
    }
    return Node(("dcat:Resource", "dcat:DataService"), properties, address)


def _records(facts: Facts, site: Site) -> Iterator[Node]:
    """What the catalogue says of each entry: when it was last changed, as far as that is known."""
    changed = facts.modified or facts.created or facts.issued
    if changed is None:
        return
    entries = {"all": _dataset_address(site)}
    entries |= {name: site.identifiers[name] for name in _names(facts)}
    for name, dataset in entries.items():
        address = site.part(f"record-{name}")
        properties: dict[str, Sequence[Term]] = {
            "dct:identifier": [Text(address)],
            "foaf:primaryTopic": [Iri(dataset)],
            # DCAT-AP-VL takes a time only; a day is written as Data Package writes it.
            "dct:modified": [Typed(f"{changed}T00:00:00Z", "dateTime")],
            "dct:language": languages(facts),
        }
        yield Node(("dcat:CatalogRecord",), properties, address)


def _agents(facts: Facts, site: Site) -> Iterator[Node]:
    """The publisher, the contact and the creators."""
    if facts.publisher is not None:
        yield _publisher(facts.publisher, site)
    if facts.contact is not None:
        yield _contact(facts.contact, site)
    for number, creator in enumerate(facts.creators, 1):
        named: dict[str, Sequence[Term]] = {"foaf:name": [Text(creator.title, facts.language)]}
        yield Node(("foaf:Agent", "dct:Agent"), named, site.part(f"creator-{number}"))


def _publisher(publisher: Agent, site: Site) -> Node:
    """DCAT-AP asks for a foaf:Agent, DCAT-AP-VL for a dct:Agent."""
    properties: dict[str, Sequence[Term]] = {"foaf:name": texts(publisher.name)}
    if publisher.type is not None:
        properties["dct:type"] = [Iri(f"http://purl.org/adms/publishertype/{publisher.type}")]
    if publisher.path is not None:
        properties["foaf:homepage"] = [Iri(publisher.path)]
    return Node(("foaf:Agent", "dct:Agent"), properties, site.part("publisher"))


def _contact(contact: Agent, site: Site) -> Node:
    properties: dict[str, Sequence[Term]] = {"vcard:fn": texts(contact.name)}
    if contact.email is not None:
        properties["vcard:hasEmail"] = [Iri(f"mailto:{contact.email}")]
    if contact.path is not None:
        properties["vcard:hasURL"] = [Iri(contact.path)]
    return Node(("vcard:Kind", "vcard:Organization"), properties, site.part("contact"))


def _known_things(facts: Facts, site: Site) -> Iterator[Node]:
    """What the others point to, of which a harvester would else not know what it is."""
    rights: dict[str, Sequence[Term]] = {"rdfs:label": texts(facts.rights)}
    yield Node(("dct:RightsStatement",), rights, site.part("rights"))
    for licence in facts.licences:
        address = licence_address(licence)
        if address in licence_addresses(facts):
            yield Node(("dct:LicenseDocument",), {"dct:title": [Text(licence.title)]}, address)
    yield Node(("dct:Standard",), {"dct:title": [Text("Table Schema", "en")]}, TABLE_SCHEMA)
    pages = {site.home, site.whole, *(site.pages[name] for name in _names(facts))}
    for page in sorted(pages):
        yield Node(("foaf:Document",), {}, page)
    for document in facts.documents:
        title: dict[str, Sequence[Term]] = {"dct:title": texts(document.title)}
        yield Node(("prov:Entity",), title, site.documents[document.path])
