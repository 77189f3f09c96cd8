"""What was found in a large CSV file, kept until it, its schema, the toolkit or a library changes.

A file that was found right is then only hashed, which takes a tenth of the time. Nothing is kept of
one that is wrong, so that its faults are found, and told, again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from openbaar import placing
from openbaar.files import replacing, sha256_of
from openbaar.schema.columns import Scan, scan
from openbaar.schema.model import Schema
from openbaar.toolkit import made_with, toolkit_hash

CACHE = f"{placing.CACHE}/scans"


@dataclass(frozen=True)
class _Kept:
    """What was found, and a hash of what it depends on beside the file."""

    made_of: str
    found: Scan


def scanned(root: Path, file: Path, schema: Schema, name: str) -> Scan | None:
    """What `scan` finds in a file, or found in the same one before.

    It is kept in the publication in `root` where a run holds or held that alone.
    """
    kept = root / CACHE / f"{hashlib.sha256(name.encode()).hexdigest()}.json"
    made_of = _made_of(schema)
    known = _read(kept)
    if known is not None and known.made_of == made_of and _is_of(known.found, file):
        return known.found
    found = scan(file, schema, name)
    if found is not None and (root / placing.FOLDER).is_dir():
        with suppress(OSError), replacing(kept) as partial:  # what is not kept is looked for again
            partial.write_bytes(_packed(_Kept(made_of, found)))
    return found


def _made_of(schema: Schema) -> str:
    """A hash of all that the verdict on a file depends on, but for the file."""
    columns = [(each.name, each.type, each.constraints.model_dump()) for each in schema.fields]
    said = repr((toolkit_hash(), made_with(), columns, schema.primaryKey))
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _is_of(found: Scan, file: Path) -> bool:
    """Whether that was found in a file with the bytes of this one."""
    return found.size == file.stat().st_size and found.sha256 == sha256_of(file)


@lru_cache(maxsize=1)
def _as_json() -> TypeAdapter[_Kept]:
    return TypeAdapter(_Kept)


def _packed(kept: _Kept) -> bytes:
    """That as JSON below its hash, by which one sees that it was damaged."""
    data = _as_json().dump_json(kept)
    return f"{sha256_of(data)}\n".encode() + data


def _read(path: Path) -> _Kept | None:
    """What was packed into a file; None where it is not there, or not what was written."""
    try:
        digest, _, data = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return _as_json().validate_json(data) if sha256_of(data).encode() == digest else None
