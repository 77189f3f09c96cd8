"""How good data.europa.eu finds a catalogue: the points of its metadata quality assessment.

See https://data.europa.eu/mqa/methodology. A metric earns its points for the share of datasets or
distributions that have what it asks for. Some points nobody can tell from the catalogue alone: 80
are for addresses that answer, 30 for the SHACL shapes of DCAT-AP.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openbaar.package.catalogues.eu_vocabularies import AUTHORITY, IANA
from openbaar.package.catalogues.rdf import Iri, Node

BEST = 405
EXCELLENT = 351
# Of the formats that a publication offers, those that the assessment's own lists surely have.
OPEN = ("CSV", "JSON", "PARQUET", "ZIP")
MACHINE_READABLE = ("CSV", "JSON", "PARQUET", "XLSX")

Has = Callable[[Node], bool]


@dataclass(frozen=True)
class Metric:
    """What earns points: which class of things should have what.

    `has` is None where only a live host, or somebody else's judgement, can tell.
    """

    dimension: str
    name: str
    most: int
    kind: str = ""
    has: Has | None = None


@dataclass(frozen=True)
class Earned:
    """The points that a metric earned; None where they cannot be told."""

    metric: Metric
    points: float | None

    def as_data(self) -> dict[str, str | float | None]:
        """What was earned of how much, as plain data."""
        metric = self.metric
        return {
            "dimension": metric.dimension,
            "name": metric.name,
            "points": self.points,
            "most": metric.most,
        }


def _stated(*names: str) -> Has:
    """Whether one of these properties has a value."""
    return lambda node: any(node.properties.get(name) for name in names)


def _among(name: str, beginning: str, codes: Sequence[str] = ()) -> Has:
    """Whether a property points into a vocabulary, to one of these codes where they are given."""

    def has(node: Node) -> bool:
        for value in node.properties.get(name, ()):
            if isinstance(value, Iri) and value.value.startswith(beginning):
                code = value.value.removeprefix(beginning)
                if not codes or code in codes:
                    return True
        return False

    return has


def _either(one: Has, other: Has) -> Has:
    return lambda node: one(node) or other(node)


_DATASET, _FILE = "dcat:Dataset", "dcat:Distribution"
_FORMATS = f"{AUTHORITY}/file-type/"
_KNOWN_FORMAT = _either(_among("dct:format", _FORMATS), _among("dcat:mediaType", f"{IANA}/"))

METRICS = (
    Metric("Findability", "keywords", 30, _DATASET, _stated("dcat:keyword")),
    Metric("Findability", "categories", 30, _DATASET, _stated("dcat:theme")),
    Metric("Findability", "place", 20, _DATASET, _stated("dct:spatial")),
    Metric("Findability", "time", 20, _DATASET, _stated("dct:temporal")),
    Metric("Accessibility", "access URL answers", 50),
    Metric("Accessibility", "download URL", 20, _FILE, _stated("dcat:downloadURL")),
    Metric("Accessibility", "download URL answers", 30),
    Metric("Interoperability", "format", 20, _FILE, _stated("dct:format")),
    Metric("Interoperability", "media type", 10, _FILE, _stated("dcat:mediaType")),
    Metric("Interoperability", "format of the vocabulary", 10, _FILE, _KNOWN_FORMAT),
    Metric("Interoperability", "open format", 20, _FILE, _among("dct:format", _FORMATS, OPEN)),
    Metric(
        "Interoperability",
        "machine readable",
        20,
        _FILE,
        _among("dct:format", _FORMATS, MACHINE_READABLE),
    ),
    Metric("Interoperability", "conforms to DCAT-AP", 30),
    Metric("Reusability", "licence", 20, _FILE, _stated("dct:license")),
    Metric(
        "Reusability",
        "licence of the vocabulary",
        10,
        _FILE,
        _among("dct:license", f"{AUTHORITY}/licence/"),
    ),
    Metric("Reusability", "access rights", 10, _DATASET, _stated("dct:accessRights")),
    Metric(
        "Reusability",
        "access rights of the vocabulary",
        5,
        _DATASET,
        _among("dct:accessRights", f"{AUTHORITY}/access-right/"),
    ),
    Metric("Reusability", "contact", 20, _DATASET, _stated("dcat:contactPoint")),
    Metric("Reusability", "publisher", 10, _DATASET, _stated("dct:publisher")),
    Metric("Contextuality", "rights", 5, _FILE, _stated("dct:rights")),
    Metric("Contextuality", "file size", 5, _FILE, _stated("dcat:byteSize")),
    Metric("Contextuality", "date of issue", 5, _DATASET, _stated("dct:issued")),
    Metric("Contextuality", "date of change", 5, _DATASET, _stated("dct:modified")),
)


def assessed(nodes: Sequence[Node]) -> list[Earned]:
    """The points of a catalogue, by metric."""
    return [Earned(metric, _points(metric, nodes)) for metric in METRICS]


def _points(metric: Metric, nodes: Sequence[Node]) -> float | None:
    if metric.has is None:
        return None
    things = [node for node in nodes if metric.kind in node.types]
    having = [node for node in things if metric.has(node)]
    return metric.most * len(having) / max(len(things), 1)
