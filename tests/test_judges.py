"""Programs of others judge and read what a publication offers; they run in `.venv-judges`.

`make .venv-judges/ready` installs them. Shapes of DCAT-AP are not ours to copy: their tests are skipped
where the folder with them is not beside this one.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from datasets import dataset_of
from openbaar.package.archive import write_zip
from openbaar.package.catalogues import dcat, rdf
from openbaar.package.catalogues.quality import BEST, EXCELLENT, assessed
from openbaar.package.descriptor import descriptor
from openbaar.site.routes.catalogue import nodes_of
from openbaar.site.routes.linked_data import json_ld
from openbaar.tables.authored.references import load_publication
from served import ROOT, Built, build, published_of
from stated import state_everything

pytestmark = pytest.mark.slow

PROGRAMS = ROOT / ".venv-judges" / "bin"
SHAPES = ROOT.parent / "shared" / "shapes"
NODE = ROOT / "tests" / "judges" / "node_modules"
SITE = "https://data.example"
# What only an author can say, and the author of our own publication cannot: the document has no date.

needs_judges = pytest.mark.skipif(
    not (PROGRAMS.parent / "ready").is_file(), reason="make .venv-judges/ready installs the judges"
)
needs_shapes = pytest.mark.skipif(not SHAPES.is_dir(), reason="the shapes of DCAT-AP are not here")
needs_node = pytest.mark.skipif(
    not NODE.is_dir() or shutil.which("node") is None,
    reason="npm ci in tests/judges installs the readers in JavaScript",
)


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a publication whose author stated everything that catalogues ask for."""
    folder = tmp_path_factory.mktemp("stated") / "publication"
    shutil.copytree(ROOT / "tests" / "publications" / "hand_made", folder)
    state_everything(folder)
    return folder


