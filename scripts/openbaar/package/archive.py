"""The download: the data package as one zip file, the same bytes each time, with a README made from the metadata."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Iterator
from pathlib import Path

from openbaar.files import replacing
from openbaar.package.descriptor import Descriptor, package_bytes
from openbaar.tables.dataset import Dataset
from openbaar.tables.model import License
from openbaar.tables.publication import Publication
from openbaar.texts import catalogue, localized

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
    package = publication.package
    _ = catalogue(language, publication.language).gettext
    version = _("version %(version)s") % {"version": package.version}
    title = _inline(localized(package.title, language))
    yield from (f"# {title}", "", _inline(localized(package.description, language)), "")
    yield from (f"{package.name}, {version}", "")
    yield from ("## " + _("Tables"), "", *_tables(dataset, language), "")
    yield from ("## " + _("How to read the files"), "", *_how_to_read(publication, language), "")
    yield from ("## " + _("Source documents"), "")
    for document in package.documents:
        yield f"- {_inline(localized(document.title, language))}: `{document.path}` (SHA-256 `{document.sha256}`)"
    yield from ("", "## " + _("Licence"), "")
    documents, additions = _licences(package.licenses), _licences(package.additions)
    yield "- " + _("Source document: %(licences)s") % {"licences": documents}
    yield "- " + _("Additions: %(licences)s") % {"licences": additions}
    authors = ", ".join(_inline(contributor.title) for contributor in package.contributors)
    address = f" {package.homepage}" if package.homepage else ""
    yield from (
        "",
        "## " + _("How to cite"),
        "",
        f"{authors}: {title}, {version}.{address}",
    )


def _tables(dataset: Dataset, language: str) -> Iterator[str]:
    _ = catalogue(language, dataset.publication.language).gettext
    headings = [_("Table"), _("Title"), _("Rows"), _("Columns")]
    yield f"| {' | '.join(headings)} |"
    yield "| --- | --- | ---: | --- |"
    for name, data in dataset.tables.items():
        table = data.table
        columns = ", ".join(f"`{column}`" for column in table.columns)
        rows = len(data.rows)
        yield f"| [{name}](tables/{name}.csv) | {_inline(localized(table.title, language))} | {rows} | {columns} |"


def _how_to_read(publication: Publication, language: str) -> Iterator[str]:
    _ = catalogue(language, publication.language).gettext
    table = publication.package.tables[0]
    file = f"tables/{table}.csv"
    read = f'frictionless.Package("datapackage.json").get_resource("{table}").read_rows()'
    yield f"- Python: `import frictionless; {read}`"
    yield f'- R: `read.csv("{file}", encoding = "UTF-8", na.strings = "")`'
    spreadsheet = _("Spreadsheet: import %(file)s as comma-separated text in UTF-8.")
    yield "- " + spreadsheet % {"file": f"`{file}`"}
    yield from ("", _("`datapackage.json` gives the meaning, unit and keys of each column."))


def _licences(licences: tuple[License, ...]) -> str:
    return ", ".join(
        _inline(each.title) + (f" <{each.path}>" if each.path else "") for each in licences
    )


def _inline(text: str) -> str:
    """The text on one line, without what Markdown or HTML would read as markup of a table or an element."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
