"""The points of data.europa.eu's metadata quality assessment: `mqa.py CATALOGUE.ttl [SHAPES]`.

Prints each of the 405 points, with the share of datasets or distributions that earn them. See
https://data.europa.eu/mqa/methodology. 80 points are for addresses that answer: they need a live
host, and are not counted. Whether the catalogue conforms to DCAT-AP is judged by the SHACL shapes in the
folder SHAPES; without it those 30 points are not counted either. Runs in `.venv-judges`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import RDF, Graph, Namespace

sys.path.insert(0, str(Path(__file__).parent))
import judge

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
EU = "http://publications.europa.eu/resource/authority"
FILE_TYPES, LICENCES, ACCESS = f"{EU}/file-type/", f"{EU}/licence/", f"{EU}/access-right/"
IANA = "http://www.iana.org/assignments/media-types/"
# Of the formats that a publication offers, those that the assessment's own lists surely have.
OPEN = ("CSV", "JSON", "PARQUET", "ZIP")
MACHINE_READABLE = ("CSV", "JSON", "PARQUET", "XLSX")
BEST = 405
EXCELLENT = 351


@dataclass(frozen=True)
class Metric:
    """What earns points: on which class of things, and when a thing has it."""

    dimension: str
    name: str
    points: int
    kind: Any
    has: Callable[[Graph, Any], bool] | None


def stated(name: Any) -> Callable[[Graph, Any], bool]:
    """Whether a property is there."""
    return lambda graph, thing: (thing, name, None) in graph


def among(name: Any, beginning: str, codes: tuple[str, ...] = ()) -> Callable[[Graph, Any], bool]:
    """Whether a property points into a vocabulary, to one of these codes where they are given."""

    def has(graph: Graph, thing: Any) -> bool:
        for value in graph.objects(thing, name):
            code = str(value).removeprefix(beginning)
            if str(value).startswith(beginning) and (not codes or code in codes):
                return True
        return False

    return has


def known_format(graph: Graph, thing: Any) -> bool:
    """Whether the format or the media type is of the vocabularies."""
    return among(DCT["format"], FILE_TYPES)(graph, thing) or among(DCAT.mediaType, IANA)(
        graph, thing
    )


METRICS = (
    Metric("Findability", "keywords", 30, DCAT.Dataset, stated(DCAT.keyword)),
    Metric("Findability", "categories", 30, DCAT.Dataset, stated(DCAT.theme)),
    Metric("Findability", "place", 20, DCAT.Dataset, stated(DCT.spatial)),
    Metric("Findability", "time", 20, DCAT.Dataset, stated(DCT.temporal)),
    Metric("Accessibility", "access URL answers", 50, DCAT.Distribution, None),
    Metric("Accessibility", "download URL", 20, DCAT.Distribution, stated(DCAT.downloadURL)),
    Metric("Accessibility", "download URL answers", 30, DCAT.Distribution, None),
    Metric("Interoperability", "format", 20, DCAT.Distribution, stated(DCT["format"])),
    Metric("Interoperability", "media type", 10, DCAT.Distribution, stated(DCAT.mediaType)),
    Metric("Interoperability", "format of the vocabulary", 10, DCAT.Distribution, known_format),
    Metric(
        "Interoperability",
        "not proprietary",
        20,
        DCAT.Distribution,
        among(DCT["format"], FILE_TYPES, OPEN),
    ),
    Metric(
        "Interoperability",
        "machine readable",
        20,
        DCAT.Distribution,
        among(DCT["format"], FILE_TYPES, MACHINE_READABLE),
    ),
    Metric("Interoperability", "DCAT-AP", 30, None, None),
    Metric("Reusability", "licence", 20, DCAT.Distribution, stated(DCT.license)),
    Metric(
        "Reusability",
        "licence of the vocabulary",
        10,
        DCAT.Distribution,
        among(DCT.license, LICENCES),
    ),
    Metric("Reusability", "access rights", 10, DCAT.Dataset, stated(DCT.accessRights)),
    Metric(
        "Reusability",
        "access rights of the vocabulary",
        5,
        DCAT.Dataset,
        among(DCT.accessRights, ACCESS),
    ),
    Metric("Reusability", "contact", 20, DCAT.Dataset, stated(DCAT.contactPoint)),
    Metric("Reusability", "publisher", 10, DCAT.Dataset, stated(DCT.publisher)),
    Metric("Contextuality", "rights", 5, DCAT.Distribution, stated(DCT.rights)),
    Metric("Contextuality", "file size", 5, DCAT.Distribution, stated(DCAT.byteSize)),
    Metric("Contextuality", "date of issue", 5, DCAT.Dataset, stated(DCT.issued)),
    Metric("Contextuality", "date of change", 5, DCAT.Dataset, stated(DCT.modified)),
)


def scores(path: Path, shapes: Path | None) -> Iterator[tuple[Metric, float | None]]:
    """Each metric with the points earned; None where that cannot be told from the file."""
    graph = Graph().parse(path)
    for metric in METRICS:
        if metric.name == "DCAT-AP":
            yield metric, None if shapes is None else metric.points * conforms(graph, shapes)
        elif metric.has is None:
            yield metric, None
        else:
            things = set(graph.subjects(RDF.type, metric.kind))
            having = [thing for thing in things if metric.has(graph, thing)]
            yield metric, metric.points * len(having) / max(len(things), 1)


def conforms(graph: Graph, folder: Path) -> bool:
    """Whether the shapes of DCAT-AP itself have nothing to object to."""
    known = graph + judge.vocabulary(folder)
    files = [folder / f"dcat-ap-3.0.1-{name}.ttl" for name in ("SHACL", "shapes", "range")]
    return not any(list(judge.objections(known, file)) for file in files)


def main(arguments: list[str]) -> None:
    """Print the points, or with `--json` the sum of those earned and of those that need a host."""
    paths = [Path(each) for each in arguments if each != "--json"]
    earned = list(scores(paths[0], paths[1] if len(paths) > 1 else None))
    total = sum(points for _, points in earned if points is not None)
    untold = sum(metric.points for metric, points in earned if points is None)
    if "--json" in arguments:
        print(json.dumps({"earned": total, "untold": untold, "best": BEST}))
        return
    for metric, points in earned:
        shown = "needs a live host" if points is None else f"{points:6.1f}"
        if points is None and metric.name == "DCAT-AP":
            shown = "needs the shapes"
        print(f"{metric.dimension:17}{metric.name:34}{shown:>18} of {metric.points:3}")
    print(
        f"earned {total:.1f}; cannot be told here: {untold}; of {BEST}, excellent from {EXCELLENT}"
    )


if __name__ == "__main__":
    assert sum(metric.points for metric in METRICS) == BEST
    main(sys.argv[1:])