@pytest.fixture(scope="module", params=["stated", "ours"])
def unpacked(
    request: pytest.FixtureRequest, stated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The unpacked download of that publication, and of our own."""
    root = stated if request.param == "stated" else ROOT
    return _unpacked(root, tmp_path_factory.mktemp("unpacked"), request.param)


def _unpacked(root: Path, target: Path, name: str) -> Path:
    dataset = dataset_of(load_publication(root))
    write_zip(dataset, descriptor(dataset), target / "x.zip", target)
    with zipfile.ZipFile(target / "x.zip") as archive:
        archive.extractall(target / name)
    return target / name


def judged(kind: str, *paths: Path) -> Any:
    """What a judge finds."""
    script = str(ROOT / "tests" / "judges" / "judge.py")
    command = [str(PROGRAMS / "python"), "-W", "ignore", script, kind, *map(str, paths)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout.splitlines()[-1])


def is_ours(folder: Path) -> bool:
    """Whether it is our own publication, whose document has no date and no licence."""
    return folder.name == "ours"


@needs_judges
def test_csvw_accepts_the_metadata_and_every_table(unpacked: Path) -> None:
    assert judged("csvw", unpacked / "csvw-metadata.json") == []


@needs_judges
def test_csvw_notices_a_table_that_is_not_as_described(stated: Path, tmp_path: Path) -> None:
    folder = _unpacked(stated, tmp_path, "stated")
    table = folder / "tables" / "municipalities.csv"
    table.write_text(table.read_text("utf-8").replace("belgium", "atlantis"), "utf-8")
    assert judged("csvw", folder / "csvw-metadata.json") != []


@needs_judges
def test_mlcroissant_loads_every_row(unpacked: Path) -> None:
    found = judged("croissant", unpacked / "croissant.json")
    package = json.loads((unpacked / "datapackage.json").read_text("utf-8"))
    assert found["loaded"] == {each["name"]: each["rows"] for each in package["resources"]}
    assert found["errors"] == []
    if is_ours(unpacked):
        assert all("license" in each for each in found["warnings"])
    else:
        assert found["warnings"] == []


@needs_judges
def test_roc_validator_misses_nothing_but_what_nobody_knows(unpacked: Path) -> None:
    found = judged("ro_crate", unpacked)
    if is_ours(unpacked):
        unknown = ("schema_org:license", "organization SHOULD have a URL")
        assert [each for each in found if not any(word in each for word in unknown)] == []
        assert any("schema_org:license" in each for each in found)
    else:
        assert found == []


@needs_judges
def test_datacite_accepts_the_record(unpacked: Path) -> None:
    assert judged("datacite", unpacked / "datacite.json") == []


@needs_judges
def test_datacite_asks_for_the_year_where_no_date_is_known(unpacked: Path, tmp_path: Path) -> None:
    record = json.loads((unpacked / "datacite.json").read_bytes())
    del record["publicationYear"]
    undated = tmp_path / "datacite.json"
    undated.write_text(json.dumps(record), "utf-8")
    assert judged("datacite", undated) == ["$: 'publicationYear' is a required property"]


@needs_judges
def test_schema_org_has_every_type_and_property_of_codemeta(unpacked: Path) -> None:
    assert judged("schema_org", unpacked / "codemeta.json") == []


@needs_judges
def test_schema_org_has_every_type_and_property_of_the_pages(built: Built, tmp_path: Path) -> None:
    published = published_of(built, SITE, public=True)
    for table in (None, *published.tables):
        page = tmp_path / f"{table}.json"
        page.write_text(str(json_ld(published, table, "nl")), "utf-8")
        assert judged("schema_org", page) == []


@needs_judges
def test_a_property_that_schema_org_does_not_have_is_noticed(tmp_path: Path) -> None:
    record = tmp_path / "codemeta.json"
    described = {"@type": "Dataset", "licence": "x", "creator": {"@type": "Person", "license": "x"}}
    record.write_text(json.dumps(described), "utf-8")
    assert judged("schema_org", record) == [
        "no property licence of Dataset",
        "no property license of Person",
    ]


@needs_judges
def test_pandas_polars_and_duckdb_read_every_cell_as_it_is(unpacked: Path) -> None:
    """Told that all is text, as the README says, they keep `04000` and tell no blank from none."""
    for table, read in judged("readers", unpacked).items():
        with (unpacked / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        for reader, found in read.items():
            assert found == rows, (table, reader)


@needs_judges
def test_the_code_of_the_documentation_reads_figures_as_numbers_and_blanks_as_missing(
    unpacked: Path,
) -> None:
    described = json.loads((unpacked / "datapackage.json").read_text("utf-8"))
    fields = {each["name"]: each["schema"]["fields"] for each in described["resources"]}
    read = judged("typed", unpacked, ROOT / "docs" / "catalogues.md")
    assert read.keys() == fields.keys()
    for table, found in read.items():
        types = [field["type"] for field in fields[table]]
        with (unpacked / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        expected = [list(map(typed_cell, row, types)) for row in rows]
        assert found == expected, table


def typed_cell(cell: str, kind: str) -> Any:
    """A cell of a CSV file as a program with types has it."""
    if cell == "":
        return None
    if kind in ("integer", "year"):
        return int(cell)
    if kind == "number":
        return float(cell)
    return cell == "true" if kind == "boolean" else cell


@pytest.fixture(scope="module")
def built(stated: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The site of the publication whose author stated everything."""
    return build(stated, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def catalogue(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of its site as Turtle; the same as JSON-LD lies beside it."""
    published = published_of(built, SITE, public=True)
    nodes = nodes_of(published)
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "catalog.jsonld").write_text(rdf.json_ld(nodes, dcat.PREFIXES), "utf-8")
    path = folder / "catalog.ttl"
    path.write_text(rdf.turtle(nodes, dcat.PREFIXES), "utf-8")
    return path


@needs_judges
@needs_shapes
def test_the_shapes_of_dcat_ap_and_dcat_ap_vl_have_nothing_to_object_to(catalogue: Path) -> None:
    found = judged("dcat", catalogue, SHAPES)
    # Else nothing was looked at: 4 tables and the whole; of each table a CSV, of the whole 3 files.
    assert found["counted"]["Dataset"] == 1 + 4
    assert found["counted"]["Distribution"] >= 4 + 3
    assert (found["counted"]["Catalog"], found["counted"]["DataService"]) == (1, 1)
    assert found["counted"]["CatalogRecord"] == found["counted"]["Dataset"]
    assert len(found["objections"]) == 6
    assert {name: each for name, each in found["objections"].items() if each} == {}
    assert found["same"]


@needs_judges
@needs_shapes
@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("  dcat:contactPoint <https://data.example/catalog#contact> ;\n", ""),
        ("  a dcat:Catalog ;\n", "  a dcat:Catalog ; dct:title 7 ;\n"),
        ("access-right/PUBLIC>", "frequency/IRREG>"),
    ],
)
def test_the_shapes_notice_what_is_wrong(
    catalogue: Path, tmp_path: Path, was: str, now: str
) -> None:
    text = catalogue.read_text("utf-8")
    assert was in text
    spoilt = tmp_path / "catalog.ttl"
    spoilt.write_text(text.replace(was, now), "utf-8")
    shutil.copy(catalogue.with_suffix(".jsonld"), tmp_path)
    found = judged("dcat", spoilt, SHAPES)
    assert any(found["objections"].values())
    assert not found["same"]


def test_the_quality_assessment_of_data_europa_eu_calls_it_excellent(built: Built) -> None:
    """351 points of 405 are excellent; 80 need a live host, 30 are for the shapes above."""
    earned = assessed(nodes_of(published_of(built, SITE, public=True)))
    assert sum(each.metric.most for each in earned) == BEST
    assert sum(each.metric.most for each in earned if each.points is None) == 80 + 30
    told = sum(each.points for each in earned if each.points is not None)
    assert told + 80 + 30 >= EXCELLENT + 30
    missing = [each.metric.name for each in earned if each.points not in (None, each.metric.most)]
    assert missing == ["format", "open format", "machine readable"]  # a ZIP, a workbook, a database


@needs_node
@pytest.mark.parametrize("reader", ["datapackage", "frictionless.js"])
def test_readers_in_javascript_read_every_row(unpacked: Path, reader: str) -> None:
    script = str(ROOT / "tests" / "judges" / "read.js")
    command = ["node", script, reader, str(unpacked / "datapackage.json")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    package = json.loads((unpacked / "datapackage.json").read_text("utf-8"))
    assert json.loads(answer.stdout) == {
        each["name"]: each["rows"] for each in package["resources"]
    }
