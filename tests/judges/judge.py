"""What validators of others find wrong, as JSON: `judge.py KIND PATH [SHAPES]`.

It runs in an environment of its own, `.venv-judges`, because what it needs is large and has nothing to
do with the toolkit. Nothing is fetched: contexts that a validator would ask the web for come from a
package that has them.
"""

from __future__ import annotations

import email
import io
import json
import os
import re
import sys
import urllib.request
import urllib.response
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# Every class whose things DCAT-AP and DCAT-AP-VL have shapes for and a publication consists of.
CLASSES = ("Catalog", "CatalogRecord", "Dataset", "Distribution", "DataService")


def dcat(path: Path, folder: Path) -> Any:
    """What each file of shapes objects to, and how many things of each class it looked at."""
    from rdflib import RDF, Graph, Namespace

    names = Namespace("http://www.w3.org/ns/dcat#")
    described = Graph().parse(path)
    as_json = Graph().parse(path.with_suffix(".jsonld"), format="json-ld")
    counted = {name: len(set(described.subjects(RDF.type, names[name]))) for name in CLASSES}
    found = {}
    for shapes in sorted(folder.glob("dcat-ap-*.ttl")):
        found[shapes.name] = list(objections(described + vocabulary(folder), shapes))
    return {"counted": counted, "objections": found, "same": same(described, as_json)}


def same(one: Any, other: Any) -> bool:
    """Whether two graphs say the same."""
    from rdflib.compare import to_isomorphic

    return bool(to_isomorphic(one) == to_isomorphic(other))


def vocabulary(folder: Path) -> Any:
    """What a harvester knows of the vocabularies that the profiles prescribe."""
    from rdflib import Graph

    known = Graph().parse(folder / "vocabulary.ttl")
    return known.parse(HERE / "vocabulary.ttl")


def objections(described: Any, path: Path) -> Iterator[str]:
    """The violations of one file of shapes; warnings are advice, and left out."""
    import pyshacl
    from rdflib import RDF, Graph, Namespace

    names = Namespace("http://www.w3.org/ns/shacl#")
    _conforms, report, _text = pyshacl.validate(described, shacl_graph=usable(Graph().parse(path)))
    for listed in report.subjects(RDF.type, names.ValidationReport):
        for each in report.objects(listed, names.result):
            if report.value(each, names.resultSeverity) == names.Violation:
                thing, about = (
                    report.value(each, names.focusNode),
                    report.value(each, names.resultPath),
                )
                yield f"{thing} {about}: {report.value(each, names.resultMessage)}"


def usable(shapes: Any) -> Any:
    """The shapes without those that are broken.

    Two property shapes of the data service have no path, on which pyshacl stops. One asks of SPDX
    addresses with https, but the vocabulary's begin with http.
    """
    from rdflib import Namespace, URIRef

    names = Namespace("http://www.w3.org/ns/shacl#")
    checksum = URIRef("http://spdx.org/rdf/terms#Checksum")
    for each in list(shapes.objects(None, names.property)):
        if (each, names.path, None) not in shapes:
            shapes.remove((None, None, each))
            shapes.remove((each, None, None))
    for shape in list(shapes.subjects(names.targetClass, checksum)):
        for restricted in shapes.objects(shape, names.property):
            if list(shapes.objects(restricted, names.node)):
                shapes.remove((shape, names.targetClass, checksum))
    return shapes


def csvw(path: Path) -> Any:
    """What csvw objects to in the metadata, or in the tables that it describes."""
    from csvw import CSVW

    judged = CSVW(str(path), validate=True)
    try:
        is_valid = judged.is_valid
    except ValueError as error:
        return [str(error)]
    return [] if is_valid else [str(warning.message) for warning in judged.warnings]


def croissant(path: Path) -> Any:
    """What mlcroissant objects to, and how many records it loads of each record set."""
    import mlcroissant

    metadata = mlcroissant.Dataset(str(path)).metadata
    issues = metadata.issues
    loaded = {}
    for name in [each.name for each in metadata.record_sets]:
        fresh = mlcroissant.Dataset(str(path))  # it joins tables, and then yields joined ones
        loaded[name] = len(list(fresh.records(name)))
    return {"errors": sorted(issues.errors), "warnings": sorted(issues.warnings), "loaded": loaded}


def ro_crate(path: Path) -> Any:
    """What roc-validator requires or recommends and does not find."""
    answer_for_the_web()
    from rocrate_validator import models, services

    settings = services.ValidationSettings(
        rocrate_uri=str(path),
        profile_identifier="ro-crate-1.1",
        requirement_severity=models.Severity.RECOMMENDED,
        abort_on_first=False,
        no_cache=True,
    )
    issues = services.validate(settings).get_issues()
    return sorted(f"{each.severity.name} {each.message.splitlines()[0]}" for each in issues)


