"""The download: the data package as one zip file with a README, the same bytes each time."""

from __future__ import annotations

import html
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Problem
from openbaar.files import Content, replacing, sha256_of
from openbaar.package import citation_file
from openbaar.package.catalogues import sdmx, sdmx_structure
from openbaar.package.catalogues.from_descriptor import facts
from openbaar.package.catalogues.records import records
from openbaar.package.descriptor import package_bytes
from openbaar.package.model import Descriptor
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.tables.authored.about import License
from openbaar.tables.authored.publication import Publication
from openbaar.tables.dataset import Dataset, TableInFile
from openbaar.texts import catalogue, localized

BLOCK = 2**20  # bytes
PARQUET = ".parquet"
COMPRESSED = (PARQUET, ".docx", ".ods", ".odt", ".pdf", ".xlsx")  # no smaller for being zipped
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can hold
UNIX = (
    3  # the system that permissions are written for: https://docs.python.org/3/library/zipfile.html
)
PERMISSIONS = 0o644 << 16  # everyone may read, the owner may write


def write_zip(dataset: Dataset, descriptor: Descriptor, target: Path, parquet: Path) -> None:
    """Write the data package to `target`: descriptor, CSV files, source documents and README.

    A table that is longer than the publication allows is in it as its Parquet file, from the folder
    `parquet`, which is compressed already. The file takes the place of an earlier one when it is
    complete. Beside them are the citation and the records for other kinds of catalogues. Raises
    OSError when a document cannot be read, and OpenbaarError when a row has no code of SDMX.
    """
    publication = dataset.publication
    files: dict[str, Content] = dict(dataset.files)
    instead = {data.path: parquet / f"{data.table.name}.parquet" for data in _too_long(dataset)}
    for path, file in instead.items():
        del files[path]
        files[_in_parquet(path)] = file
    described = _descriptor_with(descriptor, instead)
    files[DESCRIPTOR] = package_bytes(described)
    files["README.md"] = readme(dataset).encode("utf-8")
    sizes = {}
    for document in publication.package.documents:
        files[document.path] = publication.root / document.path
        sizes[document.path] = (publication.root / document.path).stat().st_size
    files |= records(facts(described), sizes)
    files |= sdmx_messages(dataset, descriptor)
    files[citation_file.FILE] = citation_file.citation_bytes(publication)
    with replacing(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        for path in sorted(files):
            _add(archive, path, files[path])


def _too_long(dataset: Dataset) -> list[TableInFile]:
    """The large tables that the publication does not want in the zip as CSV."""
    most = dataset.publication.package.most_cells.zip
    return [data for data in dataset.in_files if data.cells > most]


def _in_parquet(path: str) -> str:
    return path.removesuffix(".csv") + PARQUET


def _descriptor_with(descriptor: Descriptor, instead: Mapping[str, Path]) -> Descriptor:
    """The descriptor of a package with Parquet files instead of these CSV files."""
    resources = []
    for resource in descriptor["resources"]:
        file = instead.get(resource["path"])
        resources.append(resource if file is None else _resource_in_parquet(resource, file))
    return {**descriptor, "resources": resources}


def _resource_in_parquet(resource: dict[str, Any], file: Path) -> dict[str, Any]:
    described = {
        **resource,
        "path": _in_parquet(resource["path"]),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{sha256_of(file)}",
    }
    del described["encoding"]
    return described


def _add(archive: zipfile.ZipFile, path: str, content: Content) -> None:
    """Put a file into the zip; one that is large is compressed as it is read."""
    header = _header(path)
    if path.endswith(COMPRESSED):
        header.compress_type = zipfile.ZIP_STORED
    if isinstance(content, bytes):
        archive.writestr(header, content, compresslevel=9)
        return
    header.file_size = content.stat().st_size
    with content.open("rb") as file, archive.open(header, "w") as packed:
        shutil.copyfileobj(file, packed, BLOCK)


def sdmx_messages(dataset: Dataset, descriptor: Descriptor) -> dict[str, bytes]:
    """The SDMX-CSV of each table that has one and its structure, by their paths.

    Raises OpenbaarError with each row that has no code.
    """

    def read(table: str) -> Iterator[sdmx.TextRow]:
        return sdmx.rows_of(dataset.tables[table].content)

    return {**sdmx.messages(descriptor, read), **sdmx_structure.messages(descriptor, read)}


def sdmx_problems(dataset: Dataset, descriptor: Descriptor) -> list[Problem]:
    """The rows that have no code of SDMX where they need one."""
    try:
        sdmx_messages(dataset, descriptor)
    except OpenbaarError as error:
        return error.problems
    return []


def _header(path: str) -> zipfile.ZipInfo:
    """What a zip file says about a file in it, with nothing of this machine or this moment."""
    header = zipfile.ZipInfo(path, EPOCH)
    header.create_system = UNIX
    header.compress_type = zipfile.ZIP_DEFLATED
    header.external_attr = PERMISSIONS
    return header


def readme(dataset: Dataset) -> str:
    """README.md of the download as Markdown, in each language of the publication."""
    publication = dataset.publication
    parts = []
    for language in publication.package.languages:
        lines = [
            *_introduction(publication, language),
            *_list_of_tables(dataset, language),
            *_how_to_read(publication, language),
            *_list_of_documents(publication, language),
            *_licences(publication, language),
            *_how_to_cite(publication, language),
            *_whom_to_ask(publication, language),
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n---\n\n".join(parts)


def _introduction(publication: Publication, language: str) -> list[str]:
    package = publication.package
    title = _inline(localized(package.title, language))
    description = _inline(localized(package.description, language))
    name = f"{package.name}, {_version(publication, language)}"
    return [f"# {title}", "", description, "", name, ""]


def _list_of_tables(dataset: Dataset, language: str) -> list[str]:
    _ = catalogue(language, dataset.publication.language).gettext
    headings = [_("Table"), _("Title"), _("Rows"), _("Columns")]
    lines = [_heading(_("Tables")), "", _table_row(headings), "| --- | --- | ---: | --- |"]
    too_long = _too_long(dataset)
    for name, data in dataset.tables.items():
        link = f"[{name}]({_in_parquet(data.path) if data in too_long else data.path})"
        title = _inline(localized(data.table.title, language))
        columns = ", ".join(f"`{column}`" for column in data.table.columns)
        lines.append(_table_row([link, title, str(len(data.rows)), columns]))
    return [*lines, ""]


def _how_to_read(publication: Publication, language: str) -> list[str]:
    _ = catalogue(language, publication.language).gettext
    table = publication.package.tables[0]
    file = f"tables/{table}.csv"
    rows = f'frictionless.Package("datapackage.json").get_resource("{table}").read_rows()'
    formulas = _(
        "Cells that begin with =, +, - or @ are text as the document prints it, never formulas."
        " The .xlsx marks them as text."
    )
    spreadsheet = _("Spreadsheet: import %(file)s as comma-separated text in UTF-8.")
    codes = _("Read codes as text: programs that guess types make 4000 of %(code)s.")
    return [
        _heading(_("How to read the files")),
        "",
        f"- Python: `import frictionless; {rows}`",
        f'- pandas: `pandas.read_csv("{file}", dtype=str, keep_default_na=False)`',
        f'- Polars: `polars.read_csv("{file}", infer_schema=False)`',
        f"- DuckDB: `SELECT * FROM read_csv('{file}', all_varchar = true)`",
        f'- R: `read.csv("{file}", colClasses = "character", encoding = "UTF-8")`',
        "- " + spreadsheet % {"file": f"`{file}`"},
        "- " + formulas,
        "",
        codes % {"code": "`04000`"},
        _("`datapackage.json` gives the meaning, type, unit and keys of each column."),
        "",
    ]


def _list_of_documents(publication: Publication, language: str) -> list[str]:
    _ = catalogue(language, publication.language).gettext
    lines = [_heading(_("Source documents")), ""]
    for document in publication.package.documents:
        title = _inline(localized(document.title, language))
        lines.append(f"- {title}: `{document.path}` (SHA-256 `{document.sha256}`)")
    return [*lines, ""]


def _licences(publication: Publication, language: str) -> list[str]:
    _ = catalogue(language, publication.language).gettext
    package = publication.package
    documents = {"licences": _licence_list(package.licenses)}
    additions = {"licences": _licence_list(package.additions)}
    return [
        _heading(_("Licence")),
        "",
        "- " + _("Source document: %(licences)s") % documents,
        "- " + _("Additions: %(licences)s") % additions,
        "",
    ]


def _licence_list(licences: Sequence[License]) -> str:
    named = []
    for licence in licences:
        title = _inline(licence.title)
        named.append(f"{title} <{licence.path}>" if licence.path else title)
    return ", ".join(named)


def _how_to_cite(publication: Publication, language: str) -> list[str]:
    _ = catalogue(language, publication.language).gettext
    package = publication.package
    authors = ", ".join(_inline(contributor.title) for contributor in package.contributors)
    title = _inline(localized(package.title, language))
    date = package.modified or package.issued or package.created
    dated = f"{authors} ({date})" if date is not None else authors
    citation = f"{dated}: {title}, {_version(publication, language)}."
    address = package.homepage if package.doi is None else f"https://doi.org/{package.doi}"
    if address is not None:
        citation += f" {address}"
    more = _("Citation managers read %(file)s.") % {"file": f"`{citation_file.FILE}`"}
    return [_heading(_("How to cite")), "", citation, "", more]


def _whom_to_ask(publication: Publication, language: str) -> list[str]:
    """Who answers questions; nothing where nobody is named."""
    contact = publication.package.contact
    if contact is None:
        return []
    _ = catalogue(language, publication.language).gettext
    name = _inline(localized(contact.name, language))
    addresses = [f"<{each}>" for each in (contact.email, contact.path) if each is not None]
    return [
        "",
        _heading(_("A question, or an error in the figures?")),
        "",
        " ".join([name, *addresses]),
    ]


def _version(publication: Publication, language: str) -> str:
    _ = catalogue(language, publication.language).gettext
    return _("version %(version)s") % {"version": publication.package.version}


def _heading(text: str) -> str:
    return f"## {text}"


def _table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _inline(text: str) -> str:
    """The text on one line, with what Markdown or HTML would read as markup escaped.

    `<i>` becomes `&lt;i&gt;`, and `a|b`, which would end a cell of a table, `a\\|b`.
    """
    one_line = " ".join(text.split())
    return html.escape(one_line, quote=False).replace("|", "\\|")
