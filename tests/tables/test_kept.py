"""What was read from a document is taken again only where nothing that it is made of changed."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from generated.publication import TEXT, schema, write_publication
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.documents.reader import read_document
from openbaar.errors import OpenbaarError
from openbaar.publishing.publish import publish
from openbaar.schema.model import Schema, SchemaField
from openbaar.tables.authored.model import Package, Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting import made_of
from openbaar.tables.converting.convert import Readers, convert_some, convert_to_files, here
from openbaar.tables.converting.kept import CACHE, READ, keeping
from openbaar.tables.converting.kept_documents import CACHE as LINES
from openbaar.tables.converting.kept_documents import documents_kept
from openbaar.tables.converting.made_of import made_of as hash_of
from openbaar.tables.converting.parts import Job, Part, parts_of, read_part
from openbaar.tables.converting.sources import code_lists, read_authored
from openbaar.tables.converting.workers import in_processes

ROOT = Path(__file__).parent.parent.parent
FIRST, SECOND = "sources/a.txt", "sources/b.csv"
A = "Tabel 1\nman 12\nvrouw 30\nTotaal 42\n(*) zie nota\nin totaal 42 personen\n"
B = "year,sex,n\n2020,man,5\n2021,vrouw,7\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two documents: one with codes, a total, a footnote, an anomaly and a patch, one plain."""
    codes = {
        "schema": schema({"code": "string", "label": "string"}, ["code"]),
        "csv": "code,label\nm,man\nv,vrouw\n",
    }
    key = {"fields": "sex", "reference": {"resource": "sexes", "fields": "code"}}
    columns = {"sex": "string", "n": "integer", "source_lines": "string"}
    one = {
        "schema": schema(columns, ["sex"], foreignKeys=[key]),
        "recipe": {
            "document": FIRST,
            "by": "line",
            "from": "^Tabel",
            "until": "^in totaal",
            "rows": "{sex} {n}",
            "totals": {"table": "Totaal {n}"},
            "patch": [{"line": 3, "was": "30", "to": "30 (*)", "why": TEXT["en"]}],
            "cells": {"n": {"marks": ["(*)"]}},
        },
        "footnotes": {"(*)": {"text": {"en": "zie nota"}, "line": r"^\(\*\) zie"}},
        "checks": [
            {"name": "persons", "sum": "n", "equals": {"line": "^in totaal ([0-9]+) personen"}}
        ],
        "anomalies": {"odd": {"text": TEXT, "at": "^man"}},
    }
    two = {
        "schema": schema({"year": "year", "who": "string", "n": "integer"}, ["year"]),
        "recipe": {"document": SECOND, "header": "year | sex | n", "rows": "{year} | {who} | {n}"},
    }
    documents = {"a.txt": A.encode(), "b.csv": B.encode()}
    return write_publication(tmp_path / "made", documents, {"one": one, "two": two, "sexes": codes})


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the documents that are opened."""
    paths: list[str] = []

    def opening(folder: Path, entry: DocumentEntry, verify: bool) -> Document:
        paths.append(entry.path)
        return read_document(folder, entry, verify)

    monkeypatch.setattr("openbaar.tables.converting.sources.read_document", opening)
    return paths


def made(root: Path, work: Path, readers: Readers) -> dict[str, bytes]:
    """The bytes of all files that converting makes, those of the lines of documents included."""
    converted = convert_to_files(load_publication(root), work, readers=readers)
    files = {**converted.files, **converted.lines}
    return {
        name: file.read_bytes() if isinstance(file, Path) else file for name, file in files.items()
    }


def made_both_ways(root: Path, tmp_path: Path) -> None:
    """Make everything of what was kept, and of the documents; both have to be the same."""
    work = root / "work"
    work.mkdir(exist_ok=True)
    kept = made(root, work, keeping(here, root))
    shutil.rmtree(work)
    assert kept == made(root, tmp_path, here)


def change(root: Path, name: str, edit: Callable[[Any], None]) -> None:
    """Change an authored file, which is JSON."""
    path = root / f"tables/{name}.yaml"
    said = json.loads(path.read_text("utf-8"))
    edit(said)
    path.write_text(json.dumps(said), "utf-8")


def write_document(root: Path, number: int, text: str) -> None:
    """Put another document in the place of one, and record its hash."""
    (root / (FIRST, SECOND)[number]).write_text(text, "utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    change(root, "package", lambda said: said["documents"][number].update(sha256=digest))


def write_codes(root: Path, text: str) -> None:
    """Write another code list."""
    (root / "tables/sexes.csv").write_text(text, "utf-8")


# What is edited, and the documents that are read again.
EDITS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "nothing": (lambda _root: None, []),
    "a document": (lambda root: write_document(root, 1, B + "2022,man,9\n"), [SECOND]),
    "the title of a table": (
        lambda root: change(root, "one", lambda said: said.update(title={"en": "another"})),
        [],
    ),
    "the unit of a column": (
        lambda root: change(
            root, "two", lambda said: said["schema"]["fields"][2].update(unit=TEXT)
        ),
        [],
    ),
    "the version": (
        lambda root: change(root, "package", lambda said: said.update(version="0.3.0")),
        [],
    ),
    "the facets": (lambda root: change(root, "two", lambda said: said.update(facets=["who"])), []),
    "the order": (lambda root: change(root, "package", lambda said: said["tables"].reverse()), []),
    "a constraint": (
        lambda root: change(
            root, "two", lambda said: said["schema"]["fields"][2].update(constraints={"minimum": 1})
        ),
        [SECOND],
    ),
    "a recipe": (
        lambda root: change(root, "two", lambda said: said["recipe"].update(skip=["2020.*"])),
        [SECOND],
    ),
    "why a line is read otherwise": (
        lambda root: change(
            root, "one", lambda said: said["recipe"]["patch"][0].update(why="because")
        ),
        [FIRST],
    ),
    "the text of an anomaly": (
        lambda root: change(
            root, "one", lambda said: said["anomalies"]["odd"].update(text={"en": "very"})
        ),
        [FIRST],
    ),
    "another anomaly, before that one": (
        lambda root: change(
            root,
            "package",
            lambda said: said.update(anomalies={"more": {"text": TEXT, "at": "^Tabel"}}),
        ),
        [FIRST],
    ),
    "a check": (
        lambda root: change(root, "one", lambda said: said.pop("checks")),
        [FIRST],
    ),
    "a code": (
        lambda root: write_codes(root, "code,label\nx,man\nv,vrouw\n"),
        [FIRST],
    ),
    "how numbers are printed": (
        lambda root: change(root, "package", lambda said: said.update(numbers="1.234,5")),
        [FIRST, SECOND],
    ),
    "up to which size each cell has a row": (
        lambda root: change(
            root, "package", lambda said: said.update(most_cells={"provenance": 0})
        ),
        [FIRST, SECOND],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_only_documents_of_which_something_changed_are_read(
    root: Path, tmp_path: Path, opened: list[str], name: str
) -> None:
    edit, read_again = EDITS[name]
    made(root, tmp_path, keeping(here, root))
    edit(root)
    opened.clear()
    made_both_ways(root, tmp_path)
    assert opened == [*read_again, FIRST, SECOND]  # the second time without what was kept


def test_another_library_has_all_read_again(
    root: Path, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made(root, tmp_path, keeping(here, root))
    monkeypatch.setattr(made_of, "made_with", lambda: {"pdfplumber": "99"})
    made(root, tmp_path, keeping(here, root))
    assert opened == [FIRST, SECOND] * 2
    assert len(list((root / CACHE).iterdir())) == 2  # what was read before is not kept any longer


def of_first(root: Path) -> Path:
    """The folder in which it is kept what the first document holds."""
    (folder,) = [path for path in (root / CACHE).iterdir() if (path / "one.csv").exists()]
    return folder


def a_figure(root: Path) -> None:
    path = of_first(root) / "one.csv"
    path.write_text(path.read_text().replace("12", "21"))


def an_end(root: Path) -> None:
    path = of_first(root) / "one.places"
    path.write_bytes(path.read_bytes()[:-1])


def a_file(root: Path) -> None:
    (of_first(root) / "lines").unlink()


def a_total(root: Path) -> None:
    path = of_first(root) / READ
    path.write_text(path.read_text().replace('"stated":"42"', '"stated":"43"'))


def the_hash_and_more(root: Path) -> None:
    path = of_first(root) / READ
    path.write_bytes(b"")


def the_name(root: Path) -> None:
    """What was read by another recipe stands under the name of what is read by this one."""
    folder = of_first(root)
    change(root, "one", lambda said: said["recipe"]["patch"][0].update(why="because"))
    publication = load_publication(root)
    folder.rename(folder.with_name(hash_of(job(publication), publication.document(FIRST))))


@pytest.mark.parametrize("damage", [a_figure, an_end, a_file, a_total, the_hash_and_more, the_name])
def test_what_was_damaged_is_not_believed(
    root: Path, tmp_path: Path, opened: list[str], damage: Callable[[Path], None]
) -> None:
    made(root, tmp_path, keeping(here, root))
    damage(root)
    opened.clear()
    made_both_ways(root, tmp_path)
    assert opened == [FIRST, FIRST, SECOND]
    opened.clear()
    made(root, tmp_path, keeping(here, root))
    assert opened == []  # it was kept anew


def test_a_document_other_than_the_recorded_one_is_refused(root: Path, tmp_path: Path) -> None:
    made(root, tmp_path, keeping(here, root))
    (root / FIRST).write_text(A.replace("12", "13"))
    with pytest.raises(OpenbaarError, match="has changed"):
        made(root, tmp_path, keeping(here, root))


def test_what_is_right_is_kept_where_another_document_is_wrong(
    root: Path, tmp_path: Path, opened: list[str]
) -> None:
    write_document(root, 1, B.replace("7", "seven"))
    with pytest.raises(OpenbaarError, match="seven"):
        made(root, tmp_path, keeping(here, root))
    write_document(root, 1, B)
    opened.clear()
    made_both_ways(root, tmp_path)
    assert opened == [SECOND, FIRST, SECOND]


@pytest.mark.slow
def test_parts_that_workers_read_are_kept_too(
    root: Path, tmp_path: Path, opened: list[str]
) -> None:
    with_workers = made(root, tmp_path, keeping(in_processes(4), root))
    assert made(root, tmp_path, keeping(here, root)) == with_workers
    assert opened == []


def a_pdf(lines: int) -> bytes:
    """A PDF of two pages, with a row on each line."""
    data = io.BytesIO()
    canvas = Canvas(data, invariant=True)
    for page in range(2):
        for row in range(lines):
            canvas.drawString(60, 800 - 15 * row, f"{1000 + page * lines + row} Regio {row} µ")
        canvas.showPage()
    canvas.save()
    return data.getvalue()


@pytest.fixture(params=["text", "layout"])
def with_pdf(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A publication of a PDF with two tables, and of a text."""
    columns = schema({"key": "integer", "n": "integer", "source_lines": "string"}, ["key"])
    recipe = {"document": "sources/p.pdf", "by": "line", "rows": "{key} Regio {n} µ"}
    tables: dict[str, Any] = {
        "first": {"schema": columns, "recipe": {**recipe, "until": "^1020"}},
        "second": {"schema": columns, "recipe": {**recipe, "from": "^1019"}},
        "other": {"schema": columns, "recipe": {**recipe, "document": "sources/t.txt"}},
    }
    documents = {"p.pdf": a_pdf(20), "t.txt": "1 Regio 2 µ\n".encode()}
    root = write_publication(tmp_path / "pdf", documents, tables)
    change(root, "package", lambda said: said["documents"][0].update(read=request.param))
    return root


