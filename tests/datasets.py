"""The dataset of a publication whose tables, trust tables too, were written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from openbaar.documents.reader import read_document
from openbaar.schema.csvfile import read_csv
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.gather import shown_lines
from openbaar.tables.dataset import Dataset, TableInMemory, csv_path, read_dataset


def dataset_of(publication: Publication) -> Dataset:
    """The CSV files as they stand on disk, with the lines of the documents that are there."""
    lines = {}
    for entry in publication.package.documents:
        if (publication.root / entry.path).is_file():
            document = read_document(publication.root, entry, verify=False)
            lines[entry.path] = tuple(shown_lines(document))
    return replace(read_dataset(publication), lines=lines)


def dataset_from(publication: Publication, files: Mapping[str, bytes]) -> Dataset:
    """The publication with the CSV files that a test made, by their path."""
    tables = {}
    for name, table in publication.resources.items():
        path = csv_path(name)
        rows = read_csv(files[path], table.table_schema, path)
        tables[name] = TableInMemory(table, rows, files[path])
    return Dataset(publication, tables)
