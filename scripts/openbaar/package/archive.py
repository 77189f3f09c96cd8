"""The download: the data package as one zip file, the same bytes each time, with a README made from the metadata."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Iterator
from pathlib import Path

from openbaar.files import replacing
from openbaar.package.descriptor import package_bytes
from openbaar.package.model import Descriptor
from openbaar.tables.dataset import Dataset
from openbaar.tables.model import License
from openbaar.tables.publication import Publication
from openbaar.texts import localized, words

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold
PERMISSIONS = 0o644 << 16


def write_zip(dataset: Dataset, descriptor: Descriptor, target: Path) -> None:
    """Write the data package to `target`: descriptor, CSV files, source documents and README.

    The file takes the place of an earlier one when it is complete. Raises OSError when a document cannot be read.
    """
    publication = dataset.publication
    entries = dict(dataset.files)
    entries["datapackage.json"] = package_bytes(descriptor)
    entries["README.md"] = readme(dataset).encode("utf-8")
    for document in publication.package.documents:
        entries[document.path] = (publication.root / document.path).read_bytes()
    with replacing(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        for path in sorted(entries):
            archive.writestr(_entry(path), entries[path], zipfile.ZIP_DEFLATED, compresslevel=9)


def _entry(path: str) -> zipfile.ZipInfo:
    """What a zip file says about an entry, with nothing of this machine or this moment in it."""
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.create_system = 3  # Unix, so that the permissions are read as such
    entry.external_attr = PERMISSIONS
    return entry


def readme(dataset: Dataset) -> str:
    """README.md of the download, in each language of the publication."""
    languages = dataset.publication.package.languages
    return "\n---\n\n".join("\n".join(_readme(dataset, language)) + "\n" for language in languages)


def _readme(dataset: Dataset, language: str) -> Iterator[str]:
    publication = dataset.publication
    package, word = publication.package, words(language)
    title = _inline(localized(package.title, language))
    yield from (f"# {title}", "", _inline(localized(package.description, language)), "")
    yield from (f"{package.name}, {word['version']} {package.version}", "")
    yield from (f"## {word['tables']}", "", *_tables(dataset, language), "")
    yield from (f"## {word['how_to_read']}", "", *_how_to_read(publication, language), "")
    yield from (f"## {word['source_documents']}", "")
    for document in package.documents:
        yield f"- {_inline(localized(document.title, language))}: `{document.path}` (SHA-256 `{document.sha256}`)"
    yield from ("", f"## {word['licence']}", "")
    yield f"- {word['licence_of_documents']}: {_licences(package.licenses)}"
    yield f"- {word['licence_of_additions']}: {_licences(package.additions)}"
    authors = ", ".join(_inline(contributor.title) for contributor in package.contributors)
    address = f" {package.homepage}" if package.homepage else ""
    yield from (
        "",
        f"## {word['cite']}",
        "",
        f"{authors}: {title}, {word['version']} {package.version}.{address}",
    )


def _tables(dataset: Dataset, language: str) -> Iterator[str]:
    word = words(language)
    yield f"| {word['table']} | {word['what_it_holds']} | {word['rows']} | {word['columns']} |"
    yield "| --- | --- | ---: | --- |"
    for name, data in dataset.tables.items():
        table = data.table
        columns = ", ".join(f"`{column}`" for column in table.columns)
        rows = len(data.rows)
        yield f"| [{name}](tables/{name}.csv) | {_inline(localized(table.title, language))} | {rows} | {columns} |"


def _how_to_read(publication: Publication, language: str) -> Iterator[str]:
    word, table = words(language), publication.package.tables[0]
    file = f"tables/{table}.csv"
    read = f'frictionless.Package("datapackage.json").get_resource("{table}").read_rows()'
    yield f"- Python: `import frictionless; {read}`"
    yield f'- R: `read.csv("{file}", encoding = "UTF-8", na.strings = "")`'
    yield f"- {word['read_in_spreadsheet'].format(file=f'`{file}`')}"
    yield from ("", word["keys_and_units"])


def _licences(licences: tuple[License, ...]) -> str:
    return ", ".join(
        _inline(each.title) + (f" <{each.path}>" if each.path else "") for each in licences
    )


def _inline(text: str) -> str:
    """The text on one line, without what Markdown or HTML would read as markup of a table or an element."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
