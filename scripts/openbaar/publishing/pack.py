"""The downloads of a publication, made of what was staged and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openbaar.files import sha256_of, take_again, write_content
from openbaar.package.archive import write_zip
from openbaar.package.kept_sheets import RECORD as SHEETS
from openbaar.package.kept_sheets import (
    WorkbookRecord,
    record_of_sheets,
)
from openbaar.publishing.generate import Generated
from openbaar.publishing.stage import staged_database, staged_parquet, staged_workbook
from openbaar.publishing.staleness import (
    archive_path,
    checksums_path,
    database_path,
    parquet_folder,
    released_database_path,
    workbook_paths,
)
from openbaar.tables.authored.publication import Publication


@dataclass(frozen=True)
class Made:
    """A publication made and checked, of which nothing is in place yet.

    `products` are the files outside git, `hashes` the SHA-256 of most of them, `kept` the files
    that only save time, all by their name in the publication.
    """

    generated: Generated
    products: Mapping[str, Path]
    hashes: Mapping[str, str]
    kept: Mapping[str, Path]


def packed(generated: Generated, staging: Path, sheets: Mapping[str, Mapping[str, str]]) -> Made:
    """Make the downloads in the folder `staging`; `sheets` are those of the workbooks."""
    publication = generated.publication
    downloads = _downloads(generated, staging)
    hashes = {target: sha256_of(made) for target, made in sorted(downloads.items())}
    sums = staging / "SHA256SUMS"
    write_content(checksums(hashes, checksums_path(publication).parent).encode("utf-8"), sums)
    hashes[database_path(publication)] = hashes[released_database_path(publication)]
    products = {
        database_path(publication): staged_database(generated, staging),
        **downloads,
        checksums_path(publication): sums,
    }
    return Made(
        generated,
        {name_in(publication, target): made for target, made in products.items()},
        {name_in(publication, target): sha256 for target, sha256 in hashes.items()},
        {SHEETS: _record_of_workbooks(publication, staging, hashes, sheets)},
    )


def _downloads(generated: Generated, staging: Path) -> dict[Path, Path]:
    """Make what readers download, by the place that it will have."""
    publication = generated.publication
    released = staging / "released.db"
    archive = staging / "package.zip"
    parquet = staged_parquet(staging)
    # One file with two names: neither is ever written to.
    take_again(staged_database(generated, staging), released)
    write_zip(generated.dataset, generated.descriptor, archive, parquet)
    downloads = {
        released_database_path(publication): released,
        archive_path(publication): archive,
    }
    for language, path in workbook_paths(publication).items():
        downloads[path] = staged_workbook(staging, language)
    for path in sorted(parquet.glob("*.parquet")):
        downloads[parquet_folder(publication) / path.name] = path
    return downloads


def _record_of_workbooks(
    publication: Publication,
    staging: Path,
    hashes: Mapping[Path, str],
    sheets: Mapping[str, Mapping[str, str]],
) -> Path:
    """Write down which sheets the workbooks have, so that the next ones take them again."""
    records = []
    for language, path in workbook_paths(publication).items():
        name = name_in(publication, path)
        records.append(WorkbookRecord(language, name, hashes[path], sheets[language]))
    record = staging / "sheets.json"
    write_content(record_of_sheets(records), record)
    return record


def checksums(hashes: Mapping[Path, str], folder: Path) -> str:
    """What `sha256sum -c` reads in `folder`: the hash and name of each download in it."""
    lines = []
    for target, sha256 in hashes.items():
        lines.append(f"{sha256}  {target.relative_to(folder).as_posix()}\n")
    return "".join(lines)


def name_in(publication: Publication, path: Path) -> str:
    """How the publication calls a file in it."""
    return path.relative_to(publication.root).as_posix()