def test_another_recipe_is_tried_on_the_lines_of_a_pdf_as_they_were_read(
    with_pdf: Path, tmp_path: Path, opened: list[str]
) -> None:
    made(with_pdf, tmp_path, keeping(here, with_pdf))
    change(with_pdf, "first", lambda said: said["recipe"].update(until="^1010"))
    opened.clear()
    made_both_ways(with_pdf, tmp_path)
    assert opened == ["sources/p.pdf", "sources/t.txt"]  # without what was kept
    opened.clear()
    publication = load_publication(with_pdf)
    convert_some(publication, ["first"], tmp_path, readers=keeping(here, with_pdf))
    assert "sources/p.pdf" not in opened
    entry = publication.document("sources/p.pdf")
    kept = documents_kept(with_pdf, [entry]).opened(job(publication), entry)
    assert kept == read_document(with_pdf, entry)
    assert opened == ["sources/t.txt"]


def test_the_lines_of_a_pdf_are_read_again_where_they_may_be_others(
    with_pdf: Path, tmp_path: Path, opened: list[str]
) -> None:
    made(with_pdf, tmp_path, keeping(here, with_pdf))
    for kept in ((with_pdf / LINES).iterdir(), (with_pdf / CACHE).glob("*/first.csv")):
        (path,) = kept
        path.write_bytes(path.read_bytes().replace(b"1003", b"1004"))
    opened.clear()
    made_both_ways(with_pdf, tmp_path)
    assert opened == ["sources/p.pdf", "sources/p.pdf", "sources/t.txt"]
    change(with_pdf, "package", lambda said: said["documents"][0].update(skip_pages=[2]))
    change(with_pdf, "first", lambda said: said["recipe"].pop("until"))
    change(with_pdf, "second", lambda said: said["recipe"].pop("from"))
    opened.clear()
    made(with_pdf, tmp_path, keeping(here, with_pdf))
    assert opened == ["sources/p.pdf"]
    assert len(list((with_pdf / LINES).iterdir())) == 1
    (with_pdf / "sources" / "p.pdf").write_bytes(a_pdf(19))
    with pytest.raises(OpenbaarError, match="has changed"):
        made(with_pdf, tmp_path, keeping(here, with_pdf))


