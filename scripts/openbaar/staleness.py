"""Where the products of a publication stand, and whether they are still those of its sources."""

from __future__ import annotations

import hashlib
from pathlib import Path

from openbaar.atomic import replacing
from openbaar.publication import Publication


def database_path(publication: Publication) -> Path:
    """The database that `build` makes."""
    return publication.root / "build" / f"{publication.package.name}.db"


def archive_path(publication: Publication) -> Path:
    """The zip of the data package that `publish` makes."""
    return publication.root / "dist" / f"{publication.package.name}-{publication.package.version}.zip"


def is_stale(publication: Publication) -> bool:
    """Whether anything that goes into the publication changed since it was last published, or a product is gone."""
    products = [database_path(publication), archive_path(publication), publication.root / "metadata.yml"]
    recorded = _fingerprint_path(publication)
    if not all(path.is_file() for path in [*products, recorded]):
        return True
    return recorded.read_text() != _fingerprint(publication)


def record_fingerprint(publication: Publication) -> None:
    """Record what has just been published, so that `is_stale` can tell."""
    with replacing(_fingerprint_path(publication)) as partial:
        partial.write_text(_fingerprint(publication))


def _fingerprint_path(publication: Publication) -> Path:
    return publication.root / "build" / f"{publication.package.name}.inputs.sha256"


def _fingerprint(publication: Publication) -> str:
    """One hash over every file that goes into the publication or is generated in it, the toolkit's own included."""
    root = publication.root
    toolkit = Path(__file__).parent
    files = [root / entry.path for entry in publication.package.documents]
    files += [*root.glob("tables/*.yaml"), *root.glob("tables/*.csv"), root / "datapackage.json", root / "metadata.yml"]
    files += [*toolkit.rglob("*.py"), *toolkit.rglob("*.yaml")]
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        name = path.relative_to(toolkit if path.is_relative_to(toolkit) else root)
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