def answer_for_the_web() -> None:
    """Answer every request with the context of RO-Crate, which its Python library brings along."""
    import requests
    import rocrate

    context = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
    kind = "application/ld+json"

    class Handler(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> Any:
            headers = email.message_from_string(f"Content-Type: {kind}\n\n")
            answer = urllib.response.addinfourl(io.BytesIO(context), headers, request.full_url, 200)
            answer.msg = "OK"
            return answer

    def send(_self: Any, request: Any, **_options: Any) -> Any:
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.raw, answer.headers["Content-Type"] = io.BytesIO(context), kind
        return answer

    urllib.request.install_opener(urllib.request.build_opener(Handler()))
    requests.adapters.HTTPAdapter.send = send


def datacite(path: Path) -> Any:
    """What the JSON Schema of DataCite 4.5 objects to."""
    from datacite import schema45

    errors = schema45.validator.iter_errors(json.loads(path.read_text("utf-8")))
    return sorted(f"{error.json_path}: {error.message}" for error in errors)


def schema_org(path: Path) -> Any:
    """The types and properties that schema.org does not have, or not for that type."""
    vocabulary = _SchemaOrg()
    return sorted(set(vocabulary.unknown(json.loads(path.read_text("utf-8")))))


class _SchemaOrg:
    """The vocabulary of schema.org, as the Python library of RO-Crate brings it along."""

    def __init__(self) -> None:
        import rocrate

        file = Path(rocrate.__file__).parent / "data" / "schema.jsonld"
        self.terms = {each["@id"]: each for each in json.loads(file.read_text("utf-8"))["@graph"]}

    def unknown(self, thing: Any) -> Iterator[str]:
        """What is wrong with a thing and with all things in it."""
        if isinstance(thing, list):
            for each in thing:
                yield from self.unknown(each)
        if not isinstance(thing, dict):
            return
        types = set(self._with_wider(f"schema:{thing.get('@type')}"))
        if "@type" in thing and "schema:Thing" not in types:
            yield f"no type {thing['@type']}"
        for name, value in thing.items():
            if not name.startswith("@"):
                if types and not types & self._domain(name):
                    yield f"no property {name} of {thing.get('@type')}"
                yield from self.unknown(value)

    def _with_wider(self, name: str) -> Iterator[str]:
        """A type and all types of which it is one."""
        if name in self.terms:
            yield name
            for wider in _ids(self.terms[name].get("rdfs:subClassOf")):
                yield from self._with_wider(wider)

    def _domain(self, name: str) -> set[str]:
        """The types that have a property."""
        described = self.terms.get(f"schema:{name}", {})
        return set(_ids(described.get("schema:domainIncludes")))


def _ids(value: Any) -> list[str]:
    """The names of one thing or of several; none where there is nothing."""
    things = value if isinstance(value, list) else [value]
    return [thing["@id"] for thing in things if thing is not None]


def readers(path: Path) -> Any:
    """The rows of each table as pandas, Polars and DuckDB read them by the types of the descriptor."""
    import duckdb
    import pandas
    import polars

    package = json.loads((path / "datapackage.json").read_text("utf-8"))
    read: dict[str, dict[str, Any]] = {}
    for resource in package["resources"]:
        file = str(path / resource["path"])
        by_pandas = pandas.read_csv(file, dtype=str, keep_default_na=False).to_numpy().tolist()
        by_polars = polars.read_csv(file, infer_schema=False).fill_null("")
        by_duckdb = duckdb.read_csv(file, all_varchar=True).fetchall()
        read[resource["name"]] = {
            "pandas": by_pandas,
            "polars": [list(row) for row in by_polars.rows()],
            "duckdb": [["" if cell is None else cell for cell in row] for row in by_duckdb],
        }
    return read


def typed(path: Path, page: Path) -> Any:
    """The rows of each table as the code in the documentation reads them with their types."""
    (code,) = re.findall(r"```python\n(import json\n.*?)```", page.read_text("utf-8"), re.DOTALL)
    os.chdir(path)
    known: dict[str, Any] = {}
    exec(code, known)  # noqa: S102  ours
    read = {}
    for name in known["RESOURCES"]:
        rows = known["table"](name).astype(object)
        read[name] = rows.where(rows.notna(), None).to_numpy().tolist()
    return read


KINDS = {
    "dcat": dcat,
    "csvw": csvw,
    "croissant": croissant,
    "ro_crate": ro_crate,
    "datacite": datacite,
    "schema_org": schema_org,
    "readers": readers,
    "typed": typed,
}

if __name__ == "__main__":
    kind, *paths = sys.argv[1:]
    found = KINDS[kind](*(Path(path) for path in paths))
    print(json.dumps(found))