def job(publication: Publication, folder: Path = Path()) -> Job:
    """The work on all documents of a publication."""
    codes = code_lists(publication, read_authored(publication))
    provenance = publication.resources["provenance"]
    return Job(publication, provenance, codes, True, folder, publication.package.documents)


def only(model: Any, names: set[str]) -> Any:
    """A model of which only some keys were ever set: asking for another one is an error."""
    values = {name: getattr(model, name) for name in names}
    return type(model).model_construct(names, **values)


def as_hashed(publication: Publication) -> Publication:
    """The publication with no more than what the hash is made of."""
    package = publication.package
    documents = tuple(
        only(entry, set(DocumentEntry.model_fields) - made_of.OF_DOCUMENT)
        for entry in package.documents
    )
    little = only(package, made_of.OF_PACKAGE | {"anomalies", "documents"})
    object.__setattr__(little, "documents", documents)
    tables = {name: table_as_hashed(table) for name, table in publication.tables.items()}
    return Publication(publication.root, little, tables, {})


def table_as_hashed(table: Table) -> Table:
    """A table file with no more than what the hash is made of."""
    little: Table = only(table, set(Table.model_fields) - made_of.OF_TABLE)
    columns = set(SchemaField.model_fields) - made_of.OF_COLUMNS
    schema_: Schema = only(table.table_schema, set(Schema.model_fields))
    fields = tuple(only(column, columns) for column in table.table_schema.fields)
    object.__setattr__(schema_, "fields", fields)
    object.__setattr__(little, "table_schema", schema_)
    return little


