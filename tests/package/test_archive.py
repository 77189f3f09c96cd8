"""The download: the whole data package in one zip file, with a README in each language."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from datasets import dataset_of
from openbaar.package.archive import readme, write_zip
from openbaar.package.catalogues.from_descriptor import facts
from openbaar.package.catalogues.records import records
from openbaar.package.citation_file import citation_bytes
from openbaar.package.descriptor import descriptor, package_bytes
from openbaar.package.validation import problems_of_package
from openbaar.tables.authored.references import load_publication
from openbaar.tables.dataset import Dataset
from stated import state_everything


def test_the_download_holds_descriptor_tables_document_records_and_readme(
    dataset: Dataset, tmp_path: Path
) -> None:
    document = (dataset.publication.root / "sources/municipalities.txt").read_bytes()
    sizes = {"sources/municipalities.txt": len(document)}
    write_zip(dataset, descriptor(dataset), tmp_path / "new" / "x.zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "new" / "x.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {
        "README.md": readme(dataset).encode(),
        "datapackage.json": package_bytes(descriptor(dataset)),
        "sources/municipalities.txt": document,
        "CITATION.cff": citation_bytes(dataset.publication),
        **records(facts(descriptor(dataset)), sizes),
        **dataset.files,
    }
    assert list(held) == sorted(held)


def test_the_unpacked_download_passes_all_judges(dataset: Dataset, tmp_path: Path) -> None:
    write_zip(dataset, descriptor(dataset), tmp_path / "x.zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
        assert problems_of_package(tmp_path / "unpacked", archive.read("datapackage.json")) == []


def test_the_download_is_the_same_bytes_each_time(dataset: Dataset, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_zip(dataset, descriptor(dataset), tmp_path / name, tmp_path)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        described = {
            (each.date_time, each.create_system, each.external_attr) for each in archive.infolist()
        }
    assert described == {((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)}


def test_a_failing_download_leaves_the_earlier_one(dataset: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "dist" / "x.zip"
    target.parent.mkdir()
    target.write_bytes(b"earlier")
    (dataset.publication.root / "sources/municipalities.txt").unlink()
    with pytest.raises(FileNotFoundError):
        write_zip(dataset, descriptor(dataset), target, target.parent)
    assert [(path.name, path.read_bytes()) for path in target.parent.iterdir()] == [
        ("x.zip", b"earlier")
    ]


def test_the_readme_of_the_download_says_it_in_each_language(dataset: Dataset) -> None:
    lines = readme(dataset).splitlines()
    columns = "`year`, `region`, `number`, `share`, `status`"
    row = "| [municipalities](tables/municipalities.csv) | {} | 10 | " + columns + " |"
    expected = [
        "# Gemeenten van België",
        row.format("Gemeenten per gewest"),
        "- Brondocument: not stated",
        "openbaar contributors: Gemeenten van België, versie 1.2.0.",
        "# Municipalities of Belgium",
        row.format("Municipalities per region"),
        "- Source document: not stated",
        "openbaar contributors: Municipalities of Belgium, version 1.2.0.",
    ]
    assert [line for line in lines if line in expected] == expected


def test_the_readme_cites_by_the_day_and_the_doi_once_they_are_known(hand_made: Path) -> None:
    state_everything(hand_made)
    lines = readme(dataset_of(load_publication(hand_made))).splitlines()
    cited = "An Peeters (2024-03-01): Municipalities of Belgium, version 1.2.0."
    assert f"{cited} https://doi.org/10.1234/gemeenten" in lines
    assert "Citation managers read `CITATION.cff`." in lines


def test_markup_in_a_title_is_escaped_in_the_readme(dataset: Dataset) -> None:
    titles = {"nl": "<script>|\nx", "en": "x"}
    package = dataset.publication.package.model_copy(update={"title": titles})
    marked = replace(dataset, publication=replace(dataset.publication, package=package))
    assert readme(marked).splitlines()[0] == "# &lt;script&gt;\\| x"
