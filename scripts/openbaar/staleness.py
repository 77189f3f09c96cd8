"""Where the products of a publication stand, and whether they are still those of its sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from openbaar.files import Content, replacing, sha256_of
from openbaar.tables.publication import Publication


def database_path(publication: Publication) -> Path:
    """The database that `build` makes."""
    return publication.root / "build" / f"{publication.package.name}.db"


def archive_path(publication: Publication) -> Path:
    """The zip of the data package that `publish` makes."""
    return (
        publication.root / "dist" / f"{publication.package.name}-{publication.package.version}.zip"
    )


def workbook_path(publication: Publication) -> Path:
    """The spreadsheet of all tables that `publish` makes."""
    return archive_path(publication).with_suffix(".xlsx")


def released_database_path(publication: Publication) -> Path:
    """The database under the name of its version, as it is downloaded."""
    return archive_path(publication).with_suffix(".db")


def parquet_folder(publication: Publication) -> Path:
    """The folder with the large tables as Parquet files."""
    return archive_path(publication).with_suffix("") / "tables"


def checksums_path(publication: Publication) -> Path:
    """The SHA-256 of each download, as `sha256sum -c` reads them."""
    return publication.root / "dist" / "SHA256SUMS"


def is_stale(publication: Publication) -> bool:
    """Whether any input or product of the publication changed since it was last published."""
    downloads = [
        archive_path(publication),
        workbook_path(publication),
        released_database_path(publication),
        checksums_path(publication),
    ]
    recorded = _record_path(publication)
    if not all(path.is_file() for path in [database_path(publication), *downloads, recorded]):
        return True
    record = json.loads(recorded.read_text())
    outputs = {name: _digest(publication.root / name) for name in record["outputs"]}
    return bool(record != {"inputs": inputs_fingerprint(publication), "outputs": outputs})


def inputs_fingerprint(publication: Publication) -> str:
    """One hash over every file that goes into the publication, the toolkit's own included.

    It is taken before they are read, so that a file that is edited meanwhile makes the publication
    stale.
    """
    root = publication.root
    toolkit = Path(__file__).parent
    files = [root / entry.path for entry in publication.package.documents]
    files += [
        publication.csv_path(name)
        for name, table in publication.tables.items()
        if table.recipe is None
    ]
    files += [*root.glob("tables/*.yaml"), *toolkit.rglob("*.py"), *toolkit.rglob("*.yaml")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{_digest(path)}\n".encode())
    return digest.hexdigest()


def record_fingerprint(publication: Publication, inputs: str, files: Mapping[str, Content]) -> None:
    """Record the fingerprint of the inputs and the hashes of the products, for `is_stale`."""
    outputs = {name: sha256_of(content) for name, content in files.items()}
    with replacing(_record_path(publication)) as partial:
        partial.write_text(json.dumps({"inputs": inputs, "outputs": outputs}, indent=1))


def _record_path(publication: Publication) -> Path:
    return publication.root / "build" / f"{publication.package.name}.published.json"


def _digest(path: Path) -> str | None:
    """The hash of a file; None where there is none."""
    return sha256_of(path) if path.is_file() else None