def publications() -> Iterator[Path]:
    """This repository, and the publications of tests that have their documents with them."""
    yield ROOT
    for path in sorted((ROOT / "tests/publications").iterdir()):
        if (path / "sources").is_dir():
            yield path


@pytest.mark.parametrize("path", list(publications()), ids=lambda path: path.name)
def test_reading_looks_at_nothing_that_the_hash_is_not_made_of(path: Path, tmp_path: Path) -> None:
    whole = load_publication(path)
    (tmp_path / "whole").mkdir()
    (tmp_path / "little").mkdir()
    known = read_everything(job(whole, tmp_path / "whole"))
    little = replace(job(whole, tmp_path / "little"), publication=as_hashed(whole))
    assert read_everything(little) == known
    for file in (tmp_path / "whole").iterdir():
        assert file.read_bytes() == (tmp_path / "little" / file.name).read_bytes()


def read_everything(work: Job) -> list[tuple[Part, Any]]:
    return [(part, read_part(part, work)) for part in parts_of(work, None, 1)]


def test_only_the_package_is_an_exception_to_what_is_left_out() -> None:
    """Names of keys that are no longer there would leave nothing out."""
    assert set(Package.model_fields) > made_of.OF_PACKAGE
    assert set(Table.model_fields) > made_of.OF_TABLE
    assert set(SchemaField.model_fields) > made_of.OF_COLUMNS
    assert set(DocumentEntry.model_fields) > made_of.OF_DOCUMENT


def test_publishing_keeps_what_it_read(root: Path, opened: list[str]) -> None:
    change(root, "package", lambda said: said.update(version="0.1.0"))
    publish(load_publication(root))
    change(root, "one", lambda said: said.update(title={"en": "another"}))
    publish(load_publication(root))
    assert opened == [FIRST, SECOND]
