"""The dataset of a publication whose tables were written by hand, trust tables too, so that nothing is converted."""

from __future__ import annotations

from dataclasses import replace

from openbaar.documents.reader import read_document
from openbaar.tables.convert import document_lines
from openbaar.tables.dataset import Dataset, read_dataset
from openbaar.tables.publication import Publication


def dataset_of(publication: Publication) -> Dataset:
    """The CSV files as they stand on disk, with the lines of the documents that are there."""
    documents = {
        entry.path: read_document(publication.root, entry, verify=False)
        for entry in publication.package.documents
        if (publication.root / entry.path).is_file()
    }
    return replace(read_dataset(publication), lines=document_lines(documents))
